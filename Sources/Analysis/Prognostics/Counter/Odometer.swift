// A counter of damage: the state of a part whose wear cannot be seen but follows from how it is used.
import CMath

/// Counts accumulated damage and learns how fast it grows with usage and how this unit differs from the nominal one.
///
/// Damage 1 is the end of life of a nominal unit. A real unit ends at damage `1/κ`; `ln κ` is normal, starts at 0 with
/// the scatter of its kind, and is narrowed by direct measurements of wear. Usage is any growing quantity (distance,
/// operating hours, starts) in one unit throughout. Fixed size, no allocation, all fields `Double`.
///
/// Negative values and values that are not finite or beyond 1e100 are refused: the state stays as it was and the
/// method says `false`.
public struct Odometer: BitwiseCopyable, Sendable {
  /// Damage per unit of usage as it is before anything is known of this unit.
  private let nominalRate: Double
  /// Standard deviation of `ln κ` in a new population.
  private let unitScatter: Double

  /// Nominal damage since the last `reset`.
  public private(set) var damage = 0.0
  /// Usage counted since the counter began; a reset leaves it.
  public private(set) var usage = 0.0
  /// Logarithm of the unit's coefficient κ.
  public private(set) var logCoefficient = 0.0
  /// Standard deviation of `logCoefficient`.
  public private(set) var coefficientScatter: Double

  // Exponentially weighted usage and damage over a short and a long stretch, and variance of damage per block.
  private var shortUsage = 0.0
  private var shortDamage = 0.0
  private var longUsage = 0.0
  private var longDamage = 0.0
  private var blockUsage = 0.0
  private var blockDamage = 0.0
  private var blockVariance: Double
  private var blockWeight = 4.0

  // Lengths in units of usage, chosen for kilometres; other units are brought to them by `usageScale`.
  private let shortLength: Double
  private let longLength: Double
  private let blockLength: Double
  private let priorLength: Double

  /// - Parameters:
  ///   - nominalRate: damage per unit of usage of a nominal unit in nominal use, above 0; 1 over its nominal life.
  ///   - unitScatter: standard deviation of `ln κ` between units, at least 0; .05 for well modelled wear, .40 for poor.
  ///   - usageScale: how many units of usage stand for one kilometre when memory lengths are chosen, above 0. The
  ///     lengths are 1,500 and 12,000 for the rate, 500 for the blocks and 2,000 for the weight of the nominal rate.
  public init(nominalRate: Double, unitScatter: Double = 0.20, usageScale: Double = 1) {
    precondition(nominalRate > 0 && nominalRate.isFinite, "the nominal rate of an odometer must be above 0")
    precondition(unitScatter >= 0 && unitScatter.isFinite, "the unit scatter of an odometer must be at least 0")
    precondition(usageScale > 0 && usageScale.isFinite, "the usage scale of an odometer must be above 0")
    self.nominalRate = nominalRate
    self.unitScatter = unitScatter
    coefficientScatter = unitScatter
    shortLength = 1_500 * usageScale
    longLength = 12_000 * usageScale
    blockLength = 500 * usageScale
    priorLength = 2_000 * usageScale
    let blockDeviation = 0.25 * nominalRate * blockLength
    blockVariance = blockDeviation * blockDeviation
  }

  /// How fast damage grows.
  public struct Rate: BitwiseCopyable, Sendable {
    /// Damage per unit of usage.
    public var mean: Double
    /// Variance of `mean`: its estimation, disagreement of short and long memory, change to come, and prior scatter.
    public var variance: Double
    /// Variance of the damage of one unit of usage around `mean`.
    public var diffusion: Double
  }

  /// The present rate, drawn towards the nominal one while little usage has been seen.
  public var rate: Rate {
    let long = (longDamage + nominalRate * priorLength) / (longUsage + priorLength)
    let short = (shortDamage + long * priorLength * 0.25) / (shortUsage + priorLength * 0.25)
    let mean = 0.7 * long + 0.3 * short
    let diffusion = blockVariance / blockLength
    let seen = longUsage + priorLength
    let disagreement = 0.5 * (short - long)
    let change = 0.08 * mean
    let prior = 0.3 * nominalRate * priorLength / seen
    return Rate(
      mean: mean,
      variance: 1.5 * diffusion / seen + disagreement * disagreement + change * change + prior * prior,
      diffusion: diffusion)
  }

  /// Most likely consumed fraction of this unit's life, 0...1.
  public var used: Double { min(1, damage * exp(logCoefficient)) }

  /// Counts usage and the nominal damage that it did; both at least 0.
  ///
  /// - Returns: whether it was counted.
  @discardableResult
  public mutating func add(usage: Double, damage: Double) -> Bool {
    guard usage >= 0, damage >= 0, usage.isUsable, damage.isUsable else { return false }
    self.usage += usage
    self.damage += damage
    let shortDecay = exp(-usage / shortLength)
    shortUsage = shortUsage * shortDecay + usage
    shortDamage = shortDamage * shortDecay + damage
    let longDecay = exp(-usage / longLength)
    longUsage = longUsage * longDecay + usage
    longDamage = longDamage * longDecay + damage
    blockUsage += usage
    blockDamage += damage
    if blockUsage >= blockLength { closeBlock() }
    return true
  }

  /// Counts nominal damage, at least 0, that was done before counting began; the learnt rate does not change.
  ///
  /// - Returns: whether it was counted.
  @discardableResult
  public mutating func add(priorDamage: Double) -> Bool {
    guard priorDamage >= 0, priorDamage.isUsable else { return false }
    damage += priorDamage
    return true
  }

  /// Takes in a direct measurement of the consumed fraction of life.
  ///
  /// A scalar Kalman step on `ln κ`. Fractions below 2 % say nothing about κ and are taken as 2 %.
  /// - Parameters:
  ///   - usedFraction: consumed share of the whole life, at least 0; above 1 for a part that is past its end.
  ///   - standardDeviation: of the measurement, in the same fraction, above 0.
  /// - Returns: whether it was taken in.
  @discardableResult
  public mutating func measure(usedFraction: Double, standardDeviation: Double) -> Bool {
    guard usedFraction >= 0, usedFraction.isUsable, standardDeviation > 0, standardDeviation.isUsable else {
      return false
    }
    let fraction = max(usedFraction, 0.02)
    let innovation = log(fraction / max(damage, 1e-6)) - logCoefficient
    let noise = standardDeviation / fraction
    let prior = coefficientScatter * coefficientScatter
    // A coefficient that is certain is not measured.
    let gain = prior > 0 ? prior / (prior + noise * noise) : 0
    logCoefficient += gain * innovation
    // No measurement is so good that the unit could not still drift by 2 %.
    coefficientScatter = (prior * (1 - gain) + 0.02 * 0.02).squareRoot()
    return true
  }

  /// The part is new: damage begins at 0, what was learnt of the rate and of κ stays, κ less certainly.
  ///
  /// Most of κ belongs to the user and the model, not to the part; a new part adds 8 %. Over many parts the scatter
  /// never passes that of a new population with a new part.
  public mutating func reset() {
    let part = 0.08 * 0.08
    let widest = unitScatter * unitScatter + part
    damage = 0
    coefficientScatter = min(coefficientScatter * coefficientScatter + part, widest).squareRoot()
  }

  /// Learns how much the damage of a block differs from what the rate says, and begins the next block.
  private mutating func closeBlock() {
    let deviation = blockDamage * blockLength / blockUsage - rate.mean * blockLength
    blockVariance = (blockVariance * blockWeight + deviation * deviation) / (blockWeight + 1)
    blockWeight = min(blockWeight + 1, 60)
    blockUsage = 0
    blockDamage = 0
  }
}
