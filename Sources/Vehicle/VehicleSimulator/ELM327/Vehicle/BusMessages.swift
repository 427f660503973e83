// Requests and answers as they are on a vehicle's bus, whatever an adapter makes of them.
import Vocabulary

/// One message that an adapter hears.
struct HeardMessage {
  var time: Instant
  /// Nil on K-line and J1850, where `bytes` begin with three bytes of header and end with a checksum.
  var id: CANID?
  var bytes: [UInt8]
}

extension OBDProtocol {
  /// SAE J1850's check byte or ISO 9141-2's and ISO 14230-2's sum.
  func checksum(of bytes: [UInt8]) -> UInt8 {
    guard isJ1850 else { return bytes.reduce(0, &+) }
    var crc: UInt8 = 0xFF
    for byte in bytes {
      crc ^= byte
      for _ in 0..<8 { crc = crc & 0x80 != 0 ? crc << 1 ^ 0x1D : crc << 1 }
    }
    return ~crc
  }

  /// A message of the vehicle's unit to the tester before CAN, whole.
  func message(of data: [UInt8], from address: UInt8) -> [UInt8] {
    let header: [UInt8] =
      switch self {
      case .j1850PWM: [0x41, 0x6B, address]
      case _ where isKWP: [0x80 | UInt8(data.count & 0x3F), 0xF1, address]
      default: [0x48, 0x6B, address]
      }
    let message = header + data
    return message + [checksum(of: message)]
  }

  /// What one request to everybody begins with where the adapter's owner has said nothing else.
  var functionalHeader: [UInt8] {
    switch self {
    case .j1850PWM: [0x61, 0x6A, 0xF1]
    case .j1850VPW, .iso9141: [0x68, 0x6A, 0xF1]
    case .kwpSlowInit, .kwpFastInit: [0xC2, 0x33, 0xF1]
    default: []
    }
  }
}

/// An answer in the form that SAE J1979 gives it without CAN: messages of at most seven bytes, trouble codes by threes
/// without their count, items of service 09 numbered. Empty for what that form does not have.
func messagesBeforeCAN(_ answer: [UInt8]) -> [[UInt8]] {
  guard let service = answer.first else { return [] }
  switch service {
  case 0x43, 0x47:
    let codes = Array(answer.dropFirst(2))
    return stride(from: 0, to: max(1, codes.count), by: 6).map { place in
      let part = codes[min(place, codes.count)..<min(place + 6, codes.count)]
      return [service] + part + [UInt8](repeating: 0, count: 6 - part.count)
    }
  case 0x49:
    guard answer.count > 2 else { return [] }
    let type = answer[1]
    if type == 0 { return [[0x49, 0, 1] + answer[2...]] }
    var items = Array(answer[3...])
    // Packed to the right: a VIN of 17 characters begins with three zeros.
    items = [UInt8](repeating: 0, count: (4 - items.count % 4) % 4) + items
    return stride(from: 0, to: items.count, by: 4).enumerated().map { number, place in
      [0x49, type, UInt8(truncatingIfNeeded: number + 1)] + items[place..<place + 4]
    }
  case 0x46: return []
  default: return answer.count <= 7 ? [answer] : []
  }
}

/// An answer as CAN frames of eight bytes (ISO 15765-2).
func segments(of answer: [UInt8]) -> [[UInt8]] {
  func padded(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0, count: max(0, 8 - bytes.count)) }
  if answer.count <= 7 { return [padded([UInt8(answer.count)] + answer)] }
  let first: [UInt8] = [0x10 | UInt8(answer.count >> 8 & 0xF), UInt8(answer.count & 0xFF)] + answer[..<6]
  let rest = stride(from: 6, to: answer.count, by: 7).enumerated().map { number, place in
    padded([0x20 | UInt8((number + 1) & 0xF)] + answer[place..<min(place + 7, answer.count)])
  }
  return [first] + rest
}
