// Learns the indicators of one set of engines, with sensors as one set of engines has them.

/// What cross-validation chooses.
struct LifeChoices: Hashable, Sendable {
  /// Of the sensors.
  var components: Int
  var view: EngineView
  var faultModes: Int
  /// Of a bump, in standard deviations per dimension.
  var reach: Double
  /// What a bump's height costs.
  var ridge: Double
}

/// How much a fit may cost.
public struct FitEffort: Sendable {
  /// Bumps of one map, and rows that it is fitted on, in the end.
  public var centres: Int
  public var rows: Int
  /// The same while choices are weighed.
  public var searchCentres: Int
  public var searchRows: Int

  /// A minute or less on a server core for some 250 engines.
  public static let full = FitEffort(centres: 200, rows: 15_000, searchCentres: 100, searchRows: 4_000)

  public init(centres: Int, rows: Int, searchCentres: Int, searchRows: Int) {
    self.centres = centres
    self.rows = rows
    self.searchCentres = searchCentres
    self.searchRows = searchRows
  }
}

/// Engines through a sensor map that some of them made.
struct LifeLearner {
  /// Remaining cycles up to which engines are learnt from and judged: a fifth beyond the cap. An engine that is
  /// asked about earlier is as good as sound, and the file has many more such cycles than others.
  static let horizon = 1.2 * RemainingLifeModel.cap
  /// Cycles that an estimator must have seen before it is judged.
  static let leastSeen = 25
  /// Cycles of each run that no map learns from: its averages are not averages yet.
  private static let warmUp = 5

  let runs: [EngineRun]
  /// With as many components as the engines gave reason for.
  let sensors: SensorMap
  /// Engines that made the sensor map.
  let learners: [Int]
  /// For each engine and row.
  private let filters: [[EngineFilter]]
  private let directions: [[Components]]

  init(_ runs: [EngineRun], learners: [Int]) {
    self.runs = runs
    self.learners = learners
    let sensors = SensorMap(fitting: learners.map { runs[$0] })
    self.sensors = sensors
    let components = runs.map { run in (0..<run.count).map { sensors.project(run.values, at: $0 * EngineRun.width) } }
    filters = zip(runs, components).map { run, components in
      var filter = EngineFilter()
      return zip(run.cycles, components).map { cycle, components in
        filter.step(components, cycle: cycle)
        return filter
      }
    }
    // By how many components are kept, from 0.
    directions = (0...SensorMap.most).map { kept in components.map { FaultModes.direction($0, kept) } }
  }

  /// The indicators that the learners teach.
  func maps(_ choices: LifeChoices, centres: Int, rows: Int) -> (modes: KernelMap?, lives: [KernelMap]) {
    let ways = directions[choices.components]
    let found = FaultModes(learners.map { ways[$0] }, count: choices.faultModes)
    var lessons = learners.map { ($0, mode: found?.mode(of: ways[$0]) ?? 0) }
    // Engines of one mode side by side, so that centres that are spread evenly serve each mode.
    lessons.sort { $0.mode < $1.mode }
    let lives = (0..<(found?.count ?? 1)).map { mode in
      KernelMap(
        fitting: examples(lessons.filter { $0.mode == mode }.map(\.0), choices, rows: rows, outputs: 1) {
          [min($1, RemainingLifeModel.cap), 0, 0, 0]
        }, centres: centres, reach: choices.reach, ridge: choices.ridge)
    }
    guard let found else { return (nil, lives) }
    let modeOf = Dictionary(uniqueKeysWithValues: lessons)
    let modes = KernelMap(
      fitting: examples(lessons.map(\.0), choices, rows: rows, outputs: found.count) { engine, _ in
        var target = MapOutputs(repeating: 0)
        target[modeOf[engine] ?? 0] = 1
        return target
      }, centres: centres, reach: Self.modeReach, ridge: Self.modeRidge)
    return (modes, lives)
  }

  /// Modes are told apart more easily than remaining cycles: a smooth map is enough.
  private static let modeReach = 1.0
  private static let modeRidge = 0.5

  func expected(
    _ maps: (modes: KernelMap?, lives: [KernelMap]), _ choices: LifeChoices, engine: Int, row: Int
  ) -> Double {
    RemainingLifeModel.expectedRemaining(
      filters[engine][row].features(components: choices.components, choices.view), maps.modes, maps.lives)
  }

  /// - Parameter rows: the most examples; where there are more, evenly many are passed over.
  private func examples(
    _ engines: [Int], _ choices: LifeChoices, rows: Int, outputs: Int,
    _ target: (_ engine: Int, _ left: Double) -> MapOutputs
  ) -> Examples {
    let all = engines.flatMap { engine in
      (min(Self.warmUp, runs[engine].count - 1)..<runs[engine].count).compactMap { row in
        runs[engine].remaining(at: row) <= Self.horizon ? (engine, row) : nil
      }
    }
    var result = Examples(inputs: choices.view.inputs(components: choices.components), outputs: outputs)
    let count = min(rows, all.count)
    for i in 0..<count {
      let (engine, row) = all[i * all.count / count]
      result.add(
        filters[engine][row].features(components: choices.components, choices.view),
        target(engine, runs[engine].remaining(at: row)))
    }
    return result
  }
}
