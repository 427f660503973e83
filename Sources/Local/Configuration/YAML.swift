// Files to trees: reads one bounded file and hands its bytes to the composer.
internal import Glibc

/// Reads YAML 1.1 (through libyaml) into `Node` trees, within limits that hold for hostile files too.
///
/// One document per file; keys are scalars and unique; no tags and no merge keys; at most 1 MiB of UTF-8, 32 levels
/// and 100 000 nodes, aliases counted as what they stand for.
public enum YAML {
  /// The largest file that is read, in bytes.
  public static let sizeLimit = 1 << 20
  /// The deepest nesting of sequences and mappings.
  public static let depthLimit = 32
  /// The most nodes that a document may come to, each alias counted as a copy of its target.
  public static let nodeLimit = 100_000

  /// Reads the file at `path`.
  /// - Throws: `ConfigurationError` when it cannot be read, or as `parse` does.
  public static func load(path: String) throws(ConfigurationError) -> Node {
    try parse(bytes: try contents(of: path), name: path)
  }

  /// Reads a document from memory; an empty one is an empty mapping.
  /// - Parameter name: what errors call the file.
  public static func parse(bytes: [UInt8], name: String) throws(ConfigurationError) -> Node {
    guard bytes.count <= sizeLimit else { throw tooLarge(name) }
    if let line = lineOfInvalidUTF8(in: bytes) {
      throw ConfigurationError(file: name, line: line, reason: "not UTF-8", mend: "save the file as UTF-8")
    }
    let composer = Composer(bytes: bytes, file: name)
    return try composer.document()
  }

  private static func tooLarge(_ name: String) -> ConfigurationError {
    ConfigurationError(
      file: name, reason: "larger than \(sizeLimit >> 20) MiB", mend: "check that this is the configuration file")
  }

  private static func contents(of path: String) throws(ConfigurationError) -> [UInt8] {
    // Non-blocking, so that a FIFO in the file's place is an error and not a wait for ever.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw unreadable(path, errno) }
    defer { close(file) }
    var bytes: [UInt8] = []
    while bytes.count <= sizeLimit {
      var chunk = [UInt8](repeating: 0, count: 16_384)
      let count = read(file, &chunk, chunk.count)
      if count < 0 {
        guard errno == EINTR else { throw unreadable(path, errno) }
      } else if count == 0 {
        return bytes
      } else {
        bytes += chunk[..<count]
      }
    }
    throw tooLarge(path)
  }

  private static func unreadable(_ path: String, _ code: Int32) -> ConfigurationError {
    let mend =
      switch code {
      case ENOENT: "check the path"
      case EACCES: "let the user that runs this read it"
      case EISDIR: "name a file in it"
      default: "check the file and its storage"
      }
    let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return ConfigurationError(file: path, reason: "cannot be read: \(reason)", mend: mend)
  }

  /// The first line (from 1) that holds bytes which are not UTF-8.
  private static func lineOfInvalidUTF8(in bytes: [UInt8]) -> Int? {
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
  }
}
