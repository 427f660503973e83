// How a simulated car with a combustion engine is used, and in what weather.
import CMath

/// Trips of a lognormal length around 27 km, some 40 km a day with a scatter between drivers, less at weekends, through
/// the seasons of a temperate place. Deterministic.
struct EngineUse: Sendable {
  var random: SeededDraws
  /// Driven since the beginning, seen or not, km, and days since then.
  private(set) var km = 0.0
  private(set) var day = 0.0
  /// Celsius outside.
  private(set) var weather = 12.0
  private var warmSpell = 0.0
  private let meanTrip: Double
  private var kmPerDay: Double
  private let firstDay: Double
  private let sharePassedUnseen: Double
  private var regimeChangeKm: Double

  /// - Parameter middle: distance at which a regime changes, km.
  init(variant: UnitVariant, middle: Double, random: SeededDraws) {
    self.random = random
    meanTrip = 27 * exp(0.25 * self.random.normal())
    kmPerDay = 40 * exp(0.35 * self.random.normal())
    firstDay = self.random.uniform(0...365)
    sharePassedUnseen = variant == .gaps ? 1.0 / 3 : 0
    regimeChangeKm = variant == .regimeChange ? middle : .infinity
  }

  /// Drives one more trip.
  mutating func next() -> (km: Double, days: Double, isSeen: Bool) {
    let length = max(2, meanTrip * exp(0.5 * random.normal() - 0.125))
    let isWeekend = (Int(day) % 7) >= 5
    let days = length / (kmPerDay * (isWeekend ? 0.6 : 1.16)) * exp(0.3 * random.normal() - 0.045)
    km += length
    day += days
    if km >= regimeChangeKm {
      regimeChangeKm = .infinity
      kmPerDay *= random.uniform() < 0.5 ? 2 : 0.5
    }
    let persistence = exp(-days / 5)
    warmSpell = persistence * warmSpell + 4 * (1 - persistence * persistence).squareRoot() * random.normal()
    weather = 11 - 10 * cos(2 * .pi * (day + firstDay) / 365) + warmSpell
    return (length, days, random.uniform() >= sharePassedUnseen)
  }
}

/// Values of one indicator that hang together from one to the next.
struct DependentNoise: Sendable {
  private var value: Double
  private let correlation: Double
  private let deviation: Double

  /// - Parameter correlation: of one value with the one before.
  init(correlation: Double, deviation: Double, _ random: inout SeededDraws) {
    self.correlation = correlation
    self.deviation = deviation
    value = random.normal()
  }

  mutating func next(_ random: inout SeededDraws) -> Double {
    value = correlation * value + (1 - correlation * correlation).squareRoot() * random.normal()
    return deviation * value
  }
}
