// Particulate filter and exhaust gas recirculation.
import Vocabulary

/// What one trip, and the rest before it, says; NaN is "not observed".
public struct ExhaustFeatures: BitwiseCopyable, Sendable {
  /// Pressure drop over volume flow of the warm filter, kPa for each 1,000 m³/h: over the whole trip, and within 50 km
  /// after a complete regeneration, when ash is all that is left in it.
  public var filterResistance = Double.nan
  public var cleanResistance = Double.nan
  /// Regenerations that ended in this trip.
  public var regenerations = 0
  public var failedRegenerations = 0
  /// Distance between the last two complete regenerations, km; NaN unless the later one was in this trip.
  public var regenerationDistance = Double.nan
  /// As the control unit says, percent; ash 100 is a filter to be cleaned.
  public var ashLoad = Double.nan
  public var sootLoad = Double.nan
  /// Mean deviation of the recirculated exhaust gas from a steady demand, percent of the demand.
  public var recirculationError = Double.nan

  public init() {}
}

/// Gathers `ExhaustFeatures` from ticks in fixed memory.
struct ExhaustGatherer: BitwiseCopyable, Sendable {
  private var regeneration = RegenerationWatch()
  private var flow = FlowResistance()
  private var cleanFlow = FlowResistance()
  private var ashLoad = Double.nan
  private var sootLoad = Double.nan
  private var demand = Double.nan
  private var steadySeconds = 0.0
  private var errorSum = 0.0
  private var errorSeconds = 0.0

  /// A trip begins.
  mutating func begin(at stamp: Timestamp) { regeneration.begin() }

  /// Takes one second in; what a parked car says of its exhaust is nothing.
  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    guard isDriving, tick.engineRuns else { return }
    // The soot of a second ago: what there was before a regeneration that begins now.
    regeneration.observe(tick, soot: sootLoad)
    if let percent = tick[.sootLoad], percent >= 0, percent <= 250 { sootLoad = percent }
    if let percent = tick[.ashLoad], percent >= 0, percent <= 250 { ashLoad = percent }
    if !regeneration.isActive {
      flow.observe(tick)
      if regeneration.km <= ExhaustGatherer.cleanKm { cleanFlow.observe(tick) }
    }
    observeRecirculation(tick)
  }

  /// Takes one sample in at the rate of the bus.
  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {}

  /// The trip is over.
  mutating func finish() -> ExhaustFeatures {
    regeneration.finish(soot: sootLoad)
    var features = ExhaustFeatures()
    features.filterResistance = flow.finish()
    features.cleanResistance = cleanFlow.finish()
    (features.regenerations, features.failedRegenerations) = (regeneration.complete, regeneration.failed)
    features.regenerationDistance = regeneration.distance
    features.ashLoad = ashLoad
    features.sootLoad = sootLoad
    if errorSeconds >= ExhaustGatherer.errorSeconds { features.recirculationError = errorSum / errorSeconds }
    (ashLoad, sootLoad, demand) = (.nan, .nan, .nan)
    (steadySeconds, errorSum, errorSeconds) = (0, 0, 0)
    return features
  }

  private mutating func observeRecirculation(_ tick: VehicleTick) {
    guard let demanded = tick[.recirculationCommanded], let error = tick[.recirculationError] else {
      demand = .nan
      return
    }
    // The valve follows a moving demand late, which is no fault.
    let isSteady = abs(demanded - demand) <= ExhaustGatherer.steadyDemand
    steadySeconds = isSteady ? steadySeconds + tick.seconds : 0
    demand = demanded
    // Below 5 % the error is over nearly nothing; at the end of its range it is no measurement. A cold engine's
    // recirculation is held back.
    guard steadySeconds >= 3, demanded >= 5, demanded <= 95, abs(error) < 99, (tick.coolant ?? 90) >= 60 else { return }
    errorSum += error * tick.seconds
    errorSeconds += tick.seconds
  }

  private static var cleanKm: Double { 50 }
  private static var steadyDemand: Double { 2 }
  private static var errorSeconds: Double { 60 }
}

/// Mean pressure drop over mean volume flow, while the exhaust is hot and flows well.
private struct FlowResistance: BitwiseCopyable, Sendable {
  private var crossSum = 0.0
  private var squareSum = 0.0
  private var seconds = 0.0

  static var leastFlow: Double { 100 }
  static var leastSeconds: Double { 60 }

  mutating func observe(_ tick: VehicleTick) {
    guard let drop = tick[.filterPressureDrop], drop > -2, drop < 100, let air = tick.airFlow, air > 0,
      let celsius = temperature(tick)
    else { return }
    // Ideal gas at the filter's inlet; the fuel adds some 3 % of mass, to the new filter as to the old one.
    let pressure = (tick[.barometer] ?? 101.3) + max(0, drop)
    let cubicMetresPerHour = air * 1e-3 * 0.287 * (celsius + 273.15) / pressure * 3600
    guard cubicMetresPerHour > FlowResistance.leastFlow, cubicMetresPerHour < 20_000 else { return }
    let flow = cubicMetresPerHour / 1000
    crossSum += drop * flow * tick.seconds
    squareSum += flow * flow * tick.seconds
    seconds += tick.seconds
  }

  /// Of the exhaust; a warm engine whose exhaust temperature nobody tells is taken at 250 Celsius.
  private func temperature(_ tick: VehicleTick) -> Double? {
    guard let told = tick[.filterInletTemperature] ?? tick[.exhaustTemperature] else {
      return (tick.coolant ?? 0) >= 70 ? 250 : nil
    }
    return (150...900).contains(told) ? told : nil
  }

  /// NaN without a minute of flow; begins anew.
  mutating func finish() -> Double {
    let resistance = seconds >= FlowResistance.leastSeconds && crossSum > 0 ? crossSum / squareSum : .nan
    self = FlowResistance()
    return resistance
  }
}

/// Finds regenerations by the control unit's word or, where it says nothing, by a hot filter inlet.
private struct RegenerationWatch: BitwiseCopyable, Sendable {
  /// Distance since the last complete regeneration, km; infinite before the first.
  private(set) var km = Double.infinity
  private(set) var isActive = false
  private(set) var complete = 0
  private(set) var failed = 0
  private(set) var distance = Double.nan
  private var isTold = false
  private var seconds = 0.0
  private var sootBefore = Double.nan
  private var lastMetres = Double.nan
  /// Distance by the speed since `lastMetres`, km.
  private var countedKm = 0.0

  /// Celsius at the inlet that only a regeneration gives for minutes on end, and below which it is over.
  static var hot: Double { 500 }
  static var over: Double { 430 }
  /// Seconds that burn most of the soot, where the control unit says that it regenerates and where only heat tells.
  static var toldSeconds: Double { 300 }
  static var hotSeconds: Double { 480 }
  /// A complete one leaves at most so much of the soot.
  static var leftSoot: Double { 0.5 }

  mutating func begin() {
    complete = 0
    failed = 0
    distance = .nan
  }

  mutating func observe(_ tick: VehicleTick, soot: Double) {
    advance(tick)
    var active = isActive
    if let state = tick[.regeneration] {
      isTold = true
      // 1 is active; 2 is wanted but not begun (SPN 3700).
      active = state > 0.5 && state < 1.5
    } else if !isTold, let celsius = tick[.filterInletTemperature] ?? tick[.exhaustTemperature] {
      active = celsius > (isActive ? RegenerationWatch.over : RegenerationWatch.hot)
    }
    if active && !isActive {
      seconds = 0
      sootBefore = soot
    }
    if !active && isActive { end(soot: soot) }
    isActive = active
    if active { seconds += tick.seconds }
  }

  /// The engine stops: what has not burnt by now does not burn.
  mutating func finish(soot: Double) {
    if isActive { end(soot: soot) }
    isActive = false
    isTold = false
  }

  private mutating func end(soot: Double) {
    let isLong = seconds >= (isTold ? RegenerationWatch.toldSeconds : RegenerationWatch.hotSeconds)
    let isBurnt = sootBefore.isNaN || soot.isNaN ? isLong : soot <= RegenerationWatch.leftSoot * sootBefore
    if isBurnt {
      complete += 1
      if km.isFinite { distance = km }
      km = 0
    } else if isTold {
      failed += 1
    }
  }

  /// Counts distance by the speed; the odometer, where it is told, adds what was driven unwatched.
  private mutating func advance(_ tick: VehicleTick) {
    if let speed = tick.speed, speed >= 0, speed < 400 {
      km += speed * tick.seconds / 3600
      countedKm += speed * tick.seconds / 3600
    }
    guard let metres = tick[.odometer], metres > 0 else { return }
    let unseen = (metres - lastMetres) / 1000 - countedKm
    // An odometer in whole kilometres is no correction of the speed.
    if unseen > 2 && unseen < 5000 { km += unseen }
    if unseen > 2 || unseen < -2 || lastMetres.isNaN {
      lastMetres = metres
      countedKm = 0
    }
  }
}
