// How long the adapter is to wait for answers (ATST), from how long they take.

/// An adapter waits some 200 ms after the last frame, and as long for an answer that never comes. Control units have
/// 50 ms (ISO 15765-4).
struct ELMWaitTime: Sendable {
  /// Seconds from the request to the first byte of its answer, the adapter's own time left out; falls slowly, so that
  /// one late answer is forgotten.
  private var longest = 0.0
  /// Seconds in which the adapter answers by itself, the shortest.
  private var ownTime = Double.infinity
  private var answers = 0
  private var silences = 0
  /// It was too short once: it is left alone.
  private var isFixed = false

  /// As adapters begin: 204 ms.
  static let usual: UInt8 = 0x32
  private static let range = 0.1...0.2
  private static let unit = 0.004
  private static let answersBeforeChange = 8
  private static let mostSilences = 3

  /// To a command of its own.
  mutating func obeyed(after seconds: Double) { ownTime = min(ownTime, max(0, seconds)) }

  mutating func answered(after seconds: Double) {
    silences = 0
    answers += 1
    let vehicles = max(0, seconds - (ownTime.isFinite ? ownTime : 0))
    longest = max(vehicles, longest - longest / 32)
  }

  mutating func unanswered() { silences += 1 }

  /// What it should be; nil to leave it.
  mutating func change(from present: UInt8?) -> UInt8? {
    let present = present ?? ELMWaitTime.usual
    if silences >= ELMWaitTime.mostSilences, present < ELMWaitTime.usual {
      isFixed = true
      return ELMWaitTime.usual
    }
    guard !isFixed, answers >= ELMWaitTime.answersBeforeChange else { return nil }
    answers = 0
    let seconds = min(max(2 * longest, ELMWaitTime.range.lowerBound), ELMWaitTime.range.upperBound)
    let wanted = UInt8(seconds / ELMWaitTime.unit)
    // Each change costs a command.
    return abs(Int(wanted) - Int(present)) * 4 > Int(present) ? wanted : nil
  }
}
