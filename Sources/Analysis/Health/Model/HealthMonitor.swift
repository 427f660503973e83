// The health of a vehicle: every component model, fed a tick a second and a set of features a trip.
public import Pipeline
public import Vocabulary

/// All component models of one vehicle in fixed memory. Owned by the capture thread; no method allocates.
public struct HealthMonitor: Sendable {
  private var engineOil: EngineOil
  private var cooling: Cooling
  private var charging: Charging
  private var battery: Battery
  private var brakePadsFront: BrakePads
  private var brakePadsRear: BrakePads
  private var tyrePressure: TyrePressure
  private var tyreTread: TyreTread
  private var airFilter: AirFilter
  private var airFlowSensor: AirFlowSensor
  private var fuelSystem: FuelSystem
  private var catalyst: Catalyst
  private var oxygenSensors: OxygenSensors
  private var particulateFilter: ParticulateFilter
  private var exhaustRecirculation: ExhaustRecirculation
  private var transmissionFluid: TransmissionFluid
  private var tractionBattery: TractionBattery
  private var wheelBearings: WheelBearings
  private var troubleCodes: TroubleCodeHealth
  /// Distance and days, for all components.
  public private(set) var usage = VehicleUsage()
  /// Inputs of which a value has been seen.
  private var seen = FeatureInputSet()
  private let inputs: FeatureInputs
  private let required: [[ComponentInput]]

  /// - Parameter parameters: of some or all components; the standard values hold for the rest.
  public init(inputs: FeatureInputs, parameters: [ComponentParameters], vehicle: VehicleParameters) {
    func of(_ component: ComponentID) -> ComponentParameters {
      parameters.first { $0.component == component } ?? ComponentParameters(component)
    }
    self.inputs = inputs
    required = ComponentID.allCases.map { ComponentInput.of($0).filter(\.isRequired) }
    engineOil = EngineOil(.engineOil, of(.engineOil), vehicle)
    cooling = Cooling(.cooling, of(.cooling), vehicle)
    charging = Charging(.charging, of(.charging), vehicle)
    battery = Battery(.battery, of(.battery), vehicle)
    brakePadsFront = BrakePads(.brakePadsFront, of(.brakePadsFront), vehicle)
    brakePadsRear = BrakePads(.brakePadsRear, of(.brakePadsRear), vehicle)
    tyrePressure = TyrePressure(.tyrePressure, of(.tyrePressure), vehicle)
    tyreTread = TyreTread(.tyreTread, of(.tyreTread), vehicle)
    airFilter = AirFilter(.airFilter, of(.airFilter), vehicle)
    airFlowSensor = AirFlowSensor(.airFlowSensor, of(.airFlowSensor), vehicle)
    fuelSystem = FuelSystem(.fuelSystem, of(.fuelSystem), vehicle)
    catalyst = Catalyst(.catalyst, of(.catalyst), vehicle)
    oxygenSensors = OxygenSensors(.oxygenSensors, of(.oxygenSensors), vehicle)
    particulateFilter = ParticulateFilter(.particulateFilter, of(.particulateFilter), vehicle)
    exhaustRecirculation = ExhaustRecirculation(.exhaustRecirculation, of(.exhaustRecirculation), vehicle)
    transmissionFluid = TransmissionFluid(.transmissionFluid, of(.transmissionFluid), vehicle)
    tractionBattery = TractionBattery(.tractionBattery, of(.tractionBattery), vehicle)
    wheelBearings = WheelBearings(.wheelBearings, of(.wheelBearings), vehicle)
    troubleCodes = TroubleCodeHealth(.troubleCodes, of(.troubleCodes), vehicle)
  }

  public mutating func tripStarted() {
    engineOil.tripStarted()
    cooling.tripStarted()
    charging.tripStarted()
    battery.tripStarted()
    brakePadsFront.tripStarted()
    brakePadsRear.tripStarted()
    tyrePressure.tripStarted()
    tyreTread.tripStarted()
    airFilter.tripStarted()
    airFlowSensor.tripStarted()
    fuelSystem.tripStarted()
    catalyst.tripStarted()
    oxygenSensors.tripStarted()
    particulateFilter.tripStarted()
    exhaustRecirculation.tripStarted()
    transmissionFluid.tripStarted()
    tractionBattery.tripStarted()
    wheelBearings.tripStarted()
    troubleCodes.tripStarted()
  }

  /// Takes one second of driving in.
  public mutating func observe(_ tick: VehicleTick) {
    seen.formUnion(tick.known)
    engineOil.observe(tick)
    cooling.observe(tick)
    charging.observe(tick)
    battery.observe(tick)
    brakePadsFront.observe(tick)
    brakePadsRear.observe(tick)
    tyrePressure.observe(tick)
    tyreTread.observe(tick)
    airFilter.observe(tick)
    airFlowSensor.observe(tick)
    fuelSystem.observe(tick)
    catalyst.observe(tick)
    oxygenSensors.observe(tick)
    particulateFilter.observe(tick)
    exhaustRecirculation.observe(tick)
    transmissionFluid.observe(tick)
    tractionBattery.observe(tick)
    wheelBearings.observe(tick)
    troubleCodes.observe(tick)
  }

  public mutating func tripEnded(_ trip: TripFeatures) {
    usage.add(trip.trip.distanceKm, unseen: trip.unseenKm, endedAt: trip.trip.ended)
    engineOil.tripEnded(trip, usage)
    cooling.tripEnded(trip, usage)
    charging.tripEnded(trip, usage)
    battery.tripEnded(trip, usage)
    brakePadsFront.tripEnded(trip, usage)
    brakePadsRear.tripEnded(trip, usage)
    tyrePressure.tripEnded(trip, usage)
    tyreTread.tripEnded(trip, usage)
    airFilter.tripEnded(trip, usage)
    airFlowSensor.tripEnded(trip, usage)
    fuelSystem.tripEnded(trip, usage)
    catalyst.tripEnded(trip, usage)
    oxygenSensors.tripEnded(trip, usage)
    particulateFilter.tripEnded(trip, usage)
    exhaustRecirculation.tripEnded(trip, usage)
    transmissionFluid.tripEnded(trip, usage)
    tractionBattery.tripEnded(trip, usage)
    wheelBearings.tripEnded(trip, usage)
    troubleCodes.tripEnded(trip, usage)
  }

  /// Takes in what a workshop measured.
  /// - Parameter quantity: index in `MeasurementDescription.of(component)`.
  /// - Returns: false, and nothing taken in, where there is no such quantity or the value is out of its range.
  public mutating func measured(
    _ component: ComponentID, quantity: Int, value: Double, deviation: Double?, at time: Timestamp
  ) -> Bool {
    let known = MeasurementDescription.of(component)
    guard known.indices.contains(quantity), known[quantity].range.contains(value) else { return false }
    let deviation = deviation ?? known[quantity].deviation
    guard deviation > 0, deviation.isFinite else { return false }
    switch component {
    case .engineOil: engineOil.measured(quantity, value, deviation: deviation, at: time, usage)
    case .cooling: cooling.measured(quantity, value, deviation: deviation, at: time, usage)
    case .charging: charging.measured(quantity, value, deviation: deviation, at: time, usage)
    case .battery: battery.measured(quantity, value, deviation: deviation, at: time, usage)
    case .brakePadsFront: brakePadsFront.measured(quantity, value, deviation: deviation, at: time, usage)
    case .brakePadsRear: brakePadsRear.measured(quantity, value, deviation: deviation, at: time, usage)
    case .tyrePressure: tyrePressure.measured(quantity, value, deviation: deviation, at: time, usage)
    case .tyreTread: tyreTread.measured(quantity, value, deviation: deviation, at: time, usage)
    case .airFilter: airFilter.measured(quantity, value, deviation: deviation, at: time, usage)
    case .airFlowSensor: airFlowSensor.measured(quantity, value, deviation: deviation, at: time, usage)
    case .fuelSystem: fuelSystem.measured(quantity, value, deviation: deviation, at: time, usage)
    case .catalyst: catalyst.measured(quantity, value, deviation: deviation, at: time, usage)
    case .oxygenSensors: oxygenSensors.measured(quantity, value, deviation: deviation, at: time, usage)
    case .particulateFilter: particulateFilter.measured(quantity, value, deviation: deviation, at: time, usage)
    case .exhaustRecirculation: exhaustRecirculation.measured(quantity, value, deviation: deviation, at: time, usage)
    case .transmissionFluid: transmissionFluid.measured(quantity, value, deviation: deviation, at: time, usage)
    case .tractionBattery: tractionBattery.measured(quantity, value, deviation: deviation, at: time, usage)
    case .wheelBearings: wheelBearings.measured(quantity, value, deviation: deviation, at: time, usage)
    case .troubleCodes: troubleCodes.measured(quantity, value, deviation: deviation, at: time, usage)
    }
    return true
  }

  /// The part was replaced, or the fluid changed.
  public mutating func serviced(_ component: ComponentID, at time: Timestamp) {
    switch component {
    case .engineOil: engineOil.serviced(at: time, usage)
    case .cooling: cooling.serviced(at: time, usage)
    case .charging: charging.serviced(at: time, usage)
    case .battery: battery.serviced(at: time, usage)
    case .brakePadsFront: brakePadsFront.serviced(at: time, usage)
    case .brakePadsRear: brakePadsRear.serviced(at: time, usage)
    case .tyrePressure: tyrePressure.serviced(at: time, usage)
    case .tyreTread: tyreTread.serviced(at: time, usage)
    case .airFilter: airFilter.serviced(at: time, usage)
    case .airFlowSensor: airFlowSensor.serviced(at: time, usage)
    case .fuelSystem: fuelSystem.serviced(at: time, usage)
    case .catalyst: catalyst.serviced(at: time, usage)
    case .oxygenSensors: oxygenSensors.serviced(at: time, usage)
    case .particulateFilter: particulateFilter.serviced(at: time, usage)
    case .exhaustRecirculation: exhaustRecirculation.serviced(at: time, usage)
    case .transmissionFluid: transmissionFluid.serviced(at: time, usage)
    case .tractionBattery: tractionBattery.serviced(at: time, usage)
    case .wheelBearings: wheelBearings.serviced(at: time, usage)
    case .troubleCodes: troubleCodes.serviced(at: time, usage)
    }
  }

  /// A component that must not wait for the end of the trip; nil most of the time. Asked once a second, and mutating
  /// because the caller need not copy the whole monitor to ask then.
  public var urgent: ComponentID? {
    mutating get { tyrePressure.state.needsReport ? .tyrePressure : nil }
  }

  /// The component's health as of `time`, its band not yet judged: `ok` stands for "has a score". Takes up to a
  /// millisecond where a remaining life is computed; call it once a trip, not once a frame.
  public func report(_ component: ComponentID, at time: Timestamp) -> HealthReport {
    if let reason = missing(component), !hasTests(component) {
      return HealthReport(unknown: component, because: reason, at: time)
    }
    return switch component {
    case .engineOil: engineOil.report(at: time, usage)
    case .cooling: cooling.report(at: time, usage)
    case .charging: charging.report(at: time, usage)
    case .battery: battery.report(at: time, usage)
    case .brakePadsFront: brakePadsFront.report(at: time, usage)
    case .brakePadsRear: brakePadsRear.report(at: time, usage)
    case .tyrePressure: tyrePressure.report(at: time, usage)
    case .tyreTread: tyreTread.report(at: time, usage)
    case .airFilter: airFilter.report(at: time, usage)
    case .airFlowSensor: airFlowSensor.report(at: time, usage)
    case .fuelSystem: fuelSystem.report(at: time, usage)
    case .catalyst: catalyst.report(at: time, usage)
    case .oxygenSensors: oxygenSensors.report(at: time, usage)
    case .particulateFilter: particulateFilter.report(at: time, usage)
    case .exhaustRecirculation: exhaustRecirculation.report(at: time, usage)
    case .transmissionFluid: transmissionFluid.report(at: time, usage)
    case .tractionBattery: tractionBattery.report(at: time, usage)
    case .wheelBearings: wheelBearings.report(at: time, usage)
    case .troubleCodes: troubleCodes.report(at: time, usage)
    }
  }

  /// Whether control units test the component themselves: where they give results (service 06) it needs no signal.
  public static func isToldByTests(_ component: ComponentID) -> Bool {
    component == .catalyst || component == .oxygenSensors
  }

  /// Whether such results have been seen.
  private func hasTests(_ component: ComponentID) -> Bool {
    switch component {
    case .catalyst: catalyst.state.isByMonitor
    case .oxygenSensors: oxygenSensors.state.isByMonitor
    default: false
    }
  }

  /// Why the component cannot be judged at all: an input that no pack maps, or that never came.
  private func missing(_ component: ComponentID) -> HealthReason? {
    var unseen: SignalID?
    for input in required[Int(component.rawValue)] {
      var mapped: SignalID?
      var isSeen = false
      for candidate in input.anyOf {
        if seen[candidate] { isSeen = true }
        if mapped == nil { mapped = inputs[candidate] }
      }
      // That no pack maps it is the better answer, whatever else is missing.
      guard let mapped else { return .unmappedInput(component) }
      if !isSeen && unseen == nil { unseen = mapped }
    }
    return unseen.map { .missingInput($0) }
  }

  /// What must outlive a restart.
  public struct Checkpoint: BitwiseCopyable {
    var engineOil: EngineOil.State
    var cooling: Cooling.State
    var charging: Charging.State
    var battery: Battery.State
    var brakePadsFront: BrakePads.State
    var brakePadsRear: BrakePads.State
    var tyrePressure: TyrePressure.State
    var tyreTread: TyreTread.State
    var airFilter: AirFilter.State
    var airFlowSensor: AirFlowSensor.State
    var fuelSystem: FuelSystem.State
    var catalyst: Catalyst.State
    var oxygenSensors: OxygenSensors.State
    var particulateFilter: ParticulateFilter.State
    var exhaustRecirculation: ExhaustRecirculation.State
    var transmissionFluid: TransmissionFluid.State
    var tractionBattery: TractionBattery.State
    var wheelBearings: WheelBearings.State
    var troubleCodes: TroubleCodeHealth.State
    var usage: VehicleUsage
    var seen: FeatureInputSet
  }

  public var checkpoint: Checkpoint {
    Checkpoint(
      engineOil: engineOil.state,
      cooling: cooling.state,
      charging: charging.state,
      battery: battery.state,
      brakePadsFront: brakePadsFront.state,
      brakePadsRear: brakePadsRear.state,
      tyrePressure: tyrePressure.state,
      tyreTread: tyreTread.state,
      airFilter: airFilter.state,
      airFlowSensor: airFlowSensor.state,
      fuelSystem: fuelSystem.state,
      catalyst: catalyst.state,
      oxygenSensors: oxygenSensors.state,
      particulateFilter: particulateFilter.state,
      exhaustRecirculation: exhaustRecirculation.state,
      transmissionFluid: transmissionFluid.state,
      tractionBattery: tractionBattery.state,
      wheelBearings: wheelBearings.state,
      troubleCodes: troubleCodes.state,
      usage: usage, seen: seen)
  }

  /// Goes on from where an earlier run ended.
  public mutating func restore(_ checkpoint: Checkpoint) {
    engineOil.restore(checkpoint.engineOil)
    cooling.restore(checkpoint.cooling)
    charging.restore(checkpoint.charging)
    battery.restore(checkpoint.battery)
    brakePadsFront.restore(checkpoint.brakePadsFront)
    brakePadsRear.restore(checkpoint.brakePadsRear)
    tyrePressure.restore(checkpoint.tyrePressure)
    tyreTread.restore(checkpoint.tyreTread)
    airFilter.restore(checkpoint.airFilter)
    airFlowSensor.restore(checkpoint.airFlowSensor)
    fuelSystem.restore(checkpoint.fuelSystem)
    catalyst.restore(checkpoint.catalyst)
    oxygenSensors.restore(checkpoint.oxygenSensors)
    particulateFilter.restore(checkpoint.particulateFilter)
    exhaustRecirculation.restore(checkpoint.exhaustRecirculation)
    transmissionFluid.restore(checkpoint.transmissionFluid)
    tractionBattery.restore(checkpoint.tractionBattery)
    wheelBearings.restore(checkpoint.wheelBearings)
    troubleCodes.restore(checkpoint.troubleCodes)
    usage = checkpoint.usage
    seen = checkpoint.seen
  }

  // MARK: What outlives versions

  /// Hands out every counter that no version may forget.
  public func counters(_ take: (ComponentID, _ index: Int, _ value: Double) -> Void) {
    func hand<Model: ComponentModel>(_ component: ComponentID, _ model: Model) {
      for index in 0..<Model.counters.count { take(component, index, model.counter(index)) }
    }
    hand(.engineOil, engineOil)
    hand(.cooling, cooling)
    hand(.charging, charging)
    hand(.battery, battery)
    hand(.brakePadsFront, brakePadsFront)
    hand(.brakePadsRear, brakePadsRear)
    hand(.tyrePressure, tyrePressure)
    hand(.tyreTread, tyreTread)
    hand(.airFilter, airFilter)
    hand(.airFlowSensor, airFlowSensor)
    hand(.fuelSystem, fuelSystem)
    hand(.catalyst, catalyst)
    hand(.oxygenSensors, oxygenSensors)
    hand(.particulateFilter, particulateFilter)
    hand(.exhaustRecirculation, exhaustRecirculation)
    hand(.transmissionFluid, transmissionFluid)
    hand(.tractionBattery, tractionBattery)
    hand(.wheelBearings, wheelBearings)
    hand(.troubleCodes, troubleCodes)
  }

  /// Takes over a counter by its name; false for one that this version does not know.
  public mutating func restore(_ component: ComponentID, counter name: String, _ value: Double) -> Bool {
    guard let index = ComponentCatalogue.model(of: component).counters.firstIndex(of: name), value.isFinite else { return false }
    switch component {
    case .engineOil: engineOil.restore(counter: index, value)
    case .cooling: cooling.restore(counter: index, value)
    case .charging: charging.restore(counter: index, value)
    case .battery: battery.restore(counter: index, value)
    case .brakePadsFront: brakePadsFront.restore(counter: index, value)
    case .brakePadsRear: brakePadsRear.restore(counter: index, value)
    case .tyrePressure: tyrePressure.restore(counter: index, value)
    case .tyreTread: tyreTread.restore(counter: index, value)
    case .airFilter: airFilter.restore(counter: index, value)
    case .airFlowSensor: airFlowSensor.restore(counter: index, value)
    case .fuelSystem: fuelSystem.restore(counter: index, value)
    case .catalyst: catalyst.restore(counter: index, value)
    case .oxygenSensors: oxygenSensors.restore(counter: index, value)
    case .particulateFilter: particulateFilter.restore(counter: index, value)
    case .exhaustRecirculation: exhaustRecirculation.restore(counter: index, value)
    case .transmissionFluid: transmissionFluid.restore(counter: index, value)
    case .tractionBattery: tractionBattery.restore(counter: index, value)
    case .wheelBearings: wheelBearings.restore(counter: index, value)
    case .troubleCodes: troubleCodes.restore(counter: index, value)
    }
    return true
  }

  /// Takes over the distance that an earlier version had counted, km.
  public mutating func countOn(km: Double) { usage.countOn(km: km) }

  /// Bytes of a component's state, as a checkpoint holds it.
  public static func stateBytes(of component: ComponentID) -> Int { ComponentCatalogue.stateBytes(of: component) }

  /// The names, in the order of `counters`' index.
  public static func counters(of component: ComponentID) -> [String] { ComponentCatalogue.model(of: component).counters }
}
