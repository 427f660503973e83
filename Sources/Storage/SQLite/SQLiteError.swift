// The one error of this room: what SQLite said, about which file and statement, and what to do about it.
internal import CSQLite

/// A failed SQLite call. Its description is one line that ends, where there is one, with the mend.
public struct SQLiteError: Error, CustomStringConvertible, Sendable {
  public let code: ResultCode
  /// SQLite's own words.
  public let message: String
  /// The statement that failed, when it was one.
  public let sql: String?
  /// The database file, as it was given to `Connection`.
  public let path: String

  public init(code: ResultCode, message: String, sql: String? = nil, path: String) {
    self.code = code
    self.message = message
    self.sql = sql
    self.path = path
  }

  /// What an operator can do about it; nil for errors that only a change of the program mends.
  public var mend: String? {
    switch code {
    case .full: "free space on the file system that holds it"
    case .readOnly, .permission: "let the user that runs this write to the file and to its folder"
    case .cannotOpen: "check that its folder exists and that the user that runs this may write there"
    case .corrupt, .notADatabase: "set the file aside: a new one is made at the next start"
    case .busy, .locked: "another process holds the database: end it, or try again"
    case .ioError: "check the storage medium and the kernel's log; WAL mode needs a local file system"
    default: nil
    }
  }

  public var description: String { mend.map { "\(cause); \($0)" } ?? cause }

  /// What is wrong, without the mend.
  public var cause: String {
    // The verdict of a check has several lines.
    let line = "\(path): \(message.split(separator: "\n").joined(separator: " ")) (SQLite \(code.rawValue))"
    return sql.map { "\(line) in \"\(Self.excerpt(of: $0))\"" } ?? line
  }

  /// The statement on one line, cut to a length that a log line can bear.
  private static func excerpt(of sql: String) -> String {
    let words = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count <= 120 ? words : words.prefix(117) + "..."
  }

  /// The error that `handle` holds after a call returned `result`.
  init(_ result: Int32, of handle: OpaquePointer?, sql: String? = nil, path: String) {
    // Extended codes are on, but a few calls (binding, for one) answer with the primary code alone.
    let extended = handle.map { sqlite3_extended_errcode($0) } ?? result
    let code = extended & 0xFF == result & 0xFF ? extended : result
    let words = handle.flatMap { sqlite3_errcode($0) & 0xFF == result & 0xFF ? sqlite3_errmsg($0) : nil }
    let text = words ?? sqlite3_errstr(result)
    self.init(
      code: ResultCode(rawValue: code), message: text.map { String(cString: $0) } ?? "unknown error", sql: sql,
      path: path)
  }
}
