// CRC-32 (ISO 3309, the polynomial of Ethernet), to tell a whole row from a damaged one.

/// Eight bytes a step: `tables[256 * k + b]` is what byte `b` does to the checksum when `k` more bytes follow it.
private let tables: [UInt32] = {
  var tables = [UInt32](repeating: 0, count: 8 * 256)
  for byte in 0..<256 {
    var crc = UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    tables[byte] = crc
  }
  for i in 256..<8 * 256 { tables[i] = tables[i - 256] >> 8 ^ tables[Int(tables[i - 256] & 0xFF)] }
  return tables
}()

/// A checksum under construction, a value after the other.
struct CRC32 {
  private var state: UInt32 = ~0

  /// The checksum of what was added.
  var value: UInt32 { ~state }

  mutating func add(_ bytes: [UInt8]) {
    var crc = state
    bytes.withUnsafeBytes { bytes in
      var offset = 0
      while offset + 8 <= bytes.count {
        let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) ^ crc
        let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
        crc = 0
        for k in 0..<4 {
          crc ^= tables[256 * (7 - k) + Int(low >> (8 * UInt32(k)) & 0xFF)]
          crc ^= tables[256 * (3 - k) + Int(high >> (8 * UInt32(k)) & 0xFF)]
        }
        offset += 8
      }
      while offset < bytes.count {
        crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[offset])) & 0xFF)]
        offset += 1
      }
    }
    state = crc
  }

  /// Adds its eight bytes, little-endian.
  mutating func add(_ value: Int64) {
    for shift in stride(from: 0, to: 64, by: 8) { add(byte: UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// Adds its length and its bytes; nil is not the same as nothing.
  mutating func add(_ text: String?) {
    add(Int64(text?.utf8.count ?? -1))
    for byte in (text ?? "").utf8 { add(byte: byte) }
  }

  private mutating func add(byte: UInt8) { state = state >> 8 ^ tables[Int((state ^ UInt32(byte)) & 0xFF)] }
}

/// The checksum of `bytes`.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc = CRC32()
  crc.add(bytes)
  return crc.value
}
