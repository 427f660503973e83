// Answers from before CAN: what SAE J1979 spreads there over messages of seven bytes becomes one, in the form of CAN.

/// - `43`, `47`, `4A` with three codes each, unused ones zero: all codes of a unit, with their number before them.
/// - `49 02`, `04`, `06`, `08`, `0A` and a running number, four bytes each: one message with the number of items.
struct EarlyAnswers {
  private struct Entry {
    var message: ELMMessage
    var line: Int
    var service: UInt8 { message.bytes[0] }
    /// Of service 49.
    var kind: UInt8 { message.bytes[1] }
  }

  /// What belongs together: one unit's answers of a service, or of a kind of service 49.
  private struct Topic: Hashable {
    var sender: ELMSender
    var service: UInt8
    var kind: UInt8
  }

  private var entries: [Entry] = []
  private var seen: Set<ELMMessage> = []
  private(set) var answers = ELMAnswers()

  mutating func take(_ message: ELMMessage, line: Int) {
    guard isAnswer(message.bytes), seen.insert(message).inserted else { return }
    entries.append(Entry(message: message, line: line))
  }

  mutating func damaged(_ line: Int) { answers.damaged(line) }

  /// All of them as they are: they came by CAN.
  mutating func unchanged() -> ELMAnswers {
    for entry in entries { answers.add(entry.message, line: entry.line) }
    return answers
  }

  /// - Parameter isCertain: whether the protocol is none of CAN. If not, answers with codes are left as they are as soon
  ///   as one has an even number of bytes, which is CAN's form.
  mutating func finish(isCertain: Bool) -> ELMAnswers {
    let hasCANForm = entries.contains { EarlyAnswers.holdsCodes($0) && $0.message.bytes.count % 2 == 0 }
    var groups: [Topic: [Entry]] = [:]
    // In the order in which they began.
    var topics: [Topic] = []
    for entry in entries {
      let isPart = EarlyAnswers.isPart(entry)
      guard isPart || EarlyAnswers.holdsCodes(entry) && (isCertain || !hasCANForm) else {
        answers.add(entry.message, line: entry.line)
        continue
      }
      let topic = Topic(sender: entry.message.sender, service: entry.service, kind: isPart ? entry.kind : 0)
      if groups[topic] == nil { topics.append(topic) }
      groups[topic, default: []].append(entry)
    }
    for topic in topics {
      guard let group = groups[topic] else { continue }
      if topic.service == 0x49 { addParts(group) } else { addCodes(group) }
    }
    return answers
  }

  private static func holdsCodes(_ entry: Entry) -> Bool { [0x43, 0x47, 0x4A].contains(entry.service) }

  private static func isPart(_ entry: Entry) -> Bool {
    entry.service == 0x49 && entry.message.bytes.count == 7 && [0x02, 0x04, 0x06, 0x08, 0x0A].contains(entry.kind)
  }

  private mutating func addCodes(_ group: [Entry]) {
    var codes: [UInt8] = []
    for entry in group {
      let bytes = entry.message.bytes
      guard bytes.count % 2 == 1 else {
        answers.damaged(entry.line)
        continue
      }
      for place in stride(from: 1, to: bytes.count, by: 2) where bytes[place] != 0 || bytes[place + 1] != 0 {
        codes += bytes[place...place + 1]
      }
    }
    guard let first = group.first(where: { $0.message.bytes.count % 2 == 1 }) else { return }
    // The number is one byte.
    let count = min(codes.count / 2, 255)
    answers.add(
      ELMMessage(sender: first.message.sender, bytes: [first.service, UInt8(count)] + codes.prefix(2 * count)),
      line: first.line)
  }

  private mutating func addParts(_ group: [Entry]) {
    let numbers = group.map { Int($0.message.bytes[2]) }
    let isInOrder = numbers.elementsEqual(1...group.count)
    guard isInOrder, let items = EarlyAnswers.items(of: group[0].kind, parts: group.count) else {
      return group.forEach { answers.damaged($0.line) }
    }
    var bytes = group.flatMap { $0.message.bytes.dropFirst(3) }
    // 17 characters in 20 bytes.
    if group[0].kind == 0x02 { while bytes.count > 17, bytes.first == 0 { bytes.removeFirst() } }
    answers.add(
      ELMMessage(sender: group[0].message.sender, bytes: [0x49, group[0].kind, items] + bytes), line: group[0].line)
  }

  /// How many items so many parts are; nil where some are missing.
  private static func items(of kind: UInt8, parts: Int) -> UInt8? {
    switch kind {
    // One identification number in five parts, one name of a unit likewise.
    case 0x02, 0x0A: parts == 5 ? 1 : nil
    // Calibrations of 16 bytes.
    case 0x04: parts % 4 == 0 ? UInt8(exactly: parts / 4) : nil
    // Verification numbers of four bytes.
    case 0x06: UInt8(exactly: parts)
    // Counters of two bytes.
    default: UInt8(exactly: parts * 2)
    }
  }
}
