// Why something was not sent.

/// The guard's reasons, each with a code that does not change and a counter of its own.
public enum Refusal: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// The configuration does not let this source transmit.
  case listenOnly = 0
  /// The service or parameter group is not among those that may be asked, or the request is not well-formed.
  case notAllowed
  /// Somebody paused polling.
  case paused
  /// The vehicle is parked.
  case parked
  /// The bus is down, absent or bus-off.
  case busUnreadable
  /// Errors on the bus: error counters rise, or error frames come.
  case busErrors
  /// Another tester speaks on the bus.
  case otherTester
  /// More was sent than was asked for: somebody makes this machine answer.
  case answerFlood
  /// The bus's budget of requests is used up for now.
  case busBudget
  /// The unit's budget is used up for now.
  case unitBudget
  /// The unit refused or did not answer, and is left alone for a while.
  case backingOff
  /// Only an authorised person may do this.
  case notAuthorised
  /// The vehicle moves, its engine runs, or nobody knows that it stands.
  case notStanding

  /// For logs, metrics and the socket.
  public var code: String {
    switch self {
    case .listenOnly: "listen-only"
    case .notAllowed: "not-allowed"
    case .paused: "paused"
    case .parked: "parked"
    case .busUnreadable: "bus-unreadable"
    case .busErrors: "bus-errors"
    case .otherTester: "other-tester"
    case .answerFlood: "answer-flood"
    case .busBudget: "bus-budget"
    case .unitBudget: "unit-budget"
    case .backingOff: "backing-off"
    case .notAuthorised: "not-authorised"
    case .notStanding: "not-standing"
    }
  }
}
