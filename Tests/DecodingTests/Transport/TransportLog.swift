// Frames of recorded logs, as far as the tests of the transport protocols need them: candump in both forms, GVRET.

import Decoding
import Glibc
import Vocabulary

enum TransportLog {
  /// The frames of a transport protocol in all files below a folder whose lines are in one of the forms; files without
  /// any are left out.
  static func all(below folder: String) -> [(path: String, frames: [CANFrame])] {
    let paths = [".log", ".csv"].flatMap { files(below: folder, ending: $0) }.sorted()
    return paths.map { ($0, frames(of: $0)) }.filter { !$0.1.isEmpty }
  }

  /// Frames whose identifier is a candidate of either listener. Lines of other forms are left out.
  static func frames(of path: String) -> [CANFrame] {
    guard let bytes = try? bytes(of: path) else { return [] }
    let isTable = path.hasSuffix(".csv")
    var frames: [CANFrame] = []
    bytes.withUnsafeBytes { all in
      var start = 0
      // Most of a log is of no interest: only lines with such an identifier are taken apart.
      while let base = all.baseAddress, start < all.count {
        let found = memchr(base + start, 10, all.count - start)
        let end = found.map { UnsafeRawPointer($0) - base } ?? all.count
        let line = all[start..<end]
        start = end + 1
        guard let id = isTable ? gvretIdentifier(line) : candumpIdentifier(line) else { continue }
        guard ISOTPListener.isCandidate(id) || J1939Listener.isCandidate(id) else { continue }
        let text = line.filter { $0 != 13 }
        if let frame = isTable ? gvret(text, id) : candump(text, id) { frames.append(frame) }
      }
    }
    return frames
  }

  /// The third word.
  private static func candumpIdentifier(_ line: Slice<UnsafeRawBufferPointer>) -> CANID? {
    var (word, isInWord, value, digits) = (0, false, UInt32(0), 0)
    for byte in line {
      if byte == 0x20 {
        if isInWord && word == 3 { break }
        isInWord = false
        continue
      }
      if !isInWord { (word, isInWord) = (word + 1, true) }
      guard word == 3 else { continue }
      guard let digit = digit(byte), digits < 8 else { break }
      (value, digits) = (value << 4 | digit, digits + 1)
    }
    guard digits > 2 else { return nil }
    return digits > 3 ? CANID(extended: value) : CANID(standard: value)
  }

  /// The second cell, and whether the third one is `true`.
  private static func gvretIdentifier(_ line: Slice<UnsafeRawBufferPointer>) -> CANID? {
    var (cell, value) = (0, UInt32(0))
    for byte in line {
      if byte == UInt8(ascii: ",") {
        cell += 1
      } else if cell == 1 {
        guard let digit = digit(byte) else { return nil }
        value = value << 4 | digit
      } else if cell == 2 {
        return byte == UInt8(ascii: "t") ? CANID(extended: value) : CANID(standard: value)
      }
    }
    return nil
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46, 0x61...0x66: UInt32(byte & 0xDF) - 0x37
    default: nil
    }
  }

  /// `(1.5) can0 7E8#0241` or `(1.5)  can0  7E8   [2]  02 41`.
  private static func candump(_ line: [UInt8], _ id: CANID) -> CANFrame? {
    let words = line.split(separator: UInt8(ascii: " "))
    guard words.count >= 3, words[0].first == UInt8(ascii: "("),
      let seconds = Double(text(words[0].dropFirst().dropLast()))
    else { return nil }
    let bus = UInt8(text(words[1].filter { (0x30...0x39).contains($0) })) ?? 0
    let parts = words[2].split(separator: UInt8(ascii: "#"), omittingEmptySubsequences: false)
    let digits = parts.count == 2 ? Array(parts[1]) : Array(words.dropFirst(4).joined())
    guard let data = hexadecimal(digits) else { return nil }
    return frame(id, data, bus: bus, seconds: seconds)
  }

  /// `Time Stamp,ID,Extended,[Dir,]Bus,LEN,D1,...` in microseconds.
  private static func gvret(_ line: [UInt8], _ id: CANID) -> CANFrame? {
    var cells = line.split(separator: UInt8(ascii: ","))
    guard cells.count >= 5, let time = Double(text(cells[0])) else { return nil }
    cells.removeFirst(["Rx", "Tx"].contains(text(cells[3])) ? 4 : 3)
    guard cells.count >= 2, let bus = UInt8(text(cells[0])), let count = Int(text(cells[1])), count <= 8,
      let data = hexadecimal(Array(cells.dropFirst(2).prefix(count).joined())), data.count == count
    else { return nil }
    return frame(id, data, bus: bus, seconds: time * 1e-6)
  }

  private static func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

  private static func hexadecimal(_ digits: [UInt8]) -> [UInt8]? {
    guard digits.count % 2 == 0, digits.count <= 16 else { return nil }
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(text(digits[$0..<$0 + 2]), radix: 16) }
    return bytes.count * 2 == digits.count ? bytes : nil
  }
}

/// The plainest way to put messages together: on each identifier a first frame and what follows it in order, whatever
/// the time. Independent of the listener, which it is compared with.
struct PlainReassembly {
  private var parts: [UInt64: (bytes: [UInt8], length: Int, next: UInt8)] = [:]

  /// The message that the frame completes.
  mutating func take(_ frame: CANFrame) -> [UInt8]? {
    let data = (0..<Int(frame.length)).map { frame[$0] }
    guard let control = data.first else { return nil }
    let key = UInt64(frame.bus) << 32 | UInt64(frame.id.key)
    switch control >> 4 {
    case 0 where (1...7).contains(control) && data.count > Int(control):
      parts[key] = nil
      return Array(data[1...Int(control)])
    case 1 where data.count == 8:
      parts[key] = (Array(data[2...]), Int(control & 0xF) << 8 | Int(data[1]), 1)
    case 2:
      guard var part = parts.removeValue(forKey: key), control & 0xF == part.next else { return nil }
      part.bytes += data[1...]
      part.next = (part.next + 1) & 0xF
      if part.bytes.count >= part.length { return Array(part.bytes.prefix(part.length)) }
      parts[key] = part
    default:
      break
    }
    return nil
  }
}
