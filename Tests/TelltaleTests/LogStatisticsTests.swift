// What `telltale stats` counts, on small descriptions.
import Decoding
import Testing
import Vocabulary

@testable import telltale

struct LogStatisticsTests {
  private static let dbc = """
    BO_ 256 Engine: 8 ECU
     SG_ Speed : 0|16@1+ (0.25,0) [0|8000] "rpm" ECU
     SG_ Temperature : 16|8@1- (1,-40) [-40|60] "degC" ECU

    BO_ 512 Multiplexed: 8 ECU
     SG_ Which M : 0|8@1+ (1,0) [0|0] "" ECU
     SG_ One m1 : 8|8@1+ (1,0) [0|0] "" ECU

    BO_ 513 TooShort: 1 ECU
     SG_ Inside : 0|8@1+ (1,0) [0|0] "" ECU
     SG_ Beyond : 8|8@1+ (1,0) [0|0] "" ECU

    BO_ 514 OddMark: 8 ECU
     SG_ Which m : 0|8@1+ (1,0) [0|0] "" ECU
     SG_ One m1 : 8|8@1+ (1,0) [0|0] "" ECU

    BO_ 768 Wide: 8 ECU
     SG_ Number : 0|64@1+ (1,0) [0|0] "" ECU

    BO_ 769 WideMotorola: 8 ECU
     SG_ Number : 3|56@0- (2,1) [0|0] "" ECU

    BO_ 2566844672 Group: 8 ECU
     SG_ Level : 0|8@1+ (0.4,0) [0|100] "%" ECU
    """

  private static func statistics(
    j1939: Bool = false, isRaw: Bool = true, strict: Bool = false, over frames: [CANFrame]
  ) -> LogStatistics {
    var statistics = LogStatistics(
      NetworkDescription.parse(bytes: Array(dbc.utf8), name: "test.dbc"), j1939: j1939, isRaw: isRaw,
      isStrict: strict)
    for frame in frames { statistics.observe(frame) }
    return statistics
  }

  private static func frame(_ id: UInt32, _ bytes: [UInt8]) -> CANFrame {
    CANFrame(time: .zero, id: CANID(rawValue: id), bytes: bytes)
  }

  @Test func valuesAreSummedInTheirOrder() throws {
    let statistics = Self.statistics(over: [
      Self.frame(0x100, [4, 0, 50, 0, 0, 0, 0, 0]), Self.frame(0x100, [0, 0, 0xFF, 0, 0, 0, 0, 0]),
      Self.frame(0x100, [8, 0, 10, 0, 0, 0, 0, 0]),
    ])
    let engine = try #require(statistics.seenMessages.first)
    #expect(engine.name == "Engine")
    #expect(engine.frames == 3)
    let speed = engine.signals[0].counts
    #expect([speed.first, speed.min, speed.max, speed.sum, speed.last] == [1, 0, 2, 3, 2])
    #expect(speed.n == 3)
    let temperature = engine.signals[1].counts
    #expect([temperature.min, temperature.max] == [-41, 10])
  }

  @Test func aShortFrameGivesTheSignalsThatAreWhole() throws {
    let statistics = Self.statistics(over: [Self.frame(0x100, [4, 0])])
    #expect(statistics.counts.decoded == 1)
    #expect(statistics.counts.short == 1)
    #expect(statistics.seenMessages.first?.signals.map(\.counts.n) == [1, 0])
  }

  @Test func anUnknownMultiplexorValueLeavesWhatIsNotMultiplexed() {
    let frames = [Self.frame(0x200, [1, 7, 0, 0, 0, 0, 0, 0]), Self.frame(0x200, [9, 7, 0, 0, 0, 0, 0, 0])]
    let lenient = Self.statistics(over: frames)
    #expect(lenient.counts.decoded == 2)
    #expect(lenient.counts.unknownMultiplexor == 1)
    #expect(lenient.seenMessages.first?.signals.map(\.counts.n) == [2, 1])
    let strict = Self.statistics(strict: true, over: frames)
    #expect(strict.counts.decoded == 1)
    #expect(strict.counts.unknownMultiplexor == 1)
    #expect(strict.seenMessages.first?.signals.map(\.counts.n) == [1, 1])
  }

  @Test func strictnessRefusesMessagesThatAreTooShortForTheirSignals() {
    let frames = [Self.frame(0x201, [1, 2])]
    #expect(Self.statistics(over: frames).seenMessages.first?.signals.map(\.counts.n) == [1, 1])
    let strict = Self.statistics(strict: true, over: frames)
    #expect([strict.counts.decoded, strict.counts.unknownMultiplexor] == [0, 1])
    #expect(strict.seenMessages.first?.frames == 1)
    // However long the frame is.
    #expect(Self.statistics(strict: true, over: [Self.frame(0x201, [])]).counts.decoded == 0)
  }

  @Test func rawCountsWhatIsNotFinite() throws {
    var statistics = LogStatistics(
      NetworkDescription.parse(
        bytes: Array("BO_ 1 A: 4 X\n SG_ F : 0|32@1- (1,0) [0|0] \"\" X\nSIG_VALTYPE_ 1 F : 1;\n".utf8), name: "f.dbc"),
      j1939: false, isRaw: true, isStrict: false)
    statistics.observe(Self.frame(1, [0, 0, 0x80, 0x7F]))
    let counts = try #require(statistics.seenMessages.first?.signals.first?.counts)
    #expect(counts.n == 1 && counts.outOfRange == 0 && counts.last == .infinity)
  }

  @Test func whatTheFileDoesNotMarkIsSelectedOnlyWithValidityRules() {
    let frames = [Self.frame(0x202, [1, 2, 0, 0, 0, 0, 0, 0])]
    let raw = Self.statistics(over: frames).seenMessages.first
    #expect(raw?.signals.filter(\.counts.isSeen).map(\.name) == ["Which"])
    let repaired = Self.statistics(isRaw: false, over: frames).seenMessages.first
    #expect(repaired?.signals.filter(\.counts.isSeen).map(\.name) == ["Which", "One"])
  }

  @Test func everyDataFrameIsCountedOnce() {
    let statistics = Self.statistics(over: [
      Self.frame(0x100, [0, 0, 0]), Self.frame(0x101, [1]), Self.frame(0x100 | CANID.remoteFlag, []),
      Self.frame(0x4 | CANID.errorFlag, [0, 0, 0, 0, 0, 0, 0, 0]),
    ])
    let counts = statistics.counts
    #expect([counts.frames, counts.decoded, counts.noMessage] == [2, 1, 1])
    #expect([counts.remote, counts.error] == [1, 1])
  }

  @Test func withValidityRulesOnlyValuesThatCanBeTrueCount() {
    let statistics = Self.statistics(isRaw: false, over: [
      Self.frame(0x100, [4, 0, 50, 0, 0, 0, 0, 0]), Self.frame(0x100, [4, 0, 120, 0, 0, 0, 0, 0]),
    ])
    let temperature = statistics.seenMessages.first?.signals[1].counts
    #expect(temperature?.n == 1)
    #expect(temperature?.outOfRange == 1)
    #expect(temperature?.max == 10)
  }

  @Test func integersThatNoDoubleHoldsAreExact() throws {
    let statistics = Self.statistics(over: [
      Self.frame(0x300, [1, 0, 0, 0, 0, 0, 0, 0xC0]), Self.frame(0x300, [3, 0, 0, 0, 0, 0, 0, 0x80]),
      // From bit 3 of byte 0: 0x8000000000001 shifted in by the byte order, negative.
      Self.frame(0x301, [0x08, 0, 0, 0, 0, 0, 0, 0x10]),
    ])
    let wide = try #require(statistics.seenMessages[0].signals[0].counts.exact)
    #expect(wide.first == 0xC000_0000_0000_0001)
    #expect(wide.min == 0x8000_0000_0000_0003)
    #expect(wide.max == 0xC000_0000_0000_0001)
    let signed = try #require(statistics.seenMessages[1].signals[0].counts.exact)
    #expect(signed.last == (-(Int128(1) << 55) + 1) * 2 + 1)
  }

  /// 0x18FEF100 in the description; the frame comes from address 0x21 with another priority.
  @Test func parameterGroupsMatchWhateverTheirSourceAddress() {
    let frames = [Self.frame(0x8CFE_F121, [100, 0, 0, 0, 0, 0, 0, 0])]
    #expect(Self.statistics(over: frames).counts.noMessage == 1)
    let byGroup = Self.statistics(j1939: true, over: frames)
    #expect(byGroup.counts.decoded == 1)
    #expect(byGroup.seenMessages.first?.signals.first?.counts.last == 40)
  }
}
