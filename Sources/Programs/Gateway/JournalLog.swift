// The daemon's log: one line to standard error, with the journal's priority in front when systemd reads it.
import Glibc
public import Logging

/// Writes `level: message`; on the journal `<N>message` (sd-daemon(3)), so that `journalctl -p warning` works.
public struct JournalLog: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level
  private let isJournal: Bool

  public init(level: Logger.Level) {
    logLevel = level
    isJournal = getenv("JOURNAL_STREAM") != nil
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let text = event.message.description.replacingNewlines
    let line = isJournal ? "<\(priority(event.level))>\(text)\n" : "telltaled: \(event.level): \(text)\n"
    _ = line.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
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

extension String {
  /// One line in any case: what comes from a file or the air must not forge a second one.
  fileprivate var replacingNewlines: String {
    contains { $0.isNewline } ? String(map { $0.isNewline ? " " : $0 }) : self
  }
}
