// What the socket answers when something is wrong.

/// An error as the socket tells it.
public struct ErrorDocument: Codable, Hashable, Sendable {
  /// What is wrong.
  public var error: String
  /// What to do about it.
  public var mend: String
  /// Why a command was refused, in a word that does not change: `not-standing`; absent for all else.
  public var code: String?
}
