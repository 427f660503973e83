// What single answers of a vehicle say, by the decoders that the daemon has.
import Decoding
import VehicleBus
import Vocabulary

/// A list of trouble codes, as dialogues are told of them.
enum CodeList: Hashable, CaseIterable {
  case confirmed
  case pending
  case permanent

  var key: String {
    switch self {
    case .confirmed: "dtcs"
    case .pending: "pending_dtcs"
    case .permanent: "permanent_dtcs"
    }
  }

  /// The service that asks for it.
  var service: UInt8 {
    switch self {
    case .confirmed: 0x03
    case .pending: 0x07
    case .permanent: 0x0A
    }
  }

  /// What is active or was confirmed is there, whatever else is said of it.
  init?(_ status: TroubleCodeStatus) {
    if !status.isDisjoint(with: [.active, .confirmed]) {
      self = .confirmed
    } else if status.contains(.pending) {
      self = .pending
    } else if status.contains(.permanent) {
      self = .permanent
    } else {
      return nil
    }
  }
}

/// A value of service 01 that dialogues are told of, by its key there.
struct Quantity: Equatable {
  var key: String
  var pid: UInt8
  /// `OBDValue.name`.
  var field: String

  static let supported = Quantity(key: "supported_01", pid: 0x00, field: "supported")

  /// In the order in which they are shown. Of the oxygen sensors those two that are the same by PID 13 and by PID 1D.
  static let all = [
    supported,
    Quantity(key: "rpm", pid: 0x0C, field: "speed"),
    Quantity(key: "speed_kmh", pid: 0x0D, field: "speed"),
    Quantity(key: "coolant_c", pid: 0x05, field: "temperature"),
    Quantity(key: "load_pct", pid: 0x04, field: "load"),
    Quantity(key: "throttle_pct", pid: 0x11, field: "position"),
    Quantity(key: "map_kpa", pid: 0x0B, field: "pressure"),
    Quantity(key: "intake_c", pid: 0x0F, field: "temperature"),
    Quantity(key: "maf_gps", pid: 0x10, field: "flow"),
    Quantity(key: "fuel_pct", pid: 0x2F, field: "level"),
    Quantity(key: "ambient_c", pid: 0x46, field: "temperature"),
    Quantity(key: "oil_c", pid: 0x5C, field: "temperature"),
    Quantity(key: "module_v", pid: 0x42, field: "voltage"),
    Quantity(key: "run_time_s", pid: 0x1F, field: "time"),
    Quantity(key: "o2_b1s1_v", pid: 0x14, field: "voltage"),
    Quantity(key: "o2_b1s2_v", pid: 0x15, field: "voltage"),
  ]
}

/// Reads one answer after the other, each by itself.
struct VehicleAnswers: ~Copyable {
  enum Statement {
    case value(Quantity, Double)
    case code(TroubleCode, CodeList)
    /// A list was told whole, be it empty.
    case list(CodeList)
    case vin(String)
    case calibration(String)
    case readiness(Readiness)
    /// The malfunction lamp.
    case lamp(Bool)
    /// DM29 of SAE J1939: five counts of trouble codes in the standard's order, 0...250.
    case codeCounts([UInt8])
  }

  private var obd: OBDReplyDecoder
  private var uds = UDSReplyDecoder()
  private var groups = J1939Diagnostics()
  private var time = Instant.zero
  /// Bytes of data of each parameter of service 01.
  private static let sizes = Dictionary(OBDParameter.all.map { ($0.pid, $0.dataBytes) }) { first, _ in first }

  init() {
    var problems: [MappingProblem] = []
    let mappings = Quantity.all.enumerated().map { index, quantity in
      OBDReplyDecoder.Mapping(
        pid: quantity.pid, field: quantity.field, target: SignalID(rawValue: UInt16(index)),
        range: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    }
    obd = OBDReplyDecoder(mappings, problems: &problems)
  }

  /// - Parameters:
  ///   - question: the request that was sent last; some answers cannot be understood without it.
  ///   - isCAN: the vehicle is known to speak a protocol of CAN.
  mutating func read(_ message: ELMMessage, to question: [UInt8], isCAN: Bool) -> [Statement] {
    guard let first = message.bytes.first else { return [] }
    // So far from the one before that nothing of it is remembered: neither which unit owns a parameter nor what was
    // asked for.
    time = time.advanced(seconds: 60)
    if case .can(let id) = message.sender, id.isGroup { return group(message.bytes, id) }
    let unit = message.sender.unit
    var statements: [Statement] = []
    if first == 0x59 || first == 0x62 && message.bytes.dropFirst().first != 0xF4 {
      uds.note(request: question.span, to: unit, at: time)
      _ = uds.decode(message.bytes.span, from: unit, at: time) {
        statements += VehicleAnswers.statements(of: $0.content)
      }
      return statements
    }
    let bytes = message.sender == .untold ? withoutPadding(message.bytes, question, isCAN) : message.bytes
    var samples = [Sample](
      repeating: Sample(time: time, value: 0, signal: SignalID(rawValue: 0)), count: obd.largestReply)
    var out = samples.mutableSpan
    let (count, _) = obd.decode(bytes.span, from: unit, at: time, into: &out, from: 0) {
      statements += VehicleAnswers.statements(of: $0.content)
    }
    for sample in samples[..<count] where sample.validity == .valid {
      statements.append(.value(Quantity.all[sample.signal.index], sample.value))
    }
    return statements
  }

  /// Without headers some adapters show a frame's padding as well, and nothing tells where it begins but the length
  /// that an answer has by the standard. Bytes that differ from each other are no padding.
  private func withoutPadding(_ bytes: [UInt8], _ question: [UInt8], _ isCAN: Bool) -> [UInt8] {
    var end = bytes.count
    if bytes[0] == 0x41 {
      end = 1
      for _ in 0..<(question.first == 0x01 ? max(1, question.count - 1) : 1) {
        guard end < bytes.count, let size = VehicleAnswers.sizes[bytes[end]], end + 1 + size <= bytes.count
        else { break }
        end += 1 + size
      }
    } else if isCAN, CodeList.allCases.contains(where: { $0.service | 0x40 == bytes[0] }), bytes.count > 1 {
      end = min(bytes.count, 2 + 2 * Int(bytes[1]))
    }
    let rest = bytes[end...]
    return rest.allSatisfy { $0 == rest.first } ? Array(bytes[..<end]) : bytes
  }

  private mutating func group(_ bytes: [UInt8], _ id: CANID) -> [Statement] {
    var statements: [Statement] = []
    let group = id.parameterGroup
    if group == J1939Diagnostics.Group.codeCounts.rawValue, bytes.count >= 5 {
      statements.append(.codeCounts(Array(bytes.prefix(5))))
    }
    let unit = ControlUnit(sourceAddress: UInt8(truncatingIfNeeded: id.value))
    _ = groups.decode(bytes.span, parameterGroup: group, from: unit, at: time) {
      statements += VehicleAnswers.statements(of: $0.content)
    }
    return statements
  }

  private static func statements(of content: DiagnosticFact.Content) -> [Statement] {
    switch content {
    case .listBegan(let lamps, _): lamps?[.malfunction].map { [.lamp($0 != .off)] } ?? []
    case .listed(let code, let status, _): CodeList(status).map { [.code(code, $0)] } ?? []
    case .listEnded(let complete, _): CodeList(complete).map { [.list($0)] } ?? []
    case .identity(.vin, _, let text): [.vin(text.string)]
    case .identity(.calibration, _, let text): [.calibration(text.string)]
    case .readiness(let readiness): [.readiness(readiness)]
    default: []
    }
  }
}

extension CANID {
  /// A parameter group of SAE J1939 that says something of a unit, and no diagnosis over ISO-TP.
  fileprivate var isGroup: Bool { isExtended && J1939Diagnostics.isDiagnostic(parameterGroup) }
}

extension ELMSender {
  fileprivate var unit: ControlUnit {
    switch self {
    case .untold: ControlUnit(answersOn: CANID(standard: 0x7E8))
    case .can(let id): ControlUnit(answersOn: id)
    // As ISO 15765-4 writes such an address.
    case .address(let address): ControlUnit(answersOn: CANID(extended: 0x18DA_F100 | UInt32(address)))
    }
  }

  /// `7E8`, `18DAF110`, `10`; nil where it is not told.
  var name: String? {
    switch self {
    case .untold: nil
    case .can(let id): ControlUnit(answersOn: id).name
    case .address(let address): hexadecimal(address)
    }
  }
}
