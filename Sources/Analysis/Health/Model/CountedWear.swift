// What parts share whose wear is counted, not seen: the odometer, what was before it, and kilometres nobody watched.
import CMath
import Prognostics
import Vocabulary

/// Wear of one part, counted from how it is used. Damage 1 is the end of a nominal part.
struct CountedWear: BitwiseCopyable {
  /// In damage times `coefficient`.
  private(set) var odometer: Odometer
  /// Whether all wear is counted: the part was new, serviced or measured under Telltale's eyes, or somebody said.
  private(set) var isKnown: Bool
  /// Consumed fraction that the configuration gave for the time before Telltale; infinite once that part is gone.
  private var toldUsed: Double
  /// What an earlier version had learnt of this part: it wears that many times faster than the nominal one.
  private var coefficient = 1.0
  private let nominalRate: Double

  /// - Parameters:
  ///   - nominalLife: of a nominal part in nominal use, km.
  ///   - used: consumed fraction when Telltale came; nil when nobody knows.
  init(nominalLife: Double, unitScatter: Double, used: Double?) {
    nominalRate = 1 / nominalLife
    odometer = Odometer(nominalRate: nominalRate, unitScatter: unitScatter)
    isKnown = used != nil
    toldUsed = used ?? 0
    odometer.add(priorDamage: toldUsed)
  }

  /// Takes over the state of an earlier run. What the configuration says of the part's past may have been said only
  /// after that run; said twice it counts once.
  mutating func restore(_ earlier: CountedWear) {
    let told = self
    self = earlier
    isKnown = earlier.isKnown || told.isKnown
    if told.toldUsed > toldUsed {
      odometer.add(priorDamage: (told.toldUsed - toldUsed) * coefficient)
      toldUsed = told.toldUsed
    }
  }

  /// Most likely consumed fraction, 0...1, and its standard deviation.
  var used: Double { odometer.used }
  var spread: Double { odometer.used * odometer.coefficientScatter }

  /// Counts a trip.
  /// - Parameter watchedKm: the part of the trip that did `damage`, km. The rest of it, and what was driven unseen
  ///   since the trip before, wore the part all the same: at its usual rate.
  mutating func count(watchedKm: Double, damage: Double, _ usage: VehicleUsage) {
    let km = usage.tripKm + usage.unseenKm
    let watched = max(0, min(watchedKm, km))
    if damage.isFinite { odometer.add(usage: watched, damage: max(0, damage) * coefficient) }
    // As damage without usage: the rate is learnt from what was seen alone.
    odometer.add(priorDamage: (km - watched) * odometer.rate.mean)
  }

  /// Takes in a measured consumed fraction.
  /// - Returns: whether the part must have been replaced: it is worn less, beyond all doubt, than what was counted.
  mutating func measured(_ fraction: Double, deviation: Double) -> Bool {
    let least = odometer.used * exp(-3 * odometer.coefficientScatter)
    let isReplaced = fraction + 3 * deviation < least
    if isReplaced { replace() }
    // Wear from before the count began is no news of the coefficient: it is counted as what it must have been. The
    // measurement then narrows the coefficient all the same, since what is left of the life is as well known.
    if isReplaced || !isKnown {
      odometer.add(priorDamage: max(0, fraction / exp(odometer.logCoefficient) - odometer.damage))
    }
    odometer.believe(measured: fraction, deviation: deviation)
    isKnown = true
    return isReplaced
  }

  /// The part is new.
  mutating func replace() {
    odometer.reset()
    isKnown = true
    toldUsed = .infinity
  }

  /// Makes the scatter between parts another one, unless something was learnt of this one already.
  mutating func rescale(unitScatter: Double) {
    guard odometer.logCoefficient == 0 else { return }
    let damage = odometer.damage
    odometer = Odometer(nominalRate: nominalRate * coefficient, unitScatter: unitScatter)
    odometer.add(priorDamage: damage)
  }

  // MARK: Remaining life

  /// - Parameter before: wear from before the count began is only known to lie between 0 and this.
  func remaining(before: Double) -> (km: QuantileSet, nodes: InlineArray<10, Double>) {
    // One mixture for both sets of levels: it is what a report costs.
    let (seven, ten) = (QuantileLevels.seven, QuantileLevels.ten)
    let levels = InlineArray<17, Double> { $0 < 7 ? seven[$0] : ten[$0 - 7] }
    let km = odometer.remainingUsage(at: levels, initialDamage: before)
    return (InlineArray { km[$0] }, InlineArray { km[$0 + 7] })
  }

  // MARK: What outlives versions

  /// Names of the counters below, in their order.
  static let counters = ["damage", "log_coefficient", "coefficient_scatter", "wear_known"]

  func counter(_ index: Int) -> Double {
    switch index {
    case 0: odometer.damage / coefficient
    case 1: odometer.logCoefficient + log(coefficient)
    case 2: odometer.coefficientScatter
    case 3: isKnown ? 1 : 0
    default: .nan
    }
  }

  /// Takes over a counter of an earlier version; one beyond reason is left.
  mutating func restore(counter index: Int, _ value: Double) {
    var (damage, logCoefficient, scatter) = (counter(0), counter(1), counter(2))
    switch index {
    case 0 where (0...100).contains(value): damage = value
    case 1 where (-3...3).contains(value): logCoefficient = value
    case 2 where (0...3).contains(value): scatter = value
    case 3: isKnown = isKnown || value > 0.5
    default: return
    }
    coefficient = exp(logCoefficient)
    odometer = Odometer(nominalRate: nominalRate * coefficient, unitScatter: scatter)
    odometer.add(priorDamage: damage * coefficient)
  }
}

extension Odometer {
  /// Takes in a measured consumed fraction of a part that may not have been new when its count began: one that is worn
  /// more, beyond all doubt, than any such part can be by what was counted came with that wear. Learnt as a coefficient
  /// it would foretell all later parts a life of days.
  mutating func believe(measured fraction: Double, deviation: Double) {
    if fraction - 3 * deviation > used * exp(3 * coefficientScatter) {
      add(priorDamage: max(0, fraction / exp(logCoefficient) - damage))
    }
    measure(usedFraction: fraction, standardDeviation: deviation)
  }
}

extension HealthReport {
  /// Tells the remaining life of a counted part, and holds the score down by it where its past is known.
  ///
  /// The interval of a part of unknown past reaches to zero by construction; that alone is no ground for an alarm.
  mutating func tell(_ life: @autoclosure () -> RemainingUsefulLife, isPastKnown: Bool, _ vehicle: VehicleParameters) {
    guard state.isBand else { return }
    if isPastKnown {
      tell(life(), vehicle)
    } else {
      remainingUsefulLife = life()
      reason = .wearUnknown(component)
    }
  }
}
