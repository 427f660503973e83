// Whether there is an adapter at the port, and at which baud rate.
//
// At most two lines are written at each rate, both ATI: the first may end what an adapter is doing, or the rest of
// what it took for a command at a wrong rate. Neither resets anything, and whatever else may be at the port takes no
// harm.
import Vocabulary

struct ELMProbe: Sendable {
  var isSocket = false
  /// Still to be tried; nil for a port without any.
  var rates: ArraySlice<Int?> = []
  var commands = 0
  var sent = Instant.zero
  var isPrompted = false
  var isIdentified = false
  var isDirty = false
  /// What was said at this rate in plain text.
  var heard: [String] = []
  /// In a row.
  var failedSetUps = 0
  var silentRounds = 0
  var strangeRounds = 0
  /// The port is to be opened anew because nothing else helped.
  var isReopening = false
  /// An adapter was set up at this rate since the port was opened.
  var knownRate: Int?

  static let usualRates = [
    38_400, 115_200, 9600, 230_400, 460_800, 500_000, 57_600, 921_600, 1_000_000, 2_000_000,
  ]
  /// Rounds in vain after which the port is opened anew.
  static let roundsBeforeReopening = 3
  private static let mostLines = 4

  /// - Parameter lastByte: a prompt counts when nothing follows it.
  func due(lastByte: Instant) -> Instant {
    let patience = isSocket ? ELMPatience.probeOfSocket : ELMPatience.probe
    let limit = sent.advanced(seconds: patience[min(max(commands, 1), patience.count) - 1])
    return isPrompted ? min(limit, max(lastByte, sent).advanced(seconds: ELMPatience.quiet)) : limit
  }

  mutating func forgetHeard() {
    isPrompted = false
    isIdentified = false
    isDirty = false
    heard = []
  }

  mutating func hear(_ line: ELMLine) {
    guard !line.isDirty else {
      isDirty = true
      return
    }
    guard heard.count < ELMProbe.mostLines, line.text.count > 1 else { return }
    heard.append(String(decoding: line.text.prefix(60), as: UTF8.self))
  }
}

extension ELMSession {
  mutating func startProbing(at now: Instant) {
    exchange = nil
    settling = nil
    request = nil
    status.vehicleProtocol = nil
    probe.rates = ArraySlice(rates)
    probe.isReopening = false
    enter(.probing, at: now)
    probeNextRate(at: now)
  }

  private var rates: [Int?] {
    if probe.isSocket { return [nil] }
    if let fixed = settings.baudRate { return [fixed] }
    // An adapter that was here and hangs comes back at its rate, if at all.
    if let known = probe.knownRate, probe.silentRounds % ELMProbe.roundsBeforeReopening != 2 { return [known] }
    var rates: [Int] = settings.memory.baudRate.map { [$0] } ?? []
    for rate in ELMProbe.usualRates + profiles.flatMap(\.baudRates) where !rates.contains(rate) { rates.append(rate) }
    return rates
  }

  mutating func probeNextRate(at now: Instant) {
    guard let rate = probe.rates.popFirst() else {
      return backOff(status.trouble == .adapterGone ? .adapterGone : .silentPort, at: now)
    }
    status.baudRate = rate
    if let rate { act(.setBaudRate(rate)) }
    probe.commands = 0
    probe.forgetHeard()
    activity = .probing
    probeOnce(at: now)
  }

  private mutating func probeOnce(at now: Instant) {
    probe.commands += 1
    probe.sent = now
    write("ATI")
  }

  mutating func takeProbed(_ token: ELMToken, at now: Instant) {
    switch token {
    case .prompt:
      // At a wrong rate one of the wrong characters may look like it.
      probe.isPrompted = probe.isIdentified || !probe.isDirty
    case .line(let line):
      var said = ELMReplyReader(command: Array("ATI".utf8), format: ELMFormat())
      said.take(line)
      if said.reply.identity != nil { probe.isIdentified = true }
      if said.reply != ELMReply() { probe.hear(line) }
    }
  }

  /// At the end of each line's time; an adapter is used as soon as its prompt is followed by nothing.
  mutating func probeOn(at now: Instant) {
    if probe.isPrompted || probe.isIdentified { return startSetUp(.fresh, at: now) }
    if probe.commands < 2 { return probeOnce(at: now) }
    if !probe.isDirty, !probe.heard.isEmpty {
      let said = probe.heard.joined(separator: " / ")
      return backOff(.notELM327(said), at: now)
    }
    probeNextRate(at: now)
  }

  /// No use of the port for a while; what is no ELM327 is left alone longer.
  mutating func backOff(_ trouble: ELMTrouble, at now: Instant) {
    activity = .idle
    exchange = nil
    settling = nil
    request = nil
    status.trouble = trouble
    let pause: Double
    if case .notELM327 = trouble {
      probe.silentRounds = 0
      pause = min(30 * Double(1 << min(probe.strangeRounds, 5)), 600)
      probe.strangeRounds += 1
    } else {
      probe.strangeRounds = 0
      pause = min(5 * Double(1 << min(probe.silentRounds, 4)), 60)
      probe.silentRounds += 1
    }
    probe.failedSetUps = 0
    enter(.backingOff, until: now.advanced(seconds: pause), at: now)
  }

  mutating func endBackOff(at now: Instant) {
    guard probe.silentRounds > 0, probe.silentRounds % ELMProbe.roundsBeforeReopening == 0 else {
      return startProbing(at: now)
    }
    // Should nobody open it, it is probed as it is.
    act(.reopen)
    probe.isReopening = true
    probe.silentRounds += 1
    enter(.backingOff, until: now.advanced(seconds: 5), at: now)
  }
}
