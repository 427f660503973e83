// Recordings made of text, and what is read from them.
import Glibc
import Testing
import Vocabulary

@testable import Recordings

/// Reads `text` in pieces, each as long as the next of `pieces` says, then in one piece.
func recording(
  _ text: String, format: RecordingFormat? = nil, pieces: [Int] = [], capacity: Int = 65_536
) -> RecordingReader {
  recording(Array(text.utf8), format: format, pieces: pieces, capacity: capacity)
}

func recording(
  _ bytes: [UInt8], format: RecordingFormat? = nil, pieces: [Int] = [], capacity: Int = 65_536
) -> RecordingReader {
  var position = 0
  var piece = 0
  return RecordingReader(name: "test", format: format, capacity: capacity) { buffer throws(RecordingError) in
    let wanted = piece < pieces.count ? pieces[piece] : bytes.count
    piece += 1
    let count = min(wanted, buffer.count, bytes.count - position)
    buffer.copyBytes(from: bytes[position..<(position + count)])
    position += count
    return count
  }
}

func allFrames(_ reader: RecordingReader, batch: Int = 64) throws -> [CANFrame] {
  var frames: [CANFrame] = []
  let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: batch)
  defer { buffer.deallocate() }
  while true {
    let count = try reader.read(into: buffer)
    if count == 0 { return frames }
    frames += buffer[..<count]
  }
}

func bytes(_ frame: CANFrame) -> [UInt8] { (0..<Int(frame.length)).map { frame[$0] } }

/// All that a frame is, in one line: nanoseconds, bus, identifier with its flags, flags, bytes.
func describe(_ frame: CANFrame) -> String {
  let data = bytes(frame).map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
  let id = String(frame.id.rawValue, radix: 16)
  return "\(frame.time.nanoseconds) \(frame.bus) \(id) \(frame.flags.rawValue) \(data)"
}

/// The lines of a log by their descriptions; damage is unexpected.
func descriptions(_ text: String, format: RecordingFormat? = nil) throws -> [String] {
  let log = recording(text, format: format)
  let frames = try allFrames(log).map(describe)
  #expect(log.damage.total == 0, "\(String(describing: log.damage.first))")
  return frames
}

func contents(_ path: String) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &piece, piece.count)
    if count <= 0 { return bytes }
    bytes += piece[..<count]
  }
}

/// What the writer makes of `frames`, by way of a file. `leavingOut` nil: however many the format cannot hold.
func written(
  _ frames: [CANFrame], format: RecordingFormat = .candump, channels: [String], leavingOut: Int? = 0
) throws -> [UInt8] {
  var template = Array("/tmp/telltale-recordings-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  try #require(descriptor >= 0)
  let path = template.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { String(cString: $0) } ?? "" }
  defer {
    close(descriptor)
    unlink(path)
  }
  var writer = RecordingWriter(descriptor: descriptor, name: path, format: format, channels: channels)
  for frame in frames { try writer.write(frame) }
  try writer.finish()
  let leftOut = writer.leftOut
  #expect(leftOut == leavingOut ?? leftOut && writer.frames == frames.count - leftOut)
  return try contents(path)
}

/// The same numbers in every run.
struct SeededNumbers {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  /// 0..<bound.
  mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}

let corpus = getenv("TELLTALE_CORPUS").map { String(cString: $0) }
