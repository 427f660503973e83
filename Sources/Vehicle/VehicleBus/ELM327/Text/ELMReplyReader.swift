// Makes sense of the lines between a command and its prompt.

/// Text in any case, with blanks or none, with notices between the data. In short:
/// - The command's echo, on a line of its own or with the answer glued behind it, is no data.
/// - Notices are recognised wherever a line begins with one, and behind data. `<DATA ERROR` and `<RX ERROR` damage the
///   line that they end, and are told as notices as well.
/// - What looks like data and cannot be trusted is counted as damaged and never guessed: an odd number of digits, other
///   characters among them, a wrong checksum, fewer bytes than the length says, answers with pieces missing, out of
///   order or repeated. So is a line without a length of its own that was cut: by the end of a reply whose prompt did
///   not come, or by `STOPPED`, `BUFFER FULL` and the like. Answers of services 01, 02 and 04, and refusals, are
///   believed all the same: those who decode them know their lengths.
/// - Without headers bytes stay as they are, padding included, unless a length was told.
/// - `ELMLayout` says what is inferred where the format is not known; `EarlyAnswers` how messages of K-line and J1850
///   are brought into CAN's form. Where neither headers nor protocol are known, an answer of trouble codes with an even
///   number of bytes is CAN's.
/// - After commands that let the adapter listen, every whole line is a message with the bytes as they stood, repeated
///   ones included; `ELMMonitorLine` makes frames of such lines.
/// - After a command to the adapter itself (`AT`, `ST`) only what looks like an answer of the vehicle, which came late,
///   is data.
public struct ELMReplyReader: Sendable {
  private let command: ELMCommand
  private let format: ELMFormat
  private var lines: [ELMLine] = []
  private var characters = 0
  /// Lines beyond what is kept.
  private var overflow = 0
  private var isPrompted = false

  /// Characters of one reply: 4095 bytes, the longest of ISO-TP's messages, from each of eight units with headers and
  /// blanks. Somebody who never stops sending fills no memory.
  private static let capacity = 8 * 20_000

  /// - Parameters:
  ///   - command: as it was written, with or without blanks and the CR.
  ///   - format: how the adapter was told to write. Believed: lines that are written otherwise are damaged.
  public init(command: [UInt8], format: ELMFormat) {
    self.command = ELMCommand(command)
    self.format = format
  }

  public mutating func take(_ line: ELMLine) {
    guard characters + line.text.count <= ELMReplyReader.capacity, lines.count < 16_384 else {
      overflow += 1
      return
    }
    characters += line.text.count
    lines.append(line)
  }

  public mutating func prompt() { isPrompted = true }

  /// What the lines so far mean. Worked out anew each time, in time proportional to the text.
  public var reply: ELMReply {
    var scanner = ELMLineScanner(command: command, format: format)
    for (number, line) in lines.enumerated() {
      scanner.take(line, number: number, next: number + 1 < lines.count ? lines[number + 1] : nil)
    }
    var reply = ELMReply()
    reply.notices = scanner.notices
    reply.isPrompted = isPrompted
    let answers: ELMAnswers
    switch command.kind {
    case .adapter: answers = self.answers(scanner.data, nil)
    case .request(let service): answers = self.answers(scanner.data, service)
    case .monitor: answers = monitored(scanner.data)
    }
    var seen: Set<ELMMessage> = []
    reply.messages = answers.sorted().filter { command.kind == .monitor || seen.insert($0).inserted }
    reply.damagedLines = answers.damagedLines.count + overflow
    return reply
  }

  private func answers(_ lines: [ELMDataLine], _ service: UInt8?) -> ELMAnswers {
    let layout = ELMLayout.best(for: lines, format, service: service)
    switch layout {
    case .can: return format.vehicleProtocol == .j1939 ? framesOfJ1939(lines, layout) : answersOnCAN(lines, layout)
    case .addressed: return answersWithAddresses(lines)
    case .bare: return answersWithoutHeaders(lines, service)
    }
  }

  private func answersOnCAN(_ lines: [ELMDataLine], _ layout: ELMLayout) -> ELMAnswers {
    var answers = ISOTPAnswers()
    for line in lines {
      if !line.isDamaged, let frame = layout.frame(line) {
        answers.take(frame, line: line.number)
      } else {
        answers.damaged(line.number)
      }
    }
    return answers.finish()
  }

  /// One message each: J1939 has its groups on identifiers of their own, not behind service bytes.
  private func framesOfJ1939(_ lines: [ELMDataLine], _ layout: ELMLayout) -> ELMAnswers {
    var answers = ELMAnswers()
    for line in lines {
      if !line.isDamaged, let frame = layout.frame(line) {
        answers.addAny(ELMMessage(sender: .can(frame.id), bytes: frame.bytes), line: line.number)
      } else {
        answers.damaged(line.number)
      }
    }
    return answers
  }

  private func answersWithAddresses(_ lines: [ELMDataLine]) -> ELMAnswers {
    var answers = EarlyAnswers()
    for line in lines {
      let read = AddressedFrames(line, format.vehicleProtocol)
      if line.isDamaged || read.isDamaged { answers.damaged(line.number) }
      guard !line.isDamaged else { continue }
      for frame in read.frames where frame.source != AddressedFrames.tester {
        answers.take(ELMMessage(sender: .address(frame.source), bytes: frame.bytes), line: line.number)
      }
    }
    return answers.finish(isCertain: true)
  }

  private func answersWithoutHeaders(_ lines: [ELMDataLine], _ service: UInt8?) -> ELMAnswers {
    var numbered = NumberedLines()
    var plain = EarlyAnswers()
    for line in lines {
      if line.isDamaged {
        plain.damaged(line.number)
      } else if line.isNumberedOrLength {
        numbered.take(line)
      } else if let bytes = line.bytes(from: 0), ELMLayout.isBareAnswer(bytes, format, service),
        !line.isCut || ELMReplyReader.isWhole(bytes)
      {
        plain.take(ELMMessage(sender: .untold, bytes: bytes), line: line.number)
      } else {
        plain.damaged(line.number)
      }
    }
    // Numbered lines are CAN's alone.
    let isCAN = format.vehicleProtocol?.isCAN ?? lines.contains(where: \.isNumberedOrLength)
    var answers = isCAN ? plain.unchanged() : plain.finish(isCertain: format.vehicleProtocol != nil)
    answers.add(numbered.finish())
    return answers
  }

  /// Whether an answer whose line was cut can be taken for whole all the same.
  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    switch bytes[0] {
    case 0x41, 0x42, 0x44: true
    case 0x43, 0x47, 0x4A: bytes.count > 1 && bytes.count >= 2 + 2 * Int(bytes[1])
    case 0x7F: bytes.count > 2
    default: false
    }
  }

  private func monitored(_ lines: [ELMDataLine]) -> ELMAnswers {
    // Eight bytes at most without headers.
    let isLong = lines.contains { !$0.isDamaged && $0.characters.count > 16 && $0.characters.count % 2 == 0 }
    var answers = ELMAnswers()
    for line in lines {
      let isExtended = format.vehicleProtocol?.isExtended ?? isLong
      let isBare = format.hasHeaders.map { !$0 } ?? (!isExtended && line.characters.count % 2 == 0)
      let layout = isBare ? ELMLayout.bare : .can(isExtended: isExtended, hasLength: false)
      if line.isDamaged {
        answers.damaged(line.number)
      } else if let frame = layout.frame(line) {
        answers.addAny(ELMMessage(sender: .can(frame.id), bytes: frame.bytes), line: line.number)
      } else if layout == .bare, let bytes = line.bytes(from: line.isNumbered ? 2 : 0), !bytes.isEmpty {
        answers.addAny(ELMMessage(sender: .untold, bytes: bytes), line: line.number)
      } else {
        answers.damaged(line.number)
      }
    }
    return answers
  }
}
