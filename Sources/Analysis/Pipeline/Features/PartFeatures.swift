// All gatherers of features that go beyond the trip itself, as one.
import Vocabulary

/// What a trip says about the parts of the vehicle, one group for each gatherer.
public struct PartFeatures: BitwiseCopyable, Sendable {
  public var crank = CrankFeatures()
  public var trim = TrimFeatures()
  public var catalyst = CatalystFeatures()
  public var airPath = AirPathFeatures()
  public var brake = BrakeFeatures()
  public var fluid = FluidFeatures()
  public var tyre = TyreFeatures()
  public var vibration = VibrationFeatures()
  public var exhaust = ExhaustFeatures()
  public var traction = TractionFeatures()

  public init() {}
}

/// The gatherers of `PartFeatures`. Checkpointed as they are.
struct PartGatherers: BitwiseCopyable, Sendable {
  private var crank = CrankGatherer()
  private var trim = TrimGatherer()
  private var catalyst = CatalystGatherer()
  private var airPath = AirPathGatherer()
  private var brake = BrakeGatherer()
  private var fluid = FluidGatherer()
  private var tyre = TyreGatherer()
  private var vibration = VibrationGatherer()
  private var exhaust = ExhaustGatherer()
  private var traction = TractionGatherer()

  mutating func begin(at stamp: Timestamp) {
    crank.begin(at: stamp)
    trim.begin(at: stamp)
    catalyst.begin(at: stamp)
    airPath.begin(at: stamp)
    brake.begin(at: stamp)
    fluid.begin(at: stamp)
    tyre.begin(at: stamp)
    vibration.begin(at: stamp)
    exhaust.begin(at: stamp)
    traction.begin(at: stamp)
  }

  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    crank.observe(tick, at: stamp, isDriving: isDriving)
    trim.observe(tick, at: stamp, isDriving: isDriving)
    catalyst.observe(tick, at: stamp, isDriving: isDriving)
    airPath.observe(tick, at: stamp, isDriving: isDriving)
    brake.observe(tick, at: stamp, isDriving: isDriving)
    fluid.observe(tick, at: stamp, isDriving: isDriving)
    tyre.observe(tick, at: stamp, isDriving: isDriving)
    vibration.observe(tick, at: stamp, isDriving: isDriving)
    exhaust.observe(tick, at: stamp, isDriving: isDriving)
    traction.observe(tick, at: stamp, isDriving: isDriving)
  }

  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {
    crank.take(input, value, at: time)
    trim.take(input, value, at: time)
    catalyst.take(input, value, at: time)
    airPath.take(input, value, at: time)
    brake.take(input, value, at: time)
    fluid.take(input, value, at: time)
    tyre.take(input, value, at: time)
    vibration.take(input, value, at: time)
    exhaust.take(input, value, at: time)
    traction.take(input, value, at: time)
  }

  mutating func finish() -> PartFeatures {
    var features = PartFeatures()
    features.crank = crank.finish()
    features.trim = trim.finish()
    features.catalyst = catalyst.finish()
    features.airPath = airPath.finish()
    features.brake = brake.finish()
    features.fluid = fluid.finish()
    features.tyre = tyre.finish()
    features.vibration = vibration.finish()
    features.exhaust = exhaust.finish()
    features.traction = traction.finish()
    return features
  }
}
