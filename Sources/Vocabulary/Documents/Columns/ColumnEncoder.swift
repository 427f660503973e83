// Writes roll-ups as columns, one signal after the other: the form of a stored chunk and of a batch on the wire.
// docs/telemetry.proto says what each field means.

/// Makes one `RollUpColumns` message. Every double comes back bit for bit.
public struct ColumnEncoder: Sendable {
  private let seconds: Int64
  private let intervals: [Int64]
  private let hasNames: Bool
  private var names: [SignalName] = []
  private var signals = 0
  private var samples = 0
  private var columns = Columns(PackedColumnWriter())
  /// The integers of the signal that is being added: last, minimum and maximum of each row.
  private var integers: [Int64] = []
  private var former: SignalContext

  /// - Parameters:
  ///   - seconds: What one interval covers.
  ///   - intervals: Their numbers, in units of `seconds` since 1970.
  ///   - hasNames: Whether every signal brings its name, for a reader without the catalogue.
  public init(seconds: Int64, intervals: [Int64], hasNames: Bool) throws(ColumnError) {
    guard 1...ColumnLimit.seconds ~= seconds else { throw .invalid(field: "seconds") }
    guard intervals.count <= ColumnLimit.intervals else { throw .tooMany("intervals", limit: ColumnLimit.intervals) }
    guard intervals.allSatisfy({ isWallTime($0, seconds) }) else { throw .invalid(field: "interval") }
    self.seconds = seconds
    self.intervals = intervals
    self.hasNames = hasNames
    former = SignalContext(intervals: intervals.count)
  }

  /// Adds a signal. Numbers and the positions within a signal ascend.
  public mutating func add(_ signal: SignalColumn) throws(ColumnError) {
    guard !signal.rows.isEmpty else { return }
    try check(signal)
    signals += 1
    samples += signal.rows.count
    if let name = signal.name { names.append(name) }
    columns.number.append(Int64(signal.number) - former.number - 1)
    former.number = Int64(signal.number)
    addPositions(signal.rows)

    let grid = fit(signal.rows)
    let isSmooth = movesSmoothly
    let form = grid.form + (isSmooth ? 1 : 0)
    columns.form.append(form - former.form)
    former.form = form
    columns.step.append(grid.step - 1)
    columns.origin.append(grid.origin)

    var (integer, delta): (Int64, Int64) = (0, 0)
    var count = CountGuess()
    for (i, row) in signal.rows.enumerated() {
      columns.count.append(Int64(row.count) - count.guess(at: row.position, former))
      count.learn(Int64(row.count), at: row.position, &former)
      let (last, minimum, maximum) = (integers[3 * i], integers[3 * i + 1], integers[3 * i + 2])
      let step = last &- integer
      columns.last.append(isSmooth ? step &- delta : step)
      (integer, delta) = (last, i == 0 ? 0 : step)
      columns.minimum.append(last &- minimum)
      columns.maximum.append(maximum &- last)
      columns.lastMiss.append(miss(row.last, grid.value(at: last)))
      columns.minimumMiss.append(miss(row.minimum, grid.value(at: minimum)))
      columns.maximumMiss.append(miss(row.maximum, grid.value(at: maximum)))
      addSum(of: row, minimum &+ maximum, grid)
    }
  }

  /// The message.
  public func finish() -> [UInt8] {
    var message = ProtobufWriter(reserving: 64 + columns.all.reduce(0) { $0 + $1.bytes.count + 4 })
    message.field(1, UInt64(seconds))
    message.field(2, signed: intervals.first ?? 0)
    message.field(3, UInt64(intervals.count))
    var steps = PackedColumnWriter()
    var delta: Int64 = 1
    for (interval, next) in zip(intervals, intervals.dropFirst()) {
      steps.append(next &- interval &- delta)
      delta = next &- interval
    }
    if !steps.bytes.isEmpty { message.field(4, steps.bytes) }
    message.field(5, UInt64(signals))
    for name in names { message.field(6, name.path.utf8) }
    for name in names { message.field(7, name.unit.utf8) }
    for (place, column) in columns.all.enumerated() where !column.bytes.isEmpty {
      message.field(Columns<PackedColumnWriter>.firstField + place, column.bytes)
    }
    return message.bytes
  }

  private func check(_ signal: SignalColumn) throws(ColumnError) {
    guard Int64(signal.number) > former.number else { throw .disorder("signals do not ascend by number") }
    guard (signal.name != nil) == hasNames else { throw .invalid(field: "path") }
    if let name = signal.name {
      guard 1...ColumnLimit.pathBytes ~= name.path.utf8.count else { throw .invalid(field: "path") }
      guard name.unit.utf8.count <= ColumnLimit.unitBytes else { throw .invalid(field: "unit") }
    }
    var before = -1
    for row in signal.rows {
      guard before < row.position, row.position < intervals.count else {
        throw .disorder("positions of a signal do not ascend below the number of intervals")
      }
      before = row.position
    }
    guard signals < ColumnLimit.signals else { throw .tooMany("signals", limit: ColumnLimit.signals) }
    guard samples + signal.rows.count <= ColumnLimit.samples else {
      throw .tooMany("roll-ups", limit: ColumnLimit.samples)
    }
  }

  private mutating func addPositions(_ rows: [ColumnRow]) {
    columns.missing.append(Int64(intervals.count - rows.count))
    guard rows.count < intervals.count else { return }
    var (position, delta) = (-1, 1)
    for row in rows {
      columns.position.append(Int64(row.position - position - delta))
      (position, delta) = (row.position, row.position - position)
    }
  }

  private mutating func addSum(of row: ColumnRow, _ ends: Int64, _ grid: ColumnGrid) {
    var guess = constantSum(of: row)
    if guess == nil, !grid.isOrder {
      let flat = (ends &* Int64(row.count)) >> 1
      let excess = grid.total(row.sum, of: row.count).map { $0 &- flat } ?? 0
      columns.sum.append(excess)
      guess = grid.sum(of: row.count, total: flat &+ excess)
    }
    columns.sumMiss.append(miss(row.sum, guess ?? Double(row.count) * row.last))
  }

  /// Finds the grid, and leaves the rows' integers on it in `integers`.
  private mutating func fit(_ rows: [ColumnRow]) -> ColumnGrid {
    var grid = ColumnGrid.fraction(of: rows)
    integers.removeAll(keepingCapacity: true)
    var former: Int64 = 0
    for row in rows {
      former = grid.integer(row.last) ?? former
      integers.append(former)
      integers.append(grid.integer(row.minimum) ?? former)
      integers.append(grid.integer(row.maximum) ?? former)
    }
    grid = grid.spread(over: integers)
    if grid.step > 1 {
      for i in integers.indices { integers[i] = (integers[i] - grid.origin) / grid.step }
    }
    if grid.mayMultiply {
      let multiplying = ColumnGrid(grid.fraction, step: grid.step, origin: 0, multiplies: true)
      if misses(rows, multiplying) < misses(rows, grid) { grid = multiplying }
    }
    return grid
  }

  private func misses(_ rows: [ColumnRow], _ grid: ColumnGrid) -> Int {
    var count = 0
    for (i, row) in rows.enumerated() {
      if grid.value(at: integers[3 * i]) != row.last { count += 1 }
      if grid.value(at: integers[3 * i + 1]) != row.minimum { count += 1 }
      if grid.value(at: integers[3 * i + 2]) != row.maximum { count += 1 }
    }
    return count
  }

  /// Whether the last values are smaller as changes of their change than as changes.
  private var movesSmoothly: Bool {
    var sizes = (plain: 0, smooth: 0)
    var (integer, delta): (Int64, Int64) = (0, 0)
    for i in stride(from: 0, to: integers.count, by: 3) {
      let step = integers[i] &- integer
      sizes.plain += zigzagSize(step)
      sizes.smooth += zigzagSize(step &- delta)
      (integer, delta) = (integers[i], i == 0 ? 0 : step)
    }
    return sizes.smooth < sizes.plain
  }
}
