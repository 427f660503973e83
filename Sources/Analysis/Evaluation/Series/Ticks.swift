// Measurements brought to ticks: what a filter on board would be given.
import Prognostics

/// The median of what one stretch of usage measured.
struct Tick {
  /// Mean usage of the measurements, since the unit's first.
  var usage: Double
  /// Usage of the last of them, when the tick can speak.
  var end: Double
  var progress: Double
}

/// Gathers measurements into ticks with fixed memory, as on board.
struct TickGatherer {
  private let span: Double
  private var cell = -1.0
  private var usageSum = 0.0
  private var count = 0.0
  private var last = 0.0
  private var median = P2Quantile(level: 0.5)

  /// - Parameter span: usage of a tick; measurements that come less often are ticks of their own.
  init(span: Double) { self.span = span }

  /// - Returns: the tick before, when this measurement begins the next.
  mutating func add(_ point: UnitHistory.Point) -> Tick? {
    let place = (point.usage / span).rounded(.down)
    let finished = place == cell ? nil : tick
    if place != cell {
      self = TickGatherer(span: span)
      cell = place
    }
    usageSum += point.usage
    count += 1
    last = point.usage
    median.add(point.progress)
    return finished
  }

  var tick: Tick? { count > 0 ? Tick(usage: usageSum / count, end: last, progress: median.value) : nil }
}

extension UnitHistory {
  /// All ticks, or those of measurements before a usage.
  func ticks(span: Double, before limit: Double = .infinity) -> [Tick] {
    var gatherer = TickGatherer(span: span)
    var ticks = points.prefix { $0.usage < limit }.compactMap { gatherer.add($0) }
    if let tick = gatherer.tick { ticks.append(tick) }
    return ticks
  }
}
