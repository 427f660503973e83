// Our values against cantools', bit for bit. Benchmarks/decoding-vs-cantools/compare.py writes the vectors and says
// what its lines mean.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite(
  .enabled(if: environment("TELLTALE_DECODING_VECTORS") != nil, "TELLTALE_DECODING_VECTORS is not set"))
struct DecodingComparisonTests {
  /// A DBC file's table with the names of its signals.
  struct Decoder {
    var file = NetworkDescription(name: "")
    var table = DecoderTable.of().table
    var everything = NetworkDescription(name: "").compileAll()

    init() {}

    init(path: String) throws {
      file = try NetworkDescription.load(path: path)
      everything = file.compileAll()
      var problems: [DecoderTable.Problem] = []
      table = DecoderTable(everything.messages, problems: &problems)
    }

    func values(of frame: CANFrame) -> [String: Double] {
      var values: [String: Double] = [:]
      for sample in table.samples(of: frame).samples {
        let (message, signal) = everything.signals[sample.signal.index]
        values[file.messages[message].signals[signal].name] = sample.value
      }
      return values
    }
  }

  @Test func valuesAreThoseOfCantools() throws {
    var decoder = Decoder()
    var path = ""
    var current = ""
    var values: [String: Double] = [:]
    var counts = (files: 0, frames: 0, values: 0, wrongCounts: 0, mismatches: 0)
    let text = String(decoding: try bytes(of: environment("TELLTALE_DECODING_VECTORS") ?? ""), as: UTF8.self)
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let kind = line.first
      let rest = line.dropFirst(2)
      switch kind {
      case UInt8(ascii: "D"):
        path = string(rest)
        decoder = try Decoder(path: path)
        counts.files += 1
      case UInt8(ascii: "F"):
        let fields = rest.split(separator: UInt8(ascii: " ")).map(string)
        let id = CANID(rawValue: try #require(UInt32(fields[0], radix: 16)))
        values = decoder.values(of: frame(id, hexadecimalBytes(fields[1])))
        current = string(rest)
        counts.frames += 1
        if values.count != Int(fields[2]) {
          counts.wrongCounts += 1
          if counts.wrongCounts < 20 { Issue.record("\(path): \(current): we give \(values.count) signals") }
        }
      case UInt8(ascii: "S"):
        // A name may hold blanks; the bits do not.
        let cut = try #require(rest.lastIndex(of: UInt8(ascii: " ")))
        let name = string(rest[..<cut])
        // '-' stands for more than a binary64 holds.
        guard let bits = UInt64(string(rest[rest.index(after: cut)...]), radix: 16) else { continue }
        counts.values += 1
        let expected = Double(bitPattern: bits)
        let value = values[name]
        if value?.bitPattern != bits && !(expected.isNaN && value?.isNaN == true) {
          counts.mismatches += 1
          if counts.mismatches < 20 {
            let ours = value.map { "\($0)" } ?? "nothing"
            Issue.record("\(path): \(current): \(name) is \(expected), we give \(ours)")
          }
        }
      default: Issue.record("a line of the vectors is none of D, F, S")
      }
    }
    print("cantools comparison: \(counts)")
    #expect(counts.values > 0)
    #expect(counts.wrongCounts == 0)
    #expect(counts.mismatches == 0)
  }

  func string(_ bytes: Substring.UTF8View) -> String { String(decoding: bytes, as: UTF8.self) }

  func hexadecimalBytes(_ text: String) -> [UInt8] {
    let digits = text.utf8.compactMap(hexDigit)
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
