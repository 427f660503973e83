// Cuts what comes from an adapter into lines and prompts, however the port hands over the bytes.

/// One line of an adapter: printable ASCII, blanks as they stood, never empty unless dirty.
public struct ELMLine: Hashable, Sendable {
  public var text: [UInt8]
  /// Bytes that are no printable ASCII were left out, or the line was longer than the reader's capacity.
  public var isDirty: Bool
  /// Neither a line's end nor a prompt followed: more of it may be missing.
  public var isUnfinished: Bool

  public init(text: [UInt8], isDirty: Bool = false, isUnfinished: Bool = false) {
    self.text = text
    self.isDirty = isDirty
    self.isUnfinished = isUnfinished
  }
}

public enum ELMToken: Hashable, Sendable {
  case line(ELMLine)
  /// `>`: the adapter takes the next command.
  case prompt
}

/// Lines end with CR, LF or any mix of them, and with a prompt wherever it stands. NUL bytes, which the chip is known
/// to put between others, are thrown away; every other byte that is no printable ASCII is left out and makes its line
/// dirty. What comes out does not depend on how the bytes are cut into pieces.
public struct ELMLineReader: Sendable {
  private let capacity: Int
  private var text: [UInt8] = []
  private var isDirty = false

  /// - Parameter capacity: bytes of the longest line, at least 1; what is longer is cut off and dirty.
  public init(capacity: Int = 1024) {
    self.capacity = max(1, capacity)
    text.reserveCapacity(min(self.capacity, 128))
  }

  public mutating func feed(_ bytes: some Sequence<UInt8>, _ take: (ELMToken) -> Void) {
    for byte in bytes {
      switch byte {
      case 0x0D, 0x0A: endLine(take)
      case 0x3E:
        endLine(take)
        take(.prompt)
      case 0: break
      case 0x20...0x7E, 0x09:
        if text.count < capacity { text.append(byte == 0x09 ? 0x20 : byte) } else { isDirty = true }
      default: isDirty = true
      }
    }
  }

  /// Hands over a line that has begun and whose end has not come, and forgets it: for when nothing more is expected.
  public mutating func end(_ take: (ELMToken) -> Void) {
    if !text.isEmpty || isDirty { take(.line(ELMLine(text: text, isDirty: isDirty, isUnfinished: true))) }
    reset()
  }

  /// Forgets a line that has begun.
  public mutating func reset() {
    text.removeAll(keepingCapacity: true)
    isDirty = false
  }

  private mutating func endLine(_ take: (ELMToken) -> Void) {
    if !text.isEmpty || isDirty { take(.line(ELMLine(text: text, isDirty: isDirty))) }
    reset()
  }
}
