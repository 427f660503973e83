// Air filter's restriction and what the air-flow sensor says against the speed-density model.
import CMath
import Vocabulary

/// What one trip, and the rest before it, says; NaN is "not observed".
public struct AirPathFeatures: BitwiseCopyable, Sendable {
  /// Where the pressure over the filter came from.
  public enum Source: UInt8, BitwiseCopyable, Sendable {
    case none = 0
    /// A sensor across the filter.
    case restrictionSensor = 1
    /// Barometer less manifold at wide throttle: the throttle and the ducts are in it too.
    case manifold = 2
  }

  /// Resistance of the intake, kPa for (100 g/s)² of air at 20 Celsius, and the seconds at high flow behind it.
  public var resistance = Double.nan
  public var resistanceSeconds = 0.0
  public var resistanceSource = Source.none
  /// Largest restriction that a sensor across the filter showed over five seconds, kPa.
  public var peakRestriction = Double.nan

  /// Mean logarithm of air flow over what engine speed, manifold pressure and intake temperature let expect of one
  /// litre, in a grid of engine speed and manifold pressure: `speed · 4 + pressure`; and the steady seconds in each
  /// cell.
  public var airFlow: InlineArray<16, Float> = InlineArray(repeating: .nan)
  public var airFlowSeconds: InlineArray<16, Float> = InlineArray(repeating: 0)
  /// Mean of short and long fuel trim together over the same seconds, percent.
  public var airFlowTrim = Double.nan

  public init() {}
}

/// Gathers `AirPathFeatures` from ticks and samples in fixed memory.
struct AirPathGatherer: BitwiseCopyable, Sendable {
  private var sensor = ResistanceFit()
  private var manifold = ResistanceFit()
  private var restriction = FadingMean()
  private var peak = Double.nan
  private var sums: InlineArray<16, Double> = InlineArray(repeating: 0)
  private var seconds: InlineArray<16, Double> = InlineArray(repeating: 0)
  private var trim = 0.0
  private var trimSeconds = 0.0
  private var lastSpeed = Double.nan
  private var lastPressure = Double.nan
  // What two sensors differ by while no air moves; it outlives the trip.
  private var sensorZero = FadingMean()
  private var manifoldZero = FadingMean()

  /// Memory of the zero, s of standing still with the sensors on.
  static let zeroMemory = 600.0
  /// Most that a sensor's zero can be off, kPa; beyond it is no sensor at rest.
  static let zeroLimit = 4.0

  /// A trip begins.
  mutating func begin(at stamp: Timestamp) {
    let (sensorZero, manifoldZero) = (self.sensorZero, self.manifoldZero)
    self = AirPathGatherer()
    (self.sensorZero, self.manifoldZero) = (sensorZero, manifoldZero)
  }

  /// Takes one second in, driving or parked.
  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    if let engineSpeed = tick.engineSpeed, engineSpeed < 10, (tick.speed ?? 0) < 1 { learnZero(tick) }
    guard isDriving, tick.engineRuns, let flow = tick.airFlow, flow > 0, flow < 3_000 else { return }
    let kelvin = intakeKelvin(tick)
    gatherResistance(tick, flow, kelvin)
    if tick.isAirFlowMeasured { gatherAirFlow(tick, flow, kelvin) }
  }

  /// Takes one sample in at the rate of the bus.
  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {}

  /// Celsius 25 stands in for a temperature that is not known.
  private func intakeKelvin(_ tick: VehicleTick) -> Double {
    max(-50, min(150, tick.intakeTemperature ?? tick.ambientTemperature ?? 25)) + 273.15
  }

  private mutating func learnZero(_ tick: VehicleTick) {
    if let drop = tick[.intakeRestriction], abs(drop) < AirPathGatherer.zeroLimit {
      sensorZero.add(drop, seconds: tick.seconds, memory: AirPathGatherer.zeroMemory)
    }
    if let outside = tick[.barometer], let inside = tick[.manifoldPressure],
      abs(outside - inside) < AirPathGatherer.zeroLimit
    {
      manifoldZero.add(outside - inside, seconds: tick.seconds, memory: AirPathGatherer.zeroMemory)
    }
  }

  private mutating func gatherResistance(_ tick: VehicleTick, _ flow: Double, _ kelvin: Double) {
    // Turbulent loss: with the square of the mass flow, and with the temperature that makes the air thin.
    let square = flow * flow * 1e-4 * kelvin / 293.15
    if let drop = tick[.intakeRestriction], drop > -5, drop < 25 {
      let net = drop - sensorZero.mean
      restriction.add(net, seconds: tick.seconds, memory: 5)
      if restriction.seconds >= 5 { peak = peak.isNaN ? restriction.mean : max(peak, restriction.mean) }
      // Ten steps of the coarsest sensor; below it the step is the signal.
      if net >= 0.5 { sensor.add(net, square, tick.seconds) }
    }
    if let outside = tick[.barometer], let inside = tick[.manifoldPressure], outside > 45, outside < 110,
      let throttle = tick[.throttle], throttle > 80, let engineSpeed = tick.engineSpeed, engineSpeed > 3_000
    {
      // Of an engine with a charger the manifold stands above the air outside, and says nothing of the filter.
      let net = outside - inside - manifoldZero.mean
      if net > 0.2, net < 30 { manifold.add(net, square, tick.seconds) }
    }
  }

  private mutating func gatherAirFlow(_ tick: VehicleTick, _ flow: Double, _ kelvin: Double) {
    guard let engineSpeed = tick.engineSpeed, let pressure = tick[.manifoldPressure], pressure > 10, pressure < 400,
      engineSpeed >= 500, engineSpeed < 12_000
    else {
      lastSpeed = .nan
      return
    }
    let isSteady = abs(engineSpeed - lastSpeed) <= 0.05 * engineSpeed && abs(pressure - lastPressure) <= 0.05 * pressure
    (lastSpeed, lastPressure) = (engineSpeed, pressure)
    // Exhaust gas that is led back takes the place of air: the model does not know how much.
    guard isSteady, tick[.recirculationCommanded] ?? 0 <= 5 else { return }
    let expected = engineSpeed / 120 * pressure / (0.287 * kelvin)
    let ratio = flow / expected
    // Of an engine of 0.3 to 30 litres.
    guard ratio > 0.1, ratio < 50 else { return }
    let row = engineSpeed < 1_000 ? 0 : engineSpeed < 1_600 ? 1 : engineSpeed < 2_400 ? 2 : 3
    let column = pressure < 40 ? 0 : pressure < 65 ? 1 : pressure < 95 ? 2 : 3
    sums[row * 4 + column] += log(ratio) * tick.seconds
    seconds[row * 4 + column] += tick.seconds
    if let short = tick[.shortTrim1], let long = tick[.longTrim1], abs(short) <= 100, abs(long) <= 100 {
      trim += (short + long) * tick.seconds
      trimSeconds += tick.seconds
    }
  }

  /// The trip is over.
  mutating func finish() -> AirPathFeatures {
    var features = AirPathFeatures()
    // A sensor across the filter is always better than the manifold.
    let source: AirPathFeatures.Source =
      sensor.seconds > 0 ? .restrictionSensor : manifold.seconds > 0 ? .manifold : .none
    let fit = source == .restrictionSensor ? sensor : manifold
    features.resistance = fit.resistance
    features.resistanceSeconds = fit.seconds
    features.resistanceSource = source
    features.peakRestriction = peak
    for i in 0..<16 where seconds[i] > 0 {
      features.airFlow[i] = Float(sums[i] / seconds[i])
      features.airFlowSeconds[i] = Float(seconds[i])
    }
    if trimSeconds > 0 { features.airFlowTrim = trim / trimSeconds }
    return features
  }
}

/// `Δp = K q` through zero by least squares: high flow, where the filter shows, weighs most by itself.
private struct ResistanceFit: BitwiseCopyable {
  private var products = 0.0
  private var squares = 0.0
  var seconds = 0.0

  /// NaN before the first value.
  var resistance: Double { squares > 0 ? products / squares : .nan }

  mutating func add(_ drop: Double, _ square: Double, _ elapsed: Double) {
    products += drop * square * elapsed
    squares += square * square * elapsed
    seconds += elapsed
  }
}
