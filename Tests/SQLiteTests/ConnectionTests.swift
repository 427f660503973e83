// Opening, transactions, pragmas, and what each failure says.
import Glibc
import SQLite
import Testing

@Suite struct ConnectionTests {
  @Test func aMissingFolderIsNamedWithItsMend() throws {
    let error = #expect(throws: SQLiteError.self) { try Connection(path: "/nonexistent-telltale/t.db") }
    #expect(error?.code.primary == .cannotOpen)
    #expect(error?.description.hasPrefix("/nonexistent-telltale/t.db: ") == true)
    #expect(error?.description.contains("check that its folder exists") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func aMissingFileIsMadeOnlyWhenAsked() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/t.db"
    for mode in [Connection.Mode.readOnly, .readWrite] {
      let error = #expect(throws: SQLiteError.self) { try Connection(path: path, mode: mode) }
      #expect(error?.code.primary == .cannotOpen)
    }
    try Connection(path: path, mode: .create).execute("CREATE TABLE t(a)")
    #expect(access(path, F_OK) == 0)
  }

  @Test func aReadOnlyConnectionCannotWrite() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/t.db"
    try Connection(path: path).execute("CREATE TABLE t(a)")
    let reader = try Connection(path: path, mode: .readOnly)
    let error = #expect(throws: SQLiteError.self) { try reader.execute("INSERT INTO t VALUES (1)") }
    #expect(error?.code.primary == .readOnly)
    #expect(error?.description.contains("INSERT INTO t VALUES (1)") == true)
  }

  @Test func aFileThatIsNoDatabaseIsRecognised() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/t.db"
    let file = open(path, O_WRONLY | O_CREAT, 0o600)
    let junk = [UInt8](repeating: 0x55, count: 4096)
    #expect(write(file, junk, junk.count) == junk.count)
    close(file)
    let connection = try Connection(path: path)
    let error = #expect(throws: SQLiteError.self) { try connection.execute("CREATE TABLE t(a)") }
    #expect(error?.code.primary == .notADatabase)
    #expect(error?.mend?.contains("set the file aside") == true)
  }

  @Test(arguments: [true, false]) func aLogIsKeptWhenAsked(keeps: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/t.db"
    do {
      let connection = try Connection(path: path, keepsLog: !keeps)
      connection.keepsLog = keeps
      try connection.execute("PRAGMA journal_mode = WAL; CREATE TABLE t(a)")
    }
    #expect((access(path + "-wal", F_OK) == 0) == keeps)
  }

  @Test func aFullDatabaseSaysSo() throws {
    let connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE t(a)")
    try connection.pragma("max_page_count", "4")
    let error = #expect(throws: SQLiteError.self) {
      try connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    }
    #expect(error?.code.primary == .full)
    #expect(error?.mend?.contains("free space") == true)
  }

  @Test func aSecondWriterIsBusy() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/t.db"
    let first = try Connection(path: path)
    try first.execute("CREATE TABLE t(a); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
    let second = try Connection(path: path, busyTimeout: 0)
    let error = #expect(throws: SQLiteError.self) { try second.transaction { () throws(SQLiteError) in } }
    #expect(error?.code.primary == .busy)
    try first.execute("COMMIT")
    try second.transaction { () throws(SQLiteError) in try second.execute("INSERT INTO t VALUES (2)") }
    #expect(try rows(of: first) == 2)
  }

  @Test func aTransactionCommits() throws {
    let connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE t(a)")
    let id = try connection.transaction { () throws(SQLiteError) -> Int64 in
      try connection.execute("INSERT INTO t VALUES (1)")
      #expect(connection.isInTransaction)
      return connection.lastInsertRowID
    }
    #expect(id == 1)
    #expect(!connection.isInTransaction)
    #expect(try rows(of: connection) == 1)
  }

  @Test func aTransactionThatThrowsLeavesNothing() throws {
    let connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE t(a UNIQUE)")
    let error = #expect(throws: SQLiteError.self) {
      try connection.transaction { () throws(SQLiteError) in
        try connection.execute("INSERT INTO t VALUES (1)")
        try connection.execute("INSERT INTO t VALUES (1)")
      }
    }
    #expect(error?.code == .constraintUnique)
    #expect(!connection.isInTransaction)
    #expect(try rows(of: connection) == 0)
  }

  @Test func aTransactionCarriesAnErrorOfTheCallersKind() throws {
    enum Refusal: Error, Equatable { case sqlite, tooMany }
    let connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE t(a)")
    #expect(throws: Refusal.tooMany) {
      try connection.transaction(mapping: { _ in Refusal.sqlite }) { () throws(Refusal) in
        do { try connection.execute("INSERT INTO t VALUES (1)") } catch { throw .sqlite }
        throw .tooMany
      }
    }
    #expect(try rows(of: connection) == 0)
    try connection.execute("BEGIN")
    #expect(throws: Refusal.sqlite) {
      try connection.transaction(mapping: { _ in Refusal.sqlite }) { () throws(Refusal) in }
    }
    // The outer transaction is its owner's to end.
    #expect(connection.isInTransaction)
  }

  @Test func aCommitThatFailsRollsBack() throws {
    let connection = try Connection(path: ":memory:")
    try connection.pragma("foreign_keys", "on")
    try connection.execute(
      """
      CREATE TABLE p(id INTEGER PRIMARY KEY);
      CREATE TABLE t(p REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED);
      """)
    let error = #expect(throws: SQLiteError.self) {
      try connection.transaction { () throws(SQLiteError) in
        try connection.execute("INSERT INTO t VALUES (7)")
      }
    }
    #expect(error?.code == .constraintForeignKey)
    #expect(!connection.isInTransaction)
    #expect(try rows(of: connection) == 0)
  }

  @Test func pragmasAndTheSchemaVersion() throws {
    let folder = try TemporaryFolder()
    let connection = try Connection(path: folder.path + "/t.db")
    #expect(try connection.pragma("journal_mode", "wal") == "wal")
    #expect(try connection.pragma("journal_mode") == "wal")
    #expect(try connection.pragma("synchronous", "full") == nil)
    #expect(try connection.pragma("synchronous") == "2")
    #expect(try connection.userVersion == 0)
    try connection.setUserVersion(7)
    #expect(try connection.userVersion == 7)
  }

  @Test func changesCountsRows() throws {
    let connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3); DELETE FROM t WHERE a > 1")
    #expect(connection.changes == 2)
  }

  @Test func aWrongStatementIsQuotedOnOneLine() throws {
    let connection = try Connection(path: ":memory:")
    let error = #expect(throws: SQLiteError.self) { try connection.prepare("SELECT\n  nonsense\n  FROM nowhere") }
    #expect(error?.description == ":memory:: no such table: nowhere (SQLite 1) in \"SELECT nonsense FROM nowhere\"")
  }

  @Test func primaryCodesMatchTheirExtendedOnes() {
    func kind(_ code: ResultCode) -> String {
      switch code {
      case .constraintUnique: "unique"
      case .constraint: "constraint"
      case .busy: "busy"
      default: "other"
      }
    }
    #expect(kind(.constraintUnique) == "unique")
    #expect(kind(.constraintNotNull) == "constraint")
    #expect(kind(.constraint) == "constraint")
    #expect(kind(.busySnapshot) == "busy")
    #expect(kind(.full) == "other")
  }

  private func rows(of connection: Connection) throws -> Int64 {
    let statement = try connection.prepare("SELECT count(*) FROM t")
    #expect(try statement.step())
    return statement.int64(0)
  }
}
