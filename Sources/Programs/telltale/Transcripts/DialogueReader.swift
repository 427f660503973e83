// From a dialogue with an adapter to what it told of adapter and vehicle.
//
// Which of several answers counts:
// - What stays the same in a vehicle (parameters that there are, VIN, the first refusal, a maker's own data) is told by
//   the first valid answer: a later one says the same, or less.
// - What changes (engine speed, speed, temperatures, voltages, lamp, readiness) is told by the last valid one: that is
//   how the vehicle is now. Oxygen sensors swing from one moment to the next, which is what they are looked at for: all
//   of their values are told, in their order.
// - Trouble codes of all answers are told together, each once, in the order in which they came.
//
// Of several units that answer one request each is told: a list, or with headers and for the parameters that there are,
// by unit. Lamps and counts of codes are the vehicle's: any lamp, and the sum. What the standards do not say is left
// out.
import Decoding
import VehicleBus
import Vocabulary

struct DialogueReader: ~Copyable {
  private var format = ELMFormat()
  private var outcome = DialogueOutcome()
  private var answers = VehicleAnswers()
  private var asked: [[UInt8]] = []
  /// As it was sent.
  private var lastRequest: [UInt8] = []
  private var facts = DialogueFacts()

  private init() {}

  static func report(of transcript: Transcript) -> DialogueReport {
    var reader = DialogueReader()
    for exchange in transcript.exchanges { reader.take(exchange) }
    return DialogueReport(
      id: transcript.id, outcome: reader.outcome.verdict, told: reader.facts.told(asked: reader.asked))
  }

  private mutating func take(_ exchange: Transcript.Exchange) {
    if let frames = FramesAsText(exchange) {
      outcome.take(ELMReply(), to: .other, answers: frames.answers.count)
      return take(frames.answers, to: [])
    }
    let command = SentCommand(exchange.sent)
    if case .request(let bytes) = command {
      asked.append(bytes)
      lastRequest = exchange.sent ?? []
    }
    var reply = reply(to: exchange.sent ?? [], exchange.received ?? [])
    if case .setting = command, let late = lateReply(exchange.received ?? []) { reply = late }
    facts.take(reply.notices)
    facts.damagedLines += reply.damagedLines
    facts.take(checksums: Checksums(of: exchange.received ?? [], in: reply, format))
    format.learn(command, reply)
    facts.vehicleProtocol = format.vehicleProtocol ?? facts.vehicleProtocol
    outcome.take(reply, to: command, answers: reply.messages.count)
    if command == .monitor {
      facts.heard = (facts.heard ?? 0) + reply.messages.count
    } else {
      take(reply.messages, to: asked.last ?? [])
    }
  }

  /// What was asked of the vehicle before and is answered one prompt late; nil for anything else that follows a command
  /// to the adapter, a serial number for example.
  private func lateReply(_ received: [UInt8]) -> ELMReply? {
    guard let request = asked.last else { return nil }
    let reply = reply(to: lastRequest, received)
    let isAnswer = reply.messages.contains { $0.bytes.answers(request) }
    return isAnswer ? reply : nil
  }

  /// Adapters are known that confirm `ATH1` or `ATSP`, and go on as before: where nothing fits what was settled, and an
  /// answer to what was asked can be read otherwise, it counts.
  private func reply(to command: [UInt8], _ received: [UInt8]) -> ELMReply {
    let reply = read(received, after: command, format)
    guard reply.messages.isEmpty, reply.damagedLines > 0, case .request(let asked) = SentCommand(command) else {
      return reply
    }
    let other = read(received, after: command, ELMFormat())
    return other.messages.contains { $0.bytes.answers(asked) } ? other : reply
  }

  private func read(_ received: [UInt8], after command: [UInt8], _ format: ELMFormat) -> ELMReply {
    var lines = ELMLineReader()
    var reader = ELMReplyReader(command: command, format: format)
    func take(_ token: ELMToken) {
      switch token {
      case .line(let line): reader.take(line)
      case .prompt: reader.prompt()
      }
    }
    lines.feed(received, take)
    lines.end(take)
    return reader.reply
  }

  private mutating func take(_ messages: [ELMMessage], to question: [UInt8]) {
    let isCAN = format.vehicleProtocol?.isCAN == true
    facts.beginExchange()
    for message in messages {
      facts.take(message, isFinal: !messages.contains { $0.sender == message.sender && $0 != message })
      for statement in answers.read(message, to: question, isCAN: isCAN) { facts.take(statement, from: message.sender) }
    }
    facts.endExchange()
  }
}

extension [UInt8] {
  /// Whether it can be the answer to a request, be it a refusal.
  fileprivate func answers(_ request: [UInt8]) -> Bool {
    guard let service = request.first, count > 1 else { return false }
    return self[0] == 0x7F ? self[1] == service : self[0] == service | 0x40
  }
}
