// How the rows of each table lie in a record, in this version and in elder ones: by this a row is known without its tree.
import SQLite

struct RowLayout {
  /// The table in the damaged file, or an index.
  let name: String
  /// The table that the row goes to.
  let table: SealedTable
  let isIndex: Bool
  /// Whether versions before 4 alone wrote it: its rows have no seals, and only a tree tells whose they are.
  let isElder: Bool
  private let columns: [String]
  /// By column: `k` the number of the row, `i` a number without and `r` one with a fraction, `t` text, `b` bytes; a capital
  /// letter where it may be NULL. Columns that a later version added may be missing at a record's end.
  private let kinds: [Character]

  /// - Parameter columns: names with their kinds, in the order of the record.
  private init(
    _ name: String, as table: SealedTable, isIndex: Bool = false, isElder: Bool = false, _ columns: String
  ) {
    self.name = name
    self.table = table
    self.isIndex = isIndex
    self.isElder = isElder
    let words = columns.split(separator: " ").map { $0.split(separator: ":") }
    self.columns = words.map { String($0[0]) }
    kinds = words.compactMap { $0[1].first }
  }

  /// A row of the table that it goes to.
  struct Row {
    var number: Int64
    /// In the order of the table's columns.
    var values: [Value]
    /// Nil where the version that wrote the row had no seals.
    var seal: Int64?
  }

  /// The row in a cell; nil where the cell does not look like one of this table.
  func row(_ cell: TreePage.Cell) -> Row? {
    guard (cell.number == nil) == isIndex, cell.record.count <= columns.count else { return nil }
    var found: [String: Value] = [:]
    for (i, kind) in kinds.enumerated() {
      let value = i < cell.record.count ? cell.record[i] : .null
      switch (value, kind) {
      case (.null, "k"): found[columns[i]] = .integer(cell.number ?? 0)
      case (.null, "I"), (.null, "T"): break
      case (.integer, "i"), (.integer, "I"), (.text, "t"), (.text, "T"), (.blob, "b"), (.real, "r"):
        found[columns[i]] = value
      // SQLite packs a number that happens to have no fraction without one.
      case (.integer(let number), "r"): found[columns[i]] = .real(Double(number))
      default: return nil
      }
    }
    if columns.first == "key", let number = cell.number {
      for (column, value) in OutboxKey.values(number) { found[column] = .integer(value) }
    }
    let values = table.columns.map { found[$0] ?? RowLayout.default(of: $0) }
    guard case .integer(let seal)? = found["seal"] else { return Row(number: cell.number ?? 0, values: values) }
    return Row(number: cell.number ?? 0, values: values, seal: seal)
  }

  /// What a column means that an elder version did not have.
  private static func `default`(of column: String) -> Value {
    switch column {
    case "epoch": .integer(1)
    case "version": .integer(0)
    default: .null
    }
  }

  // MARK: All layouts.

  /// Tables whose rows have checksums of another kind.
  static let checkpoint = SealedTable(name: "checkpoint", columns: ["slot", "generation", "version", "crc", "data"])
  static let checkpointPart = SealedTable(name: "checkpoint_part", columns: ["number", "data"])
  /// The index on the epochs' identities has them once more.
  static let epochIndex = SealedTable(name: "epoch's index", columns: ["number", "id"])

  /// Tables of this version that need no seals to be known.
  static let unsealed = [checkpoint.name, checkpointPart.name, epochIndex.name]

  static let all: [RowLayout] =
    [
      RowLayout("meta", as: .meta, isIndex: true, "key:t value:t seal:I"),
      RowLayout("epoch", as: .epoch, "number:k id:t machine:T began:i reason:t seal:I"),
      RowLayout("sqlite_autoindex_epoch_1", as: epochIndex, isIndex: true, "id:t number:i"),
      RowLayout("lane", as: .lane, isIndex: true, "epoch:i lane:i last:i seal:I"),
      RowLayout("lane", as: .lane, isElder: true, "lane:k last:i"),
      RowLayout(
        "outbox", as: .outbox,
        "key:k first:I count:I type:t subject:T boot:t uptime:i wall:i quality:i seal:I data:b"),
      RowLayout(
        "outbox", as: .outbox, isIndex: true,
        "epoch:i lane:i sequence:i first:I count:I type:t subject:T boot:t uptime:i wall:i quality:i seal:I data:b"),
      RowLayout(
        "outbox", as: .outbox, isIndex: true, isElder: true,
        "lane:i sequence:i type:t subject:T boot:t uptime:i wall:i quality:i data:b"),
      RowLayout("alert", as: .alert, isIndex: true, "id:t state:t changed:i data:b seal:I"),
      RowLayout("trip", as: .trip, "number:k started:i data:b seal:I"),
      RowLayout(
        "event", as: .event, "id:k lane:i sequence:i type:t subject:T wall:i data:b epoch:I seal:I"),
      RowLayout("health", as: .health, "id:k component:t wall:i data:b seal:I"),
      RowLayout("signal", as: .signal, "id:k path:t unit:t seal:I"),
      RowLayout(
        "diagnostic", as: .diagnostic, isIndex: true, "unit:t key:t wall:i version:i crc:i block:b data:b seal:I"),
      RowLayout("parked", as: .parked, isIndex: true, "vehicle:t version:i crc:i data:b seal:I"),
      RowLayout("counter", as: .counter, isIndex: true, "vehicle:t component:t name:t value:r seal:I"),
      RowLayout("rollup", as: .rollUps(.minute), isElder: true, "id:k start:i seconds:i chunk:b"),
      RowLayout("checkpoint", as: checkpoint, "slot:k generation:i version:i bytes:i crc:i"),
      RowLayout("checkpoint", as: checkpoint, isElder: true, "slot:k generation:i version:i crc:i data:b"),
      RowLayout("checkpoint_part", as: checkpointPart, "number:k data:b"),
    ]
    + RollUpResolution.allCases.map {
      RowLayout($0.table, as: .rollUps($0), "id:k start:i version:i seal:I chunk:b")
    }
}
