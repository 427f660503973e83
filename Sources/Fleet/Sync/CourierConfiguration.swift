// What the courier is told once.
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
  /// Bytes that may be handed to the broker in 24 hours, for links that are paid by the byte; nil: as many as there
  /// are. Alerts always go, events and health until the budget is gone, telemetry until four fifths of it are.
  public var dailyBytes: Int?
  /// What earlier processes handed to it, as the last of them kept it; nil: nothing.
  public var spentBytes: SpentBytes?
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
