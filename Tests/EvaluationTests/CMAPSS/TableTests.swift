import Testing

@testable import Evaluation

@Suite("Tables of numbers and the engines in them")
struct TableTests {
  private func table(_ text: String, columns: Int) -> NumberTable {
    NumberTable(text: Array(text.utf8), columns: columns)
  }

  @Test("Columns stand between blanks, tabs, commas or semicolons; a header and empty lines are passed over")
  func separators() {
    let read = table("a,b,c\n1 2\t3 \n\n4,5;6\r\n -1e2, .5 ,7\n", columns: 3)
    #expect(read.numbers == [1, 2, 3, 4, 5, 6, -100, 0.5, 7])
    #expect(read.rows == 3)
    #expect(read.flaws.isEmpty)
    #expect(!read.isCutOff)
  }

  @Test("A line that is no row is left out and named; the others count")
  func flaws() {
    let read = table("1 2\n3\n4 x\n5 nan\n6 7\n", columns: 2)
    #expect(read.numbers == [1, 2, 6, 7])
    #expect(
      read.flaws == [
        .init(line: 2, reason: "1 numbers instead of 2"), .init(line: 3, reason: "\"x\" in column 2 is no number"),
        .init(line: 4, reason: "\"nan\" in column 2 is no number"),
      ])
    #expect(!read.isCutOff)
  }

  @Test(
    "A file that ends within a line has lost its end, even where the line looks whole",
    arguments: ["1 2\n3 4\n5", "1 2\n3 4\n5 6", "1 2\n3 4\n5\n"])
  func cutOff(text: String) {
    let read = table(text, columns: 2)
    #expect(read.numbers == [1, 2, 3, 4])
    #expect(read.isCutOff)
    #expect(read.flaws.map(\.line) == [3])
  }

  @Test("A single column may end without newline")
  func singleColumn() {
    let read = table("112\n98", columns: 1)
    #expect(read.numbers == [112, 98])
    #expect(!read.isCutOff)
  }

  @Test("A file without rows or a file that is not there is one clear error")
  func unusable() {
    #expect(throws: TableError.self) { try NumberTable(path: "/nowhere/at all", columns: 2) }
    #expect(throws: TableError("/dev/null: no row of 1 number; it is empty")) {
      try NumberTable(path: "/dev/null", columns: 1)
    }
  }

  @Test("Rows of engines may come in any order; a cycle that is told twice counts once")
  func engines() {
    var maker = SyntheticEngines(seed: 1)
    var rows = maker.run(unit: 2) + maker.run(unit: 1)
    let lives = [1, 2].map { unit in rows.filter { $0[0] == Double(unit) }.count }
    rows.append(rows[0])
    rows.reverse()
    let file = EngineFile(table: table(SyntheticEngines.text(rows), columns: 26), name: "train")
    #expect(file.runs.map(\.unit) == [1, 2])
    #expect(file.runs.map(\.count) == lives)
    #expect(file.runs[0].cycles == (1...lives[0]).map(Double.init))
    #expect(file.runs[0].remaining(at: 0) == Double(lives[0] - 1))
    #expect(file.notes.isEmpty)
  }

  @Test("Of a file that was cut off, the unit at the cut is left out, since its end is not known")
  func cutOffUnit() {
    var maker = SyntheticEngines(seed: 2)
    let text = SyntheticEngines.text(maker.run(unit: 1) + maker.run(unit: 2))
    let file = EngineFile(table: table(String(text.dropLast(40)), columns: 26), name: "train")
    #expect(file.runs.map(\.unit) == [1])
    #expect(file.notes.last == "train: cut off within unit 2, which is left out")
    #expect(file.notes.count == 2)
  }

  @Test("Many flaws are told in three lines and a count")
  func manyFlaws() {
    let flaws = (1...10).map { NumberTable.Flaw(line: $0, reason: "bad") }
    let notes = EngineFile.notes(on: flaws, name: "f")
    #expect(notes.count == 4)
    #expect(notes[0] == "f: line 1: bad; the line is left out")
    #expect(notes[3] == "f: 7 more lines like these are left out")
  }

  @Test("Each engine of a test file gets its own number; what has no partner is left out and told")
  func pairing() throws {
    var maker = SyntheticEngines(seed: 3)
    let text = SyntheticEngines.text((1...3).flatMap { maker.run(unit: $0) })
    func set(_ test: String, _ truth: String) throws -> EngineTestSet {
      try EngineTestSet(
        test: EngineFile(table: table(test, columns: 26), name: "test"), remaining: table(truth, columns: 1),
        names: ("test", "rul"))
    }
    let whole = try set(text, "7\n8\n9\n")
    #expect(whole.runs.map(\.unit) == [1, 2, 3])
    #expect(whole.remaining == [7, 8, 9])
    #expect(whole.notes.isEmpty)

    let longer = try set(text, "7\n8\n9\n10\n")
    #expect(longer.remaining == [7, 8])
    #expect(longer.notes.count == 1)

    let cut = try set(String(text.dropLast(30)), "7\n8\n9\n10\n")
    #expect(cut.remaining == [7, 8])

    let shorter = try set(text, "7\n8\n")
    #expect(shorter.remaining == [7, 8])
    #expect(shorter.notes == ["rul: only 2 numbers for 3 units; the rest is left out"])

    let shifted = "rul: line 2: \"x\" in column 1 is no number; each unit needs one number on its own line"
    #expect(throws: TableError(shifted)) { try set(text, "7\nx\n9\n") }

    let third = text.split(separator: "\n").filter { $0.hasPrefix("3.0") }.map { $0 + "\n" }.joined()
    #expect(try set(third + third, "7\n8\n9\n").remaining == [9])
  }
}
