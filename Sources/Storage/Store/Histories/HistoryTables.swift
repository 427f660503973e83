// What is kept for the technician and for the next start: alerts, trips, health, events, roll-ups, and what is said once.
import SQLite
import Vocabulary

/// All tables but those of outbox and checkpoints, on the store's connection and within its transactions.
final class HistoryTables {
  /// Notes share a table with what identifies the file.
  static let notePrefix = "note/"

  private let connection: Connection
  private let retention: StoreSettings.Retention
  private let insertEvent: Statement
  private let putAlert: Statement
  private let putTrip: Statement
  private let insertHealth: Statement
  private let insertRollUps: [RollUpResolution: Statement]
  private let putDiagnostic: Statement
  private let deleteDiagnostic: Statement

  init(_ connection: Connection, _ retention: StoreSettings.Retention) throws(SQLiteError) {
    self.connection = connection
    self.retention = retention
    insertEvent = try SealedTable.event.insertion(on: connection)
    putAlert = try SealedTable.alert.insertion("REPLACE", on: connection)
    putTrip = try SealedTable.trip.insertion("REPLACE", on: connection)
    insertHealth = try SealedTable.health.insertion(on: connection)
    var insertRollUps: [RollUpResolution: Statement] = [:]
    for resolution in RollUpResolution.allCases {
      insertRollUps[resolution] = try SealedTable.rollUps(resolution).insertion(on: connection)
    }
    self.insertRollUps = insertRollUps
    putDiagnostic = try SealedTable.diagnostic.insertion("REPLACE", on: connection)
    deleteDiagnostic = try connection.prepare("DELETE FROM diagnostic WHERE unit = ?1 AND key = ?2")
  }

  func put(event row: OutboxRow, in epoch: Int32) throws(SQLiteError) {
    let values: [Value] = [
      .integer(Int64(epoch)), .integer(Int64(row.lane.rawValue)), .integer(row.sequence), .text(row.type),
      Value(row.subject), .integer(row.time.wallNanoseconds), .blob(row.data),
    ]
    try SealedTable.put(values, with: insertEvent)
  }

  func put(alert id: String, state: String, changed: Int64, _ data: [UInt8]) throws(SQLiteError) {
    try SealedTable.put([.text(id), .text(state), .integer(changed), .blob(data)], with: putAlert)
  }

  func put(trip number: UInt32, started: Int64, _ data: [UInt8]) throws(SQLiteError) {
    try SealedTable.put([.integer(Int64(number)), .integer(started), .blob(data)], with: putTrip)
  }

  func put(health component: String, wall: Int64, _ data: [UInt8]) throws(SQLiteError) {
    try SealedTable.put([.text(component), .integer(wall), .blob(data)], with: insertHealth)
  }

  func put(
    rollUps resolution: RollUpResolution, start: Int64, version: Int32, _ chunk: [UInt8]
  ) throws(SQLiteError) {
    guard let insert = insertRollUps[resolution] else { return }
    try SealedTable.put([.integer(start), .integer(Int64(version)), .blob(chunk)], with: insert)
  }

  func put(parked vehicle: String, version: Int32, _ data: [UInt8]) throws(SQLiteError) {
    try SealedTable.put(
      [.text(vehicle), .integer(Int64(version)), .integer(Int64(crc32(data))), .blob(data)],
      with: SealedTable.parked.insertion("REPLACE", on: connection))
  }

  func put(counters: [StoredCounter], of vehicle: String) throws(SQLiteError) {
    let insertion = try SealedTable.counter.insertion("REPLACE", on: connection)
    for counter in counters {
      try SealedTable.put(
        [.text(vehicle), .text(counter.component), .text(counter.name), .real(counter.value)], with: insertion)
    }
  }

  func put(
    diagnostic key: String, of unit: String, wall: Int64, version: Int32, _ block: [UInt8], _ data: [UInt8]
  ) throws(SQLiteError) {
    try SealedTable.put(
      [
        .text(unit), .text(key), .integer(wall), .integer(Int64(version)), .integer(Int64(crc32(block))), .blob(block),
        .blob(data),
      ], with: putDiagnostic)
  }

  func removeDiagnostic(_ unit: String, _ key: String) throws(SQLiteError) {
    try deleteDiagnostic.bind(unit, at: 1)
    try deleteDiagnostic.bind(key, at: 2)
    try deleteDiagnostic.run()
  }

  func put(note name: String, _ text: String) throws(SQLiteError) {
    try SealedTable.put(
      [.text(HistoryTables.notePrefix + name), .text(text)],
      with: SealedTable.meta.insertion("REPLACE", on: connection))
  }

  /// Deletes what is older than the retention keeps.
  func forget() throws(SQLiteError) {
    for (table, key, keep) in [
      ("rollup_second", "id", retention.seconds), ("rollup_minute", "id", retention.minutes),
      ("rollup_hour", "id", retention.hours), ("health", "id", retention.health), ("event", "id", retention.events),
      ("trip", "number", retention.trips),
    ] {
      try connection.execute("DELETE FROM \(table) WHERE \(key) <= (SELECT max(\(key)) FROM \(table)) - \(keep)")
    }
  }
}
