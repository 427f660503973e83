// What the answers of a dialogue told, gathered.
import Decoding
import VehicleBus
import Vocabulary

struct DialogueFacts {
  private struct Value {
    var quantity: Quantity
    var value: Double
    var sender: ELMSender
  }

  private struct Refusal {
    var service: UInt8
    var reason: UInt8
    var sender: ELMSender
  }

  var damagedLines = 0
  /// Whole lines, where it was listened to the bus.
  var heard: Int?
  /// Settled, or told by the adapter.
  var vehicleProtocol: ELMProtocol?
  /// Whether the checksums of K-line were right; nil where none was seen.
  private var areChecksumsRight: Bool?

  private var names: [String] = []
  private var voltage: Double?
  private var senders: [ELMSender] = []
  private var vin: String?
  private var calibrations: [String] = []
  private var supported: [Value] = []
  private var values: [String: [Told]] = [:]
  private var lamp: Bool?
  private var readiness: Readiness?
  private var codeCount: Int?
  private var codes: [CodeList: [String]] = [:]
  private var codeCounts: [UInt8] = []
  private var refusal: Refusal?
  private var payload: [UInt8] = []

  /// Of the exchange that is being read.
  private var current: [Value] = []
  private var units: [Readiness] = []

  mutating func take(_ notices: [ELMNotice]) {
    for notice in notices {
      switch notice {
      case .identity(let text): if !names.contains(text) { names.append(text) }
      case .voltage(let volts): voltage = volts
      default: break
      }
    }
  }

  mutating func take(checksums: Checksums) {
    if let isRight = checksums.areRight { areChecksumsRight = isRight && areChecksumsRight != false }
  }

  mutating func beginExchange() {
    current = []
    units = []
  }

  /// - Parameter isFinal: nothing else came from its sender in the exchange.
  mutating func take(_ message: ELMMessage, isFinal: Bool) {
    if message.sender != .untold, !senders.contains(message.sender) { senders.append(message.sender) }
    let bytes = message.bytes
    switch bytes.first {
    case 0x7F where bytes.count > 2:
      // By SAE J2190, before CAN, what was asked for stands between service and reason.
      let isLong = if case .address = message.sender { true } else { false }
      let reason = isLong ? bytes[bytes.count - 1] : bytes[2]
      // A plea for patience is no refusal, unless nothing follows it.
      if refusal == nil, reason != 0x78 || isFinal {
        refusal = Refusal(service: bytes[1], reason: reason, sender: message.sender)
      }
    case (0x50...0x7E)?: if payload.isEmpty { payload = bytes }
    default: break
    }
  }

  mutating func take(_ statement: VehicleAnswers.Statement, from sender: ELMSender) {
    switch statement {
    case .value(let quantity, let value):
      let isRepeated = current.contains { $0.quantity == quantity && $0.sender == sender && sender != .untold }
      if !isRepeated { current.append(Value(quantity: quantity, value: value, sender: sender)) }
    case .code(let code, let list):
      if codes[list]?.contains(code.name) != true { codes[list, default: []].append(code.name) }
    case .list(let list): codes[list, default: []] += []
    case .vin(let text): if vin == nil { vin = text }
    case .calibration(let text): if !calibrations.contains(text) { calibrations.append(text) }
    case .readiness(let readiness): units.append(readiness)
    case .lamp(let isOn): lamp = isOn
    case .codeCounts(let counts): codeCounts = counts
    }
  }

  mutating func endExchange() {
    for quantity in Quantity.all {
      let told = current.filter { $0.quantity == quantity }
      guard !told.isEmpty else { continue }
      if quantity == .supported {
        if supported.isEmpty { supported = told }
      } else if quantity.key.hasPrefix("o2_") {
        values[quantity.key, default: []] += told.map { rounded($0.value) }
      } else {
        values[quantity.key] = told.map { rounded($0.value) }
      }
    }
    guard !units.isEmpty else { return }
    lamp = units.contains { $0.isLampOn == true }
    codeCount = units.reduce(0) { $0 + Int($1.codeCount) }
    readiness = units.dropFirst().reduce(units[0]) {
      Readiness(
        isLampOn: nil, codeCount: 0, ignition: $0.ignition, supported: $0.supported.union($1.supported),
        incomplete: $0.incomplete.union($1.incomplete))
    }
  }

  /// Three decimals are finer than any of these values is.
  private func rounded(_ value: Double) -> Told { .number((value * 1000).rounded() / 1000) }
}

// As a document.
extension DialogueFacts {
  /// - Parameter asked: the requests of the dialogue. What was asked for and not told is nothing, which is not the same
  ///   as none.
  func told(asked: [[UInt8]]) -> [Told.Member] {
    var members: [Told.Member] = []
    func add(_ key: String, _ value: Told?) {
      if let value { members.append(Told.Member(key: key, value: value)) }
    }
    func wasAsked(_ request: UInt8...) -> Bool { asked.contains { $0.starts(with: request) } }

    add("adapter", .oneOrList(names.map { .text($0) }))
    add("protocol", vehicleProtocol.map { .text(String(Unicode.Scalar($0.digit))) })
    add("battery_v", voltage.map { .number($0) })
    let units = senders.compactMap(\.name)
    add("ecu", units.count == 1 ? .text(units[0]) : nil)
    add("ecus", units.count > 1 ? .texts(units) : nil)
    add("checksum_ok", areChecksumsRight.map { .flag($0) })
    let asksForVIN = wasAsked(0x09, 0x02) || wasAsked(0x22, 0xF1, 0x90) || wasAsked(0x1A, 0x90)
    add("vin", vin.map { .text($0) } ?? (asksForVIN ? .nothing : nil))
    add("calibration_ids", calibrations.isEmpty ? nil : .texts(calibrations))
    add(Quantity.supported.key, supportedParameters)
    for quantity in Quantity.all { add(quantity.key, .oneOrList(values[quantity.key] ?? [])) }
    add("mil", lamp.map { .flag($0) })
    add("dtc_count", codeCount.map { .count($0) })
    if let readiness { addMonitors(readiness, add) }
    for list in CodeList.allCases {
      add(list.key, codes[list].map { .texts($0) } ?? (wasAsked(list.service) ? .nothing : nil))
    }
    for (key, count) in zip(["pending", "all_pending", "mil_on", "prev_mil", "permanent"], codeCounts) {
      // 251 and above are no counts: "not available" and the like.
      add(key, count > 250 ? .nothing : .count(Int(count)))
    }
    add("negative", negative)
    if !payload.isEmpty {
      add("payload_len", .count(payload.count))
      // What the first two frames of an answer hold on CAN.
      add("payload_head", .text(payload.prefix(13).map(hexadecimal).joined()))
    }
    add("frames", heard.map { .count($0) })
    add("damaged_lines", .count(damagedLines))
    return members
  }

  private var supportedParameters: Told? {
    let texts = supported.map { value in
      let digits = String(UInt32(value.value), radix: 16, uppercase: true)
      return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
    let names = supported.compactMap(\.sender.name)
    guard supported.count > 1, names.count == supported.count else { return .oneOrList(texts.map { .text($0) }) }
    return .members(zip(names, texts).map { Told.Member(key: $0, value: .text($1)) })
  }

  private var negative: Told? {
    refusal.map {
      .members([
        Told.Member(key: "service", value: .count(Int($0.service))),
        Told.Member(key: "nrc", value: .count(Int($0.reason))),
        Told.Member(key: "ecu", value: $0.sender.name.map { .text($0) } ?? .nothing),
      ])
    }
  }

  /// The abbreviations of scan tools: those that run once a trip as supported, all of them as complete or not.
  private func addMonitors(_ readiness: Readiness, _ add: (String, Told?) -> Void) {
    let continuous: [(ReadinessMonitors, String)] = [(.misfire, "MIS"), (.fuelSystem, "FUEL"), (.components, "CCM")]
    let others: [(ReadinessMonitors, String)] = [
      (.exhaustGasRecirculation, "EGR"), (.oxygenSensorHeater, "HTR"), (.particulateFilter, "PM"),
      (.oxygenSensor, "O2S"), (.exhaustGasSensor, "EGS"), (.gasolineParticulateFilter, "GPF"), (.secondaryAir, "AIR"),
      (.boostPressure, "BP"), (.evaporativeSystem, "EVAP"), (.heatedCatalyst, "HCAT"),
      (.nitrogenOxideTreatment, "NCAT"), (.catalyst, "CAT"), (.hydrocarbonCatalyst, "HCCAT"),
    ]
    func names(_ monitors: ReadinessMonitors, of table: [(ReadinessMonitors, String)]) -> Told {
      .texts(table.filter { monitors.contains($0.0) }.map(\.1))
    }
    add("supported", names(readiness.supported, of: others))
    add("incomplete", names(readiness.incomplete, of: continuous + others))
    add("complete", names(readiness.supported.subtracting(readiness.incomplete), of: continuous + others))
  }
}
