// Control units answer OBD-II as SAE J1979 has it: each service with its bytes worked out by hand.
import Testing
import Vocabulary

@testable import VehicleSimulator

/// An engine control unit whose every number is known.
func engineUnit() -> SimulatedControlUnit {
  var identity = SimulatedControlUnit.Identity(
    name: "ECM-EngineControl", partNumber: "PART1", serialNumber: "SER1", hardwareNumber: "H01",
    softwareNumber: "SW2", supplier: "TT")
  identity.vin = "1T9PETRL60TA12345"
  identity.calibrations = [
    .init(id: "CAL-A", verification: 0x0102_0304), .init(id: "CAL-B", verification: 0xFFFF_FFFE),
  ]
  let codes = [0x0128, 0x0301, 0x0420].map { TroubleCode(obd: $0) } + [TroubleCode(uds: 0xC10087)]
  var unit = SimulatedControlUnit(
    name: "engine", request: CANID(standard: 0x7E0), reply: CANID(standard: 0x7E8), identity: identity,
    diagnosis: SelfDiagnosis(
      codes: codes, ignition: .spark,
      monitors: [
        .init(.misfire, drives: 0), .init(.components, drives: 0), .init(.catalyst, drives: 2),
        .init(.oxygenSensor, drives: 1),
      ]),
    services: [0x01, 0x02, 0x03, 0x04, 0x06, 0x07, 0x09, 0x0A, 0x10, 0x14, 0x19, 0x22, 0x3E],
    parameters: [0x01, 0x04, 0x05, 0x0C, 0x0D, 0x1C, 0x1F, 0x21, 0x31, 0x42, 0xA6])
  unit.constants = [0x1C: [6]]
  unit.readings.load = 0.5
  unit.readings.coolant = 88
  unit.readings.engineSpeed = 1726
  unit.readings.speed = 50
  unit.readings.runTime = 700
  unit.readings.voltage = 14.1
  unit.readings.odometerKm = 65_536.1
  unit.monitorResults = [
    MonitorResult(monitor: 0x01, test: 0x05, scaling: 0x10, value: 42, low: 0, high: 180),
    MonitorResult(monitor: 0xA2, test: 0x0B, scaling: 0x24, value: 1, low: 0, high: 0x0203),
    MonitorResult(monitor: 0xA2, test: 0x0C, scaling: 0x24, value: 2, low: 0, high: 65_535),
  ]
  unit.diagnosis.age(drives: 20, km: 300)
  return unit
}

/// The unit after so many drives with a fault.
func faulty(_ code: TroubleCode, drives: Int) -> SimulatedControlUnit {
  var unit = engineUnit()
  for _ in 0..<drives {
    unit.diagnosis.beginDrive()
    unit.diagnosis.memory.fail(code, unit.readings)
    unit.diagnosis.endDrive(seconds: 600, isWarmUp: true)
  }
  return unit
}

private let misfire = TroubleCode(obd: 0x0301)

@Suite struct ControlUnitTests {
  @Test(
    arguments: [
      ([0x01, 0x0C], [0x41, 0x0C, 0x1A, 0xF8]),
      ([0x01, 0x05], [0x41, 0x05, 0x80]),
      ([0x01, 0x04, 0x0D], [0x41, 0x04, 0x80, 0x0D, 0x32]),
      ([0x01, 0x1F], [0x41, 0x1F, 0x02, 0xBC]),
      ([0x01, 0x42], [0x41, 0x42, 0x37, 0x14]),
      ([0x01, 0xA6], [0x41, 0xA6, 0x00, 0x0A, 0x00, 0x01]),
      ([0x01, 0x1C], [0x41, 0x1C, 0x06]),
      ([0x01, 0x31], [0x41, 0x31, 0x01, 0x2C]),
      // An unknown parameter among known ones is left out.
      ([0x01, 0x0D, 0x0B], [0x41, 0x0D, 0x32]),
      // Supported: 01 04 05 0C 0D 1C 1F and more beyond 20; 21 31 and beyond; 42 and beyond; none of 61 to 80.
      ([0x01, 0x00], [0x41, 0x00, 0x98, 0x18, 0x00, 0x13]),
      ([0x01, 0x20], [0x41, 0x20, 0x80, 0x00, 0x80, 0x01]),
      ([0x01, 0x40], [0x41, 0x40, 0x40, 0x00, 0x00, 0x01]),
      ([0x01, 0x60], [0x41, 0x60, 0x00, 0x00, 0x00, 0x01]),
      ([0x01, 0xA0], [0x41, 0xA0, 0x04, 0x00, 0x00, 0x00]),
      // Lamp off, no code; misfire and components, catalyst and oxygen sensor, all complete.
      ([0x01, 0x01], [0x41, 0x01, 0x00, 0x05, 0x21, 0x00]),
      ([0x03], [0x43, 0x00]), ([0x07], [0x47, 0x00]), ([0x0A], [0x4A, 0x00]),
      // No freeze frame: its trouble code is 0.
      ([0x02, 0x02, 0x00], [0x42, 0x02, 0x00, 0x00, 0x00]),
      ([0x02, 0x00, 0x00], [0x42, 0x00, 0x00, 0x58, 0x18, 0x00, 0x03]),
      ([0x06, 0x00], [0x46, 0x00, 0x80, 0x00, 0x00, 0x01]),
      ([0x06, 0xA0], [0x46, 0xA0, 0x40, 0x00, 0x00, 0x00]),
      ([0x06, 0x01], [0x46, 0x01, 0x05, 0x10, 0x00, 0x2A, 0x00, 0x00, 0x00, 0xB4]),
      (
        [0x06, 0xA2],
        [
          0x46, 0xA2, 0x0B, 0x24, 0x00, 0x01, 0x00, 0x00, 0x02, 0x03, 0xA2, 0x0C, 0x24, 0x00, 0x02, 0x00, 0x00, 0xFF,
          0xFF,
        ]
      ),
      // 02 04 06 08 0A.
      ([0x09, 0x00], [0x49, 0x00, 0x55, 0x40, 0x00, 0x00]),
      ([0x09, 0x02], [0x49, 0x02, 0x01] + Array("1T9PETRL60TA12345".utf8)),
      (
        [0x09, 0x04],
        [0x49, 0x04, 0x02] + Array("CAL-A".utf8) + [UInt8](repeating: 0, count: 11) + Array("CAL-B".utf8)
          + [UInt8](repeating: 0, count: 11)
      ),
      ([0x09, 0x06], [0x49, 0x06, 0x02, 1, 2, 3, 4, 0xFF, 0xFF, 0xFF, 0xFE]),
      ([0x09, 0x0A], [0x49, 0x0A, 0x01] + Array("ECM-EngineControl".utf8) + [0, 0, 0]),
      // More than six at once, none that is known, no parameter, what a spark engine has not, unknown services.
      ([0x01, 4, 5, 0x0C, 0x0D, 0x1C, 0x1F, 0x42], [0x7F, 0x01, 0x12]),
      ([0x01, 0x0B], [0x7F, 0x01, 0x12]), ([0x01], [0x7F, 0x01, 0x12]), ([0x09, 0x0B], [0x7F, 0x09, 0x12]),
      ([0x06, 0x33], [0x7F, 0x06, 0x12]), ([0x02, 0x0C, 0x01], [0x7F, 0x02, 0x12]),
      ([0x02, 0x0C], [0x7F, 0x02, 0x12]),
      ([0x05], [0x7F, 0x05, 0x11]), ([0x08, 0x00], [0x7F, 0x08, 0x11]), ([0x2E, 0xF1, 0x90], [0x7F, 0x2E, 0x11]),
    ] as [([UInt8], [UInt8])])
  func answers(request: [UInt8], answer: [UInt8]) {
    var unit = engineUnit()
    #expect(unit.answer(request) == answer)
    // Asked of all units, who cannot answer is silent.
    #expect(unit.answer(request, isFunctional: true) == (answer[0] == 0x7F ? nil : answer))
  }

  @Test func anOldUnitTakesOneParameterAtATime() {
    var unit = engineUnit()
    unit.mostParameters = 1
    #expect(unit.answer([0x01, 0x0D]) == [0x41, 0x0D, 50])
    #expect(unit.answer([0x01, 0x0D, 0x05]) == [0x7F, 0x01, 0x12])
  }

  @Test func aFaultShowsInEachService() {
    var pending = faulty(misfire, drives: 1)
    #expect(pending.answer([0x07]) == [0x47, 0x01, 0x03, 0x01])
    #expect(pending.answer([0x03]) == [0x43, 0x00])
    #expect(pending.answer([0x01, 0x01]) == [0x41, 0x01, 0x00, 0x05, 0x21, 0x00])

    var confirmed = faulty(misfire, drives: 2)
    confirmed.readings = Readings()
    #expect(confirmed.answer([0x03]) == [0x43, 0x01, 0x03, 0x01])
    #expect(confirmed.answer([0x0A]) == [0x4A, 0x01, 0x03, 0x01])
    #expect(confirmed.answer([0x01, 0x01]) == [0x41, 0x01, 0x81, 0x05, 0x21, 0x00])
    // The freeze frame shows the sensors as they were.
    #expect(confirmed.answer([0x02, 0x02, 0x00]) == [0x42, 0x02, 0x00, 0x03, 0x01])
    #expect(confirmed.answer([0x02, 0x0C, 0, 0x05, 0]) == [0x42, 0x0C, 0x00, 0x1A, 0xF8, 0x05, 0x00, 0x80])
    #expect(confirmed.answer([0x01, 0x0C]) == [0x41, 0x0C, 0x00, 0x00])
    // Not of freeze frames.
    #expect(confirmed.answer([0x02, 0xA6, 0x00]) == [0x7F, 0x02, 0x12])
  }

  @Test func twoFailureTypesAreOneCode() {
    var unit = faulty(TroubleCode(uds: 0xC10087), drives: 2)
    #expect(unit.answer([0x03]) == [0x43, 0x01, 0xC1, 0x00])
  }

  @Test func clearingNeedsAStandingEngineAndLeavesPermanentCodes() {
    var unit = faulty(misfire, drives: 2)
    unit.diagnosis.isEngineRunning = true
    #expect(unit.answer([0x04]) == [0x7F, 0x04, 0x22])
    #expect(unit.answer([0x04], isFunctional: true) == [0x7F, 0x04, 0x22])
    unit.diagnosis.isEngineRunning = false
    #expect(unit.answer([0x04]) == [0x44])
    #expect(unit.answer([0x03]) == [0x43, 0x00])
    #expect(unit.answer([0x07]) == [0x47, 0x00])
    #expect(unit.answer([0x0A]) == [0x4A, 0x01, 0x03, 0x01])
    #expect(unit.answer([0x02, 0x02, 0x00]) == [0x42, 0x02, 0x00, 0x00, 0x00])
    #expect(unit.answer([0x01, 0x31]) == [0x41, 0x31, 0x00, 0x00])
    // Catalyst and oxygen sensor have to run again, and the results of monitors are gone.
    #expect(unit.answer([0x01, 0x01]) == [0x41, 0x01, 0x00, 0x05, 0x21, 0x21])
    #expect(unit.answer([0x06, 0x01]) == [0x46, 0x01, 0x05, 0x10, 0, 0, 0, 0, 0, 0])
    unit.diagnosis.beginDrive()
    unit.diagnosis.memory.pass(misfire)
    unit.diagnosis.endDrive(seconds: 600, isWarmUp: true)
    #expect(unit.answer([0x01, 0x01]) == [0x41, 0x01, 0x00, 0x05, 0x21, 0x01])
    #expect(unit.answer([0x0A]) == [0x4A, 0x00])
  }

  /// Performance counts: number of items, then two bytes each.
  @Test func performanceHasItsItems() throws {
    var spark = engineUnit()
    let told = spark.answer([0x09, 0x08])
    let answer = try #require(told)
    #expect(answer.count == 3 + 40 && Array(answer.prefix(7)) == [0x49, 0x08, 20, 0, 15, 0, 20])
    var diesel = SimulatedVehicle(.init(.diesel, seed: 1)).controlUnits[0]
    let toldByDiesel = diesel.answer([0x09, 0x0B])
    let other = try #require(toldByDiesel)
    #expect(other.count == 3 + 36 && other[2] == 18)
    #expect(diesel.answer([0x09, 0x08]) == [0x7F, 0x09, 0x12])
  }

  @Test func aDieselSaysSoInItsReadiness() throws {
    var unit = SimulatedVehicle(.init(.diesel, seed: 1)).controlUnits[0]
    // Compression ignition, all three continuous monitors; catalyst, NOx, boost, sensor, filter, recirculation.
    #expect(unit.answer([0x01, 0x01]) == [0x41, 0x01, 0x00, 0x0F, 0xEB, 0x00])
    #expect(unit.answer([0x01, 0x51]) == [0x41, 0x51, 4])
  }

  @Test(arguments: SimulatedVehicle.Kind.allCases)
  func anyRequestIsAnsweredOrNot(kind: SimulatedVehicle.Kind) {
    var random = RandomStream(seed: 99, for: .vehicle)
    var vehicle = SimulatedVehicle(.init(kind, seed: 3))
    let services: [UInt8] = [1, 2, 3, 4, 6, 7, 9, 0x0A, 0x10, 0x14, 0x19, 0x22, 0x3E]
    for var unit in vehicle.controlUnits {
      for code in unit.diagnosis.memory.entries.map(\.code) { unit.diagnosis.memory.fail(code, unit.readings) }
      for round in 0..<50_000 {
        var request = (0..<Int(random.next() % 9)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        if round % 4 > 0 && !request.isEmpty { request[0] = services[Int(random.next() % UInt64(services.count))] }
        if round % 3 == 0 && request.count > 1 { request[1] = UInt8(random.next() % 12) }
        let answer = unit.answer(request, isFunctional: round.isMultiple(of: 2))
        if let answer, let service = request.first {
          #expect(answer[0] == service | 0x40 || answer.count == 3 && answer[0] == 0x7F && answer[1] == service)
          #expect(answer.count <= 4095)
        }
      }
    }
    for var unit in vehicle.truckUnits {
      for _ in 0..<20_000 {
        _ = unit.answer(request: UInt32(random.next() & 0x3FFFF), isGlobal: random.chance(0.5))
      }
    }
    _ = allFrames(&vehicle, batch: 0)
  }

  /// Every number that no sensor should show.
  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300])
  func anyReadingHasItsBytes(value: Double) {
    var now = Readings()
    now.coolant = value
    now.packCurrent = value
    now.engineSpeed = value
    now.odometerKm = value
    now.exhaust = value
    for pid in 0...255 as ClosedRange<UInt8> {
      var data: [UInt8] = []
      now.appendParameter(pid, to: &data)
      #expect(data.count <= 13)
    }
  }
}
