// Trees with line numbers, and one clear error for each way in which a file can be bad.
import ConfigurationFile
import Glibc
import Testing

@Suite struct YAMLTests {
  private func parse(_ text: String) throws -> Node { try YAML.parse(bytes: Array(text.utf8), name: "t.yaml") }

  private func refusal(of text: String) -> String { refusal(of: Array(text.utf8)) }

  private func refusal(of bytes: [UInt8]) -> String {
    do throws(ConfigurationError) {
      _ = try YAML.parse(bytes: bytes, name: "t.yaml")
      return "accepted"
    } catch { return error.description }
  }

  @Test func everythingKnowsItsLine() throws {
    let root = try parse("# a comment\nmqtt:\n  host: broker   # inline\n\nsources:\n  - vcan0\n  - 'no'\n")
    guard case .mapping(let entries) = root.content else { return #expect(Bool(false), "no mapping") }
    #expect(entries.map(\.key) == ["mqtt", "sources"])
    #expect(entries.map(\.line) == [2, 5])
    guard case .mapping(let mqtt) = entries[0].value.content else { return #expect(Bool(false), "no mapping") }
    #expect(mqtt == [.init(key: "host", line: 3, value: Node(.scalar("broker", isPlain: true), line: 3))])
    #expect(
      entries[1].value.content
        == .sequence([
          Node(.scalar("vcan0", isPlain: true), line: 6), Node(.scalar("no", isPlain: false), line: 7),
        ]))
  }

  @Test(arguments: ["", "# only a comment\n", "---\n", "~\n", "{}", "\u{FEFF}"]) func empty(_ text: String) throws {
    #expect(try parse(text).content == .mapping([]))
  }

  @Test func nullIsNotTheWord() throws {
    guard case .sequence(let list) = try parse("[~, null, 'null', '', x]").content else {
      return #expect(Bool(false), "no sequence")
    }
    #expect(list.map(\.isNull) == [true, true, false, false, false])
    #expect(list.map(\.text) == [nil, nil, "null", "", "x"])
  }

  @Test func anchorsAreCopied() throws {
    guard case .mapping(let entries) = try parse("a: &x [1, 2]\nb: *x\n").content else {
      return #expect(Bool(false), "no mapping")
    }
    #expect(entries[0].value == entries[1].value)
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", "t.yaml:3: a: duplicate key, first on line 1; remove one of the two"),
    ("a:\n\tb: 1\n", "t.yaml:2: a tab in the indentation; indent with spaces"),
    ("a: 1\n---\nb: 2\n", "t.yaml:2: a second document; keep one document in the file: remove the \"---\" line"),
    ("a: 1\nb: \u{01}\n", "t.yaml:2: a control character; remove it"),
    ("a: *x\n", "t.yaml:1: unknown alias \"*x\"; define \"&x\" before it is used"),
    ("a: &x [*x]\n", "t.yaml:1: unknown alias \"*x\"; define \"&x\" before it is used"),
    ("a: !!int 3\n", "t.yaml:1: tags are not supported; remove the word that begins with \"!\""),
    ("a: &x {b: 1}\nc:\n  <<: *x\n", "t.yaml:3: merge keys are not supported; write the keys out"),
    ("? [a]\n: b\n", "t.yaml:1: a key must be a word; write it as \"name: value\""),
  ])
  func refusals(_ text: String, _ expected: String) {
    #expect(refusal(of: text) == expected)
  }

  @Test func brokenSyntaxNamesItsLine() {
    #expect(refusal(of: "a: 1\nb: [1, 2\nc: 3\n").hasPrefix("t.yaml:3: "))
    #expect(refusal(of: "a: \"open\n").hasPrefix("t.yaml:2: "))
    #expect(!refusal(of: "a: b: c\n").contains("\n"))
  }

  @Test func bytesThatAreNotUTF8() {
    #expect(refusal(of: Array("a: 1\nb: ".utf8) + [0xC3, 0x28]) == "t.yaml:2: not UTF-8; save the file as UTF-8")
    #expect(refusal(of: [0xFF, 0xFE, 0x61, 0x00]) == "t.yaml:1: not UTF-8; save the file as UTF-8")
  }

  @Test func depthIsLimited() throws {
    func nested(_ n: Int) -> String { String(repeating: "[", count: n) + String(repeating: "]", count: n) }
    _ = try parse(nested(YAML.depthLimit))
    #expect(refusal(of: nested(YAML.depthLimit + 1)) == "t.yaml:1: nested deeper than 32 levels; flatten it")
    #expect(refusal(of: String(repeating: "[", count: 500_000)).contains("nested deeper"))
    // Depth that only shows when aliases are written out.
    let halves = "- &x \(nested(20))\n- \(nested(20).replacing("[]", with: "[*x]"))"
    #expect(refusal(of: halves) == "t.yaml:2: nested deeper than 32 levels; flatten it")
  }

  @Test func aBillionLaughsAreRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for i in 1...9 {
      text += "a\(i): &a\(i) [" + Array(repeating: "*a\(i - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    #expect(refusal(of: text).hasPrefix("t.yaml:5: more than 100000 values"))
  }

  @Test func sizeIsLimited() throws {
    let line = Array("# filler\n".utf8)
    let full = Array(repeatElement(line, count: YAML.sizeLimit / line.count).joined())
    _ = try YAML.parse(bytes: full, name: "t.yaml")
    #expect(refusal(of: full + line).hasPrefix("t.yaml: larger than 1 MiB"))
  }

  @Test func anyBytesGiveATreeOrOneLine() {
    // Random edits of a good file: whatever comes out, it is no crash and one line.
    let good = Array("mqtt: {host: 'a', port: 1}\nlist:\n  - &x a\n  - *x\n  - |\n    text\n".utf8)
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ n: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % n
    }
    for _ in 0..<3000 {
      var bytes = good
      for _ in 0...random(4) { bytes[random(bytes.count)] = UInt8(random(256)) }
      #expect(!refusal(of: bytes).contains("\n"))
    }
  }

  @Test func filesThatCannotBeRead() throws {
    func refusal(_ path: String) -> String {
      do throws(ConfigurationError) {
        _ = try YAML.load(path: path)
        return "accepted"
      } catch { return error.description }
    }
    #expect(
      refusal("/nonexistent.yaml")
        == "/nonexistent.yaml: cannot be read: No such file or directory; check the path")
    #expect(refusal("/tmp") == "/tmp: cannot be read: Is a directory; name a file in it")
    #expect(refusal("/dev/zero").hasPrefix("/dev/zero: larger than 1 MiB"))
  }

  @Test func aFileIsRead() throws {
    var template = Array("/tmp/telltale-yaml-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    try #require(file >= 0)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    // Longer than one read.
    let text = String(repeating: "# filler\n", count: 5000) + "port: 7\n"
    #expect(write(file, text, text.utf8.count) == text.utf8.count)
    close(file)
    let section = try Section.load(path: path, environment: [:])
    #expect(try section.integer("port") == 7)
  }
}
