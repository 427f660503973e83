// Tables whose rows carry a checksum over their values, so that a damaged row is never taken for a whole one.
import SQLite

/// What the file holds and how a row of it is sealed.
struct SealedTable {
  var name: String
  /// The key, when it is a number that the rows count; `isCounted`: it is not among the sealed values.
  var key: String?
  var isCounted = false
  /// The sealed values in their order, which never changes.
  var columns: [String]

  static let meta = SealedTable(name: "meta", columns: ["key", "value"])
  static let epoch = SealedTable(
    name: "epoch", key: "number", columns: ["number", "id", "machine", "began", "reason"])
  static let lane = SealedTable(name: "lane", columns: ["epoch", "lane", "last"])
  static let outbox = SealedTable(
    name: "outbox", key: "sequence",
    columns: [
      "epoch", "lane", "sequence", "first", "count", "type", "subject", "boot", "uptime", "wall", "quality", "data",
    ])
  static let event = SealedTable(
    name: "event", key: "id", isCounted: true,
    columns: ["epoch", "lane", "sequence", "type", "subject", "wall", "data"])
  static let alert = SealedTable(name: "alert", columns: ["id", "state", "changed", "data"])
  static let trip = SealedTable(name: "trip", key: "number", columns: ["number", "started", "data"])
  static let health = SealedTable(name: "health", key: "id", isCounted: true, columns: ["component", "wall", "data"])
  static let signal = SealedTable(name: "signal", key: "id", columns: ["id", "path", "unit"])
  static let diagnostic = SealedTable(
    name: "diagnostic", columns: ["unit", "key", "wall", "version", "crc", "block", "data"])
  static let parked = SealedTable(name: "parked", columns: ["vehicle", "version", "crc", "data"])
  static let counter = SealedTable(name: "counter", columns: ["vehicle", "component", "name", "value"])

  static func rollUps(_ resolution: RollUpResolution) -> SealedTable {
    SealedTable(name: resolution.table, key: "id", isCounted: true, columns: ["start", "version", "chunk"])
  }

  /// All tables but the checkpoints', which have checksums of their own.
  static let all: [SealedTable] =
    [.meta, .epoch, .lane, .outbox, .alert, .trip, .event, .health, .signal, .diagnostic, .parked, .counter]
    + RollUpResolution.allCases.map { .rollUps($0) }

  /// Tables whose rows belong together: epochs, their lanes, and what these have given.
  static let ofStreams = [epoch.name, lane.name, outbox.name]

  /// The checksum of a row.
  /// - Parameter epoch: of an outbox row, so that a row of another store is none of this one.
  static func seal(_ values: [Value], of epoch: Epoch? = nil) -> Int64 {
    var crc = CRC32()
    if let epoch { crc.add(epoch.description) }
    for value in values {
      switch value {
      case .null: crc.add(0)
      case .integer(let value):
        crc.add(1)
        crc.add(value)
      case .real(let value):
        crc.add(2)
        crc.add(Int64(bitPattern: value.bitPattern))
      case .text(let value):
        crc.add(3)
        crc.add(value)
      case .blob(let value):
        crc.add(4)
        crc.add(Int64(value.count))
        crc.add(value)
      }
    }
    return Int64(crc.value)
  }

  /// A statement that puts a row in, to be given to `put`.
  /// - Parameter conflict: what becomes of a row with the same key: `ABORT`, `REPLACE` or `IGNORE`.
  func insertion(_ conflict: String = "ABORT", on connection: Connection) throws(SQLiteError) -> Statement {
    var names = columns + ["seal"]
    var places = names.indices.map { "?\($0 + 1)" }
    if name == SealedTable.outbox.name {
      // The file keeps the first three as one number.
      names.replaceSubrange(..<3, with: ["key"])
      places.replaceSubrange(..<3, with: [OutboxKey.sql(places[0], places[1], places[2])])
    }
    let list = names.joined(separator: ", ")
    return try connection.prepare(
      "INSERT OR \(conflict) INTO \(name) (\(list)) VALUES (\(places.joined(separator: ", ")))")
  }

  /// Seals a row and puts it in.
  static func put(_ values: [Value], of epoch: Epoch? = nil, with insertion: Statement) throws(SQLiteError) {
    for (i, value) in values.enumerated() { try insertion.bind(value, at: i + 1) }
    try insertion.bind(seal(values, of: epoch), at: values.count + 1)
    try insertion.run()
  }

  /// The sealed values, then the seal: what `values(in:at:of:)` reads.
  var selection: String { (columns + ["seal"]).joined(separator: ", ") }

  /// A row's values, from `column` on; nil when its seal is broken. A row without a seal is taken as it is.
  func values(in statement: Statement, at column: Int = 0, of epoch: Epoch? = nil) -> [Value]? {
    let values = columns.indices.map { statement.value(column + $0) }
    let seal = column + columns.count
    guard statement.isNull(seal) || statement.int64(seal) == SealedTable.seal(values, of: epoch) else { return nil }
    return values
  }
}
