// One command to the adapter, from its writing to the prompt that ends its answer.
import Vocabulary

/// Its deadline is set when it is written and never moves away: only its own answer ends it earlier in good order.
struct ELMExchange: Sendable {
  /// What the command is for.
  enum Purpose: Hashable, Sendable {
    case setUp
    /// Prepares the request under way.
    case setting(ELMSetting)
    case tryProtocol(ELMTry)
    case ask
    /// `ATDPN` after a search.
    case number
    /// A request whose asker is gone: only its prompt is waited for.
    case drain
    case voltage
    case ignition
    /// `ATPC`.
    case close
    case listen
  }

  /// By what the answer to this command is told from the late one to an earlier command.
  enum Expected: Hashable, Sendable {
    case anything, setting, text, voltage, number, vehicle
  }

  let command: String
  var purpose: Purpose
  let expected: Expected
  /// Seconds from the writing to the deadline.
  let patience: Double
  /// Seconds without a byte after which nothing more is to be expected; nil where silence means nothing.
  let silence: Double?
  /// Before this the adapter is not ready for it.
  let notBefore: Instant
  private(set) var written: Instant?
  /// When the last line of its answer came.
  private(set) var lastLine: Instant?
  private(set) var firstByte: Instant?
  private var lastByte = Instant.zero
  private var barePrompt: Instant?
  private let format: ELMFormat
  private var reader: ELMReplyReader

  init(
    _ command: String, _ purpose: Purpose, _ expected: Expected, patience: Double, silence: Double? = nil,
    format: ELMFormat, notBefore: Instant
  ) {
    self.command = command
    self.purpose = purpose
    self.expected = expected
    self.patience = patience
    self.silence = silence
    self.notBefore = notBefore
    self.format = format
    reader = ELMReplyReader(command: Array(command.utf8), format: format)
  }

  /// When it is to be written, or is over without an answer.
  var due: Instant {
    guard let written else { return notBefore }
    var due = written.advanced(seconds: patience)
    if let silence {
      let silence = lastLine == nil ? silence : min(silence, ELMPatience.silenceAfterAnswer)
      due = min(due, max(lastByte, written).advanced(seconds: silence))
    }
    if let barePrompt { due = min(due, barePrompt.advanced(seconds: ELMPatience.afterBarePrompt)) }
    return due
  }

  /// Whether its deadline passed with the adapter at its prompt: it had nothing to say.
  var isBare: Bool { barePrompt != nil }

  mutating func write(at now: Instant) { written = now }

  mutating func hear(at now: Instant) {
    guard written != nil else { return }
    lastByte = now
    if firstByte == nil { firstByte = now }
  }

  mutating func take(_ line: ELMLine, at now: Instant) {
    lastLine = now
    reader.take(line)
  }

  /// What has come so far.
  var reply: ELMReply { reader.reply }

  /// - Returns: the answer; nil when this was the prompt of something else.
  mutating func prompt(at now: Instant) -> ELMReply? {
    reader.prompt()
    let reply = reader.reply
    if isOwn(reply) || reply.restart != nil { return reply }
    reader = ELMReplyReader(command: Array(command.utf8), format: format)
    let isBare = reply.notices.isEmpty && reply.messages.isEmpty && reply.damagedLines == 0
    // A request is answered with something always; some copies say nothing to a command that they do not care for.
    if isBare, expected != .vehicle, barePrompt == nil { barePrompt = now }
    return nil
  }

  private func isOwn(_ reply: ELMReply) -> Bool {
    func holds(_ isWanted: (ELMNotice) -> Bool) -> Bool { reply.notices.contains(where: isWanted) }
    switch expected {
    case .anything: return !reply.notices.isEmpty
    case .vehicle:
      return !reply.messages.isEmpty || reply.damagedLines > 0
        || holds {
          switch $0 {
          case .ok, .identity, .voltage, .protocolNumber: false
          default: true
          }
        }
    case .setting, .text, .voltage, .number:
      guard reply.messages.isEmpty else { return false }
      return holds {
        switch $0 {
        case .unknownCommand, .plainError: true
        // The answer of a vehicle, to an earlier request: commands answer nothing of the kind.
        case .other(let text): !(text.utf8.count >= 4 && text.allSatisfy { $0.isHexDigit || $0 == " " })
        case .ok: expected == .setting || expected == .text
        case .identity: expected == .text
        case .voltage: expected == .voltage || expected == .text
        case .protocolNumber: expected == .number || expected == .text
        default: false
        }
      }
    }
  }
}

extension ELMReply {
  /// How an adapter says that it began anew by itself.
  enum Restart: Sendable {
    case lowVoltage, banner
  }

  var restart: Restart? {
    if notices.contains(.lowVoltageReset) { return .lowVoltage }
    return identity == nil ? nil : .banner
  }

  var identity: String? {
    for case .identity(let text) in notices { return text }
    return nil
  }

  /// What it said in words that mean nothing to anybody else.
  var text: String? {
    if let identity { return identity }
    for case .other(let text) in notices { return text }
    return nil
  }

  var isUnknownCommand: Bool { notices.contains(.unknownCommand) || notices.contains(.plainError) }
}
