// Lets the health monitor live beside simulated parts, and holds what it said against the truth.
import Alerting
import Health
import Pipeline
import Prognostics
public import Vocabulary

/// What was said of many units at one share of their lives.
public struct StageResult: Sendable {
  /// True consumed share of the life in usage, 0...1.
  public var stage: Double
  /// Units that were alive, and those of which a remaining life was told.
  public var units = 0
  public var told = 0
  /// Median of |median - truth| in the unit's own terms, km and days; NaN where nothing was told.
  public var medianErrorKm = Double.nan
  public var medianErrorDays = Double.nan
  /// Median of |median - truth| / truth.
  public var medianRelativeError = Double.nan
  /// Shares of truths within the intervals, km and days.
  public var coverage80Km = Double.nan, coverage90Km = Double.nan
  public var coverage80Days = Double.nan, coverage90Days = Double.nan
}

/// What became of many units of one component and variant.
public struct TrialResult: Sendable {
  public var component: ComponentID
  public var variant: UnitVariant
  public var stages: [StageResult] = []
  /// Distance watched of units that were truly below half of their lives, and alerts raised meanwhile.
  public var healthyKm = 0.0
  public var falseAlarms = 0
  /// Most false alarms of one unit.
  public var worstUnit = 0
  /// Kilometres from a step to the alert, median; NaN where there was no step or none was found.
  public var medianDelayKm = Double.nan
  /// Share of units whose failure was told as service or critical before, or within 500 km after, their end.
  public var found = Double.nan
}

/// Runs units of one component.
public enum UnitTrial {
  public static let stages = [0.25, 0.5, 0.75, 0.9]

  /// - Parameters:
  ///   - units: how many, each with its own seed.
  ///   - kmLimit: a healthy unit is watched that far.
  public static func run<Unit: SimulatedUnit>(
    _: Unit.Type, variant: UnitVariant, units: Int, seed: UInt64 = 1, kmLimit: Double = 100_000
  ) -> TrialResult {
    var result = TrialResult(component: Unit.component, variant: variant)
    var tallies = stages.map { _ in StageTally() }
    var delays: [Double] = []
    var found = 0
    var failed = 0
    for unit in 0..<units {
      let life = UnitLife(Unit(variant: variant, seed: seed &+ UInt64(unit)), variant: variant, kmLimit: kmLimit)
      let outcome = life.watch()
      for (i, told) in outcome.stages.enumerated() { tallies[i].add(told) }
      result.healthyKm += outcome.healthyKm
      result.falseAlarms += outcome.falseAlarms
      result.worstUnit = max(result.worstUnit, outcome.falseAlarms)
      if outcome.hasFailed {
        failed += 1
        if outcome.wasFound { found += 1 }
      }
      if let delay = outcome.stepDelayKm { delays.append(delay) }
    }
    if failed > 0 {
      result.found = Double(found) / Double(failed)
      result.stages = zip(stages, tallies).map { $1.result(at: $0) }
    }
    result.medianDelayKm = median(delays)
    return result
  }

  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// What was told of one unit at one stage, and the truth.
private struct StageTold {
  var life: RemainingUsefulLife?
  var km: Double
  var days: Double
}

private struct StageTally {
  private var units = 0
  private var errorsKm: [Double] = []
  private var errorsDays: [Double] = []
  private var relative: [Double] = []
  private var within: [(km80: Bool, km90: Bool, days80: Bool, days90: Bool)] = []

  mutating func add(_ told: StageTold?) {
    guard let told else { return }
    units += 1
    guard let life = told.life else { return }
    errorsKm.append(abs(life.km.p50 - told.km))
    errorsDays.append(abs(life.days.p50 - told.days))
    relative.append(abs(life.km.p50 - told.km) / max(told.km, 1e-9))
    within.append((
      told.km >= life.km.p10 && told.km <= life.km.p90, told.km >= life.km.p05 && told.km <= life.km.p95,
      told.days >= life.days.p10 && told.days <= life.days.p90, told.days >= life.days.p05 && told.days <= life.days.p95
    ))
  }

  func result(at stage: Double) -> StageResult {
    var result = StageResult(stage: stage)
    result.units = units
    result.told = within.count
    result.medianErrorKm = UnitTrial.median(errorsKm)
    result.medianErrorDays = UnitTrial.median(errorsDays)
    result.medianRelativeError = UnitTrial.median(relative)
    let count = Double(within.count)
    if count > 0 {
      result.coverage80Km = Double(within.count { $0.km80 }) / count
      result.coverage90Km = Double(within.count { $0.km90 }) / count
      result.coverage80Days = Double(within.count { $0.days80 }) / count
      result.coverage90Days = Double(within.count { $0.days90 }) / count
    }
    return result
  }
}

/// One unit with its monitor.
private struct UnitLife<Unit: SimulatedUnit> {
  struct Outcome {
    var stages: [StageTold?] = []
    var healthyKm = 0.0
    var falseAlarms = 0
    var hasFailed = false
    var wasFound = false
    var stepDelayKm: Double?
  }

  private let unit: Unit
  private let variant: UnitVariant
  private let kmLimit: Double
  private static var longestLife: Double { 2_000_000 }

  init(_ unit: Unit, variant: UnitVariant, kmLimit: Double) {
    self.unit = unit
    self.variant = variant
    self.kmLimit = kmLimit
  }

  func watch() -> Outcome {
    // The same life twice: first to learn when it ends, then with the monitor beside it.
    var ahead = unit
    var (endKm, endDay, stepKm) = (0.0, 0.0, Double.nan)
    while ahead.consumed < 1 && endKm < (variant == .healthy ? kmLimit : UnitLife.longestLife) {
      let before = ahead.consumed
      let trip = ahead.nextTrip()
      endKm += trip.km
      endDay += trip.days
      if ahead.consumed - before > 0.2 { stepKm = endKm }
    }
    var outcome = Outcome()
    outcome.hasFailed = ahead.consumed >= 1
    outcome.stages = UnitTrial.stages.map { _ in nil }

    var unit = unit
    var ward = UnitWard(Unit.self)
    var alerts = AlertBook()
    let vehicle = VehicleParameters()
    var (km, day, number) = (0.0, 0.0, UInt32(0))
    var stage = 0
    var unseenKm = 0.0
    let watched = endKm + (outcome.hasFailed ? 500 : 0)
    while km < watched {
      unit.workshop(&ward.monitor, at: UnitWard.stamp(day))
      let trip = unit.nextTrip()
      km += trip.km
      day += trip.days
      number += 1
      if trip.isSeen {
        ward.show(trip, number: number, day: day, unseenKm: unseenKm)
        unseenKm = 0
      } else {
        unseenKm += trip.km
      }
      let share = Unit.countsInDays ? day / endDay : km / endKm
      while outcome.hasFailed && stage < UnitTrial.stages.count && share >= UnitTrial.stages[stage] && km < endKm {
        outcome.stages[stage] = StageTold(
          life: ward.monitor.report(Unit.component, at: UnitWard.stamp(day)).remainingUsefulLife, km: endKm - km,
          days: endDay - day)
        stage += 1
      }
      guard trip.isSeen else { continue }
      var report = ward.monitor.report(Unit.component, at: UnitWard.stamp(day))
      var opened = false
      alerts.judge(&report) { event in
        if case .alertCreated = event.kind { opened = true }
      }
      if unit.consumed < 0.5 {
        outcome.healthyKm += trip.km
        // A part that ends before the next chance to plan for it is rightly told, however young it is.
        let endsSoon = outcome.hasFailed && (endKm - km < vehicle.planningKm || endDay - day < vehicle.planningDays)
        if opened && !endsSoon { outcome.falseAlarms += 1 }
        if opened && endsSoon { outcome.wasFound = true }
      }
      if opened && unit.consumed >= 0.5 {
        outcome.wasFound = true
        if !stepKm.isNaN && km >= stepKm && outcome.stepDelayKm == nil { outcome.stepDelayKm = km - stepKm }
      }
    }
    return outcome
  }
}
