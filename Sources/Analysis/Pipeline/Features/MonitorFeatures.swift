// What the control units' own tests of catalysts and oxygen sensors say (service 06 of SAE J1979, ISO 15031-5).
public import Vocabulary

/// The results of on-board monitors as they stand at the end of a trip, each held against its limit.
///
/// Two places for each part, even and odd: of tests whose limit is the highest good value, and of those whose limit is
/// the lowest. In an even place stands value over limit, 0 the best; between two limits, where nobody says which value
/// is best, all of the inner half are. In an odd place, where no value is the best, stands 2 less value over limit. So
/// both are 1 at the limit, at most 2, and change evenly with the value; of several tests the worst stands, for the
/// part fails when one does. NaN without a result.
///
/// Whoever reads the control units fills it in. A result stands until its test has run again: that it is there says
/// nothing of when the test ran.
public struct MonitorFeatures: BitwiseCopyable, Sendable {
  /// Places of the catalysts of bank 1 and of bank 2 (OBDMID 21 and 22).
  public static let catalysts = 0..<4
  /// Places of the oxygen sensors in front of the catalysts (OBDMID 01 and 05) and of those behind (02 to 04, 06 to
  /// 08).
  public static let sensors = 4..<8

  private var ways: InlineArray<8, Double>

  public init() { ways = InlineArray(repeating: .nan) }

  public subscript(place: Int) -> Double { ways[place] }

  /// What stands in a place as a share of the limit, 0...2: value over limit, or limit over value where this is the
  /// lowest good one.
  public static func shareOfLimit(_ way: Double, at place: Int) -> Double {
    place % 2 == 0 ? way : 1 / max(2 - way, 0.5)
  }

  /// Takes a result in.
  /// - Returns: false, and nothing taken in, for one of another part, and for one that says nothing.
  @discardableResult
  public mutating func add(_ result: MonitorResult) -> Bool {
    guard let part = MonitorFeatures.part(of: result), let (way, isLowest) = MonitorFeatures.way(of: result) else {
      return false
    }
    let place = 2 * part + (isLowest ? 1 : 0)
    if !(ways[place] >= way) { ways[place] = way }
    return true
  }

  private static func part(of result: MonitorResult) -> Int? {
    switch result.monitor {
    case 0x21: 0
    case 0x22: 1
    // Tests 01 to 04 of a sensor are voltages that other tests go by, and always the same.
    case 0x01...0x08 where (0x01...0x04).contains(result.test): nil
    case 0x01, 0x05: 2
    case 0x02...0x04, 0x06...0x08: 3
    default: nil
    }
  }

  /// Nil where the result says nothing. Only ratios count, so the factor of the scaling does not matter.
  private static func way(of result: MonitorResult) -> (way: Double, isLowest: Bool)? {
    // Unit and scaling identifiers from 80 on are of two's complement.
    let isSigned = result.scaling >= 0x80
    func number(_ raw: UInt16) -> Double { isSigned ? Double(Int16(bitPattern: raw)) : Double(raw) }
    let (value, low, high) = (number(result.value), number(result.low), number(result.high))
    // A limit of 0 or at the end of the numbers is none. A test that has not run since trouble codes were cleared has
    // all three numbers 0.
    let ends = isSigned ? -32_768.0...32_767.0 : 0.0...65_535.0
    func isNone(_ limit: Double) -> Bool { limit == 0 || limit == ends.lowerBound || limit == ends.upperBound }
    let (hasLow, hasHigh) = (!isNone(low), !isNone(high))
    if hasLow && hasHigh {
      guard low < high else { return nil }
      let way = abs(value - (low + high) / 2) / ((high - low) / 2)
      return (max(0, min(2 * way - 1, 2)), false)
    }
    // Temperatures, and numbers whose 0 is not zero, have no ratios.
    guard result.scaling != 0x16, result.scaling != 0x39, result.scaling != 0x96 else { return nil }
    if hasHigh {
      guard high > 0 else { return nil }
      return (max(0, min(value / high, 2)), false)
    }
    // Units that show limits before the test has run show 0 against them.
    guard hasLow, low > 0, value != 0 else { return nil }
    return (min(2 - value / low, 2), true)
  }
}
