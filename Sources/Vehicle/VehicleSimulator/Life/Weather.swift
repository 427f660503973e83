// The air around the car: season, day and hour of a temperate climate.
import CMath

/// Ambient temperature by time. Days come in order, since one day's weather follows the last one's.
struct Weather: Sendable {
  private var random: RandomStream
  private var day = Int.min
  /// How much warmer than its season the day is, K.
  private var anomaly = 0.0

  init(seed: UInt64) { random = RandomStream(seed: seed, for: .weather) }

  /// Moves to a day counted from 1970. Each day between draws its own weather.
  mutating func advance(to newDay: Int) {
    if day == .min {
      anomaly = 3 * random.normal()
      day = newDay
    }
    while day < newDay {
      anomaly = 0.8 * anomaly + 1.8 * random.normal()
      day += 1
    }
  }

  /// Celsius at `second` of the current day. Coldest about 20 January and about three o'clock.
  func temperature(second: Double) -> Double {
    let yearAngle = 2 * .pi * (Double(day) + second / 86_400 - 19) / 365.2425
    let dayAngle = 2 * .pi * (second / 86_400 - 0.125)
    return 10 - 9.5 * cos(yearAngle) - 3.5 * cos(dayAngle) + anomaly
  }
}
