// The services 01 to 0A of SAE J1979 (ISO 15031-5) in their form for CAN.
import Vocabulary

extension SimulatedControlUnit {
  // MARK: 01 and 02

  func currentData(_ request: [UInt8]) throws(Refusal) -> [UInt8] {
    let wanted = request.dropFirst()
    guard !wanted.isEmpty, wanted.count <= mostParameters else { throw .subFunctionNotSupported }
    var answer: [UInt8] = [0x41]
    for pid in wanted {
      let data = parameter(pid)
      if !data.isEmpty { answer += [pid] + data }
    }
    guard answer.count > 1 else { throw .subFunctionNotSupported }
    return answer
  }

  /// The one legislated freeze frame; pairs of parameter and frame number.
  func freezeFrame(_ request: [UInt8]) throws(Refusal) -> [UInt8] {
    guard request.count > 1, request.count <= 7, !request.count.isMultiple(of: 2) else {
      throw .subFunctionNotSupported
    }
    var answer: [UInt8] = [0x42]
    for i in stride(from: 1, to: request.count, by: 2) where request[i + 1] == 0 {
      let data = frozen(request[i])
      if !data.isEmpty { answer += [request[i], 0] + data }
    }
    guard answer.count > 1 else { throw .subFunctionNotSupported }
    return answer
  }

  /// The data of a parameter; empty for one that is not supported.
  func parameter(_ pid: UInt8) -> [UInt8] {
    if pid & 0x1F == 0 { return SimulatedControlUnit.mask(pid, of: parameters) }
    guard parameters.contains(pid) else { return [] }
    if let constant = constants[pid] { return constant }
    var data: [UInt8] = []
    switch pid {
    case 0x01: data = diagnosis.readinessData
    case 0x21: data.appendNumber(diagnosis.lampKm.rounded(.down), bytes: 2)
    case 0x30: data.appendNumber(Double(diagnosis.warmUps), bytes: 1)
    case 0x31: data.appendNumber(diagnosis.km.rounded(.down), bytes: 2)
    case 0x4D: data.appendNumber(diagnosis.lampMinutes.rounded(.down), bytes: 2)
    case 0x4E: data.appendNumber(diagnosis.minutes.rounded(.down), bytes: 2)
    default: readings.appendParameter(pid, to: &data)
    }
    return data
  }

  /// Those parameters that say what the vehicle did when the code was stored.
  var freezeParameters: [UInt8] {
    let told: Set<UInt8> = [
      0x03, 0x04, 0x05, 0x06, 0x07, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x1F, 0x23, 0x2C, 0x2F, 0x33, 0x42, 0x46,
      0x5B, 0x5C, 0x5E, 0x62, 0x9A,
    ]
    return parameters.filter(told.contains)
  }

  private func frozen(_ pid: UInt8) -> [UInt8] {
    if pid & 0x1F == 0 { return SimulatedControlUnit.mask(pid, of: ([0x02] + freezeParameters).sorted()) }
    let entry = diagnosis.memory.frozen
    if pid == 0x02 {
      let code = entry?.code.base ?? 0
      return [UInt8(code >> 8), UInt8(code & 0xFF)]
    }
    var data: [UInt8] = []
    if freezeParameters.contains(pid) { entry?.freezeFrame?.appendParameter(pid, to: &data) }
    return data
  }

  /// Which of the 32 numbers after `number` there are, the last bit for more beyond; empty where there are none.
  static func mask(_ number: UInt8, of numbers: [UInt8]) -> [UInt8] {
    guard number == 0 || numbers.contains(where: { $0 > number }) else { return [] }
    var bits: UInt32 = 0
    for known in numbers where known > number {
      let place = Int(known) - Int(number)
      bits |= place < 32 ? 1 << UInt32(32 - place) : 1
    }
    return (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(24 - 8 * $0)) }
  }

  // MARK: 03, 07 and 0A

  func codeList(_ service: UInt8, _ entries: [TroubleMemory.Entry]) -> [UInt8] {
    var bases: [UInt16] = []
    for case let base? in entries.map(\.code.base) where !bases.contains(base) && bases.count < 255 {
      bases.append(base)
    }
    return [service, UInt8(bases.count)] + bases.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
  }

  // MARK: 06

  func monitoring(_ request: [UInt8]) throws(Refusal) -> [UInt8] {
    guard request.count == 2 else { throw .subFunctionNotSupported }
    let wanted = request[1]
    if wanted & 0x1F == 0 {
      let mask = SimulatedControlUnit.mask(wanted, of: monitorResults.map(\.monitor).sorted())
      guard !mask.isEmpty else { throw .subFunctionNotSupported }
      return [0x46, wanted] + mask
    }
    let results = monitorResults.filter { $0.monitor == wanted }
    guard !results.isEmpty else { throw .subFunctionNotSupported }
    // Tests that have not come to an end since clearing show zeros.
    let isTested = diagnosis.drives > 0
    var answer: [UInt8] = [0x46]
    for result in results {
      answer += [result.monitor, result.test, result.scaling]
      for number in [result.value, result.low, result.high] {
        answer += isTested ? [UInt8(number >> 8), UInt8(number & 0xFF)] : [0, 0]
      }
    }
    return answer
  }

  // MARK: 09

  func vehicleInformation(_ request: [UInt8]) throws(Refusal) -> [UInt8] {
    guard request.count == 2 else { throw .subFunctionNotSupported }
    let data = information(request[1])
    guard !data.isEmpty else { throw .subFunctionNotSupported }
    return [0x49, request[1]] + data
  }

  /// With the byte that counts the items, but for the mask; empty for what is not supported.
  func information(_ type: UInt8) -> [UInt8] {
    switch type {
    case 0x00:
      let known = (1...0x20 as ClosedRange<UInt8>).filter { !information($0).isEmpty }
      return SimulatedControlUnit.mask(0, of: known)
    case 0x02:
      return identity.vin.map { [1] + $0.utf8.prefix(17) } ?? []
    case 0x04:
      guard !identity.calibrations.isEmpty else { return [] }
      return [UInt8(identity.calibrations.count)] + identity.calibrations.flatMap { [UInt8](text: $0.id, size: 16) }
    case 0x06:
      guard !identity.calibrations.isEmpty else { return [] }
      return [UInt8(identity.calibrations.count)]
        + identity.calibrations.flatMap { calibration in
          (0..<4).map { UInt8(truncatingIfNeeded: calibration.verification >> UInt32(24 - 8 * $0)) }
        }
    case 0x08 where diagnosis.ignition == .spark && !diagnosis.monitors.isEmpty: return performance(items: 20)
    case 0x0B where diagnosis.ignition == .compression && !diagnosis.monitors.isEmpty: return performance(items: 18)
    case 0x0A: return [1] + [UInt8](text: identity.name, size: 20)
    default: return []
    }
  }

  /// How often the conditions of monitors were met and how often they came to an end: the drives that count, all
  /// ignitions, then two numbers for each kind of monitor.
  private func performance(items: Int) -> [UInt8] {
    var answer = [UInt8(items)]
    for item in 0..<items {
      let count: Int
      switch item {
      case 0: count = diagnosis.ignitions * 3 / 4
      case 1: count = diagnosis.ignitions
      default: count = diagnosis.ignitions * (item.isMultiple(of: 2) ? 2 : 3) / (4 + item / 2)
      }
      answer.appendNumber(Double(count), bytes: 2)
    }
    return answer
  }
}

extension SelfDiagnosis {
  /// PID 01: lamp and number of codes, then the monitors.
  var readinessData: [UInt8] {
    let count = min(127, memory.codes(.confirmed).count)
    let (supported, incomplete) = (supported, incomplete)
    var common: UInt8 = ignition == .compression ? 8 : 0
    for (bit, monitor) in [ReadinessMonitors.misfire, .fuelSystem, .components].enumerated() {
      if supported.contains(monitor) { common |= 1 << UInt8(bit) }
      if incomplete.contains(monitor) { common |= 0x10 << UInt8(bit) }
    }
    let others: [ReadinessMonitors] =
      ignition == .compression
      ? [
        .hydrocarbonCatalyst, .nitrogenOxideTreatment, [], .boostPressure, [], .exhaustGasSensor, .particulateFilter,
        .exhaustGasRecirculation,
      ]
      : [
        .catalyst, .heatedCatalyst, .evaporativeSystem, .secondaryAir, .gasolineParticulateFilter, .oxygenSensor,
        .oxygenSensorHeater, .exhaustGasRecirculation,
      ]
    func byte(_ monitors: ReadinessMonitors) -> UInt8 {
      others.indices.reduce(0) { $0 | (others[$1].isDisjoint(with: monitors) ? 0 : 1 << UInt8($1)) }
    }
    return [(memory.isLampOn ? 0x80 : 0) | UInt8(count), common, byte(supported), byte(incomplete)]
  }
}

extension [UInt8] {
  /// Characters, then zeros up to `size`.
  init(text: String, size: Int) {
    self = Array(text.utf8.prefix(size))
    self += Array(repeating: 0, count: size - count)
  }
}
