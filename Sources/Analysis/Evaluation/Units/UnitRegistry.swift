// Which simulated unit stands for which component.
public import Vocabulary

/// The simulated parts, one kind for each component that has one.
public enum SimulatedUnits {
  private static let all: [any SimulatedUnit.Type] = [
    EngineOilUnit.self, CoolingUnit.self, ChargingUnit.self, BatteryUnit.self, FrontPadsUnit.self, RearPadsUnit.self,
    TyrePressureUnit.self, TyreTreadUnit.self, AirFilterUnit.self, AirFlowSensorUnit.self, FuelSystemUnit.self,
    CatalystUnit.self, OxygenSensorsUnit.self, ParticulateFilterUnit.self, ExhaustRecirculationUnit.self,
    TransmissionFluidUnit.self, TractionBatteryUnit.self, WheelBearingsUnit.self,
  ]

  /// The components that have one.
  public static var components: [ComponentID] { all.map { unit in unit.component } }

  /// What makes sense for a component; empty for one without a simulated part.
  public static func variants(of component: ComponentID) -> [UnitVariant] {
    all.first { unit in unit.component == component }?.variants ?? []
  }

  /// - Parameter seed: of the first unit; the others follow.
  public static func run(
    _ component: ComponentID, variant: UnitVariant, units: Int, seed: UInt64 = 1
  ) -> TrialResult? {
    guard let unit = all.first(where: { unit in unit.component == component }), unit.variants.contains(variant) else {
      return nil
    }
    return trial(of: unit, variant: variant, units: units, seed: seed)
  }

  /// A monitor beside a nominal part that has lived through some trips, and the day of the last; nil for a component
  /// without a simulated part.
  static func ward(of component: ComponentID, trips: UInt32) -> (ward: UnitWard, day: Double)? {
    func live<Unit: SimulatedUnit>(_: Unit.Type) -> (UnitWard, Double) {
      var unit = Unit(variant: .nominal, seed: 1)
      var ward = UnitWard(Unit.self)
      var day = 0.0
      for number in 1...trips {
        let trip = unit.nextTrip()
        day += trip.days
        ward.show(trip, number: number, day: day, unseenKm: 0)
      }
      return (ward, day)
    }
    return all.first { unit in unit.component == component }.map { live($0) }
  }

  private static func trial(
    of unit: any SimulatedUnit.Type, variant: UnitVariant, units: Int, seed: UInt64
  ) -> TrialResult {
    func run<Unit: SimulatedUnit>(_ unit: Unit.Type) -> TrialResult {
      UnitTrial.run(unit, variant: variant, units: units, seed: seed)
    }
    return run(unit)
  }
}
