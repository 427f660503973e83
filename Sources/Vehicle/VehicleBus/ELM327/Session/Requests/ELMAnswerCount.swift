// How many frames the answer to a request had the last time, so that the adapter need not wait for more.

/// The digit after a request makes an adapter return as soon as so many frames have come, instead of waiting for others
/// until its timeout. Here is what came, and whether the digit does anything.
struct ELMAnswerCount: Sendable {
  struct Question: Hashable, Sendable {
    let address: RequestAddress
    let bytes: [UInt8]
  }

  /// What the answers so far say about the adapter.
  enum Verdict: Sendable {
    case honoured, ignored
  }

  private struct Count: Sendable {
    var frames: Int
    /// Requests with the digit since the last one without.
    var uses = 0
  }

  private var counts: [Question: Count] = [:]
  /// Seconds from an answer's last line to its prompt without the digit, smoothed.
  private var tail: Double?
  private var honoured = 0
  /// It was honoured for certain once: whatever speaks against it now is a disturbance.
  private var isShown = false
  private var understood = 0
  private var ignored = 0

  private static let capacity = 512
  /// With every so many requests to everybody all are waited for: a unit may be new.
  private static let usesBeforeLook = 19
  /// What the bytes of an answer and its prompt may lie apart on a port that hands them over in pieces.
  private static let prompt = 0.02
  private static let proofs = 2
  private static let disproofs = 8

  /// The digit for a request; nil for none.
  mutating func digit(for question: Question, isForAll: Bool) -> Int? {
    guard var count = counts[question], 1...15 ~= count.frames else { return nil }
    if isForAll, count.uses >= ELMAnswerCount.usesBeforeLook { return nil }
    count.uses += 1
    counts[question] = count
    return count.frames
  }

  /// - Parameter frames: that came; nil when that cannot be told, or none may be relied on.
  mutating func note(_ question: Question, frames: Int?, withDigit: Bool) {
    guard let frames, frames > 0 else {
      counts[question] = nil
      return
    }
    if counts.count >= ELMAnswerCount.capacity, counts[question] == nil { counts.removeAll() }
    if withDigit { understood += 1 }
    let uses = withDigit ? counts[question]?.uses ?? 0 : 0
    counts[question] = Count(frames: frames, uses: uses)
  }

  /// Whether requests with the digit were answered: a `?` is a disturbance then.
  var isUnderstood: Bool { understood >= ELMAnswerCount.proofs }

  /// - Parameter tail: seconds from the last line of a whole answer to the prompt.
  mutating func judge(tail seconds: Double, withDigit: Bool) -> Verdict? {
    guard withDigit else {
      tail = tail.map { $0 + (seconds - $0) / 4 } ?? seconds
      return nil
    }
    // Where it waits no longer without the digit, nothing shows.
    guard let tail, tail > 2 * ELMAnswerCount.prompt else { return nil }
    if seconds < max(ELMAnswerCount.prompt, tail / 5) {
      ignored = 0
      honoured += 1
      guard honoured >= ELMAnswerCount.proofs else { return nil }
      isShown = true
      return .honoured
    }
    honoured = 0
    guard !isShown else { return nil }
    ignored += 1
    return ignored >= ELMAnswerCount.disproofs ? .ignored : nil
  }
}
