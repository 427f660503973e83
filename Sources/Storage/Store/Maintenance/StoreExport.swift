// Writes out what a store holds, row by row, for people and other programs.
import Documents
import SQLite

/// What can be written out.
public enum StoreExport: String, CaseIterable, Sendable {
  case alerts, events, health, trips, counters
  /// What waits for a receiver.
  case outbox

  /// Hands each row over as one JSON object, the oldest first. Rows that are damaged are left out.
  /// - Parameter path: the database file; a daemon may be using it meanwhile.
  /// - Returns: how many rows were damaged.
  /// - Throws: `StoreError`: there is no such file, or it cannot be read; and what `row` throws.
  public func run(path: String, _ row: ([UInt8]) throws -> Void) throws -> Int {
    do {
      let connection = try Store.look(at: path)
      try Schema.expectPresent(in: connection)
      let epochs = try StoreInspection.epochs(of: connection)
      let select = try connection.prepare("SELECT \(table.selection) FROM \(table.name) ORDER BY \(order)")
      var damaged = 0
      while try select.step() {
        guard let values = table.values(in: select, of: self == .outbox ? epochs[select.int64(0)] : nil) else {
          damaged += 1
          continue
        }
        try row(object(values, epochs))
      }
      return damaged
    } catch let error as SQLiteError {
      throw StoreError(opening: error)
    }
  }

  private var table: SealedTable {
    switch self {
    case .alerts: .alert
    case .events: .event
    case .health: .health
    case .trips: .trip
    case .counters: .counter
    case .outbox: .outbox
    }
  }

  private var order: String {
    switch self {
    case .alerts: "changed"
    case .events, .health: "id"
    case .trips: "number"
    case .counters: "vehicle, component, name"
    case .outbox: "key"
    }
  }

  /// The columns as members. `data` that is JSON stands as it is, other bytes as hexadecimal digits.
  private func object(_ values: [Value], _ epochs: [Int64: Epoch]) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    for (name, value) in zip(table.columns, values) {
      json.key(name)
      switch value {
      case .null: json.null()
      case .integer(let number):
        if name == "epoch", let epoch = epochs[number] { json.value(epoch.description) } else { json.value(number) }
      case .real(let number): json.value(number)
      case .text(let text): json.value(text)
      case .blob(let bytes):
        if bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "[") {
          json.raw(Array(bytes.prefix { $0 != UInt8(ascii: "\n") }))
        } else {
          json.value(hexadecimal(bytes))
        }
      }
    }
    json.endObject()
    return json.bytes
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
