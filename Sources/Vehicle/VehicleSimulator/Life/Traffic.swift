// How fast the road lets the car go: legs at a speed, lights, corners, and a stop at the destination.
import CMath

/// The driver and the road of one trip, as a speed over time.
struct Traffic: Sendable {
  /// m/s, never negative.
  private(set) var speed = 0.0
  /// m/s^2 over the last step.
  private(set) var acceleration = 0.0
  /// Metres since the trip began.
  private(set) var travelled = 0.0
  private(set) var hasArrived = false
  var isBraking: Bool { acceleration < -0.4 }

  private var random: RandomStream
  private var trip = PlannedTrip(start: 0, metres: 0, road: .town)
  private var targetSpeed = 0.0
  private var secondsLeft = 0.0
  private var isParked = false
  /// The driver's wandering about the speed meant, m/s.
  private var wander = 0.0

  /// m/s that the vehicle is governed to.
  private let fastest: Double
  /// How briskly it gathers speed, over a car.
  private let agility: Double

  init(seed: UInt64, fastest: Double = .infinity, agility: Double = 1) {
    random = RandomStream(seed: seed, for: .traffic)
    self.fastest = fastest
    self.agility = agility
  }

  mutating func begin(_ trip: PlannedTrip) {
    self.trip = trip
    speed = 0
    acceleration = 0
    travelled = 0
    hasArrived = false
    isParked = false
    wander = 0
    targetSpeed = 0
    secondsLeft = random.uniform(2...12)
  }

  mutating func advance(seconds: Double) {
    let remaining = trip.metres - travelled
    if remaining < 2 {
      // The driver sits a moment with the engine idling.
      if !isParked { secondsLeft = random.uniform(1...6) }
      isParked = true
      acceleration = -speed / seconds
      speed = 0
      secondsLeft -= seconds
      hasArrived = secondsLeft <= 0
      return
    }
    secondsLeft -= seconds
    if secondsLeft <= 0 { beginLeg() }
    wander += -wander * seconds / 8 + 0.35 * sqrt(seconds) * random.normal()

    // What still lets the car stop at its destination with 1.1 m/s^2; never so slow that it does not get there.
    let stopping = max(1.2, sqrt(2.2 * remaining))
    let wanted = min(targetSpeed > 0 ? max(0, targetSpeed + wander) : 0, stopping, fastest)
    // Less reserve of power at higher speed.
    let strongest = agility * (1.9 / (1 + speed / 22))
    // The last metres are followed closely, other speeds at leisure.
    let patience = wanted == stopping ? 0.8 : 2.5
    let asked = max(-3, min(strongest, (wanted - speed) / patience))
    let before = speed
    speed = max(0, speed + asked * seconds)
    if targetSpeed == 0 && speed < 0.4 && remaining > 5 { speed = 0 }
    acceleration = (speed - before) / seconds
    travelled += (before + speed) / 2 * seconds
  }

  private mutating func beginLeg() {
    let here = roadHere
    if targetSpeed > 0 && here == .town && random.chance(0.4) || targetSpeed > 0 && random.chance(0.04) {
      targetSpeed = 0
      secondsLeft = 8 + min(50, random.exponential(mean: 16))
      return
    }
    switch here {
    case .town:
      targetSpeed = random.uniform(32...54) / 3.6
      secondsLeft = random.uniform(15...50)
    case .rural:
      targetSpeed = random.uniform(62...98) / 3.6
      secondsLeft = random.uniform(40...140)
    case .motorway:
      targetSpeed = random.uniform(98...132) / 3.6
      secondsLeft = random.uniform(60...240)
    }
  }

  private var roadHere: PlannedTrip.Road {
    let edge = min(2200, trip.metres * 0.25)
    return travelled < edge || trip.metres - travelled < edge ? .town : trip.road
  }
}
