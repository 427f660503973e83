// Trouble codes: those that stand, and how likely those that went away are to come back.
import CMath
import Pipeline
import Vocabulary

/// The trouble code model (PROGNOSTICS 4.14). Each system of the vehicle has a rate at which its codes come, a gamma
/// law that each thousand kilometres narrows and each new code raises. Codes foretell no distance: only their return.
struct TroubleCodeHealth: ComponentModel {
  static let inputs: [ComponentInput] = []
  static let parameters: [ParameterDescription] = [
    .init("safety_weight", "", 0...1, 1, "how much a code of brakes, steering, restraints or high voltage counts"),
    .init("emissions_weight", "", 0...1, 0.5, "how much a code of the engine, the drive or their exhaust counts"),
    .init("comfort_weight", "", 0...1, 0.2, "how much any other code counts"),
  ]

  struct State: BitwiseCopyable {
    var observations = Observations()
    var groups = InlineArray<16, CodeRecurrence>(repeating: CodeRecurrence())
    /// Codes that stand.
    var standing = 0
  }

  private(set) var state = State()
  private let safetyWeight: Double
  private let emissionsWeight: Double
  private let comfortWeight: Double

  /// A code that is back so soon after clearing was cleared and not repaired.
  static let returnWarmUps = 40.0
  static let returnKm = 1500.0

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters) {
    safetyWeight = parameters.value("safety_weight")
    emissionsWeight = parameters.value("emissions_weight")
    comfortWeight = parameters.value("comfort_weight")
  }

  mutating func restore(_ earlier: State) { state = earlier }

  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage) {
    for i in 0..<16 { state.groups[i].pass(km: usage.tripKm + usage.unseenKm) }
    read(trip.codes, at: trip.trip.ended, usage)
  }

  /// Takes in the codes that stand at the end of a trip, once its distance has been counted.
  mutating func read(_ codes: CodeFeatures, at time: Timestamp, _ usage: VehicleUsage) {
    guard codes.wereRead else { return }
    state.observations.count(true, at: time)
    for i in 0..<16 { state.groups[i].standing = 0 }
    state.standing = codes.count
    let isSoonAfterClear =
      codes.warmUpsSinceClear.map { $0 <= TroubleCodeHealth.returnWarmUps }
      ?? codes.kmSinceClear.map { $0 <= TroubleCodeHealth.returnKm } ?? false
    for i in 0..<codes.count {
      let entry = codes[i]
      let weight = TroubleCodeHealth.weight(of: entry.status, entry.lamps) * weight(of: entry)
      let group = Int(TroubleCodeGroup(entry.code, entry.lamps).rawValue)
      state.groups[group].note(weight: weight, isNew: entry.isNew, isSoonAfterClear: isSoonAfterClear, km: usage.km)
    }
  }

  private func weight(of entry: CodeFeatures.Entry) -> Double {
    switch TroubleCodeSeverity(entry.code, entry.lamps) {
    case .safety: safetyWeight
    case .emissions: emissionsWeight
    case .comfort: comfortWeight
    }
  }

  /// How sure the control unit is that there is a fault, and how loudly it says so.
  static func weight(of status: TroubleCodeStatus, _ lamps: WarningLamps?) -> Double {
    // A lamp is lit by a code that is confirmed or active, not by one that is only pending.
    let lights = !status.isDisjoint(with: [.active, .confirmed])
    let isLampOn = lamps.map { $0[.malfunction].isLit || $0[.amberWarning].isLit || $0[.redStop].isLit } ?? false
    if status.contains(.lampRequested) || (lights && isLampOn) { return 1 }
    if status.contains(.permanent) { return 0.8 }
    if lights { return 0.7 }
    return status.contains(.pending) ? 0.3 : 0.1
  }

  /// The workshop has repaired what the codes were about.
  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage) {
    let observations = state.observations
    state = State()
    state.observations = observations
  }

  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport {
    guard state.observations.valid > 0 else {
      return HealthReport(unknown: .troubleCodes, because: .noValidTick(.codeReading), at: time)
    }
    var standing = 0.0
    var returning = 0.0
    var worst = 0
    for i in 0..<16 {
      let group = state.groups[i]
      if group.standing > 0 { standing -= log(max(1 - group.standing, 1e-3)) }
      else { returning -= log(max(1 - group.last * group.recurrence, 1e-3)) }
      if group.risk > state.groups[worst].risk { worst = i }
    }
    let left = exp(-standing - returning)
    // Codes are facts: their sum needs no confirmation.
    var report = HealthReport(
      .troubleCodes, consumed: 1 - left, spread: 0, isConfirmed: true, state.observations, .codeReading, at: time,
      atKm: usage.km)
    report.score = 100 * left
    let total = max(standing + returning, 1e-12)
    let since = state.groups[worst].firstKm
    report.evidence.add(
      Evidence(
        feature: .activeCodes, value: Double(state.standing), reference: 0, share: standing / total,
        sinceKm: standing > 0 ? since : .nan))
    if state.groups[worst].last > 0 {
      report.evidence.add(
        Evidence(
          feature: .codeRecurrence, value: 100 * state.groups[worst].recurrence,
          reference: 100 * CodeRecurrence().recurrence, share: returning / total, sinceKm: since))
    }
    if report.state.isBand { report.reason = standing + returning > 0 ? .stateOnly : .noDegradation }
    return report
  }
}

/// How often codes of one system come: a rate per 1,000 km with the gamma law's two numbers, both fading.
struct CodeRecurrence: BitwiseCopyable {
  private var events = 0.2
  private var distance = 5.0
  /// Weight of the heaviest code that stands, 0 where none does.
  var standing = 0.0
  /// Weight of the last one that stood.
  private(set) var last = 0.0
  /// Distance watched when the first code came; NaN before it.
  private(set) var firstKm = Double.nan

  /// Probability that a code comes within the next 1,000 km.
  var recurrence: Double { 1 - pow(distance / (distance + 1), events) }
  var risk: Double { standing > 0 ? 1 + standing : last * recurrence }

  /// Lets distance pass: what was seen 1,000 km ago counts for 5 % less.
  mutating func pass(km: Double) {
    let kept = pow(0.95, km / 1000)
    events = 0.2 + (events - 0.2) * kept
    distance = 5 + (distance - 5) * kept + km / 1000
  }

  mutating func note(weight: Double, isNew: Bool, isSoonAfterClear: Bool, km: Double) {
    if isNew {
      events += 1
      if last > 0 && isSoonAfterClear { events += 1 }
    }
    if firstKm.isNaN { firstKm = km }
    standing = max(standing, weight)
    last = standing
  }
}

extension WarningLamps.State? {
  fileprivate var isLit: Bool { self != nil && self != .off }
}
