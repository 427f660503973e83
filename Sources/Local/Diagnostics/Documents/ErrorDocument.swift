// What the socket answers when something is wrong.

/// An error as the socket tells it.
struct ErrorDocument: Codable, Hashable, Sendable {
  /// What is wrong.
  var error: String
  /// What to do about it.
  var mend: String
}
