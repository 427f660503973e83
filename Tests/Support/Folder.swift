// A folder that a test has for itself.
import Glibc

/// What the system could not do for a test.
public struct SupportError: Error, CustomStringConvertible {
  public let description: String
  init(_ what: String) { description = what + ": " + String(cString: strerror(errno)) }
}

/// A temporary folder, removed with the files that it holds.
public final class Folder: Sendable {
  public let path: String

  public init() throws {
    var template = Array("/tmp/telltale-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw SupportError("no temporary folder") }
    path = String(cString: made)
  }

  deinit {
    guard let folder = opendir(path) else { return }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { unlink(path + "/" + name) }
    }
    closedir(folder)
    rmdir(path)
  }

  /// Writes a file in it; returns the file's path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    guard let stream = fopen(file, "w") else { throw SupportError(file) }
    fputs(text, stream)
    guard fclose(stream) == 0 else { throw SupportError(file) }
    return file
  }
}
