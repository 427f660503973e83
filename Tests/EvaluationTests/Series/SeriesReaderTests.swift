// What real tables do to numbers, columns and rows.
import Testing

@testable import Evaluation

@Suite struct SeriesReaderTests {
  @Test(arguments: [
    ("1.85", 1.85), ("1,85", 1.85), (" 12,5 km ", 12.5), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("85%", 85),
    ("1,234,567", 1_234_567), ("-3.2e-4V", -3.2e-4), ("1.86Ah", 1.86), ("5 °C", 5), ("+7", 7), (".5", 0.5), ("5.", 5),
    ("2e3", 2000), ("3 e", 3),
  ])
  func number(_ text: String, _ value: Double) {
    #expect(MeasuredNumber(Array(text.utf8)[...].trimmed) == .value(value))
  }

  @Test(arguments: ["2008-04-02 15:25:41", "TS010368", "1.2.3,4", "1,2.3,4", "--5", "e5", "0x10", "inf", "1 5"])
  func noNumber(_ text: String) { #expect(MeasuredNumber(Array(text.utf8)[...]) == .text) }

  @Test(arguments: ["", "NA", "nan", "n/a", "NULL", "-"])
  func nothing(_ text: String) { #expect(MeasuredNumber(Array(text.utf8)[...]) == .missing) }

  @Test func columnsAreFoundByNameWhateverSeparatesThem() throws {
    for separator in [",", ";", "\t", "|"] {
      let lines = [["cell", "x", "Ah Total", "cap"], ["a", "1", "5", "2"], ["b", "1", "6", "3"], ["a", "1", "7", ""]]
      let text = "\u{FEFF}" + lines.map { $0.joined(separator: separator) }.joined(separator: "\r\n")
      let rows = try rows(text, unit: "cell", usage: "Ah Total", value: "CAP")
      #expect(rows.units.map(\.name) == ["a", "b"])
      #expect(rows.units[0].rows.map(\.usage) == [5, 7])
      #expect(rows.units[0].rows.map(\.value) == [2, nil])
      #expect(rows.problems.isEmpty)
    }
  }

  @Test func aMissingColumnIsNamedWithTheNearestOne() throws {
    #expect(
      throws: SeriesError.noColumn(file: "t.csv", column: "capcity", columns: ["unit", "usage", "capacity"])
    ) { try rows("unit,usage,capacity\na,1,2\n", value: "capcity") }
    let error = SeriesError.noColumn(file: "t.csv", column: "capcity", columns: ["unit", "usage", "capacity"])
    #expect(error.description.contains("t.csv, line 1"))
    #expect(error.description.contains("(did you mean \"capacity\"?); the columns are"))
    #expect(throws: SeriesError.twoColumns(file: "t.csv", column: "value")) {
      try rows("unit,usage,value,value\na,1,2,3\n")
    }
  }

  @Test func aColumnWithoutAnyNumberIsAnError() {
    #expect(throws: SeriesError.noNumbers(file: "t.csv", column: "usage", line: 2, text: "2008-04-02")) {
      try rows("unit,usage,value\na,2008-04-02,1\na,2008-04-03,2\n")
    }
    #expect(throws: SeriesError.empty(file: "t.csv")) { try rows("unit,usage,value\n") }
    #expect(throws: SeriesError.empty(file: "t.csv")) { try rows("\n\n") }
  }

  @Test func aBadLineCostsItselfAndIsNamed() throws {
    let text = """
      unit,usage,value
      a,1,5,
      a,2,"5,5",,
      a,3,5,5
      a,x,6
      a,4,spoiled
      a,,7
      ,6,7
      unit,usage,value
      a,8,"7
      a,9,8

      """
    let rows = try rows(text)
    #expect(rows.units[0].rows.map(\.usage) == [1, 2, 9])
    #expect(rows.units[0].rows.map(\.value) == [5, 5.5, 8])
    #expect(rows.problems.map(\.line) == [4, 5, 6, 7, 8, 10])
    #expect(rows.problems[0].reason.contains("4 fields where the header has 3"))
  }

  @Test func withoutAUnitColumnAFileIsAUnit() throws {
    let rows = try rows("usage,value\n1,2\n2,1\n", unit: nil, name: "/data/B0005.cycles.csv")
    #expect(rows.units.map(\.name) == ["B0005.cycles"])
  }

  @Test func arbitraryBytesNeverTrap() {
    var random = SeriesRandom(seed: 3)
    let alphabet = Array("ab,;\t\"\n\r0123456789.-+e%° usage,value".utf8) + [0, 0xFF, 0xC3]
    for _ in 0..<300 {
      let length = Int(random.uniform() * 200)
      let bytes = (0..<length).map { _ in alphabet[Int(random.uniform() * Double(alphabet.count))] }
      var rows = SeriesRows()
      let table = DelimitedText(bytes: Array("unit,usage,value\n".utf8) + bytes, name: "f")
      try? rows.add(table, SeriesColumns(unit: "unit", usage: "usage", value: "value"))
      #expect(rows.units.allSatisfy { $0.rows.allSatisfy { $0.usage.isFinite } })
    }
  }
}

extension ArraySlice<UInt8> {
  /// As a table hands its fields over.
  fileprivate var trimmed: ArraySlice<UInt8> {
    let table = DelimitedText(bytes: Array("\"".utf8) + self + Array("\"".utf8), name: "")
    return table.field(0, of: table.rows[0])
  }
}
