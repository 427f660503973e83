// Faults that are put into real drives, to see whether and when they are found.
import Pipeline
public import Vocabulary

/// A fault as a change of what one sensor or part shows.
public struct DriveFault: Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// The thermostat holds the coolant lower by so many kelvin.
    case thermostat
    /// The engine needs so many percent more fuel.
    case trim
    /// The system voltage is higher by so many volts; negative for lower.
    case voltage
  }

  public var kind: Kind
  public var amount: Double
  /// Drives over which it grows from nothing; 0 for a step.
  public var ramp: Int

  public init(_ kind: Kind, _ amount: Double, ramp: Int = 0) {
    self.kind = kind
    self.amount = amount
    self.ramp = ramp
  }

  /// The component that should tell.
  public var component: ComponentID {
    switch kind {
    case .thermostat: .cooling
    case .trim: .fuelSystem
    case .voltage: .charging
    }
  }

  /// As in `thermostat -5 K` or `trim +4 %, over 400 drives`.
  public var text: String {
    let unit = switch kind { case .thermostat: "K"; case .trim: "%"; case .voltage: "V" }
    return "\(kind.rawValue) \(amount > 0 ? "+" : "")\(amount) \(unit)" + (ramp > 0 ? ", over \(ramp) drives" : "")
  }

  /// - Parameter drives: since the fault began.
  func apply(_ input: FeatureInput, _ value: Double, drives: Int) -> Double {
    let share = ramp > 0 ? min(1, Double(drives) / Double(ramp)) : 1
    switch (kind, input) {
    // A thermostat that leaks does not cool a cold engine.
    case (.thermostat, .coolant): return value + amount * share * max(0, min(1, (value - 60) / 15))
    case (.trim, .longTrim1), (.trim, .longTrim2), (.voltage, .voltage): return value + amount * share
    default: return value
    }
  }
}
