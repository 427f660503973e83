// Traction battery: capacity from charge counted against state of charge, resistance, and how far the cells lie apart.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The traction battery model (PROGNOSTICS 4.12). What the battery holds now over what it held when new runs through a
/// trend filter, a value a month; resistance and cell spread are held against the vehicle's own first trips and tell a
/// state only.
struct TractionBattery: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.tractionHealth, .tractionCurrent), .needs(.tractionHealth, .tractionCharge), .uses(.tractionVoltage),
    .uses(.tractionTemperature), .uses(.tractionCellLowest), .uses(.tractionCellHighest),
  ]

  static let parameters: [ParameterDescription] = [
    .init("capacity_ah", "A.h", 0.5...2_000, nil, "capacity when new; without it the first month's counts as new"),
    .init("end_of_life", "percent", 50...95, 80, "capacity, of the new one, at which the battery has failed"),
    .init("charge_scatter", "percent", 0.1...10, 1, "scatter of the displayed state of charge, standard deviation"),
    .init("first_use", "s", 0...4_102_444_800, nil, "date of the battery's first use"),
    .init("cell_spread_limit", "V", 0.02...1, 0.25, "voltage between the cells at which the battery has failed"),
    .init("resistance_limit", "", 1.2...5, 2, "resistance, over that of the first trips, at which it has failed"),
  ] + TrendParameters.descriptions(
    unit: "days", life: 3_165, lifeScatter: 0.4, noise: 0.05, levelScatter: 0.05, baseScatter: 0.025, onset: 1e6,
    already: 0.999)

  static let measurements: [MeasurementDescription] = [
    .init("capacity", "percent", 20...120, deviation: 2, "capacity over that of the new battery, by a full charge")
  ]

  static let counters = ["new-capacity-ah", "is-new-capacity-known", "consumed"]

  struct State: BitwiseCopyable {
    var observations = Observations()
    /// Windows since the last tick, and readings of the battery's own computer.
    var fit: CapacityFit?
    var windows = 0
    /// Windows in a row that were far too small for the battery, and the sum of their capacities, Ah.
    var smallWindows = 0.0
    var smallSum = 0.0
    var healthSum = 0.0
    var healthCount = 0.0
    /// Where the last tick was.
    var tickWall: Int64 = 0
    var tickKm = Double.nan
    /// Ah of the new battery, 0 before it is known, and whether it is more than a guess.
    var newCapacity = 0.0
    var isNewCapacityKnown = false
    var capacity = Double.nan
    /// What the display of health was off after its computer had been reset, as a share of the way to failure.
    var offset = 0.0
    var trend: StretchedTrend<28>
    var resistance = TemperatureBins()
    var resistanceRatio = Ewma(memory: 10)
    var resistanceDetector = SelfStartingCusum(leastScatter: 0.005)
    var resistanceOnset = ChangeOnset()
    var spread = Ewma(memory: 10)
    var spreadReference = 0.0
    var spreadCount = 0.0
    // Cell voltages come in millivolts.
    var spreadDetector = SelfStartingCusum(leastScatter: 0.0005)
    var spreadOnset = ChangeOnset()
  }

  private(set) var state: State
  private let givenCapacity: Double?
  private let firstUse: Int64
  private let range: Double
  private let chargeVariance: Double
  private let spreadLimit: Double
  private let resistanceLimit: Double
  private let model: ShapeBankModel
  /// The same for a battery of unknown past: how much of its range is left is a guess.
  private let vagueModel: ShapeBankModel
  private let vehicle: VehicleParameters

  static let daysPerTick = 30.0
  static let daysOfFirstTick = 7.0
  /// Windows and readings of the first tick, and of one that ends however uncertain it is.
  static let leastWindows = 8
  static let mostWindows = 60
  static let leastReadings = 8.0
  /// Standard deviation of a tick's capacity, as a share of it.
  static let tickScatter = 0.01
  static let referenceTrips = 10.0
  static let stepWindows = 2.0
  static let daysPerMonth = 30.4375

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    givenCapacity = parameters["capacity_ah"]
    firstUse = Int64((parameters["first_use"] ?? 0) * 1e9)
    range = 1 - parameters.value("end_of_life") / 100
    let scatter = parameters.value("charge_scatter") / 100
    chargeVariance = 2 * scatter * scatter
    spreadLimit = parameters.value("cell_spread_limit")
    resistanceLimit = parameters.value("resistance_limit")
    self.vehicle = vehicle
    model = TractionBattery.model(parameters)
    var vague = parameters
    _ = vague.set("trend_level_scatter", 0.25)
    vagueModel = TractionBattery.model(vague)
    state = State(trend: StretchedTrend<28>(model))
    if let givenCapacity {
      state.newCapacity = givenCapacity
      state.isNewCapacityKnown = true
    }
  }

  private static func model(_ parameters: ComponentParameters) -> ShapeBankModel {
    // A battery ages from its first day: there is one onset, and it never gives way to another.
    TrendParameters.model(
      parameters, shapes: [(.linear, 0.45), (.squareRoot, 0.40), (.knee, 0.15), (.quadratic, 0.02)], onsets: 1,
      span: 1e9)
  }

  /// Goes on from an earlier run. A capacity that the configuration gives by now holds against one that was guessed:
  /// then the trend begins anew where the battery stands.
  mutating func restore(_ earlier: State) {
    state = earlier
    guard let givenCapacity, givenCapacity != earlier.newCapacity else { return }
    state.newCapacity = givenCapacity
    state.isNewCapacityKnown = true
    state.offset = 0
    state.trend = StretchedTrend<28>(model)
  }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let features = trip.parts.traction
    for i in 0..<features.windowCount { take(features.window(i), at: trip.trip.ended, usage) }
    if features.stateOfHealth.isFinite {
      state.healthSum += features.stateOfHealth / 100
      state.healthCount += 1
      if features.windowCount == 0 && state.windows == 0 { state.observations.count(true, at: trip.trip.ended) }
    }
    follow(features, usage)
    tick(at: trip.trip.ended, usage)
  }

  private mutating func take(_ window: CapacityWindow, at time: Timestamp, _ usage: VehicleUsage) {
    let whole = window.charge / window.share
    let nominal = state.newCapacity > 0 ? state.newCapacity : whole
    // A window that no battery of this size can have had: a display that was corrected, a current that is no current.
    guard whole > 0.3 * nominal, whole < 1.7 * nominal else { return }
    // Next to nothing is taken for granted, in either axis: each tick stands for itself.
    var fit = state.fit ?? CapacityFit(capacity: nominal, scatter: 0.3 * nominal, xVariance: 0.3 * 0.3, forgetting: 1)
    let deviation = 0.004 * window.charge + 0.0015 * nominal
    fit.add(x: window.share, y: window.charge, xVariance: chargeVariance, yVariance: deviation * deviation)
    state.fit = fit
    state.windows += 1
    state.observations.count(true, at: time)
    lookForStep(whole, charge: deviation / window.share, window.share, at: time, usage)
  }

  /// A battery that loses a module loses it at once, and should not wait for the end of the month: two windows in a row
  /// that are far too small are a value of their own.
  private mutating func lookForStep(
    _ whole: Double, charge deviation: Double, _ share: Double, at time: Timestamp, _ usage: VehicleUsage
  ) {
    guard state.trend.hasBegun, state.newCapacity > 0 else { return }
    let expected = state.newCapacity * (1 - range * (state.trend.consumed(model) - state.offset))
    let scatter = (deviation * deviation + expected * expected * chargeVariance / (share * share)).squareRoot()
    guard expected - whole > 3 * scatter else {
      state.smallWindows = 0
      state.smallSum = 0
      return
    }
    state.smallWindows += 1
    state.smallSum += whole
    guard state.smallWindows >= TractionBattery.stepWindows else { return }
    let level = (1 - state.smallSum / state.smallWindows / state.newCapacity) / range + state.offset
    state.trend.begin(at: level, age: nil, km: usage.km, model)
    beginTick(at: time, usage)
  }

  private mutating func tick(at time: Timestamp, _ usage: VehicleUsage) {
    if state.tickKm.isNaN {
      state.tickKm = usage.km
      state.tickWall = usage.wall(at: time)
    }
    let days = elapsed(at: time, usage)
    guard days >= (state.trend.hasBegun ? TractionBattery.daysPerTick : TractionBattery.daysOfFirstTick),
      let health = health()
    else { return }
    let value = (1 - health) / range + state.offset
    if state.trend.hasBegun {
      switch state.trend.add(value, usage: days, km: usage.km, model) {
      case .none: break
      case .recalibrated(let shift): state.offset += shift
      case .replaced:
        serviced(at: time, usage)
        return
      }
    } else {
      let now = usage.wall(at: time)
      let age = firstUse > 0 && now > firstUse ? Double(now - firstUse) / 86_400e9 : nil
      state.trend.begin(at: value, age: age, km: usage.km, model)
    }
    beginTick(at: time, usage)
  }

  private mutating func beginTick(at time: Timestamp, _ usage: VehicleUsage) {
    state.fit = nil
    state.windows = 0
    state.smallWindows = 0
    state.smallSum = 0
    state.healthSum = 0
    state.healthCount = 0
    state.tickKm = usage.km
    state.tickWall = usage.wall(at: time)
  }

  /// Capacity over that of the new battery, once enough is known for a tick. The charge that was counted goes before
  /// the word of the battery's computer, which may stand at 100 % for years.
  private mutating func health() -> Double? {
    if let fit = state.fit, state.windows >= TractionBattery.leastWindows {
      let (capacity, deviation) = fit.solve()
      if deviation <= TractionBattery.tickScatter * capacity || state.windows >= TractionBattery.mostWindows {
        state.capacity = capacity
        if state.newCapacity == 0 {
          let told = state.healthCount > 0 ? state.healthSum / state.healthCount : nil
          state.newCapacity = capacity / (told ?? 1)
          state.isNewCapacityKnown = state.isNewCapacityKnown || told != nil
        }
        return capacity / state.newCapacity
      }
    }
    guard state.windows == 0, state.healthCount >= TractionBattery.leastReadings else { return nil }
    return state.healthSum / state.healthCount
  }

  /// Days since the last tick: by the calendar, else by the distance at the vehicle's usual rate.
  private func elapsed(at time: Timestamp, _ usage: VehicleUsage) -> Double {
    let now = usage.wall(at: time)
    if now > 0 && state.tickWall > 0 && time.quality.isTrusted { return Double(now - state.tickWall) / 86_400e9 }
    return max(0, usage.km - state.tickKm) / max(usage.rate.mean, 1)
  }

  private mutating func follow(_ features: TractionFeatures, _ usage: VehicleUsage) {
    if let ratio = state.resistance.ratio(of: features.resistance, at: features.resistanceTemperature) {
      state.resistanceRatio.add(ratio)
      state.resistanceDetector.add(ratio)
      state.resistanceOnset.follow(state.resistanceDetector, km: usage.km)
    }
    if features.cellSpread.isFinite {
      state.spread.add(features.cellSpread)
      state.spreadDetector.add(features.cellSpread)
      state.spreadOnset.follow(state.spreadDetector, km: usage.km)
      if state.spreadCount < TractionBattery.referenceTrips {
        state.spreadCount += 1
        state.spreadReference += (features.cellSpread - state.spreadReference) / state.spreadCount
      }
    }
  }

  /// The workshop's word on how much the battery still holds is the reference of all that follows.
  mutating func measured(
    _ quantity: Int, _ value: Double, deviation: Double, at time: Timestamp, _ usage: VehicleUsage
  ) {
    let seen = state.capacity.isFinite ? state.capacity / state.newCapacity : state.healthSum / state.healthCount
    if seen.isFinite { state.offset = (seen - value / 100) / range }
    state.isNewCapacityKnown = true
    state.trend = StretchedTrend<28>(model)
    state.trend.begin(at: (1 - value / 100) / range, age: nil, km: usage.km, model)
    beginTick(at: time, usage)
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    state = State(trend: StretchedTrend<28>(model))
    state.newCapacity = givenCapacity ?? 0
    // The first month of a battery that is known to be new is its reference.
    state.isNewCapacityKnown = true
    state.tickKm = usage.km
    state.tickWall = usage.wall(at: time)
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .tractionBattery, because: .noValidTick(.capacityWindow), at: time)
    }
    let faded = state.trend.consumed(model)
    let resistance = resistanceConsumed
    let spread = spreadConsumed
    let consumed = greatest(faded, resistance, spread)
    let isConfirmed = (resistance > faded && resistance >= spread) || spread > faded
    var report = HealthReport(
      .tractionBattery, consumed: consumed, spread: state.trend.noise * 0.5, isConfirmed: isConfirmed,
      state.observations, .capacityWindow, at: time, atKm: usage.km)
    if !state.trend.hasBegun && report.state.isBand {
      report.state = .learning
      let needed = 2 * TractionBattery.leastWindows
      report.reason = .learning(
        seen: min(Int(state.observations.valid), needed - 1), needed: needed, .capacityWindow)
    }
    addEvidence(to: &report, faded: faded, resistance: resistance, spread: spread)
    guard report.state.isBand else { return report }
    let trusted = isPastKnown ? model : vagueModel
    report.tell(state.trend, trusted, countsInDays: true, usage, vehicle)
    if !isPastKnown && report.remainingUsefulLife != nil { report.reason = .wearUnknown(.tractionBattery) }
    return report
  }

  /// Whether the values stand against a new battery, not against one of unknown age.
  private var isPastKnown: Bool { state.isNewCapacityKnown || state.newCapacity == 0 }

  /// Both tell of a fault, not of age: they count in full once a detector has found a rise, or the limit is reached.
  private var resistanceConsumed: Double {
    guard !state.resistanceRatio.isEmpty else { return 0 }
    let way = max(0, (state.resistanceRatio.mean - 1) / (resistanceLimit - 1))
    return state.resistanceDetector.change == .up || way >= 1 ? min(way, 1.15) : min(way, 0.5)
  }

  private var spreadConsumed: Double {
    guard state.spreadCount > 0 else { return 0 }
    let reference = min(state.spreadReference, spreadLimit / 2)
    let way = max(0, (state.spread.mean - reference) / (spreadLimit - reference))
    return state.spreadDetector.change == .up || way >= 1 ? min(way, 1.15) : min(way, 0.5)
  }

  private func addEvidence(to report: inout HealthReport, faded: Double, resistance: Double, spread: Double) {
    let sum = max(max(0, faded) + resistance + spread, 1e-9)
    if state.trend.hasBegun {
      report.evidence.add(
        Evidence(
          feature: .batteryCapacity, value: 100 * (1 - range * faded), reference: 100, z: -faded / state.trend.noise,
          share: max(0, faded) / sum, sinceKm: state.trend.beganKm))
    }
    if !state.resistanceRatio.isEmpty {
      report.evidence.add(
        Evidence(
          feature: .packResistance, value: state.resistanceRatio.mean, reference: 1,
          z: deviates(state.resistanceRatio.mean - 1, state.resistanceDetector), share: resistance / sum,
          sinceKm: state.resistanceOnset.km(of: state.resistanceDetector.change)))
    }
    if state.spreadCount > 0 {
      report.evidence.add(
        Evidence(
          feature: .cellSpread, value: state.spread.mean, reference: state.spreadReference,
          z: deviates(state.spread.mean - state.spreadReference, state.spreadDetector), share: spread / sum,
          sinceKm: state.spreadOnset.km(of: state.spreadDetector.change)))
    }
  }

  /// The new battery's capacity by which the last one stands where the trend does: what a workshop measured is in it.
  private var referenceCapacity: Double {
    guard state.capacity.isFinite, state.newCapacity > 0 else { return state.newCapacity }
    return state.capacity / max(0.1, state.capacity / state.newCapacity - range * state.offset)
  }

  func counter(_ index: Int) -> Double {
    switch index {
    case 0: referenceCapacity
    case 1: state.isNewCapacityKnown ? 1 : 0
    default: state.trend.consumed(model)
    }
  }

  mutating func restore(counter index: Int, _ value: Double) {
    switch index {
    case 0 where givenCapacity == nil: state.newCapacity = value
    case 1 where givenCapacity == nil: state.isNewCapacityKnown = value > 0
    case 2: state.trend.begin(at: value, age: nil, km: 0, model)
    default: break
    }
  }
}

/// A resistance over that of the first trips at the same temperature.
struct TemperatureBins: BitwiseCopyable {
  private var means = InlineArray<5, Double>(repeating: 0)
  private var counts = InlineArray<5, Double>(repeating: 0)

  /// Nil while the first trips at this temperature are learnt. Without a temperature all count as one.
  mutating func ratio(of resistance: Double, at celsius: Double) -> Double? {
    guard resistance.isFinite, resistance > 0 else { return nil }
    let bin = celsius.isNaN ? 4 : celsius < 5 ? 0 : celsius < 15 ? 1 : celsius < 30 ? 2 : 3
    if counts[bin] < TractionBattery.referenceTrips {
      counts[bin] += 1
      means[bin] += (resistance - means[bin]) / counts[bin]
      return nil
    }
    return resistance / means[bin]
  }
}
