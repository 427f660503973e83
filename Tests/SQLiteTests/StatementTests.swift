// Values there and back, reuse, and constraint errors.
import SQLite
import Testing

@Suite struct StatementTests {
  let connection: Connection

  init() throws {
    connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a NOT NULL, b UNIQUE)")
  }

  private func roundTrip(_ bind: (Statement) throws -> Void) throws -> Statement {
    let statement = try connection.prepare("SELECT ?1, typeof(?1)")
    try bind(statement)
    #expect(try statement.step())
    return statement
  }

  @Test(arguments: [Int64.min, -1, 0, 1, 1 << 53 + 1, .max]) func integers(_ value: Int64) throws {
    #expect(try roundTrip { try $0.bind(value, at: 1) }.int64(0) == value)
  }

  @Test(arguments: [0.0, -0.1, 1e-308, .greatestFiniteMagnitude, .infinity]) func numbers(_ value: Double) throws {
    let row = try roundTrip { try $0.bind(value, at: 1) }
    #expect(row.double(0) == value)
    #expect(row.text(1) == "real")
  }

  @Test(arguments: ["", "a", "zero\0byte", "Öldruck 油压 🚗", String(repeating: "é", count: 5000)])
  func texts(_ value: String) throws {
    let row = try roundTrip { try $0.bind(value, at: 1) }
    #expect(row.text(0) == value)
    #expect(row.text(1) == "text")
  }

  @Test(arguments: [[], [0], [0, 1, 0, 255, 0], [UInt8](repeating: 7, count: 70_000)])
  func blobs(_ value: [UInt8]) throws {
    let row = try roundTrip { try $0.bind(value, at: 1) }
    #expect(row.blob(0) == value)
    #expect(row.text(1) == "blob")
  }

  @Test func nothingIsNull() throws {
    for bind in [
      { (s: Statement) in try s.bind(nil as Int64?, at: 1) }, { try $0.bind(nil as Double?, at: 1) },
      { try $0.bind(nil as String?, at: 1) }, { try $0.bind(nil as [UInt8]?, at: 1) }, { try $0.bindNull(at: 1) },
      { try $0.bind(Double.nan, at: 1) },
    ] {
      let row = try roundTrip(bind)
      #expect(row.isNull(0))
      #expect(!row.isNull(1))
      #expect(row.int64(0) == 0 && row.text(0) == "" && row.blob(0) == [])
    }
  }

  @Test func aStatementRunsManyTimes() throws {
    let insert = try connection.prepare("INSERT INTO t(a, b) VALUES (?, ?)")
    for i in 1...3 {
      try insert.bind(i * 10, at: 1)
      try insert.bind("\(i)", at: 2)
      try insert.run()
      #expect(connection.lastInsertRowID == Int64(i))
      #expect(connection.changes == 1)
    }
    let select = try connection.prepare("SELECT a, b FROM t WHERE id >= ? ORDER BY id")
    #expect(select.columnCount == 2)
    for first in 1...3 {
      try select.bind(first, at: 1)
      var seen: [String] = []
      while try select.step() { seen.append("\(select.int64(0)):\(select.text(1))") }
      #expect(seen == (first...3).map { "\($0 * 10):\($0)" })
    }
  }

  @Test func aStatementLeftOnARowCanBeReset() throws {
    try connection.execute("INSERT INTO t(a) VALUES (1), (2)")
    let select = try connection.prepare("SELECT a FROM t WHERE a >= ? ORDER BY a")
    try select.bind(1, at: 1)
    #expect(try select.step())
    // Bound values cannot change in the middle of a run.
    let error = #expect(throws: SQLiteError.self) { try select.bind(2, at: 1) }
    #expect(error?.code.primary == .misuse)
    select.reset()
    try select.bind(2, at: 1)
    #expect(try select.step())
    #expect(select.int64(0) == 2)
  }

  @Test func clearedBindingsAreNull() throws {
    let select = try connection.prepare("SELECT ?")
    try select.bind(5, at: 1)
    select.clearBindings()
    #expect(try select.step())
    #expect(select.isNull(0))
  }

  @Test func constraintsAreToldApartAndLeaveTheStatementUsable() throws {
    let insert = try connection.prepare("INSERT INTO t(id, a, b) VALUES (?, ?, ?)")
    func run(_ id: Int64?, _ a: String?, _ b: String?) throws {
      try insert.bind(id, at: 1)
      try insert.bind(a, at: 2)
      try insert.bind(b, at: 3)
      try insert.run()
    }
    try run(1, "x", "y")
    for (expected, id, a, b) in [
      (ResultCode.constraintNotNull, 2 as Int64?, nil as String?, "z"), (.constraintUnique, 2, "x", "y"),
      (.constraintPrimaryKey, 1, "x", "z"),
    ] {
      let error = #expect(throws: SQLiteError.self) { try run(id, a, b) }
      #expect(error?.code == expected)
      #expect(error?.sql == insert.sql)
    }
    try run(2, "x", "z")
  }

  @Test func anIndexOutsideTheStatementIsAnError() throws {
    let statement = try connection.prepare("SELECT ?")
    for index in [0, 2, -1, Int.max] {
      let error = #expect(throws: SQLiteError.self) { try statement.bind(1, at: index) }
      #expect(error?.code.primary == .range)
    }
  }

  @Test(arguments: ["", "  -- nothing", "SELECT 1; SELECT 2"]) func exactlyOneStatement(_ sql: String) throws {
    let error = #expect(throws: SQLiteError.self) { try connection.prepare(sql) }
    #expect(error?.code == .misuse)
    _ = try connection.prepare("SELECT 1 ;\n")
  }

  @Test func statementsOutliveTheReferenceToTheirConnection() throws {
    func statement() throws -> Statement { try Connection(path: ":memory:").prepare("SELECT 42") }
    let select = try statement()
    #expect(try select.step())
    #expect(select.int64(0) == 42)
  }
}
