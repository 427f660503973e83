// The one error of this room: where the configuration is wrong, what was found, and the mend.

/// A mistake in a configuration, as one line an operator can act on:
/// `telltale.yaml:12: mqtt.prot: unknown key; did you mean "port"?`
public struct ConfigurationError: Error, CustomStringConvertible, Sendable {
  /// The file as it was named to the reader; for an override, the environment variable.
  public let file: String
  /// Counted from 1; nil when no line is to blame.
  public let line: Int?
  /// The path of keys from the file's root, with indices for list elements: `sources[0].interface`.
  public let key: String?
  /// What is wrong.
  public let reason: String
  /// What to do about it.
  public let mend: String

  public init(file: String, line: Int? = nil, key: String? = nil, reason: String, mend: String) {
    self.file = file
    self.line = line
    self.key = key
    self.reason = reason
    self.mend = mend
  }

  public var description: String {
    var text = file
    if let line { text += ":\(line)" }
    if let key, !key.isEmpty { text += ": \(key)" }
    return text + ": \(reason); \(mend)"
  }
}

/// `text` in quotation marks as an error message can bear it: one line, at most 40 characters.
func quoted(_ text: String) -> String {
  let shown = text.count <= 40 ? text : text.prefix(37) + "..."
  return "\"" + String(shown.map { $0.isNewline || ($0.asciiValue ?? 32) < 32 ? " " : $0 }) + "\""
}
