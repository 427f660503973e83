// A truck's control units answer SAE J1939-73, -71 and -81: each group with its bytes worked out by hand.
import Testing
import Vocabulary

@testable import VehicleSimulator

@Suite struct TruckUnitTests {
  typealias Group = SimulatedTruckUnit.Group

  private let coolant = TroubleCode(spn: 110, fmi: 0)
  private let fluid = TroubleCode(spn: 521_032, fmi: 31)

  private func unit(isEmissionRelated: Bool = true) -> SimulatedTruckUnit {
    var identity = SimulatedTruckUnit.Identity(
      make: "TT", model: "M1", serialNumber: "77", software: ["A1", "B2"], partNumber: "P9", name: 0x0102_0304_0506_0708
    )
    identity.vin = "1T9TRUCK00TA12345"
    identity.calibrations = [.init(id: "CAL", verification: 0x0A0B_0C0D)]
    return SimulatedTruckUnit(
      name: "engine", sourceAddress: 0, isEmissionRelated: isEmissionRelated, identity: identity,
      diagnosis: SelfDiagnosis(
        codes: [coolant, fluid], ignition: .compression,
        monitors: [
          .init(.components, drives: 0), .init(.boostPressure, drives: 1), .init(.exhaustGasSensor, drives: 1),
        ]))
  }

  private func drive(_ unit: inout SimulatedTruckUnit, failing codes: [TroubleCode], times: Int) {
    var readings = Readings()
    readings.engineSpeed = 1200
    readings.load = 0.75
    readings.coolant = 60
    readings.speed = 80
    readings.manifoldPressure = 199
    readings.demand = 0.6
    for _ in 0..<times {
      unit.diagnosis.beginDrive()
      for entry in unit.diagnosis.memory.entries {
        if codes.contains(entry.code) {
          unit.diagnosis.memory.fail(entry.code, readings)
        } else {
          unit.diagnosis.memory.pass(entry.code)
        }
      }
      unit.diagnosis.endDrive(seconds: 600, isWarmUp: true)
    }
  }

  private let none: [UInt8] = [0, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF]

  @Test func tellsWhoItIs() {
    var unit = unit()
    func told(_ group: UInt32) -> [UInt8]? {
      guard case .message(group, let data)? = unit.answer(request: group) else { return nil }
      return data
    }
    #expect(told(Group.vehicleIdentification) == Array("1T9TRUCK00TA12345*".utf8))
    #expect(told(Group.componentIdentification) == Array("TT*M1*77**".utf8))
    #expect(told(Group.softwareIdentification) == [2] + Array("A1*B2*".utf8))
    #expect(told(Group.controlUnitIdentification) == Array("P9*77**engine*TT*".utf8))
    #expect(told(Group.addressClaimed) == [8, 7, 6, 5, 4, 3, 2, 1])
    #expect(
      told(Group.calibrations) == [0x0D, 0x0C, 0x0B, 0x0A] + Array("CAL".utf8) + [UInt8](repeating: 0, count: 13))
  }

  @Test func codesGoThroughTheirLists() {
    var unit = unit()
    #expect(unit.activeCodes == none)
    drive(&unit, failing: [coolant], times: 1)
    #expect(unit.activeCodes == none)
    // SPN 110 is 6E 00 0, FMI 0, once.
    let pending: [UInt8] = [0, 0xFF, 0x6E, 0x00, 0x00, 0x01]
    #expect(unit.answer(request: Group.pendingCodes) == .message(group: Group.pendingCodes, data: pending))

    drive(&unit, failing: [coolant, fluid], times: 2)
    // SPN 521032 is 7F348: 48 F3 and 7 above the FMI 31.
    let active: [UInt8] = [0x40, 0xFF, 0x6E, 0x00, 0x00, 0x01, 0x48, 0xF3, 0xFF, 0x01]
    #expect(unit.activeCodes == active)
    for group in [Group.confirmedCodes, Group.permanentCodes, Group.pendingCodes] {
      #expect(unit.answer(request: group) == .message(group: group, data: active))
    }
    let withLamp: [UInt8] = [0x40] + none.dropFirst()
    #expect(
      unit.answer(request: Group.previouslyActiveCodes)
        == .message(group: Group.previouslyActiveCodes, data: withLamp))
    // 2 active, none previous, OBD of heavy-duty vehicles; components, exhaust gas sensor, boost; all complete.
    #expect(
      unit.answer(request: Group.readiness)
        == .message(group: Group.readiness, data: [2, 0, 20, 0x04, 0x20, 0x02, 0, 0]))

    // No torque demand mode but the pedal's, 100 kPa boost, 1200/min, 75 %, 60 degrees, 80 km/h.
    let frozen: [UInt8] = [0xF1, 50, 0x80, 0x25, 75, 100, 0x00, 0x50]
    #expect(
      unit.answer(request: Group.freezeFrames)
        == .message(
          group: Group.freezeFrames,
          data: [12, 0x6E, 0, 0, 1] + frozen + [12, 0x48, 0xF3, 0xFF, 1] + frozen))

    drive(&unit, failing: [], times: 3)
    #expect(unit.activeCodes == none)
    #expect(
      unit.answer(request: Group.previouslyActiveCodes)
        == .message(group: Group.previouslyActiveCodes, data: [0] + active.dropFirst()))
    #expect(unit.answer(request: Group.permanentCodes) == .message(group: Group.permanentCodes, data: none))
  }

  @Test func clearingNeedsAStandingEngine() {
    var unit = unit()
    drive(&unit, failing: [coolant], times: 2)
    unit.diagnosis.isEngineRunning = true
    #expect(unit.answer(request: Group.clearActiveCodes) == .acknowledgement(isPositive: false))
    unit.diagnosis.isEngineRunning = false
    #expect(unit.answer(request: Group.clearActiveCodes) == .acknowledgement(isPositive: true))
    #expect(unit.activeCodes == none)
    #expect(
      unit.answer(request: Group.permanentCodes)
        == .message(group: Group.permanentCodes, data: [0, 0xFF, 0x6E, 0, 0, 0]))
    // The boost and sensor monitors have to run again.
    #expect(
      unit.answer(request: Group.readiness)
        == .message(group: Group.readiness, data: [0, 0, 20, 0x04, 0x20, 0x02, 0x20, 0x02]))
    #expect(unit.answer(request: Group.clearActiveCodes, isGlobal: true) == nil)
  }

  @Test func whatItDoesNotHaveItRefusesWhenAskedAlone() {
    var unit = unit(isEmissionRelated: false)
    unit.identity.vin = nil
    for group in [Group.pendingCodes, Group.readiness, Group.vehicleIdentification, 0xFEE5, 0x3FFFF] {
      #expect(unit.answer(request: group) == .acknowledgement(isPositive: false))
      #expect(unit.answer(request: group, isGlobal: true) == nil)
    }
    drive(&unit, failing: [coolant], times: 2)
    // Its lamp is the amber one.
    #expect(unit.activeCodes == [0x04, 0xFF, 0x6E, 0, 0, 1])
  }
}
