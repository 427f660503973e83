// Reads a damaged table by its key, from both ends and from the middle, around the pages that cannot be read.
import SQLite

/// A walk over the keys above `bounds.lower` and below `bounds.upper`, neither included.
struct KeyWalk {
  /// Rows with ?1 < key < ?2, ascending and descending; the key is column 0. More parameters are bound already.
  let ascending: Statement
  let descending: Statement
  var lower: Int64 = -1
  var upper: Int64 = .max
  /// Places that are tried between damaged pages; a table with more damage than that is told as incomplete.
  var attempts = 2000

  /// Calls `take` for each row that can be read, at most once for each.
  /// - Returns: whether all could be.
  mutating func run(_ take: (Statement) throws(SQLiteError) -> Void) throws(SQLiteError) -> Bool {
    var isWhole = true
    // The widest stretches first.
    var stretches = [(lower: lower, upper: upper)]
    while !stretches.isEmpty {
      var (lower, upper) = stretches.removeFirst()
      if try read(upwards: &lower, upper, take) { continue }
      isWhole = false
      if try read(downwards: &upper, lower, take) { continue }
      attempts -= 1
      guard attempts > 0, upper == .max || upper - lower > 2 else { continue }
      // Nothing bounds the end of a table: its damaged part may end a few keys or nowhere near further on.
      let middle = upper == .max ? beyond(lower) : lower + (upper - lower) / 2
      guard let middle else { continue }
      stretches.append((lower, middle + 1))
      stretches.append((middle, upper))
    }
    return isWhole
  }

  /// The first of `lower` + 1, 2, 4, … from which on rows can be read; nil when there is none.
  private func beyond(_ lower: Int64) -> Int64? {
    for shift in 0..<40 {
      let (key, overflow) = lower.addingReportingOverflow(1 << shift)
      if overflow { return nil }
      do throws(SQLiteError) {
        defer { ascending.reset() }
        try ascending.bind(key, at: 1)
        try ascending.bind(Int64.max, at: 2)
        return try ascending.step() ? key : nil
      } catch {}
    }
    return nil
  }

  /// Reads upwards and raises `lower` to the last key that was read; false at a place that cannot be.
  private func read(
    upwards lower: inout Int64, _ upper: Int64, _ take: (Statement) throws(SQLiteError) -> Void
  ) throws(SQLiteError) -> Bool {
    try ascending.bind(lower, at: 1)
    try ascending.bind(upper, at: 2)
    while true {
      do throws(SQLiteError) { guard try ascending.step() else { return true } } catch { return false }
      let key = ascending.int64(0)
      // Pages that point to each other would go round for ever.
      guard key > lower, key < upper else {
        ascending.reset()
        return false
      }
      lower = key
      try take(ascending)
    }
  }

  /// Reads downwards and lowers `upper` to the last key that was read.
  private func read(
    downwards upper: inout Int64, _ lower: Int64, _ take: (Statement) throws(SQLiteError) -> Void
  ) throws(SQLiteError) -> Bool {
    try descending.bind(lower, at: 1)
    try descending.bind(upper, at: 2)
    while true {
      do throws(SQLiteError) { guard try descending.step() else { return true } } catch { return false }
      let key = descending.int64(0)
      guard key > lower, key < upper else {
        descending.reset()
        return false
      }
      upper = key
      try take(descending)
    }
  }
}
