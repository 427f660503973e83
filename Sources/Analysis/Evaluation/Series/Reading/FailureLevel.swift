// The value of an indicator at which a unit counts as failed.

/// A failure level, the same for all units or relative to what a unit began with.
public enum FailureLevel: Equatable, Sendable {
  /// In the unit of the indicator.
  case absolute(Double)
  /// A share of the unit's first value, above 0 and not 1.
  case relative(Double)

  /// - Parameter text: `1.4`, `1,4 Ah` or `80%`.
  public init(_ text: String) throws(SeriesError) {
    guard case .value(let number) = MeasuredNumber(Array(text.utf8)[...]) else { throw .threshold(text) }
    guard text.contains("%") else {
      self = .absolute(number)
      return
    }
    // A share has no other unit.
    let isShare = text.drop { "+0123456789., ".contains($0) } == "%"
    guard isShare, number > 0, number != 100 else { throw .threshold(text) }
    self = .relative(number / 100)
  }

  func value(from first: Double) -> Double {
    switch self {
    case .absolute(let value): value
    case .relative(let share): share * first
    }
  }
}
