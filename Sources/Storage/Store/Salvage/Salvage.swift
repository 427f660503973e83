// Copies what is readable of a damaged file into a fresh one, page by page.
import SQLite
import Vocabulary

/// One salvage. Nothing is taken over that is not exactly as it was written: a row with a broken seal counts as lost.
struct Salvage {
  private let file: PageFile
  private let map: PageMap
  /// A fresh file of the present schema.
  let target: Connection
  private(set) var report = SalvageReport()

  /// - Throws: `StoreError`, `.otherVehicle` when the file is readably another vehicle's.
  init(of path: String, into target: Connection, vehicle: String) throws(StoreError) {
    self.target = target
    file = PageFile(path)
    map = PageMap(file)
    var owner: String?
    _ = read(.meta) { row in
      if row.values[0] == .text("vehicle"), case .text(let name) = row.values[1], owner == nil { owner = name }
    }
    if let owner { try Identity(vehicle: owner).check(vehicle: vehicle, path) }
  }

  // MARK: Rows.

  /// What was found of a table.
  struct Reading {
    /// Rows of its tree that are not as they were written.
    var broken = 0
    /// Whether rows were taken from pages that no tree leads to: among them are some that had been deleted.
    var hasStrays = false
    /// Whether some page of the table could not be reached.
    var isIncomplete = false
    /// Rows that the pages without any may have held, going by the fullest page of the table.
    var mostBeyond = 0

    /// How many rows are lost, where `missing` of them are not where they should be.
    func count(saved: Int, missing: Int) -> SalvageReport.Count {
      let isWhole = !isIncomplete && broken == 0
      // Numbers are missing for other reasons too: more than there was room for cannot be lost, and a row that comes
      // back from a free page proves nothing about those after it.
      let isProof = !hasStrays && missing <= broken + mostBeyond
      let lost = isWhole ? 0 : isProof ? max(broken, missing) : broken
      return SalvageReport.Count(saved: saved, lost: lost, isIncomplete: isIncomplete || !isWhole && missing > lost)
    }
  }

  /// Calls `take` for each whole row of a table, those that a tree leads to first.
  /// - Parameter epochs: of the outbox, by which its rows are sealed.
  func read<Failure: Error>(
    _ table: SealedTable, of epochs: [Int64: Epoch]? = nil, _ take: (RowLayout.Row) throws(Failure) -> Void
  ) throws(Failure) -> Reading {
    var reading = Reading(isIncomplete: !map.hasList || map.incomplete.contains(table.name))
    let layouts = RowLayout.all.filter { $0.table.name == table.name }
    let isSealed = SealedTable.all.contains { $0.name == table.name }
    var fullest = 0
    for number in map.pages[table.name] ?? [] {
      guard let page = TreePage(number, of: file) else { continue }
      var whole = 0
      for cell in page.rows(of: file) {
        guard let row = layouts.lazy.compactMap({ $0.row(cell) }).first else { continue }
        if isSealed {
          var epoch: Epoch?
          if let epochs {
            guard case .integer(let number)? = row.values.first, let known = epochs[number] else { continue }
            epoch = known
          }
          // Elder versions had no seals: such a row is what its tree says.
          guard row.seal.map({ $0 == SealedTable.seal(row.values, of: epoch) }) ?? !map.strays.contains(number)
          else { continue }
        }
        whole += 1
        try take(row)
      }
      if !map.strays.contains(number) {
        reading.broken += page.cellCount - whole
      } else if whole > 0 {
        reading.hasStrays = true
      }
      fullest = max(fullest, whole)
    }
    reading.mostBeyond = (file.count - map.pages.values.reduce(0) { $0 + $1.count }) * fullest
    return reading
  }

  mutating func add(_ table: String, _ count: SalvageReport.Count) { report.add(table, count) }

  // MARK: Tables.

  /// Copies everything but the outbox, which needs its epochs.
  mutating func copyTables() throws(SQLiteError) {
    for table in SealedTable.all where !SealedTable.ofStreams.contains(table.name) { try copy(table) }
    try copyCheckpoints()
  }

  private mutating func copy(_ table: SealedTable) throws(SQLiteError) {
    let names = (table.isCounted ? [table.key].compactMap { $0 } : []) + table.columns + ["seal"]
    let places = names.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    let insert = try target.prepare(
      "INSERT OR IGNORE INTO \(table.name) (\(names.joined(separator: ", "))) VALUES (\(places))")
    var saved = 0
    var (first, last) = (Int64.max, Int64.min)
    let reading = try read(table) { row throws(SQLiteError) in
      // An elder layout kept the epoch among the notes; this file has its own.
      if table.name == SealedTable.meta.name && !isNote(row.values[0]) { return }
      let values = (table.isCounted ? [.integer(row.number)] : []) + row.values
      for (i, value) in values.enumerated() { try insert.bind(value, at: i + 1) }
      try insert.bind(SealedTable.seal(row.values), at: names.count)
      try insert.run()
      saved += target.changes
      (first, last) = (min(first, row.number), max(last, row.number))
    }
    // Numbers count up from 1, but for a damaged one.
    let isCounting = table.key != nil && first >= 0 && first <= last
    add(table.name, reading.count(saved: saved, missing: isCounting ? max(0, Int(last - first) - saved + 1) : 0))
  }

  private func isNote(_ key: Value) -> Bool {
    if case .text(let name) = key { name.hasPrefix(HistoryTables.notePrefix) } else { false }
  }

  /// Each slot that is whole.
  private mutating func copyCheckpoints() throws(SQLiteError) {
    var parts: [Int64: [UInt8]] = [:]
    _ = read(RowLayout.checkpointPart) { row in
      if case .blob(let data) = row.values[1], parts[row.number] == nil { parts[row.number] = data }
    }
    var slots: [(generation: Int64, version: Int64, crc: Int64, data: [UInt8])] = []
    var numbers: Set<Int64> = []
    var reading = read(RowLayout.checkpoint) { row in
      guard case .integer(let generation) = row.values[1], case .integer(let version) = row.values[2],
        case .integer(let crc) = row.values[3]
      else { return }
      numbers.insert(row.number)
      // An elder version kept a checkpoint in one piece.
      guard case .blob(let data) = row.values[4] else {
        let pieces = (0..<1 << 16 as Range<Int64>).lazy.map { parts[row.number << 16 + $0] }
        return slots.append((generation, version, crc, pieces.prefix { $0 != nil }.flatMap { $0 ?? [] }))
      }
      slots.append((generation, version, crc, data))
    }
    let table = try CheckpointTable(target)
    var saved = 0
    for slot in slots.sorted(by: { $0.generation < $1.generation }) {
      guard UInt32(truncatingIfNeeded: slot.crc) == crc32(slot.data) else { continue }
      try table.put(version: Int32(clamping: slot.version), slot.data)
      saved += 1
    }
    reading.broken += max(0, numbers.count - saved)
    add("checkpoint", reading.count(saved: saved, missing: 0))
  }
}
