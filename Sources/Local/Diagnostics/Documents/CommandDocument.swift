// What the socket answers to a command that was carried out.

/// What came of a command.
public struct CommandDocument: Codable, Hashable, Sendable {
  /// `pause-polling`, `resume-polling`, `clear-trouble-codes`, `measure` or `service`.
  public var command: String
  /// What is now so, one or more whole sentences for people.
  public var text: String
  /// When it ends by itself, RFC 3339; null when it does not.
  public var until: String?

  public init(_ command: DiagnosticsCommand, text: String, until: String? = nil) {
    self.command = command.name
    self.text = text
    self.until = until
  }

  enum CodingKeys: String, CodingKey {
    case command, text, until
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(command, forKey: .command)
    try c.encode(text, forKey: .text)
    try c.encode(until, forKey: .until)
  }
}
