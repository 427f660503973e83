// Signals come from raw integers by a factor and an offset. The grid finds such integers again, from the values alone.

/// Values as `origin + step * m` of a decimal or binary fraction, `m` being a small integer that moves by small steps.
///
/// A grid is a guess: what it misses by is kept beside it in units of the last place, so nothing is ever lost to it.
struct ColumnGrid: Equatable {
  enum Fraction: Equatable {
    /// 10^-n, n from 0 to 12.
    case decimal(Int)
    /// 2^-n, n from 1 to 47.
    case binary(Int)
    /// No fraction fits: the place among all doubles.
    case order
  }

  let fraction: Fraction
  private(set) var step: Int64 = 1
  private(set) var origin: Int64 = 0
  /// Whether a value is `m` times the rounded fraction instead of `m` divided by its denominator. Decoders of raw
  /// frames multiply, decoders of text divide, and the last bits differ. Only without an origin.
  private(set) var multiplies = false
  private let denominator: Double
  /// Whether no fraction fits.
  let isOrder: Bool
  private var factor = 1.0

  static let decimals = 12
  static let binaries = 47

  init(_ fraction: Fraction) {
    self.fraction = fraction
    isOrder = fraction == .order
    denominator =
      switch fraction {
      case .decimal(let n): ColumnGrid.powersOfTen[n]
      case .binary(let n): Double(sign: .plus, exponent: n, significand: 1)
      case .order: 1
      }
  }

  init(_ fraction: Fraction, step: Int64, origin: Int64, multiplies: Bool) {
    self.init(fraction)
    self.step = step
    self.origin = origin
    self.multiplies = multiplies
    factor = Double(step) / denominator
  }

  /// The value at `m`.
  @inline(__always)
  func value(at m: Int64) -> Double {
    if multiplies { return Double(m) * factor }
    let integer = origin &+ step &* m
    return isOrder ? double(orderedBits: integer) : Double(integer) / denominator
  }

  /// The value that is so many places above the one at `m`.
  @inline(__always)
  func value(at m: Int64, missedBy miss: Int64) -> Double {
    let guess = value(at: m)
    return miss == 0 ? guess : double(orderedBits: orderedBits(guess) &+ miss)
  }

  /// The sum of `count` values whose integers sum up to `total`.
  @inline(__always)
  func sum(of count: UInt32, total: Int64) -> Double {
    multiplies ? Double(total) * factor : Double(origin &* Int64(count) &+ step &* total) / denominator
  }

  /// The integer of a sum, as good as it can be known. Not on the grid of `order`.
  func total(_ sum: Double, of count: UInt32) -> Int64? {
    guard let integer = Int64(exactly: (sum * denominator).rounded()) else { return nil }
    let (shift, overflow) = origin.multipliedReportingOverflow(by: Int64(count))
    guard !overflow, integer.magnitude < 1 << 60, shift.magnitude < 1 << 60 else { return nil }
    // Rounded to the nearest, for a sum that is not on the grid.
    return Int64((Double(integer - shift) / Double(step)).rounded())
  }

  /// The integer of a value on the grid before it has a step; nil when it is off the grid.
  @inline(__always)
  func integer(_ value: Double) -> Int64? {
    if isOrder { return orderedBits(value) }
    let scaled = value * denominator
    let rounded = scaled.rounded()
    guard rounded.magnitude < 0x1p52, (scaled - rounded).magnitude <= 0x1p-20 + rounded.magnitude * 0x1p-51 else {
      return nil
    }
    return Int64(rounded)
  }

  private static let powersOfTen: [Double] = [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12]
}

// MARK: On the wire

extension ColumnGrid {
  /// 4 f + 2 p, with f 0...12 for decimal, 16...63 for binary fractions (16 more than the exponent), 64 for the order,
  /// and p for a grid that multiplies. The lowest bit is the column's own.
  var form: Int64 {
    let code =
      switch fraction {
      case .decimal(let n): n
      case .binary(let n): 16 + n
      case .order: 64
      }
    return Int64(code * 4 + (multiplies ? 2 : 0))
  }

  /// Nil for a form, step or origin that no writer makes.
  init?(form: Int64, step: Int64, origin: Int64) {
    guard 0...260 ~= form, step >= 1, origin >= 0, origin < step else { return nil }
    let fraction: Fraction
    switch Int(form / 4) {
    case let n where n <= ColumnGrid.decimals: fraction = .decimal(n)
    case let n where 17...16 + ColumnGrid.binaries ~= n: fraction = .binary(n - 16)
    case 64: fraction = .order
    default: return nil
    }
    let multiplies = form & 2 != 0
    guard !multiplies || origin == 0 && fraction != .order else { return nil }
    self.init(fraction, step: step, origin: origin, multiplies: multiplies)
  }
}
