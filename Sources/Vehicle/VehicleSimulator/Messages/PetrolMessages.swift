// The three native messages of the petrol car, which the pack `simulated-petrol` describes.
import Vocabulary

enum PetrolMessage: Sendable {
  case engineStatus
  case vehicleMotion
  case bodyStatus

  /// - Parameter count: how often this message has come before; the messages count and change pages by it.
  func frame(_ readings: Readings, time: Instant, count: Int) -> CANFrame {
    switch self {
    case .engineStatus: native(0x120, readings.engineStatus(count: count), time)
    case .vehicleMotion: native(0x1A0, readings.vehicleMotion, time)
    case .bodyStatus: native(0x2F0, readings.bodyStatus(page: count % 3), time)
    }
  }

  private func native(_ id: UInt32, _ word: UInt64, _ time: Instant) -> CANFrame {
    CANFrame(time: time, id: CANID(standard: id), length: 8, payload: CANPayload(word: word))
  }
}

extension Readings {
  /// Little-endian (Intel) fields, one of them signed.
  fileprivate func engineStatus(count: Int) -> UInt64 {
    var word = UInt64(rawNumber(engineSpeed * 4, bytes: 2))
    word |= UInt64(rawNumber(throttle * 250, bytes: 1)) << 16
    word |= UInt64(UInt32(bitPattern: Int32((torque * 2).rounded())) & 0xFFF) << 24
    word |= UInt64(rawNumber(manifoldPressure, bytes: 1)) << 36
    word |= (isFuelCut ? 1 : 0) << 44
    word |= UInt64(count & 0xF) << 60
    return word
  }

  /// Big-endian (Motorola) fields, one of them signed.
  fileprivate var vehicleMotion: UInt64 {
    var word = UInt64(rawNumber(speed * 100, bytes: 2)) << 48
    // The left wheel runs a little larger than the right one.
    word |= UInt64(rawNumber(speed * 99.8, bytes: 2)) << 32
    word |= UInt64(rawNumber(speed * 100.2, bytes: 2)) << 16
    word |= UInt64(UInt32(bitPattern: Int32((acceleration * 100).rounded())) & 0xFFF) << 4
    word |= isBraking ? 8 : 0
    return word.byteSwapped
  }

  /// Multiplexed by its first byte.
  fileprivate func bodyStatus(page: Int) -> UInt64 {
    switch page {
    case 0:
      let outside = UInt64(UInt8(bitPattern: Int8(max(-120, min(120, (ambient * 2).rounded())))))
      return outside << 8 | UInt64(rawNumber(fuelLevel * 250, bytes: 1)) << 16 | UInt64(
        rawNumber(coolant + 40, bytes: 1)) << 24
    case 1:
      return 1 | UInt64(rawNumber(voltage * 1000, bytes: 2)) << 8 | UInt64(rawNumber(oil + 40, bytes: 1)) << 24
    default:
      return 2 | UInt64(rawNumber((odometerKm * 10).rounded(.down), bytes: 4)) << 8
    }
  }
}
