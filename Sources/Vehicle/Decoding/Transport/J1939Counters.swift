// What a listener to the transport protocol of J1939 hands over and what it counts.

public import Vocabulary

/// What is known of a message of several frames beside its bytes.
public struct J1939Message: BitwiseCopyable, Sendable {
  /// When its last frame was received.
  public var time: Instant
  /// As `CANFrame.bus`.
  public var bus: UInt8
  /// As `CANID.parameterGroup`.
  public var parameterGroup: UInt32
  public var source: UInt8
  /// 255: everybody.
  public var destination: UInt8

  public init(time: Instant, bus: UInt8, parameterGroup: UInt32, source: UInt8, destination: UInt8) {
    self.time = time
    self.bus = bus
    self.parameterGroup = parameterGroup
    self.source = source
    self.destination = destination
  }
}

extension J1939Listener {
  /// What a frame turned out to be.
  public enum Verdict: BitwiseCopyable, Sendable {
    /// Not of the transport protocol.
    case notTransport
    /// Of a message that takes several frames, heard from its beginning or not.
    case part
    /// With it a message is complete, and was delivered.
    case message
    /// Against the protocol's rules.
    case malformed
  }

  public struct Counters: Equatable, BitwiseCopyable, Sendable {
    /// Messages put together.
    public var messages: UInt64 = 0

    // Each frame of the transport protocol counts in exactly one of the next nine.

    /// Announcements to everybody (BAM).
    public var broadcasts: UInt64 = 0
    /// Requests to send to one unit (RTS).
    public var requests: UInt64 = 0
    /// Receivers that ask for packets, or to wait (CTS).
    public var clearances: UInt64 = 0
    /// Receivers that have all packets (EndOfMsgACK).
    public var acknowledgements: UInt64 = 0
    /// Connections given up by either side (Conn_Abort).
    public var aborts: UInt64 = 0
    /// Packets of a message that was announced.
    public var packets: UInt64 = 0
    /// Packets without a message: its announcement was lost, or refused, or it has been given up.
    public var strayPackets: UInt64 = 0
    /// Frames of the extended transport protocol, whose messages have more than 1785 bytes: not put together.
    public var extended: UInt64 = 0
    /// Counts that cannot be, addresses that nobody has, frames cut short.
    public var malformed: UInt64 = 0

    // Each announcement's message is complete, still under way, or counts in exactly one of the next six.

    /// A broadcast's packet was lost, came twice or came out of order; a connection's number is higher than announced.
    public var sequenceErrors: UInt64 = 0
    /// Nothing for longer than 1250 ms.
    public var timeouts: UInt64 = 0
    /// Ended by Conn_Abort; the reasons below.
    public var aborted: UInt64 = 0
    /// Overtaken by another announcement between the same addresses.
    public var replaced: UInt64 = 0
    /// The receiver has it all, but not all packets were heard here.
    public var incomplete: UInt64 = 0
    /// Gave way to another message, since too many were under way at once.
    public var evicted: UInt64 = 0

    // Each of `aborts` counts in exactly one of the next four.

    /// Reason 1: the unit is in another connection already.
    public var abortsBusy: UInt64 = 0
    /// Reason 2: the unit needs its resources for something else.
    public var abortsResources: UInt64 = 0
    /// Reason 3: the other side was silent for too long.
    public var abortsTimeout: UInt64 = 0
    /// Every other reason.
    public var abortsOther: UInt64 = 0

    public init() {}
  }
}
