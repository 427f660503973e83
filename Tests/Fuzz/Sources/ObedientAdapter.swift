// An adapter that behaves: the way back for a session after a fuzzer's input, and right answers in the midst of it.
import Vocabulary

@testable import VehicleBus

/// An ELM327 v1.4b before a switched-on vehicle on CAN, at 38400 baud; it answers in its own time and to the point. As
/// from power-on it repeats what it is told, and shows no headers.
struct ObedientAdapter {
  static let baudRate = 38_400

  /// What the vehicle speaks.
  let spoken: ELMProtocol
  private(set) var isListening = false
  private var vehicleProtocol: ELMProtocol?
  private var header: String?
  private var echo = true
  private var hasHeaders = false
  private var hasSpaces = true

  init(_ spoken: ELMProtocol) { self.spoken = spoken }

  /// A character ends its listening, and is lost by that.
  mutating func interrupt() -> String? {
    guard isListening else { return nil }
    isListening = false
    return "STOPPED\r\r>"
  }

  /// - Parameter command: without its carriage return.
  /// - Returns: all up to the prompt, and the seconds that it takes.
  mutating func answer(to command: String) -> (text: String, delay: Double) {
    let repeated = echo ? command + "\r" : ""
    if command.hasPrefix("AT") {
      guard let text = answerToAT(command.dropFirst(2)) else { return (repeated, 0) }
      return (repeated + text + "\r\r>", command == "ATZ" ? 0.6 : 0.003)
    }
    guard !command.isEmpty, command.utf8.allSatisfy({ hexDigit($0) != nil }) else {
      return (repeated + "?\r\r>", 0.003)
    }
    let said = ask(command)
    return (repeated + said.text + "\r\r>", said.delay)
  }

  private mutating func answerToAT(_ command: Substring) -> String? {
    switch command {
    case "Z":
      self = ObedientAdapter(spoken)
      return "\r\rELM327 v1.4b"
    case "I": return "ELM327 v1.4b"
    case "@1": return "OBDII to RS232 Interpreter"
    case "RV": return "14.1V"
    case "IGN": return "ON"
    case "DPN": return vehicleProtocol.map { "A" + String(decoding: [$0.digit], as: UTF8.self) } ?? "0"
    case "D": self = ObedientAdapter(spoken)
    case "MA":
      isListening = true
      return nil
    case "E0", "E1": echo = command == "E1"
    case "H0", "H1": hasHeaders = command == "H1"
    case "S0", "S1": hasSpaces = command == "S1"
    case _ where command.hasPrefix("TP"): vehicleProtocol = command.utf8.last.flatMap { ELMProtocol(digit: $0) }
    case _ where command.hasPrefix("SH"): header = String(command.dropFirst(2))
    default: break
    }
    return "OK"
  }

  /// The engine answers everybody's requests and its own.
  private mutating func ask(_ digits: String) -> (text: String, delay: Double) {
    let isSearch = vehicleProtocol == nil
    let notice = isSearch ? "SEARCHING...\r" : ""
    if isSearch { vehicleProtocol = spoken }
    guard vehicleProtocol == spoken else { return ("CAN ERROR", 0.2) }
    let isEngine = header.map { ["7DF", "7E0", "DB33F1", "DA10F1"].contains($0) } ?? true
    // A digit more is the count of answers.
    let numbers = digits.utf8.prefix(digits.utf8.count & ~1).compactMap { hexDigit($0) }
    let request = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] << 4 | numbers[$0 + 1] }
    guard isEngine, let answer = ObedientAdapter.answer(to: request) else { return (notice + "NO DATA", 0.2) }
    var words = (hasHeaders ? [UInt8(answer.count)] + answer : answer).map { hexadecimal(UInt32($0), digits: 2) }
    if hasHeaders { words = (spoken.isExtended ? ["18", "DA", "F1", "10"] : ["7E8"]) + words }
    return (notice + words.joined(separator: hasSpaces ? " " : ""), isSearch ? 1 : 0.015)
  }

  private static func answer(to request: [UInt8]) -> [UInt8]? {
    guard let service = request.first else { return nil }
    switch (service, request.count) {
    case (0x01, 2...): return [0x41, request[1], 0x18, 0x20]
    case (0x03, 1), (0x07, 1): return [service | 0x40, 0]
    default: return [0x7F, service, 0x12]
    }
  }
}
