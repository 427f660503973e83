// Why a message is no telemetry of this contract.
public import Documents

public enum TelemetryError: Error, Equatable, CustomStringConvertible, Sendable {
  case tooLarge(bytes: Int)
  case notProtobuf(ProtobufError)
  /// A field is missing or out of its range.
  case invalid(field: String)
  /// The topic is not the telemetry's.
  case wrongTopic(String)
  /// The content cannot be packed or opened.
  case compression(String)

  public var description: String {
    switch self {
    case .tooLarge(let bytes): "telemetry: \(bytes) bytes, the limit is \(TelemetryMessage.sizeLimit)"
    case .notProtobuf(let error): "telemetry: " + error.description
    case .invalid(let field): "telemetry: '\(field)' is missing or not what it must be"
    case .wrongTopic(let topic): "telemetry: not to be sent on the topic " + topic
    case .compression(let problem): "telemetry: content: " + problem
    }
  }

  /// A few words for counters and log lines that are kept once per kind.
  public var kind: String {
    switch self {
    case .tooLarge: "too-large"
    case .notProtobuf: "not-protobuf"
    case .invalid: "bad-attribute"
    case .wrongTopic: "wrong-topic"
    case .compression: "bad-content"
    }
  }
}
