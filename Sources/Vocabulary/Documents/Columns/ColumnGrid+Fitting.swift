// Finds the grid on which a signal's values lie.

extension ColumnGrid {
  /// The coarsest fraction on which all finite values of these rows lie.
  static func fraction(of rows: [ColumnRow]) -> ColumnGrid {
    // Binary fractions are exact, so one look at the lowest bits tells which one it is.
    var exponent = 0
    for row in rows {
      exponent = max(exponent, binaryDigits(row.last), binaryDigits(row.minimum), binaryDigits(row.maximum))
    }
    if exponent == 0 { return ColumnGrid(.decimal(0)) }
    if exponent <= 8 { return ColumnGrid(.binary(exponent)) }
    for digits in 1...decimals {
      let grid = ColumnGrid(.decimal(digits))
      if grid.holds(rows) { return grid }
    }
    if exponent <= binaries {
      let grid = ColumnGrid(.binary(exponent))
      if grid.holds(rows) { return grid }
    }
    return ColumnGrid(.order)
  }

  /// The same fraction with the widest step on which these integers of it lie, when that is worth telling.
  func spread(over integers: [Int64]) -> ColumnGrid {
    // A step takes room of its own: three rows do not earn it back.
    guard integers.count > 9, let first = integers.first else { return self }
    var step: UInt64 = 0
    for integer in integers where step != 1 { step = greatestDivisor(step, (integer &- first).magnitude) }
    guard 2...UInt64(Int64.max) ~= step, fraction != .order else { return self }
    let remainder = first % Int64(step)
    return ColumnGrid(
      fraction, step: Int64(step), origin: remainder < 0 ? remainder + Int64(step) : remainder, multiplies: false)
  }

  /// Whether multiplying is another way to the same values, and not the same anyway.
  var mayMultiply: Bool {
    if case .decimal(let digits) = fraction { digits > 0 && origin == 0 } else { false }
  }

  /// Binary digits behind the point; a large number for what no binary fraction of this kind holds.
  private static func binaryDigits(_ value: Double) -> Int {
    guard value.isFinite else { return 0 }
    guard value.magnitude < 0x1p52 else { return .max }
    guard value != 0 else { return 0 }
    return max(0, 52 - value.significandBitPattern.trailingZeroBitCount.clamped(52) - Int(value.exponent))
  }

  private func holds(_ rows: [ColumnRow]) -> Bool {
    rows.allSatisfy { holds($0.last) && holds($0.minimum) && holds($0.maximum) }
  }

  private func holds(_ value: Double) -> Bool { !value.isFinite || integer(value) != nil }
}

/// Euclid's.
private func greatestDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}

extension Int {
  fileprivate func clamped(_ most: Int) -> Int { Swift.min(self, most) }
}
