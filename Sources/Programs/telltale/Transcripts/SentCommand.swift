// What a line that was sent to an adapter asks for, and what it settles for the lines that follow.
import VehicleBus

enum SentCommand: Equatable {
  /// For the adapter itself, in capital letters without blanks: `ATSP0`, `STI`.
  case setting(String)
  /// Listening to the bus: `ATMA`, `STMA` and the like.
  case monitor
  /// For the vehicle, without the digit that says how many answers are expected.
  case request([UInt8])
  /// Nothing that an adapter knows, or nothing noted down.
  case other

  /// - Parameter line: as it was sent; of several commands the last one counts.
  init(_ line: [UInt8]?) {
    let lines = (line ?? []).split { $0 == 0x0D || $0 == 0x0A }
    let text = String(decoding: lines.last?.filter { $0 > 0x20 } ?? [], as: UTF8.self).uppercased()
    if text.hasPrefix("ATM") && SentCommand.monitors.contains(text.dropFirst(2).prefix(2)) || text.hasPrefix("STM") {
      self = .monitor
    } else if text.hasPrefix("STPX") {
      let data = text.dropFirst(4).split(separator: ",").first { $0.hasPrefix("D:") }
      self = .request(data.flatMap { hexadecimalBytes($0.dropFirst(2)) } ?? [])
    } else if text.hasPrefix("AT") || text.hasPrefix("ST") {
      self = .setting(text)
    } else if text.utf8.count > 1, let bytes = hexadecimalBytes(text.dropLast(text.utf8.count % 2)) {
      self = .request(bytes)
    } else {
      self = .other
    }
  }

  private static let monitors: Set<Substring> = ["MA", "MR", "MT", "MP"]

  /// Whether what comes back is to be the vehicle's.
  var isForVehicle: Bool {
    switch self {
    case .request, .monitor: true
    case .setting, .other: false
    }
  }

  /// Commands that an ELM327 answers with its name.
  var asksForName: Bool { self == .setting("ATZ") || self == .setting("ATI") || self == .setting("ATWS") }
}

/// Nil where a character is no hexadecimal digit, or their number is odd.
func hexadecimalBytes(_ text: some StringProtocol) -> [UInt8]? {
  let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
  guard digits.count % 2 == 0 else { return nil }
  var bytes: [UInt8] = []
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = digits[index], let low = digits[index + 1] else { return nil }
    bytes.append(UInt8(high << 4 | low))
  }
  return bytes
}

extension ELMFormat {
  /// Settles what a command and the answer to it say of the lines to come. What was asked for and not confirmed is left
  /// to be inferred: the command may have been lost, or the answer.
  mutating func learn(_ command: SentCommand, _ reply: ELMReply) {
    for case .protocolNumber(let number, _) in reply.notices { vehicleProtocol = number }
    guard case .setting(let text) = command else { return }
    let isDone = reply.notices.contains(.ok)
    switch text {
    case _ where reply.notices.contains(.unknownCommand): break
    case "ATZ", "ATWS", "ATD": self = ELMFormat()
    case "ATH0": hasHeaders = isDone ? false : nil
    case "ATH1": hasHeaders = isDone ? true : nil
    case "ATDP":
      for case .other(let name) in reply.notices {
        if let spoken = ELMProtocol(described: name) { vehicleProtocol = spoken }
      }
    case _ where text.hasPrefix("ATSP") || text.hasPrefix("ATTP"):
      // 0 and a leading A leave the choice to the adapter: ATDPN tells it later.
      let digits = text.utf8.dropFirst(4)
      vehicleProtocol = isDone && digits.count == 1 ? digits.first.flatMap { ELMProtocol(digit: $0) } : nil
    default: break
    }
  }
}

extension ELMProtocol {
  /// Of the answer to `ATDP`, which may begin with `AUTO,`; nil for what is none, and before one is found.
  init?(described text: String) {
    let text = text.uppercased().filter { $0 != " " }
    let marks: [(text: String, vehicleProtocol: ELMProtocol)] = [
      ("J1850PWM", .j1850PWM), ("J1850VPW", .j1850VPW), ("ISO9141", .iso9141), ("KWP5BAUD", .kwpSlowInit),
      ("KWPFAST", .kwpFastInit), ("CAN11/500", .can11at500), ("CAN29/500", .can29at500), ("CAN11/250", .can11at250),
      ("J1939", .j1939), ("CAN29/250", .can29at250),
    ]
    guard let found = marks.first(where: { text.contains($0.text) }) else { return nil }
    self = found.vehicleProtocol
  }
}
