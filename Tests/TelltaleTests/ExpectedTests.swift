// Recordings of real vehicles, decoded: every signal's count, first, least, largest, sum and last as cantools gives them.
import Decoding
import FoundationEssentials
import Recordings
import Testing
import Vocabulary

@testable import telltale

private let corpus = ProcessInfo.processInfo.environment["TELLTALE_CORPUS"]

@Suite(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"))
struct ExpectedTests {
  private struct Expected: Decodable {
    struct Signal: Decodable {
      var n: Int
      var first: Double
      var min: Double
      var max: Double
      var sum: Double
      var last: Double
    }

    var dbc: String
    var log: String
    var channel: String?
    var pgn_match: Bool
    var counts: [String: Int]
    var message_counts: [String: Int]
    var signals: [String: Signal]
  }

  private static var files: [String] {
    let folder = (corpus ?? "") + "/expected"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { folder + "/" + $0 }
  }

  @Test func thereIsSomethingToCompareWith() { #expect(!Self.files.isEmpty) }

  @Test(arguments: files) func statisticsAreThoseOfCantools(file: String) throws {
    let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: URL(filePath: file)))
    let root = (corpus ?? "") + "/"
    var statistics = LogStatistics(
      try NetworkDescription.load(path: root + expected.dbc), j1939: expected.pgn_match, isRaw: true,
      isStrict: true)
    let options = try LogOptions.parse([root + expected.log] + (expected.channel.map { ["--channel", $0] } ?? []))
    let reader = try options.forEachFrame("reading") { frame, _ in statistics.observe(frame) }

    let counts = statistics.counts
    #expect(counts.frames == expected.counts["frames"])
    #expect(counts.decoded == expected.counts["decoded"])
    #expect(counts.noMessage == expected.counts["no_message"] ?? 0)
    #expect(counts.short == expected.counts["short"] ?? 0)
    #expect(counts.unknownMultiplexor == expected.counts["decode_error:DecodeError"] ?? 0)
    #expect(reader.damage.total == expected.counts["unreadable"] ?? 0)

    var seen: Set<String> = []
    for message in statistics.seenMessages {
      #expect(message.frames == expected.message_counts[message.name], "\(message.name)")
      for signal in message.signals where signal.counts.isSeen {
        let name = message.name + "." + signal.name
        seen.insert(name)
        let wanted = try #require(expected.signals[name], "\(name) is no signal of cantools")
        let found = signal.counts
        #expect(found.n == wanted.n, "\(name)")
        // Bit for bit: the same order of operations gives the same number.
        #expect(
          [found.first, found.min, found.max, found.sum, found.last]
            == [wanted.first, wanted.min, wanted.max, wanted.sum, wanted.last], "\(name)")
      }
    }
    #expect(statistics.seenMessages.count == expected.message_counts.count)
    #expect(seen == Set(expected.signals.keys))
  }
}
