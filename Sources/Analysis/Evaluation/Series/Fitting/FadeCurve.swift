// The course that a kind of part takes from new to failed, learnt from units that lived to their end.

/// A point of a life: progress at an elapsed fraction of it.
struct CoursePoint {
  var x: Double
  var progress: Double
}

/// Progress over the elapsed fraction of life: 81 values at x = 0, 1/32, ... 2.5 that never fall, 0 at 0 and 1 at 1.
public struct FadeCurve: Equatable, Sendable {
  public static var count: Int { 81 }
  public static var end: Double { 2.5 }

  public let values: [Double]

  /// - Throws: the reason for values that are no such curve.
  public init(values: [Double]) throws(Flaw) {
    guard values.count == Self.count else {
      throw Flaw(reason: "a fade curve has 81 values at x = 0, 1/32, ... 2.5, and these are \(values.count)")
    }
    guard values.allSatisfy(\.isFinite), zip(values, values.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw Flaw(reason: "a fade curve never falls")
    }
    guard values[0] == 0, abs(Self.value(at: 1, in: values) - 1) < 0.01, values[80] > 1 else {
      throw Flaw(reason: "a fade curve is 0 at x = 0, 1 at x = 1 (the 33rd value) and above 1 at the end")
    }
    self.values = values
  }

  /// Why values are no fade curve.
  public struct Flaw: Error, Equatable {
    public var reason: String
  }

  func value(at x: Double) -> Double { Self.value(at: x, in: values) }

  /// The mean course of units with a known end, made to rise throughout; nil when they do not rise.
  ///
  /// The mean is that of the elapsed fractions at which units reach a level, not of the levels that they have at a
  /// fraction: where courses bend at different times the mean level runs ahead of all of them, and a unit that is
  /// compared with it seems younger than it is.
  /// - Parameter courses: for each unit, progress over the elapsed fraction of its life, ascending.
  static func mean(of courses: [[CoursePoint]]) -> FadeCurve? {
    let rising = courses.map { extended($0) }
    guard !rising.isEmpty else { return nil }
    var reached = [Double](repeating: 0, count: levels.count)
    for course in rising { for (i, x) in reaches(levels, course).enumerated() { reached[i] += x } }
    let mean = zip(levels, reached).map { CoursePoint(x: $1 / Double(rising.count), progress: $0) }
    var values = Self.values(of: mean, at: positions)
    guard value(at: 1, in: values) > 0.1 else { return nil }
    // Flat stretches have no inverse; a thousandth a segment is nothing in the indicator.
    for i in values.indices { values[i] += 1e-3 * Double(i) }
    let atEnd = value(at: 1, in: values)
    return try? FadeCurve(values: values.map { $0 / atEnd })
  }

  /// Far beyond the end of life nothing is asked.
  private static let levels = (0...200).map { 0.02 * Double($0) }

  /// A course from 0 at 0 that never falls and goes on beyond its last point as it last did, but never slower than on
  /// the average of the whole life.
  private static func extended(_ course: [CoursePoint]) -> [CoursePoint] {
    let after = course.filter { $0.x > 0 }
    let rising = neverFalling(after.map { max(0, $0.progress) })
    var points = [CoursePoint(x: 0, progress: 0)]
    points += zip(after, rising).map { CoursePoint(x: $0.x, progress: $1) }
    let last = points[points.count - 1]
    let before = points[max(0, points.count - 2)]
    let slope = max(1, (last.progress - before.progress) / max(last.x - before.x, 0.02))
    let rest = max(0, (levels.last ?? 0) - last.progress) + 1
    points.append(CoursePoint(x: last.x + rest / slope, progress: last.progress + rest))
    return points
  }

  /// Where a course that never falls first reaches each of ascending levels, the last of them not behind its end.
  private static func reaches(_ levels: [Double], _ course: [CoursePoint]) -> [Double] {
    var next = 0
    return levels.map { level in
      while next < course.count - 1 && course[next].progress < level { next += 1 }
      guard next > 0 else { return 0 }
      let (from, to) = (course[next - 1], course[next])
      return from.x + (level - from.progress) / (to.progress - from.progress) * (to.x - from.x)
    }
  }

  /// Progress at ascending positions, piecewise linear; behind the last point as there.
  private static func values(of course: [CoursePoint], at positions: [Double]) -> [Double] {
    var next = 0
    return positions.map { x in
      while next < course.count - 1 && course[next].x <= x { next += 1 }
      guard next > 0 else { return 0 }
      let (from, to) = (course[next - 1], course[next])
      return x >= to.x ? to.progress : from.progress + (x - from.x) / (to.x - from.x) * (to.progress - from.progress)
    }
  }

  /// Isotonic regression: the nearest values that never fall (pool adjacent violators).
  private static func neverFalling(_ values: [Double]) -> [Double] {
    var pools: [(mean: Double, count: Int)] = []
    for value in values {
      pools.append((value, 1))
      while let last = pools.last, pools.count > 1, pools[pools.count - 2].mean > last.mean {
        pools.removeLast()
        let before = pools.removeLast()
        let count = before.count + last.count
        pools.append(((before.mean * Double(before.count) + last.mean * Double(last.count)) / Double(count), count))
      }
    }
    return pools.flatMap { Array(repeating: $0.mean, count: $0.count) }
  }

  private static let positions = (0..<count).map { end * Double($0) / Double(count - 1) }

  private static func value(at x: Double, in values: [Double]) -> Double {
    let place = min(max(x / end * Double(count - 1), 0), Double(count - 1) - 1e-9)
    let segment = Int(place)
    return values[segment] + (values[segment + 1] - values[segment]) * (place - Double(segment))
  }
}
