// Vibration of the wheel hubs by speed.
import CMath
import Vocabulary

/// What one trip says; NaN is "not observed".
public struct VibrationFeatures: BitwiseCopyable, Sendable {
  /// Upper edges of the bands of speed but the last, km/h; the first begins at 30.
  public static let speedEdges: InlineArray<3, Double> = [50, 80, 110]
  public static let speedBands = 4

  /// Mean binary logarithm of the vibration in m/s², for each wheel and band of speed: `wheel · 4 + band`.
  public var level: InlineArray<16, Float> = InlineArray(repeating: .nan)
  /// Seconds at steady speed behind each.
  public var seconds: InlineArray<16, Float> = InlineArray(repeating: 0)

  public init() {}
}

/// Gathers `VibrationFeatures` from ticks in fixed memory.
struct VibrationGatherer: BitwiseCopyable, Sendable {
  private var sums: InlineArray<16, Double> = InlineArray(repeating: 0)
  private var seconds: InlineArray<16, Double> = InlineArray(repeating: 0)
  private var lastSpeed = Double.nan

  private static let hubs: PerWheel<FeatureInput> = [
    .vibrationFrontLeft, .vibrationFrontRight, .vibrationRearLeft, .vibrationRearRight,
  ]

  /// A trip begins.
  mutating func begin(at stamp: Timestamp) { self = VibrationGatherer() }

  /// Takes one second in, driving or parked. Braking and pulling away shake a hub too: only steady speed counts.
  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    guard isDriving, let speed = tick.speed, tick.seconds > 0 else {
      lastSpeed = .nan
      return
    }
    let change = abs(speed - lastSpeed)
    lastSpeed = speed
    guard speed >= 30, speed <= 250, change <= 3 * tick.seconds else { return }
    let edges = VibrationFeatures.speedEdges
    let band = speed < edges[0] ? 0 : speed < edges[1] ? 1 : speed < edges[2] ? 2 : 3
    for wheel in 0..<4 {
      // A hub that stands perfectly still at speed is a sensor that does not measure.
      guard let vibration = tick[VibrationGatherer.hubs[wheel]], vibration >= 1e-3, vibration <= 2_000 else { continue }
      sums[wheel * 4 + band] += log2(vibration) * tick.seconds
      seconds[wheel * 4 + band] += tick.seconds
    }
  }

  /// Takes one sample in at the rate of the bus.
  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {}

  /// The trip is over.
  mutating func finish() -> VibrationFeatures {
    var features = VibrationFeatures()
    for i in 0..<16 where seconds[i] > 0 {
      features.level[i] = Float(sums[i] / seconds[i])
      features.seconds[i] = Float(seconds[i])
    }
    return features
  }
}
