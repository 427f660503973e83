// An MQTT 5 client without threads or queues of its own: its owner steps it, and publishes only what fits the window.
import CMosquitto
import Glibc

/// A message as it came from the broker.
public struct Message: Sendable {
  public var topic: String
  public var payload: [UInt8]
  /// Whether it was kept by the broker, from before this client subscribed.
  public var isRetained: Bool
}

/// An MQTT 5 client at QoS 1 that connects, and connects again, as long as it is stepped.
///
/// Not Sendable: it belongs to the thread that steps it. libmosquitto itself queues without bound while it is
/// disconnected; this client refuses instead, so whoever publishes keeps what has not been sent.
public final class Client {
  public enum Event: Sendable {
    /// Connected, and every subscription granted.
    case connected
    /// Not connected, and why; the next attempt comes after so many seconds. What was in flight may have arrived.
    case disconnected(MQTTError, retryAfter: Double)
    case message(Message)
    /// The broker took this message over (PUBACK). It does not mean that anybody has read it.
    case delivered(Int32)
    /// The broker turned this message down, most often by its access control list.
    case refused(Int32, code: UInt8)
  }

  private enum Phase {
    case waiting(until: Int64)
    case dialling(Dialling, deadline: Int64)
    case handshaking(Session, deadline: Int64)
    case connected(Session, since: Int64)
  }

  /// Packets read in one step at most, which bounds the events that one step returns.
  private static let readsPerStep = 64

  public let options: BrokerOptions
  private let wakeup: Wakeup
  private let monotonic: () -> Int64
  private let random: () -> Double
  private var backOff: BackOff
  private var phase: Phase
  /// Whether SUBSCRIBE was sent on the connection that is being made.
  private var hasSubscribed = false

  /// - Parameters:
  ///   - wakeup: ends a `step` early when another thread rings it.
  ///   - monotonic: nanoseconds of a clock that never goes back.
  ///   - random: uniform in 0..<1, for the jitter of the waits.
  /// - Throws: `MQTTError.invalidOption`.
  public init(
    _ options: BrokerOptions, backOff: BackOff = BackOff(), wakeup: Wakeup, monotonic: @escaping () -> Int64,
    random: @escaping () -> Double = { .random(in: 0..<1) }
  ) throws(MQTTError) {
    try options.validate()
    self.options = options
    self.backOff = backOff
    self.wakeup = wakeup
    self.monotonic = monotonic
    self.random = random
    phase = .waiting(until: monotonic())
  }

  deinit {
    if case .dialling(let dialling, _) = phase { dialling.abandon() }
  }

  public var isConnected: Bool { if case .connected = phase { true } else { false } }

  /// How many messages can be published now; 0 while not connected.
  public var room: Int {
    if case .connected(let session, _) = phase { max(0, options.window - session.inFlight) } else { 0 }
  }

  /// How many messages await the broker's acknowledgement.
  public var inFlight: Int { if case .connected(let session, _) = phase { session.inFlight } else { 0 } }

  /// Publishes at QoS 1 and returns the number that `delivered` or `refused` will give back.
  /// - Throws: `notConnected`, `windowFull` or `unsendable`; nothing is queued then.
  @discardableResult
  public func publish(_ topic: String, _ payload: [UInt8], retain: Bool = false) throws(MQTTError) -> Int32 {
    guard case .connected(let session, _) = phase else { throw .notConnected }
    guard session.inFlight < options.window else { throw .windowFull(options.window) }
    return try session.publish(topic, payload, retain: retain)
  }

  /// Moves the connection on and returns what happened.
  ///
  /// Waits up to `timeout` milliseconds for the socket or the wake-up; returns early when either has something.
  /// - Parameter reading: false leaves what the broker sends in the socket, for an owner that cannot take more now.
  public func step(timeout: Int32, reading: Bool = true) -> [Event] {
    let now = monotonic()
    switch phase {
    case .waiting(let until):
      if now >= until { return dial(now) }
      wait(for: nil, milliseconds: min(timeout, Int32(clamping: (until - now) / 1_000_000 + 1)))
      return []
    case .dialling(let dialling, let deadline):
      return step(dialling, deadline: deadline, timeout: timeout)
    case .handshaking(let session, let deadline):
      return step(session, deadline: deadline, timeout: timeout)
    case .connected(let session, let since):
      exchange(with: session, timeout: timeout, reading: reading)
      var events: [Event] = []
      swap(&events, &session.events)
      if let failure = failure(of: session) {
        backOff.connectionLasted(Double(monotonic() - since) * 1e-9)
        events.append(fail(failure))
      }
      return events
    }
  }

  /// Says goodbye, so that the broker does not publish the will, and hangs up. Waits `timeout` milliseconds at most for
  /// the packet to leave.
  public func disconnect(timeout: Int32) {
    let deadline = monotonic() + Int64(timeout) * 1_000_000
    switch phase {
    case .waiting: break
    case .dialling(let dialling, _): dialling.abandon()
    case .handshaking(let session, _), .connected(let session, _):
      session.disconnect()
      while session.socket >= 0 && session.end == nil && session.wantsToWrite && monotonic() < deadline {
        exchange(with: session, timeout: 10, reading: true)
      }
    }
    phase = .waiting(until: .max)
  }

  // MARK: Phases.

  private func dial(_ now: Int64) -> [Event] {
    do throws(MQTTError) {
      let dialling = Dialling(try Session.handle(for: options), options, wakeup: wakeup)
      phase = .dialling(dialling, deadline: now + Int64(options.answerWithin) * 1_000_000_000)
      dialling.start()
      return []
    } catch {
      return [fail(error)]
    }
  }

  private func step(_ dialling: Dialling, deadline: Int64, timeout: Int32) -> [Event] {
    var outcome = dialling.take()
    if outcome == nil {
      wait(for: nil, milliseconds: timeout)
      outcome = dialling.take()
    }
    switch outcome {
    case .sent(let handle):
      phase = .handshaking(Session(handle), deadline: deadline)
    case .failed(let code, let reason):
      return [fail(dialFailure(code, errno: reason))]
    case nil:
      if monotonic() >= deadline {
        dialling.abandon()
        return [fail(.silent(host: options.host, port: options.port, seconds: options.answerWithin))]
      }
    }
    return []
  }

  private func step(_ session: Session, deadline: Int64, timeout: Int32) -> [Event] {
    exchange(with: session, timeout: timeout, reading: true)
    if let failure = failure(of: session) { return [fail(failure)] }
    if session.answer == 0 {
      if !hasSubscribed {
        hasSubscribed = true
        do throws(MQTTError) {
          for filter in options.subscriptions { try session.subscribe(filter) }
        } catch {
          return [fail(error)]
        }
      }
      if let refused = session.refusedSubscription {
        return [fail(.subscriptionRefused(filter: refused.filter, code: refused.code))]
      }
      if session.pendingSubscriptions.isEmpty {
        phase = .connected(session, since: monotonic())
        // Retained messages may have come before the last subscription was granted.
        var events: [Event] = [.connected]
        events += session.events
        session.events.removeAll()
        return events
      }
    }
    if monotonic() >= deadline {
      return [fail(.silent(host: options.host, port: options.port, seconds: options.answerWithin))]
    }
    return []
  }

  private func fail(_ error: MQTTError) -> Event {
    hasSubscribed = false
    let seconds = backOff.next(error.pause, random: random())
    phase = .waiting(until: monotonic() + Int64(seconds * 1e9))
    return .disconnected(error, retryAfter: seconds)
  }

  private func dialFailure(_ code: Int32, errno reason: Int32) -> MQTTError {
    let (host, port) = (options.host, options.port)
    switch code {
    case MOSQ_ERR_EAI.rawValue:
      return .unreachable(host: host, port: port, reason: "the host's name does not resolve")
    case MOSQ_ERR_TLS.rawValue, MOSQ_ERR_TLS_HANDSHAKE.rawValue:
      return .tls(host: host, port: port, reason: Session.text(of: code, errno: reason))
    default: return .unreachable(host: host, port: port, reason: Session.text(of: code, errno: reason))
    }
  }

  private func failure(of session: Session) -> MQTTError? {
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
      : Session.text(of: end.code, errno: end.errno)
    if end.code == MOSQ_ERR_TLS.rawValue || end.code == MOSQ_ERR_TLS_HANDSHAKE.rawValue {
      return .tls(host: host, port: port, reason: reason)
    }
    return session.answer == nil
      ? .hungUp(host: host, port: port) : .lost(host: host, port: port, reason: reason)
  }

  // MARK: The socket.

  private func exchange(with session: Session, timeout: Int32, reading: Bool) {
    var timeout = timeout
    for _ in 0..<Client.readsPerStep {
      guard session.end == nil else { return }
      let ready = wait(for: session, milliseconds: timeout, reading: reading)
      timeout = 0
      let hasInput = ready & Int16(POLLIN | POLLERR | POLLHUP) != 0
      // Reading comes first: a broker that hangs up has said why. And a hang-up is seen by reading, even by an owner
      // that takes no messages now.
      if hasInput && (reading || ready & Int16(POLLERR | POLLHUP) != 0) { session.read() }
      guard session.end == nil else { return }
      if ready & Int16(POLLOUT) != 0 { session.write() }
      guard session.end == nil else { return }
      if !hasInput && !session.wantsToWrite { break }
    }
    if session.end == nil { session.keepAlive() }
  }

  /// What the session's socket is ready for; 0 when the time is up or the wake-up rang.
  @discardableResult
  private func wait(for session: Session?, milliseconds: Int32, reading: Bool = true) -> Int16 {
    let interest = (reading ? Int16(POLLIN) : 0) | (session?.wantsToWrite == true ? Int16(POLLOUT) : 0)
    // poll(2) passes over a negative descriptor.
    var sources = (
      pollfd(fd: wakeup.readEnd, events: Int16(POLLIN), revents: 0),
      pollfd(fd: session?.socket ?? -1, events: interest, revents: 0)
    )
    let count = withUnsafeMutableBytes(of: &sources) {
      poll($0.baseAddress?.assumingMemoryBound(to: pollfd.self), 2, max(0, milliseconds))
    }
    guard count > 0 else { return 0 }
    if sources.0.revents != 0 { wakeup.clear() }
    return sources.1.revents
  }
}
