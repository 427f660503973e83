// The estimators side by side: what each says after every tick of one unit's life.
import CMath
import Prognostics

/// Who prognoses: the shape bank, and what it has to be better than.
public enum Estimator: String, CaseIterable, Sendable {
  case shapeBank = "shape_bank"
  /// A level and a drift followed by a Kalman filter.
  case linearKalman = "linear_kalman"
  /// The straight line of least squares through all ticks so far.
  case leastSquares = "least_squares"
  /// The lives of the other units, as far as this one has outlived them.
  case priorOnly = "prior_only"
}

/// What was said after one tick.
struct Prognosis {
  /// Place of the tick among those of the unit.
  var tick: Int
  /// Usage left, at the seven published levels.
  var remaining: QuantileSet
}

extension SeriesModel {
  /// The prognoses of an estimator after those ticks that are asked about; it sees all of them.
  func prognoses(_ ticks: [Tick], by estimator: Estimator, after asked: Set<Int>) -> [Prognosis] {
    switch estimator {
    case .shapeBank:
      let model = bank()
      return isOfOneCurve
        ? prognoses(ticks, asked, ShapeBank<24>(model), model)
        : prognoses(ticks, asked, ShapeBank<80>(model), model)
    case .linearKalman: return prognoses(ticks, asked, kalmanFilter)
    case .leastSquares: return prognoses(ticks, asked, LeastSquaresLine())
    case .priorOnly: return asked.map { Prognosis(tick: $0, remaining: remainingByAge(ticks[$0].end)) }
    }
  }

  /// Bytes that a unit's state takes on board: the filter and the tick being gathered.
  public var bytesOfState: Int {
    let bank = isOfOneCurve ? MemoryLayout<ShapeBank<24>>.size : MemoryLayout<ShapeBank<80>>.size
    return bank + MemoryLayout<TickGatherer>.size
  }

  private func prognoses<let count: Int>(
    _ ticks: [Tick], _ asked: Set<Int>, _ start: ShapeBank<count>, _ model: ShapeBankModel
  ) -> [Prognosis] {
    var bank = start
    return follow(ticks, asked) { progress, usage in
      bank.step(progress, usage: usage, model)
    } remaining: {
      corrected(bank.remainingUsage(model))
    }
  }

  private func corrected(_ remaining: QuantileSet) -> QuantileSet {
    guard let correction else { return remaining }
    return correction.corrected(remaining.map { $0 / ticksOfLife }).map { $0 * ticksOfLife }
  }

  private func prognoses(_ ticks: [Tick], _ asked: Set<Int>, _ start: LevelDrift) -> [Prognosis] {
    var filter = start
    return follow(ticks, asked) { progress, usage in
      filter.step(progress, usage: usage)
    } remaining: {
      filter.remainingUsage(to: prior.failureLevel, rising: true, upTo: 4 * ticksOfLife)
    }
  }

  private func prognoses(_ ticks: [Tick], _ asked: Set<Int>, _ start: LeastSquaresLine) -> [Prognosis] {
    var line = start
    return follow(ticks, asked) { progress, usage in
      line.add(progress, usage: usage)
    } remaining: {
      line.remainingUsage(to: prior.failureLevel, upTo: 4 * ticksOfLife)
    }
  }

  /// Hands over each tick's progress and the usage since the tick before, in ticks, and takes what is left back to
  /// usage as of the tick's last measurement.
  private func follow(
    _ ticks: [Tick], _ asked: Set<Int>, step: (_ progress: Double, _ usage: Double) -> Void,
    remaining: () -> QuantileSet
  ) -> [Prognosis] {
    var before = 0.0
    var prognoses: [Prognosis] = []
    for (i, tick) in ticks.enumerated() {
      step(tick.progress, (tick.usage - before) / prior.tick)
      before = tick.usage
      guard asked.contains(i) else { continue }
      let left = remaining().map { max(0, $0 * prior.tick - (tick.end - tick.usage)) }
      prognoses.append(Prognosis(tick: i, remaining: left))
    }
    return prognoses
  }

  /// Knows the life beforehand only as roughly as the others do, and lets the drift change over it.
  private var kalmanFilter: LevelDrift {
    let life = ticksOfLife
    let variance = prior.noise * prior.noise
    let drift = prior.failureLevel / life
    return LevelDrift(
      level: 0, levelVariance: variance, drift: drift, driftVariance: 0.36 * drift * drift, noise: variance,
      levelWalk: 4 * 0.02 * 0.02 / life, driftWalk: 0.36 * drift * drift / life)
  }

  /// Quantiles of a logarithmic normal life that has lasted for so long already.
  private func remainingByAge(_ usage: Double) -> QuantileSet {
    let scatter = prior.lifeScatter
    let reached = usage > 0 ? min(normalCDF(log(usage / prior.life) / scatter), 1 - 1e-9) : 0
    let levels = QuantileLevels.seven
    var remaining = QuantileSet(repeating: 0)
    for i in 0..<levels.count {
      let wanted = reached + levels[i] * (1 - reached)
      var (low, high) = (-8.0, 8.0)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if normalCDF(middle) < wanted { low = middle } else { high = middle }
      }
      remaining[i] = max(0, prior.life * exp(scatter * high) - usage)
    }
    return remaining
  }
}

/// The straight line of least squares through everything so far, with the normal law of its forecasts.
struct LeastSquaresLine {
  private var count = 0.0
  private var meanUsage = 0.0
  private var meanValue = 0.0
  private var usageSquares = 0.0
  private var products = 0.0
  private var valueSquares = 0.0
  private var usage = 0.0

  mutating func add(_ value: Double, usage step: Double) {
    usage += step
    count += 1
    let usageOff = usage - meanUsage
    let valueOff = value - meanValue
    meanUsage += usageOff / count
    meanValue += valueOff / count
    usageSquares += usageOff * (usage - meanUsage)
    products += usageOff * (value - meanValue)
    valueSquares += valueOff * (value - meanValue)
  }

  /// All at the limit while there is no line that rises.
  func remainingUsage(to threshold: Double, upTo limit: Double) -> QuantileSet {
    guard count > 2, usageSquares > 0, products > 0 else { return QuantileSet(repeating: limit) }
    let slope = products / usageSquares
    let variance = max((valueSquares - slope * products) / (count - 2), 1e-12)
    let line = LevelDrift(
      level: meanValue + slope * (usage - meanUsage),
      levelVariance: variance * (1 / count + (usage - meanUsage) * (usage - meanUsage) / usageSquares), drift: slope,
      driftVariance: variance / usageSquares, noise: variance, levelWalk: 0, driftWalk: 0)
    return line.remainingUsage(to: threshold, rising: true, upTo: limit)
  }
}

extension QuantileSet {
  func map(_ change: (Double) -> Double) -> QuantileSet { QuantileSet { change(self[$0]) } }
}
