// Engines as the C-MAPSS files give them: settings and sensors of every cycle (Saxena et al., PHM 2008).

/// What was seen of one engine, cycle by cycle.
public struct EngineRun: Sendable {
  /// Operational settings of a row, which come first, and sensors, which follow.
  public static let settings = 3
  public static let sensors = 21
  public static let width = settings + sensors

  public var unit: Int
  /// Ascending.
  public private(set) var cycles: [Double] = []
  /// `width` numbers for each cycle, row by row.
  public private(set) var values: [Double] = []

  public var count: Int { cycles.count }

  /// - Parameter rows: cycle and `width` values of each, in any order; of two with the same cycle the first counts.
  init(unit: Int, rows: [(cycle: Double, values: ArraySlice<Double>)]) {
    self.unit = unit
    for row in rows.sorted(by: { $0.cycle < $1.cycle }) where row.cycle != cycles.last {
      cycles.append(row.cycle)
      values += row.values
    }
  }

  /// Cycles that were left at a row when the engine ran to its end.
  func remaining(at row: Int) -> Double { cycles[count - 1] - cycles[row] }
}

/// The engines of one file, and what was left out of it.
public struct EngineFile: Sendable {
  /// By their numbers, ascending.
  public private(set) var runs: [EngineRun]
  /// What was left out and why, one line each.
  public private(set) var notes: [String]

  /// Whether the file lost its end, and its last unit therefore was left out.
  let isCutOff: Bool

  /// - Throws: when the file cannot be read or has no row of 26 numbers: unit, cycle, settings, sensors.
  public init(path: String) throws(TableError) {
    self.init(table: try NumberTable(path: path, columns: 2 + EngineRun.width), name: path)
  }

  /// - Parameter name: what notes call the file.
  public init(table: NumberTable, name: String) {
    var rows: [Int: [(cycle: Double, values: ArraySlice<Double>)]] = [:]
    var last: Int?
    for row in 0..<table.rows {
      let start = row * table.columns
      let unit = Int(exactly: table.numbers[start].rounded()) ?? 0
      rows[unit, default: []].append((table.numbers[start + 1], table.numbers[(start + 2)..<(start + table.columns)]))
      last = unit
    }
    notes = Self.notes(on: table.flaws, name: name)
    isCutOff = table.isCutOff
    if table.isCutOff, let last {
      // How its run goes on, and for how long, is not in the file.
      rows[last] = nil
      notes.append("\(name): cut off within unit \(last), which is left out")
    }
    runs = rows.keys.sorted().map { EngineRun(unit: $0, rows: rows[$0] ?? []) }
  }

  mutating func dropLast(because reason: String) {
    runs.removeLast()
    notes.append(reason)
  }

  static func notes(on flaws: [NumberTable.Flaw], name: String) -> [String] {
    let told = flaws.prefix(3).map { "\(name): line \($0.line): \($0.reason); the line is left out" }
    return told + (flaws.count > 3 ? ["\(name): \(flaws.count - 3) more lines like these are left out"] : [])
  }
}

/// Engines whose runs were cut short, and how many cycles each really had left.
public struct EngineTestSet: Sendable {
  public private(set) var runs: [EngineRun]
  /// Cycles that each was to run on, as many as `runs`.
  public private(set) var remaining: [Double]
  public private(set) var notes: [String]

  /// - Parameter remaining: one number for each unit, in the order of their numbers.
  /// - Throws: when a file cannot be read, when a line of the numbers is none, so that those behind it would be taken
  ///   for other units', or when there is no engine of which the truth is known.
  public init(test: String, remaining path: String) throws(TableError) {
    try self.init(
      test: try EngineFile(path: test), remaining: try NumberTable(path: path, columns: 1), names: (test, path))
  }

  /// - Parameter names: what notes call the files.
  init(
    test file: EngineFile, remaining truth: NumberTable, names: (test: String, remaining: String)
  ) throws(TableError) {
    if let flaw = truth.flaws.first {
      throw TableError(
        "\(names.remaining): line \(flaw.line): \(flaw.reason); each unit needs one number on its own line")
    }
    var file = file
    // A file that ends before the last unit may have been cut off between two rows.
    if !file.isCutOff, let unit = file.runs.last?.unit, max(unit, file.runs.count) < truth.rows {
      file.dropLast(
        because: "\(names.test): ends with unit \(unit), but \(names.remaining) tells of \(truth.rows): the unit may "
          + "have lost its end and is left out")
    }
    // Units are numbered from 1; where they are not, their order counts.
    let isNumbered = file.runs.allSatisfy { (1...max(truth.rows, file.runs.count)).contains($0.unit) }
    runs = []
    remaining = []
    for (i, run) in file.runs.enumerated() {
      let index = isNumbered ? run.unit - 1 : i
      guard index < truth.rows else { continue }
      runs.append(run)
      remaining.append(truth.numbers[index])
    }
    notes = file.notes
    if runs.count < file.runs.count {
      notes.append("\(names.remaining): only \(truth.rows) numbers for \(file.runs.count) units; the rest is left out")
    }
    guard !runs.isEmpty else {
      throw TableError("\(names.test): no engine left of which \(names.remaining) tells the end")
    }
  }
}
