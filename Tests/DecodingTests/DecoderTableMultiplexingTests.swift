// Random nests of multiplexors, whole and short frames, classic and FD: the compiled sections, which repeat what lies
// above them or do not, against a decoder that asks for each signal whether it is there.

import DecoderCore
import Testing
import Vocabulary

@Suite struct DecoderTableMultiplexingTests {
  /// Raw, right-aligned bits; nil where the frame is too short.
  func raw(_ signal: DecoderTable.Signal, _ bytes: [UInt8]) -> UInt64? {
    var value: UInt64 = 0
    var position = signal.startBit
    for i in 0..<signal.length {
      guard position / 8 < bytes.count else { return nil }
      let bit = UInt64(bytes[position / 8] >> (position % 8) & 1)
      value = signal.byteOrder == .little ? value | bit << UInt64(i) : value << 1 | bit
      position += signal.byteOrder == .little ? 1 : position % 8 == 0 ? 15 : -1
    }
    return value
  }

  /// Nil where a multiplexor above is not whole: then nothing can be said.
  func isThere(_ index: Int, _ signals: [DecoderTable.Signal], _ bytes: [UInt8]) -> Bool? {
    guard case .selected(let multiplexor, let values) = signals[index].presence else { return true }
    guard let above = isThere(multiplexor, signals, bytes) else { return nil }
    guard let value = raw(signals[multiplexor], bytes) else { return nil }
    return above && values.contains { $0.contains(UInt32(truncatingIfNeeded: value)) }
  }

  func layout(_ random: inout Seeded, bits: Int, signals count: Int, multiplexors: Int) -> [DecoderTable.Signal] {
    (0..<count).map { i in
      let isMultiplexor = i < multiplexors
      var signal = DecoderTable.Signal(
        signal: isMultiplexor && Bool.random(using: &random) ? nil : SignalID(rawValue: UInt16(i)),
        startBit: Int.random(in: 0..<bits, using: &random),
        length: isMultiplexor ? Int.random(in: 1...10, using: &random) : Int.random(in: 1...64, using: &random),
        byteOrder: Bool.random(using: &random) ? .little : .big)
      if i > 0, multiplexors > 0, i < multiplexors || Int.random(in: 0..<4, using: &random) > 0 {
        let above = Int.random(in: 0..<min(i, multiplexors), using: &random)
        signal.presence = .selected(
          multiplexor: above,
          values: (0..<Int.random(in: 1...3, using: &random)).map { _ in
            let low = UInt32.random(in: 0...3, using: &random)
            return low...low + [0, 0, 1, 2, 1000][Int.random(in: 0..<5, using: &random)]
          })
      }
      return signal
    }
  }

  @Test(arguments: [64, 512]) func nestsAgreeWithAskingForEachSignal(_ bits: Int) {
    var random = Seeded(state: UInt64(bits))
    let id = CANID(standard: 1)
    for _ in 0..<400 {
      let signals = layout(
        &random, bits: bits, signals: Int.random(in: 1...40, using: &random),
        multiplexors: Int.random(in: 0...4, using: &random))
      var problems: [DecoderTable.Problem] = []
      let table = DecoderTable([.init(id: id, length: bits / 8, signals: signals)], problems: &problems)
      let refused = Set(problems.compactMap(\.signal))
      for _ in 0..<40 {
        let size = Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 0...bits / 8, using: &random) : bits / 8
        // Few ones, so that small multiplexor values are frequent.
        let bytes = (0..<size).map { _ in
          UInt8.random(in: 0...255, using: &random) & UInt8.random(in: 0...255, using: &random)
            & UInt8.random(in: 0...255, using: &random)
        }
        var expected: [UInt16: Double] = [:]
        for (i, signal) in signals.enumerated() where !refused.contains(i) && signal.signal != nil {
          if isThere(i, signals, bytes) == true, let value = raw(signal, bytes) { expected[UInt16(i)] = Double(value) }
        }
        let found = table.samples(of: frame(id, bytes))
        #expect(found.samples.count <= table.largestMessage)
        #expect(Dictionary(uniqueKeysWithValues: found.samples.map { ($0.signal.rawValue, $0.value) }) == expected)
        #expect(found.outcome.isShort == (size < bits / 8))
      }
    }
  }

  /// So many signals above a multiplexor that the sections behind it cannot repeat them, then few enough.
  @Test(arguments: [4, 60]) func sectionsThatRepeatAndSectionsThatDoNot(_ above: Int) {
    let id = CANID(standard: 1)
    var signals = [DecoderTable.Signal(signal: SignalID(rawValue: 0), startBit: 0, length: 8)]
    for i in 0..<above {
      signals.append(.init(signal: SignalID(rawValue: UInt16(1 + i)), startBit: 8 + i % 32, length: 3))
    }
    for i in 0..<100 {
      signals.append(
        .init(
          signal: SignalID(rawValue: UInt16(1000 + i)), startBit: 40, length: 8,
          presence: .selected(multiplexor: 0, values: [UInt32(i)...UInt32(i)])))
    }
    let (table, problems) = DecoderTable.of(.init(id: id, length: 6, signals: signals))
    #expect(problems.isEmpty)
    #expect(table.largestMessage == 2 + above)
    for value: UInt8 in [0, 1, 99, 100, 255] {
      let (samples, outcome) = table.samples(of: frame(id, [value, 1, 2, 3, 4, 5]))
      #expect(samples.count == 1 + above + (value < 100 ? 1 : 0))
      #expect(samples.contains { $0.signal.rawValue == 1000 + UInt16(value) && $0.value == 5 } == (value < 100))
      #expect(outcome.hasUnknownSelector == (value >= 100))
    }
  }

  /// Multiplexors that select out of each other in every combination must not multiply the table.
  @Test func nestsOfManyRangesStaySmall() {
    var signals: [DecoderTable.Signal] = []
    for level in 0..<8 {
      var signal = DecoderTable.Signal(signal: SignalID(rawValue: UInt16(level)), startBit: level * 8, length: 8)
      if level > 0 { signal.presence = .selected(multiplexor: level - 1, values: [0...255]) }
      signals.append(signal)
      for i in 0..<32 {
        signals.append(
          .init(
            signal: SignalID(rawValue: UInt16(100 + level * 32 + i)), startBit: i, length: 8,
            presence: .selected(multiplexor: level * 33, values: [UInt32(i)...UInt32(i + 100)])))
      }
    }
    for level in 1..<8 { signals[level * 33].presence = .selected(multiplexor: (level - 1) * 33, values: [0...255]) }
    let (table, problems) = DecoderTable.of(.init(id: CANID(standard: 1), length: 8, signals: signals))
    #expect(problems.isEmpty)
    #expect(table.memoryBytes < 4 << 20)
    #expect(table.samples(of: frame(CANID(standard: 1), Array(repeating: 31, count: 8))).samples.count == 8 + 8 * 32)
  }
}
