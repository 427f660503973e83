// Answers of several frames that have begun and are not whole yet: nobody gives up a unit that is still speaking.
import Vocabulary

/// Which units are in the middle of an answer, and until when the next of their frames is to be expected.
///
/// Each begins once in a request: somebody who forges one beginning after the other cannot keep it open.
struct AnswersUnderWay {
  private struct Answer {
    var deadline: Instant
    /// Frames still to come.
    var frames: Int
  }

  private var answers: [UInt32: Answer] = [:]
  /// More than there can be units: a flood of forged identifiers does not grow it.
  private static let capacity = 64

  mutating func begin(_ unit: UInt32, frames: Int, expectedUntil deadline: Instant) {
    guard answers[unit] == nil, answers.count < AnswersUnderWay.capacity else { return }
    answers[unit] = Answer(deadline: deadline, frames: frames)
  }

  /// One more of its frames has come.
  mutating func goOn(_ unit: UInt32, expectedUntil deadline: Instant) {
    guard let answer = answers[unit], answer.frames > 1 else { return end(unit) }
    answers[unit] = Answer(deadline: deadline, frames: answer.frames - 1)
  }

  mutating func end(_ unit: UInt32) { answers[unit]?.deadline = Instant(nanoseconds: .min) }

  func hasBegun(_ unit: UInt32) -> Bool { answers[unit] != nil }

  func isAny(at now: Instant) -> Bool { answers.contains { $0.value.deadline > now } }
}

/// ISO-TP's frames as they pass by (ISO 15765-2, normal addressing), beside the kernel's sockets that assemble them.
struct ISOTPProgress {
  private(set) var underWay = AnswersUnderWay()

  /// The longest pause between two frames of one message (N_Cr), seconds.
  static let longestPause = 1.0

  /// - Parameters:
  ///   - data: a frame's bytes, at most eight.
  /// - Returns: the message of a single frame; nil for every other frame.
  mutating func note(_ id: CANID, _ data: some Collection<UInt8>, at now: Instant) -> [UInt8]? {
    guard let control = data.first else { return nil }
    let deadline = now.advanced(seconds: ISOTPProgress.longestPause)
    switch control >> 4 {
    case 0:
      let size = Int(control & 0xF)
      guard size > 0, size < data.count else { return nil }
      return Array(data.dropFirst().prefix(size))
    case 1:
      guard data.count == 8 else { return nil }
      let size = Int(control & 0xF) << 8 | Int(data[data.index(after: data.startIndex)])
      // Six bytes are in this frame, seven in each that follows: the rest's sevenths, rounded up, are these.
      underWay.begin(id.key, frames: max(1, size / 7), expectedUntil: deadline)
    case 2: underWay.goOn(id.key, expectedUntil: deadline)
    default: break
    }
    return nil
  }

  mutating func end(_ id: CANID) { underWay.end(id.key) }
}

/// J1939's transport as it passes by (SAE J1939-21, connection management), beside the kernel's socket.
struct J1939Progress {
  /// The parameter group that was asked for, and who asked.
  let group: UInt32
  let address: UInt8
  private(set) var underWay = AnswersUnderWay()

  init(group: UInt32, address: UInt8) {
    self.group = group
    self.address = address
  }

  /// Seconds: the longest pause between two packets of an announced message, and until a receiver gives it up (T2).
  private static let packetPause = 0.2
  private static let longestPause = 1.25

  /// - Parameter data: eight bytes of a frame of connection management.
  mutating func note(_ id: CANID, _ data: some Collection<UInt8>, at now: Instant) {
    let bytes = Array(data)
    let receiver = UInt8(truncatingIfNeeded: id.value >> 8)
    guard bytes.count == 8, receiver == address || receiver == 255 else { return }
    guard UInt32(bytes[5]) | UInt32(bytes[6]) << 8 | UInt32(bytes[7]) << 16 == group else { return }
    let sender = id.value & 0xFF
    switch bytes[0] {
    // Announced to all, or a request to send.
    case 0x20, 0x10:
      let seconds = Double(bytes[3]) * J1939Progress.packetPause + J1939Progress.longestPause
      underWay.begin(sender, frames: Int(bytes[3]), expectedUntil: now.advanced(seconds: seconds))
    case 0xFF: underWay.end(sender)
    default: break
    }
  }

  mutating func end(sender: UInt8) { underWay.end(UInt32(sender)) }
}
