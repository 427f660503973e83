// What a planner tells about its work.

/// How polling of one bus goes.
public struct PollReport: Sendable {
  public enum State: Sendable {
    /// Nobody has answered it yet, or not since the vehicle woke.
    case waiting
    case served
    /// No unit that was found has it.
    case unsupported
    /// The units that have it refused it; asked again after the next waking.
    case refused
    /// It was never answered though its unit answers others; asked again after the next waking.
    case silent
  }

  public struct Item: Sendable {
    public var question: PollItem.Question
    /// Seconds between two answers, as wanted.
    public var periodWanted: Double
    /// Seconds between two answers of late, smoothed; NaN before there were two.
    public var periodMet: Double
    public var state: State
    /// The unit that is asked for it; nil where all are, or none.
    public var unit: RequestAddress?
  }

  public struct Unit: Sendable {
    public var address: RequestAddress
    /// Seconds from a request to the first sign of an answer.
    public var answerTime: AnswerTime
    /// Most parameters that it is asked for at once.
    public var packSize: Int
    /// Parameters that it says it has, without those that tell which there are.
    public var supported: Int
    /// It has not answered three times in succession, and is looked for.
    public var isSilent: Bool
  }

  public var items: [Item]
  public var units: [Unit]
  /// By how much periods are longer than wanted because the budget or the units' answer times allow no more; 1 while
  /// all is met. The longest of all units.
  public var stretch: Double
  /// Requests handed out, those that the guard refused included.
  public var requests: UInt64
  /// Requests that went out and had no answer in time, or a broken one.
  public var unanswered: UInt64
  /// Negative answers (7F), but for those that ask for patience.
  public var negative: UInt64
  /// Answers that did not belong to what was asked.
  public var foreign: UInt64
  /// Requests that the guard refused.
  public var refusals: UInt64
  /// Items and units beyond what the planner holds.
  public var beyondCapacity: UInt64
}
