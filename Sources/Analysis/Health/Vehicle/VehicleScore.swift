// One score for the vehicle out of those of its components, and which of them make it what it is.
import CMath
public import Vocabulary

/// How much the vehicle depends on each component, 0...1.
public struct Criticalities: BitwiseCopyable, Sendable {
  private var values: PerComponent<Double>

  public init() {
    values = InlineArray { i in
      switch ComponentID(rawValue: UInt8(i)) {
      case .brakePadsFront, .brakePadsRear, .tyrePressure, .tyreTread: 1
      case .tractionBattery, .cooling: 0.8
      case .battery: 0.7
      case .engineOil: 0.6
      case .charging, .transmissionFluid, .fuelSystem, .wheelBearings, .troubleCodes: 0.5
      case .airFlowSensor, .catalyst, .particulateFilter, .exhaustRecirculation: 0.4
      case .airFilter, .oxygenSensors, nil: 0.3
      }
    }
  }

  /// - Parameter components: of some or all components; the standard values hold for the rest.
  public init(_ components: [ComponentParameters]) {
    self.init()
    for parameters in components {
      if let value = parameters[Criticalities.parameterName] { self[parameters.component] = value }
    }
  }

  static var parameterName: String { "criticality" }

  /// The parameter that every component has.
  static func description(of component: ComponentID) -> ParameterDescription {
    ParameterDescription(
      parameterName, "", 0...1, Criticalities()[component], "How much the vehicle's score depends on this component.")
  }

  public subscript(component: ComponentID) -> Double {
    get { values[Int(component.rawValue)] }
    set { values[Int(component.rawValue)] = max(0, min(1, newValue)) }
  }
}

/// The vehicle's score: the lower of the weighted geometric mean of its components, which no good part can make up for
/// a bad one in, and of the worst component alone, as far as the vehicle depends on it (PROGNOSTICS 5.1).
///
/// Components that are unknown or learning, or whose confidence is below 0.3, are left out. No allocation.
public struct VehicleScore: BitwiseCopyable, Sendable {
  /// Confidence below which a component does not count.
  public static let leastConfidence = 0.3

  /// Components that count.
  public private(set) var count = 0
  private let criticalities: Criticalities
  /// `criticality · confidence · -ln(score/100)` of each component, NaN for one that does not count.
  private var pulls: PerComponent<Double> = InlineArray(repeating: .nan)
  private var pullSum = 0.0
  private var weightSum = 0.0
  private var lowest = 100.0

  public init(_ criticalities: Criticalities = Criticalities()) { self.criticalities = criticalities }

  public init(_ reports: [HealthReport], _ criticalities: Criticalities = Criticalities()) {
    self.init(criticalities)
    for report in reports { add(report) }
  }

  /// Takes a component's report in, once for each component; one that says nothing certain changes nothing.
  public mutating func add(_ report: HealthReport) {
    let i = Int(report.component.rawValue)
    guard report.state.isBand, report.score.isFinite, report.confidence >= VehicleScore.leastConfidence, pulls[i].isNaN
    else { return }
    let weight = criticalities[report.component] * min(1, report.confidence)
    // A score of 0 would pull without end.
    let pull = -weight * log(min(max(report.score, 1), 100) / 100)
    pulls[i] = pull
    pullSum += pull
    weightSum += weight
    lowest = min(lowest, 100 - (100 - min(max(report.score, 0), 100)) * weight)
    count += 1
  }

  /// 0 (failed) to 100 (as new); NaN while no component counts.
  public var score: Double { count > 0 ? min(mean, lowest) : .nan }

  /// The weighted geometric mean alone.
  public var mean: Double { weightSum > 0 ? 100 * exp(-pullSum / weightSum) : 100 }

  /// What a component adds to `-ln(mean/100)`, at least 0; NaN for one that does not count.
  public func contribution(of component: ComponentID) -> Double {
    let pull = pulls[Int(component.rawValue)]
    return weightSum > 0 ? pull / weightSum : pull
  }
}
