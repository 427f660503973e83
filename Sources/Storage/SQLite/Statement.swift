// A compiled statement: bind, step, read columns, reuse.
internal import CSQLite

/// One compiled statement. It keeps its connection open, and stays on that connection's thread.
///
/// Parameters count from 1, columns from 0, as in SQLite. Column accessors read the current row, which is there
/// after `step()` returned true and until the next `step()` or `reset()`; SQLite's conversions apply, so that NULL
/// reads as 0, "" or no bytes: ask `isNull` first where that matters.
public final class Statement {
  private let connection: Connection
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer, on connection: Connection) {
    self.handle = handle
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  /// The text it was compiled from.
  public var sql: String { sqlite3_sql(handle).map { String(cString: $0) } ?? "" }

  // MARK: Binding. Values are copied, and stay bound until they are bound anew or cleared.

  public func bind(_ value: Int64?, at index: Int) throws(SQLiteError) {
    guard let value else { return try bindNull(at: index) }
    try check(sqlite3_bind_int64(handle, Int32(clamping: index), value))
  }

  public func bind(_ value: Int, at index: Int) throws(SQLiteError) {
    try bind(Int64(value), at: index)
  }

  /// Binds a number; a NaN becomes NULL, as SQLite has no NaN.
  public func bind(_ value: Double?, at index: Int) throws(SQLiteError) {
    guard let value else { return try bindNull(at: index) }
    try check(sqlite3_bind_double(handle, Int32(clamping: index), value))
  }

  public func bind(_ value: String?, at index: Int) throws(SQLiteError) {
    guard var value else { return try bindNull(at: index) }
    let result = value.withUTF8 { text in
      text.withMemoryRebound(to: CChar.self) { text in
        sqlite3_bind_text64(
          handle, Int32(clamping: index), text.baseAddress, UInt64(text.count), telltale_sqlite_transient(),
          UInt8(SQLITE_UTF8))
      }
    }
    try check(result)
  }

  public func bind(_ value: [UInt8]?, at index: Int) throws(SQLiteError) {
    guard let value else { return try bindNull(at: index) }
    let result = value.withUnsafeBytes { bytes in
      bytes.isEmpty
        ? sqlite3_bind_zeroblob(handle, Int32(clamping: index), 0)
        : sqlite3_bind_blob64(
          handle, Int32(clamping: index), bytes.baseAddress, UInt64(bytes.count), telltale_sqlite_transient())
    }
    try check(result)
  }

  public func bindNull(at index: Int) throws(SQLiteError) {
    try check(sqlite3_bind_null(handle, Int32(clamping: index)))
  }

  /// Sets every parameter to NULL.
  public func clearBindings() { sqlite3_clear_bindings(handle) }

  // MARK: Running.

  /// Goes to the next row. False: there is none, and the statement stands ready for its next run.
  ///
  /// A statement left on a row keeps its read transaction open: step to the end or `reset()`.
  /// - Throws: `SQLiteError`; the statement is then reset and can be bound and run again.
  public func step() throws(SQLiteError) -> Bool {
    let result = sqlite3_step(handle)
    if result == SQLITE_ROW { return true }
    guard result == SQLITE_DONE else {
      let error = SQLiteError(result, of: sqlite3_db_handle(handle), sql: sql, path: connection.path)
      sqlite3_reset(handle)
      throw error
    }
    sqlite3_reset(handle)
    return false
  }

  /// Runs the statement to its end, dropping rows.
  public func run() throws(SQLiteError) {
    while try step() {}
  }

  /// Ends the current run; bound values stay.
  public func reset() {
    // Its result repeats the failure of the latest step, which that step has already thrown.
    sqlite3_reset(handle)
  }

  // MARK: The current row.

  /// The number of columns that a row of this statement has; zero for statements that give no rows.
  public var columnCount: Int { Int(sqlite3_column_count(handle)) }

  public func isNull(_ column: Int) -> Bool { type(ofColumn: column) == SQLITE_NULL }

  /// SQLite's number of the column's storage class.
  func type(ofColumn column: Int) -> Int32 { sqlite3_column_type(handle, Int32(clamping: column)) }

  public func int64(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(clamping: column)) }

  public func double(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(clamping: column)) }

  /// The column as text, zero bytes included; bytes that are no UTF-8 become U+FFFD.
  public func text(_ column: Int) -> String {
    let column = Int32(clamping: column)
    // The pointer first: asking for it may convert the value and so change its length.
    guard let bytes = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  public func blob(_ column: Int) -> [UInt8] {
    let column = Int32(clamping: column)
    guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
  }

  private func check(_ result: Int32) throws(SQLiteError) {
    guard result == SQLITE_OK else {
      throw SQLiteError(result, of: sqlite3_db_handle(handle), sql: sql, path: connection.path)
    }
  }
}
