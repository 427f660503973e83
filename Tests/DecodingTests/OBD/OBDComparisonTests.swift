// Our values of service 01 against python-OBD's. Benchmarks/decoding-vs-python-obd/run makes the vectors and says what
// their records mean.

import Decoding
import Testing
import Vocabulary

@Suite(.enabled(if: environment("TELLTALE_OBD_VECTORS") != nil, "TELLTALE_OBD_VECTORS is not set"))
struct OBDComparisonTests {
  static let paths = files(below: environment("TELLTALE_OBD_VECTORS") ?? "/", ending: ".vectors")

  @Test(arguments: paths) func valuesAreThoseOfPythonOBD(path: String) throws {
    var vectors = OBDVectors(bytes: try bytes(of: path))
    while !vectors.isAtEnd {
      var comparison = try OBDComparison(&vectors)
      comparison.run(&vectors)
      // Beside the issues, since `run` adds the counts of all parameters up.
      print(
        "compared PID \(hexadecimal(comparison.pid)) values \(comparison.values) equal \(comparison.equal)",
        "differences \(comparison.differences) explained \(comparison.explained)")
      #expect(comparison.values > 0 && comparison.differences == comparison.explained)
    }
  }
}

/// A file of vectors, read from its beginning to its end.
private struct OBDVectors {
  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  mutating func byte() -> UInt8 {
    defer { position += 1 }
    return bytes[position]
  }

  mutating func array(_ count: Int) -> ArraySlice<UInt8> {
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func count() -> Int { array(4).reversed().reduce(0) { $0 << 8 | Int($1) } }
  mutating func number() -> Double {
    Double(bitPattern: array(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
  }
}

/// One parameter.
private struct OBDComparison {
  let pid: UInt8
  private(set) var values = 0
  private(set) var equal = 0
  private(set) var differences = 0
  private(set) var explained = 0
  private var fields: [OBDValue] = []

  init(_ vectors: inout OBDVectors) throws {
    pid = vectors.byte()
    let parameter = try #require(OBDParameter.of(pid: pid))
    for _ in 0..<vectors.byte() {
      let length = Int(vectors.byte())
      let name = String(decoding: vectors.array(length), as: UTF8.self)
      fields.append(try #require(parameter.value(named: name), "PID \(hexadecimal(pid)) has no value \(name)"))
    }
  }

  mutating func run(_ vectors: inout OBDVectors) {
    var problems: [MappingProblem] = []
    var decoder = OBDReplyDecoder(
      fields.enumerated().map { index, field in
        .init(
          pid: pid, field: field.name, target: SignalID(rawValue: UInt16(index)),
          range: -Double.infinity...Double.infinity)
      }, problems: &problems)
    let assigned = fields.map { Set($0.states.map { Double($0.raw) }) }
    var ours = [Double](repeating: .nan, count: fields.count)
    var buffer = Array(repeating: blank, count: fields.count)
    for _ in 0..<vectors.count() {
      let data = vectors.array(Int(vectors.byte()))
      var out = buffer.mutableSpan
      let message = [0x41, pid] + data
      let count = decoder.decode(message.span, from: obdUnit(), at: .zero, into: &out, from: 0) { _ in }.count
      for index in fields.indices { ours[index] = .nan }
      for sample in buffer[..<count] {
        let index = sample.signal.index
        if assigned[index].isEmpty || assigned[index].contains(sample.value) { ours[index] = sample.value }
      }
      for index in fields.indices { compare(ours[index], index, of: data, &vectors) }
    }
  }

  private mutating func compare(
    _ ours: Double, _ index: Int, of data: ArraySlice<UInt8>, _ vectors: inout OBDVectors
  ) {
    values += 1
    let flags = vectors.byte()
    let theirs = flags & 1 != 0 ? vectors.number() : nil
    let standard = flags & 4 != 0 ? vectors.number() : nil
    if let theirs, isNear(ours, theirs) {
      equal += 1
      return
    }
    differences += 1
    if let standard, isNear(ours, standard) {
      explained += 1
    } else if differences - explained < 20 {
      let said = theirs.map { "says \($0)" } ?? "fails"
      Issue.record(
        "PID \(hexadecimal(pid)) \(fields[index].name) of \(Array(data)): python-OBD \(said), we say \(ours)")
    }
  }

  /// Equal but for the rounding of two ways to compute it; none is equal to none.
  private func isNear(_ a: Double, _ b: Double) -> Bool {
    a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))
  }
}
