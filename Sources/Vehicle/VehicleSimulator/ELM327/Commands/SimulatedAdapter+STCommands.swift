// The ST commands of the STN11xx and STN2xxx: those that a program of OBD-II has use for.
import Vocabulary

extension SimulatedAdapter {
  /// - Parameter text: upper case, without blanks and without ST.
  mutating func stCommand(_ text: String, at time: Int64) {
    switch text {
    case "I": answer(personality.stIdentity ?? "?", at: time)
    case "DI": answer(personality.stDevice ?? "?", at: time)
    case "MFR": answer("OBD Solutions LLC", at: time)
    case "SN": answer("212000000001", at: time)
    case "VR":
      vehicle.advance(to: Instant(nanoseconds: time))
      let hundredths = Int(((personality.fixedVoltage ?? vehicle.voltage) * 100).rounded())
      answer("\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)", at: time)
    case "PR": answer(connection.obdProtocol.map { "\(SimulatedAdapter.stNumber($0))" } ?? "0", at: time)
    case "PRS": answer(connection.obdProtocol?.title ?? "AUTO", at: time)
    case "PO": initialise(at: time)
    case "PC":
      closeProtocol()
      answer("OK", at: time)
    case "MA": monitor(filtered: false, at: time)
    case "M": monitor(filtered: true, at: time)
    case "FCP", "FAC", "FCB", "FCFC":
      if text == "FCP" || text == "FAC" { setup.passes = [] }
      answer("OK", at: time)
    default: stCommandWithArgument(text, at: time)
    }
  }

  private mutating func stCommandWithArgument(_ text: String, at time: Int64) {
    func argument(_ name: String) -> String? { text.hasPrefix(name) ? String(text.dropFirst(name.count)) : nil }
    if let rest = argument("PX") {
      transmit(rest, at: time)
    } else if let rest = argument("SBR"), let rate = Int(rest), (9600...2_000_000).contains(rate) {
      changeBaudRate(rate, at: time)
    } else if let rest = argument("BRT"), let wait = Int(rest), (0...65_535).contains(wait) {
      setup.baudRateTimeout = max(1, min(255, wait / 5))
      answer("OK", at: time)
    } else if let rest = argument("BR"), let rate = Int(rest), (9600...2_000_000).contains(rate) {
      tryBaudRate(rate, identity: personality.stIdentity ?? personality.banner, at: time)
    } else if let rest = argument("PTO"), let wait = Int(rest), (1...65_535).contains(wait) {
      setup.timeout = max(1, min(16_383, (wait + 3) / 4))
      answer("OK", at: time)
    } else if let rest = argument("FAP") ?? argument("FPA"), let filter = passFilter(rest) {
      setup.passes.append(filter)
      answer("OK", at: time)
    } else if let rest = argument("P"), let obdProtocol = Int(rest).flatMap(SimulatedAdapter.obdProtocol(st:)) {
      connection = AdapterConnection(obdProtocol: obdProtocol, isAutomatic: false)
      setup.header = nil
      answer("OK", at: time)
    } else if ["WBR", "IAT0", "IAT1", "CSEGR0", "CSEGR1", "CSEGT0", "CSEGT1", "CMM0", "CMM1", "CMM2"].contains(text) {
      answer("OK", at: time)
    } else {
      refuse(at: time)
    }
  }

  /// `7E8,7FF`.
  private func passFilter(_ text: String) -> (id: UInt32, mask: UInt32)? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, let id = UInt32(parts[0], radix: 16), let mask = UInt32(parts[1], radix: 16) else {
      return nil
    }
    return (id, mask)
  }

  /// `H:7E0,D:010C,R:1,T:100`: one request with its header, answers and time to wait, ms, leaving all settings alone.
  private mutating func transmit(_ text: String, at time: Int64) {
    var data: [UInt8]?
    var header: [UInt8]?
    var count: Int?
    var wait: Int?
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let value = part.dropFirst(2)
      switch part.prefix(2) {
      case "D:": data = bytes(hex: value)
      case "H:": header = bytes(hex: value.utf8.count == 3 ? "0" + value : String(value))
      case "R:": count = Int(value)
      case "T:": wait = Int(value)
      default: return refuse(at: time)
      }
    }
    let hasNonsense =
      text.contains("H:") != (header != nil) || text.contains("R:") != (count != nil)
      || text.contains("T:") != (wait != nil)
    guard let data, !data.isEmpty, !hasNonsense else { return refuse(at: time) }
    counters.requests += 1
    let former = setup
    if let header { setup.header = header }
    if let wait, (1...65_535).contains(wait) {
      setup.timeout = (wait + 3) / 4
      setup.adaptiveTiming = 0
    }
    // R:0 waits for no answer at all.
    if count == 0 { setup.waitsForAnswers = false }
    ask(data, count: count, at: time)
    setup = former
  }

  // MARK: Protocols by the STN's own numbers

  private static let stNumbers: [(number: Int, obdProtocol: OBDProtocol)] = [
    (11, .j1850PWM), (12, .j1850VPW), (21, .iso9141), (22, .kwpSlowInit), (23, .kwpFastInit), (33, .can11at500),
    (34, .can29at500), (35, .can11at250), (36, .can29at250), (42, .j1939),
  ]

  private static func obdProtocol(st number: Int) -> OBDProtocol? {
    // 31 and 32 are the same buses without ISO 15765-4 above them.
    let number = number == 31 ? 33 : number == 32 ? 34 : number
    return stNumbers.first { $0.number == number }?.obdProtocol
  }

  private static func stNumber(_ obdProtocol: OBDProtocol) -> Int {
    stNumbers.first { $0.obdProtocol == obdProtocol }?.number ?? 0
  }
}
