// Our values against cantools', bit for bit. Benchmarks/decoding-vs-cantools/run makes the vectors and says what their
// records mean.

import DecoderCore
import Decoding
import Testing
import Vocabulary

@Suite(
  .enabled(if: environment("TELLTALE_DECODING_VECTORS") != nil, "TELLTALE_DECODING_VECTORS is not set"))
struct DecodingComparisonTests {
  static let paths = files(below: environment("TELLTALE_DECODING_VECTORS") ?? "/", ending: ".vectors")

  @Test(arguments: paths) func valuesAreThoseOfCantools(path: String) throws {
    var comparison = Comparison(vectors: Vectors(bytes: try bytes(of: path)))
    try comparison.run()
    // Beside the issues, since `run` adds the counts of all files up.
    print("compared files \(comparison.files) values \(comparison.values) mismatches \(comparison.mismatches)")
    #expect(comparison.values > 0)
    #expect(comparison.mismatches == 0)
  }
}

extension DecoderTable {
  fileprivate func decode(_ frame: CANFrame, into buffer: inout [Sample]) -> Outcome {
    var span = buffer.mutableSpan
    return decode(frame, into: &span)
  }
}

/// A file of vectors, read from its beginning to its end.
private struct Vectors {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  mutating func number<T: FixedWidthInteger>(_: T.Type) -> T {
    var value: T = 0
    for i in 0..<MemoryLayout<T>.size { value |= T(truncatingIfNeeded: bytes[position + i]) << T(8 * i) }
    position += MemoryLayout<T>.size
    return value
  }

  mutating func text(_ count: Int) -> String {
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }
}

private struct Comparison {
  var vectors: Vectors
  var files = 0
  var values = 0
  var mismatches = 0

  private var path = ""
  private var file = NetworkDescription(name: "")
  private var everything = NetworkDescription(name: "").compileAll()
  private var table = DecoderTable.of().table
  private var buffer: [Sample] = []

  init(vectors: Vectors) { self.vectors = vectors }

  mutating func run() throws {
    while !vectors.isAtEnd {
      let kind = vectors.number(UInt8.self)
      if kind == UInt8(ascii: "D") {
        let length = Int(vectors.number(UInt32.self))
        try load(vectors.text(length))
      } else {
        message()
      }
    }
  }

  private mutating func load(_ path: String) throws {
    self.path = path
    files += 1
    file = try NetworkDescription.load(path: path)
    everything = file.compileAll()
    var problems: [DecoderTable.Problem] = []
    table = DecoderTable(everything.messages, problems: &problems)
    buffer = Array(repeating: blank, count: table.largestMessage)
  }

  private mutating func message() {
    let id = CANID(rawValue: vectors.number(UInt32.self))
    let isWhole = vectors.number(UInt8.self) == 1
    var names: [String: Int] = [:]
    for index in 0..<Int(vectors.number(UInt16.self)) {
      let length = Int(vectors.number(UInt8.self))
      names[vectors.text(length)] = index
    }
    // Of each of our signals, from `first` on, the index that the vectors give its name.
    let first = everything.signals.firstIndex { file.messages[$0.message].id == id } ?? 0
    let indices = everything.signals[first...].prefix { file.messages[$0.message].id == id }.map { place in
      names[file.messages[place.message].signals[place.signal].name]
    }
    var ours = [Double?](repeating: nil, count: names.count)
    for _ in 0..<vectors.number(UInt32.self) {
      let count = Int(vectors.number(UInt8.self))
      let sent = frame(id, Array(vectors.bytes[vectors.position..<vectors.position + count]))
      vectors.position += count
      let outcome = table.decode(sent, into: &buffer)
      for sample in buffer[..<outcome.count] {
        if let index = indices[sample.signal.index - first] { ours[index] = sample.value }
      }
      compare(sent, with: &ours, given: outcome.count, isWhole: isWhole, names)
    }
  }

  /// Reads a frame's values and compares them with `ours`, which it empties.
  private mutating func compare(
    _ frame: CANFrame, with ours: inout [Double?], given: Int, isWhole: Bool, _ names: [String: Int]
  ) {
    let count = Int(vectors.number(UInt16.self))
    if isWhole && count != given { mismatch(frame, "cantools gives \(count) values, we give \(given)") }
    for _ in 0..<count {
      let index = Int(vectors.number(UInt16.self))
      let expected = Double(bitPattern: vectors.number(UInt64.self))
      guard index < 0x8000 else { continue }
      values += 1
      let value = ours[index]
      if value?.bitPattern != expected.bitPattern && !(expected.isNaN && value?.isNaN == true) {
        let name = names.first { $0.value == index }?.key ?? ""
        mismatch(frame, "\(name) is \(expected), we give \(value.map { "\($0)" } ?? "nothing")")
      }
    }
    for index in ours.indices { ours[index] = nil }
  }

  private mutating func mismatch(_ frame: CANFrame, _ what: String) {
    mismatches += 1
    guard mismatches < 20 else { return }
    let payload = (0..<Int(frame.length)).map { String(frame[$0], radix: 16) }.joined(separator: " ")
    Issue.record("\(path): \(String(frame.id.rawValue, radix: 16)) \(payload): \(what)")
  }
}
