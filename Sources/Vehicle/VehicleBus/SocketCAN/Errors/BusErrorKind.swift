// The kinds of trouble that a CAN controller reports, and how often each came.

/// A kind of trouble on a bus; one error frame can tell of several.
public enum BusErrorKind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// The driver gave up on sending a frame.
  case transmitTimeout = 0
  case arbitrationLost
  /// The controller's receive buffer overflowed: frames are lost.
  case receiveOverflow
  case transmitOverflow
  case warning
  case passive
  /// The controller has recovered to error-active.
  case active
  case bit
  case form
  case stuff
  case overload
  /// A violation of the protocol that the controller does not describe further.
  case otherProtocol
  case transceiver
  case noAcknowledgement
  case busOff
  /// A bus error, as some drivers report besides the violation itself.
  case busError
  /// The controller was started again after bus-off.
  case restarted
  /// What fits none of these.
  case other

  /// For metrics and the socket.
  public var name: String {
    switch self {
    case .transmitTimeout: "tx-timeout"
    case .arbitrationLost: "arbitration-lost"
    case .receiveOverflow: "rx-overflow"
    case .transmitOverflow: "tx-overflow"
    case .warning: "warning"
    case .passive: "passive"
    case .active: "active"
    case .bit: "bit"
    case .form: "form"
    case .stuff: "stuff"
    case .overload: "overload"
    case .otherProtocol: "protocol"
    case .transceiver: "transceiver"
    case .noAcknowledgement: "no-ack"
    case .busOff: "bus-off"
    case .busError: "bus-error"
    case .restarted: "restarted"
    case .other: "other"
    }
  }
}

/// How often each kind of trouble was reported.
public struct BusErrorCounts: BitwiseCopyable, Sendable {
  private var counts: InlineArray<18, UInt64> = InlineArray(repeating: 0)

  public init() {}

  public subscript(kind: BusErrorKind) -> UInt64 { counts[Int(kind.rawValue)] }

  /// Counts every kind that the frame tells of.
  public mutating func note(_ frame: BusErrorFrame) {
    var bits = frame.kindBits
    while bits != 0 {
      counts[bits.trailingZeroBitCount] &+= 1
      bits &= bits &- 1
    }
  }
}
