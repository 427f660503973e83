// What the courier is told once, and what it tells back.
public import FleetContract
public import MQTT
public import Vocabulary

/// The broker's address, credentials and TLS files; see `MQTT.BrokerOptions`.
public typealias BrokerOptions = MQTT.BrokerOptions
public typealias BackOff = MQTT.BackOff

public struct CourierConfiguration: Sendable {
  public var vehicle: VehicleID
  /// Will and subscriptions are the courier's own and are overwritten.
  public var broker: BrokerOptions
  public var backOff: BackOff
  /// Most rows of one lane that wait for a receiver's acknowledgement.
  public var window: Int
  /// Seconds before an unacknowledged row is published again, and the longest that this wait grows to.
  public var retransmitAfter: Double
  public var retransmitLimit: Double
  /// What `status` says of the daemon.
  public var version: String
  public var boot: BootID
  /// RFC 3339.
  public var started: String

  /// The client id is `telltale-<vehicle>`.
  public init(
    vehicle: VehicleID, host: String, port: UInt16 = 1883, version: String, boot: BootID, started: String
  ) {
    self.vehicle = vehicle
    broker = BrokerOptions(host: host, port: port, clientID: "telltale-" + vehicle.description)
    backOff = BackOff()
    window = 256
    retransmitAfter = 30
    retransmitLimit = 600
    self.version = version
    self.boot = boot
    self.started = started
  }
}

/// News for the daemon's log. The text is one line.
public enum CourierReport: Hashable, Sendable, CustomStringConvertible {
  case connected(host: String, port: UInt16)
  /// Not connected, why, and seconds until the next attempt.
  case disconnected(reason: String, retryAfter: Double)
  /// The outbox could not be read.
  case outboxUnreadable(String)
  /// A receiver's message was turned down: malformed, of another epoch, or for rows never sent.
  case acknowledgementRefused(String)
  /// The broker turned a message down. The row stays queued.
  case publicationRefused(topic: String, code: UInt8)

  public var description: String {
    switch self {
    case .connected(let host, let port): "connected to broker at \(host):\(port)"
    case .disconnected(let reason, let seconds):
      reason + "; trying again in \(max(1, Int(seconds.rounded()))) s, rows stay queued"
    case .outboxUnreadable(let reason): "courier cannot read the outbox: " + reason
    case .acknowledgementRefused(let reason): "acknowledgement refused: " + reason
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
  /// Messages that the broker turned down.
  public var refusedPublications: UInt64 = 0
  /// Rows published and not yet acknowledged, by `Lane.rawValue`.
  public var outstanding: [Int] = Lane.allCases.map { _ in 0 }
  /// Rows in the outbox as last counted, by `Lane.rawValue`.
  public var queued: [Int] = Lane.allCases.map { _ in 0 }

  public init() {}
}
