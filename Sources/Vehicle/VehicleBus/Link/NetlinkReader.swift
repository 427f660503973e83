// Netlink datagrams and their attributes, taken apart without trusting a single length in them (RFC 3549).

enum NetlinkReader {
  /// A native 32-bit word; nil where the bytes end before it does.
  static func word(_ bytes: RawSpan, at offset: Int) -> UInt32? {
    guard offset >= 0, offset <= bytes.byteCount - 4 else { return nil }
    return bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
  }

  static func halfWord(_ bytes: RawSpan, at offset: Int) -> UInt16? {
    guard offset >= 0, offset <= bytes.byteCount - 2 else { return nil }
    return bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
  }

  static func doubleWord(_ bytes: RawSpan, at offset: Int) -> UInt64? {
    guard offset >= 0, offset <= bytes.byteCount - 8 else { return nil }
    return bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  /// Text up to a zero byte or the end.
  static func text(_ bytes: RawSpan) -> String {
    var characters: [UInt8] = []
    for i in 0..<bytes.byteCount {
      let byte = bytes.unsafeLoad(fromByteOffset: i, as: UInt8.self)
      if byte == 0 { break }
      characters.append(byte)
    }
    return String(decoding: characters, as: UTF8.self)
  }

  /// Each whole message of a datagram: its type and what follows its header. Ends at the first length that cannot be.
  static func messages(in datagram: RawSpan, _ body: (_ type: UInt16, _ payload: RawSpan) -> Void) {
    let header = 16
    var offset = 0
    while let length = word(datagram, at: offset), let type = halfWord(datagram, at: offset + 4),
      length >= header, Int(length) <= datagram.byteCount - offset
    {
      body(type, datagram.extracting((offset + header)..<(offset + Int(length))))
      offset += aligned(Int(length))
    }
  }

  /// Each whole attribute from `start` on: its type without the flags for nesting and byte order, and its value.
  static func attributes(in bytes: RawSpan, from start: Int = 0, _ body: (_ type: UInt16, _ value: RawSpan) -> Void) {
    let header = 4
    var offset = start
    while let length = halfWord(bytes, at: offset), let type = halfWord(bytes, at: offset + 2),
      length >= header, Int(length) <= bytes.byteCount - offset
    {
      body(type & 0x3FFF, bytes.extracting((offset + header)..<(offset + Int(length))))
      offset += aligned(Int(length))
    }
  }

  private static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}
