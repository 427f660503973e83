// Frames of K-line (ISO 9141-2, ISO 14230) and J1850 as they stand in a line with headers.

/// Three header bytes, data, checksum. ISO 14230 has the number of data bytes in the low six bits of the first, or in a
/// fourth where those are zero: frames whose line ends got lost are told apart by it. Elsewhere a line is one frame.
struct AddressedFrames {
  struct Frame: Equatable {
    /// The sender's address.
    var source: UInt8
    var bytes: [UInt8]
  }

  private(set) var frames: [Frame] = []
  /// The line, or its rest, is no whole frame with the right checksum.
  private(set) var isDamaged = false

  /// The tester's own address (ISO 14230-4, SAE J2178): what it sent is no answer.
  static let tester: UInt8 = 0xF1

  init(_ line: ELMDataLine, _ vehicleProtocol: ELMProtocol?) {
    // The end of a line that was cut may be half a byte.
    var line = line
    if line.isCut, line.characters.count % 2 == 1 { line.characters.removeLast() }
    guard let bytes = line.bytes(from: 0), bytes.count > 3 else {
      isDamaged = true
      return
    }
    let isJ1850 = vehicleProtocol == .j1850PWM || vehicleProtocol == .j1850VPW
    if !isJ1850, bytes[0] & 0x80 != 0, takeByLength(bytes, isCut: line.isCut) { return }
    if takeWhole(bytes, isJ1850: isJ1850, isKnown: vehicleProtocol != nil) { return }
    if line.isCut, takeCutCodes(bytes) { return }
    isDamaged = true
  }

  /// - Returns: whether the line begins with a frame of ISO 14230.
  private mutating func takeByLength(_ bytes: [UInt8], isCut: Bool) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let (frame, size) = AddressedFrames.kwpFrame(rest, isCut: isCut) else {
        isDamaged = !frames.isEmpty
        return isDamaged
      }
      frames.append(frame)
      rest = rest.dropFirst(size)
    }
    return true
  }

  /// A checksum may be missing only where that can be told from a lost byte: another frame begins in its place, or the
  /// line was cut off right there.
  private static func kwpFrame(_ bytes: ArraySlice<UInt8>, isCut: Bool) -> (Frame, size: Int)? {
    let all = Array(bytes)
    guard all.count > 3, all[0] & 0x80 != 0 else { return nil }
    let short = Int(all[0] & 0x3F)
    let header = short == 0 ? 4 : 3
    let length = short == 0 ? Int(all[3]) : short
    let end = header + length
    guard length > 0, end <= all.count else { return nil }
    let frame = Frame(source: all[2], bytes: Array(all[header..<end]))
    if end < all.count, all[end] == sum(all[..<end]) { return (frame, end + 1) }
    let isAnother = end + 2 < all.count && all[end] & 0x80 != 0 && all[end + 1] == all[1] && all[end + 2] != tester
    return isAnother || isCut && end == all.count ? (frame, end) : nil
  }

  private mutating func takeWhole(_ bytes: [UInt8], isJ1850: Bool, isKnown: Bool) -> Bool {
    let checksum = bytes[bytes.count - 1]
    let covered = bytes[..<(bytes.count - 1)]
    // With the highest bit set it would be a frame of ISO 14230, and its length be wrong.
    let isSum = !isJ1850 && bytes[0] & 0x80 == 0 && AddressedFrames.sum(covered) == checksum
    let isCRC = (isJ1850 || !isKnown) && AddressedFrames.crc(covered) == checksum
    guard bytes.count > 4, isSum || isCRC else { return false }
    frames = [Frame(source: bytes[2], bytes: Array(bytes[3..<(bytes.count - 1)]))]
    return true
  }

  /// Trouble codes are pairs that say nothing of each other: those before the place where a line was cut off are true.
  private mutating func takeCutCodes(_ bytes: [UInt8]) -> Bool {
    let isCodes = bytes[1] == 0x6B && [0x43, 0x47, 0x4A].contains(bytes[3])
    guard isCodes, [6, 8, 10].contains(bytes.count) else { return false }
    frames = [Frame(source: bytes[2], bytes: Array(bytes[3...]))]
    return true
  }

  /// ISO 9141-2 and ISO 14230-2: the sum of all bytes before, modulo 256.
  static func sum(_ bytes: ArraySlice<UInt8>) -> UInt8 { bytes.reduce(0, &+) }

  /// SAE J1850: polynomial 1D, begun with FF, inverted.
  static func crc(_ bytes: ArraySlice<UInt8>) -> UInt8 {
    var crc: UInt8 = 0xFF
    for byte in bytes {
      crc ^= byte
      for _ in 0..<8 { crc = crc & 0x80 != 0 ? crc << 1 ^ 0x1D : crc << 1 }
    }
    return ~crc
  }
}
