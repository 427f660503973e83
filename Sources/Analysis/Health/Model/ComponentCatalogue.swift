// Which model stands for which component, as data about the models.
import Vocabulary

/// What the models say about themselves.
enum ComponentCatalogue {
  static func model(of component: ComponentID) -> any ComponentModel.Type {
    switch component {
    case .engineOil: EngineOil.self
    case .cooling: Cooling.self
    case .charging: Charging.self
    case .battery: Battery.self
    case .brakePadsFront: BrakePads.self
    case .brakePadsRear: BrakePads.self
    case .tyrePressure: TyrePressure.self
    case .tyreTread: TyreTread.self
    case .airFilter: AirFilter.self
    case .airFlowSensor: AirFlowSensor.self
    case .fuelSystem: FuelSystem.self
    case .catalyst: Catalyst.self
    case .oxygenSensors: OxygenSensors.self
    case .particulateFilter: ParticulateFilter.self
    case .exhaustRecirculation: ExhaustRecirculation.self
    case .transmissionFluid: TransmissionFluid.self
    case .tractionBattery: TractionBattery.self
    case .wheelBearings: WheelBearings.self
    case .troubleCodes: TroubleCodeHealth.self
    }
  }

  /// Bytes of the component's state.
  static func stateBytes(of component: ComponentID) -> Int {
    func bytes<Model: ComponentModel>(_: Model.Type) -> Int { MemoryLayout<Model.State>.size }
    return bytes(model(of: component))
  }
}
