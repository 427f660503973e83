// Files of dialogues: what is one, what is not, and that a bad line costs nothing but itself.
import ArgumentParser
import Glibc
import Testing

@testable import telltale

struct TranscriptFileTests {
  private func file(_ text: String) -> TranscriptFile { TranscriptFile(text: Array(text.utf8)) }

  @Test func bytesComeAsTheyWere() throws {
    let first = #"{"tx": "ATZ\r", "rx": "\u00fc\udcfc\u20ac\ud83d\ude00>"}"#
    let text = #"{"x": [{}], "id": "a", "exchanges": [\#(first), {"tx": null, "rx": null}]}"#
    let found = file(text)
    #expect(found.problems.isEmpty)
    let transcript = try #require(found.transcripts.first)
    #expect(transcript.id == "a")
    #expect(transcript.exchanges[0].sent == Array("ATZ\r".utf8))
    #expect(transcript.exchanges[0].received == [0xFC, 0xFC, 0xFF, 0xFF, 0x3E])
    #expect(transcript.exchanges[1].sent == nil && transcript.exchanges[1].received == nil)
  }

  /// A high half alone, one before an ordinary letter, two of them, and a backslash that is none of an escape.
  @Test func halvesOfCharactersAreBytesThatAreNoASCII() throws {
    let found = file(#"{"id": "a", "exchanges": [{"rx": "\ud800A\udc00\ud800\ud800\\udcfc\udc8"}]}"#)
    #expect(found.problems.count == 1)
    let whole = file(#"{"id": "a", "exchanges": [{"rx": "\ud800A\udc00\ud800\ud800\\udcfc\udc80"}]}"#)
    let received = try #require(whole.transcripts.first?.exchanges.first?.received)
    #expect(received == [0xFF, 0x41, 0xFF, 0xFF, 0xFF] + Array(#"\udcfc"#.utf8) + [0x80])
  }

  static let bad = [
    ("{", "not JSON at byte 3: "), ("[]", "a dialogue is a JSON object {\"id\", \"exchanges\"}"),
    ("hello", "a dialogue is a JSON object {\"id\", \"exchanges\"}"),
    (#"{"exchanges": [{"rx": ""}]}"#, "\"id\" is missing"), (#"{"id": "a"}"#, "\"exchanges\" is missing"),
    (#"{"id": 7, "exchanges": [{"rx": ""}]}"#, "\"id\" is to be a string"),
    (#"{"id": "a", "exchanges": {}}"#, "\"exchanges\" is to be an array"),
    (#"{"id": "a", "exchanges": []}"#, "\"exchanges\" is empty"),
    (#"{"id": "a", "exchanges": ["ATZ"]}"#, "exchange 1 is no object {\"tx\", \"rx\"}"),
    (#"{"id": "a", "exchanges": [{"tx": ""}, {}]}"#, "exchange 2 has neither \"tx\" nor \"rx\""),
    (#"{"id": "a", "exchanges": [{"tx": 1}]}"#, "\"tx\" of exchange 1 is neither a string nor null"),
    (#"{"id": "a", "exchanges": [{"tx": "x"}]} x"#, "not JSON at byte 41: something follows the object"),
  ]

  @Test(arguments: bad) func aBadLineIsNamedAndTheOthersAreRead(line: String, reason: String) throws {
    let good = #"{"id": "good", "exchanges": [{"tx": "ATZ"}]}"#
    let found = file("\(good)\n\n\(line)\r\n\(good)")
    #expect(found.transcripts.map(\.id) == ["good", "good"])
    let problem = try #require(found.problems.first)
    #expect(found.problems.count == 1 && problem.line == 3)
    #expect(problem.reason.hasPrefix(reason), "\(problem.reason)")
  }

  @Test func bytesThatAreNoTextAreABadLine() {
    let found = TranscriptFile(text: Array(#"{"id": ""#.utf8) + [0xFF] + Array(#"", "exchanges": [{"tx": "x"}]}"#.utf8))
    #expect(found.transcripts.isEmpty && found.problems.count == 1)
  }

  @Test func aFileThatIsNotThereIsNamed() {
    let path = "/nonexistent/dialogues.jsonl"
    #expect { try TranscriptFile(path: path) } throws: {
      "\($0)" == "\(path): cannot be read: No such file or directory"
    }
    #expect { try TranscriptFile(path: "/") } throws: { "\($0)" == "/: cannot be read: Is a directory" }
  }

  private static let good = #"{"id": "a", "exchanges": [{"tx": "0100", "rx": "NO DATA>"}]}"#

  @Test(arguments: [("", 1), ("\n\n", 1), ("no", 1), (good, 0), (good + "\nno", 1)])
  func theExitCodeSaysWhetherEachLineWasADialogue(text: String, code: Int) throws {
    var name = Array("/tmp/telltale-transcript-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    try #require(descriptor >= 0)
    let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    try #require(write(descriptor, text, text.utf8.count) == text.utf8.count)
    close(descriptor)
    let command = try AdapterCommand.Transcript.parse([path, "--json"])
    if code == 0 {
      try command.run()
    } else {
      #expect { try command.run() } throws: { ($0 as? ExitCode).map { Int($0.rawValue) } == code }
    }
  }
}
