// What can go wrong between this machine and a broker, in words that say what to mend.

/// A failure of an MQTT 5 client. The description is one line.
public enum MQTTError: Error, Equatable, CustomStringConvertible, Sendable {
  /// An option that cannot work, found before anything is sent.
  case invalidOption(name: String, reason: String)
  /// Nothing listens there, the name does not resolve, or the network is away.
  case unreachable(host: String, port: UInt16, reason: String)
  /// The broker took the connection but did not answer it in time.
  case silent(host: String, port: UInt16, seconds: Int)
  /// The connection was taken and ended before any answer.
  case hungUp(host: String, port: UInt16)
  /// TLS could not be agreed on: certificate, name or dates.
  case tls(host: String, port: UInt16, TLSFault)
  /// The broker knows the client id, user name or password and says no (CONNACK 0x85...0x87, 0x8A, 0x8C).
  case notAuthorised(host: String, port: UInt16, code: UInt8)
  /// The broker refused the connection for another reason (CONNACK).
  case refused(host: String, port: UInt16, code: UInt8)
  /// A subscription was refused, most often by the broker's access control list (SUBACK 0x80 and above).
  case subscriptionRefused(filter: String, code: UInt8)
  /// Another client connected with the same client id (DISCONNECT 0x8E).
  case takenOver(clientID: String)
  /// The connection ended.
  case lost(host: String, port: UInt16, reason: String)
  /// `publish` was called while not connected.
  case notConnected
  /// `publish` was called while the window of unacknowledged messages was full.
  case windowFull(Int)
  /// The message makes a larger packet than the broker takes. Bytes.
  case tooLarge(bytes: Int, limit: Int)
  /// The message is not one that MQTT can carry.
  case unsendable(topic: String, reason: String)

  public var description: String {
    switch self {
    case .invalidOption(let name, let reason): "MQTT option \(name): \(reason)"
    case .unreachable(let host, let port, let reason):
      "no broker at \(host):\(port): \(reason); check that it runs and that host and port are right"
    case .silent(let host, let port, let seconds):
      "broker at \(host):\(port) did not answer within \(seconds) s; check that this port speaks MQTT"
        + " (and TLS only if tls is configured)"
    case .hungUp(let host, let port):
      "broker at \(host):\(port) hung up without an answer; check that this port speaks MQTT"
        + " (and TLS only if tls is configured)"
    case .tls(let host, let port, let fault): "TLS with broker at \(host):\(port) failed: \(fault.reason)"
    case .notAuthorised(let host, let port, let code):
      "broker at \(host):\(port) refuses this client (\(reasonName(code))); check client id, user name and password"
    case .refused(let host, let port, let code):
      "broker at \(host):\(port) refused the connection (\(reasonName(code)))"
    case .subscriptionRefused(let filter, let code):
      "broker refused the subscription to \(filter) (\(reasonName(code))); check its access control list"
    case .takenOver(let clientID):
      "another client connected as '\(clientID)'; give each gateway and receiver a client id of its own"
    case .lost(let host, let port, let reason): "connection to broker at \(host):\(port) lost: \(reason)"
    case .notConnected: "not connected to a broker"
    case .windowFull(let size): "\(size) messages await the broker's acknowledgement already"
    case .tooLarge(let bytes, let limit):
      "a packet of \(bytes) bytes is larger than the \(limit) that the broker takes; raise the broker's maximum"
    case .unsendable(let topic, let reason): "cannot publish on \(topic): \(reason)"
    }
  }
}

/// A reason code of MQTT 5 (section 2.4) as number and name.
private func reasonName(_ code: UInt8) -> String {
  let name =
    switch code {
    case 0x80: "unspecified error"
    case 0x81: "malformed packet"
    case 0x82: "protocol error"
    case 0x84: "protocol version not supported"
    case 0x85: "client identifier not valid"
    case 0x86: "bad user name or password"
    case 0x87: "not authorised"
    case 0x88: "server unavailable"
    case 0x89: "server busy"
    case 0x8A: "banned"
    case 0x8B: "server shutting down"
    case 0x8C: "bad authentication method"
    case 0x8D: "keep alive timeout"
    case 0x8E: "session taken over"
    case 0x8F: "topic filter invalid"
    case 0x90: "topic name invalid"
    case 0x93: "receive maximum exceeded"
    case 0x95: "packet too large"
    case 0x97: "quota exceeded"
    case 0x98: "administrative action"
    case 0x9A: "retained messages not supported"
    case 0x9B: "quality of service not supported"
    case 0x9F: "connection rate exceeded"
    default: "reason"
    }
  return name + " 0x" + (code < 16 ? "0" : "") + String(code, radix: 16, uppercase: true)
}

extension MQTTError {
  /// How the next attempt should wait.
  var pause: BackOff.Pause {
    switch self {
    case .notAuthorised: .refusal
    case .takenOver: .takeover
    // A refused subscription too: nobody is locked out for it, and an access control list is mended at the broker.
    default: .growing
    }
  }

  var tlsFault: TLSFault? { if case .tls(_, _, let fault) = self { fault } else { nil } }
}
