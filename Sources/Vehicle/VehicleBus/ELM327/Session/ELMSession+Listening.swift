// Listening to a CAN bus without a word: on which protocol there is anything to hear, and what is heard.
//
// Each protocol is listened to for three seconds, the one that was heard last before the others; then for a minute to
// that one again, before the next round.
import Vocabulary

struct ELMListening: Sendable {
  static let order: [ELMProtocol] = [.can11at500, .can29at500, .can11at250, .can29at250]

  var protocols: [ELMProtocol] = []
  var place = 0
  /// Commands before it listens.
  var commands: ArraySlice<String> = []
  var isSTUsed = false
  /// A frame was heard since the protocol was set.
  var isHeard = false
  var lastFrame = Instant.zero
  /// Frames since it began to listen the last time.
  var framesOfRun = 0
  /// Seconds for a protocol without any frame.
  var patience = ELMPatience.listen
  /// When the protocol is given up; nil before it was listened to.
  var limit: Instant?
  /// When it listens again, where that ended at once.
  var restart: Instant?

  var due: Instant? {
    guard let restart, let limit else { return limit }
    return min(restart, limit)
  }
}

extension ELMSession {
  mutating func startListening(at now: Instant) {
    let known = settings.vehicleProtocol ?? settings.memory.vehicleProtocol
    var protocols = ELMListening.order
    if let known, known.isCAN {
      protocols.removeAll { $0 == known }
      protocols.insert(known, at: 0)
    }
    if let fixed = settings.vehicleProtocol, fixed.isCAN { protocols = [fixed] }
    listening = ELMListening()
    listening.protocols = protocols
    listening.isSTUsed = status.abilities.contains(.st)
    enter(.listening, at: now)
    // Frames as they are, without the adapter's taking length bytes for its own.
    listenTo(0, before: ["ATCAF0"], at: now)
  }

  private mutating func listenTo(_ place: Int, before commands: [String] = [], at now: Instant) {
    guard listening.protocols.indices.contains(place) else { return }
    let next = listening.protocols[place]
    let isRoundOver = place == 0 && commands.isEmpty || listening.protocols.count == 1
    listening.place = place
    listening.isHeard = false
    listening.commands = ArraySlice(
      commands + ["ATTP" + String(decoding: [next.digit], as: UTF8.self), "ATCSM1"])
    if isRoundOver, status.abilities.contains(.voltage) { listening.commands.append("ATRV") }
    listening.patience = isRoundOver ? ELMPatience.betweenRounds : ELMPatience.listen
    listening.limit = nil
    listening.restart = nil
    status.vehicleProtocol = nil
  }

  /// At the prompt.
  mutating func goOnListening(at now: Instant) {
    if let command = listening.commands.popFirst() {
      if command == "ATRV" { return readVoltage(at: now) }
      return send(command, .listen, .setting, at: now)
    }
    if let limit = listening.limit, now >= limit { return tryNextProtocol(at: now) }
    if let restart = listening.restart, restart > now { return }
    listening.restart = nil
    listening.framesOfRun = 0
    listening.limit = listening.limit ?? now.advanced(seconds: listening.patience)
    activity = .monitoring
    write(listening.isSTUsed ? "STMA" : "ATMA")
  }

  /// When the time for a protocol is up.
  mutating func listenOn(at now: Instant) {
    if let limit = listening.limit, now < limit { return }
    tryNextProtocol(at: now)
  }

  private mutating func tryNextProtocol(at now: Instant) {
    let next = (listening.place + 1) % max(1, listening.protocols.count)
    if next == 0 { status.trouble = troubleOfSilence }
    listenTo(next, at: now)
    if activity == .monitoring { settle(.resume, isTrouble: false, at: now) } else { resume(at: now) }
  }

  mutating func takeMonitored(_ token: ELMToken, at now: Instant) {
    switch token {
    case .line(let line): takeMonitored(line, at: now)
    case .prompt:
      // It stopped by itself.
      prompted = now
      activity = .idle
      if listening.framesOfRun == 0 { listening.restart = now.advanced(seconds: ELMPatience.beforeListening) }
      goOnListening(at: now)
    }
  }

  private mutating func takeMonitored(_ line: ELMLine, at now: Instant) {
    guard listening.protocols.indices.contains(listening.place) else { return }
    let vehicleProtocol = listening.protocols[listening.place]
    let frame =
      line.isDirty
      ? nil : line.text.withUnsafeBufferPointer { ELMMonitorLine.frame($0, vehicleProtocol, at: now, bus: bus) }
    guard let frame else { return takeUnheard(line, at: now) }
    capture(frame)
    status.counters.frames += 1
    listening.framesOfRun += 1
    listening.lastFrame = now
    listening.limit = now.advanced(seconds: ELMPatience.silentBus)
    guard !listening.isHeard else { return }
    listening.isHeard = true
    status.vehicleProtocol = vehicleProtocol
    status.trouble = nil
    settings.memory.vehicleProtocol = vehicleProtocol
    prove(.monitoring)
    // The next round begins with this one.
    listening.protocols.remove(at: listening.place)
    listening.protocols.insert(vehicleProtocol, at: 0)
    listening.place = 0
  }

  /// A line that is no frame: the adapter says something, or a frame is lost.
  private mutating func takeUnheard(_ line: ELMLine, at now: Instant) {
    var said = ELMReplyReader(command: Array((listening.isSTUsed ? "STMA" : "ATMA").utf8), format: ELMFormat())
    said.take(line)
    let reply = said.reply
    if let restart = reply.restart { return takeRestart(restart, at: now) }
    if reply.isUnknownCommand { return giveUpListening(at: now) }
    if reply.notices.contains(.bufferFull) { status.counters.losses += 1 }
    let isDamaged = line.isDirty || reply.damagedLines > 0 || !reply.messages.isEmpty
    guard isDamaged || reply.notices.contains(where: { $0 == .dataError || $0 == .rxError }) else { return }
    status.counters.losses += 1
    status.counters.damagedLines += 1
  }

  private mutating func giveUpListening(at now: Instant) {
    if listening.isSTUsed {
      // The prompt is still to come, then it goes on with ATMA.
      listening.isSTUsed = false
      disprove(.st)
    } else {
      disprove(.monitoring)
      backOff(.notELM327("? to ATMA, which listens"), at: now)
    }
  }
}
