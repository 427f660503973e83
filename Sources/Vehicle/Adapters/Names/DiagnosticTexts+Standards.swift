// What the standards call the things of diagnostics, for documents and tables.
import Decoding
public import Documents
import Vocabulary

extension DiagnosticTexts {
  /// The names that Telltale knows of OBD-II, UDS and SAE J1939.
  public static let standards = DiagnosticTexts(
    code: { code in
      TroubleCodeTexts.text(of: code)
        ?? TroubleCodeTexts.general(code) + (code.fmi.map { ": " + J1939Names.failureMode($0) } ?? "")
    },
    unit: { unit in
      switch unit.language {
      case .j1939: J1939Names.controlUnit(address: UInt8(truncatingIfNeeded: unit.address))
      case .iso15765: OBDNames.controlUnit(answersOn: CANID(rawValue: unit.address))
      }
    },
    parameter: { parameter in
      switch parameter {
      case .pid(let pid, let field):
        guard let values = OBDParameter.of(pid: pid)?.values, field < values.count else { return nil }
        return (values[Int(field)].title, values[Int(field)].unit)
      case .spn(let spn):
        return J1939Names.parameter(spn: spn).map { ($0, J1939Names.unit(spn: spn) ?? "") }
      }
    },
    monitor: { result in
      guard let scaling = OBDScaling.of(result.scaling) else { return nil }
      let names = [OBDNames.monitor(result.monitor), OBDNames.test(result.test)].compactMap { $0 }
      return Monitor(
        name: names.isEmpty ? nil : names.joined(separator: ": "), unit: scaling.unit,
        value: scaling.value(of: result.value), low: scaling.value(of: result.low), high: scaling.value(of: result.high))
    },
    performance: { OBDNames.performance($0, isCompressionIgnition: $1) },
    refusal: { UDSNames.service($0) + ": " + UDSNames.refusal($1) },
    function: { J1939Names.function(J1939Name(rawValue: $0).function) })
}
