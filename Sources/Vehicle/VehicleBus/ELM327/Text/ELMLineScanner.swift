// Takes a line apart into what the adapter says of itself and what may be data of the vehicle.
import Vocabulary

/// Line ends get lost between the two: `SEARCHING...7E8 06 41 00 ...`, `BUS INIT: OK41 00 ...`,
/// `SEARCHING...UNABLE TO CONNECT`, `41 0C 1A F8 STOPPED`. So notices are looked for at a line's beginning, one after
/// another, and behind digits. Case, blanks and dots do not matter to them.
struct ELMLineScanner {
  let command: ELMCommand
  let format: ELMFormat
  private(set) var notices: [ELMNotice] = []
  private(set) var data: [ELMDataLine] = []
  /// The place among `notices` of a `BUS INIT:` whose result has not come.
  private var openInit: Int?
  private var hasBegun = false

  init(command: ELMCommand, format: ELMFormat) {
    self.command = command
    self.format = format
  }

  /// - Parameters:
  ///   - number: of the line in its reply.
  ///   - next: the line that follows.
  mutating func take(_ line: ELMLine, number: Int, next: ELMLine?) {
    var text = CompactText(line.text)
    guard !text.isEmpty else { return }
    let following = next.map { CompactText($0.text).characters }
    text.drop(command.echo(in: text.characters, next: following, isFirst: !hasBegun))
    hasBegun = true
    let noticesBefore = notices.count
    while true {
      text.dropJunk()
      guard !text.isEmpty else { return }
      if takeNotice(&text) {
        if data.last?.number == number - 1, notices.count == noticesBefore + 1 { cutLastLine() }
        continue
      }
      guard command.kind != .adapter, let end = text.endOfDigits else { break }
      let mark = text.isDamageMark(at: end)
      addDigits(&text, to: end, number, isDamaged: mark || line.isDirty, isCut: true)
    }
    if takeAnswerToAdapter(text, isUnfinished: line.isUnfinished) { return }
    if command.kind == .adapter ? isLateAnswer(text, following) : text.isHex || text.looksLikeDigits {
      addDigits(
        &text, to: text.characters.count, number, isDamaged: line.isDirty || !text.isHex, isCut: line.isUnfinished)
    } else {
      notices.append(.other(text.original))
    }
  }

  /// Whether digits behind a command to the adapter itself are an answer of the vehicle, to a request whose prompt came
  /// too early: numbers of the adapter do not look like one.
  private func isLateAnswer(_ text: CompactText, _ next: [UInt8]?) -> Bool {
    guard text.isHex else { return false }
    let line = text.dataLine(to: text.characters.count)
    let beginning = "0:".utf8
    if line.isLength { return next?.starts(with: beginning) ?? false }
    if line.isNumbered {
      return line.characters.dropFirst(3).starts(with: beginning) || data.last?.isNumberedOrLength ?? false
    }
    return line.characters.count > 3 && ELMLayout.fitsAny(line, format)
  }

  private mutating func addDigits(
    _ text: inout CompactText, to end: Int, _ number: Int, isDamaged: Bool, isCut: Bool
  ) {
    var line = text.dataLine(to: end)
    line.isDamaged = isDamaged
    line.isCut = isCut
    line.number = number
    data.append(line)
    text.drop(end)
  }

  /// What interrupts the adapter may have come in the middle of the line before.
  private mutating func cutLastLine() {
    switch notices.last {
    case .stopped, .bufferFull, .lowVoltageReset, .internalError, .identity: data[data.count - 1].isCut = true
    default: break
    }
  }

  /// - Returns: whether the text began with a notice, which is then gone from it.
  private mutating func takeNotice(_ text: inout CompactText) -> Bool {
    let isAsked = command.asksForIdentity && ELMNoticeNames.isVersion(text.characters[...])
    if isAsked || ELMNoticeNames.isIdentity(text.characters[...]) {
      notices.append(.identity(text.original))
      text.drop(text.characters.count)
      return true
    }
    if let (notice, length) = ELMNoticeNames.notice(at: text.characters[...]) {
      notices.append(notice)
      text.drop(length)
      return true
    }
    if text.take("SEARCHING") {
      notices.append(.searching)
      text.drop(text.characters.prefix { ".:".utf8.contains($0) }.count)
      if text.characters.elementsEqual("ERROR".utf8), text.take("ERROR") { notices.append(.unableToConnect) }
      _ = text.take("OK")
      return true
    }
    if text.take("BUSINIT") {
      text.drop(text.characters.prefix { ".:".utf8.contains($0) }.count)
      openInit = notices.count
      notices.append(.other("BUS INIT"))
      return true
    }
    return takeResult(&text)
  }

  /// `OK`, `ERROR` and `?` are too short to be believed in front of anything: only of a line's end, of digits or of
  /// another notice.
  private mutating func takeResult(_ text: inout CompactText) -> Bool {
    let isModem = text.characters.starts(with: "+CMEERROR".utf8) || text.characters.starts(with: "+CMSERROR".utf8)
    if isModem {
      notices.append(.plainError)
      text.drop(text.characters.count)
      return true
    }
    let results: [(String, ELMNotice, ofInit: ELMNotice?)] = [
      ("OK", .ok, .busInitialised), ("ERROR", .plainError, .busInitFailed), ("?", .unknownCommand, nil),
    ]
    for (name, notice, ofInit) in results {
      guard text.characters.starts(with: name.utf8) else { continue }
      let rest = text.characters.dropFirst(name.utf8.count)
      let isAlone = rest.allSatisfy { ".!?".utf8.contains($0) }
      let isGlued = name != "ERROR" || openInit != nil
      guard isAlone || isGlued && ELMNoticeNames.isPlausible(rest) else { return false }
      if let openInit, let ofInit {
        notices[openInit] = ofInit
      } else {
        notices.append(notice)
      }
      openInit = nil
      text.drop(isAlone ? text.characters.count : name.utf8.count)
      return true
    }
    return false
  }

  /// A voltage, or the digit of the protocol that was asked for.
  private mutating func takeAnswerToAdapter(_ text: CompactText, isUnfinished: Bool) -> Bool {
    if let voltage = text.voltage {
      notices.append(.voltage(voltage))
      return true
    }
    guard command.asksForProtocol, let digit = text.characters.last, let found = ELMProtocol(digit: digit) else {
      return false
    }
    // A single A may be the beginning of A6.
    let isAutomatic = text.characters.count == 2 && text.characters.first == 0x41
    guard isAutomatic || text.characters.count == 1 && !(isUnfinished && found == .j1939) else { return false }
    notices.append(.protocolNumber(found, isAutomatic: isAutomatic))
    return true
  }
}
