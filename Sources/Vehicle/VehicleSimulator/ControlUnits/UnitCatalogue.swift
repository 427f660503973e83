// Which control units each simulated vehicle has, who they are and what they know.
import Vocabulary

struct UnitCatalogue {
  private(set) var units: [SimulatedControlUnit] = []
  private(set) var truckUnits: [SimulatedTruckUnit] = []

  private let kind: SimulatedVehicle.Kind
  private let faults: [PlannedFault]
  private var random: RandomStream
  private let vin: String

  /// - Parameter faults: those of the vehicle's own units; their codes are among the ones that a unit can find.
  init(_ kind: SimulatedVehicle.Kind, seed: UInt64, faults: [PlannedFault]) {
    self.kind = kind
    self.faults = faults
    random = RandomStream(seed: seed, for: .identity)
    vin = UnitCatalogue.vin(of: kind, &random)
    switch kind {
    case .petrol: addPetrolUnits()
    case .diesel: addDieselUnits()
    case .ev: addElectricUnits()
    case .truck: addTruckUnits()
    }
  }

  private static let obdServices: Set<UInt8> = [0x01, 0x02, 0x03, 0x04, 0x06, 0x07, 0x09, 0x0A]
  private static let udsServices: Set<UInt8> = [0x10, 0x14, 0x19, 0x22, 0x3E]

  // MARK: Cars and vans

  private mutating func addPetrolUnits() {
    var engine = unit(
      ecuName: "ECM-EngineControl", request: CANID(standard: 0x7E0), reply: CANID(standard: 0x7E8),
      codes: [0x0101, 0x0128, 0x0171, 0x0300, 0x0301, 0x0420, 0x0442, 0x0562], ignition: .spark,
      monitors: [
        .init(.misfire, drives: 0), .init(.fuelSystem, drives: 0), .init(.components, drives: 0),
        .init(.catalyst, drives: 2), .init(.evaporativeSystem, drives: 4), .init(.oxygenSensor, drives: 1),
        .init(.oxygenSensorHeater, drives: 1), .init(.exhaustGasRecirculation, drives: 2),
      ],
      services: UnitCatalogue.obdServices.union(UnitCatalogue.udsServices),
      parameters: [
        0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x13, 0x1C, 0x1F, 0x21, 0x2F,
        0x30, 0x31, 0x33, 0x42, 0x46, 0x4D, 0x4E, 0x51, 0x5C, 0xA6,
      ])
    // Two sensors of bank 1, EOBD, petrol.
    engine.constants = [0x13: [0x03], 0x1C: [6], 0x51: [1]]
    engine.identity.calibrations = calibrations(2)
    engine.monitorResults = [
      // Time from rich to lean, ms; the catalyst's ratio, 1/256; misfires in this drive and as a mean, counts.
      MonitorResult(monitor: 0x01, test: 0x05, scaling: 0x10, value: 42, low: 0, high: 180),
      MonitorResult(monitor: 0x21, test: 0x80, scaling: 0x20, value: 70, low: 0, high: 205),
    ]
    for cylinder in 0..<4 as Range<UInt8> {
      for (test, count) in [(0x0B, 1), (0x0C, 2)] as [(UInt8, UInt16)] {
        engine.monitorResults.append(
          MonitorResult(
            monitor: 0xA2 + cylinder, test: test, scaling: 0x24, value: count * UInt16(cylinder), low: 0, high: 120))
      }
    }
    units.append(engine)
    units.append(transmission(request: CANID(standard: 0x7E1), reply: CANID(standard: 0x7E9), ignition: .spark))
  }

  private mutating func addDieselUnits() {
    var engine = unit(
      ecuName: "ECM-EngineControl", request: CANID(extended: 0x18DA_10F1), reply: CANID(extended: 0x18DA_F110),
      codes: [0x0087, 0x0101, 0x0128, 0x0299, 0x0401, 0x0562, 0x2002, 0x20EE, 0x2463], ignition: .compression,
      monitors: [
        .init(.misfire, drives: 0), .init(.fuelSystem, drives: 0), .init(.components, drives: 0),
        .init(.hydrocarbonCatalyst, drives: 2), .init(.nitrogenOxideTreatment, drives: 2),
        .init(.boostPressure, drives: 1),
        .init(.exhaustGasSensor, drives: 1), .init(.particulateFilter, drives: 3),
        .init(.exhaustGasRecirculation, drives: 1),
      ],
      services: UnitCatalogue.obdServices.union(UnitCatalogue.udsServices),
      parameters: [
        0x01, 0x04, 0x05, 0x0B, 0x0C, 0x0D, 0x0F, 0x10, 0x11, 0x1C, 0x1F, 0x21, 0x23, 0x2C, 0x2F, 0x30, 0x31, 0x33,
        0x42, 0x46, 0x49, 0x4D, 0x4E, 0x51, 0x5C, 0x5E, 0x61, 0x62, 0x63, 0x69, 0x6B, 0x70, 0x78, 0x7A, 0x7C, 0x83,
        0x85, 0x8B, 0x8E, 0x9D, 0x9E, 0xA6,
      ])
    // EOBD, diesel.
    engine.constants = [0x1C: [6], 0x51: [4]]
    engine.identity.calibrations = calibrations(3)
    engine.monitorResults = [
      // Recirculation and boost, 0.01 % and 0.01 kPa off; the filter's pressure drop, 0.01 kPa.
      MonitorResult(monitor: 0x31, test: 0x80, scaling: 0x30, value: 310, low: 0, high: 2500),
      MonitorResult(monitor: 0x85, test: 0x81, scaling: 0x17, value: 420, low: 0, high: 3000),
      MonitorResult(monitor: 0xB2, test: 0x82, scaling: 0x17, value: 260, low: 40, high: 2200),
    ]
    units.append(engine)
    units.append(
      transmission(request: CANID(extended: 0x18DA_18F1), reply: CANID(extended: 0x18DA_F118), ignition: .compression))
  }

  /// A unit of the older kind: one parameter at a time, no freeze frames, no UDS.
  private mutating func transmission(
    request: CANID, reply: CANID, ignition: Readiness.Ignition
  ) -> SimulatedControlUnit {
    var unit = unit(
      ecuName: "TCM-TransmisCtrl", request: request, reply: reply, codes: [0x0700, 0x0715, 0x0741, 0xC100],
      ignition: ignition, monitors: [.init(.components, drives: 0)], services: [0x01, 0x03, 0x04, 0x07, 0x09, 0x0A],
      parameters: [0x01, 0x0D, 0x1C])
    unit.constants = [0x1C: [6]]
    unit.mostParameters = 1
    unit.identity.calibrations = calibrations(1)
    unit.identity.vin = nil
    return unit
  }

  private mutating func addElectricUnits() {
    var battery = unit(
      ecuName: "BECM-BattEnergyCtrl", request: CANID(standard: 0x7E4), reply: CANID(standard: 0x7EC),
      codes: [0x0A1F, 0x0A7D, 0x0A7E, 0x0AA6, 0xC100], ignition: .unknown, monitors: [.init(.components, drives: 0)],
      services: UnitCatalogue.udsServices.union([0x01]), parameters: [0x01, 0x5B, 0x9A])
    battery.dataItems = [.battery, .cells]
    units.append(battery)
    var drive = unit(
      ecuName: "DMCM-DriveMotorCtrl", request: CANID(standard: 0x7E2), reply: CANID(standard: 0x7EA),
      codes: [0x0A2C, 0x0A3C, 0xC111], ignition: .unknown, monitors: [.init(.components, drives: 0)],
      services: UnitCatalogue.udsServices.union([0x01, 0x03, 0x04, 0x07, 0x09, 0x0A]),
      parameters: [0x01, 0x0D, 0x1C, 0x21, 0x31, 0x42, 0x46, 0x51, 0xA6])
    // EOBD, electric.
    drive.constants = [0x1C: [6], 0x51: [8]]
    drive.dataItems = [.motor]
    drive.identity.calibrations = calibrations(1)
    units.append(drive)
  }

  private mutating func unit(
    ecuName: String, request: CANID, reply: CANID, codes: [UInt16], ignition: Readiness.Ignition,
    monitors: [SelfDiagnosis.Monitor], services: Set<UInt8>, parameters: [UInt8]
  ) -> SimulatedControlUnit {
    var identity = SimulatedControlUnit.Identity(
      name: ecuName, partNumber: "8X0-\(digits(3))-\(digits(3))-B", serialNumber: digits(12),
      hardwareNumber: "H\(digits(2))", softwareNumber: "SW\(digits(4)).\(digits(2))", supplier: "TELLTALE")
    identity.vin = vin
    return SimulatedControlUnit(
      name: kind.unitNames[units.count], request: request, reply: reply, identity: identity,
      diagnosis: diagnosis(codes.map { TroubleCode(obd: $0) }, ignition, monitors), services: services,
      parameters: parameters)
  }

  // MARK: The truck

  private mutating func addTruckUnits() {
    let emission: [SelfDiagnosis.Monitor] = [
      .init(.misfire, drives: 0), .init(.fuelSystem, drives: 0), .init(.components, drives: 0),
    ]
    addTruckUnit(
      TruckAddress.engine, function: 0, model: "TT13", isEmissionRelated: true,
      codes: [(100, 1), (102, 18), (110, 0), (157, 18), (168, 1), (190, 0), (651, 5)],
      monitors: emission + [.init(.boostPressure, drives: 1), .init(.exhaustGasRecirculation, drives: 2)])
    addTruckUnit(
      TruckAddress.transmission, function: 3, model: "AMT12", isEmissionRelated: false, codes: [(127, 1), (177, 0)])
    addTruckUnit(
      TruckAddress.brakes, function: 9, model: "EBS7", isEmissionRelated: false, codes: [(905, 8), (1121, 2)])
    addTruckUnit(TruckAddress.cluster, function: 19, model: "IC4", isEmissionRelated: false, codes: [(96, 3)])
    addTruckUnit(
      TruckAddress.aftertreatment, function: 61, model: "SCR2", isEmissionRelated: true,
      codes: [(1761, 1), (3216, 2), (3226, 2), (3251, 16), (4364, 18)],
      monitors: emission + [
        .init(.exhaustGasSensor, drives: 1), .init(.particulateFilter, drives: 3),
        .init(.nitrogenOxideTreatment, drives: 2), .init(.hydrocarbonCatalyst, drives: 2),
      ])
    truckUnits[0].identity.vin = vin
  }

  private mutating func addTruckUnit(
    _ address: UInt8, function: UInt64, model: String, isEmissionRelated: Bool, codes: [(spn: UInt32, fmi: UInt8)],
    monitors: [SelfDiagnosis.Monitor] = []
  ) {
    // Industry group 1 and vehicle system 1: a tractor on the road. The maker's code 2000 is nobody's yet.
    let name = 1 << 60 | 1 << 49 | function << 40 | 2000 << 21 | (random.next() & 0x1F_FFFF)
    var identity = SimulatedTruckUnit.Identity(
      make: "TELLT", model: model, serialNumber: digits(8), software: ["\(model)-\(digits(4))", "CAL\(digits(5))"],
      partNumber: "P\(digits(7))", name: name)
    if isEmissionRelated { identity.calibrations = calibrations(1) }
    truckUnits.append(
      SimulatedTruckUnit(
        name: kind.unitNames[truckUnits.count], sourceAddress: address, isEmissionRelated: isEmissionRelated,
        identity: identity,
        diagnosis: diagnosis(
          codes.map { TroubleCode(spn: $0.spn, fmi: $0.fmi) }, isEmissionRelated ? .compression : .unknown, monitors)))
  }

  // MARK: What all have

  /// The unit to be added next: its codes are the usual ones and those of its faults.
  private mutating func diagnosis(
    _ codes: [TroubleCode], _ ignition: Readiness.Ignition, _ monitors: [SelfDiagnosis.Monitor]
  ) -> SelfDiagnosis {
    let place = units.count + truckUnits.count
    let planned = faults.filter { kind.unit(of: $0) == place }.map(\.code)
    var diagnosis = SelfDiagnosis(codes: codes + planned, ignition: ignition, monitors: monitors)
    diagnosis.age(drives: Int(random.uniform(60...400)), km: random.uniform(900...9000))
    return diagnosis
  }

  private mutating func calibrations(_ count: Int) -> [SimulatedControlUnit.Calibration] {
    (0..<count).map { number in
      SimulatedControlUnit.Calibration(
        id: "TT\(digits(6))-CAL\(number + 1)", verification: UInt32(truncatingIfNeeded: random.next() | 1))
    }
  }

  private mutating func digits(_ count: Int) -> String {
    (0..<count).reduce(into: "") { text, _ in text += String(random.next() % 10) }
  }

  /// 17 characters of ISO 3779 with a check digit, of a maker that there is not.
  private static func vin(of kind: SimulatedVehicle.Kind, _ random: inout RandomStream) -> String {
    let model =
      switch kind {
      case .petrol: "PETRL"
      case .diesel: "DXSEL"
      case .ev: "ELECT"
      case .truck: "TRUCK"
      }
    let number = (0..<6).map { _ in Character(String(random.next() % 10)) }
    var characters = Array("1T9" + model + "0TA") + number
    let values = Dictionary(
      uniqueKeysWithValues: zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        [
          0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9,
        ]))
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    let sum = zip(characters, weights).reduce(0) { $0 + (values[$1.0] ?? 0) * $1.1 }
    characters[8] = sum % 11 == 10 ? "X" : Character(String(sum % 11))
    return String(characters)
  }
}
