// Transmission fluid: kilometres weighted by its temperature on a usage odometer, and its age.
import Pipeline
import Prognostics
import Vocabulary

/// The fluid model (PROGNOSTICS 4.11): life halves with each 11 kelvin above 79 Celsius, and ends by the calendar at
/// the latest.
struct TransmissionFluid: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.speed), .needs(.transmissionTemperature, .coolant), .uses(.coolant), .uses(.engineLoad),
  ]

  static let parameters: [ParameterDescription] = [
    .init("life_km", "km", 10_000...1_000_000, 160_000, "life at 79 Celsius; twice as much for a synthetic fluid"),
    .init("life_months", "months", 12...360, 120, "age at which fluid is due whatever the distance"),
    .init("unit_spread", "", 0.01...1, 0.25, "scatter between vehicles, standard deviation of ln(wear)"),
    .init("unit_spread_modelled", "", 0.01...1, 0.35, "the same where the temperature follows from the coolant's"),
    .init("used", "", 0...1.2, nil, "consumed fraction when Telltale was installed"),
    .init("last_service", "s", 0...4_102_444_800, nil, "date of the last change of the fluid"),
  ]

  static let measurements: [MeasurementDescription] = [
    .init("worn_share", "", 0...1.2, deviation: 0.10, "consumed fraction, by a test of the fluid")
  ]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var wear: CountedWear
    var age: CalendarAge
    /// Consumed fraction at 90 to 110 Celsius, and above.
    var warm = 0.0
    var hot = 0.0
    /// Whether the unit's scatter is that of a modelled temperature; nil before the first trip.
    var isModelled: Bool?
  }

  private(set) var state: State
  private let lifeKm: Double
  private let lifeMonths: Double
  private let spread: (measured: Double, modelled: Double)
  private let vehicle: VehicleParameters

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    lifeKm = parameters.value("life_km")
    lifeMonths = parameters.value("life_months")
    spread = (parameters.value("unit_spread"), parameters.value("unit_spread_modelled"))
    self.vehicle = vehicle
    let used = parameters["used"]
    state = State(
      wear: CountedWear(nominalLife: lifeKm, unitScatter: spread.measured, used: used),
      age: CalendarAge(date: parameters["last_service"], isWearKnown: used != nil))
  }

  mutating func restore(_ earlier: State) {
    let told = state
    state = earlier
    state.wear = told.wear
    state.wear.restore(earlier.wear)
    state.age = told.age
    state.age.restore(earlier.age)
  }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let fluid = trip.parts.fluid
    let km = trip.trip.distanceKm
    if km >= 1 { state.observations.count(fluid.watchedKm >= 0.8 * km, at: trip.trip.ended) }
    chooseScatter(fluid)
    state.warm += fluid.warm / lifeKm
    state.hot += fluid.hot / lifeKm
    state.wear.count(
      watchedKm: fluid.watchedKm, damage: (fluid.normal + fluid.warm + fluid.hot) / lifeKm, usage)
    state.age.begin(at: trip.trip.ended, monthsByWear: state.wear.isKnown ? state.wear.used * lifeMonths : 0)
  }

  /// Counting by a temperature that is only modelled scatters more between vehicles. The first trip shows which it is;
  /// of counters that outlived a version the scatter is known.
  private mutating func chooseScatter(_ fluid: FluidFeatures) {
    guard state.isModelled == nil, fluid.watchedKm > 0 else { return }
    let isModelled = fluid.measuredKm < 0.5 * fluid.watchedKm
    state.isModelled = isModelled
    if isModelled { state.wear.rescale(unitScatter: spread.modelled) }
  }

  mutating func measured(
    _ quantity: Int, _ value: Double, deviation: Double, at time: Timestamp, _ usage: VehicleUsage
  ) {
    if state.wear.measured(value, deviation: deviation) {
      forgetCauses(at: time, usage)
    } else {
      state.age.measured(at: time, monthsByWear: state.wear.used * lifeMonths, usage)
    }
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state.wear.replace()
    forgetCauses(at: time, usage)
  }

  private mutating func forgetCauses(at time: Timestamp, _ usage: VehicleUsage) {
    (state.warm, state.hot) = (0, 0)
    state.age.replace(at: time, usage)
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .transmissionFluid, because: .noValidTick(.trip), at: time)
    }
    let used = state.wear.used
    let months = state.age.months(at: time, usage)
    let age = months / lifeMonths
    var report = HealthReport(
      .transmissionFluid, consumed: max(used, age), spread: state.wear.spread, isConfirmed: age >= used,
      state.observations, .trip, at: time, atKm: usage.km)
    addEvidence(to: &report, age: age, months: months)
    report.tell(
      state.wear.life(state.age, months: months, limit: lifeMonths, usage), isPastKnown: state.age.isKnown, vehicle)
    return report
  }

  /// Shares are of all that ages the fluid, use and calendar together.
  private func addEvidence(to report: inout HealthReport, age: Double, months: Double) {
    let worn = state.wear.counter(0)
    let total = max(worn + age, 1e-9)
    let normal = max(0, worn - state.warm - state.hot)
    report.evidence.add(Evidence(feature: .fluidAge, value: months, reference: lifeMonths, share: age / total))
    let causes: InlineArray<3, (feature: Feature, wear: Double)> = [
      (.fluidWearNormal, normal), (.fluidWearWarm, state.warm), (.fluidWearHot, state.hot),
    ]
    for i in 0..<3 where causes[i].wear > 0 {
      report.evidence.add(
        Evidence(feature: causes[i].feature, value: causes[i].wear * 100, share: causes[i].wear / total))
    }
  }

  // MARK: What outlives versions

  static let counters = CountedWear.counters + ["filled_at", "warm", "hot"]

  func counter(_ index: Int) -> Double {
    switch index {
    case 0..<4: state.wear.counter(index)
    case 4: state.age.counter
    case 5: state.warm
    case 6: state.hot
    default: .nan
    }
  }

  mutating func restore(counter index: Int, _ value: Double) {
    switch index {
    case 0..<4:
      state.wear.restore(counter: index, value)
      // The scatter that was learnt outlives the first trip.
      if index == 2 { state.isModelled = value >= spread.modelled }
    case 4: state.age.restore(counter: value)
    case 5: state.warm = max(0, value)
    case 6: state.hot = max(0, value)
    default: return
    }
  }
}
