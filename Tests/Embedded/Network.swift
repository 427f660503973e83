// The messages that the golden frames are decoded with: seeded, and of every kind that a decoder table knows.

import DecoderCore
import Vocabulary

struct Network {
  private(set) var messages: [DecoderTable.Message] = []
  private var random: SplitMix
  private var signalCount: UInt16 = 0

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
    for i in 0..<24 {
      let low = UInt32(i * 8)
      add(CANID(standard: 0x080 + low), length: 8, signals: plainSignals(8, in: 8))
      add(CANID(standard: 0x081 + low), length: 64, signals: plainSignals(24, in: 64))
      add(CANID(standard: 0x082 + low), length: 8, signals: multiplexedSignals(in: 8))
      add(CANID(standard: 0x083 + low), length: 48, signals: multiplexedSignals(in: 48))
      add(CANID(standard: 0x084 + low), length: 16, signals: floats(in: 16))
      add(CANID(extended: 0x18DA_0000 + low), length: 1 + i % 8, signals: plainSignals(3, in: 1 + i % 8))
      // The standard identifier's bits in the extended format, where they are another message.
      add(CANID(extended: 0x080 + low), length: 8, signals: plainSignals(2, in: 8))
    }
    addMessagesOfOneBus()
    addParameterGroups()
    addRefused()
  }

  private mutating func add(
    _ id: CANID, on bus: UInt8? = nil, matching: DecoderTable.Matching = .identifier, length: Int,
    signals: [DecoderTable.Signal]
  ) {
    messages.append(
      DecoderTable.Message(bus: bus, id: id, matching: matching, length: length, signals: signals))
  }

  /// One identifier with a meaning for every bus and others for the buses 0 and 1.
  private mutating func addMessagesOfOneBus() {
    for i: UInt32 in 0..<6 {
      let id = i % 2 == 0 ? CANID(standard: 0x700 + i) : CANID(extended: 0x1ABC_DE00 + i)
      add(id, length: 8, signals: plainSignals(3, in: 8))
      add(id, on: 0, length: 8, signals: plainSignals(4, in: 8))
      add(id, on: 1, length: 6, signals: plainSignals(5, in: 6))
    }
  }

  /// SAE J1939: groups with a destination (PDU format below 240) and without, and messages of a whole identifier that
  /// lie within a group.
  private mutating func addParameterGroups() {
    for i: UInt32 in 0..<8 {
      let withDestination: UInt32 = 0x18EF_FF00 - i << 16
      let broadcast: UInt32 = 0x18F0_E000 + i * 0x1_0100
      add(CANID(extended: withDestination), matching: .parameterGroup, length: 8, signals: j1939Signals())
      add(CANID(extended: broadcast), matching: .parameterGroup, length: 8, signals: j1939Signals())
      if i % 2 == 0 {
        add(CANID(extended: broadcast), on: 1, matching: .parameterGroup, length: 8, signals: j1939Signals())
      }
      if i % 3 == 0 { add(CANID(extended: broadcast | 0x21), length: 8, signals: j1939Signals()) }
    }
  }

  /// What no table takes over: the rest of each message must stay.
  private mutating func addRefused() {
    var broken = plainSignals(4, in: 8)
    broken[0].length = 65
    broken[1].startBit = 512
    broken[2].presence = .selected(multiplexor: 2, values: [0...1])
    add(CANID(standard: 0x7F0), length: 8, signals: broken)
    add(CANID(standard: 0x7F0), length: 8, signals: plainSignals(1, in: 8))
  }
}

// MARK: Signals

extension Network {
  private mutating func plainSignals(_ count: Int, in bytes: Int) -> [DecoderTable.Signal] {
    (0..<count).map { _ in plainSignal(in: bytes) }
  }

  /// An integer anywhere in `bytes` data bytes; signals may overlap, a decoder does not care.
  private mutating func plainSignal(
    in bytes: Int, presence: DecoderTable.Presence = .always
  ) -> DecoderTable.Signal {
    let length = min(bytes * 8, random.oneIn(4) ? random.pick([1, 8, 16, 32, 64]) : 1 + random.below(64))
    let scale = random.pick([1, 1, 0.1, 0.01, 0.125, 1.8, -0.5, 0.0009765625, 3.6e-7, 0.1 / 3])
    let offset = random.pick([0, 0, -40, -273, 0.5, 32, -1e6, 1.0 / 7])
    var signal = signal(length, in: bytes, presence: presence)
    signal.format = random.oneIn(2) ? .signed : .unsigned
    signal.scale = scale
    signal.offset = offset
    if random.oneIn(8) { signal.reserved = .j1939 }
    if random.oneIn(2) {
      // A part of what the signal's bits can say, so that values lie on both sides of each bound.
      let reach = Double(UInt64(1) << UInt64(min(length, 52))) * abs(scale)
      signal.range = offset - reach / 4...offset + reach / 3
    }
    return signal
  }

  private mutating func floats(in bytes: Int) -> [DecoderTable.Signal] {
    (0..<4).map { i in
      var signal = signal(i < 2 ? 32 : 64, in: bytes)
      signal.format = i < 2 ? .float32 : .float64
      if i % 2 == 0 { signal.range = -1e6...1e6 } else { signal.scale = 0.1 }
      return signal
    }
  }

  private mutating func j1939Signals() -> [DecoderTable.Signal] {
    [1, 2, 2, 4, 8, 8, 12, 16, 32].map { length in
      var signal = signal(length, in: 8)
      signal.scale = random.pick([1, 0.125, 0.03125])
      signal.offset = random.pick([0, -40, -125])
      signal.reserved = .j1939
      return signal
    }
  }

  /// Three levels of multiplexors, each behind ranges of values of the one above it, with signals at every level. The
  /// values 12...15 of the uppermost have nothing behind them.
  private mutating func multiplexedSignals(in bytes: Int) -> [DecoderTable.Signal] {
    var signals = [multiplexor(4, in: bytes, presence: .always)]
    signals.append(multiplexor(3, in: bytes, presence: .selected(multiplexor: 0, values: [0...5, 8...8])))
    signals.append(multiplexor(6, in: bytes, presence: .selected(multiplexor: 1, values: [2...6])))
    let behind: [(multiplexor: Int, values: [ClosedRange<UInt32>])] = [
      (0, [0...0]), (0, [1...7, 9...11]), (0, [3...8]), (1, [0...3]), (1, [1...1, 5...7]), (2, [0...31]),
      (2, [8...40, 60...63]), (2, [41...59]),
    ]
    for (multiplexor, values) in behind {
      signals.append(plainSignal(in: bytes, presence: .selected(multiplexor: multiplexor, values: values)))
    }
    signals.append(plainSignal(in: bytes))
    return signals
  }

  /// Half of them give a sample as well.
  private mutating func multiplexor(
    _ length: Int, in bytes: Int, presence: DecoderTable.Presence
  ) -> DecoderTable.Signal {
    var multiplexor = signal(length, in: bytes, presence: presence)
    if random.oneIn(2) { multiplexor.signal = nil }
    return multiplexor
  }

  /// A signal of `length` bits at a random place and in a random byte order.
  private mutating func signal(
    _ length: Int, in bytes: Int, presence: DecoderTable.Presence = .always
  ) -> DecoderTable.Signal {
    let first = random.below(bytes * 8 - length + 1)
    let isLittle = random.oneIn(2)
    signalCount += 1
    return DecoderTable.Signal(
      signal: SignalID(rawValue: signalCount), startBit: isLittle ? first : first / 8 * 8 + 7 - first % 8,
      length: length, byteOrder: isLittle ? .little : .big, presence: presence)
  }
}
