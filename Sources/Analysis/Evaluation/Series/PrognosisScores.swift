// How good prognoses were: the same figures for every estimator and at every stage of life.
import CMath
import Prognostics

/// Adds up prognoses against the truth, both in percent of the unit's life.
public struct PrognosisScores: Sendable {
  public private(set) var count = 0
  private var squares = 0.0
  private var errors = 0.0
  private var widths = 0.0
  private var within80 = 0
  private var within90 = 0
  private var crpsSum = 0.0
  /// Sum of NASA's asymmetric score, with errors in percent of life: late costs more.
  public private(set) var nasaScore = 0.0

  public init() {}

  mutating func add(_ remaining: QuantileSet, truth: Double, life: Double) {
    let q = remaining.map { 100 * $0 / life }
    let truth = 100 * truth / life
    let error = q[3] - truth
    count += 1
    squares += error * error
    errors += error
    widths += q[5] - q[1]
    if q[1]...q[5] ~= truth { within80 += 1 }
    if q[0]...q[6] ~= truth { within90 += 1 }
    crpsSum += PrognosticMetrics.crps(q, at: QuantileLevels.seven, truth: truth)
    nasaScore += error < 0 ? expm1(-error / 13) : expm1(error / 10)
  }

  /// Root of the mean squared error of the median, in percent of life. NaN without prognoses, as all below.
  public var rmse: Double { (squares / Double(count)).squareRoot() }
  /// Mean error, above 0 when prognoses are late.
  public var bias: Double { errors / Double(count) }
  /// Share of truths within the interval from 10 to 90 %, and from 5 to 95 %.
  public var coverage80: Double { Double(within80) / Double(count) }
  public var coverage90: Double { Double(within90) / Double(count) }
  /// Mean width of the interval from 10 to 90 %, in percent of life.
  public var width80: Double { widths / Double(count) }
  /// Mean continuous ranked probability score, in percent of life.
  public var crps: Double { crpsSum / Double(count) }
}
