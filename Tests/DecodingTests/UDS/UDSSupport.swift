// What the tests of UDS need: a decoder that takes arrays, and facts as short lines that can be compared.

import Decoding
import Vocabulary

/// A decoder of UDS with what it told, as lines.
struct UDSWitness {
  static let engine = ControlUnit(answersOn: CANID(standard: 0x7E8))
  static let gearbox = ControlUnit(answersOn: CANID(standard: 0x7E9))

  var decoder = UDSReplyDecoder()

  mutating func ask(_ request: [UInt8], of unit: ControlUnit? = UDSWitness.engine, at seconds: Double = 0) {
    decoder.note(request: request.span, to: unit, at: Instant.zero.advanced(seconds: seconds))
  }

  mutating func hear(
    _ message: [UInt8], from unit: ControlUnit = UDSWitness.engine, at seconds: Double = 0
  ) -> (told: [String], verdict: UDSReplyDecoder.Verdict) {
    var told: [String] = []
    let verdict = decoder.decode(message.span, from: unit, at: Instant.zero.advanced(seconds: seconds)) { fact in
      told.append(fact.unit == unit ? UDSWitness.line(fact.content) : "another unit")
    }
    return (told, verdict)
  }

  /// What is told of a message whose request did not come by.
  static func told(_ message: [UInt8]) -> [String] {
    var witness = UDSWitness()
    return witness.hear(message).told
  }

  private static func line(_ content: DiagnosticFact.Content) -> String {
    switch content {
    case .listBegan(let lamps, let isBroadcast): lamps == nil && !isBroadcast ? "began" : "began otherwise"
    case .listed(let code, let status, let occurrences):
      ([code.name] + status.names + (occurrences.map { ["\($0)"] } ?? [])).joined(separator: " ")
    case .listEnded(let complete, _): (["ended"] + complete.names).joined(separator: " ")
    case .cleared: "cleared"
    case .freezeFrameCode(let code, let frame): "frame \(frame) \(code.name)"
    case .identity(let item, let index, let text): "\(item.name) \(index) \(text.string)"
    case .data(let identifier, let data):
      String(identifier, radix: 16, uppercase: true) + " " + data.bytes.map(hexadecimal).joined()
    case .refused(let service, let reason): "refused \(hexadecimal(service)) \(hexadecimal(reason))"
    default: "something else"
    }
  }
}
