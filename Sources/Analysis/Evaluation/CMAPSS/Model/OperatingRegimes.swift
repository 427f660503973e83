// In which regime an engine runs: where its settings lie.

/// Tight groups of operational settings, found in the data. One group where there are none.
struct OperatingRegimes: Sendable {
  /// What each setting is multiplied by before distances are taken; 0 for one that never changes.
  let scale: [Double]
  /// Scaled settings of each regime, one after the other.
  let centres: [Double]

  var count: Int { centres.count / EngineRun.settings }

  init(scale: [Double], centres: [Double]) {
    self.scale = scale
    self.centres = centres
  }

  /// The regime of a row that begins at `start`.
  func nearest(_ values: [Double], at start: Int) -> Int {
    var best = 0
    var least = Double.infinity
    for regime in 0..<count {
      var distance = 0.0
      for i in 0..<EngineRun.settings {
        let d = values[start + i] * scale[i] - centres[regime * EngineRun.settings + i]
        distance += d * d
      }
      if distance < least { (best, least) = (regime, distance) }
    }
    return best
  }
}

extension OperatingRegimes {
  private static let most = 10
  /// What groups may leave of the settings' variance to be tight. Ten slices of an even spread leave 1 %.
  private static let looseness = 0.005

  /// Finds the least number of tight groups, by k-means from points that lie far apart.
  init(of runs: [EngineRun]) {
    let dimensions = EngineRun.settings
    var mean = [Double](repeating: 0, count: dimensions)
    var scale = mean
    let rows = Double(runs.reduce(0) { $0 + $1.count })
    Self.forEachRow(of: runs) { values, start in for i in 0..<dimensions { mean[i] += values[start + i] / rows } }
    Self.forEachRow(of: runs) { values, start in
      for i in 0..<dimensions { scale[i] += (values[start + i] - mean[i]) * (values[start + i] - mean[i]) / rows }
    }
    var total = 0.0
    for i in 0..<dimensions {
      let deviation = scale[i].squareRoot()
      scale[i] = deviation > 1e-9 * max(1, abs(mean[i])) ? 1 / deviation : 0
      total += scale[i] > 0 ? 1 : 0
    }
    let whole = (0..<dimensions).map { mean[$0] * scale[$0] }
    var regimes = OperatingRegimes(scale: scale, centres: whole)
    while total > 0 && regimes.count < Self.most {
      regimes = OperatingRegimes(scale: scale, centres: regimes.centres + regimes.farthestPoint(in: runs))
      var spread = 0.0
      for _ in 0..<10 { (regimes, spread) = regimes.moved(to: runs) }
      if spread < Self.looseness * total {
        self = regimes
        return
      }
    }
    self = OperatingRegimes(scale: scale, centres: whole)
  }

  private static func forEachRow(of runs: [EngineRun], _ body: ([Double], Int) -> Void) {
    for run in runs { for row in 0..<run.count { body(run.values, row * EngineRun.width) } }
  }

  private func scaled(_ values: [Double], at start: Int) -> [Double] {
    (0..<EngineRun.settings).map { values[start + $0] * scale[$0] }
  }

  private func squaredDistance(_ point: [Double], from regime: Int) -> Double {
    point.indices.reduce(0) {
      let d = point[$1] - centres[regime * EngineRun.settings + $1]
      return $0 + d * d
    }
  }

  private func farthestPoint(in runs: [EngineRun]) -> [Double] {
    var farthest: (point: [Double], distance: Double) = ([0, 0, 0], -1)
    Self.forEachRow(of: runs) { values, start in
      let point = scaled(values, at: start)
      let distance = squaredDistance(point, from: nearest(values, at: start))
      if distance > farthest.distance { farthest = (point, distance) }
    }
    return farthest.point
  }

  /// One step of k-means.
  ///
  /// - Returns: the groups around the means of their rows, and the mean square of the distances before that.
  private func moved(to runs: [EngineRun]) -> (OperatingRegimes, Double) {
    let dimensions = EngineRun.settings
    var sums = [Double](repeating: 0, count: centres.count)
    var counts = [Double](repeating: 0, count: count)
    var squares = 0.0
    var rows = 0.0
    Self.forEachRow(of: runs) { values, start in
      let regime = nearest(values, at: start)
      let point = scaled(values, at: start)
      squares += squaredDistance(point, from: regime)
      rows += 1
      counts[regime] += 1
      for i in 0..<dimensions { sums[regime * dimensions + i] += point[i] }
    }
    let moved = centres.indices.map { counts[$0 / dimensions] > 0 ? sums[$0] / counts[$0 / dimensions] : centres[$0] }
    return (OperatingRegimes(scale: scale, centres: moved), squares / max(rows, 1))
  }
}
