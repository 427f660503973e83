// Reads roll-ups from columns that a stranger may have sent: signal by signal, so that no more memory is taken than one
// signal's rows need, whatever the message claims.

/// One `RollUpColumns` message, checked on the way.
public struct ColumnDecoder: Sendable {
  /// What one interval covers.
  public private(set) var seconds: Int64 = 0
  /// The intervals' numbers, in units of `seconds` since 1970.
  public private(set) var intervals: [Int64] = []
  /// Signals in the message.
  public private(set) var signalCount = 0
  /// Whether each signal comes with its name.
  public var hasNames: Bool { paths.count > 0 }

  private let bytes: [UInt8]
  private var paths = Texts()
  private var units = Texts()
  private var columns = Columns(PackedColumnReader(0..<0))
  private var signals = 0
  private var samples = 0
  private var former = SignalContext(intervals: 0)

  /// Reads all but the columns' content.
  public init(_ bytes: [UInt8]) throws(ColumnError) {
    guard bytes.count <= ColumnLimit.bytes else { throw .tooMany("bytes", limit: ColumnLimit.bytes) }
    self.bytes = bytes
    try readFields()
    guard paths.count == 0 || paths.count == signalCount else { throw .invalid(field: "path") }
    guard units.count == paths.count else { throw .invalid(field: "unit") }
  }

  /// Puts the next signal in the place of the one before, whose memory is used again; false after the last one.
  ///
  /// An error is the end: what follows cannot be told.
  public mutating func next(_ signal: inout SignalColumn) throws(ColumnError) -> Bool {
    guard signals < signalCount else {
      guard columns.all.allSatisfy(\.isOver) else { throw .excess }
      return false
    }
    signals += 1
    let gap = try columns.number.next(bytes)
    guard 0...Int64(UInt32.max) ~= gap, let number = UInt32(exactly: former.number + 1 + gap) else {
      throw .invalid(field: "number")
    }
    former.number = Int64(number)
    let missing = try columns.missing.next(bytes)
    guard missing >= 0, missing < intervals.count else { throw .invalid(field: "missing") }
    let rows = intervals.count - Int(missing)
    samples += rows
    guard samples <= ColumnLimit.samples else { throw .tooMany("roll-ups", limit: ColumnLimit.samples) }
    signal.number = number
    signal.name = hasNames ? try nextName() : nil
    signal.rows.removeAll(keepingCapacity: true)
    try readRows(rows, into: &signal.rows)
    return true
  }

  private mutating func readRows(_ count: Int, into rows: inout [ColumnRow]) throws(ColumnError) {
    let bytes = bytes
    let form = former.form &+ (try columns.form.next(bytes))
    let step = try columns.step.next(bytes) &+ 1
    guard let grid = ColumnGrid(form: form, step: step, origin: try columns.origin.next(bytes)) else {
      throw .invalid(field: "form")
    }
    former.form = form
    rows.reserveCapacity(count)
    var place = (position: -1, delta: 1)
    var counts = CountGuess()
    var (integer, delta): (Int64, Int64) = (0, 0)
    for i in 0..<count {
      place = try nextPlace(after: place, isGapless: count == intervals.count)
      let count = counts.guess(at: place.position, former) &+ (try columns.count.next(bytes))
      guard let samples = UInt32(exactly: count) else { throw .invalid(field: "count") }
      counts.learn(count, at: place.position, &former)

      var step = try columns.last.next(bytes)
      if form & 1 != 0 { step = step &+ delta }
      integer = integer &+ step
      delta = i == 0 ? 0 : step
      let last = grid.value(at: integer, missedBy: try columns.lastMiss.next(bytes))
      let least = integer &- (try columns.minimum.next(bytes))
      let minimum = grid.value(at: least, missedBy: try columns.minimumMiss.next(bytes))
      let greatest = integer &+ (try columns.maximum.next(bytes))
      let maximum = grid.value(at: greatest, missedBy: try columns.maximumMiss.next(bytes))
      var row = ColumnRow(
        position: place.position, count: samples, minimum: minimum, maximum: maximum, sum: 0, last: last)
      row.sum = try nextSum(of: row, least &+ greatest, grid)
      rows.append(row)
    }
  }

  private mutating func nextPlace(
    after place: (position: Int, delta: Int), isGapless: Bool
  ) throws(ColumnError) -> (position: Int, delta: Int) {
    guard !isGapless else { return (place.position + 1, 1) }
    let change = try columns.position.next(bytes)
    let delta = Int64(place.delta) &+ change
    guard delta >= 1, delta < Int64(intervals.count - place.position) else { throw .invalid(field: "position") }
    return (place.position + Int(delta), Int(delta))
  }

  private mutating func nextSum(of row: ColumnRow, _ ends: Int64, _ grid: ColumnGrid) throws(ColumnError) -> Double {
    var guess = constantSum(of: row)
    if guess == nil, !grid.isOrder {
      guess = grid.sum(of: row.count, total: (ends &* Int64(row.count)) >> 1 &+ (try columns.sum.next(bytes)))
    }
    return double(orderedBits: orderedBits(guess ?? Double(row.count) * row.last) &+ (try columns.sumMiss.next(bytes)))
  }

  private mutating func nextName() throws(ColumnError) -> SignalName {
    guard let path = try paths.next(in: bytes), 1...ColumnLimit.pathBytes ~= path.utf8.count else {
      throw .invalid(field: "path")
    }
    guard let unit = try units.next(in: bytes), unit.utf8.count <= ColumnLimit.unitBytes else {
      throw .invalid(field: "unit")
    }
    return SignalName(path: path, unit: unit)
  }
}

// MARK: The message

extension ColumnDecoder {
  /// Fields stand in ascending order, so that texts of one kind are in one place; unknown ones are passed over.
  private mutating func readFields() throws(ColumnError) {
    var reader = ProtobufReader(bytes)
    var (first, count): (Int64, UInt64) = (0, 0)
    var steps = PackedColumnReader(0..<0)
    var former = 0
    do throws(ProtobufError) {
      var start = reader.position
      while let field = try reader.next() {
        let isText = 6...7 ~= field.number
        guard field.number > former || isText && field.number == former else {
          throw ProtobufError.malformed(offset: start)
        }
        former = field.number
        switch field.number {
        case 1: seconds = Int64(clamping: try field.unsigned())
        case 2: first = try field.signed()
        case 3: count = try field.unsigned()
        case 4: steps = PackedColumnReader(try field.content())
        case 5: signalCount = Int(clamping: try field.unsigned())
        case 6: paths.append(try field.content(), at: start)
        case 7: units.append(try field.content(), at: start)
        case 8...22: columns.set(PackedColumnReader(try field.content()), field: field.number)
        default: break
        }
        start = reader.position
      }
    } catch { throw .notProtobuf(error) }
    guard 1...ColumnLimit.seconds ~= seconds else { throw .invalid(field: "seconds") }
    guard count <= ColumnLimit.intervals else { throw .tooMany("intervals", limit: ColumnLimit.intervals) }
    guard signalCount <= ColumnLimit.signals else { throw .tooMany("signals", limit: ColumnLimit.signals) }
    intervals.reserveCapacity(Int(count))
    var (interval, delta): (Int64, Int64) = (first, 1)
    for i in 0..<Int(count) {
      if i > 0 {
        delta = delta &+ (try steps.next(bytes))
        interval = interval &+ delta
      }
      guard isWallTime(interval, seconds) else { throw .invalid(field: "interval") }
      intervals.append(interval)
    }
    guard steps.isOver else { throw .excess }
    self.former = SignalContext(intervals: intervals.count)
  }

  /// The texts of a repeated field, which stand one behind the other.
  private struct Texts {
    private(set) var count = 0
    private var range = 0..<0

    mutating func append(_ content: Range<Int>, at start: Int) {
      range = (count == 0 ? start : range.lowerBound)..<content.upperBound
      count += 1
    }

    mutating func next(in bytes: [UInt8]) throws(ColumnError) -> String? {
      var reader = ProtobufReader(bytes, in: range)
      do throws(ProtobufError) {
        guard let content = try reader.next()?.content() else { return nil }
        range = reader.position..<range.upperBound
        return String(validating: bytes[content], as: UTF8.self)
      } catch { throw .notProtobuf(error) }
    }
  }
}
