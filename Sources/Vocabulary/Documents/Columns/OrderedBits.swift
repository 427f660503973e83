// Doubles as integers in the order of the numbers, so that neighbours are neighbours: what is left between a guess and
// a value is then a small number, and any double at all comes back bit for bit.

/// The place of a double among all doubles: the next greater one has the next greater number. +0 is 0, -0 is -1.
@inline(__always)
func orderedBits(_ value: Double) -> Int64 {
  let bits = Int64(bitPattern: value.bitPattern)
  return bits >= 0 ? bits : ~(bits & .max)
}

/// The double at a place.
@inline(__always)
func double(orderedBits place: Int64) -> Double {
  Double(bitPattern: UInt64(bitPattern: place >= 0 ? place : ~place | .min))
}
