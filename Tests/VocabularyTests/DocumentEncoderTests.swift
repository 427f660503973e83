// JSON text of documents: it reads back as it was, agrees with Foundation's own, and is the same in every process.
import FoundationEssentials
import Testing
import Vocabulary

@testable import Documents

/// Texts that a careless writer breaks on.
private let awkwardTexts = [
  "", "\"", "\\", "\\\"\\", "/a/b", "a\u{0}b\u{1F}\u{7F}\u{80}\u{9F}", "\n\r\t\u{8}\u{C}", "Ölwechsel bei 15 000 km",
  "e\u{301}", "\u{2028}\u{2029}\u{FEFF}", "🚗👨‍👩‍👧‍👦", "null", "</script>", "\u{10FFFF}", "\\u0041",
]

private let awkwardNumbers: [Double] = [
  0, -0.0, 5, -5, 0.1, 0.1 + 0.2, 1e-7, 1e15, 1e16, 1e17, 123_456_789.125, 9_007_199_254_740_991, 1e21, -1e300,
  .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, .ulpOfOne, .pi,
]

private func json(_ document: some Encodable) throws -> String {
  let bytes = try jsonText(document)
  #expect(bytes.last == UInt8(ascii: "\n"))
  return String(decoding: bytes.dropLast(), as: UTF8.self)
}

private func readBack<Document: Codable>(_ document: Document) throws -> Document {
  try JSONDecoder().decode(Document.self, from: Data(try jsonText(document)))
}

@Suite struct DocumentEncoderTests {
  @Test(arguments: awkwardTexts) func textsReadBack(text: String) throws {
    let read = try readBack([text: text])
    #expect(read.keys.first.map { Array($0.utf8) } == Array(text.utf8))
    #expect(read.values.first.map { Array($0.utf8) } == Array(text.utf8))
    // RFC 8259, section 7: nothing below U+0020 stands in a string as it is.
    #expect(try jsonText(text).dropLast().allSatisfy { $0 >= 0x20 })
  }

  @Test func escapes() throws {
    #expect(try json("a/\"\\\n\u{1F}ä") == #""a/\"\\\u000a\u001fä""#)
  }

  @Test(arguments: awkwardNumbers) func numbersReadBackToTheLastBit(number: Double) throws {
    #expect(try readBack(number).bitPattern == number.bitPattern)
    #expect(try readBack([number])[0].bitPattern == number.bitPattern)
    let narrow = Float(number)
    if narrow.isFinite { #expect(try readBack(narrow).bitPattern == narrow.bitPattern) }
  }

  @Test func numbersAreShort() throws {
    #expect(try json([5, -0.0, 0.1, 2.5e-9] as [Double]) == "[5,-0,0.1,2.5e-09]")
    #expect(try json(Float(0.1)) == "0.1")
  }

  @Test func wholeNumbersAreExact() throws {
    #expect(try json(UInt64.max) == "18446744073709551615")
    #expect(try json([Int64.min, .max]) == "[-9223372036854775808,9223372036854775807]")
    #expect(try json([Int8.min]) == "[-128]")
    #expect(try json([UInt16.max]) == "[65535]")
    #expect(try json(UInt128.max) == "340282366920938463463374607431768211455")
    #expect(try readBack(DataLossDocument(DataLoss(place: .recorderRing, count: .max))).count == .max)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func whatJSONCannotSayIsRefusedWithItsPlace(number: Double) {
    struct Inner: Encodable { var b: [Double?] }
    struct Outer: Encodable { var x = 1, a: [String: Inner] }
    let error = #expect(throws: EncodingError.self) { try jsonText(Outer(a: ["k": Inner(b: [1, nil, number])])) }
    guard case .invalidValue(_, let context) = error else { return #expect(Bool(false), "another error") }
    #expect(context.codingPath.map(\.stringValue) == ["a", "k", "b", "2"])
    #expect(context.debugDescription == "a.k.b.2 is \(number), which JSON cannot say; use null")
    #expect(throws: EncodingError.self) { try jsonText(Float(number)) }
  }

  @Test func whatIsNotThereIsNullOrLeftOut() throws {
    struct Document: Encodable {
      var a: Int?
      var b: Int?

      enum CodingKeys: CodingKey { case a, b }

      func encode(to encoder: any Encoder) throws {
        var c = encoder.container(keyedBy: CodingKeys.self)
        try c.encode(a, forKey: .a)
        try c.encodeIfPresent(b, forKey: .b)
      }
    }
    #expect(try json(Document(a: nil, b: nil)) == #"{"a":null}"#)
    #expect(try json(Document(a: 1, b: 2)) == #"{"a":1,"b":2}"#)
    #expect(try json([Int?.none, 3]) == "[null,3]")
    #expect(try json(Int?.none) == "null")
    #expect(try json([String: Int]?.none) == "null")
    #expect(try json([String: Int]?.some(["b": 1, "a": 2])) == #"{"a":2,"b":1}"#)
  }

  @Test func emptyAndNested() throws {
    struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }
    #expect(try json([Int]()) == "[]")
    #expect(try json([String: Int]()) == "{}")
    #expect(try json([[], [[1], []]] as [[[Int]]]) == "[[],[[1],[]]]")
    #expect(try json(["b": [["y": 1, "x": 2]], "a": []]) == #"{"a":[],"b":[{"x":2,"y":1}]}"#)
    #expect(try json(Nothing()) == "{}")
    #expect(try json([Nothing(), Nothing()]) == "[{},{}]")
  }

  /// Hashes are salted anew in each process, and for each size of table: what follows them shows here.
  @Test func dictionariesStandInTheOrderOfTheirKeys() throws {
    var random = SplitMix(seed: 3)
    for count in [2, 5, 60] {
      let keys = Set((0..<count).map { _ in String(random.next() % 100_000) })
      let document = Dictionary(uniqueKeysWithValues: keys.map { ($0, 1) })
      #expect(try json(document) == "{" + keys.sorted().map { "\"\($0)\":1" }.joined(separator: ",") + "}")
    }
  }

  @Test func containersThatAreAskedForByHand() throws {
    class Base: Encodable {
      enum CodingKeys: CodingKey { case base }
      func encode(to encoder: any Encoder) throws {
        var c = encoder.container(keyedBy: CodingKeys.self)
        try c.encode(1, forKey: .base)
      }
    }
    final class Derived: Base {
      enum CodingKeys: CodingKey { case object, array, unused, after }
      override func encode(to encoder: any Encoder) throws {
        var c = encoder.container(keyedBy: CodingKeys.self)
        var object = c.nestedContainer(keyedBy: CodingKeys.self, forKey: .object)
        try object.encodeNil(forKey: .after)
        #expect(object.codingPath.map(\.stringValue) == ["0", "object"])
        var array = c.nestedUnkeyedContainer(forKey: .array)
        try array.encodeNil()
        _ = array.nestedContainer(keyedBy: CodingKeys.self)
        var inner = array.nestedUnkeyedContainer()
        try inner.encode(true)
        try array.encode("x")
        #expect(array.count == 4)
        try super.encode(to: array.superEncoder())
        _ = c.superEncoder(forKey: .unused)
        try super.encode(to: c.superEncoder())
        // The same object as above, asked for again.
        var same = encoder.container(keyedBy: CodingKeys.self)
        try same.encode(2, forKey: .after)
      }
    }
    #expect(
      try json([Derived()]) == #"[{"object":{"after":null},"array":[null,{},[true],"x",{"base":1}],"unused":{},"#
        + #""super":{"base":1},"after":2}]"#)
  }

  @Test func writingBackwardsIsAnErrorAndNoBrokenText() {
    struct Interleaved: Encodable {
      func encode(to encoder: any Encoder) throws {
        var c = encoder.unkeyedContainer()
        var first = c.nestedUnkeyedContainer()
        var second = c.nestedUnkeyedContainer()
        try first.encode(1)
        try second.encode(2)
      }
    }
    struct Twice: Encodable {
      func encode(to encoder: any Encoder) throws {
        var c = encoder.singleValueContainer()
        try c.encode(1)
        try c.encode([2])
      }
    }
    struct Both: Encodable {
      func encode(to encoder: any Encoder) throws {
        var array = encoder.unkeyedContainer()
        try array.encode(1)
        var object = encoder.container(keyedBy: TripDocument.CodingKeys.self)
        try object.encode(1, forKey: .number)
      }
    }
    #expect(throws: EncodingError.self) { try jsonText(Interleaved()) }
    #expect(throws: EncodingError.self) { try jsonText(Twice()) }
    #expect(throws: EncodingError.self) { try jsonText(Both()) }
  }
}

@Suite struct EncodedDocumentTests {
  private static let seeds: [UInt64] = Array(1...40)

  @Test(arguments: seeds) func everyDocumentReadsBackAndAgreesWithFoundation(seed: UInt64) throws {
    var any = AnyDocument(random: SplitMix(seed: seed))
    try check(any.quantiles())
    try check(RemainingUsefulLifeDocument(km: any.quantiles(), days: any.quantiles()))
    try check(any.evidence())
    let health = any.health()
    try check(health)
    var change = HealthChangeDocument(any.report, from: .watch, SignalCatalogue())
    (change.from, change.health) = (any.text(), health)
    try check(change)
    var alert = AlertDocument(
      Alert(
        component: .cooling, episode: 1, severity: .critical, state: .active, opened: any.report.updated,
        changed: any.report.updated, report: any.report),
      SignalCatalogue())
    (alert.id, alert.health, alert.opened) = (any.text(), any.health(), any.text())
    try check(alert)
    try check(any.trip())
    try check(DataLossDocument(DataLoss(place: .recorderRing, count: any.random.next())))
    let telemetry = any.telemetry()
    try check(telemetry)
    try check([telemetry, telemetry])
  }

  private func check<Document: Codable & Equatable>(_ document: Document) throws {
    let text = try jsonText(document)
    #expect(try JSONDecoder().decode(Document.self, from: Data(text)) == document)
    let reference = try JSONDecoder().decode(Tree.self, from: JSONEncoder().encode(document))
    #expect(try JSONDecoder().decode(Tree.self, from: Data(text)) == reference)
    #expect(try jsonText(document) == text)
  }
}

/// Any JSON, parsed: keys that are null and keys that are missing differ.
private indirect enum Tree: Decodable, Equatable {
  case null, flag(Bool), whole(UInt64), number(Double), text([UInt8]), list([Tree]), members([String: Tree])

  init(from decoder: any Decoder) throws {
    let c = try decoder.singleValueContainer()
    if c.decodeNil() {
      self = .null
    } else if let flag = try? c.decode(Bool.self) {
      self = .flag(flag)
    } else if let whole = try? c.decode(UInt64.self) {
      self = .whole(whole)
    } else if let number = try? c.decode(Double.self) {
      self = .number(number)
    } else if let text = try? c.decode(String.self) {
      self = .text(Array(text.utf8))
    } else if let list = try? c.decode([Tree].self) {
      self = .list(list)
    } else {
      self = .members(try c.decode([String: Tree].self))
    }
  }
}

/// Documents with awkward contents.
private struct AnyDocument {
  var random: SplitMix
  let report = HealthReport(
    unknown: .cooling, because: .noValidTick(.warmTrip),
    at: Timestamp(boot: BootID(high: 1, low: 2), uptime: .zero, wallNanoseconds: 0, quality: .none))

  mutating func text() -> String { awkwardTexts[Int(random.next() % UInt64(awkwardTexts.count))] }

  /// An awkward number, or any finite one.
  mutating func number() -> Double {
    let any = Double(bitPattern: random.next())
    return random.next() % 2 == 0 && any.isFinite
      ? any : awkwardNumbers[Int(random.next() % UInt64(awkwardNumbers.count))]
  }

  mutating func number() -> Double? { random.next() % 3 == 0 ? nil : .some(number()) }

  mutating func quantiles() -> QuantilesDocument {
    QuantilesDocument(
      Quantiles(
        p05: number(), p10: number(), p25: number(), p50: number(), p75: number(), p90: number(), p95: number()))
  }

  mutating func evidence() -> EvidenceDocument {
    var document = EvidenceDocument(Evidence(feature: .runningVoltage, value: 1, share: 0))
    (document.feature, document.unit, document.text) = (text(), text(), text())
    (document.value, document.reference, document.z) = (number(), number(), number())
    (document.share, document.sinceKm) = (number(), number())
    return document
  }

  mutating func health() -> HealthDocument {
    var document = HealthDocument(report, SignalCatalogue())
    (document.component, document.title, document.state, document.confidence) = (text(), text(), text(), number())
    (document.score, document.consumed, document.atKm) = (number(), number(), number())
    (document.reason, document.updated) = (random.next() % 2 == 0 ? nil : text(), random.next() % 2 == 0 ? nil : text())
    document.rul = random.next() % 2 == 0 ? nil : RemainingUsefulLifeDocument(km: quantiles(), days: quantiles())
    document.evidence = (0..<(random.next() % 4)).map { _ in evidence() }
    document.ticks = Int(truncatingIfNeeded: random.next())
    return document
  }

  mutating func trip() -> TripDocument {
    var document = TripDocument(Trip(number: .max, started: report.updated))
    document.ended = random.next() % 2 == 0 ? nil : text()
    (document.distanceKm, document.engineSeconds) = (number(), number())
    (document.topSpeed, document.coolantAtStart, document.coolantAtEnd) = (number(), number(), number())
    return document
  }

  mutating func telemetry() -> TelemetryDocument {
    var document = TelemetryDocument(start: report.updated, seconds: 60, [], SignalCatalogue())
    for _ in 0..<(random.next() % 8) {
      var rollUp = RollUpDocument(
        RollUp(signal: SignalID(rawValue: 0), count: 1, minimum: 0, maximum: 0, sum: 0, last: 0))
      (rollUp.min, rollUp.max, rollUp.mean, rollUp.last) = (number(), number(), number(), number())
      document.signals[text()] = rollUp
    }
    return document
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
private struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
