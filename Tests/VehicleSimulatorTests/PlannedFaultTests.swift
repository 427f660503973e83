// Faults as people write them, and what cannot be one.
import Testing
import Vocabulary

@testable import VehicleSimulator

@Suite struct PlannedFaultTests {
  @Test func readsCodePlaceAndUnit() throws {
    var fault = try PlannedFault("P0128")
    #expect(fault.code == TroubleCode(obd: 0x0128) && fault.beginKm == 0 && fault.endKm == nil && fault.unit == nil)
    fault = try PlannedFault("u0100-87@50..400.5:transmission")
    #expect(fault.code == TroubleCode(uds: 0xC10087) && fault.unit == "transmission")
    #expect(!fault.isPresent(km: 49.9) && fault.isPresent(km: 50) && fault.isPresent(km: 400.4))
    #expect(!fault.isPresent(km: 400.5))
    fault = try PlannedFault("SPN110-FMI0@500")
    #expect(fault.code == TroubleCode(spn: 110, fmi: 0) && fault.isPresent(km: 1e6))
  }

  @Test(
    arguments: [
      "", "P", "P012", "P01288", "X0128", "P4128", "P01G8", "P0000", "P0128@", "P0128@x", "P0128@-1", "P0128@9..3",
      "P0128@9..", "P0128@9..9", "P0128:", "P0128-1", "P0128-1C2", "P0128-FMI1", "SPN110", "SPN110-FMI32", "SPN0-FMI1",
      "SPN524287-FMI1", "SPN-FMI1", "P0128@nan", "P0128@inf", "P0128@1e300", "SPN１10-FMI1",
    ])
  func refuses(text: String) {
    #expect(throws: PlannedFaultError.self) { try PlannedFault(text) }
  }

  @Test func belongsToAUnitOfItsVehicle() throws {
    for (kind, text, unit) in [
      (.petrol, "P0301", 0), (.petrol, "P0741", 1), (.petrol, "P0301:7E9", 1), (.petrol, "U0100-87:Engine", 0),
      (.diesel, "P2002:18DAF110", 0), (.ev, "P0A7E", 0), (.ev, "P0A3C", 1), (.truck, "SPN110-FMI0", 0),
      (.truck, "SPN177-FMI0", 1), (.truck, "SPN1121-FMI2", 2), (.truck, "SPN96-FMI3", 3), (.truck, "SPN3216-FMI2", 4),
      (.truck, "SPN110-FMI0:SA61", 4), (.truck, "SPN110-FMI0:sa 3", 1),
    ] as [(SimulatedVehicle.Kind, String, Int)] {
      var configuration = SimulatedVehicle.Configuration(kind, seed: 1)
      configuration.diagnostics = false
      try configuration.add(PlannedFault(text))
      #expect(kind.unit(of: configuration.faults[0]) == unit, "\(text)")
      #expect(configuration.diagnostics)
    }
    for (kind, text) in [
      (.petrol, "SPN110-FMI0"), (.truck, "P0301"), (.petrol, "P0301:brakes"), (.truck, "SPN110-FMI0:7E8"),
    ] as [(SimulatedVehicle.Kind, String)] {
      var configuration = SimulatedVehicle.Configuration(kind, seed: 1)
      #expect(throws: PlannedFaultError.self) { try configuration.add(PlannedFault(text)) }
    }
  }

  @Test func theUnitThatAnswersIsTheOneThatTheConfigurationNames() {
    for kind in SimulatedVehicle.Kind.allCases {
      let vehicle = SimulatedVehicle(.init(kind, seed: 1))
      let units =
        vehicle.controlUnits.map { ($0.name, $0.controlUnit().name) }
        + vehicle.truckUnits.map { ($0.name, $0.controlUnit().name) }
      #expect(units.map(\.0) == kind.unitNames)
      for (place, unit) in units.enumerated() {
        var fault = PlannedFault(code: TroubleCode(obd: 0x0301))
        fault.unit = unit.1
        #expect(kind.unit(of: fault) == place)
      }
    }
  }
}
