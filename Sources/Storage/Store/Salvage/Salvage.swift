// Copies what is readable of a damaged file into a fresh one.
import SQLite
import Vocabulary

/// One salvage. Nothing is taken over that is not exactly as it was written: a row with a broken seal counts as lost.
struct Salvage {
  let source: Connection
  /// A fresh file of the present schema.
  let target: Connection
  /// Columns of each table of the source.
  private let columns: [String: Set<String>]
  private(set) var report = SalvageReport()

  /// - Throws: `StoreError`, `.otherVehicle` when the file is readably another vehicle's.
  init(of path: String, into target: Connection, vehicle: String) throws(StoreError) {
    self.target = target
    // With its log, or else as the last checkpoint left it.
    for mode in [Connection.Mode.readOnly, .immutable] {
      guard let source = try? Connection(path: path, mode: mode),
        let columns = try? Salvage.columns(of: source), columns["meta"] != nil, columns["outbox"] != nil
      else { continue }
      (self.source, self.columns) = (source, columns)
      try checkOwner(vehicle)
      return
    }
    do throws(SQLiteError) { source = try Connection(path: ":memory:") } catch { throw StoreError(error) }
    columns = [:]
    report.isTotal = true
  }

  private static func columns(of source: Connection) throws(SQLiteError) -> [String: Set<String>] {
    // Lets SQLite read a file that is shorter than it says.
    try source.execute("PRAGMA writable_schema = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -256")
    let select = try source.prepare(
      """
      SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'
      """)
    var columns: [String: Set<String>] = [:]
    while try select.step() { columns[select.text(0), default: []].insert(select.text(1)) }
    return columns
  }

  private func checkOwner(_ vehicle: String) throws(StoreError) {
    let selection = SealedTable.meta.columns.joined(separator: ", ") + ", " + seal(SealedTable.meta)
    guard let select = try? source.prepare("SELECT \(selection) FROM meta WHERE key = 'vehicle'"),
      (try? select.step()) == true, let values = SealedTable.meta.values(in: select), case .text(let owner) = values[1]
    else { return }
    try Identity(vehicle: owner).check(vehicle: vehicle, source.path)
  }

  /// The name of the seal's column; an older version wrote none.
  private func seal(_ table: SealedTable) -> String { columns[table.name]?.contains("seal") == true ? "seal" : "NULL" }

  // MARK: Tables.

  /// Copies everything but the outbox, which needs its epochs.
  mutating func copyTables() throws(SQLiteError) {
    for table in [SealedTable.meta, .alert, .diagnostic, .parked, .counter] { try copyInOrder(table) }
    for table in [SealedTable.signal, .trip, .event, .health] { try copyByKey(table) }
    for resolution in RollUpResolution.allCases { try copyByKey(SealedTable.rollUps(resolution)) }
    try copyCheckpoints()
  }

  /// A table by its key, whose numbers count.
  private mutating func copyByKey(_ table: SealedTable) throws(SQLiteError) {
    guard let key = table.key, let from = sourceName(of: table) else { return }
    let values = table.columns.map { expression($0, in: table) }.joined(separator: ", ")
    let select = "SELECT \(key), \(values), \(seal(table)) FROM \(from) WHERE \(key) > ?1 AND \(key) < ?2 ORDER BY \(key)"
    guard let ascending = try? source.prepare(select), let descending = try? source.prepare(select + " DESC") else {
      return report.add(table.name, SalvageReport.Count(isIncomplete: true))
    }
    let names = (table.isCounted ? [key] : []) + table.columns + ["seal"]
    let places = names.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    let insert = try target.prepare(
      "INSERT OR IGNORE INTO \(table.name) (\(names.joined(separator: ", "))) VALUES (\(places))")
    var count = SalvageReport.Count()
    var (first, last) = (Int64.max, Int64.min)
    var walk = KeyWalk(ascending: ascending, descending: descending)
    let isWhole = try walk.run { row throws(SQLiteError) in
      guard let values = table.values(in: row, at: 1) else { return }
      let number = row.int64(0)
      (first, last) = (min(first, number), max(last, number))
      let all = (table.isCounted ? [.integer(number)] : []) + values
      for (i, value) in all.enumerated() { try insert.bind(value, at: i + 1) }
      try insert.bind(SealedTable.seal(values), at: all.count + 1)
      try insert.run()
      count.saved += target.changes
    }
    count.isIncomplete = !isWhole
    if first <= last { count.lost = max(0, Int(clamping: last - first + 1) - count.saved) }
    report.add(table.name, count)
  }

  /// A small table in the order of its key, from both ends.
  private mutating func copyInOrder(_ table: SealedTable) throws(SQLiteError) {
    guard columns[table.name] != nil else { return }
    let keys = table.name == "counter" ? 3 : table.name == "diagnostic" ? 2 : 1
    let insert = try table.insertion("IGNORE", on: target)
    var count = SalvageReport.Count()
    for order in ["ASC", "DESC"] {
      let ordering = table.columns.prefix(keys).map { "\($0) \(order)" }.joined(separator: ", ")
      let values = table.columns.joined(separator: ", ")
      do throws(SQLiteError) {
        let select = try source.prepare(
          "SELECT \(values), \(seal(table)) FROM \(table.name) ORDER BY \(ordering)")
        while try select.step() {
          guard let values = table.values(in: select) else {
            if order == "ASC" { count.lost += 1 }
            continue
          }
          // An elder layout kept the epoch among the notes; this file has its own.
          if table.name == "meta" && !isNote(values[0]) { continue }
          try SealedTable.put(values, with: insert)
          // What is there already was read from the other end, or goes round for ever.
          guard target.changes > 0 else { break }
          count.saved += 1
        }
        break
      } catch where error.path == source.path {
        count.isIncomplete = true
      }
    }
    report.add(table.name, count)
  }

  private func isNote(_ key: Value) -> Bool {
    if case .text(let name) = key { name.hasPrefix(HistoryTables.notePrefix) } else { false }
  }

  /// Each slot that is whole.
  private mutating func copyCheckpoints() throws(SQLiteError) {
    guard let names = columns["checkpoint"] else { return }
    var count = SalvageReport.Count()
    let table = try CheckpointTable(target)
    let isElder = names.contains("data")
    do throws(SQLiteError) {
      let select = try source.prepare(
        "SELECT slot, version, crc, \(isElder ? "data" : "NULL") FROM checkpoint ORDER BY generation")
      while try select.step() {
        let data = isElder
          ? select.blob(3) : (try? CheckpointTable.data(ofSlot: Int(select.int64(0)), on: source)) ?? []
        guard UInt32(truncatingIfNeeded: select.int64(2)) == crc32(data) else {
          count.lost += 1
          continue
        }
        try table.put(version: Int32(clamping: select.int64(1)), data)
        count.saved += 1
      }
    } catch where error.path == source.path {
      count.isIncomplete = true
    }
    report.add("checkpoint", count)
  }

  // MARK: Layouts.

  /// The source's name of a table; nil where it has none. Minutes were the only roll-ups of an elder layout.
  private func sourceName(of table: SealedTable) -> String? {
    if columns[table.name] != nil { return table.name }
    return table.name == RollUpResolution.minute.table && columns["rollup"] != nil ? "rollup" : nil
  }

  /// What an elder layout has in the place of a column that it does not have.
  private func expression(_ column: String, in table: SealedTable) -> String {
    if columns[sourceName(of: table) ?? ""]?.contains(column) == true { return column }
    return switch column {
    case "epoch": "1"
    case "version": "0"
    default: "NULL"
    }
  }

  // MARK: Outbox.

  /// What is known of a lane: the last sequence that it gave.
  struct Stream {
    var epoch: OutboxEpoch
    var last: [Int64?]
  }

  /// Copies epochs, lanes and the outbox's rows, and declares what is missing of the epochs that have rows or are the
  /// newest. The newest of them, if any epoch could be read.
  mutating func copyOutbox(_ time: Timestamp) throws(SQLiteError) -> Stream? {
    guard columns["outbox"] != nil else { return nil }
    let epochs = try copyEpochs()
    guard let newest = epochs.max(by: { $0.number < $1.number }) else {
      report.add("outbox", SalvageReport.Count(isIncomplete: true))
      return nil
    }
    let outbox = try OutboxTable(target, newest)
    var count = SalvageReport.Count()
    var stream = Stream(epoch: newest, last: [nil, nil, nil])
    for epoch in epochs {
      for lane in Lane.allCases {
        let last = try copyLane(lane, of: epoch, outbox, time, &count)
        if epoch == newest { stream.last[Int(lane.rawValue)] = last }
      }
    }
    report.add("outbox", count)
    return stream
  }

  private mutating func copyEpochs() throws(SQLiteError) -> [OutboxEpoch] {
    var count = SalvageReport.Count()
    let insert = try SealedTable.epoch.insertion("IGNORE", on: target)
    var epochs: [OutboxEpoch] = []
    func take(_ values: [Value]) throws(SQLiteError) {
      guard case .integer(let number) = values[0], case .text(let text) = values[1], let id = Epoch(text) else { return }
      try SealedTable.put(values, with: insert)
      guard target.changes > 0 else { return }
      epochs.append(OutboxEpoch(number: Int32(clamping: number), id: id, isCurrent: false))
      count.saved += 1
    }
    do throws(SQLiteError) {
      if columns["epoch"] != nil {
        let select = try source.prepare("SELECT \(SealedTable.epoch.selection) FROM epoch")
        while try select.step() {
          if let values = SealedTable.epoch.values(in: select) { try take(values) } else { count.lost += 1 }
        }
      } else {
        let select = try source.prepare("SELECT value FROM meta WHERE key = 'epoch'")
        if try select.step() { try take([.integer(1), select.value(0), .null, .integer(0), .text("fresh")]) }
      }
    } catch where error.path == source.path {
      count.isIncomplete = true
      // The index on the identities has them once more. Rows of an epoch prove it by their seals.
      if let select = try? source.prepare("SELECT number, id FROM epoch INDEXED BY sqlite_autoindex_epoch_1 ORDER BY id") {
        while (try? select.step()) == true {
          try take([select.value(0), select.value(1), .null, .integer(0), .text("fresh")])
        }
      }
    }
    report.add("epoch", count)
    return epochs
  }

  /// The rows of a lane, and tombstones for what is not there; the last sequence that it gave, if that is known.
  private mutating func copyLane(
    _ lane: Lane, of epoch: OutboxEpoch, _ outbox: OutboxTable, _ time: Timestamp, _ count: inout SalvageReport.Count
  ) throws(SQLiteError) -> Int64? {
    let table = SealedTable.outbox
    let last = lastGiven(lane, of: epoch)
    let values = table.columns.map { expression($0, in: table) }.joined(separator: ", ")
    let isOfEpoch = columns["outbox"]?.contains("epoch") == true ? "epoch = \(epoch.number) AND " : ""
    let select = "SELECT sequence, \(values), \(seal(table)) FROM outbox "
      + "WHERE \(isOfEpoch)lane = \(lane.rawValue) AND sequence > ?1 AND sequence < ?2 ORDER BY sequence"
    guard let ascending = try? source.prepare(select), let descending = try? source.prepare(select + " DESC") else {
      count.isIncomplete = true
      return last
    }
    let insert = try table.insertion("IGNORE", on: target)
    var (saved, broken) = (0, 0)
    var walk = KeyWalk(ascending: ascending, descending: descending)
    if let last { walk.upper = last + 1 }
    let isWhole = try walk.run { row throws(SQLiteError) in
      guard let values = table.values(in: row, at: 1, of: epoch.id) else {
        broken += 1
        return
      }
      try SealedTable.put(values, of: epoch.id, with: insert)
      saved += target.changes
    }
    count.saved += saved
    if !isWhole { count.isIncomplete = true }
    count.lost += max(broken, try declareMissing(lane, of: epoch, last, outbox, time))
    return last
  }

  private func lastGiven(_ lane: Lane, of epoch: OutboxEpoch) -> Int64? {
    let isOfEpoch = columns["lane"]?.contains("epoch") == true ? "epoch = \(epoch.number) AND " : ""
    let values = SealedTable.lane.columns.map { expression($0, in: .lane) }.joined(separator: ", ")
    guard
      let select = try? source.prepare(
        "SELECT \(values), \(seal(.lane)) FROM lane WHERE \(isOfEpoch)lane = \(lane.rawValue)"),
      (try? select.step()) == true, let row = SealedTable.lane.values(in: select), case .integer(let last) = row[2]
    else { return nil }
    return last
  }

  /// Tombstones for the stretches from 1 to the last sequence that neither a row nor a tombstone covers; how many
  /// sequences after the first row they declare. What is missing before it was acknowledged, for the most part.
  private func declareMissing(
    _ lane: Lane, of epoch: OutboxEpoch, _ last: Int64?, _ outbox: OutboxTable, _ time: Timestamp
  ) throws(SQLiteError) -> Int {
    var missing: [ClosedRange<Int64>] = []
    var covered: Int64 = 0
    var lowest: Int64?
    while true {
      let keys = try outbox.keys(lane, of: epoch.number, after: covered, limit: 500)
      for key in keys {
        if key.first > covered + 1 { missing.append(covered + 1...key.first - 1) }
        covered = key.sequence
        lowest = lowest ?? key.first
      }
      if keys.count < 500 { break }
    }
    let end = max(covered, last ?? 0)
    if covered < end { missing.append(covered + 1...end) }
    for range in missing { try outbox.bury(lane, range, count: nil, of: epoch, time) }
    let values: [Value] = [.integer(Int64(epoch.number)), .integer(Int64(lane.rawValue)), .integer(end)]
    try SealedTable.put(values, with: SealedTable.lane.insertion("REPLACE", on: target))
    return missing.filter { range in lowest.map { range.lowerBound > $0 } ?? false }.reduce(0) { $0 + $1.count }
  }
}
