// A part whose wear grows with use, in a vehicle that is driven by somebody: the truth behind all counted parts.
import CMath
import Pipeline
import Vocabulary

/// Days of driving that wear a part, with known truth (the same laws as `odometer_sim.py` of the reference).
///
/// Drivers differ in distance (lognormal, 38 km a day, scatter .4) and severity (.25). A day's distance scatters by .6,
/// is less at weekends, and one day in seven has none; severity is AR(1) over days with a season; a fortnight of
/// holidays is twice the use or none. Three vehicles in ten come into other hands in mid-life.
struct CountedPart {
  /// What one day did.
  struct Day {
    var km: Double
    /// Days since the last one with a drive.
    var days: Double
    /// Wear per kilometre as the vehicle's signals tell it, over that of usual driving; 5 % of error a day.
    var severity: Double
    var isSeen: Bool
  }

  /// Of a trip whose number and times the trial will set.
  static var features: TripFeatures {
    let start = Timestamp.unknown
    return TripFeatures(trip: Trip(number: 0, started: start))
  }

  /// True consumed fraction of life.
  private(set) var consumed = 0.0
  /// Whether the part was renewed on the last day; only of the variant that never fails.
  private(set) var isRenewed = false

  private let variant: UnitVariant
  private let life: Double
  private var draws: SeededDraws
  private let coefficient: Double
  private var kmPerDay: Double
  private var severity: Double
  private let season: (depth: Double, phase: Double)
  private let holidays: (start: Int, factor: Double)
  private let change: (day: Int, use: Double, severity: Double)
  private var day = 0
  private var roughness = 0.0

  /// Consumed fraction at which a part of the healthy variant is renewed: in good time.
  private static let renewal = 0.45

  /// - Parameters:
  ///   - life: of a nominal part at severity 1, km.
  ///   - scatter: between parts, standard deviation of ln(wear).
  init(variant: UnitVariant, seed: UInt64, life: Double, scatter: Double) {
    self.variant = variant
    self.life = life
    // Streams of seeds that follow one another are the same but for one draw; those of drawn seeds are not.
    var seeds = SeededDraws(seed: seed)
    var draws = SeededDraws(seed: seeds.next())
    var coefficient = exp(scatter * draws.normal())
    if variant == .wrongPrior { coefficient = draws.uniform() < 0.5 ? 2 : 0.5 }
    self.coefficient = coefficient
    kmPerDay = 38 * exp(0.4 * draws.normal())
    severity = exp(0.25 * draws.normal())
    season = (variant == .seasonal ? 0.45 : 0.15, draws.uniform() * 2 * .pi)
    holidays = (Int(draws.uniform() * 365), draws.uniform() < 0.5 ? 2.2 : 0)
    let changeDay = Int(draws.uniform(100...3_000))
    if variant == .regimeChange {
      let lifeDays = life / (kmPerDay * severity * coefficient)
      change = (Int(lifeDays / 2), draws.uniform() < 0.5 ? 2 : 0.5, exp(0.2 * draws.normal()))
    } else {
      let isChanging = draws.uniform() < 0.3
      change = (isChanging ? changeDay : .max, exp(0.35 * draws.normal()), exp(0.2 * draws.normal()))
    }
    self.draws = draws
  }

  /// Lives on to the end of the next day with a drive.
  mutating func next() -> Day {
    var days = 0.0
    var km = 0.0
    while km < 0.1 {
      days += 1
      km = driveOneDay()
    }
    let warmth = 1 + season.depth * sin(2 * .pi * Double(day) / 365 + season.phase)
    let now = severity * exp(0.3 * roughness - 0.045) * warmth
    let worn = consumed
    consumed += coefficient * now * km / life
    isRenewed = variant == .healthy && worn >= Self.renewal
    if isRenewed { consumed = 0 }
    return Day(
      km: km, days: days, severity: now * max(0, 1 + 0.05 * draws.normal()),
      isSeen: variant != .gaps || draws.uniform() > 1.0 / 3)
  }

  /// Returns its distance, km.
  private mutating func driveOneDay() -> Double {
    day += 1
    if day == change.day { (kmPerDay, severity) = (kmPerDay * change.use, severity * change.severity) }
    roughness = 0.9 * roughness + (1 - 0.81).squareRoot() * draws.normal()
    let scatter = exp(0.6 * draws.normal() - 0.18)
    let isDriven = draws.uniform() < 0.85
    let isHoliday = (0..<14).contains(day % 365 - holidays.start)
    guard isDriven else { return 0 }
    return kmPerDay * scatter / 0.85 * (day % 7 >= 5 ? 0.8 : 1.08) * (isHoliday ? holidays.factor : 1)
  }
}
