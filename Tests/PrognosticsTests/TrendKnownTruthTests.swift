// Coverage and error of the shape bank's intervals on simulated indicators whose end is known.
import Foundation
import Prognostics
import Testing

/// An indicator from 0 (new) to 1 (failed) with dependent noise, until some time after its end.
private struct SimulatedIndicator {
  enum Truth: CaseIterable { case straight, wandering, convex, concave, changing }

  var values: [Double] = []
  var end: Int

  init?(_ truth: Truth, noise: Double, random: inout SeededGenerator) {
    let life = random.logNormal(120, 0.35)
    let change = life * (0.2 + 0.4 * random.uniform())
    let pace = 0.4 + 1.4 * random.uniform()
    var wander = 0.0
    var end: Int?
    var dependent = random.normal()
    var t = 0.0
    while end == nil && t < 1_000 {
      let x = t / life
      wander += random.normal() / (12 * life.squareRoot())
      let state: Double =
        switch truth {
        case .straight: x
        case .wandering: x + wander
        case .convex: x * x
        case .concave: x.squareRoot()
        case .changing:
          t < change
            ? x * pace
            : change / life * pace + (t - change) * (1 - min(0.9, change / life * pace)) / (life - change)
        }
      if state >= 1 { end = Int(t) }
      dependent = 0.5 * dependent + 0.75.squareRoot() * random.normal()
      values.append(state + noise * dependent)
      t += 1
    }
    guard let end, end >= 25 else { return nil }
    self.end = end
  }
}

@Suite struct TrendKnownTruthTests {
  private static let model = ShapeBankModel(
    noise: 0.11, duration: 120, durationScatter: 0.4, onsets: 4, span: 120, hazard: 1 / 400, onsetAlready: 0.9)

  private struct Result {
    var bank = [PrognosticTally(), PrognosticTally()]
    var line = [PrognosticTally(), PrognosticTally()]
  }

  /// Prognoses of 200 units at 50 and 75 % of life, by the bank and by a filter of level and drift.
  private func run(_ truth: SimulatedIndicator.Truth) -> Result {
    var random = SeededGenerator(seed: 2_024)
    var result = Result()
    var units = 0
    while units < 200 {
      guard let unit = SimulatedIndicator(truth, noise: 0.08, random: &random) else { continue }
      units += 1
      var bank = ShapeBank<112>(Self.model)
      var line = LevelDrift(
        level: 0, levelVariance: 0.0185, drift: 1 / 120, driftVariance: 2.5e-5, noise: 0.0185, levelWalk: 1.3e-5,
        driftWalk: 2e-7)
      let stages = [unit.end / 2, unit.end * 3 / 4]
      for t in 0...stages[1] {
        bank.step(unit.values[t], Self.model)
        line.step(unit.values[t], usage: 1)
        guard let stage = stages.firstIndex(of: t) else { continue }
        let left = Double(unit.end - t)
        result.bank[stage].add(bank.remainingUsage(Self.model), truth: left)
        result.line[stage].add(line.remainingUsage(to: 1, rising: true, upTo: 480), truth: left)
      }
    }
    return result
  }

  @Test(arguments: SimulatedIndicator.Truth.allCases) fileprivate func intervalsCoverWhatTheyPromise(
    truth: SimulatedIndicator.Truth
  ) {
    let result = run(truth)
    for (stage, tally) in zip(["50 %", "75 %"], result.bank) {
      let place = "\(truth) at \(stage): \(tally.coverage80) \(tally.coverage90) \(tally.medianRelativeError)"
      #expect(tally.coverage80 >= 0.72, "\(place)")
      #expect(tally.coverage90 >= 0.84, "\(place)")
      #expect(tally.medianRelativeError < 0.45, "\(place)")
    }
  }

  /// Where the course bends, a straight line is late and falsely certain; the bank is neither.
  @Test func theBankForeseesBendsThatALineDoesNot() {
    let result = run(.convex)
    #expect(result.bank[0].meanCRPS < 0.3 * result.line[0].meanCRPS)
    #expect(result.bank[1].meanCRPS < 0.5 * result.line[1].meanCRPS)
    #expect(result.line[0].coverage80 < 0.3)
  }
}
