// What health costs on this machine: bytes of state, time for a second of driving and for the reports of a trip.
import Health
import Pipeline
public import Vocabulary

/// What all components together cost.
public struct HealthCost: Sendable {
  public struct Component: Sendable {
    public var component: ComponentID
    public var stateBytes: Int
    /// For a report with its remaining life; NaN for a component without a simulated part.
    public var microsecondsPerReport: Double
  }

  public var components: [Component]
  /// Of all components, with what they share.
  public var stateBytes: Int
  /// Of the trip that runs and its features.
  public var featureBytes: Int
  /// A second of driving with every input known: features and all components.
  public var nanosecondsPerTick: Double
  /// A sample of a signal that features read at the rate of the bus.
  public var nanosecondsPerSample: Double

  /// Samples a second at full rate: every fast input at 100 Hz.
  public static var samplesPerSecond: Double { 100 * Double(FeatureInput.allCases.count { $0.isFast }) }

  /// Share of one core at full rate, with a trip's reports every ten minutes.
  public var shareOfCore: Double {
    let reports = components.map(\.microsecondsPerReport).filter(\.isFinite).reduce(0, +) * 1e3 / 600
    return (nanosecondsPerTick + nanosecondsPerSample * HealthCost.samplesPerSecond + reports) * 1e-9
  }

  /// Measures; takes some seconds. Of several rounds the quickest counts, since what else a machine does only adds to it.
  public static func measured() -> HealthCost {
    let components = ComponentID.allCases.map { component in
      Component(
        component: component, stateBytes: HealthMonitor.stateBytes(of: component),
        microsecondsPerReport: microsecondsPerReport(of: component))
    }
    let (tick, sample) = nanosecondsOfDriving()
    return HealthCost(
      components: components, stateBytes: MemoryLayout<HealthMonitor.Checkpoint>.size,
      featureBytes: MemoryLayout<TripObserver>.size, nanosecondsPerTick: tick, nanosecondsPerSample: sample)
  }

  private static func microsecondsPerReport(of component: ComponentID) -> Double {
    guard let (ward, day) = SimulatedUnits.ward(of: component, trips: 400) else { return .nan }
    let (reports, stamp) = (50, UnitWard.stamp(day))
    var sum = 0.0
    let nanoseconds = quickest(of: 10) {
      for _ in 0..<reports { sum += ward.monitor.report(component, at: stamp).confidence }
    }
    // What was computed is used, or there would be nothing to time.
    return sum.isNaN ? .nan : nanoseconds / Double(reports) / 1e3
  }

  private static func nanosecondsOfDriving() -> (tick: Double, sample: Double) {
    var catalogue = SignalCatalogue()
    for input in FeatureInput.allCases {
      let signal = input.signal
      _ = catalogue.add(SignalDescription(path: signal.path, unit: signal.unit, range: -1e9...1e9, staleAfter: 5))
    }
    var monitor = HealthMonitor(inputs: FeatureInputs(catalogue), parameters: [], vehicle: VehicleParameters())
    var trips = TripObserver(regulatedTemperature: 88)
    var second = 0.0
    let ticks = 2_000
    let tick = quickest(of: 10) {
      for _ in 0..<ticks {
        second += 1
        var tick = VehicleTick(time: UnitWard.stamp(second / 86_400).uptime, seconds: 1)
        for input in FeatureInput.allCases { tick[input] = 1 + (second + Double(input.rawValue)).remainder(dividingBy: 7) / 10 }
        (tick.speed, tick.engineSpeed, tick.coolant, tick.voltage) = (72, 1_900, 88, 14.1)
        if case .started = trips.observe(tick, stamp: UnitWard.stamp(second / 86_400)) { monitor.tripStarted() }
        monitor.observe(tick)
      }
    }
    let fast = FeatureInput.allCases.filter(\.isFast)
    let samples = 200 * fast.count
    let sample = quickest(of: 10) {
      for i in 0..<samples {
        let time = UnitWard.stamp((second + Double(i / fast.count) / 100) / 86_400).uptime
        trips.take(fast[i % fast.count], Double(i % 50), at: time)
      }
      second += 2
    }
    return (tick / Double(ticks), sample / Double(samples))
  }

  /// Nanoseconds.
  private static func quickest(of rounds: Int, _ work: () -> Void) -> Double {
    var best = Double.infinity
    for _ in 0..<rounds {
      let began = ContinuousClock.now
      work()
      best = min(best, (ContinuousClock.now - began) / .nanoseconds(1))
    }
    return best
  }
}
