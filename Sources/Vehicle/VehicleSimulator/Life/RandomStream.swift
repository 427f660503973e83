// Seeded randomness in independent streams, so that more noise in one part of the car leaves the others as they were.
import CMath

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers for a seed and a stream on every machine.
struct RandomStream: Sendable {
  /// The parts of the car that draw their own numbers.
  enum Purpose: UInt64 {
    case vehicle = 1
    case calendar = 2
    case weather = 3
    case traffic = 4
    case trip = 5
    case sensors = 6
    case wear = 7
    case identity = 8
    case scanTool = 9
    case transport = 10
  }

  private var state: UInt64

  init(seed: UInt64, for purpose: Purpose) {
    state = seed
    // Neighbouring seeds and streams start far apart in the sequence.
    state = next() ^ (purpose.rawValue &* 0xD6E8_FEB8_6659_FD93)
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in 0..<1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// Normal with mean 0 and standard deviation 1 (Box and Muller).
  mutating func normal() -> Double {
    let radius = sqrt(-2 * log(1 - uniform()))
    return radius * cos(2 * .pi * uniform())
  }

  /// Exponential with the given mean.
  mutating func exponential(mean: Double) -> Double { -mean * log(1 - uniform()) }

  /// Log-normal with the given median and standard deviation of the logarithm.
  mutating func logNormal(median: Double, spread: Double) -> Double { median * exp(spread * normal()) }
}
