// The receiver's log: one line for each message to standard error, as text or as JSON.
import Documents
import Glibc
public import Logging
import Vocabulary

/// Writes `telltale-receiver: level: message key=value`, on the journal `<N>message …` (sd-daemon(3)), or one JSON
/// object with `time`, `level`, `message` and the metadata as members of their own.
public struct ReceiverLog: LogHandler {
  public enum Format: String, CaseIterable, Sendable { case text, json }

  public var metadata: Logger.Metadata = [:]
  public var logLevel = Logger.Level.info
  private let format: Format
  private let isJournal: Bool

  public init(_ format: Format) {
    self.format = format
    isJournal = getenv("JOURNAL_STREAM") != nil
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let metadata = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value.description) }
    let bytes =
      switch format {
      case .text: textLine(event.level, event.message.description, metadata)
      case .json:
        jsonLine(event.level, event.message.description, metadata, wall: clockNanoseconds(CLOCK_REALTIME))
      }
    // One write for a line, so that lines of two threads do not mix.
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  func textLine(_ level: Logger.Level, _ message: String, _ metadata: [(key: String, value: String)]) -> [UInt8] {
    var line = isJournal ? "<\(priority(level))>" : "telltale-receiver: \(level): "
    line += message
    for (key, value) in metadata { line += " \(key)=\(value)" }
    // What comes from the air must not forge a second line.
    return line.utf8.map { $0 < 0x20 ? 0x20 : $0 } + [0x0A]
  }

  func jsonLine(
    _ level: Logger.Level, _ message: String, _ metadata: [(key: String, value: String)], wall: Int64
  ) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.member("time", rfc3339UTC(wallNanoseconds: wall))
    json.member("level", level.rawValue)
    json.member("message", message)
    for (key, value) in metadata { json.member(key, value) }
    json.endObject()
    return json.bytes + [0x0A]
  }

  private func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
