// What the store tells of what it keeps.
import Glibc
import SQLite
public import Vocabulary

extension Store {
  /// The newest checkpoint whose checksum holds; nil in a fresh store.
  public func checkpoint() throws(StoreError) -> StoredCheckpoint? {
    do throws(SQLiteError) { return try checkpoints.newest() } catch { throw StoreError(error) }
  }

  /// The checkpoint of a vehicle that the gateway was taken out of, if its checksum holds; nil for one that was never here.
  public func parked(vehicle: String) throws(StoreError) -> StoredCheckpoint? {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT version, crc, data FROM parked WHERE vehicle = ?1")
      try select.bind(vehicle, at: 1)
      guard try select.step() else { return nil }
      let data = select.blob(2)
      guard UInt32(truncatingIfNeeded: select.int64(1)) == crc32(data) else { return nil }
      return StoredCheckpoint(version: Int32(clamping: select.int64(0)), data: data)
    } catch {
      throw StoreError(error)
    }
  }

  /// What no version may forget of a vehicle's components.
  public func counters(vehicle: String) throws(StoreError) -> [StoredCounter] {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT component, name, value FROM counter WHERE vehicle = ?1")
      try select.bind(vehicle, at: 1)
      var counters: [StoredCounter] = []
      while try select.step() {
        counters.append(StoredCounter(component: select.text(0), name: select.text(1), value: select.double(2)))
      }
      return counters
    } catch {
      throw StoreError(error)
    }
  }

  /// What control units said, in the caller's own form, and how many rows are damaged or of another version.
  public func diagnostics(version: Int32) throws(StoreError) -> (blocks: [[UInt8]], unreadable: Int) {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT version, crc, block FROM diagnostic")
      var blocks: [[UInt8]] = []
      var unreadable = 0
      while try select.step() {
        let block = select.blob(2)
        if select.int64(0) == Int64(version), UInt32(truncatingIfNeeded: select.int64(1)) == crc32(block) {
          blocks.append(block)
        } else {
          unreadable += 1
        }
      }
      return (blocks, unreadable)
    } catch {
      throw StoreError(error)
    }
  }

  /// What was noted under `name` last; nil when nothing was.
  /// - Throws: `StoreError`: the file cannot be read.
  public func note(_ name: String) throws(StoreError) -> String? {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT value FROM meta WHERE key = ?1")
      try select.bind(HistoryTables.notePrefix + name, at: 1)
      return try select.step() ? select.text(0) : nil
    } catch {
      throw StoreError(error)
    }
  }

  /// Alerts as they were stored, newest change first.
  public func alerts(limit: Int) throws(StoreError) -> [[UInt8]] {
    try documents("SELECT data FROM alert ORDER BY changed DESC LIMIT ?1", limit)
  }

  /// Trips as they were stored, newest first.
  public func trips(limit: Int) throws(StoreError) -> [[UInt8]] {
    try documents("SELECT data FROM trip ORDER BY number DESC LIMIT ?1", limit)
  }

  private func documents(_ sql: String, _ limit: Int) throws(StoreError) -> [[UInt8]] {
    do throws(SQLiteError) {
      let select = try connection.prepare(sql)
      try select.bind(limit, at: 1)
      var rows: [[UInt8]] = []
      while try select.step() { rows.append(select.blob(0)) }
      return rows
    } catch {
      throw StoreError(error)
    }
  }

  /// Roll-ups that begin in a span of wall time, in the order of their starts. Damaged ones are left out.
  /// - Parameters:
  ///   - from: nanoseconds since 1970, included.
  ///   - to: nanoseconds since 1970, not included.
  ///   - limit: the most that come; go on from the last one's start.
  public func rollUps(
    _ resolution: RollUpResolution, from: Int64, to: Int64, limit: Int
  ) throws(StoreError) -> [StoredRollUps] {
    do throws(SQLiteError) {
      let table = SealedTable.rollUps(resolution)
      let select = try connection.prepare(
        "SELECT \(table.selection) FROM \(table.name) WHERE start >= ?1 AND start < ?2 ORDER BY start LIMIT ?3")
      try select.bind(from, at: 1)
      try select.bind(to, at: 2)
      try select.bind(limit, at: 3)
      var rows: [StoredRollUps] = []
      while try select.step() {
        guard table.values(in: select) != nil else { continue }
        rows.append(
          StoredRollUps(
            startWall: select.int64(0), version: Int32(clamping: select.int64(1)), chunk: select.blob(2)))
      }
      return rows
    } catch {
      throw StoreError(error)
    }
  }

  /// The store's own number of each signal of `catalogue`, in its order. Numbers outlive the catalogue: what a chunk says
  /// of number 7 is about the same path for ever.
  public func numbers(of catalogue: SignalCatalogue) throws(StoreError) -> [UInt32] {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT id, unit FROM signal WHERE path = ?1")
      let newest = try connection.prepare("SELECT coalesce(max(id), 0) FROM signal")
      let put = try SealedTable.signal.insertion("REPLACE", on: connection)
      return try connection.transaction { () throws(SQLiteError) -> [UInt32] in
        var next = try newest.step() ? newest.int64(0) + 1 : 1
        newest.reset()
        var numbers: [UInt32] = []
        for description in catalogue.descriptions {
          try select.bind(description.path, at: 1)
          let known = try select.step() ? (id: select.int64(0), unit: select.text(1)) : nil
          select.reset()
          let id = known?.id ?? next
          if known == nil { next += 1 }
          if known?.unit != description.unit {
            try SealedTable.put([.integer(id), .text(description.path), .text(description.unit)], with: put)
          }
          numbers.append(UInt32(clamping: id))
        }
        return numbers
      }
    } catch {
      throw StoreError(error)
    }
  }

  /// The signals that chunks may be about, by the store's number.
  public func signals() throws(StoreError) -> [UInt32: (path: String, unit: String)] {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT id, path, unit FROM signal")
      var signals: [UInt32: (path: String, unit: String)] = [:]
      while try select.step() { signals[UInt32(clamping: select.int64(0))] = (select.text(1), select.text(2)) }
      return signals
    } catch {
      throw StoreError(error)
    }
  }

  /// Bytes on disk, the write-ahead log included.
  public var bytes: Int { Store.bytes(ofFileAt: path) }

  static func bytes(ofFileAt path: String) -> Int {
    var total = 0
    for file in [path, path + "-wal"] {
      var status = stat()
      if stat(file, &status) == 0 { total += Int(status.st_size) }
    }
    return total
  }
}
