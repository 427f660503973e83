// From a file to a description: which format it is, and what is said of files that are none.

import Decoding
import Glibc
import Testing

@Suite struct NetworkFileTests {
  static let dbc = "BO_ 1 A: 8 X\n"
  static let kcd = "\n<NetworkDefinition><Bus><Message id='1' name='A' length='8'/></Bus></NetworkDefinition>"
  static let sym = "FormatVersion=6.0\n{SEND}\n[A]\nID=001h\n"

  @Test(arguments: [(dbc, "dbc"), (kcd, "kcd"), (sym, "sym")])
  func theFormatIsKnownByNameOrByContent(text: String, ending: String) {
    for name in ["x.\(ending)", "x.\(ending.uppercased())", "x.txt", "folder.d/x", ""] {
      let file = NetworkDescription.parse(bytes: Array(text.utf8), name: name)
      #expect(file.messages.map(\.name) == ["A"], "\(name)")
      #expect(file.problems.isEmpty, "\(name)")
    }
    let other = ending == "kcd" ? NetworkDescription.Format.sym : .kcd
    #expect(NetworkDescription.parse(bytes: Array(text.utf8), name: "x.\(ending)", format: other).messages.isEmpty)
  }

  @Test(arguments: [
    ("", "no message in it: the file is empty"),
    (" \n\r\n", "no message in it: the file is empty"),
    (
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
      "no message in it: this is the pointer that git-lfs keeps in a file's place; 'git lfs pull' fetches the file"
    ),
    ("\u{7F}ELF\0\0", "no message in it: this is no text; give a DBC, KCD or SYM file"),
    ("VERSION \"\"\n", "no message in it: read as DBC; give a DBC, KCD or SYM file"),
    ("<html/>", "no message in it: read as KCD; give a DBC, KCD or SYM file"),
    (
      "CM_ \"IMPORT _common.dbc\";",
      "no message in it: it only imports other files; give the one that opendbc's generator makes of them"
    ),
  ]) func filesWithoutAMessage(text: String, reason: String) {
    let file = NetworkDescription.parse(bytes: Array(text.utf8), name: "x")
    #expect(file.messages.isEmpty)
    #expect(file.problems.first == NetworkDescription.Problem(line: 0, reason: reason))
  }

  @Test func whatCannotBeReadIsAnErrorOfOneLine() {
    #expect(throws: NetworkDescriptionError.unreadable(path: "/nonexistent/x.dbc", code: ENOENT)) {
      try NetworkDescription.load(path: "/nonexistent/x.dbc")
    }
    #expect(throws: NetworkDescriptionError.unreadable(path: "/", code: EISDIR)) {
      try NetworkDescription.load(path: "/")
    }
    #expect(throws: NetworkDescriptionError.tooLarge(path: "/dev/zero")) {
      try NetworkDescription.load(path: "/dev/zero")
    }
    #expect(
      NetworkDescriptionError.unreadable(path: "x.dbc", code: ENOENT).description
        == "x.dbc: cannot be read (No such file or directory); give the path of a readable DBC, KCD or SYM file")
  }

  @Test func anEmptyDeviceIsAFileWithoutAMessage() throws {
    #expect(try NetworkDescription.load(path: "/dev/null").problems.map(\.line) == [0])
  }

  /// Files made to take memory give bounded lists.
  @Test func whatIsKeptIsBounded() {
    let bad = NetworkDescription.parse(bytes: Array(String(repeating: "BO_\n", count: 20_000).utf8), name: "")
    #expect(bad.problems.count == 10_002)
    #expect(bad.problems[1].reason == "10000 more problems are not listed")

    let many = (0..<70_000).map { "BO_ \($0) A:8\n" }.joined()
    let file = NetworkDescription.parse(bytes: Array(many.utf8), name: "")
    #expect(file.messages.count == 65_534)
    let full = "more than 65534 messages: those from here on are left out"
    #expect(file.problems.last == NetworkDescription.Problem(line: 65_535, reason: full))
  }

  /// Neither names nor quotes without end make a short file slow or its messages long.
  @Test func endlessNamesAndQuotes() {
    let long = String(repeating: "x", count: 100_000)
    let name = NetworkDescription.parse(bytes: Array("BO_ 1 \(long): 8 X\n".utf8), name: "")
    #expect(name.problems.map(\.line) == [0, 1])
    #expect(name.problems.allSatisfy { $0.reason.utf8.count < 200 })
    // Each line opens a quote that the next one does not close.
    let open = "BO_ 1 A: 8 X\n" + String(repeating: "SG_ a:0|1@1+(1,0)[\\\"\n", count: 2000)
    let quotes = NetworkDescription.parse(bytes: Array(open.utf8), name: "")
    #expect(quotes.problems.contains { $0.line == 2 && $0.reason == "text in quotes is longer than 1024 bytes" })
  }
}
