// One unit's life as an indicator saw it: progress from the first value to the failure level, and the end.

/// Measurements of one unit, in order of usage, and when it failed.
public struct UnitHistory: Sendable {
  public struct Point: Sendable {
    /// Since the first measurement.
    public var usage: Double
    /// 0 at the first value, 1 at the failure level, whichever way the indicator goes.
    public var progress: Double
  }

  public let name: String
  public let points: [Point]
  /// Usage from the first measurement to the failure level, above 0; nil when the unit did not get there.
  public let life: Double?

  /// - Returns: nil, with the reason, for a unit that says nothing about degradation.
  /// - Parameter rising: which way the indicator fails.
  init(
    name: String, rows: [SeriesRows.Row], level: FailureLevel, counting: UsageCounting, rising: Bool
  ) throws(Unusable) {
    let measured = Self.measurements(rows, counting)
    guard let first = measured.first, measured.count >= Self.fewestPoints else {
      throw Unusable(reason: "\(measured.count) measurement\(measured.count == 1 ? "" : "s")")
    }
    let distance = level.value(from: first.value) - first.value
    guard rising ? distance > 0 : distance < 0 else {
      throw Unusable(reason: "is past the failure level from the start")
    }
    let points = measured.map { Point(usage: $0.usage - first.usage, progress: ($0.value - first.value) / distance) }
    self.name = name
    self.points = points
    life = Self.end(of: points)
  }

  /// Below this there is no course.
  private static var fewestPoints: Int { 4 }

  /// Why a unit cannot be evaluated.
  struct Unusable: Error {
    var reason: String
  }

  /// First values over usage, and which way the failure level lies from most of them.
  static func rises(
    _ units: [(name: String, rows: [SeriesRows.Row])], _ level: FailureLevel, _ counting: UsageCounting
  ) -> Bool {
    let above = units.count { unit in
      guard let first = measurements(unit.rows, counting).first?.value else { return false }
      return level.value(from: first) > first
    }
    return 2 * above > units.count
  }

  private static func measurements(
    _ rows: [SeriesRows.Row], _ counting: UsageCounting
  ) -> [(usage: Double, value: Double)] {
    var total = 0.0
    var measured: [(usage: Double, value: Double)] = []
    for row in rows {
      total = counting == .eachRow ? total + max(0, row.usage) : row.usage
      if let value = row.value { measured.append((total, value)) }
    }
    // Rows of the same usage keep their order: sorting in Swift is stable.
    return measured.sorted { $0.usage < $1.usage }
  }

  /// The first point past the failure level that the following ones confirm: their median over a twentieth of the
  /// record is past it, too. One odd measurement is no end; on the way from the point before, the change is even.
  private static func end(of points: [Point]) -> Double? {
    let window = max(1, points.count / 20)
    for i in points.indices.dropFirst() where points[i].progress >= 1 {
      let following = points[i..<min(i + window, points.count)].map(\.progress).sorted()
      guard following[(following.count - 1) / 2] >= 1 else { continue }
      let before = points[i - 1]
      let share = before.progress < 1 ? (1 - before.progress) / (points[i].progress - before.progress) : 0
      let usage = before.usage + share * (points[i].usage - before.usage)
      return usage > 0 ? usage : nil
    }
    return nil
  }
}
