// What catalyst and oxygen sensors have in common: a share of a limit, told by the control unit's own tests or, where
// there are none, by the movement of the sensors, and its course towards the limit.
import Pipeline
import Prognostics
import Vocabulary

/// How a kind of part of the exhaust stands against its limits, test by test.
///
/// The control unit's own results are preferred: they were made under the unit's own conditions and against its own
/// limits. Once one has been seen, the movement of the sensors counts no more. Each kind of test of each part has a
/// reference of its own, from when the part was new; the worst of them is judged.
struct ExhaustTest: BitwiseCopyable {
  private(set) var observations = Observations()
  /// Whether the control unit's tests are what is judged by. They need no signal.
  private(set) var isByMonitor = false
  /// Share of the limit by the sensors' movement in the first tests, 0 far from it, 1 at it.
  private var movement = FirstTests()
  private var monitored: InlineArray<4, MonitoredPlace>
  /// The one of them that was the worst in the last test.
  private var worst = 0
  /// Way to the limit since the part was new, 0...1 and beyond.
  private var recent = Ewma(memory: 10)
  private var detector = SelfStartingCusum(leastScatter: 0.005)
  private var onset = ChangeOnset()
  private var tick = WeightedMean()
  private var tickFromKm = Double.nan
  private var trend: IndicatorTrend
  /// Tests beyond the limit less those within it, 0...6.
  private var failedTests = 0

  /// Distance of one tick of the trend.
  static let kmPerTick = 500.0
  /// So many more tests beyond the limit than within it are a failure.
  static let limitTests = 3
  /// Seconds after which a drive without a test is a drive not covered.
  static let longDrive = 1800.0

  init(_ model: ShapeBankModel) {
    trend = IndicatorTrend(model)
    monitored = InlineArray(repeating: MonitoredPlace())
  }

  /// Takes a trip in.
  /// - Parameters:
  ///   - places: of the parts in `monitors`, four.
  ///   - share: of the limit by the sensors' movement, NaN without one.
  mutating func add(
    _ monitors: MonitorFeatures, at places: Range<Int>, movement share: Double, _ trip: Trip, _ usage: VehicleUsage,
    _ model: ShapeBankModel
  ) {
    let (isTold, isNews) = take(monitors, at: places, km: usage.km)
    if isTold && !isByMonitor {
      isByMonitor = true
      forget(model)
    }
    let isTest = isByMonitor ? isNews : share.isFinite
    guard isTest else {
      // A result that stands is no test, but the part is covered.
      if !(isByMonitor && isTold) && trip.engineSeconds >= ExhaustTest.longDrive {
        observations.count(false, at: trip.ended)
      }
      return
    }
    observations.count(true, at: trip.ended)
    if isByMonitor {
      follow(findWorst(), usage, model)
    } else {
      let share = min(max(share, 0), 2)
      movement.add(share)
      follow(movement.consumed(share), usage, model)
    }
  }

  /// - Returns: whether there is any result, and whether one is of a test that counts.
  private mutating func take(
    _ monitors: MonitorFeatures, at places: Range<Int>, km: Double
  ) -> (isTold: Bool, isNews: Bool) {
    var (isTold, isNews) = (false, false)
    for place in places where monitors[place].isFinite {
      isTold = true
      if monitored[place - places.lowerBound].take(monitors[place], km: km) { isNews = true }
    }
    return (isTold, isNews)
  }

  /// Finds the worst, and how far it has come since it was new.
  private mutating func findWorst() -> Double {
    var most = -Double.infinity
    for i in 0..<monitored.count where monitored[i].consumed > most { (worst, most) = (i, monitored[i].consumed) }
    return most
  }

  private mutating func follow(_ consumed: Double, _ usage: VehicleUsage, _ model: ShapeBankModel) {
    recent.add(consumed)
    failedTests = max(0, min(2 * ExhaustTest.limitTests, failedTests + (consumed >= 1 ? 1 : -1)))
    guard first.isComplete else { return }
    detector.add(consumed)
    onset.follow(detector, km: usage.km)
    if tickFromKm.isNaN { tickFromKm = usage.km }
    tick.add(consumed)
    guard usage.km - tickFromKm >= ExhaustTest.kmPerTick else { return }
    let isReplaced = trend.add(tick.mean, km: usage.km, model)
    tick = WeightedMean()
    tickFromKm = usage.km
    if isReplaced {
      recent = Ewma(memory: 10)
      recent.add(consumed)
      detector.reset()
    }
  }

  /// What is known of the part that is judged when it was new.
  private var first: FirstTests { isByMonitor ? monitored[worst].first : movement }

  /// What was learned of the sensors' movement says nothing of the control unit's tests.
  private mutating func forget(_ model: ShapeBankModel) {
    recent = Ewma(memory: 10)
    detector.reset()
    onset = ChangeOnset()
    tick = WeightedMean()
    tickFromKm = .nan
    failedTests = 0
    trend = IndicatorTrend(model)
  }

  /// - Parameter feature: the quantity that a share of the limit by the sensors' movement, or by the control unit's
  ///   test, stands for, and its value in that quantity's unit.
  func report(
    _ component: ComponentID, at time: Timestamp, _ usage: VehicleUsage, _ model: ShapeBankModel,
    _ vehicle: VehicleParameters, as feature: (_ share: Double) -> (Feature, value: Double)
  ) -> HealthReport {
    guard observations.valid > 0, !recent.isEmpty else {
      return HealthReport(unknown: component, because: .noValidTick(.catalystTest), at: time)
    }
    let hasFailed = failedTests >= ExhaustTest.limitTests
    let consumed = greatest(0, recent.mean + trend.offset, hasFailed ? 1 : 0)
    var report = HealthReport(
      component, consumed: consumed, spread: trend.spread, isConfirmed: hasFailed || detector.change == .up,
      observations, .catalystTest, at: time, atKm: usage.km)
    let now = feature(shareOfLimit(first.way(atConsumed: recent.mean)))
    report.evidence.add(
      Evidence(
        feature: now.0, value: now.value, reference: feature(shareOfLimit(first.reference)).value,
        z: deviates(recent.mean, detector), share: consumed > 0 ? 1 : 0,
        sinceKm: onset.km(of: detector.change == .up ? .up : .none)))
    report.tell(trend, model, usage, vehicle)
    return report
  }

  private func shareOfLimit(_ way: Double) -> Double {
    isByMonitor ? MonitorFeatures.shareOfLimit(way, at: worst) : way
  }

  /// The part is new. The results that stand are of the old one.
  mutating func replace(at km: Double, _ model: ShapeBankModel) {
    let old = self
    self = ExhaustTest(model)
    isByMonitor = old.isByMonitor
    for i in 0..<monitored.count { monitored[i] = old.monitored[i].replaced(at: km) }
  }

  // MARK: What outlives versions

  /// Of the sensors' movement, then of each place.
  func counter(_ index: Int) -> Double { index == 0 ? movement.counter : monitored[index - 1].first.counter }

  mutating func restore(counter index: Int, _ value: Double) {
    if index == 0 { movement.hold(value) } else { monitored[index - 1].hold(value) }
  }
}

/// A kind of test of a part that the control unit makes.
private struct MonitoredPlace: BitwiseCopyable {
  private(set) var first = FirstTests()
  private var last = Double.nan
  private var lastKm = -Double.infinity

  /// A result that comes again unchanged is the same test, up to this distance. A control unit has to run these tests
  /// in a third of all drives (in-use performance ratio 0.336): after some seven drives of 27 km it ran again, and the
  /// same coarse number came out.
  static let kmOfOneResult = 200.0

  /// Way to the limit since it was new; minus infinity before its first test.
  var consumed: Double { last.isNaN || first.isEmpty ? -.infinity : first.consumed(last) }

  /// - Returns: whether the result is of a test that has not counted yet.
  mutating func take(_ way: Double, km: Double) -> Bool {
    guard way != last || km - lastKm >= MonitoredPlace.kmOfOneResult else { return false }
    (last, lastKm) = (way, km)
    first.add(way)
    return true
  }

  /// The same for a new part: what was seen of the old one is no news of it.
  func replaced(at km: Double) -> MonitoredPlace {
    var new = MonitoredPlace()
    (new.last, new.lastKm) = (last, km)
    return new
  }

  mutating func hold(_ way: Double) { first.hold(way) }
}

/// Where a part stood in its first tests: 1 at the limit.
private struct FirstTests: BitwiseCopyable {
  private var mean = 0.0
  private var count = 0.0

  static let needed = 10.0
  /// A part that was further gone than this in its first tests was not new.
  static let mostOfNewPart = 0.5

  var isEmpty: Bool { count == 0 }
  var isComplete: Bool { count >= FirstTests.needed }
  /// Where the part stood when it was new.
  var reference: Double { min(mean, FirstTests.mostOfNewPart) }

  func consumed(_ way: Double) -> Double { (way - reference) / (1 - reference) }
  func way(atConsumed consumed: Double) -> Double { reference + consumed * (1 - reference) }

  mutating func add(_ value: Double) {
    guard !isComplete else { return }
    count += 1
    mean += (value - mean) / count
  }

  /// NaN while it is not complete.
  var counter: Double { isComplete ? mean : .nan }

  mutating func hold(_ mean: Double) {
    self.mean = mean
    count = FirstTests.needed
  }
}
