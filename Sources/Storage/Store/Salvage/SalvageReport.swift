// What a salvage saved and what it lost, in numbers.
import Documents

/// Rows by table.
struct SalvageReport {
  struct Count {
    var saved = 0
    /// Rows whose seal is broken, and numbers that are missing between the rows that are there, as far as they can be
    /// counted.
    var lost = 0
    /// Whether more may be lost than can be counted.
    var isIncomplete = false

    /// For example `12`, `12+` for twelve or more, `?` for a number that is not known.
    fileprivate var loss: String { isIncomplete ? lost == 0 ? "?" : "\(lost)+" : "\(lost)" }
  }

  /// In the order in which the tables were read.
  private(set) var counts: [(table: String, count: Count)] = []

  private var total: Count {
    counts.reduce(into: Count()) { total, one in
      total.saved += one.count.saved
      total.lost += one.count.lost
      total.isIncomplete = total.isIncomplete || one.count.isIncomplete
    }
  }

  mutating func add(_ table: String, _ count: Count) {
    if count.saved > 0 || count.lost > 0 || count.isIncomplete { counts.append((table, count)) }
  }

  /// One line, for example
  /// `saved 310 rows, lost 12+; saved/lost by table: outbox 300/12+, trip 10/0 (+ or more, ? not known)`.
  var description: String {
    let total = total
    guard total.saved > 0 else { return "nothing could be saved: no row of it is whole" }
    let tables = counts.map { "\($0.table) \($0.count.saved)/\($0.count.loss)" }
    return "saved \(total.saved) rows, lost \(total.loss); saved/lost by table: \(tables.joined(separator: ", "))"
      + (total.isIncomplete ? " (+ or more, ? not known)" : "")
  }

  /// Rows lost by table, as the row that begins the new epoch tells them.
  var json: [UInt8] {
    var json = JSONText(reserving: 200)
    json.beginObject()
    if total.saved == 0 { json.member("everything", true) }
    for (table, count) in counts where count.lost > 0 || count.isIncomplete {
      json.key(table)
      json.beginObject()
      json.member("rows", Int64(count.lost))
      json.member("isComplete", !count.isIncomplete)
      json.endObject()
    }
    json.endObject()
    return json.bytes
  }
}
