// A part with known truth: what it would show to the vehicle's features, trip by trip, until it fails.
public import Health
public import Pipeline
public import Vocabulary

/// How a simulated part and its vehicle differ from what the model was told to expect.
public enum UnitVariant: String, CaseIterable, Sendable {
  /// As the priors say.
  case nominal
  /// It never degrades.
  case healthy
  /// It lives half or twice as long as the priors say.
  case wrongPrior = "wrong-prior"
  /// Its indicator follows the seasons beyond what the model takes out.
  case seasonal
  /// The vehicle's use doubles or halves in mid-life.
  case regimeChange = "regime-change"
  /// A third of the trips is not seen.
  case gaps
  /// A sensor is exchanged in mid-life for one with another offset.
  case sensorSwap = "sensor-swap"
  /// A sudden step to beyond the failure level.
  case step
}

/// One trip of a simulated vehicle.
public struct SimulatedTrip: Sendable {
  /// Kilometres of this trip.
  public var km: Double
  /// Days since the vehicle's last trip, fractions included.
  public var days: Double
  /// What the features of the trip say about the part; `trip.distanceKm` and times are set by the trial.
  public var features: TripFeatures
  /// Seconds of driving that are shown to models which integrate them; may be few, and each up to 5 s long.
  public var ticks: [VehicleTick] = []
  /// Whether Telltale sees the trip. An unseen one wears the part all the same.
  public var isSeen = true

  public init(km: Double, days: Double, features: TripFeatures) {
    self.km = km
    self.days = days
    self.features = features
  }
}

/// A simulated part. Deterministic: the same seed and variant give the same life.
public protocol SimulatedUnit: Sendable {
  static var component: ComponentID { get }
  /// Parameters that its vehicle's owner would have set.
  static var parameters: [(name: String, value: Double)] { get }
  /// Variants that make sense for this part.
  static var variants: [UnitVariant] { get }
  /// Whether its remaining life is to be judged in days, not kilometres.
  static var countsInDays: Bool { get }

  init(variant: UnitVariant, seed: UInt64)

  /// Lives through one more trip.
  mutating func nextTrip() -> SimulatedTrip
  /// True consumed fraction of life after the last trip: 0 new, 1 at the failure level.
  var consumed: Double { get }
  /// What the workshop would do now, before the next trip: for parts that only measurements tell much about.
  mutating func workshop(_ monitor: inout HealthMonitor, at time: Timestamp)
}

extension SimulatedUnit {
  public static var parameters: [(name: String, value: Double)] { [] }
  public static var countsInDays: Bool { false }
  public mutating func workshop(_ monitor: inout HealthMonitor, at time: Timestamp) {}
}

/// Seeded draws (SplitMix64): the same on every machine.
public struct SeededDraws: Sendable {
  private var state: UInt64

  public init(seed: UInt64) {
    // Neighbouring seeds must not give the same stream, a draw apart.
    state = SeededDraws.mixed(seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x2545_F491_4F6C_DD1D)
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return SeededDraws.mixed(state)
  }

  private static func mixed(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// In 0..<1.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Standard normal (the sum of twelve uniform draws).
  public mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += uniform() }
    return sum
  }
}
