// What the socket answers when something is wrong.

/// An error as the socket tells it.
public struct ErrorDocument: Codable, Hashable, Sendable {
  /// What is wrong.
  public var error: String
  /// What to do about it.
  public var mend: String
}
