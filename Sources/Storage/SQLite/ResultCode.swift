// SQLite's result codes as values that switch statements can match: a primary code matches its extended ones.

/// What SQLite answered: a primary code in the low eight bits, refined by an extended code above them.
///
/// In a `switch`, a primary code matches every extended code of its kind, an extended code only itself:
///
///     switch error.code {
///     case .constraintUnique: …   // only this one
///     case .constraint: …         // any other constraint
///     default: …
///     }
///
/// `==` compares the whole value. Values and meanings: sqlite.org/rescode.html.
public struct ResultCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The code without its refinement.
  public var primary: ResultCode { ResultCode(rawValue: rawValue & 0xFF) }

  /// True when `code` is `pattern`, or when `pattern` is a primary code and `code` one of its refinements.
  public static func ~= (pattern: ResultCode, code: ResultCode) -> Bool {
    pattern == code || pattern == code.primary
  }

  public static let ok = ResultCode(rawValue: 0)
  /// A wrong statement, or any failure that has no code of its own.
  public static let error = ResultCode(rawValue: 1)
  public static let permission = ResultCode(rawValue: 3)
  public static let abort = ResultCode(rawValue: 4)
  /// Another connection holds the lock for longer than the busy timeout.
  public static let busy = ResultCode(rawValue: 5)
  /// A conflict within one connection or a shared cache.
  public static let locked = ResultCode(rawValue: 6)
  public static let outOfMemory = ResultCode(rawValue: 7)
  public static let readOnly = ResultCode(rawValue: 8)
  public static let interrupted = ResultCode(rawValue: 9)
  public static let ioError = ResultCode(rawValue: 10)
  public static let corrupt = ResultCode(rawValue: 11)
  /// The file system, or the limit set with `max_page_count`, has no room left.
  public static let full = ResultCode(rawValue: 13)
  public static let cannotOpen = ResultCode(rawValue: 14)
  public static let schemaChanged = ResultCode(rawValue: 17)
  public static let tooBig = ResultCode(rawValue: 18)
  public static let constraint = ResultCode(rawValue: 19)
  public static let mismatch = ResultCode(rawValue: 20)
  public static let misuse = ResultCode(rawValue: 21)
  /// A parameter index outside the statement.
  public static let range = ResultCode(rawValue: 25)
  public static let notADatabase = ResultCode(rawValue: 26)
  public static let row = ResultCode(rawValue: 100)
  public static let done = ResultCode(rawValue: 101)

  // Extended codes: the primary code with a refinement in the second byte.
  public static let constraintCheck = ResultCode(rawValue: 19 | 1 << 8)
  public static let constraintForeignKey = ResultCode(rawValue: 19 | 3 << 8)
  public static let constraintNotNull = ResultCode(rawValue: 19 | 5 << 8)
  public static let constraintPrimaryKey = ResultCode(rawValue: 19 | 6 << 8)
  public static let constraintUnique = ResultCode(rawValue: 19 | 8 << 8)
  public static let constraintRowID = ResultCode(rawValue: 19 | 10 << 8)
  /// In WAL mode: the transaction read an older snapshot than the one it wants to write to.
  public static let busySnapshot = ResultCode(rawValue: 5 | 2 << 8)
}
