// Why an attempt failed or a connection ended, in the words of MQTTError.
import CMosquitto
import Glibc

extension Client {
  func dialFailure(_ handle: Handle, _ code: Int32, errno reason: Int32) -> MQTTError {
    let (host, port) = (options.host, options.port)
    if options.tls != nil, let fault = handle.tlsFault { return .tls(host: host, port: port, fault) }
    // OpenSSL's errors without words come with this errno.
    if options.tls != nil && code == MOSQ_ERR_ERRNO.rawValue && reason == EPROTO {
      return .tls(host: host, port: port, .hungUp)
    }
    return switch code {
    case MOSQ_ERR_EAI.rawValue: .unreachable(host: host, port: port, reason: "the host's name does not resolve")
    case MOSQ_ERR_TLS.rawValue, MOSQ_ERR_TLS_HANDSHAKE.rawValue:
      .tls(host: host, port: port, .other(Handle.text(of: code, errno: reason)))
    default: .unreachable(host: host, port: port, reason: Handle.text(of: code, errno: reason))
    }
  }

  func failure(of session: Session) -> MQTTError? {
    let (host, port) = (options.host, options.port)
    if let answer = session.answer, answer >= 0x80 {
      return switch answer {
      case 0x85, 0x86, 0x87, 0x8A, 0x8C: .notAuthorised(host: host, port: port, code: answer)
      default: .refused(host: host, port: port, code: answer)
      }
    }
    // A broker that speaks only MQTT 3 answers with that version's codes, 1...5.
    if let answer = session.answer, answer > 0 {
      return answer >= 4
        ? .notAuthorised(host: host, port: port, code: answer == 4 ? 0x86 : 0x87)
        : .refused(host: host, port: port, code: answer == 1 ? 0x84 : answer == 2 ? 0x85 : 0x88)
    }
    guard let end = session.end else { return nil }
    if end.code == 0x8E { return .takenOver(clientID: options.clientID) }
    let reason =
      end.code >= 0x80
      ? "the broker ended it with reason 0x" + String(end.code, radix: 16, uppercase: true)
      : Handle.text(of: end.code, errno: end.errno)
    if options.tls != nil && session.answer == nil {
      return .tls(host: host, port: port, session.tlsFault ?? .hungUp)
    }
    if end.code == MOSQ_ERR_TLS.rawValue || end.code == MOSQ_ERR_TLS_HANDSHAKE.rawValue {
      return .tls(host: host, port: port, .other(reason))
    }
    return session.answer == nil
      ? .hungUp(host: host, port: port) : .lost(host: host, port: port, reason: reason)
  }

  /// A link that was cut says nothing, and TCP alone notices after a quarter of an hour. libmosquitto pings after one
  /// keep-alive period and gives up after two; half a period is enough for an answer to come.
  func silence(of session: Session) -> MQTTError? {
    let period = session.limits.keepAlive ?? Int(options.keepAlive)
    let silence = monotonic() - session.heard
    guard period > 0, silence > Int64(period) * Client.second * 3 / 2 else { return nil }
    return .lost(
      host: options.host, port: options.port,
      reason: "nothing was heard for \(silence / Client.second) s, not even an answer to a ping")
  }
}
