// Every DBC file of the corpus loads, and its table builds, with each bad line named.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite(.enabled(if: environment("TELLTALE_CORPUS") != nil, "TELLTALE_CORPUS is not set"))
struct CorpusDBCTests {
  let paths = files(below: environment("TELLTALE_CORPUS") ?? "/", ending: ".dbc")

  @Test func everyFileLoads() throws {
    #expect(paths.count > 200)
    for path in paths {
      let file = try NetworkDescription.load(path: path)
      let text = String(decoding: try bytes(of: path), as: UTF8.self)
      let messageLines = text.split(whereSeparator: \.isNewline).count { isMessageLine($0) }
      // Lines that look like messages and were not named as problems are messages.
      let named = file.problems.count { $0.reason.contains("more than 29 bits") }
      #expect(file.messages.count + named >= messageLines, "\(path)")
      for problem in file.problems {
        #expect(problem.line > 0 && !problem.reason.isEmpty && !problem.reason.contains("\n"), "\(path)")
      }
      var refused: [DecoderTable.Problem] = []
      _ = DecoderTable(file.compileAll().messages, problems: &refused)
      #expect(refused.isEmpty, "\(path): \(refused)")
    }
  }

  func isMessageLine(_ line: Substring) -> Bool {
    let words = line.split(separator: " ", maxSplits: 3)
    return words.count >= 3 && words[0] == "BO_" && UInt32(words[1]) != nil
      && !words[2].hasPrefix("VECTOR__INDEPENDENT_SIG_MSG") && line.contains(":")
  }
}
