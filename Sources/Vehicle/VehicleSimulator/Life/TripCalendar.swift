// When the car is driven and how far: commutes, errands and weekend drives, none at night.

/// A drive that the owner means to make.
struct PlannedTrip: Sendable {
  enum Road: Sendable {
    /// Streets with lights from end to end.
    case town
    /// Streets at both ends, a country road between.
    case rural
    /// Streets at both ends, a motorway between.
    case motorway
  }

  /// Nanoseconds since 1970; the car may still be under way then and leaves later.
  var start: Int64
  var metres: Double
  var road: Road
}

/// Who drives, and what for.
enum Owner: Sendable {
  /// To work and back on most weekdays, errands, and a drive at the weekend.
  case commuter
  /// Loads from depot to depot on weekdays, mostly by motorway.
  case haulier
}

/// The owner's habits. Every day draws its own plan, so that days do not depend on how the drives went.
struct TripCalendar: Sendable {
  private var random: RandomStream
  private let firstDay: Int
  private let start: Int64
  private var day: Int
  /// The trips of the current day that are still to come, the next one last.
  private var plan: [PlannedTrip] = []
  /// Distance to work, which stays the same.
  private let commuteMetres: Double
  private let owner: Owner

  static let nanosecondsPerDay: Int64 = 86_400_000_000_000

  /// - Parameter start: nanoseconds since 1970 before which nothing is driven.
  init(seed: UInt64, start: Int64, owner: Owner = .commuter) {
    self.owner = owner
    random = RandomStream(seed: seed, for: .calendar)
    self.start = start
    firstDay = Int(start / TripCalendar.nanosecondsPerDay)
    day = firstDay - 1
    commuteMetres = random.uniform(10_000...16_000)
  }

  mutating func next() -> PlannedTrip {
    while true {
      while let trip = plan.popLast() {
        if trip.start >= start { return trip }
      }
      day += 1
      planDay()
    }
  }

  private mutating func planDay() {
    // 1970-01-01 was a Thursday; 5 and 6 are Saturday and Sunday.
    let isWeekend = (day + 3) % 7 >= 5
    var trips: [PlannedTrip] = []
    if owner == .haulier {
      if !isWeekend { addTour(&trips) }
    } else if isWeekend {
      if random.chance(0.25) {
        let metres = 1000 * random.logNormal(median: 36, spread: 0.4)
        addThereAndBack(&trips, hour: random.uniform(8.5...11), stay: random.uniform(1.5...4), metres, .motorway)
      }
      if random.chance(0.55) { addErrand(&trips, hour: random.uniform(14...17)) }
    } else {
      if random.chance(0.75) {
        addThereAndBack(
          &trips, hour: 7 + 0.3 * random.normal(), stay: 9 + 0.5 * random.normal(), commuteMetres, .rural)
      }
      if random.chance(0.3) { addErrand(&trips, hour: random.uniform(17.5...19.5)) }
    }
    plan = trips.reversed()
  }

  private mutating func addTour(_ trips: inout [PlannedTrip]) {
    addThereAndBack(
      &trips, hour: random.uniform(5...7), stay: random.uniform(2.5...3.5),
      1000 * random.logNormal(median: 70, spread: 0.3), .motorway)
    if random.chance(0.8) {
      addThereAndBack(
        &trips, hour: random.uniform(12...13.5), stay: random.uniform(1.5...2.5),
        1000 * random.logNormal(median: 40, spread: 0.3), random.chance(0.7) ? .motorway : .rural)
    }
  }

  private mutating func addErrand(_ trips: inout [PlannedTrip], hour: Double) {
    let metres = 1000 * random.logNormal(median: 4, spread: 0.45)
    addThereAndBack(&trips, hour: hour, stay: random.uniform(0.3...1.2), metres, .town)
  }

  private mutating func addThereAndBack(
    _ trips: inout [PlannedTrip], hour: Double, stay: Double, _ metres: Double, _ road: PlannedTrip.Road
  ) {
    for leaving in [hour, hour + max(0.2, stay)] {
      let inDay = Int64(max(0, min(leaving, 23)) * 3_600_000) * 1_000_000
      let start = Int64(day) * TripCalendar.nanosecondsPerDay + inDay
      trips.append(PlannedTrip(start: start, metres: metres * random.uniform(0.97...1.03), road: road))
    }
  }
}
