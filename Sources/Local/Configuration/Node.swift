// A YAML document as a tree in which everything knows its line.

/// A scalar, a sequence or a mapping, with the line it starts on (counted from 1).
///
/// Scalars keep their text: whether `no` is a word or a truth value is for the reader of the key to say.
public struct Node: Hashable, Sendable {
  public enum Content: Hashable, Sendable {
    /// `isPlain`: written without quotation marks, so that an empty text, `~` or `null` means "no value".
    case scalar(String, isPlain: Bool)
    case sequence([Node])
    /// In the order of the file; keys are unique.
    case mapping([Entry])
  }

  /// One key of a mapping and what stands behind it.
  public struct Entry: Hashable, Sendable {
    public let key: String
    /// The line of the key.
    public let line: Int
    public let value: Node

    public init(key: String, line: Int, value: Node) {
      self.key = key
      self.line = line
      self.value = value
    }
  }

  public let content: Content
  public let line: Int

  public init(_ content: Content, line: Int) {
    self.content = content
    self.line = line
  }

  /// True for a key with nothing behind it: an empty plain scalar, `~` or `null`.
  public var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return text.isEmpty || text == "~" || text == "null"
  }

  /// The text of a scalar that is not null.
  public var text: String? {
    guard case .scalar(let text, _) = content, !isNull else { return nil }
    return text
  }

  /// What this is, as an error message calls it.
  var kind: String {
    switch content {
    case .scalar(let text, _): isNull ? "nothing" : quoted(text)
    case .sequence: "a list"
    case .mapping: "a group of keys"
    }
  }
}
