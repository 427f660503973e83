// What an ISO-TP listener hands over and what it counts.

public import Vocabulary

/// What is known of a message beside its bytes.
public struct ISOTPMessage: BitwiseCopyable, Sendable {
  /// When its last frame was received.
  public var time: Instant
  /// As `CANFrame.bus`.
  public var bus: UInt8
  /// What it came on.
  public var id: CANID
  /// A tester says it, not a control unit.
  public var isRequest: Bool
  /// Who replies; of a request to one unit, who will; nil when all units are asked.
  public var unit: ControlUnit?

  public init(time: Instant, bus: UInt8, id: CANID, isRequest: Bool, unit: ControlUnit?) {
    self.time = time
    self.bus = bus
    self.id = id
    self.isRequest = isRequest
    self.unit = unit
  }
}

extension ISOTPListener {
  /// What a frame turned out to be.
  public enum Verdict: BitwiseCopyable, Sendable {
    /// Another identifier, or something else than diagnosis on this one.
    case notDiagnostic
    /// Of a message that takes several frames; its flow control too.
    case part
    /// With it a message is complete, and was delivered.
    case message
    /// On an identifier of diagnosis, against the protocol's rules.
    case malformed
  }

  public struct Counters: Equatable, BitwiseCopyable, Sendable {
    /// Messages whose last frame came, requests included. `singleFrames` and the completed ones of `firstFrames`.
    public var messages: UInt64 = 0
    /// Requests on other identifiers than 7DF...7E7, which are told once their answer came. Not in `messages`.
    public var lateRequests: UInt64 = 0

    // Each frame that `concerns` the listener counts in exactly one of the next eight.

    /// Messages in one frame.
    public var singleFrames: UInt64 = 0
    /// Beginnings of messages of several frames.
    public var firstFrames: UInt64 = 0
    /// Frames that go on with a message that has begun, in sequence or not.
    public var consecutiveFrames: UInt64 = 0
    /// Flow control of a message that has begun.
    public var flowControls: UInt64 = 0
    /// Consecutive and flow-control frames without a message: its beginning was lost, or refused.
    public var unexpected: UInt64 = 0
    /// A length that cannot be, a frame type that there is not.
    public var malformed: UInt64 = 0
    /// On an identifier of diagnosis, but no service, or one that does not go in this direction.
    public var foreign: UInt64 = 0
    /// On other identifiers of 700...7FF, and no answer to any request; requests there included.
    public var unsolicited: UInt64 = 0

    // Each first frame's message is completed, still under way, or counts in exactly one of the next six.

    /// A consecutive frame was lost, came twice, was cut short or came out of sequence.
    public var sequenceErrors: UInt64 = 0
    /// Nothing for longer than a second.
    public var timeouts: UInt64 = 0
    /// Overtaken by another message on the same identifier.
    public var aborted: UInt64 = 0
    /// Refused by the receiver: flow control with the status overflow.
    public var overflows: UInt64 = 0
    /// More bytes than the listener has room for.
    public var tooLarge: UInt64 = 0
    /// Gave way to another message, since too many were under way at once.
    public var evicted: UInt64 = 0

    public init() {}
  }
}
