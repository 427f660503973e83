// What is wrong with a pack that can be used all the same, or why it cannot.
public import ConfigurationFile

/// One thing wrong with a pack or a file that it names, with its place.
public struct PackProblem: Error, Hashable, Encodable, Sendable, CustomStringConvertible {
  public var file: String
  /// Counted from 1; nil when no line is to blame.
  public var line: Int?
  /// What is wrong, and the mend.
  public var reason: String

  public init(file: String, line: Int? = nil, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  public init(_ error: ConfigurationError) {
    let key = error.key.map { $0.isEmpty ? "" : $0 + ": " } ?? ""
    self.init(file: error.file, line: error.line, reason: "\(key)\(error.reason); \(error.mend)")
  }

  /// `FILE:LINE: REASON`, one line.
  public var description: String { file + (line.map { ":\($0)" } ?? "") + ": " + reason }
}
