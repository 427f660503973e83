// What writer and reader of columns share: which columns there are, and how the next number is guessed from those
// before.

/// The columns of a message, in the order of their fields.
struct Columns<Column> {
  var number, missing, position, form, step, origin, count: Column
  var last, lastMiss, minimum, minimumMiss, maximum, maximumMiss, sum, sumMiss: Column

  static var firstField: Int { 8 }

  /// - Parameter empty: What each of them begins as.
  init(_ empty: Column) {
    (number, missing, position, form, step, origin, count) = (empty, empty, empty, empty, empty, empty, empty)
    (last, lastMiss, minimum, minimumMiss) = (empty, empty, empty, empty)
    (maximum, maximumMiss, sum, sumMiss) = (empty, empty, empty, empty)
  }

  var all: [Column] {
    [
      number, missing, position, form, step, origin, count, last, lastMiss, minimum, minimumMiss, maximum, maximumMiss,
      sum, sumMiss,
    ]
  }

  /// Puts a column in its field's place; what is no column of this kind is passed over.
  mutating func set(_ column: Column, field: Int) {
    switch field - Columns.firstField {
    case 0: number = column
    case 1: missing = column
    case 2: position = column
    case 3: form = column
    case 4: step = column
    case 5: origin = column
    case 6: count = column
    case 7: last = column
    case 8: lastMiss = column
    case 9: minimum = column
    case 10: minimumMiss = column
    case 11: maximum = column
    case 12: maximumMiss = column
    case 13: sum = column
    case 14: sumMiss = column
    default: break
    }
  }
}

extension Columns: Sendable where Column: Sendable {}

/// What the next signal's numbers are told against.
struct SignalContext {
  var number: Int64 = -1
  var form: Int64 = 0
  /// For each interval the count of the latest signal that came in it. Signals of one message come equally often.
  var counts: [Int64]

  init(intervals: Int) { counts = Array(repeating: 1, count: intervals) }
}

/// Guesses a count: that of the signal before in the same interval, moved by what this signal's count was off before.
struct CountGuess {
  private var offset: Int64 = 0

  @inline(__always)
  func guess(at position: Int, _ context: SignalContext) -> Int64 { context.counts[position] &+ offset }

  @inline(__always)
  mutating func learn(_ count: Int64, at position: Int, _ context: inout SignalContext) {
    offset = count &- context.counts[position]
    context.counts[position] = count
  }
}

/// Whether an interval's start is a time in nanoseconds since 1970, as everywhere else.
func isWallTime(_ interval: Int64, _ seconds: Int64) -> Bool {
  interval.magnitude <= UInt64(Int64.max / (seconds * 1_000_000_000))
}

/// By how many places among all doubles a value misses the guess.
@inline(__always)
func miss(_ value: Double, _ guess: Double) -> Int64 { orderedBits(value) &- orderedBits(guess) }

/// What a running sum comes to when all samples of a row were the same; nil when they were not, or too many to add up.
@inline(__always)
func constantSum(of row: ColumnRow) -> Double? {
  guard row.count <= 256, row.minimum.bitPattern == row.last.bitPattern, row.maximum.bitPattern == row.last.bitPattern
  else { return nil }
  var sum = 0.0
  for _ in 0..<row.count { sum += row.last }
  return sum
}
