// Typed values, defaults, ranges, overrides and unknown keys.
import ConfigurationFile
import Foundation
import Testing

@Suite struct SectionTests {
  private enum Mode: String, CaseIterable { case listen, poll }

  private func section(_ text: String, _ environment: [String: String] = [:]) throws -> Section {
    try Section(
      root: try YAML.parse(bytes: Array(text.utf8), name: "telltale.yaml"), file: "telltale.yaml",
      environment: environment)
  }

  private func refusal<Value>(_ body: () throws -> Value) -> String {
    do {
      return "accepted: \(try body())"
    } catch { return "\(error)" }
  }

  @Test func valuesOfEachKind() throws {
    let root = try section(
      """
      name: no
      number: -1.5e2
      integer: 1883
      hex: 0x7E8
      flag: Off
      memory: 16 MiB
      disk: 1.5 GiB
      plain: 65536
      decimal: 20 MB
      interval: 30 s
      short: 200ms
      long: 5 min
      mode: poll
      adapters: [obd2, 'j1939']
      points: [1, 2.5]
      """)
    #expect(try root.string("name") == "no")
    #expect(try root.number("number") == -150)
    #expect(try root.integer("integer", in: 1...65535) == 1883)
    #expect(try root.integer("hex") == 0x7E8)
    #expect(try root.boolean("flag") == false)
    #expect(try root.size("memory") == 16 << 20)
    #expect(try root.size("disk") == 3 << 29)
    #expect(try root.size("plain") == 65536)
    #expect(try root.size("decimal") == 20_000_000)
    #expect(try root.seconds("interval") == 30)
    #expect(try root.seconds("short") == 0.2)
    #expect(try root.seconds("long") == 300)
    #expect(try root.choice("mode") == Mode.poll)
    #expect(try root.strings("adapters") == ["obd2", "j1939"])
    #expect(try root.numbers("points") == [1, 2.5])
    try root.finish()
  }

  @Test func absentValues() throws {
    let root = try section("empty:\n")
    for key in ["missing"] {
      #expect(try root.optionalString(key) == nil)
      #expect(try root.optionalInteger(key) == nil)
      #expect(try root.optionalNumber(key) == nil)
      #expect(try root.optionalBoolean(key) == nil)
      #expect(try root.optionalSize(key) == nil)
      #expect(try root.optionalSeconds(key) == nil)
      #expect(try root.optionalChoice(key) == nil as Mode?)
      #expect(try root.numbers(key) == nil)
      #expect(try root.strings(key, default: ["a"]) == ["a"])
      #expect(try root.sections(key).isEmpty)
      #expect(try root.string(key, default: "d") == "d")
      #expect(try root.integer(key, in: 1...2, default: 2) == 2)
      #expect(try root.number(key, default: 0.5) == 0.5)
      #expect(try root.boolean(key, default: true))
      #expect(try root.size(key, default: 9) == 9)
      #expect(try root.seconds(key, default: 9) == 9)
      #expect(try root.choice(key, default: Mode.listen) == .listen)
      #expect(try root.section(key).integer("port", default: 1) == 1)
      #expect(!root.contains(key))
    }
    #expect(try root.optionalSection("missing")?.path == nil)
    #expect(try root.optionalSection("empty") != nil)
    #expect(refusal { try root.string("missing") } == "telltale.yaml:1: missing: missing; add \"missing: ...\"")
    #expect(refusal { try root.string("other") } == "telltale.yaml:1: other: missing; add \"other: ...\"")
    let mqtt = try section("a: 1\nmqtt:\n  port: 1\n").section("mqtt")
    #expect(refusal { try mqtt.string("host") } == "telltale.yaml:3: mqtt.host: missing; add \"host: ...\" to \"mqtt\"")
  }

  /// `resolution:` with nothing behind it: the writer meant something.
  @Test(arguments: ["", " ~", " null"])
  func nothingBehindAKeyIsNoValue(text: String) throws {
    let reads: [(Section) throws -> Void] = [
      { _ = try $0.optionalString("key") }, { _ = try $0.integer("key", default: 1) }, { _ = try $0.optionalBoolean("key") },
      { _ = try $0.optionalSeconds("key") }, { _ = try $0.choice("key", default: Mode.listen) },
      { _ = try $0.strings("key") }, { _ = try $0.sections("key") },
    ]
    for read in reads {
      let root = try section("other: 1\nkey:\(text)\n")
      let error = #expect(throws: ConfigurationError.self) { try read(root) }
      #expect(error?.description == "telltale.yaml:2: key: nothing stands behind it; give a value, or take the line out")
    }
    #expect(try section("key:\(text)\n", ["TELLTALE_KEY": "set"]).string("key") == "set")
    // A group may be empty: all its defaults hold.
    #expect(try section("key:\(text)\n").section("key").integer("port", default: 1) == 1)
  }

  @Test func anEmptyListIsNotAnAbsentOne() throws {
    let root = try section("a: []\n")
    #expect(try root.strings("a", default: ["x"]) == [])
    #expect(try root.numbers("a") == [])
  }

  @Test(arguments: [
    ("port: abc", #"telltale.yaml:1: port: "abc" is not a whole number; give a whole number from 1 to 65535"#),
    ("port: 99999", #"telltale.yaml:1: port: "99999" is out of range; give a whole number from 1 to 65535"#),
    ("port: 1.5", #"telltale.yaml:1: port: "1.5" is not a whole number; give a whole number from 1 to 65535"#),
    ("port: [1]", #"telltale.yaml:1: port: a list where one value is expected; write "port: value" on one line"#),
    (
      "port:\n  a: 1",
      #"telltale.yaml:1: port: a group of keys where one value is expected; write "port: value" on one line"#
    ),
    ("port: \"a\\nb\"", #"telltale.yaml:1: port: "a b" is not a whole number; give a whole number from 1 to 65535"#),
  ])
  func wrongIntegers(_ text: String, _ expected: String) throws {
    let root = try section(text)
    #expect(refusal { try root.integer("port", in: 1...65535, default: 1883) } == expected)
  }

  @Test(arguments: ["nan", "inf", "1e999", "0x1p3", "1,5", "one", ""]) func wrongNumbers(_ text: String) throws {
    let root = try section("x: '\(text)'")
    #expect(refusal { try root.number("x") }.contains("is not a number; give a number"))
  }

  @Test func wrongQuantities() throws {
    let root = try section("memory: 12 parsecs\nbig: 1 GiB\nnegative: -1 KiB\nplain: 30\nlong: 2 d\n")
    #expect(
      refusal { try root.size("memory") }
        == #"telltale.yaml:1: memory: "12 parsecs" is not a size; give a size such as 16 MiB"#)
    #expect(
      refusal { try root.size("big", in: 1 << 20...64 << 20) }
        == #"telltale.yaml:2: big: "1 GiB" is out of range; give a size from 1 MiB to 64 MiB"#)
    #expect(refusal { try root.size("negative") }.contains("is not a size"))
    #expect(
      refusal { try root.seconds("plain") }
        == #"telltale.yaml:4: plain: "30" is not a duration with its unit; give a duration such as 30 s or 5 min"#)
    #expect(
      refusal { try root.seconds("long", in: 1...3600) }
        == #"telltale.yaml:5: long: "2 d" is out of range; give a duration from 1 s to 1 h"#)
  }

  @Test func wrongChoicesTruthValuesAndLists() throws {
    let root = try section("mode: pol\nflag: maybe\nother: xyz\nlist: one\nitems:\n  - a\n  - [b]\n")
    #expect(
      refusal { try root.choice("mode") as Mode }
        == #"telltale.yaml:1: mode: "pol" is not known here; did you mean "poll"?"#)
    #expect(
      refusal { try root.boolean("flag") }
        == #"telltale.yaml:2: flag: "maybe" is not a truth value; give true or false"#)
    #expect(
      refusal { try root.choice("other") as Mode }
        == #"telltale.yaml:3: other: "xyz" is not known here; choices: listen, poll"#)
    #expect(
      refusal { try root.strings("list") }
        == #"telltale.yaml:4: list: "one" where a list is expected; write one "- item" line for each"#)
    #expect(
      refusal { try root.strings("items") }
        == #"telltale.yaml:7: items[1]: a list is not a text; give a text behind each "-""#)
    #expect(
      refusal { try root.section("mode") }
        == #"telltale.yaml:1: mode: "pol" where a group of keys is expected; write "name: value" lines"#)
  }

  @Test func listsOfSections() throws {
    let root = try section("sources:\n  - interface: vcan0\n  - interface: vcan1\n    rate: 5\n")
    let sources = try root.sections("sources")
    #expect(try sources.map { try $0.string("interface") } == ["vcan0", "vcan1"])
    #expect(sources.map(\.path) == ["sources[0]", "sources[1]"])
    #expect(sources.map(\.line) == [2, 3])
    #expect(refusal { try root.finish() } == #"telltale.yaml:4: sources[1].rate: unknown key; known keys: interface"#)
  }

  @Test func unknownKeysSuggestTheNearest() throws {
    let root = try section("mqtt:\n  host: a\n  prot: 1883\n")
    let mqtt = try root.section("mqtt")
    _ = try mqtt.string("host")
    _ = try mqtt.integer("port", default: 1883)
    #expect(refusal { try root.finish() } == #"telltale.yaml:3: mqtt.prot: unknown key; did you mean "port"?"#)
    #expect(refusal { try mqtt.finish() } == refusal { try root.finish() })
  }

  @Test func theFirstUnknownKeyByLineIsReported() throws {
    let root = try section("a:\n  x: 1\nb: 2\nc: 3\n")
    _ = try root.section("a")
    #expect(refusal { try root.finish() }.hasPrefix("telltale.yaml:2: a.x: unknown key"))
    let other = try section("b: 2\na:\n  x: 1\n")
    _ = try other.section("a")
    #expect(refusal { try other.finish() }.hasPrefix("telltale.yaml:1: b: unknown key"))
  }

  @Test func theEnvironmentOverrides() throws {
    let environment = [
      "TELLTALE_MQTT_PORT": "8883", "TELLTALE_MQTT_CLIENT_ID": "bus7", "TELLTALE_SOURCES_0_INTERFACE": "can1",
      "TELLTALE_MQTT_HOST": "", "TELLTALE_LEVEL": "loud", "OTHER": "x",
    ]
    let root = try section(
      "mqtt:\n  port: 1883\n  host: broker\nsources:\n  - interface: vcan0\nlevel: 1\n", environment)
    let mqtt = try root.section("mqtt")
    #expect(try mqtt.integer("port") == 8883)
    #expect(try mqtt.string("client-id") == "bus7")
    #expect(try mqtt.string("host") == "broker")
    #expect(try root.sections("sources").map { try $0.string("interface") } == ["can1"])
    #expect(
      refusal { try root.integer("level", in: 0...3) }
        == #"TELLTALE_LEVEL: level: "loud" is not a whole number; give a whole number from 0 to 3"#)
    try root.finish()
  }

  @Test func theEnvironmentAloneMakesASection() throws {
    let root = try section("", ["TELLTALE_MQTT_HOST": "broker", "TELLTALE_UDP_HOST": ""])
    #expect(try root.optionalSection("mqtt")?.string("host") == "broker")
    #expect(try root.optionalSection("udp")?.path == nil)
    #expect(root.contains("mqtt"))
  }

  @Test func theProcessEnvironmentIsRead() {
    #expect(Section.processEnvironment()["PATH"]?.isEmpty == false)
  }

  @Test func callersCanBlameAKey() throws {
    let root = try section("a: 1\npack: vw\n", ["TELLTALE_A": "2"])
    #expect(root.error("pack", "no such pack", mend: "see adapters/").description
      == "telltale.yaml:2: pack: no such pack; see adapters/")
    #expect(root.error("a", "too small", mend: "give 3").description == "TELLTALE_A: a: too small; give 3")
  }

  @Test func rawNodesCountAsRead() throws {
    let root = try section("table: [[1, 2], [3, 4]]\n")
    #expect(root.keys == ["table"])
    guard case .sequence(let rows)? = root.node("table")?.content else { return #expect(Bool(false), "no rows") }
    #expect(rows.count == 2)
    try root.finish()
  }

  @Test func aListIsNoRoot() {
    #expect(
      refusal { try section("- a\n") }
        == #"telltale.yaml:1: a list where a group of keys is expected; write "name: value" lines"#)
  }
}
