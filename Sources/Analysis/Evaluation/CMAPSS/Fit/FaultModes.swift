// In which ways engines fail: where the components have gone by the end of each run.

/// Directions in which engines have moved from their beginning to their end, in groups.
struct FaultModes {
  private let centres: [Components]

  var count: Int { centres.count }

  /// Direction in which an engine moved, of length 1: from the mean of its first 20 cycles to that of its last 8.
  static func direction(_ components: [Components], _ kept: Int) -> Components {
    func mean(_ part: ArraySlice<Components>) -> Components {
      var sum = Components(repeating: 0)
      for c in part { for i in 0..<kept { sum[i] += c[i] / Double(part.count) } }
      return sum
    }
    let (from, to) = (mean(components.prefix(20)), mean(components.suffix(8)))
    var way = Components(repeating: 0)
    var square = 1e-12
    for i in 0..<kept {
      way[i] = to[i] - from[i]
      square += way[i] * way[i]
    }
    for i in 0..<kept { way[i] /= square.squareRoot() }
    return way
  }

  /// What two groups may leave of the variance along the line between them. Halves of one bell leave .36, of an even
  /// spread .25.
  private static let overlap = 0.1

  /// Groups by k-means from directions that lie far apart.
  ///
  /// - Returns: nil when a group would have fewer than three engines, or two groups run into each other.
  init?(_ directions: [Components], count: Int) {
    guard count > 1 else { return nil }
    var mean = Components(repeating: 0)
    for d in directions { for i in 0..<SensorMap.most { mean[i] += d[i] / Double(directions.count) } }
    var centres: [Components] = []
    while centres.count < count {
      // The first centre is as far from the mean as can be, each further one from those before it.
      let known = centres.isEmpty ? [mean] : centres
      var farthest: (point: Components, distance: Double) = (mean, 0)
      for d in directions {
        let distance = known.reduce(Double.infinity) { min($0, Self.squaredDistance(d, $1)) }
        if distance > farthest.distance { farthest = (d, distance) }
      }
      guard farthest.distance > 0 else { return nil }
      centres.append(farthest.point)
    }
    var members = [Double](repeating: 0, count: count)
    for _ in 0..<30 {
      var sums = [Components](repeating: Components(repeating: 0), count: count)
      members = [Double](repeating: 0, count: count)
      for d in directions {
        let mode = Self.nearest(d, centres)
        members[mode] += 1
        for i in 0..<SensorMap.most { sums[mode][i] += d[i] }
      }
      for mode in 0..<count where members[mode] > 0 {
        for i in 0..<SensorMap.most { centres[mode][i] = sums[mode][i] / members[mode] }
      }
    }
    guard members.allSatisfy({ $0 >= 3 }) else { return nil }
    for a in 1..<count {
      for b in 0..<a where Self.remainder(of: directions, centres, a, b) > Self.overlap { return nil }
    }
    self.centres = centres
  }

  /// Share of the variance of two groups, along the line between their centres, that is within them.
  private static func remainder(of directions: [Components], _ centres: [Components], _ a: Int, _ b: Int) -> Double {
    var line = Components(repeating: 0)
    for i in 0..<SensorMap.most { line[i] = centres[b][i] - centres[a][i] }
    func places(_ mode: Int) -> [Double] {
      directions.filter { nearest($0, centres) == mode }.map { d in
        (0..<SensorMap.most).reduce(0) { $0 + d[$1] * line[$1] }
      }
    }
    func squares(_ x: [Double]) -> Double {
      let mean = x.reduce(0, +) / Double(max(x.count, 1))
      return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let whole = squares(places(a) + places(b))
    return whole > 0 ? (squares(places(a)) + squares(places(b))) / whole : 1
  }

  func mode(of direction: Components) -> Int { Self.nearest(direction, centres) }

  private static func nearest(_ point: Components, _ centres: [Components]) -> Int {
    var best = 0
    for mode in centres.indices where squaredDistance(point, centres[mode]) < squaredDistance(point, centres[best]) {
      best = mode
    }
    return best
  }

  private static func squaredDistance(_ a: Components, _ b: Components) -> Double {
    var sum = 0.0
    for i in 0..<SensorMap.most { sum += (a[i] - b[i]) * (a[i] - b[i]) }
    return sum
  }
}
