// Dialogues made up for the tests, and what is to be told of them.
import Documents
import Testing

@testable import telltale

struct DialogueCase: Sendable, CustomTestStringConvertible {
  let name: String
  let exchanges: [(sent: String?, received: String?)]
  /// The JSON object without `id`, and without `damaged_lines` where there are none.
  let expected: String

  init(_ name: String, _ exchanges: [(String?, String?)], _ expected: String) {
    self.name = name
    self.exchanges = exchanges.map { (sent: $0.0, received: $0.1) }
    self.expected = expected
  }

  var testDescription: String { name }

  var report: DialogueReport {
    func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(exactly: $0.value) ?? 0xFF } }
    let all = exchanges.map { Transcript.Exchange(sent: $0.sent.map(bytes), received: $0.received.map(bytes)) }
    return DialogueReader.report(of: Transcript(id: "made-up", exchanges: all))
  }

  func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let text = String(decoding: try jsonText(report), as: UTF8.self)
    let told = text.replacing("\"id\":\"made-up\",", with: "").replacing(",\"damaged_lines\":0}", with: "}")
    #expect(told == expected + "\n", "\(name)", sourceLocation: sourceLocation)
  }
}

/// A message of K-line, as an adapter shows it with headers: all its bytes and their sum.
func kLine(_ text: String) -> String {
  let sum = (hexadecimalBytes(text.replacing(" ", with: "")) ?? []).reduce(UInt8(0), &+)
  return text + " " + String(0x100 + Int(sum), radix: 16, uppercase: true).dropFirst()
}

/// A message of SAE J1850 with its CRC: polynomial 1D, begun with FF, inverted.
func j1850(_ text: String) -> String {
  var crc: UInt8 = 0xFF
  for byte in hexadecimalBytes(text.replacing(" ", with: "")) ?? [] {
    crc ^= byte
    for _ in 0..<8 { crc = crc & 0x80 != 0 ? crc << 1 ^ 0x1D : crc << 1 }
  }
  return text + " " + String(0x100 + Int(crc ^ 0xFF), radix: 16, uppercase: true).dropFirst()
}

/// An adapter as it is set up, with headers and without line feeds.
let setUp: [(String?, String?)] = [
  ("ATZ\r", "ATZ\r\r\rELM327 v1.5\r\r>"), ("ATE0\r", "ATE0\rOK\r\r>"), ("ATH1\r", "OK\r\r>"), ("ATL0\r", "OK\r\r>"),
]
