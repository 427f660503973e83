// States of a 12 V battery that no trend tells: drained or left empty while parked, too weak for the next cold.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// Days as a battery counts them: by a clock that can be trusted, else by the distance that is driven in a day.
struct BatteryClock: BitwiseCopyable {
  /// Days that have passed since Telltale watches.
  private(set) var days = 0.0
  private var lastWall: Int64 = 0
  /// Days that only the distance told, since the last trusted clock.
  private var guessed = 0.0

  /// No gateway lies on a shelf for longer.
  static let longestGap = 3_650.0

  /// Returns the days from the trip before to the end of this one.
  mutating func pass(to trip: Trip, _ usage: VehicleUsage) -> Double {
    var passed = 0.0
    if trip.ended.quality.isTrusted {
      if lastWall > 0 { passed = Double(trip.ended.wallNanoseconds &- lastWall) / 86_400e9 - guessed }
      lastWall = trip.ended.wallNanoseconds
      guessed = 0
    } else {
      passed = trip.distanceKm / max(1, usage.rate.mean)
      if lastWall > 0 { guessed += passed }
    }
    passed = max(0, min(BatteryClock.longestGap, passed))
    days += passed
    return passed
  }

  /// Days as of `wall`, which counts from 1970; those of the last trip where it is 0.
  func days(atWall wall: Int64) -> Double {
    guard wall > 0, lastWall > 0 else { return days }
    return days + max(0, Double(wall &- lastWall) / 86_400e9 - guessed)
  }

  /// Days from a wall time to the last trip whose clock could be trusted; 0 before it.
  func days(since wall: Int64) -> Double { lastWall > wall ? Double(lastWall &- wall) / 86_400e9 : 0 }
}

/// What the battery does while the vehicle is parked.
struct BatteryRest: BitwiseCopyable {
  /// Settled voltage of the last rest, V.
  private(set) var voltage = Double.nan
  private var isDeep = false
  /// Rests in a row that found the battery empty.
  private var emptyRests: UInt32 = 0
  /// Percent in a day.
  private var drain = Ewma(memory: 3)
  private var drains: UInt32 = 0
  private var detector = SelfStartingCusum(leastScatter: 0.1)
  private var onset = ChangeOnset()

  /// State of charge at which a battery is empty for a starter, and rests that make it a state.
  static let emptyCharge = 0.25
  static let limitRests: UInt32 = 3

  /// Mean of the open-circuit voltages that makers give for flooded and, with a higher full voltage, for AGM batteries.
  /// - Parameters:
  ///   - full: voltage of one full 12 V block.
  ///   - celsius: of the battery; NaN stands for 25.
  /// - Returns: 0...1; NaN for NaN.
  static func charge(atVoltage volts: Double, full: Double, celsius: Double) -> Double {
    guard volts.isFinite else { return .nan }
    let cold = celsius.isFinite ? 0.004 * (celsius - 25) : 0
    let missing = full + cold - volts / CrankFeatures.blocks(atVoltage: volts)
    // Four quarters: .2 V each for the upper three, .4 V for the last.
    let charge = missing <= 0.6 ? 1 - missing / 0.8 : 0.25 - (missing - 0.6) / 1.6
    return max(0, min(1, charge))
  }

  /// Whether the battery has just been discharged deeply; once until it has recovered.
  mutating func isDeeplyDischarged(charge: Double) -> Bool {
    guard charge.isFinite else { return false }
    if charge > Battery.recoveredCharge { isDeep = false }
    guard charge < Battery.deepCharge, !isDeep else { return false }
    isDeep = true
    return true
  }

  /// - Parameter charge: lowest since the last trip, 0...1; NaN where it is not known.
  mutating func take(_ crank: CrankFeatures, charge: Double, km: Double) {
    if crank.restVoltage.isFinite { voltage = crank.restVoltage }
    if charge.isFinite && crank.restHours >= 4 {
      emptyRests = charge < Self.emptyCharge ? emptyRests &+ 1 : 0
    }
    guard crank.drain.isFinite, abs(crank.drain) < 200 else { return }
    drain.add(crank.drain)
    drains &+= 1
    detector.add(crank.drain)
    onset.follow(detector, km: km)
  }

  /// Consumed life that an empty battery stands for: it has to be charged, or it will not start the engine.
  var emptyConsumed: Double { emptyRests >= Self.limitRests ? 0.85 : 0 }

  /// Consumed life that a drain stands for: beyond the limit worth watching, beyond three times the limit a service.
  func drainConsumed(limit: Double) -> Double {
    guard drains >= Self.limitRests, drain.mean > limit else { return 0 }
    return min(0.95, 0.65 + 0.1 * (drain.mean / limit - 1))
  }

  /// Nil before the first rest that told a drain.
  func drainEvidence(limit: Double, share: Double) -> Evidence? {
    guard drains > 0 else { return nil }
    return Evidence(
      feature: .restingDrain, value: drain.mean, reference: limit,
      z: deviates(drain.mean - detector.referenceMean, detector), share: share, sinceKm: onset.km(of: detector.change))
  }
}

/// What the starter does to the battery, and would do in the next cold.
struct BatteryCrank: BitwiseCopyable {
  /// A temperature has been seen at a start.
  var knowsTemperature = false
  /// 12 V blocks in series.
  private(set) var blocks = 1.0
  private var starts: UInt32 = 0
  private var before = Ewma(memory: 10)
  /// Drop while the starter turns, at 25 Celsius, V.
  private var drop = Ewma(memory: 10)
  /// Coldest start of each of the last eight weeks, the running one first, Celsius.
  private var coldest = InlineArray<8, Float>(repeating: .nan)
  private var weekDays = 0.0

  /// Charge of a battery in a vehicle of which nothing tells it.
  static let usualCharge = 0.85
  /// The next cold, below the coldest of two months, K.
  static let margin = 5.0

  mutating func take(_ start: CrankFeatures, dropAt25: Double) {
    blocks = CrankFeatures.blocks(atVoltage: start.voltageBefore)
    starts &+= 1
    before.add(start.voltageBefore)
    drop.add(dropAt25)
  }

  mutating func pass(days: Double, coldest celsius: Double) {
    weekDays += days
    while weekDays >= 7 {
      // After two months without a start nothing of before is left.
      weekDays = min(weekDays - 7, 56)
      for i in (1..<8).reversed() { coldest[i] = coldest[i - 1] }
      coldest[0] = .nan
    }
    if celsius.isFinite { coldest[0] = coldest[0].isNaN ? Float(celsius) : min(coldest[0], Float(celsius)) }
  }

  /// Voltage while the starter turns at the coldest start that is to be expected; nil while it cannot be said.
  func coldVoltage(_ temperatureCoefficient: Double) -> Double? {
    guard starts >= UInt32(Observations.judged) else { return nil }
    var lowest = Double.infinity
    for i in 0..<8 where !coldest[i].isNaN { lowest = min(lowest, Double(coldest[i])) }
    guard lowest.isFinite else { return nil }
    return before.mean - drop.mean * exp(-temperatureCoefficient * (lowest - Self.margin - 25))
  }

  func isTooWeak(_ temperatureCoefficient: Double, least: Double) -> Bool {
    coldVoltage(temperatureCoefficient).map { $0 < least * blocks } ?? false
  }

  /// Another battery: the weather stays.
  mutating func renew() {
    starts = 0
    before = Ewma(memory: 10)
    drop = Ewma(memory: 10)
  }
}
