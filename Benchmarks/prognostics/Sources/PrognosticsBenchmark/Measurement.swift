// Times one estimator, or works it without a clock so that allocations can be counted from outside.

import Glibc

/// An estimator in a state, and what is done with it.
struct Estimator<State> {
  var name: String
  /// Each pass begins with this.
  var start: State
  var updates: Int
  /// Does `updates` updates.
  var pass: (inout State) -> Void
  /// One query of a state that has gone through a pass.
  var query: ((State) -> Double)?
}

struct Measurement {
  enum Mode {
    /// Prints a line for each estimator: bytes, nanoseconds per update and per query, name.
    case time
    /// Goes through so many passes and queries.
    case work(passes: Int)
  }

  private static var rounds: Int { 31 }
  private static var queries: Int { 20 }

  let mode: Mode
  /// What queries said, so that none can be left out.
  private(set) var sum = 0.0

  init(_ mode: Mode) { self.mode = mode }

  mutating func take<State>(_ estimator: Estimator<State>) {
    switch mode {
    case .work(let passes):
      for _ in 0..<passes {
        var state = estimator.start
        estimator.pass(&state)
        if let query = estimator.query { sum += query(state) }
      }
    case .time:
      var updates: [Double] = []
      var queries: [Double] = []
      // Short passes are repeated, since the clock itself takes half a microsecond.
      let repetitions = max(1, 2_000 / estimator.updates)
      for _ in 0..<Self.rounds {
        var state = estimator.start
        var start = now()
        for _ in 0..<repetitions {
          state = estimator.start
          estimator.pass(&state)
        }
        updates.append(Double(now() - start) / Double(estimator.updates * repetitions))
        guard let query = estimator.query else { continue }
        start = now()
        for _ in 0..<Self.queries { sum += query(state) }
        queries.append(Double(now() - start) / Double(Self.queries))
      }
      print("estimator", MemoryLayout<State>.size, median(updates), queries.isEmpty ? "-" : "\(median(queries))",
        estimator.name)
    }
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  /// CPU time of this thread in nanoseconds.
  private func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
