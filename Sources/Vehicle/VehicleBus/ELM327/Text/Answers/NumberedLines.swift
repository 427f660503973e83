// Answers of several frames without headers: a line with the length, and numbered lines of six and then seven bytes.

/// `014`, `0:490201574630`, `1:44414243444546`, ...: each on a line of its own, or several on one. The number after `F`
/// is `0`. Nothing tells whose a line is, so that only an answer whose lines follow each other is one; as soon as
/// another begins within it, or a line is missing, nothing that is numbered can be trusted any more.
struct NumberedLines {
  private struct Begun {
    var length: Int
    var bytes: [UInt8] = []
    var next: UInt8 = 0
    var lines: [Int]
  }

  private(set) var answers = ELMAnswers()
  private var begun: Begun?
  private var isMixed = false

  /// - Parameter line: the three digits of a length, or with a colon.
  mutating func take(_ line: ELMDataLine) {
    guard let pieces = NumberedLines.pieces(of: line) else {
      answers.damaged(line.number)
      return giveUp()
    }
    for piece in pieces {
      if case .length(let length) = piece {
        if begun != nil { giveUp() }
        begun = Begun(length: length, lines: [line.number])
      } else if case .part(let number, let bytes) = piece {
        take(number, bytes, line: line.number)
      }
      if isMixed { return damageAll(line.number) }
    }
  }

  private mutating func take(_ number: UInt8, _ bytes: [UInt8], line: Int) {
    guard var message = begun, message.next == number else {
      answers.damaged(line)
      return giveUp()
    }
    if message.lines.last != line { message.lines.append(line) }
    begun = message
    // The first has six, since its frame holds the length as well.
    let most = message.bytes.isEmpty ? 6 : 7
    let needed = min(most, message.length - message.bytes.count)
    guard bytes.count >= needed, bytes.count <= most else { return giveUp() }
    message.bytes += bytes.prefix(needed)
    message.next = (number + 1) & 0xF
    begun = message.bytes.count < message.length ? message : nil
    guard begun == nil else { return }
    let answer = ELMMessage(sender: .untold, bytes: message.bytes)
    guard isAnswer(answer.bytes) else { return message.lines.forEach { answers.damaged($0) } }
    answers.add(answer, line: message.lines[0])
  }

  /// No more lines come.
  mutating func finish() -> ELMAnswers {
    if begun != nil { giveUp() }
    return answers
  }

  private mutating func giveUp() {
    begun?.lines.forEach { answers.damaged($0) }
    begun = nil
    isMixed = true
  }

  private mutating func damageAll(_ line: Int) {
    begun?.lines.forEach { answers.damaged($0) }
    begun = nil
    answers.damaged(line)
  }

  private enum Piece {
    case length(Int)
    case part(UInt8, [UInt8])
  }

  /// Nil where digits are missing.
  private static func pieces(of line: ELMDataLine) -> [Piece]? {
    let colons = line.characters.indices.filter { line.characters[$0] == 0x3A }
    // The digit before a colon is the number.
    let first = colons.first.map { $0 - 1 } ?? line.characters.count
    guard first == 0 || first == 3 else { return nil }
    var pieces: [Piece] = []
    if first == 3 {
      guard let length = line.number(0..<3), length > 0 else { return nil }
      pieces.append(.length(Int(length)))
    }
    for (place, colon) in colons.enumerated() {
      let end = place + 1 < colons.count ? colons[place + 1] - 1 : line.characters.count
      guard end > colon, let number = line.number(colon - 1..<colon), let bytes = line.bytes(from: colon + 1, to: end)
      else { return nil }
      pieces.append(.part(UInt8(number), bytes))
    }
    return pieces
  }
}
