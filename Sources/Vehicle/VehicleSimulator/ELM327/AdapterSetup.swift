// What commands change in an adapter until its next reset.
import Vocabulary

struct AdapterSetup: Sendable {
  var echo = true
  var lineFeeds = false
  var spaces = true
  var headers = false
  /// `ATD1`: the count of data bytes behind a CAN identifier.
  var dataLength = false
  /// `ATCAF`, `ATCFC`, `ATCSM`.
  var formatsCAN = true
  var sendsFlowControl = true
  var isSilentMonitor = true
  /// `ATR`.
  var waitsForAnswers = true
  /// `ATAL`.
  var takesLongMessages = false
  /// `ATAT`.
  var adaptiveTiming = 1
  /// `ATST`, in steps of 4 ms.
  var timeout = 0x32
  /// `ATSH`; nil for the protocol's own.
  var header: [UInt8]?
  /// `ATCP`: the first five bits of an identifier of 29.
  var priority: UInt32 = 0x18
  /// `ATCRA`, or `ATCF` with `ATCM`; nil for answers as SAE J1979 has them.
  var filter: UInt32?
  var mask: UInt32?
  /// `ATFCSM`, `ATFCSH`, `ATFCSD`.
  var flowControlMode = 0
  var flowControlID: CANID?
  var flowControlData: [UInt8]?
  /// `ATSW`, in steps of 20.48 ms; 0 for no messages that keep a K-line awake.
  var wakeUp = 0x92
  /// `ATBRT`, in steps of 5 ms.
  var baudRateTimeout = 0x0F
  /// Pass filters of `STFAP`.
  var passes: [(id: UInt32, mask: UInt32)] = []

  /// Whether a frame of CAN gets through while answers are waited for.
  func hears(_ id: CANID, as obdProtocol: OBDProtocol) -> Bool {
    guard id.isExtended == obdProtocol.isExtended else { return false }
    if let filter { return (id.value ^ filter) & (mask ?? .max) == 0 }
    return id.isExtended ? id.value & 0x1FFF_FF00 == 0x18DA_F100 : id.value & 0x7F8 == 0x7E8
  }

  /// Whether a frame gets through while it monitors all, or only what filters let pass.
  func monitors(_ id: CANID, as obdProtocol: OBDProtocol, filtered: Bool) -> Bool {
    guard id.isExtended == obdProtocol.isExtended else { return false }
    if filtered { return passes.contains { (id.value ^ $0.id) & $0.mask == 0 } }
    guard let filter else { return true }
    return (id.value ^ filter) & (mask ?? .max) == 0
  }

  /// The identifier that requests have.
  func requestID(_ obdProtocol: OBDProtocol) -> CANID {
    guard let header else { return obdProtocol.isExtended ? CANID(extended: 0x18DB_33F1) : CANID(standard: 0x7DF) }
    let value = header.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard obdProtocol.isExtended else { return CANID(standard: value) }
    return CANID(extended: header.count == 4 ? value : priority << 24 | value & 0xFF_FFFF)
  }
}

/// The vehicle's side of an adapter: which protocol, and whether it has got through.
struct AdapterConnection: Sendable {
  /// The protocol in force; nil where it is still to be found.
  var obdProtocol: OBDProtocol?
  /// `ATSP0`, `ATSPAn`: others are tried where this one fails.
  var isAutomatic = true
  var isOpen = false
  /// When a K-line takes the next request, ns, and when it is next kept awake.
  var readyAt = Int64.min
  var wakeUpAt: Int64?
  /// Seconds that answers take, as adaptive timing has learned.
  var learned: Double?
}
