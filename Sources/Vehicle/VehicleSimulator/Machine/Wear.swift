import CMath
// The three components that wear, with the truth about each: what they have consumed, and when they reach the end.
public import Vocabulary

/// How fast each component wears, as a multiple of an ordinary vehicle's rate; 0 is no wear at all.
public struct WearRates: Equatable, Sendable {
  /// The components that this simulator wears.
  public static let components: [ComponentID] = [.engineOil, .cooling, .charging]

  private var rates: [ComponentID: Double]

  public init(engineOil: Double = 1, cooling: Double = 1, charging: Double = 1) {
    rates = [:]
    self[.engineOil] = engineOil
    self[.cooling] = cooling
    self[.charging] = charging
  }

  /// A rate must be finite and not negative; others count as 0. A component that does not wear here has 0.
  public subscript(component: ComponentID) -> Double {
    get { rates[component] ?? 0 }
    set {
      guard WearRates.components.contains(component) else { return }
      rates[component] = newValue.isFinite ? max(0, newValue) : 0
    }
  }
}

/// A fault that is absent up to an onset and then grows with distance: `x^shape`, 1 at the failure level.
struct GrowingFault: Sendable {
  /// Distance since the recording's begin at which it starts; nil when it never does.
  let onsetKm: Double?
  /// From the onset to the failure level.
  let lifeKm: Double
  let shape: Double

  init(rate: Double, onset: Double, life: Double, shape: Double) {
    onsetKm = rate > 0 ? onset / rate : nil
    lifeKm = rate > 0 ? life / rate : .infinity
    self.shape = shape
  }

  /// 0 new, 1 at the failure level, at most 1.5.
  func consumed(km: Double) -> Double {
    guard let onsetKm, km > onsetKm else { return 0 }
    return min(1.5, pow((km - onsetKm) / lifeKm, shape))
  }

  var endOfLifeKm: Double? { onsetKm.map { $0 + lifeKm } }
}

/// Engine oil, aged by revolutions weighted with oil temperature and by the calendar, whichever is further
/// (the form of US 4,742,476: effective revolutions against allowed revolutions).
struct AgingOil: Sendable {
  let rate: Double
  /// What makes this engine harder (above 1) or kinder to its oil than the formula knows.
  let unitFactor: Double
  /// Consumed share of the allowed revolutions.
  private(set) var byUse = 0.0
  /// Consumed share of the allowed days.
  private(set) var byAge = 0.0
  /// Distance at which the oil was at its end; nil before.
  private(set) var endOfLifeKm: Double?

  /// At 80 to 100 degrees Celsius.
  private let allowedRevolutions: Double
  private let allowedDays: Double
  /// Factor by oil temperature, linear between the points and level beyond them.
  private static let penalty: [(celsius: Double, factor: Double)] = [
    (20, 3), (40, 2), (60, 1.3), (80, 1), (100, 1), (110, 1.3), (120, 1.8), (130, 2.6), (140, 4), (150, 6),
  ]

  init(rate: Double, unitFactor: Double, design: EngineDesign) {
    self.rate = rate
    self.unitFactor = unitFactor
    allowedRevolutions = design.oilRevolutions
    allowedDays = design.oilDays
  }

  var consumed: Double { max(byUse, byAge) }

  mutating func run(revolutions: Double, oil celsius: Double) {
    byUse += rate * unitFactor * revolutions * AgingOil.penalty(celsius) / allowedRevolutions
  }

  mutating func grow(days: Double, km: Double) {
    byAge = rate * days / allowedDays
    if consumed >= 1 && endOfLifeKm == nil { endOfLifeKm = km }
  }

  static func penalty(_ celsius: Double) -> Double {
    var below = penalty[0]
    for point in penalty {
      if celsius <= point.celsius {
        guard point.celsius > below.celsius else { return point.factor }
        let part = (celsius - below.celsius) / (point.celsius - below.celsius)
        return below.factor + part * (point.factor - below.factor)
      }
      below = point
    }
    return below.factor
  }
}
