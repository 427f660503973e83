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
  static let second: Int64 = 1_000_000_000
  /// Seconds between two looks at the credential files after a refusal.
  private static let lookPeriod: Int64 = 10

  public private(set) var options: BrokerOptions
  private let wakeup: Wakeup
  let monotonic: () -> Int64
  private let random: () -> Double
  private var backOff: BackOff
  private var phase: Phase
  private var concessions = WillConcessions()
  /// Whether SUBSCRIBE was sent on the connection that is being made.
  private var hasSubscribed = false
  /// The credential files as they were when the last attempt began, and when to look at them again; nil while no change
  /// of theirs would help.
  private var refused: (files: FileStamps, nextLook: Int64)?
  private var stampsAtDial = FileStamps(of: [])
  /// Whether the last attempt failed over the dates of a certificate.
  private var hasFailedOverDates = false
  /// Bytes of all PUBLISH packets handed over since the start, headers included.
  public private(set) var bytesPublished: UInt64 = 0

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

  public var isConnected: Bool { if case .connected = phase { true } else { false } }

  /// How many messages can be published now; 0 while not connected.
  public var room: Int {
    if case .connected(let session, _) = phase { max(0, window(of: session) - session.inFlight) } else { 0 }
  }

  /// Most messages under way at once: this client's choice or the broker's receive maximum.
  private func window(of session: Session) -> Int { min(options.window, session.limits.receiveMaximum) }

  /// How many messages await the broker's acknowledgement.
  public var inFlight: Int { if case .connected(let session, _) = phase { session.inFlight } else { 0 } }

  /// Publishes at QoS 1, or 0 where the broker takes no more, and returns the number that `delivered` or `refused` will
  /// give back. A broker that keeps no retained messages gets it as an ordinary one.
  /// - Throws: `notConnected`, `windowFull`, `tooLarge` or `unsendable`; nothing is queued then.
  @discardableResult
  public func publish(_ topic: String, _ payload: [UInt8], retain: Bool = false) throws(MQTTError) -> Int32 {
    guard case .connected(let session, _) = phase else { throw .notConnected }
    guard session.inFlight < window(of: session) else { throw .windowFull(window(of: session)) }
    let bytes = publishSize(topic: topic, payload: payload.count, qos: session.qos)
    if let limit = session.limits.largestPacket, bytes > limit { throw .tooLarge(bytes: bytes, limit: limit) }
    let message = try session.publish(topic, payload, retain: retain)
    bytesPublished += UInt64(bytes)
    return message
  }

  /// Replaces the will of the connections to come.
  public func updateWill(_ will: BrokerOptions.Will?) { options.will = will }

  /// Tells that the wall clock was set: an attempt that failed over a certificate's dates is made again within seconds.
  public func wallClockChanged() {
    guard hasFailedOverDates, case .waiting(let until) = phase else { return }
    phase = .waiting(until: min(until, monotonic() + Int64(random() * 5e9)))
  }

  /// Moves the connection on and returns what happened.
  ///
  /// Waits up to `timeout` milliseconds for the socket or the wake-up; returns early when either has something.
  /// - Parameter reading: false leaves what the broker sends in the socket, for an owner that cannot take more now.
  public func step(timeout: Int32, reading: Bool = true) -> [Event] {
    let now = monotonic()
    switch phase {
    case .waiting(let until):
      if now >= until || credentialsChanged(now) { return dial(now) }
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
      if let failure = failure(of: session) ?? silence(of: session) {
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
    case .waiting, .dialling: break
    case .handshaking(let session, _), .connected(let session, _):
      session.disconnect()
      while session.socket >= 0 && session.end == nil && session.wantsToWrite && monotonic() < deadline {
        exchange(with: session, timeout: 10, reading: true)
      }
    }
    phase = .waiting(until: .max)
    refused = nil
    hasFailedOverDates = false
  }

  // MARK: Phases.

  private func dial(_ now: Int64) -> [Event] {
    refused = nil
    hasFailedOverDates = false
    stampsAtDial = FileStamps(of: options.credentialFiles)
    do throws(MQTTError) {
      let dialling = Dialling(try Handle(options, concessions), options, wakeup: wakeup)
      phase = .dialling(dialling, deadline: now + Int64(options.answerWithin) * Client.second)
      dialling.start()
      return []
    } catch {
      return [fail(error)]
    }
  }

  /// After a refusal: whether somebody has given this client other credentials.
  private func credentialsChanged(_ now: Int64) -> Bool {
    guard let look = refused, now >= look.nextLook else { return false }
    refused?.nextLook = now + Client.lookPeriod * Client.second
    return FileStamps(of: options.credentialFiles) != look.files
  }

  private func step(_ dialling: Dialling, deadline: Int64, timeout: Int32) -> [Event] {
    if dialling.result == nil { wait(for: nil, milliseconds: timeout) }
    switch dialling.result {
    case .sent: phase = .handshaking(Session(dialling.handle, at: monotonic()), deadline: deadline)
    case .failed(let code, let reason): return [fail(dialFailure(dialling.handle, code, errno: reason))]
    case nil:
      if monotonic() >= deadline {
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
        concessions = WillConcessions(qos: session.qos, isRetained: session.limits.keepsRetained)
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
    let now = monotonic()
    if case .refused(_, _, let code) = error { _ = concessions.concede(to: code) }
    if error.pause == .refusal || error.tlsFault != nil {
      refused = (stampsAtDial, now + Client.lookPeriod * Client.second)
    }
    hasFailedOverDates = error.tlsFault?.isOfDates == true
    let seconds = backOff.next(error.pause, random: random())
    phase = .waiting(until: now + Int64(seconds * 1e9))
    return .disconnected(error, retryAfter: seconds)
  }

  // MARK: The socket.

  private func exchange(with session: Session, timeout: Int32, reading: Bool) {
    var timeout = timeout
    for _ in 0..<Client.readsPerStep {
      guard session.end == nil else { return }
      let isBuffered = reading && session.hasBufferedInput
      let ready = wait(for: session, milliseconds: isBuffered ? 0 : timeout, reading: reading)
      timeout = 0
      let hasInput = isBuffered || ready & Int16(POLLIN | POLLERR | POLLHUP) != 0
      // What is left in the socket on purpose is no silence.
      if hasInput || !reading { session.heard = monotonic() }
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
