// The engine's start at full sampling rate, the rest before it, and what the 12 V system showed on the way.
import CMath
import Vocabulary

/// What one trip, and the rest before it, says of the 12 V system; NaN is "not observed".
///
/// Volts are those of the whole system, 12 or 24 V; `blocks` tells how many 12 V blocks stand behind them.
public struct CrankFeatures: BitwiseCopyable, Sendable {
  /// Samples of the voltage in a second while the starter turned, by the longest pause between them. Below
  /// `leastSampleRate` nothing else is told of the start: at 2 Hz its lowest voltage is chance (PROGNOSTICS 4.1).
  public var sampleRate = Double.nan
  /// Before the starter turned, V.
  public var voltageBefore = Double.nan
  /// Mean drop while it turned, without the inrush of the first tenth of a second, V.
  public var voltageDrop = Double.nan
  /// Lowest voltage of the start, inrush included, V.
  public var lowestVoltage = Double.nan
  /// What the starter drew in the mean over what was drawn before it, A; NaN without a current sensor.
  public var current = Double.nan
  /// Internal resistance of battery and leads at the temperature of the start, mOhm; NaN without a current sensor.
  public var resistance = Double.nan
  /// From the starter's first turn to the engine running, s.
  public var seconds = Double.nan
  /// Of the battery at the start, Celsius: measured, or outside after a rest in which it has taken the weather's.
  public var temperature = Double.nan
  /// State of charge at the start by the battery's sensor, 0...1.
  public var charge = Double.nan

  /// Hours from the last running engine to this one.
  public var restHours = Double.nan
  /// Settled voltage after four hours of rest or more, V.
  public var restVoltage = Double.nan
  /// Charge lost while parked, percent in a day; below 0 where it was charged.
  public var drain = Double.nan

  /// State of health that the battery's sensor told, mean of the trip, percent.
  public var sensorHealth = Double.nan
  /// Lowest state of charge that its sensor told since the last trip, 0...1.
  public var lowestCharge = Double.nan
  /// Mean temperature at the battery, else outside, over the trip, Celsius.
  public var meanTemperature = Double.nan
  /// Median and 95 % quantile of the voltage above 1,200 rpm after the first minute, V.
  public var runningVoltage = Double.nan
  public var highestRunningVoltage = Double.nan
  /// Mean battery current over the same seconds, A, positive while it is charged.
  public var runningCurrent = Double.nan
  /// Mean ripple of the voltage over the same seconds, V.
  public var ripple = Double.nan

  /// Samples in a second that a start needs: 20 Hz, less a tenth for a bus that is busy.
  public static let leastSampleRate = 18.0

  public init() {}

  /// 12 V blocks in series that show this voltage while the engine stands or runs: 1, 2 or 4.
  public static func blocks(atVoltage volts: Double) -> Double { volts > 34 ? 4 : volts > 17 ? 2 : 1 }
}

/// Gathers `CrankFeatures` from ticks and samples in fixed memory.
struct CrankGatherer: BitwiseCopyable, Sendable {
  private var starter = CrankCapture()
  private var rest = CrankRest()
  private var running = CrankRunning()
  private var features = CrankFeatures()

  /// A trip begins: its start has been seen, and the rest before it is over.
  mutating func begin(at stamp: Timestamp) {
    features = CrankFeatures()
    starter.tell(&features, before: stamp.uptime)
    rest.tell(&features)
    running = CrankRunning()
  }

  /// Takes one second in, driving or parked.
  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    rest.observe(tick, at: stamp)
    guard isDriving else { return }
    running.observe(tick)
    // Polled temperatures come within the first half minute; after that the engine's heat is in them.
    guard running.seconds < 30 else { return }
    if features.temperature.isNaN {
      features.temperature = CrankRest.temperature(of: tick, restHours: features.restHours) ?? .nan
    }
    if features.charge.isNaN, let charge = CrankRest.charge(tick) { features.charge = charge }
  }

  /// Takes one sample in at the rate of the bus.
  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {
    switch input {
    case .voltage: starter.take(voltage: value, at: time)
    case .batteryCurrent: starter.take(current: value, at: time)
    case .engineSpeed: starter.take(engineSpeed: value, at: time)
    default: return
    }
  }

  /// The trip is over.
  mutating func finish() -> CrankFeatures {
    running.tell(&features)
    return features
  }
}

/// What the 12 V system shows while the engine runs.
private struct CrankRunning: BitwiseCopyable {
  private(set) var seconds = 0.0
  private var temperature = Mean()
  private var health = Mean()
  private var current = Mean()
  private var ripple = Mean()
  private var lowestCharge = Double.nan
  /// Volts of one 12 V block.
  private var voltage = Histogram(8...16)
  private var blocks = Double.nan

  mutating func observe(_ tick: VehicleTick) {
    seconds += tick.seconds
    temperature.add(tick[.batteryTemperature] ?? tick.ambientTemperature ?? tick.intakeTemperature)
    if let told = tick[.batteryHealth], told > 0, told <= 110 { health.add(told) }
    if let charge = CrankRest.charge(tick) { lowestCharge = lowestCharge.isNaN ? charge : min(lowestCharge, charge) }
    guard seconds > 60, let speed = tick.engineSpeed, speed > 1200 else { return }
    if let volts = tick.voltage, volts > 5, volts < 70 {
      if blocks.isNaN { blocks = CrankFeatures.blocks(atVoltage: volts) }
      voltage.add(volts / blocks)
    }
    if let told = tick[.batteryCurrent], abs(told) < 1000 { current.add(told) }
    if let told = tick[.ripple], told >= 0, told < 10 { ripple.add(told) }
  }

  func tell(_ features: inout CrankFeatures) {
    features.meanTemperature = temperature.value
    features.sensorHealth = health.value
    features.runningCurrent = current.value
    features.ripple = ripple.value
    features.runningVoltage = voltage.quantile(0.5) * blocks
    features.highestRunningVoltage = voltage.quantile(0.95) * blocks
    if !lowestCharge.isNaN {
      features.lowestCharge = features.lowestCharge.isNaN ? lowestCharge : min(features.lowestCharge, lowestCharge)
    }
  }
}

/// A running mean; NaN while nothing was seen.
private struct Mean: BitwiseCopyable {
  private var sum = 0.0
  private var count = 0.0

  var value: Double { sum / count }

  mutating func add(_ value: Double?) {
    guard let value, value.isFinite else { return }
    sum += value
    count += 1
  }
}
