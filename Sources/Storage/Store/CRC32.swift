// CRC-32 (ISO 3309, the polynomial of Ethernet), to tell a whole checkpoint from a torn one.

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

/// The checksum of `bytes`.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc: UInt32 = ~0
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
  return ~crc
}
