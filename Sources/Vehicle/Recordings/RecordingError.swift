// Why a recording cannot be opened, read or written.
import Glibc

/// A recording that cannot be used at all. Damaged lines are no errors, they are counted (`RecordingDamage`).
public struct RecordingError: Error, CustomStringConvertible, Sendable {
  /// The file as the caller named it.
  public let file: String
  /// What went wrong, and how to mend it where that can be said.
  public let reason: String
  /// The system's error number, 0 where there is none.
  public let code: Int32

  public init(file: String, reason: String, code: Int32 = 0) {
    self.file = file
    self.reason = reason
    self.code = code
  }

  /// The reader at the other end of a pipe has gone.
  public var isBrokenPipe: Bool { code == EPIPE }

  /// One line: file, what went wrong, how to mend it.
  public var description: String { file + ": " + reason }

  /// What the system said when `action` failed with `code`.
  init(file: String, action: String, code: Int32) {
    let mend =
      switch code {
      case ENOENT: "; check the path"
      case EACCES, EPERM: "; check the permissions of the file and its folders"
      case EISDIR: "; name a file, not a folder"
      case ENOSPC, EDQUOT: "; free some space and write it again"
      case EMFILE, ENFILE: "; raise the limit of open files (ulimit -n)"
      default: ""
      }
    self.init(file: file, reason: "cannot " + action + ": " + RecordingError.text(code) + mend, code: code)
  }

  private static func text(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
