// A bare MQTT client on the test's own thread: a vehicle without an outbox, or a stranger.
import FleetContract
import MQTT
import TestSupport
import Testing

/// Connects when it is made; keeps what it is sent.
final class Peer {
  private let client: Client
  /// Publications that wait for room in the connection.
  private var queue: [(topic: String, payload: [UInt8], retain: Bool)] = []
  private(set) var messages: [Message] = []
  /// Publications that the broker took over, and reason codes of those that it turned down.
  private(set) var delivered = 0
  private(set) var refusals: [UInt8] = []

  init(
    _ broker: Broker, as name: String = "stranger", password: String? = nil, subscribing filters: [String] = [],
    will: BrokerOptions.Will? = nil
  ) throws {
    var options = BrokerOptions(host: "127.0.0.1", port: broker.port, clientID: name)
    options.subscriptions = filters
    options.will = will
    options.window = 1000
    if let password { (options.username, options.password) = (name, password) }
    client = try Client(options, wakeup: try Wakeup(), monotonic: hostNanoseconds)
    let deadline = Deadline()
    while !client.isConnected {
      try #require(!deadline.isOver, "\(name) does not connect")
      try turn(timeout: 10)
    }
  }

  func turn(timeout: Int32 = 0) throws {
    while client.room > 0, let first = queue.first {
      try client.publish(first.topic, first.payload, retain: first.retain)
      queue.removeFirst()
    }
    for event in client.step(timeout: timeout) {
      switch event {
      case .message(let message): messages.append(message)
      case .delivered: delivered += 1
      case .refused(_, let code): refusals.append(code)
      case .disconnected(let error, _): throw error
      case .connected: break
      }
    }
  }

  /// Publishes in this turn or a later one.
  func publish(_ topic: String, _ payload: [UInt8], retain: Bool = false) throws {
    queue.append((topic, payload, retain))
    try turn()
  }

  func publish(_ event: CloudEvent) throws {
    try publish(Topic(event.vehicle, .lane(event.lane)).description, event.encoded)
  }

  /// The acknowledgements that have come.
  var acknowledgements: [AcknowledgementMessage] {
    get throws { try messages.map { try AcknowledgementMessage(decoding: $0.payload) } }
  }
}
