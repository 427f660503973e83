// Whole answers as the frames of a CAN bus (ISO 15765-2), for those who read frames and know nothing of adapters.
import Vocabulary

enum ELMFraming {
  /// The longest message of ISO 15765-2 without its later escape for more.
  static let longest = 4095

  /// Frames that carry `bytes`; none for what is empty or too long.
  static func frames(_ bytes: [UInt8], _ id: CANID, at time: Instant, bus: UInt8) -> [CANFrame] {
    guard 1...longest ~= bytes.count else { return [] }
    guard bytes.count > 7 else {
      return [CANFrame(time: time, id: id, bus: bus, bytes: [UInt8(bytes.count)] + bytes)]
    }
    let head = [0x10 | UInt8(bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)]
    var frames = [CANFrame(time: time, id: id, bus: bus, bytes: head + bytes[..<6])]
    for (place, start) in stride(from: 6, to: bytes.count, by: 7).enumerated() {
      let piece = bytes[start..<min(start + 7, bytes.count)]
      frames.append(CANFrame(time: time, id: id, bus: bus, bytes: [0x20 | UInt8((place + 1) & 0xF)] + piece))
    }
    return frames
  }

  static func count(_ bytes: [UInt8]) -> Int { bytes.count <= 7 ? 1 : 1 + (bytes.count - 6 + 6) / 7 }
}
