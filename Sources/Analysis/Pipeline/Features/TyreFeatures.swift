// Tyre pressures at one temperature, and the rolling radius against satellites.
import Vocabulary

/// One value for each wheel: front left, front right, rear left, rear right.
public typealias PerWheel<Value> = InlineArray<4, Value>

/// What one trip, and the rest before it, says; NaN is "not observed".
public struct TyreFeatures: BitwiseCopyable, Sendable {
  /// How the pressures were brought to 20 Celsius.
  public enum Compensation: UInt8, BitwiseCopyable, Sendable {
    /// By the temperature in the tyre.
    case measured = 0
    /// By the air outside, while the tyres were cold.
    case ambient = 1
    /// Not at all: cold tyres, at a temperature that nobody told.
    case assumed = 2
  }

  /// Absolute pressure at 20 Celsius towards the end of the trip, kPa.
  public var pressure: PerWheel<Double> = InlineArray(repeating: .nan)
  public var compensation = Compensation.measured
  /// Rolling radius of the front and of the rear axle over what the vehicle takes it to be; with the vehicle's one
  /// speed alone it stands for the front axle.
  public var radius: InlineArray<2, Double> = InlineArray(repeating: .nan)
  /// Distance that stands behind each radius, km.
  public var radiusKm: InlineArray<2, Double> = InlineArray(repeating: 0)
  /// Mean absolute pressure of each axle's tyres as they were while the radius was taken, kPa.
  public var radiusPressure: InlineArray<2, Double> = InlineArray(repeating: .nan)

  public init() {}
}

/// Tyre pressures by the ideal gas law.
public enum TyreGas {
  /// Of the standard atmosphere, kPa, where no barometer is known.
  public static let atmosphere = 101.325
  public static let reference = 293.15

  public static let pressures: PerWheel<FeatureInput> = [
    .pressureFrontLeft, .pressureFrontRight, .pressureRearLeft, .pressureRearRight,
  ]
  public static let temperatures: PerWheel<FeatureInput> = [
    .tyreTemperatureFrontLeft, .tyreTemperatureFrontRight, .tyreTemperatureRearLeft, .tyreTemperatureRearRight,
  ]

  /// Absolute pressure in a tyre, kPa; nil where it is not known. A sensor that has not heard its wheel yet says 0, and
  /// no vehicle drives on less than 20 kPa.
  public static func absolutePressure(_ tick: VehicleTick, wheel: Int) -> Double? {
    guard let gauge = tick[pressures[wheel]], gauge >= 20, gauge <= 1_500 else { return nil }
    var around = atmosphere
    if let barometer = tick[.barometer], barometer >= 45, barometer <= 110 { around = barometer }
    return gauge + around
  }

  /// Temperature of the air in a tyre, Celsius; nil where no sensor tells a plausible one.
  public static func temperature(_ tick: VehicleTick, wheel: Int) -> Double? {
    guard let celsius = tick[temperatures[wheel]], celsius >= -45, celsius <= 130 else { return nil }
    return celsius
  }

  public static func atReference(_ absolutePressure: Double, celsius: Double) -> Double {
    absolutePressure * reference / (celsius + 273.15)
  }
}

/// Gathers `TyreFeatures` from ticks and samples in fixed memory.
struct TyreGatherer: BitwiseCopyable, Sendable {
  private var pressures: PerWheel<FadingMean> = InlineArray(repeating: FadingMean())
  private var coldPressures: PerWheel<FadingMean> = InlineArray(repeating: FadingMean())
  private var coldAmbient = FadingMean()
  private var coldFor = 0.0
  /// When the vehicle last drove; nil before that.
  private var lastDriven: Timestamp?
  private var rolling = RollingRadius()

  /// Tyres that stood so long are as warm as the air around them, s; so long they stay it on the road.
  static let rest = 3.0 * 3600
  static let coldSeconds = 120.0
  /// Memory of a trip's pressure, s: what counts is how it was at the end.
  static let memory = 600.0

  /// A trip begins.
  mutating func begin(at stamp: Timestamp) {
    pressures = InlineArray(repeating: FadingMean())
    coldPressures = InlineArray(repeating: FadingMean())
    coldAmbient = FadingMean()
    coldFor = hasRested(at: stamp) ? TyreGatherer.coldSeconds : 0
    rolling = RollingRadius()
  }

  /// Whether the tyres have cooled down since the last trip. Where that cannot be known, since a gateway that boots
  /// with the ignition may have no clock, they count as cold: most trips begin so.
  private func hasRested(at stamp: Timestamp) -> Bool {
    guard let lastDriven else { return true }
    if lastDriven.boot == stamp.boot { return stamp.uptime.seconds(since: lastDriven.uptime) >= TyreGatherer.rest }
    guard lastDriven.quality.isTrusted, stamp.quality.isTrusted else { return true }
    return Double(stamp.wallNanoseconds &- lastDriven.wallNanoseconds) * 1e-9 >= TyreGatherer.rest
  }

  /// Takes one second in, driving or parked.
  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    guard isDriving else { return }
    lastDriven = stamp
    let isCold = coldFor > 0
    coldFor = max(0, coldFor - tick.seconds)
    for wheel in 0..<4 {
      guard let pressure = TyreGas.absolutePressure(tick, wheel: wheel) else { continue }
      if let celsius = TyreGas.temperature(tick, wheel: wheel) {
        let compensated = TyreGas.atReference(pressure, celsius: celsius)
        pressures[wheel].add(compensated, seconds: tick.seconds, memory: TyreGatherer.memory)
      } else if isCold {
        coldPressures[wheel].add(pressure, seconds: tick.seconds, memory: TyreGatherer.memory)
      }
    }
    if isCold, let celsius = tick.ambientTemperature ?? tick.intakeTemperature, celsius >= -50, celsius <= 60 {
      coldAmbient.add(celsius, seconds: tick.seconds, memory: TyreGatherer.memory)
    }
    rolling.observe(tick)
  }

  /// Takes one sample in at the rate of the bus.
  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {}

  /// The trip is over.
  mutating func finish() -> TyreFeatures {
    var features = TyreFeatures()
    var measured = 0
    for wheel in 0..<4 where pressures[wheel].seconds > 0 {
      features.pressure[wheel] = pressures[wheel].mean
      measured += 1
    }
    // One trip has one kind of reading: tyres with a thermometer are not mixed with those without.
    if measured == 0 {
      let celsius = coldAmbient.seconds > 0 ? coldAmbient.mean : .nan
      features.compensation = celsius.isNaN ? .assumed : .ambient
      for wheel in 0..<4 where coldPressures[wheel].seconds > 0 {
        let pressure = coldPressures[wheel].mean
        features.pressure[wheel] = celsius.isNaN ? pressure : TyreGas.atReference(pressure, celsius: celsius)
      }
    }
    rolling.finish(&features)
    return features
  }
}

/// A mean whose memory fades with time; the mean of all while it is younger than its memory.
struct FadingMean: BitwiseCopyable, Sendable {
  private(set) var mean = 0.0
  /// Seconds behind it, at most the memory.
  private(set) var seconds = 0.0

  mutating func add(_ value: Double, seconds elapsed: Double, memory: Double) {
    guard value.isFinite, elapsed > 0 else { return }
    seconds = min(seconds + elapsed, max(memory, elapsed))
    mean += (value - mean) * elapsed / seconds
  }
}
