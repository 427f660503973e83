// The little linear algebra that fitting needs: symmetric matrices, by Cholesky and Jacobi.

/// A symmetric matrix, all of its entries stored.
struct SymmetricMatrix {
  let size: Int
  private var entries: [Double]

  init(size: Int) {
    self.size = size
    entries = [Double](repeating: 0, count: size * size)
  }

  subscript(row: Int, column: Int) -> Double {
    get { entries[row * size + column] }
    set { entries[row * size + column] = newValue }
  }

  /// Adds `weight · v vᵀ` to the lower half; `mirror` makes the rest of it.
  mutating func addLower(_ v: [Double], weight: Double = 1) {
    entries.withUnsafeMutableBufferPointer { entries in
      v.withUnsafeBufferPointer { v in
        for row in 0..<size where v[row] != 0 {
          let factor = weight * v[row]
          let start = row * size
          for column in 0...row { entries[start + column] += factor * v[column] }
        }
      }
    }
  }

  mutating func mirror() {
    for row in 0..<size { for column in 0..<row { self[column, row] = self[row, column] } }
  }

  mutating func scale(by factor: Double) { for i in entries.indices { entries[i] *= factor } }

  /// Solves `self · X = B` for a positive definite matrix, of which the lower half counts.
  ///
  /// A pivot that rounding made too small is taken as a billionth of the largest one.
  /// - Parameter right: `columns` numbers for each row.
  func solve(_ right: [Double], columns: Int) -> [Double] {
    var factor = entries
    let least = 1e-12 * max((0..<size).reduce(0) { max($0, self[$1, $1]) }, 1e-300)
    for j in 0..<size {
      for i in j..<size {
        var sum = factor[i * size + j]
        for k in 0..<j { sum -= factor[i * size + k] * factor[j * size + k] }
        factor[i * size + j] = i == j ? max(sum, least).squareRoot() : sum / factor[j * size + j]
      }
    }
    var x = right
    for c in 0..<columns {
      for i in 0..<size {
        var sum = x[i * columns + c]
        for k in 0..<i { sum -= factor[i * size + k] * x[k * columns + c] }
        x[i * columns + c] = sum / factor[i * size + i]
      }
      for i in (0..<size).reversed() {
        var sum = x[i * columns + c]
        for k in (i + 1)..<size { sum -= factor[k * size + i] * x[k * columns + c] }
        x[i * columns + c] = sum / factor[i * size + i]
      }
    }
    return x
  }

  /// Eigenvalues, largest first, and their vectors, by Jacobi's rotations.
  func eigen() -> (values: [Double], vectors: [[Double]]) {
    var a = self
    var v = (0..<size).map { i in (0..<size).map { $0 == i ? 1.0 : 0 } }
    for _ in 0..<60 {
      var offDiagonal = 0.0
      for p in 0..<size { for q in 0..<p { offDiagonal += a[p, q] * a[p, q] } }
      let trace = (0..<size).reduce(0) { $0 + a[$1, $1] * a[$1, $1] }
      if offDiagonal <= 1e-24 * trace { break }
      for p in 0..<size {
        for q in (p + 1)..<size where a[p, q] != 0 { a.rotate(p, q, &v) }
      }
    }
    let order = (0..<size).sorted { a[$0, $0] > a[$1, $1] }
    return (order.map { a[$0, $0] }, order.map { v[$0] })
  }

  /// Makes the entry (p, q) zero; row i of `v` collects what became of axis i.
  private mutating func rotate(_ p: Int, _ q: Int, _ v: inout [[Double]]) {
    let theta = (self[q, q] - self[p, p]) / (2 * self[p, q])
    let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    for k in 0..<size {
      let (kp, kq) = (self[k, p], self[k, q])
      self[k, p] = c * kp - s * kq
      self[k, q] = s * kp + c * kq
      (v[p][k], v[q][k]) = (c * v[p][k] - s * v[q][k], s * v[p][k] + c * v[q][k])
    }
    for k in 0..<size {
      let (pk, qk) = (self[p, k], self[q, k])
      self[p, k] = c * pk - s * qk
      self[q, k] = s * pk + c * qk
    }
  }
}
