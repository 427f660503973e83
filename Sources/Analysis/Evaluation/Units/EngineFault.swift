// The true course of a fault that sets in after a while and grows to the failure level.
import CMath

/// What the trend parameters of a component say, as truth: each unit draws its own onset, duration and course.
struct EngineFault: Sendable {
  struct Kind: Sendable {
    /// From onset to failure, km, and the scatter of its logarithm between units.
    var life: Double
    var lifeScatter: Double
    /// Mean distance before an onset, km, and the probability that it has come when Telltale does.
    var onset: Double
    var already: Double
    var levelScatter: Double
    /// Weights of the courses x, x squared, exponential and square root.
    var courses: InlineArray<4, Double>
  }

  private let onset: Double
  private let life: Double
  private let course: Int
  /// Indicator at which this unit fails.
  private let failureLevel: Double
  private let stepAt: Double
  private let isHealthy: Bool

  init(_ kind: Kind, variant: UnitVariant, _ random: inout SeededDraws) {
    let isPresent = random.uniform() < kind.already
    onset = isPresent ? 0 : -kind.onset * log(1 - random.uniform())
    var life = kind.life * exp(kind.lifeScatter * random.normal())
    if variant == .wrongPrior { life *= random.uniform() < 0.5 ? 2 : 0.5 }
    self.life = life
    var draw = random.uniform() * (kind.courses[0] + kind.courses[1] + kind.courses[2] + kind.courses[3])
    var course = 0
    while course < 3 && draw >= kind.courses[course] {
      draw -= kind.courses[course]
      course += 1
    }
    self.course = course
    failureLevel = 1 + kind.levelScatter * random.normal()
    stepAt = variant == .step ? random.uniform(8_000...40_000) : .infinity
    isHealthy = variant == .healthy || variant == .step
  }

  /// Where half of the unit's life lies, km.
  var middle: Double { (isHealthy ? 40_000 : onset + life) / 2 }

  /// What the indicator shows without its noise: 0 sound, about 1 at failure.
  func indicator(at km: Double) -> Double {
    if km >= stepAt { return 1.1 * failureLevel }
    if isHealthy || km <= onset { return 0 }
    let x = min((km - onset) / life, 2.5)
    return switch course {
    case 0: x
    case 1: x * x
    case 2: expm1(2.54 * x) / expm1(2.54)
    default: x.squareRoot()
    }
  }

  /// Share of the way to this unit's failure.
  func consumed(at km: Double) -> Double { indicator(at: km) / failureLevel }
}
