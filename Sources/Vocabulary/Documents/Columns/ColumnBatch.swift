// From the capture's roll-ups to a stored chunk, and from stored chunks to a batch for the wire.
public import Vocabulary

/// Encodes the roll-ups of one interval: the chunk that is stored.
///
/// - Parameters:
///   - seconds: What the interval covers.
///   - interval: Its number, in units of `seconds` since 1970.
///   - number: A signal's lasting number; a roll-up without one is left out.
public func columnChunk(
  seconds: Int64, interval: Int64, _ rollUps: [RollUp], number: (SignalID) -> UInt32?
) throws(ColumnError) -> [UInt8] {
  var signals: [(number: UInt32, row: ColumnRow)] = []
  signals.reserveCapacity(rollUps.count)
  for rollUp in rollUps {
    guard let number = number(rollUp.signal) else { continue }
    signals.append((number, ColumnRow(rollUp)))
  }
  signals.sort { $0.number < $1.number }
  var encoder = try ColumnEncoder(seconds: seconds, intervals: [interval], hasNames: false)
  var signal = SignalColumn()
  for (number, row) in signals {
    signal.number = number
    signal.rows.removeAll(keepingCapacity: true)
    signal.rows.append(row)
    try encoder.add(signal)
  }
  return encoder.finish()
}

/// Joins stored chunks to one batch, which carries the signals' names.
///
/// The chunks are read side by side, signal by signal: beside them and the batch, no more than one signal's rows are
/// held.
/// - Parameters:
///   - chunks: In the order of time, all of intervals of the same length.
///   - name: What a signal's number stands for.
public func columnBatch(of chunks: [[UInt8]], name: (UInt32) -> SignalName) throws(ColumnError) -> [UInt8] {
  var sources: [ChunkSource] = []
  var intervals: [Int64] = []
  for chunk in chunks {
    let source = try ChunkSource(chunk, firstPosition: intervals.count)
    intervals += source.intervals
    sources.append(source)
  }
  guard let seconds = sources.first?.seconds else { throw .disorder("no chunk to make a batch of") }
  guard sources.allSatisfy({ $0.seconds == seconds }) else { throw .disorder("chunks of intervals of several lengths") }
  var encoder = try ColumnEncoder(seconds: seconds, intervals: intervals, hasNames: true)
  var signal = SignalColumn()
  while let number = nextNumber(of: sources) {
    signal.number = number
    signal.name = name(number)
    signal.rows.removeAll(keepingCapacity: true)
    for i in sources.indices { try sources[i].take(number, &signal.rows) }
    try encoder.add(signal)
  }
  return encoder.finish()
}

/// The lowest number that any chunk has next.
private func nextNumber(of sources: [ChunkSource]) -> UInt32? {
  var lowest: UInt32?
  // By place: a source that is handed around is copied, with all that it refers to.
  for i in sources.indices {
    if let number = sources[i].number { lowest = min(lowest ?? number, number) }
  }
  return lowest
}

extension ColumnRow {
  /// The roll-up of a batch's only interval.
  fileprivate init(_ rollUp: RollUp) {
    self.init(
      position: 0, count: rollUp.count, minimum: rollUp.minimum, maximum: rollUp.maximum, sum: rollUp.sum,
      last: rollUp.last)
  }
}

/// A chunk at the signal that is to be taken next.
private struct ChunkSource {
  private var decoder: ColumnDecoder
  private let firstPosition: Int
  private var signal = SignalColumn()
  private var isOver: Bool

  init(_ chunk: [UInt8], firstPosition: Int) throws(ColumnError) {
    decoder = try ColumnDecoder(chunk)
    self.firstPosition = firstPosition
    isOver = !(try decoder.next(&signal))
  }

  var seconds: Int64 { decoder.seconds }
  var intervals: [Int64] { decoder.intervals }

  /// Of the signal that is to be taken next; nil when all are taken.
  var number: UInt32? { isOver ? nil : signal.number }

  /// Appends the rows of a signal, if it is the next one.
  mutating func take(_ number: UInt32, _ rows: inout [ColumnRow]) throws(ColumnError) {
    guard number == self.number else { return }
    for var row in signal.rows {
      row.position += firstPosition
      rows.append(row)
    }
    isOver = !(try decoder.next(&signal))
  }
}
