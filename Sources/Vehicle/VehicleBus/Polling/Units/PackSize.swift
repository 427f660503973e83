// How many parameters one unit takes in one request.

/// Learned from refusals, which are final, and from silence, which may be a disturbance: some old units do not refuse
/// what they do not understand.
struct PackSize: Sendable {
  private let most: Int
  /// What the unit may take as far as it has said.
  private var limit: Int
  /// Most parameters in the next request, 1 or more.
  private(set) var size: Int
  /// Answers until a larger pack is tried again after silence.
  private var answersToTrial = 0
  private var trialPause = PackSize.firstTrialPause
  private static let firstTrialPause = 16
  private static let longestTrialPause = 4096

  init(most: Int) {
    self.most = most
    limit = most
    size = most
  }

  /// The unit refused so many at once.
  mutating func refused(_ count: Int) {
    limit = max(1, min(size, count) / 2)
    size = limit
  }

  /// So many at once had no answer, or one that broke on the way.
  mutating func unanswered(_ count: Int) {
    guard count > 1 else { return }
    size = max(1, min(size, count) / 2)
    answersToTrial = trialPause
    trialPause = min(trialPause * 4, PackSize.longestTrialPause)
  }

  mutating func answered() {
    guard size < limit else { return }
    answersToTrial -= 1
    if answersToTrial <= 0 {
      size = min(limit, size * 2)
      answersToTrial = trialPause
    }
  }

  /// It was not the size: one of them is refused alone as well.
  mutating func absolve() {
    limit = most
    size = most
  }

  /// The silence was the unit's, whatever it was asked.
  mutating func forgetSilence() {
    size = limit
    trialPause = PackSize.firstTrialPause
  }
}
