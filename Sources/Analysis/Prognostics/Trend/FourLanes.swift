// Arithmetic on four doubles at once, for the one inner loop of the room that must be fast.

/// Lane by lane, one instruction for two lanes. Of a NaN nothing is promised.
@inline(__always)
func least(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> SIMD4<Double> {
  SIMD4(least(a[0], b[0]), least(a[1], b[1]), least(a[2], b[2]), least(a[3], b[3]))
}

@inline(__always)
func most(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> SIMD4<Double> {
  SIMD4(most(a[0], b[0]), most(a[1], b[1]), most(a[2], b[2]), most(a[3], b[3]))
}

// Unlike the standard library's, these ask nothing about NaN and become minpd and maxpd.
@inline(__always) private func least(_ a: Double, _ b: Double) -> Double { a < b ? a : b }
@inline(__always) private func most(_ a: Double, _ b: Double) -> Double { a > b ? a : b }

/// e^x for x up to 0, to 1e-9 (absolute); below −32 that of −32, which is 1e-14.
@inline(__always)
func exponential(_ x: SIMD4<Double>) -> SIMD4<Double> {
  // Taylor's polynomial of a 256th, raised to the 256th power: only products and sums, which four lanes do at once.
  let y = most(x, SIMD4(repeating: -32)) * (1.0 / 256)
  var e = y * (1.0 / 24) + (1.0 / 6)
  e = y * e + 0.5
  e = y * e + 1
  e = y * e + 1
  for _ in 0..<8 { e *= e }
  return e
}
