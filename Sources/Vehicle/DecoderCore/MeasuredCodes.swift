// Which raw values of a signal are measurements: found when a table is built, so that decoding only compares.

import Vocabulary

extension DecoderTable.Signal {
  /// The range without the infinities: a value that is not finite is no measurement.
  var finiteRange: ClosedRange<Double> {
    range.clamped(to: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
  }

  /// The codes, sign-extended, that are measurements: their values are in the range, and they are not reserved.
  /// For signals of integers that an `Int64` holds. Nil when there are none, or when they are not one run.
  func measuredCodes(besides reserved: DecoderTable.ReservedValues) -> ClosedRange<Int64>? {
    guard scale.isFinite, offset.isFinite else { return nil }
    let isSigned = format == .signed
    let all =
      isSigned
      ? Int64.min >> Int64(64 - length)...Int64.max >> Int64(64 - length)
      : 0...Int64(bitPattern: UInt64.max >> UInt64(64 - length))
    guard let inRange = codes(of: all) else { return nil }
    guard let lastMeasured = reserved.highestMeasured(length: length) else { return inRange }
    guard isSigned else {
      let last = min(inRange.upperBound, Int64(lastMeasured))
      return inRange.lowerBound <= last ? inRange.lowerBound...last : nil
    }
    // As bits the reserved codes are the highest ones; as signed numbers they end at -1.
    let negatives = Int64(bitPattern: lastMeasured) &- (1 << Int64(length))
    if inRange.lowerBound >= 0 { return inRange }
    if inRange.upperBound <= negatives { return inRange }
    let upper = inRange.upperBound >= 0 ? 0...inRange.upperBound : nil
    let lower = inRange.lowerBound <= negatives ? inRange.lowerBound...negatives : nil
    return lower == nil || upper == nil ? lower ?? upper : nil
  }

  /// Those of `all` whose values lie in the range. Rounding keeps order, so that they are one run of neighbours.
  private func codes(of all: ClosedRange<Int64>) -> ClosedRange<Int64>? {
    let range = finiteRange
    func value(_ code: Int64) -> Double { Double(code) * scale + offset }
    let isRising = scale >= 0
    let first = firstCode(of: all) { isRising ? value($0) >= range.lowerBound : value($0) <= range.upperBound }
    let beyond = firstCode(of: all) { isRising ? value($0) > range.upperBound : value($0) < range.lowerBound }
    guard let first else { return nil }
    guard let beyond else { return first...all.upperBound }
    return first < beyond ? first...beyond - 1 : nil
  }

  /// The first code for which `isReached` holds; it holds for all codes above as well.
  private func firstCode(of all: ClosedRange<Int64>, where isReached: (Int64) -> Bool) -> Int64? {
    guard isReached(all.upperBound) else { return nil }
    var low = all.lowerBound
    var high = all.upperBound
    while low < high {
      // The distance of two Int64 may not be one.
      let middle = low &+ Int64(UInt64(bitPattern: high &- low) / 2)
      if isReached(middle) { high = middle } else { low = middle + 1 }
    }
    return high
  }
}

extension DecoderTable.ReservedValues {
  /// The highest raw value that is no reserved one; nil when all are measurements.
  func highestMeasured(length: Int) -> UInt64? {
    guard self == .j1939, length > 1 else { return nil }
    return length >= 8 ? (0xFB << UInt64(length - 8)) - 1 : (1 << UInt64(length)) - 3
  }

  /// What a reserved raw value says; nil for a measurement.
  func meaning(of raw: UInt64, length: Int) -> Validity? {
    guard let last = highestMeasured(length: length), raw > last else { return nil }
    let isShort = length < 8
    let top = isShort ? raw : raw >> UInt64(length - 8)
    let allOnes: UInt64 = isShort ? (1 << UInt64(length)) - 1 : 0xFF
    return top == allOnes ? .notAvailable : top == allOnes - 1 ? .error : .outOfRange
  }
}
