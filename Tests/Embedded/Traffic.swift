// The golden frames: seeded traffic on three buses for the messages of a network, with what real traffic has besides.

import DecoderCore
import Vocabulary

struct Traffic {
  private let messages: [DecoderTable.Message]
  private var random: SplitMix

  init(for messages: [DecoderTable.Message], seed: UInt64) {
    self.messages = messages
    random = SplitMix(seed: seed)
  }

  mutating func next() -> CANFrame {
    let message = random.pick(messages)
    let id = identifier(for: message)
    let bus = UInt8(random.below(3))
    let length =
      switch random.below(16) {
      case 0: random.below(message.length)
      case 1: 64
      default: message.length
      }
    return CANFrame(time: .zero, id: id, bus: bus, length: UInt8(length), payload: payload(length))
  }

  /// Room for the samples of one frame: mostly all there is, at times less than the frame needs.
  mutating func room(outOf most: Int) -> Int { random.oneIn(16) ? random.below(9) : most }

  private mutating func identifier(for message: DecoderTable.Message) -> CANID {
    if random.oneIn(32) {
      let value = UInt32(truncatingIfNeeded: random.next())
      return random.oneIn(2) ? CANID(standard: value) : CANID(extended: value)
    }
    guard message.matching == .parameterGroup else { return message.id }
    // Any priority, any source and, where the PDU format is below 240, any destination.
    let isAddressed = message.id.value >> 16 & 0xFF < 240
    let free: UInt32 = isAddressed ? 0x1C00_FFFF : 0x1C00_00FF
    return CANID(extended: message.id.value & ~free | UInt32(truncatingIfNeeded: random.next()) & free)
  }

  private mutating func payload(_ length: Int) -> CANPayload {
    var payload = CANPayload()
    let kind = random.below(8)
    for i in 0..<length {
      payload[i] =
        switch kind {
        case 0: 0xFF
        case 1: random.oneIn(4) ? UInt8(random.below(256)) : 0
        // Exponents of infinity and NaN, and the codes with which J1939 says that there is no value.
        case 2: random.pick([0x7F, 0x80, 0xF0, 0x00, 0xFF])
        case 3: UInt8(0xFA + random.below(6))
        default: UInt8(random.below(256))
        }
    }
    return payload
  }
}
