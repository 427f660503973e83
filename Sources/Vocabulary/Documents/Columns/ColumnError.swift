// Why some bytes are no columns, or some columns cannot be written.

public enum ColumnError: Error, Equatable, CustomStringConvertible, Sendable {
  case notProtobuf(ProtobufError)
  /// A column is cut off or holds no numbers from this byte on.
  case malformed(offset: Int)
  /// A field of the schema is missing or out of its range.
  case invalid(field: String)
  /// More of something than a batch may hold.
  case tooMany(String, limit: Int)
  /// Columns hold more than the signals and intervals that are told.
  case excess
  /// What was to be written is not in order: signals and positions ascend, all chunks of a batch are of one length.
  case disorder(String)

  public var description: String {
    switch self {
    case .notProtobuf(let error): "columns: " + error.description
    case .malformed(let offset): "columns: no number at byte \(offset)"
    case .invalid(let field): "columns: '\(field)' is missing or not what it must be"
    case .tooMany(let what, let limit): "columns: more than \(limit) \(what)"
    case .excess: "columns: more numbers than signals and intervals"
    case .disorder(let what): "columns: \(what)"
    }
  }
}
