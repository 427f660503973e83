// Tables of units whose course and end are known, made in the test.
import Evaluation

/// SplitMix64: the same numbers on every machine.
struct SeriesRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / 9_007_199_254_740_992
  }

  /// A normal deviate, near enough: the sum of twelve uniform ones.
  mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}

/// Units whose indicator runs from 0 to 1 along a course within lives of 400 units of usage that scatter by 20 %.
struct SyntheticSeries {
  var course: (Double) -> Double
  var noise = 0.02
  var units = 10
  /// Indicator of a new unit and at the failure level.
  var new = 100.0
  var failed = 20.0
  /// Measurements in a middle life, and up to which share of its life a unit is measured.
  var measurements = 60.0
  var measuredUpTo = 1.3
  var seed: UInt64 = 7

  /// Rows `unit,usage,value` with a header, and the true lives.
  func table() -> (text: String, lives: [Double]) {
    var random = SeriesRandom(seed: seed)
    var text = "unit,usage,value\n"
    var lives: [Double] = []
    for unit in 0..<units {
      let life = 400 * (1 + 0.2 * max(-1.8, min(1.8, random.normal())))
      lives.append(life)
      var usage = 0.0
      while usage <= measuredUpTo * life {
        let progress = usage == 0 ? 0 : course(usage / life) + noise * random.normal()
        text += "u\(unit),\(usage),\(new + (failed - new) * progress)\n"
        usage += 400 / measurements
      }
    }
    return (text, lives)
  }
}

func rows(
  _ text: String, unit: String? = "unit", usage: String = "usage", value: String = "value", name: String = "t.csv"
) throws(SeriesError) -> SeriesRows {
  var rows = SeriesRows()
  try rows.add(
    DelimitedText(bytes: Array(text.utf8), name: name), SeriesColumns(unit: unit, usage: usage, value: value))
  return rows
}
