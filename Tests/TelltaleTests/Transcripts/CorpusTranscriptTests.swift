// Real dialogues, and what those who noted them down say is to come out.
import FoundationEssentials
import Testing
import VehicleBus

@testable import telltale

private let corpus = ProcessInfo.processInfo.environment["TELLTALE_CORPUS"]

@Suite(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"))
struct CorpusTranscriptTests {
  /// JSON as it stands there.
  private enum Value: Decodable, Equatable {
    case null, flag(Bool), number(Double), text(String), list([Value]), members([String: Value])

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if single.decodeNil() {
        self = .null
      } else if let flag = try? single.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? single.decode(Double.self) {
        self = .number(number)
      } else if let text = try? single.decode(String.self) {
        self = .text(text)
      } else if let list = try? single.decode([Value].self) {
        self = .list(list)
      } else {
        self = .members(try single.decode([String: Value].self))
      }
    }

    /// Whether what was told says this; of members only those that are expected.
    func isTold(_ told: Value?) -> Bool {
      if case .members(let wanted) = self, case .members(let members) = told {
        return wanted.allSatisfy { $0.value.isTold(members[$0.key]) }
      }
      return self == told
    }
  }

  private struct Line: Decodable {
    var id: String
    var expect: [String: Value]?
  }

  private static let path = (corpus ?? "") + "/obd/elm327-transcripts/transcripts.jsonl"

  private static func told() throws -> [String: [String: Value]] {
    let reports = try TranscriptFile(path: path).transcripts.map { DialogueReader.report(of: $0) }
    let pairs = try reports.map { report in
      (report.id, try JSONDecoder().decode([String: Value].self, from: JSONEncoder().encode(report)))
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Words for people, and what is expected of single exchanges.
  private static let forPeople: Set<String> = ["first", "second", "note", "dtc"]

  @Test func eachDialogueTellsWhatIsExpected() throws {
    let told = try Self.told()
    let text = String(decoding: try Data(contentsOf: URL(filePath: Self.path)), as: UTF8.self)
    let lines = try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    #expect(!lines.isEmpty && told.count == lines.count)
    var compared = 0
    for line in lines {
      let members = try #require(told[line.id])
      for (key, value) in line.expect ?? [:] where !Self.forPeople.contains(key) {
        if key == "outcome", case .text(let word) = value, ELMOutcome(rawValue: word) == nil { continue }
        let found = members[key].map { "\($0)" } ?? "not told"
        #expect(value.isTold(members[key]), "\(line.id): \(key) is \(found), not \(value)")
        compared += 1
      }
    }
    #expect(compared > 20)
  }

  /// What is said of outcomes in other words than the six.
  @Test func outcomesInOtherWords() throws {
    let told = try Self.told()
    let outcomes = [
      "stopped-and-err93": "adapter-error", "bare-error-not-an-elm": "not-elm327", "raw-monitor-data-error": "ok",
      "candump-errorframe-odd-hex": "not-elm327", "dm29-ok": "ok", "vin-not-supported": "no-data",
      "kwp-7F-01-11": "ok", "hex-lf-instead-of-cr": "ok", "citroen-7F-after-41": "ok",
    ]
    for (id, outcome) in outcomes { #expect(told[id]?["outcome"] == .text(outcome), "\(id)") }
    #expect(told["citroen-7F-after-41"]?["rpm"] == .number(0))
    #expect(told["citroen-7F-after-41"]?["damaged_lines"] == .number(1))
    #expect(told["raw-monitor-data-error"]?["damaged_lines"] == .number(3))
  }
}
