// What the kernel says of one interface, at one instant.
public import Vocabulary

/// One network interface as a link: there or not, up or not, and for CAN how it is set and how its controller fares.
public struct LinkReport: Equatable, Sendable {
  /// What a CAN controller says it is in (`enum can_state` of linux/can/netlink.h).
  public enum ControllerState: UInt32, Sendable {
    case errorActive = 0, errorWarning, errorPassive, busOff, stopped, sleeping
  }

  /// Counters of the kernel since the interface came; they begin again at 0 with it.
  public struct Statistics: Equatable, BitwiseCopyable, Sendable {
    public var receivedPackets: UInt64 = 0
    public var transmittedPackets: UInt64 = 0
    /// Damaged frames and the like, as the driver counts them.
    public var receiveErrors: UInt64 = 0
    /// Frames that the machine had no room for.
    public var receiveDropped: UInt64 = 0
    /// Frames that the controller had no room for.
    public var receiveOverruns: UInt64 = 0
    public var busErrors: UInt32 = 0
    /// How often each of these states was entered.
    public var errorWarnings: UInt32 = 0
    public var errorPassives: UInt32 = 0
    public var busOffs: UInt32 = 0
    public var arbitrationLosses: UInt32 = 0
    public var restarts: UInt32 = 0
  }

  /// The kernel's number for the interface, from 1; 0 when there is none. One that is pulled out and put in again has
  /// the same name and another number.
  public var index: Int32 = 0
  /// Whether it is a CAN interface at all (ARPHRD_CAN).
  public var isCAN = false
  /// Switched on by somebody (IFF_UP).
  public var isUp = false
  /// Able to carry frames (IFF_RUNNING). The kernel may set this up to a second late.
  public var isRunning = false
  /// `can` for drivers with bit timing, `vcan`, `vxcan`; empty where the driver does not say.
  public var kind = ""
  /// Bytes of the largest frame: 16 for classic CAN, 72 for CAN FD.
  public var mtu: UInt32 = 0
  /// Nil where the driver has no controller.
  public var controllerState: ControllerState?
  /// The controller's error counters, 0...65535.
  public var transmitErrors: UInt16 = 0
  public var receiveErrors: UInt16 = 0
  /// bit/s; 0 where none is set.
  public var bitRate: UInt32 = 0
  /// bit/s of the data phase of CAN FD; 0 where none is set.
  public var dataBitRate: UInt32 = 0
  /// 0...1 of a bit; 0 where the driver does not say.
  public var samplePoint = 0.0
  /// After how long the kernel itself restarts the controller from bus-off; 0 for never.
  public var restartMilliseconds: UInt32 = 0
  public var isListenOnly = false
  public var statistics = Statistics()

  /// No such interface.
  public init() {}

  public var exists: Bool { index > 0 }
  public var isFD: Bool { mtu >= 72 }
  /// Whether bit rates can be set: by drivers of real controllers, not by virtual ones.
  public var hasBitTiming: Bool { kind == "can" }

  public var condition: BusCondition {
    guard exists, isCAN else { return BusCondition(.absent) }
    guard isUp else { return BusCondition(.down) }
    let state: BusState =
      switch controllerState {
      case .errorActive: .errorActive
      case .errorWarning: .errorWarning
      case .errorPassive: .errorPassive
      case .busOff: .busOff
      case .stopped, .sleeping: .down
      // Without a controller (vcan, vxcan, old slcan), carrying frames is all that there is to say.
      case nil: isRunning ? .errorActive : .down
      }
    return BusCondition(
      state, transmitErrors: UInt8(clamping: transmitErrors), receiveErrors: UInt8(clamping: receiveErrors))
  }
}

// MARK: - From the kernel's messages (linux/rtnetlink.h, linux/if_link.h, linux/can/netlink.h)

extension LinkReport {
  static let newLink: UInt16 = 16
  static let removedLink: UInt16 = 17
  static let refusal: UInt16 = 2
  /// ARPHRD_CAN.
  static let canHardware: UInt16 = 280

  /// Number and hardware type out of the fixed head of a link message; nil when it is cut off.
  static func head(of payload: RawSpan) -> (index: Int32, isCAN: Bool)? {
    guard let type = NetlinkReader.halfWord(payload, at: 2), let index = NetlinkReader.word(payload, at: 4)
    else { return nil }
    return (Int32(bitPattern: index), type == canHardware)
  }

  /// Reads what follows the netlink header of an RTM_NEWLINK. Attributes that are cut short count as not there; nil
  /// without a whole head.
  init?(payload: RawSpan) {
    guard let (index, isCAN) = LinkReport.head(of: payload), index > 0,
      let flags = NetlinkReader.word(payload, at: 8), payload.byteCount >= 16
    else { return nil }
    self.index = index
    self.isCAN = isCAN
    isUp = flags & 0x1 != 0
    isRunning = flags & 0x40 != 0
    NetlinkReader.attributes(in: payload, from: 16) { type, value in
      switch type {
      case 4: mtu = NetlinkReader.word(value, at: 0) ?? 0
      case 18: readInformation(value)
      case 23: readStatistics(value)
      default: break
      }
    }
  }

  /// IFLA_LINKINFO.
  private mutating func readInformation(_ bytes: RawSpan) {
    NetlinkReader.attributes(in: bytes) { type, value in
      if type == 1 { kind = NetlinkReader.text(value) }
    }
    // The kind says what the rest means: other drivers number their attributes anew.
    guard kind == "can" else { return }
    NetlinkReader.attributes(in: bytes) { type, value in
      switch type {
      case 2: readController(value)
      case 3: readControllerStatistics(value)
      default: break
      }
    }
  }

  /// IFLA_INFO_DATA of a CAN driver.
  private mutating func readController(_ bytes: RawSpan) {
    NetlinkReader.attributes(in: bytes) { type, value in
      switch type {
      case 1:
        bitRate = NetlinkReader.word(value, at: 0) ?? 0
        samplePoint = Double(NetlinkReader.word(value, at: 4) ?? 0) / 1000
      case 4: controllerState = NetlinkReader.word(value, at: 0).flatMap(ControllerState.init)
      case 5:
        let modes = NetlinkReader.word(value, at: 4) ?? 0
        isListenOnly = modes & 0x02 != 0
      case 6: restartMilliseconds = NetlinkReader.word(value, at: 0) ?? 0
      case 8:
        transmitErrors = NetlinkReader.halfWord(value, at: 0) ?? 0
        receiveErrors = NetlinkReader.halfWord(value, at: 2) ?? 0
      case 9: dataBitRate = NetlinkReader.word(value, at: 0) ?? 0
      default: break
      }
    }
  }

  /// IFLA_STATS64: struct rtnl_link_stats64.
  private mutating func readStatistics(_ bytes: RawSpan) {
    func counter(_ position: Int) -> UInt64 { NetlinkReader.doubleWord(bytes, at: position * 8) ?? 0 }
    statistics.receivedPackets = counter(0)
    statistics.transmittedPackets = counter(1)
    statistics.receiveErrors = counter(4)
    statistics.receiveDropped = counter(6)
    statistics.receiveOverruns = counter(11)
  }

  /// IFLA_INFO_XSTATS: struct can_device_stats.
  private mutating func readControllerStatistics(_ bytes: RawSpan) {
    func counter(_ position: Int) -> UInt32 { NetlinkReader.word(bytes, at: position * 4) ?? 0 }
    statistics.busErrors = counter(0)
    statistics.errorWarnings = counter(1)
    statistics.errorPassives = counter(2)
    statistics.busOffs = counter(3)
    statistics.arbitrationLosses = counter(4)
    statistics.restarts = counter(5)
  }
}
