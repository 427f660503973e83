// Bit positions, multiplexing, short and long frames, ranges: the compiled table against known values and against a
// decoder that takes one bit at a time.

import DecoderCore
import Testing
import Vocabulary

@Suite struct DecoderTableTests {
  let id = CANID(standard: 0x123)

  func value(_ signal: DecoderTable.Signal, _ bytes: [UInt8]) -> Double? {
    let (table, problems) = DecoderTable.of(.init(id: id, length: bytes.count, signals: [signal]))
    #expect(problems.isEmpty)
    return table.samples(of: frame(id, bytes)).samples.first?.value
  }

  func signal(
    _ start: Int, _ length: Int, _ order: ByteOrder = .little, _ format: SignalFormat = .unsigned, number: UInt16 = 0,
    presence: DecoderTable.Presence = .always
  ) -> DecoderTable.Signal {
    DecoderTable.Signal(
      signal: SignalID(rawValue: number), startBit: start, length: length, byteOrder: order, format: format,
      presence: presence)
  }

  @Test func bitsLieWhereDBCSaysTheyDo() {
    let bytes: [UInt8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]
    #expect(value(signal(0, 1), bytes) == 1)
    #expect(value(signal(1, 1), bytes) == 0)
    #expect(value(signal(63, 1, .big), bytes) == 1)
    #expect(value(signal(60, 1, .big), bytes) == 0)
    #expect(value(signal(8, 16), bytes) == 0x4523)
    #expect(value(signal(15, 16, .big), bytes) == 0x2345)
    #expect(value(signal(4, 8), bytes) == 0x30)
    #expect(value(signal(3, 12, .big), bytes) == 0x123)
    #expect(value(signal(56, 8, .little, .signed), bytes) == -0x11)
    #expect(value(signal(47, 12, .big, .signed), bytes) == -0x544)
    #expect(value(signal(0, 64), bytes) == Double(0xEFCD_AB89_6745_2301 as UInt64))
    #expect(value(signal(7, 64, .big), bytes) == Double(0x0123_4567_89AB_CDEF as UInt64))
    #expect(value(signal(0, 64, .little, .signed), bytes) == Double(Int64(bitPattern: 0xEFCD_AB89_6745_2301)))
  }

  @Test func floatsAreIEEE754() {
    #expect(value(signal(0, 32, .little, .float32), [0, 0, 0x20, 0xC1]) == -10)
    #expect(value(signal(7, 32, .big, .float32), [0x3F, 0xC0, 0, 0]) == 1.5)
    #expect(value(signal(7, 64, .big, .float64), [0x40, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18]) == .pi)
  }

  /// 4,000 random layouts on 64-byte frames, each against a decoder that walks from bit to bit.
  @Test func randomLayoutsAgreeWithABitwiseDecoder() {
    var random = Seeded(state: 1)
    for _ in 0..<4000 {
      let size = Int.random(in: 1...64, using: &random)
      let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
      let layout = signal(
        Int.random(in: 0..<size * 8, using: &random), Int.random(in: 1...64, using: &random),
        Bool.random(using: &random) ? .little : .big, Bool.random(using: &random) ? .signed : .unsigned)
      guard layout.defect == nil else { continue }
      #expect(value(layout, bytes) == bitwise(layout, bytes), "\(layout) in \(bytes)")
    }
  }

  /// Nil where the signal passes the frame's end.
  func bitwise(_ signal: DecoderTable.Signal, _ bytes: [UInt8]) -> Double? {
    var bits: [UInt64] = []  // The most significant one first.
    var position = signal.startBit
    for _ in 0..<signal.length {
      guard position / 8 < bytes.count else { return nil }
      let bit = UInt64(bytes[position / 8] >> (position % 8) & 1)
      if signal.byteOrder == .little {
        bits.insert(bit, at: 0)
        position += 1
      } else {
        bits.append(bit)
        position += position % 8 == 0 ? 15 : -1
      }
    }
    let raw = bits.reduce(0) { $0 << 1 | $1 }
    guard signal.format == .signed, bits[0] == 1 else { return Double(raw) }
    return Double(Int64(bitPattern: signal.length == 64 ? raw : raw | ~0 << UInt64(signal.length)))
  }

  @Test func scaleComesBeforeOffset() {
    var scaled = signal(0, 8)
    scaled.scale = 0.1
    scaled.offset = -40
    #expect(value(scaled, [123]) == 123.0 * 0.1 + -40)
  }

  @Test func valuesOutsideOfTheRangeSaySo() {
    var limited = signal(0, 8)
    limited.range = 10...20
    var float = signal(8, 32, .little, .float32, number: 1)
    float.range = -1e30...1e30
    let (table, _) = DecoderTable.of(.init(id: id, length: 5, signals: [limited, float]))
    func validities(_ byte: UInt8) -> [Validity] {
      table.samples(of: frame(id, [byte, 0, 0, 0xC0, 0x7F])).samples.map(\.validity)
    }
    #expect(validities(9) == [.outOfRange, .outOfRange])  // 7FC00000 is not a number.
    #expect(validities(10)[0] == .valid)
    #expect(validities(20)[0] == .valid)
    #expect(validities(21)[0] == .outOfRange)
  }

  @Test func shortFramesGiveTheSignalsThatAreWhole() {
    let (table, _) = DecoderTable.of(
      .init(id: id, length: 8, signals: [signal(0, 8), signal(8, 16, number: 1), signal(39, 16, .big, number: 2)]))
    let (samples, outcome) = table.samples(of: frame(id, [1, 2, 3, 4]))
    #expect(samples.map(\.signal.rawValue) == [0, 1])
    #expect(outcome.isShort)
    #expect(table.samples(of: frame(id, [1, 2])).samples.map(\.signal.rawValue) == [0])
    #expect(table.samples(of: frame(id, [])).samples.isEmpty)
    let whole = table.samples(of: frame(id, [1, 2, 3, 4, 5, 6]))
    #expect(whole.samples.count == 3)
    #expect(whole.outcome.isShort)
    let long = table.samples(of: frame(id, Array(repeating: 7, count: 12)))
    #expect(long.samples.count == 3)
    #expect(!long.outcome.isShort)
  }

  @Test func signalsBeyondTheEighthByteAreDecoded() {
    var bytes = [UInt8](repeating: 0, count: 64)
    bytes[7] = 0xF0
    bytes[8] = 0x0A
    bytes[63] = 0x80
    #expect(value(signal(60, 8), bytes) == 0xAF)
    #expect(value(signal(63, 16, .big), bytes) == 0xF00A)
    #expect(value(signal(511, 1, .big), bytes) == 1)
    #expect(value(signal(511, 1), bytes) == 1)
  }

  @Test func everyMultiplexorValueHasItsOwnSignals() {
    let (table, problems) = DecoderTable.of(
      .init(
        id: id, length: 8,
        signals: [
          signal(0, 8),
          signal(8, 8, number: 1, presence: .selected(multiplexor: 0, values: [0...0])),
          signal(8, 16, number: 2, presence: .selected(multiplexor: 0, values: [1...3, 9...9])),
          signal(24, 8, number: 3, presence: .selected(multiplexor: 0, values: [3...5])),
          signal(32, 8, number: 4),
        ]))
    #expect(problems.isEmpty)
    func numbers(_ selector: UInt8) -> Set<UInt16> {
      let found = table.samples(of: frame(id, [selector, 1, 2, 3, 4, 5, 6, 7]))
      #expect(found.outcome.hasUnknownSelector == (found.samples.count == 2))
      return Set(found.samples.map(\.signal.rawValue))
    }
    #expect(numbers(0) == [0, 1, 4])
    #expect(numbers(1) == [0, 2, 4])
    #expect(numbers(2) == [0, 2, 4])
    #expect(numbers(3) == [0, 2, 3, 4])
    #expect(numbers(5) == [0, 3, 4])
    #expect(numbers(6) == [0, 4])
    #expect(numbers(9) == [0, 2, 4])
    #expect(numbers(255) == [0, 4])
    #expect(table.largestMessage == 4)
    // The selector is whole, what it selects is not.
    #expect(table.samples(of: frame(id, [2])).samples.map(\.signal.rawValue) == [0])
    #expect(table.samples(of: frame(id, [])).outcome.hasUnknownSelector == false)
  }

  @Test func multiplexorsNest() {
    var selecting = signal(8, 8, .big, presence: .selected(multiplexor: 0, values: [1...1]))
    selecting.startBit = 15
    selecting.signal = nil
    let (table, problems) = DecoderTable.of(
      .init(
        id: id, length: 8,
        signals: [
          signal(0, 8), selecting,
          signal(16, 8, number: 2, presence: .selected(multiplexor: 1, values: [7...7])),
          signal(16, 16, number: 3, presence: .selected(multiplexor: 1, values: [8...UInt32.max])),
        ]))
    #expect(problems.isEmpty)
    func numbers(_ bytes: [UInt8]) -> [UInt16] { table.samples(of: frame(id, bytes)).samples.map(\.signal.rawValue) }
    #expect(numbers([1, 7, 0, 0]) == [0, 2])
    #expect(numbers([1, 255, 0, 0]) == [0, 3])
    #expect(numbers([2, 7, 0, 0]) == [0])
  }

  @Test func identifiersAndBusesAreToldApart() {
    func message(_ bus: UInt8?, _ id: CANID, _ number: UInt16) -> DecoderTable.Message {
      .init(bus: bus, id: id, length: 1, signals: [signal(0, 8, number: number)])
    }
    let (table, problems) = DecoderTable.of(
      message(nil, CANID(standard: 0x123), 0), message(1, CANID(standard: 0x123), 1),
      message(nil, CANID(extended: 0x123), 2), message(2, CANID(standard: 0x124), 3),
      message(1, CANID(standard: 0x123), 4))
    #expect(problems == [.init(message: 4, signal: nil, reason: .duplicateMessage)])
    func number(_ id: CANID, _ bus: UInt8) -> UInt16? {
      table.samples(of: frame(id, [0], bus: bus)).samples.first?.signal.rawValue
    }
    #expect(number(CANID(standard: 0x123), 0) == 0)
    #expect(number(CANID(standard: 0x123), 1) == 1)
    #expect(number(CANID(extended: 0x123), 1) == 2)
    #expect(number(CANID(standard: 0x124), 2) == 3)
    #expect(number(CANID(standard: 0x124), 0) == nil)
    #expect(number(CANID(standard: 0x125), 0) == nil)
  }

  /// Every identifier must find its own message however full and unlucky the hash table is.
  @Test func manyMessagesAreAllFound() {
    let messages = (0..<2048).map { (i: Int) -> DecoderTable.Message in
      let number = UInt32(i)
      let id = i % 2 == 0 ? CANID(standard: number) : CANID(extended: number << 16)
      return DecoderTable.Message(id: id, length: 1, signals: [signal(0, 8, number: UInt16(i))])
    }
    var problems: [DecoderTable.Problem] = []
    let table = DecoderTable(messages, problems: &problems)
    #expect(problems.isEmpty)
    for (i, message) in messages.enumerated() {
      let (samples, outcome) = table.samples(of: frame(message.id, [1]))
      #expect(samples.first?.signal.rawValue == UInt16(i))
      #expect(outcome.message == i)
    }
    #expect(table.samples(of: frame(CANID(standard: 1), [1])).outcome.isKnown == false)
    #expect(table.memoryBytes > 2048 * 48)
  }

  @Test func anEmptyTableKnowsNothing() {
    let (table, _) = DecoderTable.of()
    #expect(table.largestMessage == 0)
    #expect(table.samples(of: frame(id, [1])).outcome.isKnown == false)
  }

  @Test func whatCannotBeDecodedIsNamedAndTheRestStays() {
    let (table, problems) = DecoderTable.of(
      .init(
        id: id, length: 8,
        signals: [
          signal(0, 65), signal(0, 0), signal(505, 8), signal(0, 16, .little, .float32),
          signal(0, 8, number: 4, presence: .selected(multiplexor: 9, values: [0...0])),
          signal(0, 8, number: 5, presence: .selected(multiplexor: 6, values: [0...0])),
          signal(0, 8, number: 6, presence: .selected(multiplexor: 5, values: [0...0])),
          signal(-1, 8), signal(0, 8, number: 8),
        ]))
    #expect(
      problems.map(\.reason) == [
        .lengthNotIn1To64, .lengthNotIn1To64, .outsideOf64Bytes, .lengthNotThatOfFloat, .unusableMultiplexor,
        .unusableMultiplexor, .unusableMultiplexor, .outsideOf64Bytes,
      ])
    #expect(problems.map(\.signal) == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(table.samples(of: frame(id, [42, 0])).samples.map(\.value) == [42])
  }

  @Test func aChainOfMoreThanEightMultiplexorsIsRefused() {
    let chain = (0..<12).map { i in
      signal(
        i * 4, 4, number: UInt16(i), presence: i == 0 ? .always : .selected(multiplexor: i - 1, values: [0...15]))
    }
    let (table, problems) = DecoderTable.of(.init(id: id, length: 8, signals: chain))
    #expect(problems.map(\.signal) == [9, 10, 11])
    #expect(problems.allSatisfy { $0.reason == .nestedTooDeep })
    #expect(table.samples(of: frame(id, Array(repeating: 0, count: 8))).samples.count == 9)
  }

  @Test func samplesWithoutRoomAreLeftOut() {
    let (table, _) = DecoderTable.of(
      .init(id: id, length: 8, signals: (0..<8).map { signal($0 * 8, 8, number: UInt16($0)) }))
    let samples = table.samples(of: frame(id, [0, 1, 2, 3, 4, 5, 6, 7]), room: 3).samples
    #expect(samples.map(\.value) == [0, 1, 2])
    #expect(table.samples(of: frame(id, [0, 1]), room: 0).samples.isEmpty)
  }

  @Test func samplesCarryTheTimeOfTheirFrame() {
    let (table, _) = DecoderTable.of(.init(id: id, length: 1, signals: [signal(0, 8)]))
    #expect(table.samples(of: frame(id, [1], seconds: 1.5)).samples.first?.time.nanoseconds == 1_500_000_000)
  }
}
