// Reads the golden vectors of the room Prognostics, number by number, and compares with them.

import GoldenNumbers

struct Vectors {
  private var next: Int32 = 0
  private var name: StaticString = ""
  private(set) var compared = 0
  private(set) var missed = 0
  /// Largest relative error among numbers that agree.
  private(set) var worst = 0.0

  var isAtEnd: Bool { next == golden_count() }

  mutating func begin(_ name: StaticString) { self.name = name }

  mutating func number() -> Double {
    precondition(!isAtEnd, "the golden vectors end too early")
    next += 1
    return golden_number(next - 1)
  }

  mutating func count() -> Int { Int(number()) }

  mutating func list() -> [Double] {
    let count = count()
    return (0..<count).map { _ in number() }
  }

  /// Compares with the next number: one part in a million, or 1e-12 near zero.
  mutating func compare(_ value: Double) {
    let expected = number()
    let error = abs(value - expected)
    compared += 1
    if error <= 1e-6 * abs(expected) + 1e-12 {
      if expected != 0 { worst = max(worst, error / abs(expected)) }
    } else {
      missed += 1
      print("missed " + name.description + ": " + value.description + " for " + expected.description)
    }
  }

  mutating func compare<let count: Int>(_ values: InlineArray<count, Double>) {
    for i in 0..<count { compare(values[i]) }
  }
}
