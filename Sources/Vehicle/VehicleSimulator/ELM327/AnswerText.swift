// How an adapter writes down what it hears on the bus.
import Vocabulary

extension AdapterSetup {
  /// The lines of one message, without their ends.
  func lines(of message: HeardMessage) -> [[UInt8]] {
    guard let id = message.id else {
      var line: [UInt8] = []
      append(headers ? message.bytes[...] : message.bytes.dropFirst(3).dropLast(), to: &line)
      return [line]
    }
    var line: [UInt8] = []
    line.reserveCapacity(32)
    if headers { append(id, length: message.bytes.count, to: &line) }
    let bytes = message.bytes
    guard formatsCAN, let control = bytes.first else {
      append(bytes[...], to: &line)
      return [line]
    }
    switch control >> 4 {
    case 0 where (1...7).contains(control) && Int(control) < bytes.count:
      append(bytes[(headers ? 0 : 1)...Int(control)], to: &line)
      return [line]
    case 1 where bytes.count == 8 && !headers:
      // Its length, then the numbered parts.
      var count = [digit(control & 0xF)]
      append(bytes[1...1], to: &count)
      line = [0x30, 0x3A] + (spaces ? [0x20] : [])
      append(bytes[2...], to: &line)
      return [count, line]
    case 2 where !headers:
      line = [digit(control & 0xF), 0x3A] + (spaces ? [0x20] : [])
      append(bytes[1...], to: &line)
      return [line]
    case 1, 2, 3:
      append(bytes[...], to: &line)
      return [line]
    default:
      append(bytes[...], to: &line)
      if !spaces { line.append(0x20) }
      return [line + Array("<DATA ERROR".utf8)]
    }
  }

  /// Pairs of digits, each with a blank behind it where blanks are wanted.
  func append(_ bytes: ArraySlice<UInt8>, to line: inout [UInt8]) {
    for byte in bytes {
      line.append(digit(byte >> 4))
      line.append(digit(byte & 0xF))
      if spaces { line.append(0x20) }
    }
  }

  private func append(_ id: CANID, length: Int, to line: inout [UInt8]) {
    if id.isExtended {
      append((0..<4).map { UInt8(truncatingIfNeeded: id.value >> UInt32(24 - 8 * $0)) }[...], to: &line)
    } else {
      for shift in [8, 4, 0] as [UInt32] { line.append(digit(UInt8(id.value >> shift & 0xF))) }
      if spaces { line.append(0x20) }
    }
    guard dataLength else { return }
    line.append(digit(UInt8(min(8, length))))
    if spaces { line.append(0x20) }
  }

  private func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
}
