// What the tests of OBD-II need: replies into arrays of samples and facts.

import Decoding
import Vocabulary

/// Everything that one message gave.
struct ToldByOBD {
  var samples: [Sample] = []
  var facts: [DiagnosticFact.Content] = []
  var verdict = OBDReplyDecoder.Verdict.other

  var values: [Double] { samples.map(\.value) }
  /// Each fact in words that can be compared.
  var words: [String] { facts.map(describe) }
}

/// A control unit on `7E8 + index`.
func obdUnit(_ index: UInt32 = 0, bus: UInt8 = 0) -> ControlUnit {
  ControlUnit(bus: bus, answersOn: CANID(standard: 0x7E8 + index))
}

extension OBDReplyDecoder {
  mutating func tell(_ message: [UInt8], from unit: ControlUnit = obdUnit(), seconds: Double = 0) -> ToldByOBD {
    var told = ToldByOBD()
    var buffer = Array(repeating: blank, count: max(1, largestReply))
    var out = buffer.mutableSpan
    let time = Instant.zero.advanced(seconds: seconds)
    let (count, verdict) = decode(message.span, from: unit, at: time, into: &out, from: 0) { fact in
      told.facts.append(fact.content)
    }
    told.samples = Array(buffer[..<count])
    told.verdict = verdict
    return told
  }
}

/// Each value of the table as a signal, the number of which is the value's place in the table.
enum WholeOBDTable {
  /// `0C.speed` and so on.
  static let names = OBDParameter.all.flatMap { parameter in
    parameter.values.map { "\(hexadecimal(parameter.pid)).\($0.name)" }
  }

  static func decoder() -> OBDReplyDecoder {
    var problems: [MappingProblem] = []
    var mappings: [OBDReplyDecoder.Mapping] = []
    for parameter in OBDParameter.all {
      for value in parameter.values {
        mappings.append(
          .init(
            pid: parameter.pid, field: value.name, target: SignalID(rawValue: UInt16(mappings.count)),
            range: value.range))
      }
    }
    return OBDReplyDecoder(mappings, problems: &problems)
  }
}

private func describe(_ fact: DiagnosticFact.Content) -> String {
  switch fact {
  case .listBegan(let lamps, let isBroadcast): "began \(lamps == nil ? "-" : "lamps") \(isBroadcast)"
  case .listed(let code, let status, let occurrences):
    "\(code.name) \(status.names.joined()) \(occurrences.map { "\($0)" } ?? "-")"
  case .listEnded(let complete, _): "ended \(complete.names.joined())"
  case .cleared: "cleared"
  case .readiness(let readiness):
    "lamp \(readiness.isLampOn.map { "\($0)" } ?? "-") codes \(readiness.codeCount) \(readiness.ignition) "
      + "supported \(readiness.supported.names) incomplete \(readiness.incomplete.names)"
  case .freezeFrameCode(let code, let frame): "frame \(frame) \(code.name)"
  case .freezeFrameValue(.pid(let pid, let field), let frame, let value):
    "frame \(frame) \(hexadecimal(pid))[\(field)] \(value)"
  case .freezeFrameValue(.spn(let spn), let frame, let value): "frame \(frame) SPN \(spn) \(value)"
  case .monitor(let result):
    "monitor \(hexadecimal(result.monitor)) \(hexadecimal(result.test)) \(hexadecimal(result.scaling)) "
      + "\(result.value) \(result.low) \(result.high)"
  case .identity(let item, let index, let text): "\(item.name) \(index) \(text.string)"
  case .verification(let index, let number): "cvn \(index) \(String(number, radix: 16))"
  case .performance(let index, let isCompression, let count): "ipt \(index) \(isCompression) \(count)"
  case .data(let identifier, let text): "data \(identifier) \(text.bytes)"
  case .refused(let service, let reason): "refused \(hexadecimal(service)) \(hexadecimal(reason))"
  case .addressClaimed(let name): "name \(name)"
  }
}
