// What a usage column counts: what has passed since the unit was new, or what each row added.

/// How usage stands in a table.
public enum UsageCounting: String, CaseIterable, Sendable {
  /// A running total, such as an odometer or a number of cycles; rows may come in any order.
  case running
  /// What was used since the row before, such as the throughput of one test; rows come in the order of time.
  case eachRow = "each-row"

  /// Finds out from the rows themselves.
  ///
  /// A total never falls, but for rows that were not sorted. Where the column falls often, the indicator decides: in
  /// the order of the rows, or in the order of the column, it changes smoothly.
  static func found(in units: [[SeriesRows.Row]]) -> UsageCounting {
    var rises = 0
    var falls = 0
    var alongRows = 0.0
    var alongUsage = 0.0
    for rows in units {
      for (before, after) in zip(rows, rows.dropFirst()) {
        if after.usage > before.usage { rises += 1 }
        if after.usage < before.usage { falls += 1 }
      }
      let measured = rows.filter { $0.value != nil }
      let values = measured.compactMap(\.value)
      guard let least = values.min(), let greatest = values.max(), greatest > least else { continue }
      alongRows += variation(of: values) / (greatest - least)
      let sorted = measured.enumerated().sorted { ($0.element.usage, $0.offset) < ($1.element.usage, $1.offset) }
      alongUsage += variation(of: sorted.compactMap(\.element.value)) / (greatest - least)
    }
    let steps = units.reduce(0) { $0 + max(0, $1.count - 1) }
    if rises == 0 && falls == 0 { return steps > 0 ? .eachRow : .running }
    guard 4 * falls >= steps, rises > 0 else { return .running }
    return alongRows <= 1.25 * alongUsage ? .eachRow : .running
  }

  private static func variation(of values: [Double]) -> Double {
    zip(values, values.dropFirst()).reduce(0) { $0 + abs($1.1 - $1.0) }
  }
}
