// Courses of degradation as straight segments over the elapsed fraction of their duration, 0...2.5.
import CMath

/// A shape is 80 segments of equal width; a segment is its value at the start and its rise to the end.
enum ShapeTable {
  static var segments: Int { 80 }
  static var end: Double { 2.5 }
  /// Entries from one shape to the next: a power of two above the segments, so that a masked index needs no check.
  static var stride: Int { 128 }
  /// Elapsed fraction of a duration after which a part should long have failed, and the log weight that a course loses
  /// in each step that it has not.
  static var overdue: Double { 1.15 }
  static var lossOfOverdue: Double { 0.05 }

  /// Where four courses stand: segment, share of it, and what they lose if they are overdue.
  struct Place {
    private let segments: SIMD4<UInt64>
    private let share: SIMD4<Double>
    let loss: SIMD4<Double>

    /// - Parameter positions: in segments; held within the table.
    @inline(__always)
    init(of positions: SIMD4<Double>) {
      let last = Double(ShapeTable.segments) - 1e-6
      let position = least(most(positions, SIMD4(repeating: 0)), SIMD4(repeating: last))
      // Added to 1.5 · 2^52 a number is rounded, and stands in the lowest bits. A position at the start of a segment
      // may come out as the end of the one before, which is the same value.
      let shifter = 0x1.8p52
      let shifted = (position - 0.5) + shifter
      share = position - (shifted - shifter)
      segments = SIMD4(
        shifted[0].bitPattern, shifted[1].bitPattern, shifted[2].bitPattern, shifted[3].bitPattern)
      let limit = ShapeTable.overdue / ShapeTable.end * Double(ShapeTable.segments)
      let loss = ShapeTable.lossOfOverdue
      self.loss = SIMD4(
        position[0] > limit ? loss : 0, position[1] > limit ? loss : 0, position[2] > limit ? loss : 0,
        position[3] > limit ? loss : 0)
    }

    /// Value of a shape there.
    @inline(__always)
    func value(in tables: Span<SIMD2<Double>>, shape: Int) -> SIMD4<Double> {
      let first = shape * ShapeTable.stride
      let table = tables.extracting(first..<(first + ShapeTable.stride))
      let a = table[index(0)]
      let b = table[index(1)]
      let c = table[index(2)]
      let d = table[index(3)]
      return SIMD4(a[0], b[0], c[0], d[0]) + share * SIMD4(a[1], b[1], c[1], d[1])
    }

    @inline(__always)
    private func index(_ lane: Int) -> Int { Int(truncatingIfNeeded: segments[lane] & 0x7F) }
  }

  /// The segments of a shape that ends at a failure level, and empty entries up to the stride.
  static func entries(of shape: ShapeBankModel.Shape, failureLevel: Double) -> [SIMD2<Double>] {
    let values = values(of: shape).map { $0 * failureLevel }
    return (0..<stride).map { $0 < segments ? SIMD2(values[$0], values[$0 + 1] - values[$0]) : SIMD2(0, 0) }
  }

  /// The elapsed fraction of the duration, 0...2.5, at which a shape reaches a value: the inverse of the table.
  static func position(of value: Double, in tables: Span<SIMD2<Double>>, shape: Int) -> Double {
    let first = shape * stride
    if value <= tables[first][0] { return 0 }
    if value >= tables[first + segments - 1].sum() { return end }
    var low = 0
    var high = segments
    while high - low > 1 {
      let middle = (low + high) / 2
      if tables[first + middle][0] <= value { low = middle } else { high = middle }
    }
    let entry = tables[first + low]
    return end / Double(segments) * (Double(low) + (value - entry[0]) / entry[1])
  }

  private static func values(of shape: ShapeBankModel.Shape) -> [Double] {
    let positions = (0...segments).map { end * Double($0) / Double(segments) }
    switch shape {
    case .linear: return positions
    case .quadratic: return positions.map { $0 * $0 }
    case .exponential: return positions.map { expm1(min(2.54 * $0, 6)) / expm1(2.54) }
    case .squareRoot: return positions.map { $0.squareRoot() }
    case .knee: return positions.map { 0.35 * $0 + 0.65 * max($0 - 0.6, 0) / 0.4 }
    case .table(let values):
      precondition(values.count == segments + 1, "a table of a shape has 81 values")
      precondition(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }, "a table of a shape never falls")
      return values
    }
  }
}
