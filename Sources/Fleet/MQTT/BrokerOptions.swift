// Where the broker is, who this client is, and how much may be under way at once.
import Glibc

/// How to reach a broker with MQTT 5 and what to do there.
///
/// Sessions start clean and end with the connection (session expiry 0, MQTT 5's default): what has to survive lives in
/// the outbox and in the receiver's database, and a broker that queues for an absent client would only hide it.
public struct BrokerOptions: Sendable {
  /// Files in PEM form for TLS.
  public struct TLS: Sendable {
    /// Certificates of the authorities that may have signed the broker's. Nil: the operating system's.
    public var caFile: String?
    /// This client's certificate and key; both or neither.
    public var certificateFile: String?
    public var keyFile: String?

    public init(caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
      self.caFile = caFile
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  /// What the broker publishes for this client when its connection ends without a DISCONNECT. QoS 1, retained.
  public struct Will: Sendable {
    public var topic: String
    public var payload: [UInt8]

    public init(topic: String, payload: [UInt8]) {
      self.topic = topic
      self.payload = payload
    }
  }

  public var host: String
  public var port: UInt16
  /// 1...65,535 bytes of UTF-8. Two clients with one id throw each other out.
  public var clientID: String
  public var username: String?
  public var password: String?
  /// A file whose first line is the password, read at each attempt to connect; instead of `password`.
  public var passwordFile: String?
  /// Nil: plain TCP.
  public var tls: TLS?
  /// Seconds of silence after which the client pings; 5...65,535.
  public var keepAlive: UInt16
  public var will: Will?
  /// Most messages published and not yet acknowledged by the broker; 1...65,535.
  public var window: Int
  /// Largest packet that the broker may send here, bytes; 1024...268,435,455. It drops what is larger.
  public var largestPacket: Int
  /// Seconds from the first packet to the broker's last word on connection and subscriptions.
  public var answerWithin: Int
  /// Topic filters subscribed with QoS 1 at each connection, before `connected` is said.
  public var subscriptions: [String]

  public init(host: String, port: UInt16 = 1883, clientID: String) {
    self.host = host
    self.port = port
    self.clientID = clientID
    keepAlive = 30
    window = 20
    largestPacket = 64 * 1024
    answerWithin = 30
    subscriptions = []
  }

  /// Throws `MQTTError.invalidOption` for the first option that cannot work.
  public func validate() throws(MQTTError) {
    if host.isEmpty { throw .invalidOption(name: "host", reason: "is empty; name the broker's host or address") }
    if port == 0 { throw .invalidOption(name: "port", reason: "is 0; brokers listen on 1883, with TLS on 8883") }
    if clientID.isEmpty || clientID.utf8.count > 65_535 {
      throw .invalidOption(name: "client id", reason: "must have 1 to 65,535 bytes")
    }
    if keepAlive < 5 { throw .invalidOption(name: "keepalive", reason: "is \(keepAlive) s; at least 5 s is needed") }
    if !(1...65_535).contains(window) {
      throw .invalidOption(name: "window", reason: "is \(window); 1 to 65,535 messages are possible")
    }
    if !(1024...268_435_455).contains(largestPacket) {
      throw .invalidOption(
        name: "largest packet", reason: "is \(largestPacket); 1024 to 268,435,455 bytes are possible")
    }
    if (password != nil || passwordFile != nil) && username == nil {
      throw .invalidOption(name: "password", reason: "needs a user name")
    }
    if password != nil && passwordFile != nil {
      throw .invalidOption(name: "password", reason: "is given twice; leave the password or its file out")
    }
    _ = try currentPassword()
    if let tls, (tls.certificateFile == nil) != (tls.keyFile == nil) {
      throw .invalidOption(name: "tls", reason: "a certificate and its key belong together; give both or neither")
    }
    for case let path? in [tls?.caFile, tls?.certificateFile, tls?.keyFile] where access(path, R_OK) != 0 {
      throw .invalidOption(name: "tls", reason: "cannot read '\(path)': " + systemText(errno) + "; check the path")
    }
  }
}
