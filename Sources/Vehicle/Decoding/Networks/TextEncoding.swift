// The encodings that network descriptions come in.

/// Without the mark, and what is marked as UTF-16 as UTF-8.
func withoutByteOrderMark(_ bytes: [UInt8]) -> [UInt8] {
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
  let isLittle = bytes.starts(with: [0xFF, 0xFE])
  guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return bytes }
  let (low, high) = isLittle ? (0, 1) : (1, 0)
  let units = (1..<max(1, bytes.count / 2)).lazy.map { i -> UInt16 in
    UInt16(bytes[2 * i + high]) << 8 | UInt16(bytes[2 * i + low])
  }
  return Array(String(decoding: units, as: UTF16.self).utf8)
}

/// UTF-8 where the bytes are valid UTF-8, else Windows-1252, which is what editors of network descriptions write.
func text(_ bytes: ArraySlice<UInt8>) -> String {
  if let valid = String(validating: bytes, as: UTF8.self) { return valid }
  var result = ""
  for byte in bytes {
    let scalar = byte >= 0x80 && byte < 0xA0 ? windows1252[Int(byte) - 0x80] : UInt16(byte)
    result.unicodeScalars.append(Unicode.Scalar(scalar) ?? "\u{FFFD}")
  }
  return result
}

/// Bytes 0x80...0x9F; the five that Windows-1252 leaves open are control characters.
private let windows1252: [UInt16] = [
  0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
  0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
  0x017E, 0x0178,
]
