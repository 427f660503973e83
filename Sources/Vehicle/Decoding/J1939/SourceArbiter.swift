// Which of several senders of one parameter group a signal is taken from.

import Vocabulary

/// On a bus of SAE J1939 several control units may send the same parameter group: the engine and the cab both know the
/// speed, and each fills in "not available" where it knows nothing. The first unit that has a value owns the signal
/// until it has had none for ten seconds; what others say of it meanwhile is left out, so that a signal neither flickers
/// between two sensors nor between a value and none.
struct SourceArbiter: ~Copyable, Sendable {
  /// Seconds without a valid value after which another unit may take over a signal.
  static let ownership = 10.0

  private struct Owner: BitwiseCopyable, Sendable {
    /// Bus above the source address.
    var source: UInt16
    var lastValid: Instant
    static let nobody = UInt16.max
  }

  /// One for each signal.
  private var owners: [Owner]

  /// - Parameter signals: how many signals the catalogue has; none of those beyond is arbitrated.
  init(signals: Int) { owners = Array(repeating: Owner(source: Owner.nobody, lastValid: .zero), count: signals) }

  var memoryBytes: Int { 32 + owners.capacity * MemoryLayout<Owner>.stride }

  /// Keeps those of the first `count` samples of `frame` that its sender owns, in their order, and returns how many.
  mutating func keepOwned(_ out: inout MutableSpan<Sample>, count: Int, of frame: borrowing CANFrame) -> Int {
    let source = UInt16(frame.bus) &<< 8 | UInt16(truncatingIfNeeded: frame.id.value & 0xFF)
    var kept = 0
    for i in 0..<count {
      let sample = out[i]
      guard isOwned(sample, by: source) else { continue }
      if kept < i { out[kept] = sample }
      kept &+= 1
    }
    return kept
  }

  private mutating func isOwned(_ sample: Sample, by source: UInt16) -> Bool {
    let i = sample.signal.index
    guard i < owners.count else { return true }
    let isValid = sample.validity == .valid
    if owners[i].source != source {
      // What is no value takes nothing over, and says something only while nobody had a value.
      guard isValid else { return owners[i].source == Owner.nobody }
      // Also when the axis jumped back: in a recording that was put together from several.
      let isSilent = abs(sample.time.seconds(since: owners[i].lastValid)) >= SourceArbiter.ownership
      guard owners[i].source == Owner.nobody || isSilent else { return false }
      owners[i].source = source
    }
    if isValid { owners[i].lastValid = sample.time }
    return true
  }
}
