// What a salvage saved and what it lost, in numbers.
import Documents

/// Rows by table.
struct SalvageReport {
  struct Count {
    var saved = 0
    /// Rows whose seal is broken, and numbers that are missing between the rows that are there.
    var lost = 0
    /// Whether some page could not be read: what was in it nobody can count.
    var isIncomplete = false
  }

  /// In the order in which the tables were read.
  private(set) var counts: [(table: String, count: Count)] = []
  /// Whether even the list of tables was gone.
  var isTotal = false

  var saved: Int { counts.reduce(0) { $0 + $1.count.saved } }
  var lost: Int { counts.reduce(0) { $0 + $1.count.lost } }

  mutating func add(_ table: String, _ count: Count) {
    if count.saved > 0 || count.lost > 0 || count.isIncomplete { counts.append((table, count)) }
  }

  subscript(table: String) -> Count { counts.first { $0.table == table }?.count ?? Count() }

  /// One line, for example `saved 310 rows, lost 12 or more (outbox: 300 saved, 12 or more lost; trip: 10 saved)`.
  var description: String {
    guard !isTotal else { return "nothing could be saved: its list of tables is gone" }
    let isIncomplete = counts.contains { $0.count.isIncomplete }
    let tables = counts.map { table, count in
      let lost = count.isIncomplete ? ", \(count.lost) or more lost" : count.lost > 0 ? ", \(count.lost) lost" : ""
      return "\(table): \(count.saved) saved\(lost)"
    }
    return "saved \(saved) rows, lost \(lost)\(isIncomplete ? " or more" : "")"
      + (tables.isEmpty ? "" : " (\(tables.joined(separator: "; ")))")
  }

  /// Rows lost by table, as the row that begins the new epoch tells them.
  var json: [UInt8] {
    var json = JSONText(reserving: 200)
    json.beginObject()
    if isTotal { json.member("everything", true) }
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
