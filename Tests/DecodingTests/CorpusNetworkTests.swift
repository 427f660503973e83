// Every network description of the corpus loads, and its table builds, with each bad line named; damaged ones too.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite(.enabled(if: environment("TELLTALE_CORPUS") != nil, "TELLTALE_CORPUS is not set"))
struct CorpusNetworkTests {
  static let folder = environment("TELLTALE_CORPUS") ?? "/"

  @Test(arguments: [(".dbc", 200), (".kcd", 10), (".sym", 20)])
  func everyFileLoads(ending: String, atLeast: Int) throws {
    let paths = files(below: Self.folder, ending: ending)
    #expect(paths.count >= atLeast)
    for path in paths {
      let network = try NetworkDescription.load(path: path)
      let text = String(decoding: try bytes(of: path), as: UTF8.self)
      // Lines that look like messages and were not named as problems are messages.
      let messageLines = text.split(whereSeparator: \.isNewline).count { isMessageLine($0, ending) }
      let named = network.problems.count { $0.reason.contains("more than 29 bits") }
      #expect(network.messages.count + named >= messageLines, "\(path)")
      #expect(network.messages.isEmpty == network.problems.contains { $0.line == 0 }, "\(path)")
      for problem in network.problems {
        #expect(problem.line >= 0 && !problem.reason.isEmpty && !problem.reason.contains("\n"), "\(path)")
      }
      var refused: [DecoderTable.Problem] = []
      _ = DecoderTable(network.compileAll().messages, problems: &refused)
      #expect(refused.isEmpty, "\(path): \(refused)")
    }
  }

  func isMessageLine(_ line: Substring, _ ending: String) -> Bool {
    let words = line.split(separator: " ", maxSplits: 3)
    return switch ending {
    case ".dbc":
      words.count >= 3 && words[0] == "BO_" && UInt32(words[1]) != nil
        && !words[2].hasPrefix("VECTOR__INDEPENDENT_SIG_MSG") && line.contains(":")
    case ".kcd": words.first == "<Message"
    default: line.hasPrefix("ID=")
    }
  }

  /// Pieces of all files with bytes changed, taken out and put in: nothing crashes, and what is found makes a table.
  @Test func damagedFilesAreRead() throws {
    var random = Seeded(state: 11)
    for path in [".dbc", ".kcd", ".sym"].flatMap({ files(below: Self.folder, ending: $0) }) {
      let whole = try bytes(of: path)
      for _ in 0..<3 where !whole.isEmpty {
        let start = Bool.random(using: &random) ? 0 : Int.random(in: 0..<whole.count, using: &random)
        var piece = Array(whole[start..<min(whole.count, start + Int.random(in: 1...12_000, using: &random))])
        for _ in 0..<20 {
          let i = Int.random(in: 0..<piece.count, using: &random)
          switch Int.random(in: 0..<3, using: &random) {
          case 0: piece[i] = UInt8.random(in: 0...255, using: &random)
          case 1: piece.insert(piece[Int.random(in: 0..<piece.count, using: &random)], at: i)
          default: if piece.count > 1 { piece.remove(at: i) }
          }
        }
        let network = NetworkDescription.parse(bytes: piece, name: path)
        var refused: [DecoderTable.Problem] = []
        _ = DecoderTable(network.compileAll(j1939: nil, validity: true).messages, problems: &refused)
      }
    }
  }
}
