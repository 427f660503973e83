// What other units tell about one before its first measurement: how long it lives, how, and how noisy that looks.
import CMath
import Prognostics

/// What is known of a kind of part before a unit is seen; with a curve it is what ships for that kind.
public struct SeriesPrior: Sendable {
  /// Units that it was learnt from; 0 for an engineering guess.
  public var units: Int
  /// Usage in the middle of the population, above 0, and the standard deviation of its logarithm.
  public var life: Double
  public var lifeScatter: Double
  /// Progress at which units really fail, and its standard deviation.
  public var failureLevel: Double
  public var failureLevelScatter: Double
  /// Standard deviation of a tick's progress around the curve, and around a smooth course of any kind.
  public var curveNoise: Double
  public var noise: Double
  /// Nil where too few units show one.
  public var curve: FadeCurve?
  /// Usage of a tick.
  public var tick: Double

  /// Ticks in a life: enough to follow it, so few that each is the median of several measurements where there are many.
  static var ticksPerLife: Double { 12 }
  /// From so many units on a curve is learnt.
  static var fewestForCurve: Int { 3 }
  /// How much lives of one kind of part differ before any was seen; counts as much as one life.
  static var usualLifeScatter: Double { 0.4 }

  /// An engineering guess of the life, in units of usage above 0.
  public static func guess(life: Double) -> SeriesPrior {
    SeriesPrior(
      units: 0, life: life, lifeScatter: usualLifeScatter, failureLevel: 1, failureLevelScatter: 0.05, curveNoise: 0.03,
      noise: 0.06, curve: nil, tick: life / ticksPerLife)
  }

  /// - Parameters:
  ///   - units: with a known end.
  ///   - curve: that is given and not to be learnt.
  /// - Returns: nil without a single end.
  static func learnt(from units: [UnitHistory], curve given: FadeCurve? = nil) -> SeriesPrior? {
    let lived = units.compactMap { unit in unit.life.map { (unit: unit, life: $0) } }
    guard !lived.isEmpty else { return nil }
    let n = Double(lived.count)
    let logarithms = lived.map { log($0.life) }
    let middle = logarithms.reduce(0, +) / n
    let squares = logarithms.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
    let variance = (squares + usualLifeScatter * usualLifeScatter) / n
    let life = exp(middle)
    let tick = life / ticksPerLife
    let courses = lived.map { Course(ticks: $0.unit.ticks(span: tick), life: $0.life) }

    var prior = guess(life: life)
    prior.units = lived.count
    // The middle is known no better than by these units.
    prior.lifeScatter = (variance * (1 + 1 / n)).squareRoot()
    prior.learnFailureLevel(courses)
    prior.curve = given ?? (lived.count >= fewestForCurve ? FadeCurve.mean(of: courses.map(\.points)) : nil)
    prior.learnNoise(courses)
    return prior
  }

  private struct Course {
    var points: [CoursePoint]
    var untilEnd: [CoursePoint]

    init(ticks: [Tick], life: Double) {
      points = ticks.map { CoursePoint(x: $0.usage / life, progress: $0.progress) }
      untilEnd = points.filter { $0.x <= 1 }
    }

    /// Between the last tick before the end and the first one behind it.
    var progressAtEnd: Double? {
      guard let before = untilEnd.last else { return nil }
      guard let after = points.first(where: { $0.x > 1 }) else { return before.x > 0.9 ? before.progress : nil }
      return before.progress + (1 - before.x) / (after.x - before.x) * (after.progress - before.progress)
    }
  }

  /// A noisy indicator touches the failure level before its median does.
  private mutating func learnFailureLevel(_ courses: [Course]) {
    // The usual level counts as much as two units; the end itself is known no better than 5 %.
    let levels = courses.compactMap(\.progressAtEnd).map { min(max($0, 0.5), 1.5) }
    let weight = 2 + Double(levels.count)
    failureLevel = (2 + levels.reduce(0, +)) / weight
    let squares = levels.reduce(0) { $0 + ($1 - failureLevel) * ($1 - failureLevel) }
    failureLevelScatter = max(0.05, (squares / weight).squareRoot())
  }

  private mutating func learnNoise(_ courses: [Course]) {
    var roughness = (sum: 0.0, count: 0.0)
    var distance = (sum: 0.0, count: 0.0)
    for course in courses {
      let points = course.untilEnd
      for i in points.indices.dropFirst(2) {
        // What the middle of three is off the straight line through the others: 3/2 of the noise's variance if the
        // steps are equal.
        let share = (points[i - 1].x - points[i - 2].x) / max(points[i].x - points[i - 2].x, 1e-12)
        let line = points[i - 2].progress + share * (points[i].progress - points[i - 2].progress)
        let off = points[i - 1].progress - line
        roughness.sum += off * off / (1 + share * share + (1 - share) * (1 - share))
        roughness.count += 1
      }
      guard let curve else { continue }
      for point in points {
        let off = point.progress - failureLevel * curve.value(at: point.x)
        distance.sum += off * off
        distance.count += 1
      }
    }
    noise = max(0.02, roughness.count > 0 ? (roughness.sum / roughness.count).squareRoot() : 0.05)
    // Units that a curve is the mean of lie nearer to it than a new one.
    let n = Double(courses.count)
    let widening = n > 1 ? n / (n - 1) : 2
    curveNoise = max(0.005, distance.count > 0 ? (widening * distance.sum / distance.count).squareRoot() : noise)
  }
}
