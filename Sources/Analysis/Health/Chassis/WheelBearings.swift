// Wheel bearings: each hub's vibration over its own of the same speed. Only a state: nobody can tell kilometres of it.
import CMath
import Pipeline
import Prognostics
import Vocabulary

/// The bearing model (PROGNOSTICS 4.13). A hub is held against its own first trips, speed by speed, and against the
/// other hubs on the same trip: a rough road shakes all of them.
struct WheelBearings: ComponentModel {
  static let inputs: [ComponentInput] = [
    .needs(.speed), .needs(.vibrationFrontLeft, .vibrationFrontRight, .vibrationRearLeft, .vibrationRearRight),
    .uses(.vibrationFrontRight), .uses(.vibrationRearLeft), .uses(.vibrationRearRight),
  ]

  static let parameters: [ParameterDescription] = [
    .init("failure_ratio", "", 1.5...100, 4, "vibration over that of the healthy hub at which a bearing has failed")
  ]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var hubs: PerWheel<Hub> = InlineArray(repeating: Hub())
  }

  private(set) var state = State()
  /// Binary logarithm of the failure ratio.
  private let failure: Double

  /// Seconds at steady speed that make a valid trip, and after which a trip without them is one not covered.
  static let steadySeconds = 60.0
  static let longTrip = 900.0
  /// Consumed fraction that a certain change stands for once it is this much of the way: an early defect.
  static let (earlyShare, earlyFrom) = (0.65, 0.25)

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    failure = log2(parameters.value("failure_ratio"))
  }

  mutating func restore(_ earlier: State) { state = earlier }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    let features = trip.parts.vibration
    var rises: PerWheel<Double> = InlineArray(repeating: .nan)
    var seconds = 0.0
    for wheel in 0..<4 {
      var own = 0.0
      for band in 0..<VibrationFeatures.speedBands { own += Double(features.seconds[wheel * 4 + band]) }
      seconds = max(seconds, own)
      guard own >= WheelBearings.steadySeconds else { continue }
      rises[wheel] = state.hubs[wheel].rise(features, wheel: wheel)
    }
    let isValid = seconds >= WheelBearings.steadySeconds
    if isValid || trip.trip.engineSeconds >= WheelBearings.longTrip {
      state.observations.count(isValid, at: trip.trip.ended)
    }
    guard isValid else { return }
    for wheel in 0..<4 where rises[wheel].isFinite {
      state.hubs[wheel].follow(rises[wheel] - road(rises, but: wheel), failure: failure, km: usage.km)
    }
  }

  /// What the road does to all hubs: the middle of what the others rose by. A second bad bearing must not hide a first:
  /// the road is at most what the quietest two of three show.
  private func road(_ rises: PerWheel<Double>, but wheel: Int) -> Double {
    var (least, second, count) = (Double.infinity, Double.infinity, 0)
    for other in 0..<4 where other != wheel && rises[other].isFinite {
      count += 1
      if rises[other] < least {
        (least, second) = (rises[other], least)
      } else {
        second = min(second, rises[other])
      }
    }
    return count >= 2 ? second : 0
  }

  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) { state = State() }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .wheelBearings, because: .noValidTick(.vibrationTrip), at: time)
    }
    var worst = 0.0
    var spread = 0.0
    var isCertain = false
    var isLearned = false
    var shares: PerWheel<Double> = InlineArray(repeating: 0)
    var total = 0.0
    for wheel in 0..<4 {
      let hub = state.hubs[wheel]
      guard hub.isLearned else { continue }
      isLearned = true
      let measured = hub.rise / failure
      let hasChanged = hub.detector.change == .up && measured >= WheelBearings.earlyFrom
      let share = hasChanged ? max(measured, WheelBearings.earlyShare) : max(0, measured)
      shares[wheel] = share
      total += share
      guard share >= worst else { continue }
      (worst, isCertain, spread) = (share, hasChanged && measured < WheelBearings.earlyShare, hub.spread / failure)
    }
    var report = HealthReport(
      .wheelBearings, consumed: worst, spread: spread, isConfirmed: isCertain, state.observations, .vibrationTrip,
      at: time, atKm: usage.km)
    let features: PerWheel<Feature> = [
      .vibrationFrontLeft, .vibrationFrontRight, .vibrationRearLeft, .vibrationRearRight,
    ]
    for wheel in 0..<4 where state.hubs[wheel].isLearned {
      let hub = state.hubs[wheel]
      report.evidence.add(
        Evidence(
          feature: features[wheel], value: exp2(hub.rise), reference: 1, z: deviates(hub.rise, hub.detector),
          share: total > 0 ? shares[wheel] / total : 0, sinceKm: hub.onset.km(of: hub.detector.change)))
    }
    if report.state.isBand {
      report.reason = .stateOnly
      if !isLearned {
        report.state = .learning
        report.reason = .learning(
          seen: Int(state.observations.valid), needed: Int(Hub.learningTrips), .vibrationTrip)
      }
    }
    return report
  }
}

/// One hub: what is normal for it at each speed, and how far it has risen above that. In binary logarithms.
struct Hub: BitwiseCopyable {
  private var normal: InlineArray<4, Float> = InlineArray(repeating: 0)
  private var trips: InlineArray<4, Float> = InlineArray(repeating: 0)
  private var level = Ewma(memory: 6)
  // Noise that is below 5 % of a hub's own means nothing.
  private(set) var detector = SelfStartingCusum(leastScatter: 0.03)
  private(set) var onset = ChangeOnset()
  private var quietTrips: UInt32 = 0
  private var isChanged = false

  /// Trips that set what is normal at a speed.
  static let learningTrips: Float = 12
  private static let quiet = 0.15
  private static let quietTripsOfNewPart: UInt32 = 5

  var isLearned: Bool { !level.isEmpty }
  var rise: Double { level.mean }
  /// Standard deviation of `rise`: a mean over some six trips.
  var spread: Double { max(0.03, (level.variance / 6).squareRoot()) }

  /// How much above normal the hub was on a trip; NaN while no speed of it is learned.
  mutating func rise(_ features: VibrationFeatures, wheel: Int) -> Double {
    var (sum, weight) = (0.0, 0.0)
    for band in 0..<VibrationFeatures.speedBands {
      let seconds = Double(features.seconds[wheel * 4 + band])
      guard seconds >= 20, trips[band] >= Hub.learningTrips else { continue }
      // A minute says what ten say: the trip is the observation.
      sum += min(seconds, 120) * Double(features.level[wheel * 4 + band] - normal[band])
      weight += min(seconds, 120)
    }
    let rise = weight > 0 ? sum / weight : .nan
    for band in 0..<VibrationFeatures.speedBands {
      guard features.seconds[wheel * 4 + band] >= 20, trips[band] < Hub.learningTrips else { continue }
      trips[band] += 1
      // A speed that is driven for the first time late in the life is learned as far as the others say it has risen.
      let risen = isLearned ? Float(max(0, level.mean)) : 0
      normal[band] += (features.level[wheel * 4 + band] - risen - normal[band]) / trips[band]
    }
    return rise
  }

  /// - Parameter rise: with the road taken out.
  mutating func follow(_ rise: Double, failure: Double, km: Double) {
    // One pothole is not a bearing: no trip counts for more than the whole way.
    level.add(max(-failure, min(1.5 * failure, rise)))
    detector.add(rise)
    onset.follow(detector, km: km)
    if detector.change == .up { isChanged = true }
    quietTrips = rise < Hub.quiet ? quietTrips &+ 1 : 0
    // Loud for long, and now as quiet as when it was new: somebody has replaced it.
    if isChanged && quietTrips >= Hub.quietTripsOfNewPart {
      detector.reset()
      onset = ChangeOnset()
      level = Ewma(memory: 6)
      level.add(rise)
      isChanged = false
    }
  }
}
