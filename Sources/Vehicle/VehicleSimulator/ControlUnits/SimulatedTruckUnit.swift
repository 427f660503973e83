// A control unit that speaks SAE J1939, free of frames: what it sends of itself, and what it answers when asked.
public import Vocabulary

public struct SimulatedTruckUnit: Sendable {
  /// What a request brings.
  public enum Answer: Equatable, Sendable {
    /// To everybody where everybody was asked, else to the one who asked.
    case message(group: UInt32, data: [UInt8])
    /// The acknowledgement of SAE J1939-21; `isPositive` false where it cannot or will not.
    case acknowledgement(isPositive: Bool)
  }

  public struct Identity: Equatable, Sendable {
    /// Nil for a unit that is not asked for it.
    public var vin: String?
    public var make: String
    public var model: String
    public var serialNumber: String
    public var software: [String]
    public var partNumber: String
    public var calibrations: [SimulatedControlUnit.Calibration] = []
    /// 64 bits of SAE J1939-81.
    public var name: UInt64

    public init(
      make: String, model: String, serialNumber: String, software: [String], partNumber: String, name: UInt64
    ) {
      self.make = make
      self.model = model
      self.serialNumber = serialNumber
      self.software = software
      self.partNumber = partNumber
      self.name = name
    }
  }

  /// Parameter groups of SAE J1939-73, -71 and -81.
  public enum Group {
    public static let activeCodes: UInt32 = 0xFECA
    public static let previouslyActiveCodes: UInt32 = 0xFECB
    public static let freezeFrames: UInt32 = 0xFECD
    public static let readiness: UInt32 = 0xFECE
    public static let pendingCodes: UInt32 = 0xFECF
    public static let clearActiveCodes: UInt32 = 0xFED3
    public static let confirmedCodes: UInt32 = 0xFED4
    public static let softwareIdentification: UInt32 = 0xFEDA
    public static let permanentCodes: UInt32 = 0xFD80
    public static let controlUnitIdentification: UInt32 = 0xFDC5
    public static let componentIdentification: UInt32 = 0xFEEB
    public static let vehicleIdentification: UInt32 = 0xFEEC
    public static let calibrations: UInt32 = 0xD300
    public static let addressClaimed: UInt32 = 0xEE00
  }

  /// `engine`, as people call it.
  public let name: String
  public let sourceAddress: UInt8
  /// Watched by emission law: it has the malfunction lamp, readiness, pending, confirmed and permanent codes. The lamp
  /// of the others is the amber one.
  public let isEmissionRelated: Bool
  public var identity: Identity
  public var diagnosis: SelfDiagnosis

  public init(
    name: String, sourceAddress: UInt8, isEmissionRelated: Bool, identity: Identity, diagnosis: SelfDiagnosis
  ) {
    self.name = name
    self.sourceAddress = sourceAddress
    self.isEmissionRelated = isEmissionRelated
    self.identity = identity
    self.diagnosis = diagnosis
  }

  /// The unit as facts name it.
  public func controlUnit(bus: UInt8 = 0) -> ControlUnit { ControlUnit(bus: bus, sourceAddress: sourceAddress) }

  /// DM1, which the unit sends once a second.
  public var activeCodes: [UInt8] { list(active) }

  /// - Parameters:
  ///   - group: which parameter group is asked for.
  ///   - isGlobal: asked of all units: who does not have it stays silent.
  /// - Returns: Nil where it stays silent.
  public mutating func answer(request group: UInt32, isGlobal: Bool = false) -> Answer? {
    if group == Group.clearActiveCodes {
      guard !diagnosis.isEngineRunning else { return isGlobal ? nil : .acknowledgement(isPositive: false) }
      diagnosis.clear()
      return isGlobal ? nil : .acknowledgement(isPositive: true)
    }
    guard let data = data(group) else { return isGlobal ? nil : .acknowledgement(isPositive: false) }
    return .message(group: group, data: data)
  }

  /// Failing with the lamp on.
  var active: [TroubleMemory.Entry] { diagnosis.memory.entries.filter(\.isLampOn) }
  /// Its lamp is out, and it is not forgotten yet.
  var previouslyActive: [TroubleMemory.Entry] { diagnosis.memory.codes(.confirmed).filter { !$0.isLampOn } }

  private func data(_ group: UInt32) -> [UInt8]? {
    switch group {
    case Group.activeCodes: activeCodes
    case Group.previouslyActiveCodes: list(previouslyActive)
    case Group.softwareIdentification: [UInt8(identity.software.count)] + texts(identity.software)
    case Group.componentIdentification: texts([identity.make, identity.model, identity.serialNumber, ""])
    case Group.vehicleIdentification: identity.vin.map { texts([$0]) }
    case Group.addressClaimed: (0..<8).map { UInt8(truncatingIfNeeded: identity.name >> UInt64(8 * $0)) }
    case Group.controlUnitIdentification: texts([identity.partNumber, identity.serialNumber, "", name, identity.make])
    default: isEmissionRelated ? emissionData(group) : nil
    }
  }

  private func emissionData(_ group: UInt32) -> [UInt8]? {
    switch group {
    case Group.readiness: readiness
    case Group.pendingCodes: list(diagnosis.memory.codes(.pending))
    case Group.confirmedCodes: list(active)
    case Group.permanentCodes: list(diagnosis.memory.entries.filter(\.isPermanent))
    case Group.freezeFrames: freezeFrames
    case Group.calibrations:
      identity.calibrations.flatMap { calibration in
        (0..<4).map { UInt8(truncatingIfNeeded: calibration.verification >> UInt32(8 * $0)) }
          + [UInt8](text: calibration.id, size: 16)
      }
    default: nil
    }
  }

  /// Lamps, then four bytes for each code; without one the code that says so.
  private func list(_ entries: [TroubleMemory.Entry]) -> [UInt8] {
    let lamp: UInt8 = diagnosis.memory.isLampOn ? (isEmissionRelated ? 0x40 : 0x04) : 0
    guard !entries.isEmpty else { return [lamp, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF] }
    return [lamp, 0xFF] + entries.flatMap { bytes(of: $0) }
  }

  private func bytes(of entry: TroubleMemory.Entry) -> [UInt8] {
    let (spn, fmi) = (entry.code.spn ?? 0, entry.code.fmi ?? 0)
    return [UInt8(spn & 0xFF), UInt8(spn >> 8 & 0xFF), UInt8(spn >> 16) << 5 | fmi, entry.occurrences]
  }

  /// DM4: each with the code, torque mode, boost, engine speed, load, coolant and vehicle speed.
  private var freezeFrames: [UInt8] {
    let frozen = diagnosis.memory.entries.filter { $0.freezeFrame != nil }
    guard !frozen.isEmpty else { return [0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF] }
    return frozen.flatMap { entry in
      let now = entry.freezeFrame ?? Readings()
      var values = GroupData()
      values.put(bits: now.demand > 0.02 ? 1 : 0, at: 0, count: 4)
      values.put(max(0, now.manifoldPressure - now.barometricPressure) / 2, at: 1)
      values.put(now.engineSpeed / 0.125, at: 2, bytes: 2)
      values.put(now.load * 100, at: 4)
      values.put(now.coolant + 40, at: 5)
      values.put(now.speed * 256, at: 6, bytes: 2)
      return [12] + bytes(of: entry) + (0..<8).map { UInt8(truncatingIfNeeded: values.word >> UInt64(8 * $0)) }
    }
  }

  /// DM5.
  private var readiness: [UInt8] {
    let (supported, incomplete) = (diagnosis.supported, diagnosis.incomplete)
    func bits(_ order: [ReadinessMonitors], _ monitors: ReadinessMonitors) -> UInt8 {
      order.indices.reduce(0) { $0 | (order[$1].isDisjoint(with: monitors) ? 0 : 1 << UInt8($1)) }
    }
    let continuous: [ReadinessMonitors] = [.misfire, .fuelSystem, .components]
    let first: [ReadinessMonitors] = [
      .catalyst, .heatedCatalyst, .evaporativeSystem, .secondaryAir, .airConditioning, .exhaustGasSensor,
      .oxygenSensorHeater, .exhaustGasRecirculation,
    ]
    let second: [ReadinessMonitors] = [
      .coldStartAid, .boostPressure, .particulateFilter, .nitrogenOxideTreatment, .hydrocarbonCatalyst,
    ]
    // 20: OBD of heavy-duty vehicles.
    return [
      UInt8(min(250, active.count)), UInt8(min(250, previouslyActive.count)), 20,
      bits(continuous, supported) | bits(continuous, incomplete) << 4, bits(first, supported), bits(second, supported),
      bits(first, incomplete), bits(second, incomplete),
    ]
  }

  private func texts(_ texts: [String]) -> [UInt8] { texts.flatMap { Array($0.utf8) + [UInt8(ascii: "*")] } }
}
