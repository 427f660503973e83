// What several tests of this target need: frames, decoding into arrays, a seeded generator, the corpus.

import DecoderCore
import Decoding
import Glibc
import Vocabulary

/// A frame of any length up to 64 bytes.
func frame(
  _ id: CANID, _ bytes: [UInt8], bus: UInt8 = 0, seconds: Double = 0
) -> CANFrame {
  var payload = CANPayload()
  for (i, byte) in bytes.enumerated() { payload[i] = byte }
  return CANFrame(
    time: Instant.zero.advanced(seconds: seconds), id: id, bus: bus, length: UInt8(bytes.count), payload: payload)
}

let blank = Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0))

extension DecoderTable {
  /// A table of messages that must all be usable.
  static func of(_ messages: Message...) -> (table: DecoderTable, problems: [Problem]) {
    var problems: [Problem] = []
    let table = DecoderTable(messages, problems: &problems)
    return (table, problems)
  }

  func samples(of frame: CANFrame, room: Int? = nil) -> (samples: [Sample], outcome: Outcome) {
    var buffer = Array(repeating: blank, count: room ?? largestMessage)
    var span = buffer.mutableSpan
    let outcome = decode(frame, into: &span)
    return (Array(buffer[..<outcome.count]), outcome)
  }
}

/// SplitMix64.
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

func environment(_ name: String) -> String? {
  guard let value = getenv(name) else { return nil }
  return String(cString: value)
}

/// Files below a folder, folders that are links included, whose name ends so; sorted.
func files(below folder: String, ending: String) -> [String] {
  guard let directory = opendir(folder) else { return [] }
  defer { closedir(directory) }
  var found: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name.hasPrefix(".") { continue }
    let path = folder + "/" + name
    var status = stat()
    guard stat(path, &status) == 0 else { continue }
    if status.st_mode & S_IFMT == S_IFDIR {
      found += files(below: path, ending: ending)
    } else if name.hasSuffix(ending) {
      found.append(path)
    }
  }
  return found.sorted()
}

/// All of a file's bytes.
func bytes(of path: String) throws(NetworkDescriptionError) -> [UInt8] {
  guard let file = fopen(path, "rb") else { throw .unreadable(path: path, code: errno) }
  defer { fclose(file) }
  var all: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 20)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { all += chunk[..<count] }
  return all
}
