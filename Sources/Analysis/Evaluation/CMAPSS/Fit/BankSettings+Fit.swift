// What a shape bank should assume of the indicator, learnt from engines that were left out.
import Prognostics

extension BankSettings {
  /// Noise and scatters are what was seen; how much a bank remembers, how differently engines degrade and how soon they
  /// begin to are chosen by the continuous ranked probability score.
  init(fitting outcomes: [CrossTrial.Outcome]) {
    let cap = RemainingLifeModel.cap
    func scatter(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count, 1))).squareRoot()
    }
    let noise = scatter(
      outcomes.flatMap { outcome in
        zip(outcome.course, outcome.remaining).filter { $1 <= LifeLearner.horizon }.map { ($0 - min($1, cap)) / cap }
      })
    let ends = scatter(outcomes.compactMap { $0.course.last.map(Self.indicator) })
    func settings(_ forgetting: Double, _ durationScatter: Double, _ soundCycles: Double) -> BankSettings {
      BankSettings(
        noise: max(noise, 0.01), baseScatter: 0.02, failureLevelScatter: max(ends, 0.01),
        durationScatter: durationScatter, hazard: 1 / soundCycles, forgetting: forgetting)
    }
    // One after the other, each with the best of those before it.
    var best = settings(0.9, 0.1, 50)
    var least = best.score(outcomes)
    func weigh(_ candidate: BankSettings) {
      let score = candidate.score(outcomes)
      if score < least { (best, least) = (candidate, score) }
    }
    for forgetting in [0.8, 0.98] { weigh(settings(forgetting, 0.1, 50)) }
    for scatter in [0.05, 0.2] { weigh(settings(best.forgetting, scatter, 50)) }
    for soundCycles in [125.0, 20] { weigh(settings(best.forgetting, best.durationScatter, soundCycles)) }
    self = best
  }

  private func score(_ outcomes: [CrossTrial.Outcome]) -> Double {
    let model = model
    var sum = 0.0
    for outcome in outcomes {
      let cuts = Set(outcome.cutRows)
      var bank = Bank(model)
      for (row, expected) in outcome.course.enumerated() {
        bank.step(Self.indicator(expected), model)
        guard cuts.contains(row) else { continue }
        sum += PrognosticMetrics.crps(
          bank.remainingUsage(at: QuantileLevels.thirtyNine, model), at: QuantileLevels.thirtyNine,
          truth: outcome.remaining[row])
      }
    }
    return sum
  }
}
