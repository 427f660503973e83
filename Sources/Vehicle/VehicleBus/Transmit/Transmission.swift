// What somebody wants to send on a bus, before anybody has allowed it.
public import Vocabulary

/// A request of at most eight bytes: what one CAN frame carries, so that sending it never needs the other side's flow
/// control.
public struct RequestBytes: Hashable, BitwiseCopyable, Sendable {
  public static let capacity = 8
  private var word: UInt64 = 0
  public private(set) var count = 0

  public init() {}

  /// Nil for more than eight bytes.
  public init?(_ bytes: some Sequence<UInt8>) {
    for byte in bytes where !append(byte) { return nil }
  }

  /// False, and nothing happens, when eight bytes are in.
  @discardableResult public mutating func append(_ byte: UInt8) -> Bool {
    guard count < RequestBytes.capacity else { return false }
    word |= UInt64(byte) &<< UInt64(count &* 8)
    count += 1
    return true
  }

  /// Byte `index`; 0 beyond `count`.
  public subscript(index: Int) -> UInt8 {
    index < count && index >= 0 ? UInt8(truncatingIfNeeded: word &>> UInt64(index &* 8)) : 0
  }

  public var bytes: [UInt8] { (0..<count).map { self[$0] } }
}

/// Whom a request is for.
public enum RequestAddress: Hashable, BitwiseCopyable, Sendable {
  /// Every unit that speaks OBD-II, with 11 bits (ISO 15765-4): asked on 7DF, answered on 7E8...7EF.
  case everybody11
  /// Every unit that speaks OBD-II, with 29 bits: asked on 18DB33F1, answered on 18DAF1xx.
  case everybody29
  /// One unit, asked on one identifier and answering on the other.
  case unit(request: CANID, answer: CANID)
  /// A unit of SAE J1939 by its address, 255 for all.
  case j1939(UInt8)
}

/// One thing to be sent.
public struct Transmission: Hashable, BitwiseCopyable, Sendable {
  public enum Content: Hashable, BitwiseCopyable, Sendable {
    /// A service of OBD-II or UDS, without length bytes: 01 0C.
    case service(RequestBytes)
    /// SAE J1939's request (PGN 59904) for a parameter group.
    case parameterGroup(UInt32)
  }

  /// On whose behalf.
  public enum Origin: UInt8, BitwiseCopyable, Sendable {
    /// The plan of what is asked over and over.
    case plan
    /// The plan's cautious look at a bus that is silent of itself: whether the vehicle is awake again.
    case probe
    /// A person at the local socket who is not known to be authorised.
    case visitor
    /// A person at the local socket whom the configuration authorises, and who has confirmed.
    case technician
  }

  public var bus: UInt8
  public var address: RequestAddress
  public var content: Content
  public var origin: Origin

  public init(bus: UInt8, address: RequestAddress, content: Content, origin: Origin = .plan) {
    self.bus = bus
    self.address = address
    self.content = content
    self.origin = origin
  }
}
