// What the tests of J1939's diagnostic messages need: messages from hexadecimal digits, facts as lines of text.

import Decoding
import Vocabulary

/// One line for each thing a fact can say, short enough to be written by hand.
func line(of content: DiagnosticFact.Content) -> String {
  func index(_ number: UInt8) -> String { "[\(number)]" }
  switch content {
  case .listBegan(let lamps, let isBroadcast):
    let bytes = lamps.map { hexadecimal($0.states) + hexadecimal($0.flashes) } ?? "no lamps"
    return "began \(bytes) \(isBroadcast ? "unasked" : "asked")"
  case .listed(let code, let status, let occurrences):
    return "\(code.name) \(status.names.joined(separator: "+")) \(occurrences.map { "x\($0)" } ?? "x?")"
  case .listEnded(let complete, _): return "ended \(complete.names.joined(separator: "+"))"
  case .cleared: return "cleared"
  case .readiness(let readiness):
    return "readiness \(readiness.codeCount) \(readiness.supported.names) \(readiness.incomplete.names)"
  case .freezeFrameCode(let code, let frame): return "frame\(index(frame)) \(code.name)"
  case .freezeFrameValue(.spn(let spn), let frame, let value): return "frame\(index(frame)) \(spn) = \(value)"
  case .identity(let item, let number, let text): return "\(item.name)\(index(number)) \(text.string)"
  case .verification(let number, let value): return "cvn\(index(number)) \(String(value, radix: 16))"
  case .addressClaimed(let name): return "name \(String(name, radix: 16))"
  default: return "unexpected \(content)"
  }
}

/// The bytes that pairs of hexadecimal digits stand for; blanks are left out.
func bytes(hex: String) -> [UInt8] {
  let digits = hex.filter { $0 != " " }.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func bytes(ascii: String) -> [UInt8] { Array(ascii.utf8) }

extension J1939Diagnostics {
  /// What a message tells, as lines, and whether it was taken for one.
  mutating func lines(
    _ message: [UInt8], _ group: Group, from address: UInt8 = 0, bus: UInt8 = 0, seconds: Double = 0
  ) -> (isWhole: Bool, facts: [String]) {
    var facts: [String] = []
    let unit = ControlUnit(bus: bus, sourceAddress: address)
    let isWhole = decode(
      message.span, parameterGroup: group.rawValue, from: unit, at: .zero.advanced(seconds: seconds)
    ) { fact in
      facts.append(fact.unit == unit ? line(of: fact.content) : "another unit's")
    }
    return (isWhole, facts)
  }

  /// The service tool at address 249 asks for a group.
  mutating func ask(for group: UInt32, bus: UInt8 = 0, seconds: Double = 0) {
    let number = (0..<3).map { UInt8(truncatingIfNeeded: group >> (8 * UInt32($0))) }
    _ = lines(number, .request, from: 249, bus: bus, seconds: seconds)
  }
}

/// What one message tells to somebody who has heard nothing before, the request for it apart.
func lines(_ message: [UInt8], _ group: J1939Diagnostics.Group, isAsked: Bool = true) -> [String] {
  var diagnostics = J1939Diagnostics()
  if isAsked { diagnostics.ask(for: group.rawValue) }
  return diagnostics.lines(message, group).facts
}

/// Whether it was taken for one of its kind.
func isWhole(_ message: [UInt8], _ group: J1939Diagnostics.Group) -> Bool {
  var diagnostics = J1939Diagnostics()
  diagnostics.ask(for: group.rawValue)
  return diagnostics.lines(message, group).isWhole
}
