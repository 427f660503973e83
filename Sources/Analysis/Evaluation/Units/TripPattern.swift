// How a simulated vehicle is used: trips, days between them, and the weather of its year.
import CMath
import Pipeline
import Vocabulary

/// Trips of lognormal length around 27 km, some 40 km a day, fewer at weekends, at temperatures that follow a year.
struct TripPattern: Sendable {
  /// One trip.
  struct Outing {
    var km: Double
    /// Days since the trip before.
    var days: Double
    /// Outside, Celsius.
    var ambient: Double
  }

  private(set) var day = 0.0
  private(set) var km = 0.0
  /// How much more than the middle vehicle it is driven.
  var intensity: Double
  private let phase: Double
  private var weather = 0.0
  private var weatherDay = 0.0

  init(_ draws: inout SeededDraws) {
    intensity = exp(0.25 * draws.normal())
    phase = 2 * .pi * draws.uniform()
  }

  mutating func next(_ draws: inout SeededDraws) -> Outing {
    let length = min(400, max(1, 27 * exp(0.6 * draws.normal() - 0.18)))
    let isWeekend = day.truncatingRemainder(dividingBy: 7) >= 5
    let pause = 27 / (40 * intensity) * draws.uniform(0.3...1.5) * (isWeekend ? 1.9 : 0.9)
    day += pause
    km += length
    // The weather of one day is that of the day before, by two thirds.
    let memory = exp(-(day - weatherDay) * 0.4)
    weather = memory * weather + (1 - memory * memory).squareRoot() * draws.normal()
    weatherDay = day
    return Outing(km: length, days: pause, ambient: 10 + 10 * sin(2 * .pi * day / 365 + phase) + 4 * weather)
  }
}

extension SimulatedTrip {
  /// A trip of which the parts say this; the trial gives it its number and times.
  init(_ outing: TripPattern.Outing, _ parts: PartFeatures) {
    let never = Timestamp.unknown
    var features = TripFeatures(trip: Trip(number: 0, started: never))
    features.parts = parts
    self.init(km: outing.km, days: outing.days, features: features)
  }
}
