// Columns of roll-ups: whatever goes in comes out bit for bit, small where signals are as signals are, and nothing that
// a stranger sends traps or takes much memory.
import Testing
import Vocabulary

@testable import Documents

/// SplitMix64: the same numbers in each run.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// What stays of a signal, comparable bit for bit.
private struct Bits: Hashable {
  var number: UInt32
  var name: SignalName?
  var rows: [[UInt64]]

  init(_ signal: SignalColumn) {
    number = signal.number
    name = signal.name
    rows = signal.rows.map {
      [UInt64($0.position), UInt64($0.count)] + [$0.minimum, $0.maximum, $0.sum, $0.last].map(\.bitPattern)
    }
  }
}

private func encode(_ signals: [SignalColumn], intervals: [Int64], seconds: Int64 = 1) throws -> [UInt8] {
  var encoder = try ColumnEncoder(seconds: seconds, intervals: intervals, hasNames: signals.first?.name != nil)
  for signal in signals { try encoder.add(signal) }
  return encoder.finish()
}

private func decode(_ bytes: [UInt8]) throws -> [SignalColumn] {
  var decoder = try ColumnDecoder(bytes)
  var signals: [SignalColumn] = []
  var signal = SignalColumn()
  while try decoder.next(&signal) { signals.append(signal) }
  return signals
}

/// A row of samples as the capture makes it.
private func row(_ position: Int, _ samples: [Double]) -> ColumnRow {
  ColumnRow(
    position: position, count: UInt32(samples.count), minimum: samples.min() ?? 0, maximum: samples.max() ?? 0,
    sum: samples.reduce(0, +), last: samples.last ?? 0)
}

private func signal(_ number: UInt32, _ rows: [ColumnRow], name: SignalName? = nil) -> SignalColumn {
  SignalColumn(number: number, name: name, rows: rows)
}

private func minute(_ number: UInt32 = 3, _ samples: (Int) -> [Double]) -> SignalColumn {
  signal(number, (0..<60).map { row($0, samples($0)) })
}

private let sixty = (0..<60).map { Int64(1_795_228_080 + $0) }

@Suite struct ColumnsTests {
  private static let factors: [Double] = [1, 0.1, 0.05, 0.25, 0.0078125, 0.39215686, 1 / 3, 1.609344, 1e-9]
  private static let offsets: [Double] = [0, -40, 0.5, 1000.25]

  @Test(arguments: [
    [0.0, -0.0, 0.0], [.nan, 1, .signalingNaN], [.infinity, -.infinity, 0.1],
    [.leastNonzeroMagnitude, -.leastNonzeroMagnitude, .greatestFiniteMagnitude],
    [1 / 3, 2 / 3, .pi], [0.1, 0.2, 0.30000000000000004], [40.1 - 40, 3 * 0.1, 2.5],
    [4_503_599_627_370_496, 9_007_199_254_740_994, -9_223_372_036_854_775_808], [1e300, 1e-300, 123_456.789],
    [Double(Float(0.1)), Double(Float(0.3)), 7],
  ] as [[Double]])
  func keepsEveryDouble(values: [Double]) throws {
    let rows = values.indices.map { i in
      ColumnRow(
        position: i, count: [0, 1, .max][i % 3], minimum: values[(i + 1) % 3], maximum: values[(i + 2) % 3],
        sum: values[i], last: values[i])
    }
    let sent = [signal(0, rows), signal(.max, [rows[1]])]
    let received = try decode(encode(sent, intervals: [-5, 7, 7]))
    #expect(received.map(Bits.init) == sent.map(Bits.init))
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>) func keepsWhateverIsThere(seed: UInt64) throws {
    var random = SeededNumbers(seed)
    let intervals = (0..<Int.random(in: 1...70, using: &random)).map { Int64($0 * 3 / 2) }
    let isNamed = Bool.random(using: &random)
    var sent: [SignalColumn] = []
    var number: UInt32 = 0
    for _ in 0..<Int.random(in: 0...20, using: &random) {
      number += UInt32.random(in: 1...300, using: &random)
      let factor = ColumnsTests.factors.randomElement(using: &random) ?? 1
      let offset = ColumnsTests.offsets.randomElement(using: &random) ?? 0
      let isWild = Int.random(in: 0..<8, using: &random) == 0
      var value = Int.random(in: 0...1000, using: &random)
      var rows: [ColumnRow] = []
      for position in intervals.indices where Int.random(in: 0..<10, using: &random) > 0 {
        let samples = (0..<Int.random(in: 1...12, using: &random)).map { _ in
          value += Int.random(in: -2...2, using: &random)
          return isWild ? Double(bitPattern: random.next()) : Double(value) * factor + offset
        }
        rows.append(row(position, samples))
      }
      guard !rows.isEmpty else { continue }
      sent.append(signal(number, rows, name: isNamed ? SignalName(path: "Vehicle.S\(number)", unit: "km/h") : nil))
    }
    let bytes = try encode(sent, intervals: intervals)
    let received = try decode(bytes)
    #expect(received.map(Bits.init) == sent.map(Bits.init))
    #expect(try ColumnDecoder(bytes).intervals == intervals)
  }

  /// Bytes of a signal that goes through sixty seconds, samples of ten a second.
  @Test(arguments: [
    ("stands still", 90, 12.3, 0.0, 0),
    ("whole numbers that walk", 310, 1.0, 0.0, 1),
    ("a decoder's tenths, which are not the nearest decimals", 350, 0.1, 0.0, 3),
    ("a factor of many decimals", 370, 0.39215686, 0.0, 3),
    ("a factor that is a binary fraction", 320, 0.0078125, 0.0, 3),
    ("an offset beside the factor", 530, 0.1, -780.0, 3),
  ] as [(String, Int, Double, Double, Int)])
  func findsTheSteps(case: String, limit: Int, factor: Double, offset: Double, speed: Int) throws {
    var random = SeededNumbers(7)
    var value = 5000
    let sent = minute { _ in
      (0..<10).map { _ in
        value += speed == 0 ? 0 : Int.random(in: -speed...speed, using: &random)
        return Double(value) * factor + offset
      }
    }
    let bytes = try encode([sent], intervals: sixty)
    #expect(try decode(bytes).map(Bits.init) == [Bits(sent)])
    #expect(bytes.count <= limit)
  }

  @Test func takesWhatIsRegularForNothing() throws {
    // Intervals without a gap, every signal in each, one sample each, nothing moves.
    let still = (0..<100).map { number in minute(UInt32(number)) { _ in [50] } }
    let few = try encode(still, intervals: sixty).count
    // A value of two bytes for the first row of each signal, once how many zeros follow: nothing else.
    #expect(few <= 100 * 5 + 40)
    // Every fifth second.
    let slow = (0..<100).map { number in signal(UInt32(number), (0..<12).map { row($0 * 5, [50]) }) }
    #expect(try encode(slow, intervals: sixty).count <= 100 * 11 + 40)
  }

  @Test func refusesToWriteDisorder() throws {
    let one = row(0, [1])
    let two = row(1, [1])
    func refuses(_ signals: [SignalColumn], _ error: ColumnError) {
      #expect(throws: error) { try encode(signals, intervals: [0, 1]) }
    }
    refuses([signal(2, [one]), signal(2, [one])], .disorder("signals do not ascend by number"))
    let positions = ColumnError.disorder("positions of a signal do not ascend below the number of intervals")
    refuses([signal(2, [two, one])], positions)
    refuses([signal(2, [row(2, [1])])], positions)
    refuses([signal(2, [row(-1, [1])])], positions)
    let name = SignalName(path: "A", unit: "")
    refuses([signal(1, [one], name: name), signal(2, [one])], .invalid(field: "path"))
    refuses([signal(1, [one], name: SignalName(path: "", unit: ""))], .invalid(field: "path"))
    refuses(
      [signal(1, [one], name: SignalName(path: String(repeating: "a", count: 257), unit: ""))], .invalid(field: "path"))
    refuses(
      [signal(1, [one], name: SignalName(path: "A", unit: String(repeating: "a", count: 33)))], .invalid(field: "unit"))
    #expect(throws: ColumnError.invalid(field: "seconds")) { try encode([], intervals: [0], seconds: 0) }
    #expect(throws: ColumnError.invalid(field: "interval")) { try encode([], intervals: [9_223_372_037], seconds: 1) }
    #expect(throws: ColumnError.tooMany("intervals", limit: 4096)) {
      try encode([], intervals: Array(repeating: 0, count: 4097))
    }
  }
}

@Suite struct ColumnBatchTests {
  private func rollUp(_ signal: UInt16, _ value: Double) -> RollUp {
    RollUp(
      signal: SignalID(rawValue: signal), count: 2, minimum: value, maximum: value + 1, sum: 2 * value, last: value)
  }

  @Test func joinsChunksToABatchWithNames() throws {
    // Lasting numbers are in another order than the catalogue's; signal 9 has none.
    let numbers: [UInt16: UInt32] = [0: 70, 1: 12, 2: 100_000]
    let chunks = try (0..<3).map { second -> [UInt8] in
      var rollUps = [rollUp(0, Double(second)), rollUp(9, 4)]
      if second != 1 { rollUps.append(rollUp(1, 0.5)) }
      if second == 2 { rollUps.append(rollUp(2, 8)) }
      return try columnChunk(seconds: 1, interval: Int64(1000 + 2 * second), rollUps) { numbers[$0.rawValue] }
    }
    let batch = try columnBatch(of: chunks) { SignalName(path: "S\($0)", unit: "V") }
    let decoder = try ColumnDecoder(batch)
    #expect(decoder.seconds == 1)
    #expect(decoder.intervals == [1000, 1002, 1004])
    let signals = try decode(batch)
    #expect(signals.map(\.number) == [12, 70, 100_000])
    #expect(signals.map(\.name?.path) == ["S12", "S70", "S100000"])
    #expect(signals.map { $0.rows.map(\.position) } == [[0, 2], [0, 1, 2], [2]])
    #expect(signals[1].rows.map(\.last) == [0, 1, 2])
    #expect(signals[1].rows.map(\.maximum) == [1, 2, 3])
  }

  @Test func joinsNoChunksOfSeveralLengths() throws {
    let second = try columnChunk(seconds: 1, interval: 5, [rollUp(0, 1)], number: { UInt32($0.rawValue) })
    let minute = try columnChunk(seconds: 60, interval: 5, [rollUp(0, 1)], number: { UInt32($0.rawValue) })
    let name = SignalName(path: "A", unit: "")
    #expect(throws: ColumnError.disorder("chunks of intervals of several lengths")) {
      try columnBatch(of: [second, minute]) { _ in name }
    }
    #expect(throws: ColumnError.disorder("no chunk to make a batch of")) { try columnBatch(of: []) { _ in name } }
    #expect(throws: ColumnError.self) { try columnBatch(of: [second, Array(second.dropLast())]) { _ in name } }
  }

  @Test func showsABatchAsJSON() throws {
    let batch = try encode(
      [
        signal(
          4,
          [
            ColumnRow(position: 0, count: 4, minimum: 49.8, maximum: 50.1, sum: 199.8, last: 50.1),
            ColumnRow(position: 1, count: 1, minimum: .nan, maximum: .infinity, sum: 0, last: 3),
          ], name: SignalName(path: "Vehicle.Speed", unit: "km/h"))
      ], intervals: [1_795_228_080, 1_795_228_082])
    #expect(
      String(decoding: try columnsJSON(batch), as: UTF8.self) == """
        {"seconds":1,"signals":[{"path":"Vehicle.Speed","unit":"km/h",\
        "times":["2026-11-21T02:28:00.000Z","2026-11-21T02:28:02.000Z"],"count":[4,1],"last":[50.1,3],\
        "min":[49.8,null],"max":[50.1,null],"mean":[49.95,0]}]}
        """)
    #expect(throws: ColumnError.tooMany("bytes of JSON", limit: 100)) { try columnsJSON(batch, limit: 100) }
    let unnamed = try encode([signal(4, [row(0, [1])])], intervals: [0])
    #expect(String(decoding: try columnsJSON(unnamed), as: UTF8.self).contains("{\"number\":4,"))
  }
}

@Suite struct HostileColumnsTests {
  private func sample() throws -> [UInt8] {
    var random = SeededNumbers(3)
    let signals = (0..<6).map { number in
      signal(
        UInt32(number * 3), (0..<7).map { row($0, (0...number).map { _ in Double.random(in: 0..<9, using: &random) }) },
        name: SignalName(path: "Vehicle.S\(number)", unit: "V"))
    }
    return try encode(signals, intervals: [5, 6, 7, 8, 9, 10, 11])
  }

  /// A cut, a bent byte: an error, or columns that can be written again and are then the same.
  @Test func survivesDamage() throws {
    let good = try sample()
    for end in good.indices { _ = try? decode(Array(good[..<end])) }
    var random = SeededNumbers(11)
    var read = 0
    for place in good.indices {
      for _ in 0..<20 {
        var bent = good
        bent[place] = UInt8.random(in: 0...255, using: &random)
        guard let signals = try? decode(bent), let decoder = try? ColumnDecoder(bent) else { continue }
        read += 1
        let again = try encode(signals, intervals: decoder.intervals, seconds: decoder.seconds)
        #expect(try decode(again).map(Bits.init) == signals.map(Bits.init))
      }
    }
    #expect(read > 1000)
  }

  @Test func refusesMoreThanABatchHolds() throws {
    func message(_ fields: [(Int, UInt64)]) -> [UInt8] {
      var writer = ProtobufWriter()
      for (number, value) in fields { writer.field(number, value) }
      return writer.bytes
    }
    // 65,536 signals in 4,096 intervals out of eleven bytes.
    #expect(throws: ColumnError.tooMany("roll-ups", limit: ColumnLimit.samples)) {
      try decode(message([(1, 1), (3, 4096), (5, 65_536)]))
    }
    #expect(throws: ColumnError.tooMany("intervals", limit: 4096)) { try decode(message([(1, 1), (3, .max)])) }
    #expect(throws: ColumnError.tooMany("signals", limit: 65_536)) { try decode(message([(1, 1), (3, 1), (5, .max)])) }
    #expect(throws: ColumnError.invalid(field: "seconds")) { try decode(message([(3, 1)])) }
    #expect(throws: ColumnError.invalid(field: "seconds")) { try decode(message([(1, 86_401)])) }
    #expect(throws: ColumnError.invalid(field: "missing")) { try decode(message([(1, 1), (5, 1)])) }
    #expect(throws: ColumnError.tooMany("bytes", limit: ColumnLimit.bytes)) {
      try decode(Array(repeating: 0, count: ColumnLimit.bytes + 1))
    }
  }

  @Test func refusesAnotherOrderOfFields() throws {
    var writer = ProtobufWriter()
    writer.field(3, 1)
    writer.field(1, 1)
    #expect(throws: ColumnError.notProtobuf(.malformed(offset: 2))) { try decode(writer.bytes) }
  }

  @Test func passesOverWhatALaterVersionAdds() throws {
    let good = try sample()
    var later = ProtobufWriter()
    later.field(90, 7)
    later.field(91, Array("text".utf8))
    let fixed: [UInt8] = [0xE1, 0x05, 1, 2, 3, 4, 5, 6, 7, 8, 0xED, 0x05, 1, 2, 3, 4]
    #expect(try decode(good + later.bytes + fixed).map(Bits.init) == decode(good).map(Bits.init))
  }

  @Test func refusesNumbersWithoutASignal() throws {
    var writer = ProtobufWriter()
    writer.field(1, 1)
    writer.field(14, [2])
    #expect(throws: ColumnError.excess) { try decode(writer.bytes) }
  }
}
