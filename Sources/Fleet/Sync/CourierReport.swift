// What the courier tells back: news for the log, and how it stands.
public import Vocabulary

/// News for the daemon's log. The text is one line.
public enum CourierReport: Hashable, Sendable, CustomStringConvertible {
  case connected(host: String, port: UInt16)
  /// Not connected, why, and seconds until the next attempt.
  case disconnected(reason: String, retryAfter: Double)
  /// The outbox could not be read. `isDamaged`: the file is, and will not be readable by itself again.
  case outboxUnreadable(String, isDamaged: Bool)
  /// A receiver's message was turned down: malformed, of an epoch that is not this vehicle's, or for rows never sent.
  case acknowledgementRefused(String)
  /// A receiver has other content under sequences of the current epoch, and asks for a new one.
  case epochContradicted(epoch: String, receiver: String)
  /// The broker turned a message down. The row stays queued.
  case publicationRefused(topic: String, code: UInt8)
  /// A row makes a larger packet than the broker takes. It stays queued, and those after it go on.
  case rowTooLarge(lane: Lane, sequence: Int64, bytes: Int, limit: Int)
  /// A lane waits, because the budget of the last 24 hours is used.
  case heldBack(lane: Lane, used: Int, limit: Int)

  public var description: String {
    switch self {
    case .connected(let host, let port): "connected to broker at \(host):\(port)"
    case .disconnected(let reason, let seconds):
      reason + "; trying again in \(max(1, Int(seconds.rounded()))) s, rows stay queued"
    case .outboxUnreadable(let reason, _): "courier cannot read the outbox: " + reason
    case .acknowledgementRefused(let reason): "acknowledgement refused: " + reason
    case .epochContradicted(let epoch, let receiver):
      "receiver \(receiver) has other content under epoch \(epoch), as if this state had been copied or set back;"
        + " a new epoch begins"
    case .rowTooLarge(let lane, let sequence, let bytes, let limit):
      "row \(lane.name) \(sequence) needs a packet of \(bytes) bytes and the broker takes \(limit); raise the broker's"
        + " maximum packet size (further rows are only counted)"
    case .heldBack(let lane, let used, let limit):
      "\(lane.name) wait: \(used) of \(limit) bytes are used in 24 h; raise the daily budget if that is too little"
    case .publicationRefused(let topic, let code):
      "broker refused a message on \(topic) (reason 0x\(String(code, radix: 16, uppercase: true)));"
        + " check its access control list"
    }
  }
}

/// The courier as diagnostics shows it.
public struct CourierSnapshot: Sendable {
  public var isConnected = false
  /// Why the last connection ended or failed; nil while there was no failure.
  public var lastError: String?
  /// Rows handed to the broker, repeats included.
  public var published: UInt64 = 0
  /// Of these, rows published again.
  public var republished: UInt64 = 0
  /// Rows that receivers have acknowledged.
  public var acknowledged: UInt64 = 0
  /// Acknowledgements turned down: malformed, foreign epoch, or ranges never sent.
  public var refusedAcknowledgements: UInt64 = 0
  /// Acknowledgements that asked for a new epoch.
  public var renewals: UInt64 = 0
  /// Messages that the broker turned down.
  public var refusedPublications: UInt64 = 0
  /// Rows passed by because they are too large for the broker, each time that they are met.
  public var oversizedRows: UInt64 = 0
  /// Bytes handed to the broker in the last 24 hours, packet headers included.
  public var bytesToday: Int = 0
  /// Whether rows wait because the daily budget is used.
  public var isHeldBack = false
  /// Rows published and not yet acknowledged, by `Lane.rawValue`.
  public var outstanding: [Int] = Lane.allCases.map { _ in 0 }
  /// Rows in the outbox as last counted, by `Lane.rawValue`.
  public var queued: [Int] = Lane.allCases.map { _ in 0 }

  public init() {}
}
