// Bytes and deadlines: one command at a time, and the way back to the prompt.
public import Vocabulary

/// Brings an adapter back to its prompt, whatever it is doing: ATI ends what is under way, and only its own answer
/// shows that nothing else is still to come.
struct ELMSettling: Sendable {
  enum Next: Sendable {
    /// What there is to do at the prompt.
    case resume
    /// The set-up goes on where it was.
    case setUp
    /// It began anew: set up again.
    case setUpAgain
  }

  let next: Next
  let began: Instant
  let patience: Double
  var commands = 0
  var sent: Instant?
  var isPrompted = false
  var isIdentified = false

  /// When it is over, good or bad.
  var limit: Instant {
    began.advanced(seconds: ELMPatience.settling + Double(ELMPatience.mostSettlingCommands) * patience)
  }

  func due(lastByte: Instant) -> Instant {
    let quiet = max(lastByte, began).advanced(seconds: commands > 1 ? ELMPatience.longQuiet : ELMPatience.quiet)
    guard let sent else { return min(quiet, limit) }
    return min(isPrompted ? quiet : sent.advanced(seconds: patience), limit)
  }
}

extension ELMSession {
  /// Takes what the port read.
  public mutating func take(_ bytes: [UInt8], at now: Instant) {
    guard !bytes.isEmpty, status.state != .closed, status.state != .backingOff else { return }
    lastByte = now
    exchange?.hear(at: now)
    var tokens: [ELMToken] = []
    reader.feed(bytes) { tokens.append($0) }
    let writesBefore = writes
    for token in tokens {
      switch activity {
      case _ where writes != writesBefore: takeUnasked(token, at: now)
      case .idle: takeUnasked(token, at: now)
      case .probing: takeProbed(token, at: now)
      case .exchanging: takeAnswer(token, at: now)
      case .settling: takeSettling(token)
      case .monitoring: takeMonitored(token, at: now)
      }
    }
  }

  /// Meets deadlines.
  /// - Returns: when to be called again at the latest, later than `now`.
  public mutating func step(at now: Instant) -> Instant {
    // Each turn moves one deadline; so many are never due at once.
    for _ in 0..<32 {
      guard let due, due <= now else { break }
      meet(at: now)
    }
    let soonest = now.advanced(seconds: 0.001)
    return max(due ?? now.advanced(seconds: 10), soonest)
  }

  private var due: Instant? {
    switch activity {
    case .probing: return probe.due(lastByte: lastByte)
    case .exchanging: return isSettingUp ? exchange.map { min($0.due, setUp.limit) } : exchange?.due
    case .settling: return settling?.due(lastByte: lastByte)
    case .monitoring: return listening.due
    case .idle: break
    }
    switch status.state {
    case .closed, .probing, .initialising: return nil
    case .backingOff: return status.until
    case .listening: return listening.due
    case .searching, .polling, .asleep: return voltageDue
    }
  }

  private mutating func meet(at now: Instant) {
    switch activity {
    case .probing: probeOn(at: now)
    case .exchanging: meetExchange(at: now)
    case .settling: settleOn(at: now)
    case .monitoring: listenOn(at: now)
    case .idle: status.state == .backingOff ? endBackOff(at: now) : resume(at: now)
    }
  }

  // MARK: One command

  /// Writes a command, now or as soon as the adapter is ready for it.
  mutating func send(
    _ command: String, _ purpose: ELMExchange.Purpose, _ expected: ELMExchange.Expected, patience: Double? = nil,
    silence: Double? = nil, notBefore: Instant = .zero, at now: Instant
  ) {
    let pause = status.profile?.pause ?? 0
    let format = ELMFormat(hasHeaders: setUp.hasHeaders, vehicleProtocol: status.vehicleProtocol)
    exchange = ELMExchange(
      command, purpose, expected, patience: patience ?? self.patience, silence: silence, format: format,
      notBefore: max(notBefore, pause > 0 ? prompted.advanced(seconds: pause) : now))
    activity = .exchanging
    meetExchange(at: now)
  }

  /// Seconds for a command to the adapter itself.
  var patience: Double { min(max(0.5, status.profile?.patience ?? ELMProfile.unknown.patience), 5) }

  /// Writes what is not written yet; gives up what is late.
  private mutating func meetExchange(at now: Instant) {
    guard var exchange else {
      resume(at: now)
      return
    }
    guard exchange.written != nil else {
      guard exchange.due <= now else { return }
      exchange.write(at: now)
      self.exchange = exchange
      write(exchange.command, isRequest: exchange.purpose == .ask)
      return
    }
    if isSettingUp, now >= setUp.limit { return failSetUp(at: now) }
    guard exchange.due <= now else { return }
    var last = exchange
    reader.end { if case .line(let line) = $0 { last.take(line, at: now) } }
    conclude(last, nil, at: now)
  }

  mutating func write(_ command: String, isRequest: Bool = false) {
    writes += 1
    reader.reset()
    if isRequest { status.counters.requests += 1 } else { status.counters.commands += 1 }
    act(.write(Array(command.utf8) + [0x0D]))
  }

  private mutating func takeAnswer(_ token: ELMToken, at now: Instant) {
    guard var exchange, exchange.written != nil else { return takeUnasked(token, at: now) }
    switch token {
    case .line(let line):
      exchange.take(line, at: now)
      self.exchange = exchange
    case .prompt:
      prompted = now
      let reply = exchange.prompt(at: now)
      self.exchange = exchange
      if let reply { conclude(exchange, reply, at: now) }
    }
  }

  /// - Parameter reply: nil when its deadline passed.
  private mutating func conclude(_ exchange: ELMExchange, _ reply: ELMReply?, at now: Instant) {
    self.exchange = nil
    activity = .idle
    if let restart = reply?.restart, exchange.purpose != .setUp || restart == .lowVoltage {
      return takeRestart(restart, at: now)
    }
    if reply != nil, exchange.expected == .setting, let written = exchange.written {
      waitTime.obeyed(after: now.seconds(since: written))
    }
    switch exchange.purpose {
    case .setUp: return setUpOn(after: reply, exchange, at: now)
    case .setting(let setting): endSetting(setting, reply, at: now)
    case .tryProtocol(let attempt): endTryProtocol(attempt, reply, at: now)
    case .ask: endAsking(reply, exchange, at: now)
    case .number: endNumber(reply, at: now)
    case .voltage: takeVoltage(reply, at: now)
    case .ignition: takeIgnition(reply)
    case .close:
      isProtocolOpen = false
    case .drain, .listen: break
    }
    // Without an answer but with a prompt there is nothing to be found again.
    if reply == nil, !exchange.isBare { settle(.resume, at: now) } else { resume(at: now) }
  }

  // MARK: Unasked

  private mutating func takeUnasked(_ token: ELMToken, at now: Instant) {
    guard case .line(let line) = token, status.state != .probing, activity != .settling else { return }
    var said = ELMReplyReader(command: [], format: ELMFormat())
    said.take(line)
    // In the set-up banners are asked for.
    guard let restart = said.reply.restart, !isSettingUp || restart == .lowVoltage else { return }
    takeRestart(restart, at: now)
  }

  /// The adapter began anew by itself: what it was told is gone.
  mutating func takeRestart(_ restart: ELMReply.Restart, at now: Instant) {
    status.counters.resets += 1
    if restart == .lowVoltage { status.trouble = .lowVoltage }
    request = nil
    if !isSettingUp { setUp.began = now }
    enter(.initialising, at: now)
    // The reset itself, or the rest of its text, may still be going on: nothing is said until it is quiet.
    settle(.setUpAgain, interrupting: false, isTrouble: false, at: now)
  }

  // MARK: Back to the prompt

  /// - Parameters:
  ///   - interrupting: says something at once, which ends what the adapter is doing.
  ///   - isTrouble: false where that is no more than the way to stop it.
  mutating func settle(
    _ next: ELMSettling.Next, interrupting: Bool = true, isTrouble: Bool = true, at now: Instant
  ) {
    if isTrouble { status.counters.resynchronisations += 1 }
    exchange = nil
    settling = ELMSettling(next: next, began: now, patience: max(1, patience))
    activity = .settling
    reader.reset()
    if interrupting { settleOnce(at: now) }
  }

  private mutating func settleOnce(at now: Instant) {
    settling?.commands += 1
    settling?.sent = now
    settling?.isPrompted = false
    settling?.isIdentified = false
    write("ATI")
  }

  private mutating func takeSettling(_ token: ELMToken) {
    guard case .line(let line) = token else {
      settling?.isPrompted = true
      return
    }
    // What adapters of unknown kind call themselves is known by its being the same.
    var said = ELMReplyReader(command: Array("ATI".utf8), format: ELMFormat())
    said.take(line)
    let reply = said.reply
    guard reply.identity != nil || reply.text != nil && reply.text == status.banner else { return }
    settling?.isIdentified = true
    settling?.isPrompted = false
  }

  private mutating func settleOn(at now: Instant) {
    guard let settling else { return resume(at: now) }
    if settling.isIdentified, settling.isPrompted, settling.due(lastByte: lastByte) <= now {
      self.settling = nil
      prompted = now
      activity = .idle
      switch settling.next {
      case .resume: resume(at: now)
      case .setUp: continueSetUp(at: now)
      case .setUpAgain: startSetUp(.again, at: now)
      }
    } else if now >= settling.limit || settling.commands >= ELMPatience.mostSettlingCommands {
      self.settling = nil
      // It may have forgotten everything.
      isSettingUp ? failSetUp(at: now) : startSetUp(.fresh, at: now)
    } else {
      settleOnce(at: now)
    }
  }
}
