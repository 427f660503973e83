// How much of the front oxygen sensor's movement still reaches the rear one, and how often the front one switches.
import Vocabulary

/// What one trip says of the catalyst and the oxygen sensors; NaN is "not observed".
public struct CatalystFeatures: BitwiseCopyable, Sendable {
  /// The rear sensor's way over the front sensor's, warm, at part load and in closed loop: near 0 behind a catalyst
  /// that stores oxygen, 1 behind one that does not. Only from sensors that were read at least five times a second.
  public var ratio = Double.nan
  /// Switches of the front sensor between lean and rich in a second, over the same time.
  public var switchingRate = Double.nan
  /// Seconds behind both.
  public var seconds = 0.0

  public init() {}
}

/// Gathers `CatalystFeatures` from ticks and samples in fixed memory.
struct CatalystGatherer: BitwiseCopyable, Sendable {
  /// Seconds between two samples beyond which movement between them is lost: five samples a second, with some delay.
  static let longestGap = 0.25
  /// Volts below which a switching sensor says lean and above which it says rich.
  static let lean = 0.3
  static let rich = 0.6
  /// Seconds of the right kind of driving that a trip needs.
  static let leastSeconds = 60.0
  /// Volts per second that the front sensor moves at least while it controls the mixture.
  static let leastMovement = 0.2

  private var front = SensorPath()
  private var rear = SensorPath()
  private var switches = 0.0
  private var isRich = false
  /// Whether the last tick was of the kind of driving that tells something.
  private var isSteady = false

  /// A trip begins.
  mutating func begin(at stamp: Timestamp) {
    self = CatalystGatherer()
  }

  /// Takes one second in, driving or parked.
  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    isSteady = isDriving && tick.engineRuns && CatalystGatherer.isSteady(tick)
    if !isSteady {
      front.pause()
      rear.pause()
    }
  }

  /// Takes one sample in at the rate of the bus.
  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {
    switch input {
    case .oxygenFront where isSteady:
      guard let follows = front.take(value, at: time) else { return }
      if isRich ? value < CatalystGatherer.lean : value > CatalystGatherer.rich {
        isRich.toggle()
        if follows { switches += 1 }
      }
    case .oxygenRear where isSteady: _ = rear.take(value, at: time)
    default: break
    }
  }

  /// The trip is over.
  mutating func finish() -> CatalystFeatures {
    var features = CatalystFeatures()
    guard front.seconds >= CatalystGatherer.leastSeconds else { return features }
    features.seconds = front.seconds
    let movement = front.way / front.seconds
    // A wide-band sensor does not switch, a dead one does not move: there is nothing to compare with.
    guard movement >= CatalystGatherer.leastMovement, switches >= 2 else { return features }
    features.switchingRate = switches / front.seconds
    if rear.seconds >= CatalystGatherer.leastSeconds { features.ratio = rear.way / rear.seconds / movement }
    return features
  }

  /// Warm, rolling at part load in closed loop.
  private static func isSteady(_ tick: VehicleTick) -> Bool {
    guard let coolant = tick.coolant, coolant >= 75, let rpm = tick.engineSpeed, rpm >= 1200, rpm <= 3500,
      let speed = tick.speed, speed > 30
    else { return false }
    if let state = tick[.fuelSystemState], state != 2 { return false }
    if let load = tick.engineLoad, load < 20 || load > 70 { return false }
    return true
  }
}

/// The way that a sensor's voltage has gone up and down, of samples that came close enough upon each other.
private struct SensorPath: BitwiseCopyable, Sendable {
  private(set) var way = 0.0
  private(set) var seconds = 0.0
  private var last = Double.nan
  private var lastTime = Instant.zero

  /// Whether the sample follows close enough upon the one before; nil for what is no voltage of a switching sensor.
  mutating func take(_ value: Double, at time: Instant) -> Bool? {
    guard value >= 0, value <= 1.3 else {
      last = .nan
      return nil
    }
    let gap = time.seconds(since: lastTime)
    let follows = !last.isNaN && gap > 0 && gap <= CatalystGatherer.longestGap
    if follows {
      way += abs(value - last)
      seconds += gap
    }
    last = value
    lastTime = time
    return follows
  }

  /// The samples that follow do not belong to those before.
  mutating func pause() { last = .nan }
}
