// Which decoded numbers are measurements: ranges, J1939's reserved codes, values that are not finite.

import DecoderCore
import Testing
import Vocabulary

@Suite struct DecoderTableValidityTests {
  let id = CANID(standard: 0x123)

  /// The sample of one signal whose raw value is `raw`, in a frame whose other bits are all ones.
  func sample(_ signal: DecoderTable.Signal, raw: UInt64) -> Sample? {
    let (table, problems) = DecoderTable.of(.init(id: id, length: 8, signals: [signal]))
    #expect(problems.isEmpty)
    var word = UInt64.max
    for bit in 0..<signal.length {
      // The place of the raw value's bit `bit`, counted as DBC does.
      var place = signal.startBit
      if signal.byteOrder == .little {
        place += bit
      } else {
        for _ in 0..<signal.length - 1 - bit { place += place % 8 == 0 ? 15 : -1 }
      }
      word = word & ~(1 << UInt64(place)) | (raw >> UInt64(bit) & 1) << UInt64(place)
    }
    return table.samples(of: CANFrame(time: .zero, id: id, length: 8, payload: CANPayload(word: word))).samples.first
  }

  func signal(
    _ length: Int, _ order: ByteOrder, _ format: SignalFormat = .unsigned,
    reserved: DecoderTable.ReservedValues = .j1939
  ) -> DecoderTable.Signal {
    var signal = DecoderTable.Signal(
      signal: SignalID(rawValue: 7), startBit: order == .little ? 3 : 6, length: length, byteOrder: order,
      format: format)
    // Whole bytes, as J1939 has them, begin at a byte.
    if length % 8 == 0 { signal.startBit = order == .little ? 8 : 15 }
    if length > 56 { signal.startBit = order == .little ? 0 : 7 }
    signal.reserved = reserved
    return signal
  }

  /// From SAE J1939-71, tables 1 and 3, by hand.
  static let codes: [(length: Int, highest: UInt64, reserved: [UInt64], error: [UInt64], notAvailable: [UInt64])] = [
    (1, 1, [], [], []),
    (2, 1, [], [2], [3]),
    (3, 5, [], [6], [7]),
    (4, 13, [], [14], [15]),
    (7, 125, [], [126], [127]),
    (8, 0xFA, [0xFB, 0xFC, 0xFD], [0xFE], [0xFF]),
    (10, 0x3EB, [0x3EC, 0x3F7], [0x3F8, 0x3FB], [0x3FC, 0x3FF]),
    (12, 0xFAF, [0xFB0, 0xFDF], [0xFE0, 0xFEF], [0xFF0, 0xFFF]),
    (16, 0xFAFF, [0xFB00, 0xFDFF], [0xFE00, 0xFEFF], [0xFF00, 0xFFFF]),
    (
      32, 0xFAFF_FFFF, [0xFB00_0000, 0xFDFF_FFFF], [0xFE00_0000, 0xFEFF_FFFF], [0xFF00_0000, 0xFFFF_FFFF]
    ),
    (64, .max >> 8 | 0xFA << 56, [0xFB << 56], [0xFE << 56], [0xFF << 56, .max]),
  ]

  @Test(arguments: [ByteOrder.little, .big], [SignalFormat.unsigned, .signed])
  func reservedCodesOfJ1939AreNoMeasurements(_ order: ByteOrder, _ format: SignalFormat) {
    for row in Self.codes {
      let layout = signal(row.length, order, format)
      for raw in [0, 1, row.highest / 2, row.highest] {
        #expect(sample(layout, raw: raw)?.validity == .valid, "\(raw) of \(row.length) bits")
      }
      for (codes, validity) in [
        (row.reserved, Validity.outOfRange), (row.error, .error), (row.notAvailable, .notAvailable),
      ] {
        for raw in codes { #expect(sample(layout, raw: raw)?.validity == validity, "\(raw) of \(row.length) bits") }
      }
      var plain = layout
      plain.reserved = .none
      #expect(sample(plain, raw: .max)?.validity == .valid)
    }
  }

  /// Every code of short signals, against the rule taken literally: reserved codes first, then the range.
  @Test(arguments: [SignalFormat.unsigned, .signed], [1.0, 0.5, -0.25, 0])
  func everyCodeIsJudgedByItsValue(_ format: SignalFormat, _ scale: Double) {
    for length in [1, 2, 4, 8, 9] {
      for range in [-100.0...100, -3...0, 0...0, 5...1e9, -Double.infinity...Double.infinity, -1e9...(-1)] {
        for reserved in [DecoderTable.ReservedValues.none, .j1939] {
          var layout = signal(length, .big, format, reserved: reserved)
          layout.scale = scale
          layout.offset = -1
          layout.range = range
          let row = Self.codes.first { $0.length == length } ?? (9, 0x1F5, [], [], [])
          for raw in 0..<(UInt64(1) << UInt64(length)) {
            let isNegative = format == .signed && raw >> UInt64(length - 1) == 1
            let number = isNegative ? Double(raw) - Double(UInt64(1) << UInt64(length)) : Double(raw)
            let value = number * scale - 1
            let found = sample(layout, raw: raw)
            #expect(found?.value == value)
            let isReserved = reserved == .j1939 && raw > row.highest
            let isMeasured = !isReserved && range.contains(value)
            #expect((found?.validity == .valid) == isMeasured, "\(raw) of \(length) bits is \(value), \(range)")
          }
        }
      }
    }
  }

  @Test func theEdgesOfARangeAreInsideOfIt() {
    var layout = signal(16, .big, reserved: .none)
    layout.scale = 0.1
    layout.offset = -40
    // Of 0.1 in binary the products are off by some last digits: the comparison is of what is decoded.
    layout.range = 1233.0 * 0.1 - 40...1234.0 * 0.1 - 40
    let validities = [1232, 1233, 1234, 1235].map { sample(layout, raw: $0)?.validity }
    #expect(validities == [.outOfRange, .valid, .valid, .outOfRange])
  }

  @Test func valuesOfOneFrameAreJudgedOneByOne() {
    var first = signal(8, .little)
    first.startBit = 0
    var second = first
    second.startBit = 8
    second.range = 0...10
    var third = first
    third.startBit = 23
    third.byteOrder = .big
    let (table, _) = DecoderTable.of(.init(id: id, length: 3, signals: [first, second, third]))
    func validities(_ bytes: [UInt8]) -> [Validity] { table.samples(of: frame(id, bytes)).samples.map(\.validity) }
    #expect(validities([1, 2, 3]) == [.valid, .valid, .valid])
    #expect(validities([0xFF, 2, 0xFE]) == [.notAvailable, .valid, .error])
    #expect(validities([1, 11, 0xFB]) == [.valid, .outOfRange, .outOfRange])
    #expect(validities([1, 0xFE]) == [.valid, .error])  // A frame that ends early takes another way through.
  }

  @Test func multiplexorsAndIEEENumbersHaveNoReservedCodes() {
    var selector = signal(8, .little)
    selector.startBit = 0
    var behind = selector
    behind.startBit = 8
    behind.presence = .selected(multiplexor: 0, values: [0xFF...0xFF])
    let (table, _) = DecoderTable.of(.init(id: id, length: 2, signals: [selector, behind]))
    #expect(table.samples(of: frame(id, [0xFF, 0xFF])).samples.map(\.validity) == [.valid, .notAvailable])
    // FF7FFFFF, whose top byte is 0xFF, is the lowest binary32.
    #expect(sample(signal(32, .big, .float32), raw: 0xFF7F_FFFF)?.validity == .valid)
  }

  @Test func whatIsNotFiniteIsNoMeasurement() {
    for order in [ByteOrder.little, .big] {
      let single = signal(32, order, .float32, reserved: .none)
      let double = signal(64, order, .float64, reserved: .none)
      for raw in [0x7F80_0000, 0xFF80_0000, 0x7FC0_0000] as [UInt64] {
        #expect(sample(single, raw: raw)?.validity == .outOfRange)
      }
      for value in [Double.infinity, -.infinity, .nan] {
        #expect(sample(double, raw: value.bitPattern)?.validity == .outOfRange)
      }
      #expect(sample(double, raw: Double.greatestFiniteMagnitude.bitPattern)?.validity == .valid)
    }
    for scale in [Double.infinity, .nan, 1e308] {
      var layout = signal(8, .little, reserved: .none)
      layout.scale = scale
      #expect(sample(layout, raw: 200)?.validity == .outOfRange)
    }
  }
}
