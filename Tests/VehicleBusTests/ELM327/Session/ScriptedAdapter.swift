// The other end of a session: an adapter that does what a test says, in virtual time.
import Vocabulary

@testable import VehicleBus

struct ScriptedAdapter {
  enum Digit { case honoured, ignored, unknown }

  /// What goes wrong with the answer to one command.
  enum Fault {
    case silence
    case noPrompt
    case twoPrompts
    /// Instead of the answer; its prompt is left to the text.
    case says(String)
  }

  var banner = "ELM327 v1.4b"
  var stIdentity: String?
  var baudRate = 38_400
  /// Commands that begin so are answered with `?`.
  var unknown: [String] = []
  var digit = Digit.honoured
  /// Seconds for each command, for a reset, and for a unit's answer.
  var commandTime = 0.004
  var resetTime = 0.4
  var answerTime = 0.01
  var volts: Double? = 14.1
  /// Nil: it listens to nobody.
  var vehicle: ELMProtocol? = .can11at500
  /// By request: who answers what.
  var answers: [String: [(id: UInt32, bytes: [UInt8])]] = [
    "0100": [(0x7E8, [0x41, 0x00, 0xBE, 0x3E, 0xA8, 0x13])], "010C": [(0x7E8, [0x41, 0x0C, 0x1A, 0xF8])],
    "010D": [(0x7E8, [0x41, 0x0D, 0x32])],
    "0902": [(0x7E8, [0x49, 0x02, 0x01] + Array("WVWZZZ1KZAW000001".utf8))],
  ]
  var canSearch = true
  /// What frames pass by, one every so many seconds.
  var traffic: (line: String, every: Double)?
  var fault: (String) -> Fault? = { _ in nil }
  /// Once, for a command that begins so.
  var nextFault: (command: String, fault: Fault)?
  /// At this rate what it says looks like prompts.
  var misleadingRate: Int?
  /// At the baud rate in force; false once it is broken.
  var isAlive = true

  /// What came, one command each.
  private(set) var log: [String] = []
  private(set) var clientRate: Int?
  private typealias Piece = (at: Instant, text: String)
  private var line = ""
  private var output: [(at: Instant, text: String)] = []
  private var busyUntil = Instant.zero
  private(set) var vehicleProtocol: ELMProtocol?
  private(set) var header: String?
  private(set) var receiver: String?
  private(set) var waitTime = 0.2
  private var monitorsFrom: Instant?

  /// Lines that the vehicle hears.
  var requests: [String] { log.filter { $0.hasPrefix("STPX") || $0.allSatisfy(\.isHexDigit) } }
  var commands: [String] { log.filter { !requests.contains($0) } }

  mutating func forgetLog() { log = [] }

  mutating func perform(_ action: ELMAction, at now: Instant) {
    switch action {
    case .setBaudRate(let rate): clientRate = rate
    case .write(let bytes):
      if let clientRate, clientRate == misleadingRate { say("\r>", at: now.advanced(seconds: commandTime)) }
      guard isAlive, clientRate.map({ $0 == baudRate }) ?? true else { return }
      for byte in bytes { take(byte, at: now) }
    case .reopen: break
    }
  }

  private mutating func take(_ byte: UInt8, at now: Instant) {
    if monitorsFrom != nil || busyUntil > now {
      // Any character ends what it is doing, and is lost by that.
      monitorsFrom = nil
      output = output.filter { $0.at <= now }
      busyUntil = now
      say("STOPPED\r\r>", at: now.advanced(seconds: commandTime))
      return
    }
    guard byte == 0x0D else {
      line.unicodeScalars.append(Unicode.Scalar(byte))
      return
    }
    defer { line = "" }
    log.append(line)
    var pieces = answer(to: line, at: now)
    let end = pieces.last?.at ?? now
    var fault = fault(line)
    if let next = nextFault, line.hasPrefix(next.command) {
      fault = next.fault
      nextFault = nil
    }
    switch fault {
    case .silence: break
    case .noPrompt: break
    case .twoPrompts: pieces.append((end, "\r>\r>"))
    case .says(let text): pieces = [(now.advanced(seconds: commandTime), text)]
    case nil: if monitorsFrom == nil { pieces.append((end, "\r>")) }
    }
    if case .silence = fault { pieces = [] }
    if fault != nil { monitorsFrom = nil }
    for piece in pieces { say(piece.text, at: piece.at) }
    busyUntil = max(busyUntil, output.last?.at ?? now)
  }

  /// At any time, for what nobody asked.
  mutating func say(_ text: String, at time: Instant) {
    output.append((time, text))
    output.sort { $0.at < $1.at }
  }

  mutating func reset() {
    header = nil
    receiver = nil
    vehicleProtocol = nil
    waitTime = 0.2
    monitorsFrom = nil
  }

  private mutating func answer(to line: String, at now: Instant) -> [Piece] {
    let soon = now.advanced(seconds: commandTime)
    guard !unknown.contains(where: { line.hasPrefix($0) }) else { return [(soon, "?\r")] }
    if line.hasPrefix("STPX") { return answer(toSTPX: line, at: now) }
    if line.hasPrefix("AT") || line.hasPrefix("ST") {
      let said = command(line, at: now)
      return [(said.at, said.text)]
    }
    guard line.allSatisfy(\.isHexDigit) else { return [(soon, "?\r")] }
    var digits = line
    var count: Int?
    if digits.count % 2 == 1 {
      guard digit != .unknown else { return [(soon, "?\r")] }
      count = digit == .honoured ? digits.last.flatMap { $0.hexDigitValue } : nil
      digits.removeLast()
    }
    return ask(digits, header, count, at: now)
  }

  private mutating func command(_ line: String, at now: Instant) -> (text: String, at: Instant) {
    let soon = now.advanced(seconds: commandTime)
    switch line {
    case "ATZ":
      reset()
      return ("\r\r\(banner)\r", now.advanced(seconds: resetTime))
    case "ATI": return (banner + "\r", soon)
    case "AT@1": return ("OBDII to RS232 Interpreter\r", soon)
    case "STI": return ((stIdentity ?? "?") + "\r", soon)
    case "STDI": return ((stIdentity == nil ? "?" : "Some Device r1") + "\r", soon)
    case "ATRV": return (volts.map { "\($0)V\r" } ?? "?\r", soon)
    case "ATIGN": return ("ON\r", soon)
    case "ATDPN":
      let number = vehicleProtocol.map { "A" + String(decoding: [$0.digit], as: UTF8.self) }
      return ((number ?? "0") + "\r", soon)
    case "ATD": reset()
    case "ATMA", "STMA":
      monitorsFrom = now
      return ("", soon)
    case "ATAR": receiver = nil
    case _ where line.hasPrefix("ATTP"): vehicleProtocol = line.utf8.last.flatMap { ELMProtocol(digit: $0) }
    case _ where line.hasPrefix("ATSH"): header = String(line.dropFirst(4))
    case _ where line.hasPrefix("ATCRA"): receiver = String(line.dropFirst(5))
    case _ where line.hasPrefix("ATST"): waitTime = Double(Int(line.dropFirst(4), radix: 16) ?? 50) * 0.004
    case _ where line.hasPrefix("ST"): return ("?\r", soon)
    default: break
    }
    return ("OK\r", soon)
  }

  private mutating func answer(toSTPX line: String, at now: Instant) -> [Piece] {
    guard stIdentity != nil else { return [(now.advanced(seconds: commandTime), "?\r")] }
    var fields: [Character: String] = [:]
    for field in line.dropFirst(5).split(separator: ",") {
      if let key = field.first { fields[key] = String(field.dropFirst(2)) }
    }
    return ask(fields["D"] ?? "", fields["H"], fields["R"].flatMap { Int($0, radix: 16) }, at: now)
  }

  private mutating func ask(
    _ digits: String, _ header: String?, _ count: Int?, at now: Instant
  ) -> [Piece] {
    var begin = now.advanced(seconds: commandTime)
    var text = ""
    if vehicleProtocol == nil {
      text = "SEARCHING...\r"
      begin = now.advanced(seconds: 1.5)
      guard canSearch, let vehicle else {
        return [(begin, text), (begin.advanced(seconds: 2), "UNABLE TO CONNECT\r")]
      }
      vehicleProtocol = vehicle
    }
    guard let vehicle, vehicle == vehicleProtocol else {
      let isCAN = vehicleProtocol?.isCAN ?? false
      return [(begin.advanced(seconds: isCAN ? 0.2 : 2.5), isCAN ? "CAN ERROR\r" : "BUS INIT: ERROR\r")]
    }
    var heard = answers[digits] ?? []
    if let header, header.count == 3, header != "7DF", let unit = UInt32(header, radix: 16) {
      heard = heard.filter { $0.id == unit + 8 || receiver.flatMap { UInt32($0, radix: 16) } == $0.id }
    }
    let lines = heard.flatMap { ScriptedAdapter.lines(of: $0.bytes, $0.id, vehicle) }
    guard !lines.isEmpty else { return [(begin.advanced(seconds: waitTime), text + "NO DATA\r")] }
    let shown = count.map { Array(lines.prefix($0)) } ?? lines
    let data = begin.advanced(seconds: answerTime)
    let isDone = count.map { lines.count >= $0 } ?? false
    return [
      (data, text + shown.map { $0 + "\r" }.joined()), (isDone ? data : data.advanced(seconds: waitTime), ""),
    ]
  }

  /// With headers and without blanks.
  static func lines(of bytes: [UInt8], _ id: UInt32, _ vehicle: ELMProtocol) -> [String] {
    guard vehicle.isCAN else {
      let head: [UInt8] =
        vehicle == .iso9141 || vehicle == .j1850VPW ? [0x48, 0x6B, UInt8(truncatingIfNeeded: id)]
        : [0x80 | UInt8(bytes.count), 0xF1, UInt8(truncatingIfNeeded: id)]
      let message = head + bytes
      return [(message + [message.reduce(0, &+)]).hex]
    }
    let id = vehicle.isExtended ? CANID(extended: id) : CANID(standard: id)
    return ELMFraming.frames(bytes, id, at: .zero, bus: 0).map { frame in
      hexadecimal(id) + (0..<Int(frame.length)).map { frame[$0] }.hex
    }
  }

  /// Bytes that have left by `now`.
  mutating func read(at now: Instant) -> [UInt8] {
    if let from = monitorsFrom, let traffic, vehicleProtocol == vehicle, from < now {
      var text = ""
      var next = from.advanced(seconds: traffic.every)
      while next <= now {
        text += traffic.line + "\r"
        monitorsFrom = next
        next = next.advanced(seconds: traffic.every)
      }
      return Array(text.utf8)
    }
    let due = output.prefix { $0.at <= now }
    output.removeFirst(due.count)
    guard isAlive, clientRate.map({ $0 == baudRate || $0 == misleadingRate }) ?? true else { return [] }
    return due.flatMap { Array($0.text.utf8) }
  }

  var next: Instant? {
    guard let from = monitorsFrom else { return output.first?.at }
    guard let traffic, vehicleProtocol == vehicle else { return nil }
    return from.advanced(seconds: traffic.every)
  }
}

extension Sequence where Element == UInt8 {
  var hex: String { reduce(into: "") { $0 += hexadecimal(UInt32($1), digits: 2) } }
}

/// A session and its adapter, in virtual time.
struct ELMBench {
  var session: ELMSession
  var adapter: ScriptedAdapter
  var now = Instant.zero.advanced(seconds: 1000)
  var frames: [CANFrame] = []
  /// States in the order in which they came.
  var states: [ELMState] = []
  var reopenings = 0
  /// How often `step` wanted to be called again at once.
  var spins = 0

  init(
    _ adapter: ScriptedAdapter = ScriptedAdapter(), mayTransmit: Bool = true, profiles: [ELMProfile] = [],
    _ change: (inout ELMSettings) -> Void = { _ in }
  ) {
    var settings = ELMSettings()
    settings.mayTransmit = mayTransmit
    change(&settings)
    session = ELMSession(settings, bus: 3, profiles: profiles)
    self.adapter = adapter
    session.portOpened(hasBaudRate: true, at: now)
  }

  mutating func run(for seconds: Double, until isOver: (ELMBench) -> Bool = { _ in false }) {
    let end = now.advanced(seconds: seconds)
    defer { note() }
    defer { while let frame = session.nextFrame() { frames.append(frame) } }
    while now < end, !isOver(self) {
      let next = session.step(at: now)
      if next <= now { spins += 1 }
      while let action = session.nextAction() {
        if action == .reopen { reopenings += 1 }
        adapter.perform(action, at: now)
      }
      while let frame = session.nextFrame() { frames.append(frame) }
      note()
      if isOver(self) { return }
      now = min(max(min(next, adapter.next ?? next), now.advanced(seconds: 0.0001)), end)
      let bytes = adapter.read(at: now)
      if !bytes.isEmpty { session.take(bytes, at: now) }
    }
  }

  private mutating func note() {
    if states.last != session.status.state { states.append(session.status.state) }
  }

  /// Until requests may be made, for at most so many seconds.
  @discardableResult mutating func getReady(within seconds: Double = 30) -> Bool {
    run(for: seconds) { $0.session.isReady }
    return session.isReady
  }

  /// Makes a request, and gives its answers and the seconds that it took.
  @discardableResult mutating func ask(
    _ bytes: [UInt8], _ address: RequestAddress = .everybody11, within seconds: Double = 90
  ) -> (answers: [(id: CANID, bytes: [UInt8])], seconds: Double) {
    let begun = now
    let permit = TransmitPermit(
      grantedByGuard: Transmission(bus: 3, address: address, content: .service(RequestBytes(bytes) ?? RequestBytes())))
    do throws(RequestPortError) {
      try session.begin(permit, at: now)
    } catch {
      return ([], -1)
    }
    run(for: seconds) { !$0.session.isBusy }
    var answers: [(id: CANID, bytes: [UInt8])] = []
    while let answer = session.nextAnswer() { answers.append(answer) }
    let taken = now.seconds(since: begun)
    session.finish(at: now)
    return (answers, taken)
  }

  /// Ready, and the protocol found.
  static func polling(
    _ adapter: ScriptedAdapter = ScriptedAdapter(), profiles: [ELMProfile] = [],
    _ change: (inout ELMSettings) -> Void = { _ in }
  ) -> ELMBench {
    var bench = ELMBench(adapter, profiles: profiles, change)
    bench.getReady()
    bench.ask([0x01, 0x00])
    return bench
  }
}

/// As the data has it for a genuine adapter.
let genuineProfile: ELMProfile = {
  var profile = ELMProfile(
    name: "elm327-1.4b", title: "ELM327 v1.4b",
    abilities: [
      .noSpaces, .adaptiveTiming, .answerCount, .longAnswers, .ownFlowControl, .filters, .voltage, .otherBaudRates,
      .longRequests, .ignition, .lowPower, .monitoring,
    ])
  profile.banner = "ELM327 v1.4b"
  profile.mostParameters = 6
  return profile
}()
