// Merges the roll-ups of short intervals into those of longer ones: seconds into minutes and hours, minutes into hours.
import Store
import Vocabulary

/// The longer intervals that are open. Fixed memory: one roll-up of each signal for each longer resolution.
struct RollUpLadder {
  /// All signals over one interval.
  struct Interval {
    var resolution: RollUpResolution
    /// Wall nanoseconds since 1970.
    var start: Int64
    var rollUps: [RollUp]
  }

  private struct Rung {
    let resolution: RollUpResolution
    var start: Int64?
    /// By signal; those without a sample have count 0.
    var open: [RollUp]
  }
  private var rungs: [Rung]

  init(base: RollUpResolution, signals: [SignalID]) {
    rungs = RollUpResolution.allCases.filter { $0.rawValue > base.rawValue }.map { resolution in
      Rung(resolution: resolution, start: nil, open: signals.map(RollUp.empty))
    }
  }

  /// The longer resolutions that it makes.
  var resolutions: [RollUpResolution] { rungs.map(\.resolution) }

  /// Takes an interval of the base in. Returns the longer ones that are over because it belongs to others.
  mutating func add(_ rollUps: [RollUp], start: Int64) -> [Interval] {
    var over: [Interval] = []
    for i in rungs.indices {
      let beginning = rungs[i].resolution.start(ofIntervalAt: start)
      if let open = rungs[i].start, open != beginning {
        over.append(
          Interval(resolution: rungs[i].resolution, start: open, rollUps: rungs[i].open.filter { $0.count > 0 }))
        for signal in rungs[i].open.indices { rungs[i].open[signal] = .empty(rungs[i].open[signal].signal) }
      }
      rungs[i].start = beginning
      for rollUp in rollUps where rollUp.signal.index < rungs[i].open.count {
        rungs[i].open[rollUp.signal.index].merge(rollUp)
      }
    }
    return over
  }
}

extension RollUpResolution {
  /// Its length, ns.
  var nanoseconds: Int64 { rawValue * 1_000_000_000 }

  /// The number of the interval that a wall time lies in, counted from 1970.
  func interval(at wallNanoseconds: Int64) -> Int64 {
    let quotient = wallNanoseconds / nanoseconds
    return wallNanoseconds % nanoseconds < 0 ? quotient - 1 : quotient
  }

  /// Where that interval begins, wall nanoseconds since 1970.
  func start(ofIntervalAt wallNanoseconds: Int64) -> Int64 { interval(at: wallNanoseconds) * nanoseconds }
}

extension RollUp {
  /// Takes a later interval's in.
  mutating func merge(_ later: RollUp) {
    count &+= later.count
    minimum = min(minimum, later.minimum)
    maximum = max(maximum, later.maximum)
    sum += later.sum
    last = later.last
  }
}
