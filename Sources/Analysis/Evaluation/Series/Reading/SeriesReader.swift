// Reads measurements of an indicator over usage, unit by unit, out of tables.

/// Which columns of a table hold what.
public struct SeriesColumns: Sendable {
  /// Names of units; nil when each file is one unit and is called like the file.
  public var unit: String?
  public var usage: String
  public var value: String

  public init(unit: String?, usage: String, value: String) {
    self.unit = unit
    self.usage = usage
    self.value = value
  }
}

/// The rows of all files by unit, and the lines that could not be used.
public struct SeriesRows: Sendable {
  public struct Row: Sendable {
    public var usage: Double
    /// Nil where the row says only that the unit was used.
    public var value: Double?
  }

  /// A line that gave nothing, with what is wrong.
  public struct Problem: Equatable, Sendable {
    public var file: String
    public var line: Int
    public var reason: String
  }

  /// In order of appearance; rows in the order of the files.
  public private(set) var units: [(name: String, rows: [Row])] = []
  public private(set) var problems: [Problem] = []
  private var places: [String: Int] = [:]

  public init() {}

  /// Adds a file. A unit that is named in several files is one unit.
  ///
  /// - Throws: when a column is missing or holds no number at all; single bad lines are `problems`.
  public mutating func add(_ table: DelimitedText, _ columns: SeriesColumns) throws(SeriesError) {
    guard let header = table.rows.first, table.rows.count > 1 else { throw .empty(file: table.name) }
    let names = (0..<table.filledCount(of: header)).map { table.text($0, of: header) }
    let unitColumn: Int? =
      if let unit = columns.unit { try place(of: unit, in: names, of: table) } else { nil }
    let usageColumn = try place(of: columns.usage, in: names, of: table)
    let valueColumn = try place(of: columns.value, in: names, of: table)
    var numbers = (usage: 0, value: 0)
    for row in table.rows.dropFirst() {
      // Files that were joined have their header again.
      if table.field(usageColumn, of: row).elementsEqual(table.field(usageColumn, of: header)) { continue }
      func refuse(_ reason: String) { problems.append(Problem(file: table.name, line: row.line, reason: reason)) }
      let filled = table.filledCount(of: row)
      if filled > names.count {
        refuse("\(filled) fields where the header has \(names.count); decimal commas need quotes, or ; between fields")
        continue
      }
      let unit = unitColumn.map { table.text($0, of: row) } ?? Self.unitName(of: table.name)
      let usage = MeasuredNumber(table.field(usageColumn, of: row))
      let value = MeasuredNumber(table.field(valueColumn, of: row))
      if case .value = value { numbers.value += 1 }
      if case .value = usage { numbers.usage += 1 }
      switch (usage, value) {
      case (.missing, .missing): continue
      case (.text, _): refuse("\"\(table.text(usageColumn, of: row))\" is no number for \(columns.usage)")
      case (_, .text): refuse("\"\(table.text(valueColumn, of: row))\" is no number for \(columns.value)")
      case (.missing, .value): refuse("a value without \(columns.usage)")
      case (.value, _) where unit.isEmpty: refuse("a row without \(columns.unit ?? "unit")")
      case (.value(let usage), .value(let value)): append(Row(usage: usage, value: value), to: unit)
      case (.value(let usage), .missing): append(Row(usage: usage, value: nil), to: unit)
      }
    }
    let first = table.rows[1]
    if numbers.usage == 0 { throw noNumbers(columns.usage, usageColumn, first, table) }
    if numbers.value == 0 { throw noNumbers(columns.value, valueColumn, first, table) }
  }

  private mutating func append(_ row: Row, to unit: String) {
    if let place = places[unit] {
      units[place].rows.append(row)
    } else {
      places[unit] = units.count
      units.append((unit, [row]))
    }
  }

  private func place(of column: String, in names: [String], of table: DelimitedText) throws(SeriesError) -> Int {
    let exact = names.indices.filter { names[$0] == column }
    let found = exact.isEmpty ? names.indices.filter { names[$0].lowercased() == column.lowercased() } : exact
    guard let place = found.first else { throw .noColumn(file: table.name, column: column, columns: names) }
    guard found.count == 1 else { throw .twoColumns(file: table.name, column: column) }
    return place
  }

  private func noNumbers(
    _ column: String, _ index: Int, _ row: DelimitedText.Row, _ table: DelimitedText
  ) -> SeriesError {
    .noNumbers(file: table.name, column: column, line: row.line, text: table.text(index, of: row))
  }

  /// The file's name without its folder and ending.
  static func unitName(of path: String) -> String {
    let name = path.split(separator: "/").last ?? Substring(path)
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return String(name) }
    return String(name[..<dot])
  }
}
