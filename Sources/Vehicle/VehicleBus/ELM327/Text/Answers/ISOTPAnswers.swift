// Answers on CAN from lines with headers: the pieces of ISO 15765-2 as the adapter shows them.
import Vocabulary

/// One frame of ISO-TP with normal addressing, whole.
enum ISOTPPiece {
  case single([UInt8])
  case first(length: Int, [UInt8])
  /// Its number, 0...15, and up to seven bytes.
  case consecutive(UInt8, [UInt8])
  case flowControl

  /// Nil where the control byte does not agree with the frame.
  init?(_ frame: [UInt8]) {
    guard let control = frame.first else { return nil }
    switch control >> 4 {
    case 0:
      let length = Int(control)
      guard (1...7).contains(length), length < frame.count else { return nil }
      self = .single(Array(frame[1...length]))
    case 1:
      guard frame.count == 8 else { return nil }
      let length = Int(control & 0xF) << 8 | Int(frame[1])
      guard length > 7 else { return nil }
      self = .first(length: length, Array(frame[2...]))
    case 2:
      guard frame.count > 1 else { return nil }
      self = .consecutive(control & 0xF, Array(frame.dropFirst()))
    case 3: self = .flowControl
    default: return nil
    }
  }
}

/// Puts them together, each sender's by itself.
struct ISOTPAnswers {
  /// A message of several frames that has begun.
  private struct Begun {
    var length: Int
    var bytes: [UInt8]
    var next: UInt8
    /// The lines that it came in.
    var lines: [Int]
  }

  private(set) var answers = ELMAnswers()
  private var begun: [UInt32: Begun] = [:]

  mutating func take(_ frame: ELMLayout.Frame, line: Int) {
    guard let piece = ISOTPPiece(frame.bytes) else { return answers.damaged(line) }
    let key = frame.id.key
    switch piece {
    case .flowControl: break
    case .single(let bytes):
      giveUp(key)
      answers.add(ELMMessage(sender: .can(frame.id), bytes: bytes), line: line)
    case .first(let length, let bytes):
      giveUp(key)
      begun[key] = Begun(length: length, bytes: bytes, next: 1, lines: [line])
    case .consecutive(let number, let bytes):
      guard var message = begun[key] else { return answers.damaged(line) }
      message.lines.append(line)
      begun[key] = message
      let needed = min(7, message.length - message.bytes.count)
      guard number == message.next, bytes.count >= needed else { return giveUp(key) }
      message.bytes += bytes.prefix(needed)
      message.next = (number + 1) & 0xF
      begun[key] = message.bytes.count < message.length ? message : nil
      if message.bytes.count == message.length {
        answers.add(ELMMessage(sender: .can(frame.id), bytes: message.bytes), line: message.lines[0])
      }
    }
  }

  mutating func damaged(_ line: Int) { answers.damaged(line) }

  /// No more lines come.
  mutating func finish() -> ELMAnswers {
    for key in Array(begun.keys) { giveUp(key) }
    return answers
  }

  private mutating func giveUp(_ key: UInt32) {
    for line in begun.removeValue(forKey: key)?.lines ?? [] { answers.damaged(line) }
  }
}
