// The vehicle's score: the reference's example, and what may not count.
import Health
import Testing
import Vocabulary

@Suite struct VehicleScoreTests {
  private func report(
    _ component: ComponentID, _ score: Double, confidence: Double = 1, state: HealthState = .ok
  ) -> HealthReport {
    var report = HealthReport(unknown: component, because: .none, at: ComponentBench.stamp(0, .ntp))
    (report.state, report.score, report.confidence) = (state, score, confidence)
    return report
  }

  /// Oil 80, brake 35 at confidence .9, battery 90, tyres 95: 41.5, of which the brake explains .295 of .376.
  @Test func theReferencesExample() {
    let score = VehicleScore([
      report(.engineOil, 80), report(.brakePadsFront, 35, confidence: 0.9), report(.battery, 90),
      report(.tyrePressure, 95),
    ])
    #expect(abs(score.score - 41.5) < 1e-9)
    #expect(score.count == 4)
    let others = ComponentID.allCases.filter { $0 != .brakePadsFront }
    #expect(others.allSatisfy { !(score.contribution(of: $0) >= score.contribution(of: .brakePadsFront)) })
    #expect(abs(score.contribution(of: .brakePadsFront) - 0.295) < 0.0005)
    let all: [ComponentID] = [.engineOil, .brakePadsFront, .battery, .tyrePressure]
    let sum = all.reduce(0) { $0 + score.contribution(of: $1) }
    #expect(abs(sum - 0.376) < 0.0005 && abs(score.mean - 100 * exponential(-sum)) < 1e-6)
    #expect(score.contribution(of: .cooling).isNaN)
  }

  private func exponential(_ x: Double) -> Double {
    // By its series, so that the test needs no library.
    var (sum, term) = (1.0, 1.0)
    for i in 1..<30 {
      term *= x / Double(i)
      sum += term
    }
    return sum
  }

  @Test func whatIsNotCertainDoesNotCount() {
    let sound = [report(.engineOil, 90), report(.cooling, 95)]
    let score = VehicleScore(sound)
    let more = VehicleScore(
      sound + [
        report(.brakePadsFront, 5, confidence: 0.2), report(.battery, 5, state: .learning),
        report(.catalyst, .nan, state: .unknown),
      ])
    #expect(more.score == score.score && more.count == 2)
    #expect(VehicleScore([]).score.isNaN)
  }

  @Test func oneBadPartCannotBeAveragedAway() {
    let sound = ComponentID.allCases.filter { $0 != .brakePadsRear }.map { report($0, 100) }
    #expect(VehicleScore(sound).score == 100)
    #expect(abs(VehicleScore(sound + [report(.brakePadsRear, 10)]).score - 10) < 1e-9)
    // What matters less pulls less.
    #expect(VehicleScore(sound.filter { $0.component != .airFilter } + [report(.airFilter, 10)]).score > 70)
  }

  @Test func criticalitiesAreData() {
    var criticalities = Criticalities()
    criticalities[.airFilter] = 1
    #expect(VehicleScore([report(.airFilter, 30)], criticalities).score == 30)
    criticalities[.airFilter] = 7
    #expect(criticalities[.airFilter] == 1)
  }

  @Test func aComponentCountsOnce() {
    var score = VehicleScore([report(.cooling, 50)])
    score.add(report(.cooling, 1))
    #expect(score.count == 1 && abs(score.score - 50) < 1e-9)
  }
}
