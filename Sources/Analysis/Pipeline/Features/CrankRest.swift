// The parked vehicle: how long, at what voltage, and how much charge it loses.
import CMath
import Vocabulary

/// Watches the 12 V battery from one running engine to the next.
struct CrankRest: BitwiseCopyable, Sendable {
  /// When the engine was last seen running; before the first time boot 0.
  private var lastEngine = Timestamp.unknown
  /// Hours of the rest that has ended with the engine now running.
  private var hours = Double.nan
  /// Seconds for which control units have been awake: with the ignition on the voltage is no voltage at rest.
  private var awakeSeconds = 0.0
  private var voltage = Double.nan
  private var firstVoltage = Reading()
  private var lastVoltage = Reading()
  private var wasRunning = false
  /// What the sensor told last while the engine ran.
  private var runningCharge = Double.nan
  private var firstCharge = Reading()
  private var lastCharge = Reading()
  private var charge = Double.nan
  private var lowestCharge = Double.nan

  private struct Reading: BitwiseCopyable {
    var value = Double.nan
    /// Hours since the engine ran.
    var hours = 0.0
  }

  /// Hours after which the voltage has settled.
  static let settledHours = 4.0
  /// Largest current at which a battery counts as resting, A: a hundredth of a small battery's capacity moves the
  /// voltage by less than .03 V.
  static let restCurrent = 0.5
  /// Seconds after which control units that are awake have loaded the battery evenly for long.
  static let evenSeconds = 600.0

  /// State of charge that the battery's sensor tells, 0...1.
  static func charge(_ tick: VehicleTick) -> Double? {
    guard let percent = tick[.batteryCharge], percent >= 0, percent <= 100 else { return nil }
    return percent / 100
  }

  /// Celsius at the battery before the engine has warmed it; nil where it can only be guessed.
  static func temperature(of tick: VehicleTick, restHours: Double) -> Double? {
    if let measured = tick[.batteryTemperature], measured > -50, measured < 90 { return measured }
    let outside = tick.ambientTemperature ?? tick.intakeTemperature
    if let outside, let coolant = tick.coolant { return abs(coolant - outside) <= 8 ? min(outside, coolant) : nil }
    guard restHours >= settledHours else { return nil }
    return outside ?? tick.coolant
  }

  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp) {
    let elapsed = hours(at: stamp)
    // A pause within a trip is no rest.
    let hasRested = (elapsed ?? 0) * 3600 > TripObserver.pause
    if wasRunning && (hasRested || !tick.engineRuns) { firstCharge = Reading(value: runningCharge, hours: 0) }
    wasRunning = tick.engineRuns
    if tick.engineRuns {
      if let elapsed, hasRested {
        hours = elapsed
        note(charge: tick, elapsed)
      }
      if let told = CrankRest.charge(tick) { runningCharge = told }
      lastEngine = stamp
      awakeSeconds = 0
      return
    }
    awakeSeconds = tick.engineSpeed == nil ? 0 : awakeSeconds + tick.seconds
    if let told = CrankRest.charge(tick) {
      charge = told
      lowestCharge = lowestCharge.isNaN ? told : min(lowestCharge, told)
    }
    guard let elapsed else { return }
    note(charge: tick, elapsed)
    guard elapsed >= CrankRest.settledHours, let volts = tick.voltage, volts > 4, volts < 70, isUnloaded(tick) else {
      return
    }
    voltage = voltage.isNaN ? volts : voltage + (volts - voltage) * (1 - exp(-max(tick.seconds, 0.1) / 20))
    if firstVoltage.value.isNaN { firstVoltage = Reading(value: volts, hours: elapsed) }
    lastVoltage = Reading(value: voltage, hours: elapsed)
  }

  private mutating func note(charge tick: VehicleTick, _ elapsed: Double) {
    if let told = CrankRest.charge(tick) { lastCharge = Reading(value: told, hours: elapsed) }
  }

  private func isUnloaded(_ tick: VehicleTick) -> Bool {
    if let current = tick[.batteryCurrent] { return abs(current) <= CrankRest.restCurrent }
    return tick.engineSpeed == nil || awakeSeconds >= CrankRest.evenSeconds
  }

  /// Hours since the engine ran; nil where two clocks do not tell.
  private func hours(at stamp: Timestamp) -> Double? {
    if stamp.boot == lastEngine.boot { return max(0, stamp.uptime.seconds(since: lastEngine.uptime) / 3600) }
    guard lastEngine.quality.isTrusted, stamp.quality.isTrusted else { return nil }
    return max(0, Double(stamp.wallNanoseconds &- lastEngine.wallNanoseconds) / 3600e9)
  }

  /// Tells of the rest that is over, and begins the next one.
  mutating func tell(_ features: inout CrankFeatures) {
    features.restHours = hours
    features.restVoltage = voltage
    features.charge = charge
    features.lowestCharge = lowestCharge
    features.drain = drain
    hours = .nan
    voltage = .nan
    firstVoltage = Reading()
    lastVoltage = Reading()
    lastCharge = Reading()
    charge = .nan
    lowestCharge = .nan
  }

  /// Percent in a day: by the sensor's charge over half a day or more, else by the voltage over a day; on the upper
  /// half of the scale .2 V of a 12 V block are a quarter of its charge.
  private var drain: Double {
    let counted = (lastCharge.hours - firstCharge.hours) / 24
    if counted >= 0.5 { return 100 * (firstCharge.value - lastCharge.value) / counted }
    let days = (lastVoltage.hours - firstVoltage.hours) / 24
    guard days >= 1 else { return .nan }
    let blocks = CrankFeatures.blocks(atVoltage: firstVoltage.value)
    return 125 * (firstVoltage.value - lastVoltage.value) / blocks / days
  }
}
