// Commands as they come in: methods, bodies, and a reader that takes nothing that JSON forbids.
import FoundationEssentials
import NIOHTTP1
import Testing

@testable import Diagnostics

struct CommandTests {
  private let routes = Routes(views: Samples.views)

  private func command(_ path: String, _ body: String) -> DiagnosticsCommand? {
    guard case .command(let command) = routes.answer(to: .POST, path, body: Array(body.utf8)) else { return nil }
    return command
  }

  private func refusal(_ method: HTTPMethod, _ path: String, _ body: String) throws -> (Int, ErrorDocument, Reply) {
    guard case .reply(let reply) = routes.answer(to: method, path, body: Array(body.utf8)) else {
      throw CommandBody.Flaw("a command", mend: "")
    }
    return (Int(reply.status.code), try JSONDecoder().decode(ErrorDocument.self, from: Data(reply.body)), reply)
  }

  @Test func `each path and body is its command`() {
    #expect(command("/v1/polling/pause", "") == .pausePolling(seconds: nil))
    #expect(command("/v1/polling/pause", " \r\n\t{ } ") == .pausePolling(seconds: nil))
    #expect(command("/v1/polling/pause", #"{"seconds": 600}"#) == .pausePolling(seconds: 600))
    #expect(command("/v1/polling/pause", #"{"seconds":6.048e+5}"#) == .pausePolling(seconds: 604_800))
    #expect(command("/v1/polling/pause?x=y", #"{"\u0073econds":1}"#) == .pausePolling(seconds: 1))
    #expect(command("/v1/polling/resume", "{}") == .resumePolling)
    #expect(command("/v1/dtcs/clear", #"{"confirm":"clear"}"#) == .clearTroubleCodes(bus: nil))
    #expect(command("/v1/dtcs/clear", #"{"bus":3,"confirm":"clear"}"#) == .clearTroubleCodes(bus: 3))
  }

  @Test(arguments: [
    ("/v1/polling/pause", #"{"seconds": 0.5}"#, #""seconds" is 0.5"#),
    ("/v1/polling/pause", #"{"seconds": 604801}"#, #""seconds" is 604801"#),
    ("/v1/polling/pause", #"{"seconds": -1}"#, #""seconds" is -1"#),
    ("/v1/polling/pause", #"{"seconds": "600"}"#, #""seconds" is a text"#),
    ("/v1/polling/pause", #"{"secnds": 600}"#, #""secnds" is not known here"#),
    ("/v1/polling/pause", #"{"seconds": 1, "seconds": 2}"#, "at byte 27: a member a second time"),
    ("/v1/polling/pause", "600", "at byte 1: an object is expected"),
    ("/v1/polling/pause", "{\"seconds\": 600", "at byte 16: a comma or } is expected"),
    ("/v1/polling/resume", #"{"seconds": 600}"#, #""seconds" is not known here"#),
    ("/v1/dtcs/clear", "", "clearing trouble codes was not confirmed"),
    ("/v1/dtcs/clear", "{}", "clearing trouble codes was not confirmed"),
    ("/v1/dtcs/clear", #"{"confirm":"Clear"}"#, "clearing trouble codes was not confirmed"),
    ("/v1/dtcs/clear", #"{"confirm":1}"#, #""confirm" is a number"#),
    ("/v1/dtcs/clear", #"{"confirm":true}"#, "a text or a number is expected"),
    ("/v1/dtcs/clear", #"{"confirm":"clear","bus":1.5}"#, #""bus" is 1.5"#),
    ("/v1/dtcs/clear", #"{"confirm":"clear","bus":256}"#, #""bus" is 256"#),
    ("/v1/dtcs/clear", #"{"confirm":"clear","bus":-1}"#, #""bus" is -1"#),
    ("/v1/dtcs/clear", #"{"confirm":"clear","all":1}"#, #""all" is not known here"#),
  ])
  func `what is wrong with a body is named`(path: String, body: String, error: String) throws {
    let (status, document, _) = try refusal(.POST, path, body)
    #expect(status == 400 && document.error.contains(error), "\(document)")
    #expect(!document.mend.isEmpty && document.code == nil)
  }

  @Test func `a wrong name is told the right one`() throws {
    #expect(try refusal(.POST, "/v1/polling/pause", #"{"secnds": 6}"#).1.mend == #"did you mean "seconds"?"#)
    #expect(try refusal(.POST, "/v1/polling/resume", #"{"x": 6}"#).1.mend == "send no body")
    #expect(try refusal(.POST, "/v1/dtcs/clear", "").1.mend.contains(#"{"confirm": "clear"}"#))
  }

  @Test(arguments: ["/v1/polling/pause", "/v1/polling/resume", "/v1/dtcs/clear"])
  func `a command is POSTed`(path: String) throws {
    for method in [HTTPMethod.GET, .HEAD, .PUT, .DELETE, .RAW(value: "BREW")] {
      let (status, document, reply) = try refusal(method, path, #"{"confirm":"clear"}"#)
      #expect(status == 405 && document.mend == "use POST" && reply.allow == "POST")
    }
    #expect(try refusal(.POST, path + "/", "").0 >= 404, "it is no command")
    #expect(try refusal(.POST, "/v1/polling", "").0 == 405)
    #expect(try refusal(.POST, "/v1/dtcs/P0301", #"{"confirm":"clear"}"#).2.allow == "GET, HEAD")
  }

  @Test func `a body has 4 KiB`() throws {
    let body = #"{"seconds":9}"#
    let padding = String(repeating: " ", count: 4096 - body.utf8.count)
    #expect(command("/v1/polling/pause", body + padding) == .pausePolling(seconds: 9))
    #expect(try refusal(.POST, "/v1/polling/pause", body + padding + " ").0 == 413)
    #expect(try refusal(.POST, "/v1/status", body + padding + " ").0 == 405)
  }

  @Test func `a reply says how it ended`() throws {
    let done = Reply(.done(CommandDocument(.pausePolling(seconds: 1), text: "polling is paused", until: "T")))
    #expect(
      done.status == .ok && String(decoding: done.body, as: UTF8.self)
        == #"{"command":"pause-polling","text":"polling is paused","until":"T"}"# + "\n")
    let refused = Reply(.refused(code: "not-standing", reason: "it moves", mend: "stop"))
    #expect(
      refused.status == .forbidden && String(decoding: refused.body, as: UTF8.self)
        == #"{"error":"refused (not-standing): it moves","mend":"stop","code":"not-standing"}"# + "\n")
    #expect(Reply(.failed(reason: "the unit said no", mend: "try again")).status == .badGateway)
  }
}

struct CommandBodyTests {
  /// Foundation's reader, as a second opinion on what JSON is.
  private enum Oracle: Decodable, Hashable {
    case text(String)
    case number(Double)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) { self = .text(text) } else {
        self = .number(try container.decode(Double.self))
      }
    }
  }

  private func read(_ bytes: [UInt8]) -> [String: CommandBody.Value]? { try? CommandBody(bytes).members }

  private func oracle(_ bytes: [UInt8]) -> [String: CommandBody.Value]? {
    try? JSONDecoder().decode([String: Oracle].self, from: Data(bytes)).mapValues {
      switch $0 {
      case .text(let text): .text(text)
      case .number(let number): .number(number)
      }
    }
  }

  private static let body = #" {"a\n\u00e9\ud83d\ude97":"x\"\\\/\b\f\r\t" , "":-0.5e+2,"ü":0,"n":1E2 } "#

  @Test func `texts and numbers are read as they are meant`() throws {
    let members = try #require(read(Array(CommandBodyTests.body.utf8)))
    #expect(
      members == [
        "a\né🚗": .text("x\"\\/\u{8}\u{C}\r\t"), "": .number(-50), "ü": .number(0), "n": .number(100),
      ])
    #expect(members == oracle(Array(CommandBodyTests.body.utf8)))
  }

  @Test func `no beginning of a body is a body`() {
    let bytes = Array(CommandBodyTests.body.utf8)
    for length in 2..<bytes.count - 1 { #expect(read(Array(bytes.prefix(length))) == nil, "\(length)") }
  }

  @Test(arguments: [
    "{\"a\":01}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":+1}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":0x10}", "{\"a\":1e999}",
    "{\"a\":NaN}", "{\"a\":null}", "{\"a\":true}", "{\"a\":[1]}", "{\"a\":{}}", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}",
    "{\"a\" 1}", "{\"a\":1}x", "{\"a\":1}{}", "[]", "\"a\"", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}",
    "{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\udc00\"}", "{\"a\":1 \"b\":2}", "\u{FEFF}{}",
    "/**/{}",
  ])
  func `what is no flat object of JSON is refused`(body: String) { #expect(read(Array(body.utf8)) == nil) }

  @Test func `a text that is no UTF-8 is refused`() {
    for bad: [UInt8] in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] {
      #expect(read(Array("{\"a\":\"".utf8) + bad + Array("\"}".utf8)) == nil)
    }
  }

  @Test func `whatever is taken, Foundation takes as the same`() {
    var random = SplitMix64(state: 5)
    let alphabet = Array(#"{}{}:,"""\u0a1-.e+ []tx"#.utf8) + [0xC3, 0xBC, 0x0A, 0x00, 0xFF]
    let seed = Array(#"{"seconds":600,"confirm":"clear"}"#.utf8)
    var taken = 0
    for round in 0..<20_000 {
      var bytes: [UInt8]
      if round % 4 == 0 {
        bytes = (0..<random.below(24)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      } else {
        bytes = round % 4 == 1 ? [] : seed
        for _ in 0..<random.below(6) {
          let place = random.below(bytes.count + 1)
          let letter = alphabet[random.below(alphabet.count)]
          let isNew = place == bytes.count || random.below(2) == 0
          if isNew { bytes.insert(letter, at: place) } else { bytes[place] = letter }
        }
      }
      guard let members = read(bytes), !members.isEmpty else { continue }
      taken += 1
      #expect(members == oracle(bytes), "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(taken > 500, "too few bodies to compare")
  }
}

/// SplitMix64, so that each run meets the same bytes.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
