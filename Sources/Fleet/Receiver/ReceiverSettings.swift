// What a receiver is told once, and how it says that it cannot work with it.
public import MQTT

/// The broker's address, credentials and TLS files; see `MQTT.BrokerOptions`.
public typealias BrokerOptions = MQTT.BrokerOptions

public struct ReceiverSettings: Sendable {
  public enum Listen: Hashable, Sendable {
    /// Port 0 takes a free one.
    case tcp(host: String, port: Int)
    case unix(path: String)

    /// Reads `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/telltale/receiver.sock`; nil for anything else.
    public init?(_ text: String) {
      if text.hasPrefix("unix:") {
        let path = String(text.dropFirst(5))
        // sockaddr_un holds 108 bytes with the closing zero.
        guard path.hasPrefix("/"), path.utf8.count < 108 else { return nil }
        self = .unix(path: path)
        return
      }
      guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
        return nil
      }
      var host = String(text[..<colon])
      if host.hasPrefix("[") && host.hasSuffix("]") {
        host = String(host.dropFirst().dropLast())
      } else if host.contains(":") {
        return nil
      }
      guard !host.isEmpty else { return nil }
      self = .tcp(host: host, port: Int(port))
    }
  }

  /// Says in acknowledgements who has committed; 1 to 64 bytes.
  public var name: String
  /// Will and subscriptions are the receiver's own and are overwritten.
  public var broker: BrokerOptions
  public var storage: StorageLocation
  public var listen: Listen
  /// Where to write the TCP port in use, for those who asked for port 0.
  public var portFile: String?

  /// The client id is `telltale-receiver-<name>`.
  public init(
    name: String, host: String, port: UInt16 = 1883, storage: StorageLocation,
    listen: Listen = .tcp(host: "127.0.0.1", port: 8080), portFile: String? = nil
  ) {
    self.name = name
    broker = BrokerOptions(host: host, port: port, clientID: "telltale-receiver-" + name)
    // Above the largest event, so that one which is too large is counted here and not lost at the broker.
    broker.largestPacket = 512 * 1024
    // Acknowledgements of many vehicles go out at once.
    broker.window = 100
    self.storage = storage
    self.listen = listen
    self.portFile = portFile
  }
}

/// Why a receiver cannot start or go on. The description is one line.
public enum ReceiverError: Error, CustomStringConvertible, Sendable {
  /// The storage cannot be opened, made or read.
  case database(String)
  /// A later version of this program wrote the file.
  case newerDatabase(path: String, found: Int32, known: Int32)
  case broker(MQTTError)
  /// The HTTP server cannot listen.
  case http(String)
  case portFile(path: String, reason: String)

  public var description: String {
    switch self {
    case .database(let reason): reason
    case .newerDatabase(let path, let found, let known):
      "database \(path) has schema \(found), this version knows \(known); update telltale-receiver or use another file"
    case .broker(let error): error.description
    case .http(let reason): "HTTP server cannot start: \(reason); check http.listen"
    case .portFile(let path, let reason): "cannot write http.port_file \(path): \(reason)"
    }
  }
}
