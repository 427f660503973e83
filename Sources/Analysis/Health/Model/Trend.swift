// What components with a trend filter share: its parameters as data, and how its remaining life is told.
import Prognostics
import Vocabulary

/// The shape bank's numbers as parameters of a component (PROGNOSTICS 4.15).
///
/// Usage counts in kilometres, or in days where age is what matters.
enum TrendParameters {
  /// - Parameters:
  ///   - life: from the onset to the failure level, in `unit`.
  ///   - onset: usage after which an onset is to be expected, in `unit`.
  ///   - already: probability that degradation has begun when Telltale comes, 0...1.
  static func descriptions(
    unit: String, life: Double, lifeScatter: Double, noise: Double, levelScatter: Double, baseScatter: Double,
    onset: Double, already: Double
  ) -> [ParameterDescription] {
    [
      .init("trend_life", unit, 1...1e7, life, "from the onset of degradation to the failure level"),
      .init("trend_life_scatter", "", 0.05...2, lifeScatter, "scatter of it between parts, standard deviation of ln(life)"),
      .init("trend_noise", "", 0.005...1, noise, "scatter of one observation, as a share of the way to failure"),
      .init("trend_level_scatter", "", 0.005...0.5, levelScatter, "scatter of the failure level, as a share of the way to it"),
      .init("trend_base_scatter", "", 0.005...0.5, baseScatter, "scatter of a new part, as a share of the way to failure"),
      .init("trend_onset", unit, 1...1e9, onset, "mean usage of a healthy part before degradation sets in"),
      .init("trend_onset_already", "", 0...1, already, "probability that it has set in when Telltale is installed"),
    ]
  }

  /// - Parameters:
  ///   - span: usage that the onsets of the bank are spread over; half as much again as the life where nil.
  ///   - forgetting: what a log weight keeps from one value to the next, 0...1.
  ///   - learning: how much a value counts, 0...1; less where values that follow each other err together.
  static func model(
    _ parameters: ComponentParameters, shapes: [(shape: ShapeBankModel.Shape, weight: Double)], durations: Int = 7,
    onsets: Int = 8, span: Double? = nil, forgetting: Double = 0.98, learning: Double = 0.4
  ) -> ShapeBankModel {
    let life = parameters.value("trend_life")
    return ShapeBankModel(
      shapes: shapes, failureLevelScatter: parameters.value("trend_level_scatter"),
      noise: parameters.value("trend_noise"), baseScatter: parameters.value("trend_base_scatter"), duration: life,
      durationScatter: parameters.value("trend_life_scatter"), durations: durations, onsets: onsets, span: span,
      hazard: 1 / parameters.value("trend_onset"), onsetAlready: parameters.value("trend_onset_already"),
      forgetting: forgetting, learning: learning)
  }
}

extension HealthReport {
  /// Tells the remaining life, and holds the score down where its end may come before the next chance to plan for it.
  mutating func tell(_ life: RemainingUsefulLife, _ vehicle: VehicleParameters) {
    guard state.isBand else { return }
    remainingUsefulLife = life
    let capped = min(
      HealthScore.capped(score, tenthPercentile: life.km.p10, horizon: vehicle.planningKm),
      HealthScore.capped(score, tenthPercentile: life.days.p10, horizon: vehicle.planningDays))
    if capped < score {
      score = capped
      confirmation = 1
    }
  }

  /// The same from a trend filter: told once degradation is nine parts in ten certain, else `noDegradation` is the reason.
  /// - Parameter countsInDays: the filter's usage is days, else kilometres.
  mutating func tell<let hypotheses: Int>(
    _ bank: ShapeBank<hypotheses>, _ model: ShapeBankModel, countsInDays: Bool = false, _ usage: VehicleUsage,
    _ vehicle: VehicleParameters
  ) {
    guard state.isBand else { return }
    guard bank.consumed(model).onsetProbability > 0.9 else {
      reason = .noDegradation
      return
    }
    let left = bank.remainingUsage(model)
    if countsInDays {
      tell(usage.life(days: left), vehicle)
    } else {
      tell(usage.life(km: left, nodes: bank.remainingUsage(at: QuantileLevels.ten, model)), vehicle)
    }
  }
}
