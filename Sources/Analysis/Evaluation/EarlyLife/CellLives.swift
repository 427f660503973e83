// How long each cell lived, as it is written beside the measurements.

/// Lives by the name or the number of a cell.
public struct CellLives: Sendable {
  private let file: String
  private var named: [String: Double] = [:]
  private var listed: [(line: Int, life: Double)] = []

  /// - Parameter table: one life a line, or a column of names and a column of lives; a header may stand above.
  public init(_ table: DelimitedText) throws(SeriesError) {
    file = table.name
    for (i, row) in table.rows.enumerated() {
      let isList = table.filledCount(of: row) == 1
      guard case .value(let life) = MeasuredNumber(table.field(isList ? 0 : 1, of: row)), life > 0 else {
        if i == 0 { continue }
        throw .malformed(
          file: file, reason: "line \(row.line): no life above 0; a line is a life, or a cell's name and its life")
      }
      if !isList { named[table.text(0, of: row).lowercased()] = life }
      listed.append((row.line, life))
    }
    guard !listed.isEmpty else { throw .empty(file: file) }
  }

  /// The lives of cells, by their names, or by the number that a name ends with (counted from 1, or from 0 where there
  /// is a cell 0), or in the order of the cells if none has a number and there is a life for each.
  public func lives(of cells: [String]) throws(SeriesError) -> [Double] {
    let numbers = cells.map(Self.number)
    if named.isEmpty, numbers.allSatisfy({ $0 == nil }), cells.count == listed.count { return listed.map(\.life) }
    let first = numbers.contains(0) ? 0 : 1
    var lives: [Double] = []
    for (cell, number) in zip(cells, numbers) {
      let byName = named[cell.lowercased()] ?? number.flatMap { named[String($0)] }
      let place = (number ?? -1) - first
      let byPlace = named.isEmpty && listed.indices.contains(place) ? listed[place].life : nil
      guard let life = byName ?? byPlace else {
        throw .malformed(
          file: file,
          reason: "no life of \(cell) among its \(listed.count); write name,life on a line, or name the file of the "
            + "n-th line so that it ends with n")
      }
      lives.append(life)
    }
    return lives
  }

  private static func number(_ name: String) -> Int? {
    Int(String(name.reversed().prefix { $0.isASCII && $0.isNumber }.reversed()))
  }
}
