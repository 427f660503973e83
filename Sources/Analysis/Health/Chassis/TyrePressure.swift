// Tyre pressure: each tyre's amount of air, how fast it is lost, and when it will be too little.
import Pipeline
import Prognostics
import Vocabulary

/// The pressure model (PROGNOSTICS 4.6): absolute pressure at 20 Celsius of each tyre on a filter of level and drift.
/// Every tyre loses air; one is a leak when it surely does and the others do not.
struct TyrePressure: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.pressureFrontLeft, .pressureFrontRight, .pressureRearLeft, .pressureRearRight),
    .uses(.pressureFrontRight), .uses(.pressureRearLeft), .uses(.pressureRearRight),
    .uses(.tyreTemperatureFrontLeft), .uses(.tyreTemperatureFrontRight), .uses(.tyreTemperatureRearLeft),
    .uses(.tyreTemperatureRearRight), .uses(.ambientTemperature, .intakeTemperature), .uses(.barometer),
  ]

  static let parameters: [ParameterDescription] = [
    .init("placard_front", "kPa", 100...1_300, nil, "cold pressure that the front tyres should have"),
    .init("placard_rear", "kPa", 100...1_300, nil, "cold pressure that the rear tyres should have"),
    .init("limit_share", "", 0.5...0.95, 0.8, "share of that pressure at which a tyre has too little"),
    .init("leak", "kPa", 0.2...50, 1.2, "loss in a month that is a leak where the other tyres lose less"),
    .init("natural_loss", "kPa", 1...50, 7, "loss in a month that is no leak where there is no other tyre"),
    .init("fast_loss", "kPa", 5...200, 15, "loss within ten minutes of driving that is told at once"),
  ]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var tyres: PerWheel<Tyre> = InlineArray(repeating: Tyre())
    /// Of the last reading.
    var time: Timestamp?
    var km = 0.0
    /// Days since a reading was last counted as one.
    var uncounted = 1.0
    var loss = PressureLossWatch()
    /// Something has happened that must not wait for the end of the trip.
    var needsReport = false
  }

  private(set) var state = State()
  private let placards: (front: Double?, rear: Double?)
  private let limitShare: Double
  private let leakLimit: Double
  private let naturalLoss: Double
  private let fastLoss: Double
  private let vehicle: VehicleParameters

  static let daysPerMonth = 30.4375
  /// Nothing is said of the time beyond ten years, months.
  static let horizon = 120.0
  /// Consumed fraction that a certain leak stands for, however much air there still is: a defect to be seen to.
  static let leakShare = 0.65
  /// Below this share of what it should have a tyre is flat enough to be told at once (FMVSS 138).
  static let flatShare = 0.75

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    placards = (parameters["placard_front"], parameters["placard_rear"])
    limitShare = parameters.value("limit_share")
    leakLimit = parameters.value("leak")
    naturalLoss = parameters.value("natural_loss")
    fastLoss = parameters.value("fast_loss")
    self.vehicle = vehicle
  }

  mutating func restore(_ earlier: State) { state = earlier }

  mutating func tripStarted() {
    state.loss = PressureLossWatch()
    state.needsReport = false
  }

  mutating func observe(_ tick: VehicleTick) {
    guard state.loss.observe(tick, limit: fastLoss) else { return }
    for wheel in 0..<4 where !state.tyres[wheel].isUrgent {
      let isKnownLow = consumed(wheel).map { $0 >= 1 } ?? false
      let isFlat = reference(wheel).map { state.loss.isBelow($0 * TyrePressure.flatShare, wheel: wheel) } ?? false
      guard state.loss.isFast(wheel) || isFlat && !isKnownLow else { continue }
      state.tyres[wheel].isUrgent = true
      state.needsReport = true
    }
  }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let features = trip.parts.tyre
    var isValid = false
    for wheel in 0..<4 where features.pressure[wheel].isFinite { isValid = true }
    let time = trip.trip.ended
    let days = state.time.map { elapsedDays(from: $0, to: time, usage) } ?? 0
    state.uncounted += days
    // Readings of one day hang together and count once, as do trips on which no sensor was heard.
    if state.uncounted >= 0.7 {
      state.observations.count(isValid, at: time)
      if isValid { state.uncounted = 0 }
    }
    guard isValid else {
      // The time since the last reading stays open: the filter takes it with the next one.
      state.uncounted -= days
      return
    }
    state.time = time
    state.km = usage.km
    take(features, after: days / TyrePressure.daysPerMonth, km: usage.km)
  }

  /// By clocks that can be trusted, else by how much the vehicle is driven.
  private func elapsedDays(from earlier: Timestamp, to later: Timestamp, _ usage: VehicleUsage) -> Double {
    if earlier.boot == later.boot { return max(0, later.uptime.seconds(since: earlier.uptime)) / 86_400 }
    if earlier.quality.isTrusted && later.quality.isTrusted {
      return max(0, Double(later.wallNanoseconds &- earlier.wallNanoseconds)) / 86_400e9
    }
    return max(0, usage.km - state.km) / max(usage.rate.mean, 1)
  }

  private mutating func take(_ features: TyreFeatures, after months: Double, km: Double) {
    var steps: PerWheel<Tyre.Step> = InlineArray(repeating: .none)
    var (rose, fell) = (false, false)
    for wheel in 0..<4 {
      let value = features.pressure[wheel]
      let step = state.tyres[wheel].take(
        value, features.compensation, after: months, isTold: placard(wheel) != nil)
      steps[wheel] = step
      if step == .up { rose = true }
      if step == .down { fell = true }
    }
    for wheel in 0..<4 where steps[wheel] != .none {
      // Up on one wheel and down on another at the same time: wheels, or their sensors, changed places, and nobody
      // knows which of the losses went with which.
      if rose && fell { state.tyres[wheel].forgetDrift() }
      if steps[wheel] == .up { state.tyres[wheel].isUrgent = false }
    }
    for wheel in 0..<4 {
      if leak(wheel) == nil {
        state.tyres[wheel].leakSince = .nan
      } else if state.tyres[wheel].leakSince.isNaN {
        state.tyres[wheel].leakSince = km
      }
    }
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) { state = State() }

  // MARK: Judgement

  /// Cold pressure that a tyre should have, kPa over the atmosphere; nil while it is neither told nor learned. A tyre
  /// that was short of air from the first day is held against the other one of its axle.
  private func reference(_ wheel: Int) -> Double? {
    if let told = placard(wheel) { return told }
    let (own, other) = (state.tyres[wheel], state.tyres[wheel ^ 1])
    let learned = max(own.isLearned ? own.learned : 0, other.isLearned ? other.learned : 0)
    return own.isLearned ? learned - TyreGas.atmosphere : nil
  }

  private func placard(_ wheel: Int) -> Double? { wheel < 2 ? placards.front : placards.rear }

  /// Whether a tyre lost air all at once and was not filled since, or is flat by what somebody said it should have:
  /// neither has to be learned.
  private func isInDanger(_ wheel: Int) -> Bool {
    if state.tyres[wheel].isUrgent { return true }
    guard let filter = state.tyres[wheel].filter, let told = placard(wheel) else { return false }
    return gauge(filter) < told * TyrePressure.flatShare
  }

  /// Share of the way from what a tyre should have to the limit; nil while there is no reference.
  private func consumed(_ wheel: Int) -> Double? {
    guard let filter = state.tyres[wheel].filter, let reference = reference(wheel) else { return nil }
    return max(0, (reference - gauge(filter)) / (reference * (1 - limitShare)))
  }

  private func gauge(_ filter: LevelDrift) -> Double { filter.level - TyreGas.atmosphere }

  /// What a tyre loses in a month beyond doubt and beyond the others, kPa: loss, that of the others (NaN where there is
  /// none), and by how many standard deviations; nil where it is no leak.
  private func leak(_ wheel: Int) -> (loss: Double, others: Double, z: Double)? {
    guard let filter = state.tyres[wheel].filter else { return nil }
    let (loss, spread) = (-filter.drift, filter.driftVariance.squareRoot())
    var others: InlineArray<3, LevelDrift?> = [nil, nil, nil]
    var count = 0
    for other in 0..<4 where other != wheel {
      guard let filter = state.tyres[other].filter else { continue }
      // In order of loss, for the median.
      var place = count
      while place > 0, let before = others[place - 1], before.drift < filter.drift {
        others[place] = before
        place -= 1
      }
      others[place] = filter
      count += 1
    }
    guard count > 0, let median = others[(count - 1) / 2] else {
      return loss - 1.28 * spread > naturalLoss ? (loss, .nan, (loss - naturalLoss) / spread) : nil
    }
    guard loss - 1.28 * spread > leakLimit else { return nil }
    let z = (loss + median.drift) / (filter.driftVariance + median.driftVariance).squareRoot()
    return z > 2 ? (loss, -median.drift, z) : nil
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    var worst = 0.0
    var spread = 0.0
    var isCertain = false
    var isUrgent = false
    var weights: PerWheel<Double> = InlineArray(repeating: 0)
    var total = 0.0
    for wheel in 0..<4 {
      let isInDanger = isInDanger(wheel)
      guard var share = consumed(wheel) ?? (isInDanger ? 0 : nil) else { continue }
      var certain = false
      if leak(wheel) != nil, share < TyrePressure.leakShare { (share, certain) = (TyrePressure.leakShare, true) }
      if isInDanger {
        (share, certain) = (max(share, 1.05), true)
        isUrgent = true
      }
      weights[wheel] = share
      total += share
      guard share >= worst else { continue }
      (worst, isCertain) = (share, certain)
      guard let filter = state.tyres[wheel].filter, let reference = reference(wheel) else { continue }
      spread = filter.levelVariance.squareRoot() / (reference * (1 - limitShare))
    }
    guard state.observations.valid > 0 || isUrgent else {
      return HealthReport(unknown: .tyrePressure, because: .noValidTick(.pressureReading), at: time)
    }
    var report = HealthReport(
      .tyrePressure, consumed: worst, spread: spread, isConfirmed: isCertain, state.observations, .pressureReading,
      at: time, atKm: usage.km)
    report.isUrgent = isUrgent
    if isUrgent && report.state == .learning { (report.state, report.reason) = (.ok, .none) }
    for wheel in 0..<4 { addEvidence(wheel, share: total > 0 ? weights[wheel] / total : 0, to: &report) }
    tellLife(&report, usage)
    return report
  }

  /// The first of the tyres that surely lose air to reach the limit.
  private func tellLife(_ report: inout HealthReport, _ usage: VehicleUsage) {
    guard report.state.isBand else { return }
    var months: QuantileSet?
    for wheel in 0..<4 {
      guard state.tyres[wheel].isLosing, let reference = reference(wheel),
        let left = state.tyres[wheel].remaining(
          to: reference * limitShare + TyreGas.atmosphere, upTo: TyrePressure.horizon)
      else { continue }
      months = months.map { earlier($0, left) } ?? left
    }
    guard let months else {
      report.reason = .noDegradation
      return
    }
    var days = QuantileSet(repeating: 0)
    for i in 0..<7 { days[i] = months[i] * TyrePressure.daysPerMonth }
    report.tell(usage.life(days: days), vehicle)
  }

  private func addEvidence(_ wheel: Int, share: Double, to report: inout HealthReport) {
    let pressures: PerWheel<Feature> = [
      .pressureFrontLeft, .pressureFrontRight, .pressureRearLeft, .pressureRearRight,
    ]
    let losses: PerWheel<Feature> = [.leakFrontLeft, .leakFrontRight, .leakRearLeft, .leakRearRight]
    let reference = reference(wheel) ?? .nan
    guard let filter = state.tyres[wheel].filter else {
      // The first drive is not over yet.
      guard let gauge = state.loss.gauge(wheel) else { return }
      report.evidence.add(
        Evidence(
          feature: pressures[wheel], value: gauge, reference: reference, z: .nan, share: share, sinceKm: .nan))
      return
    }
    let leak = leak(wheel)
    report.evidence.add(
      Evidence(
        feature: pressures[wheel], value: gauge(filter), reference: reference,
        z: (gauge(filter) - reference) / (filter.levelVariance + filter.noise).squareRoot(),
        share: leak == nil ? share : share / 2, sinceKm: state.tyres[wheel].leakSince))
    if let leak {
      report.evidence.add(
        Evidence(
          feature: losses[wheel], value: leak.loss, reference: leak.others, z: leak.z, share: share / 2,
          sinceKm: state.tyres[wheel].leakSince))
    }
  }
}
