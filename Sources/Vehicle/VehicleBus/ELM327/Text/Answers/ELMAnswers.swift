// What became of the data lines of one reply.

struct ELMAnswers {
  /// Each with the first of its lines.
  private(set) var messages: [(message: ELMMessage, line: Int)] = []
  private(set) var damagedLines: Set<Int> = []

  /// What is no answer, a request overheard, is left out.
  mutating func add(_ message: ELMMessage, line: Int) {
    if isAnswer(message.bytes) { messages.append((message, line)) }
  }

  /// Whatever it is.
  mutating func addAny(_ message: ELMMessage, line: Int) { messages.append((message, line)) }

  mutating func add(_ others: ELMAnswers) {
    messages += others.messages
    damagedLines.formUnion(others.damagedLines)
  }

  mutating func damaged(_ line: Int) { damagedLines.insert(line) }

  /// In the order in which they began.
  func sorted() -> [ELMMessage] {
    messages.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element.message)
  }
}
