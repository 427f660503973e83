// Whom the adapter's next request goes to, and whose answers it hears: what it is set to, and what has to change.
import Vocabulary

/// A command that changes one of the adapter's settings for requests, and what is so once it says OK.
struct ELMSetting: Hashable, Sendable {
  enum Change: Hashable, Sendable {
    case priority(UInt8)
    /// As the command has it: three or six digits.
    case header(String)
    /// The only identifier that is heard; nil for those of OBD-II.
    case receiver(CANID?)
    case flowControlHeader(CANID)
    case flowControlData
    /// Whether flow control is ours to set, rather than the adapter's.
    case flowControlMode(Bool)
    /// Units of 4 ms.
    case waitTime(UInt8)
  }

  let command: String
  let change: Change
}

/// As far as they are known, so that requests in a row to the same unit need no command between them: each costs as
/// much as a request.
struct ELMAddressing: Sendable {
  private enum Known<Value: Hashable & Sendable>: Hashable, Sendable {
    /// A command for it is under way, or failed.
    case unknown
    case known(Value)
  }

  private var priority = Known<UInt8>.known(0x18)
  /// Nil: the adapter's own, which asks everybody.
  private var header = Known<String?>.known(nil)
  private var receiver = Known<CANID?>.known(nil)
  private var flowControlHeader = Known<CANID?>.known(nil)
  private var flowControlMode = Known<Bool>.known(false)
  private var hasFlowControlData = false
  private(set) var waitTime: UInt8?

  /// As after a reset: asks everybody in whatever protocol.
  var isDefault: Bool {
    header == .known(nil) && receiver == .known(nil) && flowControlMode == .known(false) && priority == .known(0x18)
  }

  /// Whether it hears the units of OBD-II.
  var isReceiverDefault: Bool { receiver == .known(nil) && flowControlMode == .known(false) }

  /// Whether a request to `target` could go out as things stand.
  func isSet(to target: ELMTarget) -> Bool { commands(for: target, hasFlowControl: true).isEmpty }

  /// What has to be said before a request to `target`.
  func commands(for target: ELMTarget, hasFlowControl: Bool) -> [ELMSetting] {
    // On one wire and J1850 there is nothing to be set: all are asked always.
    guard let request = target.request else { return [] }
    var list: [ELMSetting] = []
    if request.isExtended {
      let wanted = UInt8(truncatingIfNeeded: request.value >> 24)
      if priority != .known(wanted) {
        list.append(ELMSetting(command: "ATCP" + hexadecimal(UInt32(wanted), digits: 2), change: .priority(wanted)))
      }
    }
    let wanted =
      request.isExtended
      ? hexadecimal(request.value & 0xFF_FFFF, digits: 6) : hexadecimal(request.value, digits: 3)
    let isHeaderSet = header == .known(wanted) || header == .known(nil) && target.isEverybody
    if !isHeaderSet { list.append(ELMSetting(command: "ATSH" + wanted, change: .header(wanted))) }
    let listened = target.isStandard ? nil : target.answer
    if receiver != .known(listened) {
      list.append(
        ELMSetting(command: listened.map { "ATCRA" + hexadecimal($0) } ?? "ATAR", change: .receiver(listened)))
    }
    guard hasFlowControl else { return list }
    let controlled = target.isStandard ? nil : request
    if let controlled {
      if flowControlHeader != .known(controlled) {
        list.append(
          ELMSetting(command: "ATFCSH" + hexadecimal(controlled), change: .flowControlHeader(controlled)))
      }
      if !hasFlowControlData { list.append(ELMSetting(command: "ATFCSD300000", change: .flowControlData)) }
    }
    if flowControlMode != .known(controlled != nil) {
      list.append(
        ELMSetting(
          command: controlled == nil ? "ATFCSM0" : "ATFCSM1", change: .flowControlMode(controlled != nil)))
    }
    return list
  }

  /// While a command is under way nobody knows.
  mutating func begin(_ change: ELMSetting.Change) {
    switch change {
    case .priority: priority = .unknown
    case .header: header = .unknown
    case .receiver: receiver = .unknown
    case .flowControlHeader: flowControlHeader = .unknown
    case .flowControlData: hasFlowControlData = false
    case .flowControlMode: flowControlMode = .unknown
    case .waitTime: break
    }
  }

  /// The adapter said OK.
  mutating func apply(_ change: ELMSetting.Change) {
    switch change {
    case .priority(let value): priority = .known(value)
    case .header(let value): header = .known(value)
    case .receiver(let id): receiver = .known(id)
    case .flowControlHeader(let id): flowControlHeader = .known(id)
    case .flowControlData: hasFlowControlData = true
    case .flowControlMode(let isOwn): flowControlMode = .known(isOwn)
    case .waitTime(let value): waitTime = value
    }
  }
}

/// Whom a request goes to, in the vehicle's protocol.
struct ELMTarget: Hashable, Sendable {
  /// Nil where nobody can be addressed alone.
  let request: CANID?
  /// The only one whose answers are wanted; nil for all.
  let answer: CANID?

  /// Nil for a unit that cannot be asked in this protocol: an adapter would cut its identifier to what fits.
  init?(_ address: RequestAddress, in vehicleProtocol: ELMProtocol) {
    switch address {
    case .j1939: return nil
    case .everybody11, .everybody29:
      answer = nil
      request =
        !vehicleProtocol.isCAN
        ? nil : vehicleProtocol.isExtended ? CANID(extended: 0x18DB_33F1) : CANID(standard: 0x7DF)
    case .unit(let request, let answer):
      self.answer = answer
      if vehicleProtocol.isCAN {
        guard request.isExtended == vehicleProtocol.isExtended, answer.isExtended == request.isExtended else {
          return nil
        }
        self.request = request
      } else {
        // Units there have addresses of one byte; they are told as 18DAF1xx.
        guard answer.isExtended, answer.value & 0x1FFF_FF00 == 0x18DA_F100 else { return nil }
        self.request = nil
      }
    }
  }

  var isEverybody: Bool { answer == nil }

  /// Whether an adapter hears the answers, and sends flow control, without being told (ISO 15765-4).
  var isStandard: Bool {
    guard let request, let answer else { return true }
    guard request.isExtended else {
      return 0x7E0...0x7E7 ~= request.value && answer.value == request.value + 8
    }
    let unit = answer.value & 0xFF
    return answer.value == 0x18DA_F100 | unit && request.value == 0x18DA_00F1 | unit << 8
  }
}

/// As commands have identifiers: three digits, or eight.
func hexadecimal(_ id: CANID) -> String { hexadecimal(id.value, digits: id.isExtended ? 8 : 3) }

/// Upper case, with leading zeros.
func hexadecimal(_ value: UInt32, digits: Int) -> String {
  let text = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
