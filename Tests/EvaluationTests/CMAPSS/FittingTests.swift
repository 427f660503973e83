import Testing

@testable import Evaluation

@Suite("Parts of the fit")
struct FittingTests {
  @Test("A symmetric system is solved")
  func solve() {
    var m = SymmetricMatrix(size: 3)
    for v in [[2.0, 1, 0], [0, 3, -1], [1, 0, 4]] { m.addLower(v) }
    // m · x for x = (1, -2, 3) and (0, 1, 0), from the rows of the full matrix.
    let full = [[5.0, 2, 4], [2, 10, -3], [4, -3, 17]]
    let wanted = [[1.0, 0], [-2, 1], [3, 0]]
    let right = full.flatMap { row in (0..<2).map { c in (0..<3).reduce(0) { $0 + row[$1] * wanted[$1][c] } } }
    let x = m.solve(right, columns: 2)
    for i in 0..<6 { #expect(abs(x[i] - wanted[i / 2][i % 2]) < 1e-12) }
  }

  @Test("Eigenvectors are those of the matrix, largest first")
  func eigen() {
    var m = SymmetricMatrix(size: 4)
    var draws = Draws(seed: 5)
    for _ in 0..<6 { m.addLower((0..<4).map { _ in draws.normal() }) }
    m.mirror()
    let (values, vectors) = m.eigen()
    #expect(values == values.sorted(by: >))
    for (value, v) in zip(values, vectors) {
      #expect(abs(v.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
      for row in 0..<4 {
        let product = (0..<4).reduce(0) { $0 + m[row, $1] * v[$1] }
        #expect(abs(product - value * v[row]) < 1e-10)
      }
    }
  }

  @Test("Tight groups of settings are regimes; one cloud is one regime", arguments: [1, 2, 6])
  func regimes(count: Int) {
    var maker = SyntheticEngines(seed: 7, regimes: count)
    let runs = maker.trained(3)
    let regimes = OperatingRegimes(of: runs)
    #expect(regimes.count == count)
    // Rows whose first setting is the same, but for jitter, share a regime.
    var regimeOf: [Int: Int] = [:]
    for run in runs {
      for start in stride(from: 0, to: run.values.count, by: EngineRun.width) {
        let setting = Int((run.values[start] / 20).rounded())
        let regime = regimes.nearest(run.values, at: start)
        #expect(regimeOf[setting, default: regime] == regime)
        regimeOf[setting] = regime
      }
    }
    #expect(Set(regimeOf.values).count == count)
  }

  @Test("The noise of every component is 1, sensors that stand still do not count, and regimes do not show")
  func sensorMap() {
    var maker = SyntheticEngines(seed: 8, regimes: 3)
    let runs = maker.trained(8)
    let map = SensorMap(fitting: runs)
    #expect(map.regimes.count == 3)
    #expect((1...3).contains(map.components))
    for sensor in SyntheticEngines.stillSensors {
      for row in 0..<(3 * map.components) { #expect(map.weights[row * SensorMap.stride + sensor] == 0) }
    }
    var squares = 0.0
    var count = 0.0
    var start = [0.0, 0]
    for run in runs {
      let first = (0..<run.count).map { map.project(run.values, at: $0 * EngineRun.width)[0] }
      for (a, b) in zip(first, first.dropFirst()) {
        squares += (b - a) * (b - a) / 2
        count += 1
      }
      start[0] += first.prefix(20).reduce(0, +) / 20
      start[1] += first.suffix(5).reduce(0, +) / 5
    }
    #expect(abs(squares / count - 1) < 0.1)
    // Wear shows in the first component, in every engine alike.
    #expect(abs(start[1] - start[0]) / 8 > 3)
  }

  @Test("A kernel map learns a curve that a line cannot follow")
  func kernelMap() {
    var examples = Examples(inputs: 2, outputs: 2)
    var draws = Draws(seed: 9)
    func truth(_ a: Double, _ b: Double) -> Double { 3 * a * a - b + 1 }
    var points: [(Double, Double)] = []
    for _ in 0..<400 { points.append((2 * draws.uniform() - 1, 2 * draws.uniform() - 1)) }
    for (a, b) in points.sorted(by: { $0.0 < $1.0 }) {
      var x = EngineFeatures(repeating: 0)
      (x[0], x[1]) = (a, b)
      examples.add(x, [truth(a, b), -b, 0, 0])
    }
    let map = KernelMap(fitting: examples, centres: 60, reach: 1, ridge: 0.01)
    for (a, b) in [(0.0, 0.0), (0.8, -0.5), (-0.7, 0.3)] {
      var x = EngineFeatures(repeating: 0)
      (x[0], x[1]) = (a, b)
      #expect(abs(map(x)[0] - truth(a, b)) < 0.05)
      #expect(abs(map(x)[1] + b) < 0.05)
    }
  }

  @Test("Two ways to fail are told apart; one way is not split")
  func faultModes() {
    var draws = Draws(seed: 10)
    func direction(_ a: Double, _ b: Double) -> Components {
      var c = Components(repeating: 0)
      (c[0], c[1]) = (a + 0.1 * draws.normal(), b + 0.1 * draws.normal())
      return c
    }
    let two = (0..<20).map { $0 % 2 == 0 ? direction(1, 0) : direction(0, 1) }
    let found = FaultModes(two, count: 2)
    #expect(found?.count == 2)
    #expect(two.indices.allSatisfy { found?.mode(of: two[$0]) == found?.mode(of: two[$0 % 2]) })
    #expect(found?.mode(of: two[0]) != found?.mode(of: two[1]))
    #expect(FaultModes(two, count: 1) == nil)
    #expect(FaultModes((0..<20).map { _ in direction(1, 0) }, count: 2) == nil)
    #expect(FaultModes(two + [direction(-5, 0)], count: 3) == nil)
  }

  @Test("Cuts lie within the horizon, leave enough to see, and differ between engines")
  func cuts() {
    var maker = SyntheticEngines(seed: 11)
    let run = maker.trained(1)[0]
    let rows = CrossTrial.cuts(of: run, engine: 0, count: 20)
    #expect(rows.count == 20)
    #expect(rows.allSatisfy { $0 >= LifeLearner.leastSeen && run.remaining(at: $0) >= 5 })
    #expect(rows.allSatisfy { run.remaining(at: $0) <= LifeLearner.horizon })
    #expect(CrossTrial.cuts(of: run, engine: 1, count: 20) != rows)
  }
}
