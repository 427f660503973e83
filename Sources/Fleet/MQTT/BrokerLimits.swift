// What a broker says of itself in its CONNACK, and how large a PUBLISH is.

/// Limits that the broker sets for one connection (MQTT 5, section 3.2.2.3).
///
/// libmosquitto queues what passes the receive maximum, clears a retain flag without a word, and counts a packet two
/// bytes too short when it compares it with the maximum; so the client looks at these itself.
struct BrokerLimits: Equatable, Sendable {
  /// Most messages that the broker takes before it has acknowledged one of them.
  var receiveMaximum = 65_535
  /// Largest packet that it takes, bytes; nil: MQTT's own limit.
  var largestPacket: Int?
  /// Highest quality of service that it takes, 0...2.
  var maximumQoS: Int32 = 2
  /// Whether it keeps retained messages.
  var keepsRetained = true
  /// Seconds of silence that it wants instead of those that the client asked for.
  var keepAlive: Int?
}

/// What the broker turned down of a CONNECT and would take otherwise.
struct WillConcessions: Equatable, Sendable {
  var qos: Int32 = 1
  var isRetained = true

  /// Whether a refusal with this code is one that another will mends.
  mutating func concede(to code: UInt8) -> Bool {
    switch code {
    case 0x9A where isRetained: isRetained = false
    case 0x9B where qos > 0: qos = 0
    default: return false
    }
    return true
  }
}

/// Bytes of a PUBLISH without properties, fixed header included.
func publishSize(topic: String, payload: Int, qos: Int32) -> Int {
  let remaining = 2 + topic.utf8.count + (qos > 0 ? 2 : 0) + 1 + payload
  let lengthBytes = remaining < 1 << 7 ? 1 : remaining < 1 << 14 ? 2 : remaining < 1 << 21 ? 3 : 4
  return 1 + lengthBytes + remaining
}
