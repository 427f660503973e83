// The program that `run` calls.
//
//   prognostics-benchmark time           a line `estimator BYTES NS-PER-UPDATE NS-PER-QUERY NAME` each
//   prognostics-benchmark work PASSES    the same work so many times, without a clock

import Glibc
import Prognostics

@main struct Program {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    var measurement: Measurement
    if arguments == ["time"] {
      measurement = Measurement(.time)
    } else if arguments.count == 2, arguments[0] == "work", let passes = Int(arguments[1]) {
      measurement = Measurement(.work(passes: passes))
    } else {
      let line = "usage: prognostics-benchmark time | work PASSES\n"
      write(STDERR_FILENO, line, line.utf8.count)
      exit(2)
    }
    takeTrends(&measurement)
    takeCounters(&measurement)
    takeStreams(&measurement)
    print("sum", measurement.sum)
  }
}

/// A part that is sound for a quarter of the values and then fails along a straight line, with noise.
private let values: [Double] = {
  var state: UInt64 = 1
  return (0..<400).map { i in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return max(0, Double(i - 100) / 300) + 0.2 * (Double(state >> 40) / 0x1p24 - 0.5)
  }
}()

private func takeTrends(_ measurement: inout Measurement) {
  func take<let hypotheses: Int>(_ name: String, _ bank: ShapeBank<hypotheses>, _ model: ShapeBankModel) {
    measurement.take(
      Estimator(
        name: "shape bank, \(hypotheses) hypotheses: \(name)", start: bank, updates: values.count,
        pass: { bank in for value in values { bank.step(value, model) } },
        query: { $0.remainingUsage(model)[3] }))
  }
  let one = ShapeBankModel(shapes: [(.exponential, 1)], duration: 250, durations: 5, onsets: 16)
  take("1 shape, 16 onsets, 5 durations", ShapeBank<80>(one), one)
  let four = ShapeBankModel(duration: 250, durations: 5, onsets: 4)
  take("4 shapes, 4 onsets, 5 durations", ShapeBank<80>(four), four)
  let undecided = ShapeBankModel(
    shapes: [(.exponential, 1)], duration: 250, durations: 5, onsets: 16, learning: 1e-3)
  take("1, 16, 5, none of them ever unlikely", ShapeBank<80>(undecided), undecided)
  let early = ShapeBankModel(duration: 250, onsets: 4)
  take("4 shapes, 4 onsets, 7 durations", ShapeBank<112>(early), early)
  let many = ShapeBankModel(duration: 250)
  take("4 shapes, 8 onsets, 7 durations", ShapeBank<224>(many), many)

  let line = LevelDrift(
    level: 0, levelVariance: 0.01, drift: 0.003, driftVariance: 1e-5, noise: 0.01, levelWalk: 1e-6, driftWalk: 1e-9)
  measurement.take(
    Estimator(
      name: "level and drift", start: line, updates: values.count,
      pass: { line in for value in values { line.step(value, usage: 1) } },
      query: { $0.remainingUsage(to: 1.5, rising: true, upTo: 1_000)[3] }))
  measurement.take(
    Estimator(
      name: "forecast check", start: ForecastCheck(), updates: values.count,
      pass: { check in for value in values { check.step(value, line, usage: 1) } }, query: { $0.trust }))
  measurement.take(
    Estimator(
      name: "capacity by total least squares", start: CapacityFit(capacity: 75, scatter: 1.5, xVariance: 8e-4),
      updates: values.count,
      pass: { fit in
        for value in values {
          fit.add(x: 0.3 + 0.1 * value, y: 22 + 7 * value, xVariance: 8e-4, yVariance: 0.04)
        }
      },
      query: { $0.solve().capacity }))
}

private func takeCounters(_ measurement: inout Measurement) {
  measurement.take(
    Estimator(
      name: "odometer", start: Odometer(nominalRate: 1 / 40_000), updates: values.count,
      pass: { odometer in for value in values { odometer.add(usage: 30, damage: 1e-4 * abs(value)) } },
      query: { $0.remainingUsage()[3] }))
  let amounts: InlineArray<10, Double> = [8_000, 9_000, 9_500, 9_800, 10_000, 10_200, 10_500, 11_000, 11_500, 12_500]
  measurement.take(
    Estimator(
      name: "usage rate", start: UsageRate(), updates: values.count,
      pass: { rate in for value in values { rate.add(day: 40 * abs(value)) } },
      query: { $0.days(until: amounts)[3] }))
}

private func takeStreams(_ measurement: inout Measurement) {
  measurement.take(
    Estimator(
      name: "self-starting CUSUM", start: SelfStartingCusum(), updates: values.count,
      pass: { cusum in for value in values { cusum.add(value) } }, query: { $0.upperSum }))
  measurement.take(
    Estimator(
      name: "exponential mean and variance", start: Ewma(memory: 50), updates: values.count,
      pass: { mean in for value in values { mean.add(value) } }, query: { $0.variance }))
  measurement.take(
    Estimator(
      name: "quantile by P²", start: P2Quantile(level: 0.9), updates: values.count,
      pass: { quantile in for value in values { quantile.add(value) } }, query: { $0.value }))

  // Not streams, but what a prognosis goes through before it is published.
  let sure: QuantileSet = [50, 60, 80, 100, 130, 170, 200]
  let other: QuantileSet = [100, 120, 150, 190, 240, 300, 350]
  measurement.take(
    Estimator(
      name: "mixture of two prognoses", start: [sure, other] as InlineArray<2, QuantileSet>, updates: values.count,
      pass: { parts in
        for value in values {
          parts[0] = mixture(of: parts, weights: [1, abs(value)], at: QuantileLevels.seven)
        }
      }, query: nil))
  let outcomes = values.map { ConformalTable.Outcome(median: 100 * $0, halfWidth: 10, truth: 90 * abs($0)) }
  let table = ConformalTable(fitting: outcomes, cap: 125)
  measurement.take(
    Estimator(
      name: "correction by a conformal table", start: sure, updates: values.count,
      pass: { prognosis in
        for value in values {
          prognosis[3] = 100 * abs(value)
          prognosis = table.corrected(prognosis)
        }
      }, query: nil))
}
