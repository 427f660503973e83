// A session and an adapter that does what the fuzzer likes, when it likes; at the end one that behaves.
import Vocabulary

@testable import VehicleBus

struct AdapterDialogue {
  private var input: InputBytes
  private var session: ELMSession
  private let settings: ELMSettings
  private let isSocket: Bool
  private var adapter: ObedientAdapter
  private var now = Instant.zero.advanced(seconds: 1000)
  /// When `step` wants to be called.
  private var due = Instant.zero
  private var isOpen = false
  /// Of the port; sockets have none.
  private var baudRate: Int?
  /// The command that was written last, without its end.
  private var command = ""
  private var wantsReopening = false
  /// What may be asked of the vehicle, and how often it was.
  private var permitted: RequestBytes?
  private var requests = 0

  private static let mostActions = 8
  private static let mostBytes = 128
  /// One request is made again in every protocol, and in plainer forms.
  private static let mostRequests = 24
  /// Seconds within which a session asks, or listens, again, back-offs left out. It listens to a silent bus for a
  /// minute before it looks for anything else.
  private static let (timeToAsk, timeToListen) = (60.0, 120.0)

  private static let phrases = [
    "\r>", ">", "\r", "OK\r\r>", "?\r\r>", "NO DATA\r\r>", "7E8 04 41 0C 1A F8\r\r>", "SEARCHING...", "STOPPED\r\r>",
    "LV RESET\r\r>", "\r\rELM327 v1.5\r\r>", "BUFFER FULL\r\r>", "CAN ERROR\r\r>", "BUS INIT: ...ERROR\r\r>",
    "ERR93\r\r>", "14.1V\r\r>", "11.9V\r\r>", "A6\r\r>", "UNABLE TO CONNECT\r\r>", "7E81014490201575657\r", "ATI\r",
    "STN2120 v5.6.19\r\r>", "ERROR\r\n", "1F0 01 02\r", "48 6B 10 41 00 BE 1F B8 10 EA\r\r>", "\r\nogin: ", "OFF\r\r>",
  ]

  private static let knowing: ELMProfile = {
    var profile = ELMProfile(name: "elm327-1.4b", title: "ELM327 1.4b", abilities: ELMAbilities(rawValue: 0x17FF))
    profile.banner = "ELM327 v1.4b"
    profile.doubtful = [.answerCount, .longAnswers, .adaptiveTiming]
    profile.mostParameters = 6
    return profile
  }()

  private static let st: ELMProfile = {
    var profile = ELMProfile(name: "stn", title: "STN", abilities: ELMAbilities(rawValue: 0x1FFF))
    profile.stIdentity = "STN"
    profile.startUp = ["ATCSM1", "STUIL0"]
    profile.pause = 0.01
    profile.mostParameters = 6
    return profile
  }()

  /// The first two bytes choose the settings.
  init(_ bytes: [UInt8]) {
    input = InputBytes(bytes)
    let (choice, second) = (input.byte(), input.byte())
    var settings = ELMSettings()
    settings.mayTransmit = choice & 3 != 0
    settings.vehicleProtocol = [nil, nil, .can11at500, .can29at500][Int(choice >> 2 & 3)]
    settings.baudRate = choice & 0x10 == 0 ? nil : ObedientAdapter.baudRate
    settings.memory.baudRate = [nil, 38_400, 115_200, 9600][Int(second & 3)]
    settings.memory.vehicleProtocol = ELMProtocol(rawValue: second >> 4)
    isSocket = choice & 0x20 != 0
    self.settings = settings
    let profiles = choice & 0x40 == 0 ? [AdapterDialogue.knowing, AdapterDialogue.st] : []
    session = ELMSession(settings, bus: 3, profiles: profiles)
    adapter = ObedientAdapter(settings.vehicleProtocol ?? (second & 8 == 0 ? .can11at500 : .can29at250))
  }

  mutating func run() {
    open()
    while !input.isOver { turn() }
    comeBack()
  }

  private mutating func turn() {
    let choice = input.byte()
    pass(input.choose([0, 0.001, 0.02, 0.1, 0.3, 0.5, 1, 2, 5.1, 12, 30]), isPunctual: choice & 0x80 == 0)
    switch choice & 0x1F {
    case 0: lose()
    case 1: if isOpen { lose() } else { open() }
    case 2: session.sleep(at: now)
    case 3: session.wake(at: now)
    case 4...7: begin()
    case 8: finish()
    case 9...11: obey(Int(input.byte() & 0x3F))
    case 12...15: hear(adapter.answer(to: command).text)
    case 16...20: session.take(Array(input.take(Int(input.byte() & 0x3F))), at: now)
    case 21: session.take(Array(repeating: input.byte(), count: Int(input.byte()) << 6), at: now)
    default: hear(input.choose(AdapterDialogue.phrases))
    }
    settle()
    step()
    if wantsReopening, choice & 0x40 != 0 { reopen() }
  }

  // MARK: The port

  private mutating func open() {
    isOpen = true
    baudRate = nil
    command = ""
    session.portOpened(hasBaudRate: !isSocket, at: now)
    settle()
    step()
  }

  private mutating func lose() {
    isOpen = false
    permitted = nil
    session.portLost(.port("gone"), at: now)
    settle()
  }

  private mutating func reopen() {
    wantsReopening = false
    if isOpen { lose() }
    open()
  }

  private mutating func hear(_ text: String) { session.take(Array(text.utf8), at: now) }

  /// Lets time go by. Somebody who is late meets several deadlines at once.
  private mutating func pass(_ seconds: Double, isPunctual: Bool) {
    let end = now.advanced(seconds: seconds)
    var steps = 0.0
    while isPunctual, due <= end {
      now = max(now, due)
      step()
      steps += 1
      precondition(steps <= 20 + 20 * seconds, "steps without an end")
    }
    now = end
  }

  private mutating func step() {
    due = session.step(at: now)
    precondition(due > now, "a deadline that is over")
    settle()
  }

  /// Takes all that the session wants and has.
  private mutating func settle() {
    var actions = 0
    var bytes = 0
    while let action = session.nextAction() {
      actions += 1
      precondition(isOpen, "something to do without a port")
      switch action {
      case .setBaudRate(let rate):
        precondition(!isSocket && 1200...4_000_000 ~= rate, "a rate that no port has")
        precondition(settings.baudRate.map { $0 == rate } ?? true, "another rate than the owner's")
        baudRate = rate
      case .reopen: wantsReopening = true
      case .write(let line):
        bytes += line.count
        check(line)
      }
    }
    precondition(actions <= AdapterDialogue.mostActions && bytes <= AdapterDialogue.mostBytes, "too much at once")
    while let answer = session.nextAnswer() {
      precondition(permitted != nil, "an answer that nobody asked for")
      precondition(!answer.bytes.isEmpty, "an answer of nothing")
    }
    while let frame = session.nextFrame() {
      precondition(frame.length <= 8 && frame.bus == 3 && frame.time <= now, "a frame of no CAN bus")
    }
    if !session.isBusy { permitted = nil }
    checkStatus()
  }

  private func checkStatus() {
    let status = session.status
    precondition(isOpen == (status.state != .closed), "a port that is there and is not")
    precondition(!session.isReady || settings.mayTransmit && !session.isBusy, "ready for what may not be")
    precondition(1...6 ~= status.mostParameters, "no number of parameters")
    precondition(BusInputs.isOneLine(status.sentence), "no plain line")
    precondition(status.until.map { $0.seconds(since: now) <= 601 } ?? true, "a pause without an end")
  }

  // MARK: What is written

  private mutating func check(_ line: [UInt8]) {
    precondition(line.last == 0x0D && line.count > 1, "a bare carriage return, which repeats the last command")
    precondition(line.dropLast().allSatisfy { 0x20...0x7E ~= $0 }, "a command that is no text")
    command = String(decoding: line.dropLast(), as: UTF8.self)
    guard !AdapterDialogue.isHarmless(command) else {
      let listens = command == "ATMA" || command == "STMA"
      return precondition(!listens || !settings.mayTransmit, "listens where it is to ask")
    }
    requests += 1
    guard let permitted else { preconditionFailure("a request without a permit") }
    precondition(requests <= AdapterDialogue.mostRequests, "a request again and again")
    let digits = permitted.bytes.map { hexadecimal(UInt32($0), digits: 2) }.joined()
    let data = command.hasPrefix("STPX H:") ? command.split(separator: ":").dropFirst(2).first ?? "" : command[...]
    precondition(data.hasPrefix(digits), "another request than was permitted")
    let rest = data.dropFirst(digits.utf8.count)
    precondition(rest.utf8.count <= 1 || rest == ",R", "more than was permitted")
  }

  /// Commands to the adapter that neither send on the vehicle's bus nor write to its memory.
  private static func isHarmless(_ command: String) -> Bool {
    let whole: Set<String> = [
      "ATZ", "ATD", "ATI", "AT@1", "STI", "STDI", "ATE0", "ATL0", "ATH1", "ATS0", "ATM0", "ATAT1", "ATAT2", "ATCAF0",
      "ATCAF1", "ATCSM1", "ATD0", "ATCEA", "ATCTM1", "ATAR", "ATAL", "ATBRT0F", "ATIGN", "ATRV", "ATPC", "ATDPN",
      "ATMA", "STMA", "STUIL0",
    ]
    if whole.contains(command) { return true }
    return ["ATTP", "ATSH", "ATCP", "ATCRA", "ATST", "ATFC"].contains { command.hasPrefix($0) }
  }

  // MARK: Requests

  private mutating func begin() {
    let contents: [[UInt8]] = [
      [0x01, 0x00], [0x01, 0x0C], [0x01, 0x0C, 0x0D, 0x04, 0x05, 0x0F, 0x11], [0x03], [0x09, 0x02], [0x22, 0xF1, 0x90],
      [0x01, 0, 0, 0, 0, 0, 0, 0], [],
    ]
    let addresses: [RequestAddress] = [
      .everybody11, .everybody29, .unit(request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8)),
      .unit(request: CANID(extended: 0x18DA_10F1), answer: CANID(extended: 0x18DA_F110)),
      .unit(request: CANID(standard: 0x6F1), answer: CANID(standard: 0x612)), .j1939(0),
    ]
    ask(RequestBytes(input.choose(contents)) ?? RequestBytes(), input.choose(addresses))
  }

  private mutating func ask(_ bytes: RequestBytes, _ address: RequestAddress) {
    let wasReady = session.isReady
    let former = permitted
    var isFit = 1...7 ~= bytes.count
    if case .j1939 = address { isFit = false }
    if session.isReady, isFit { (permitted, requests) = (bytes, 0) }
    do throws(RequestPortError) {
      try session.begin(
        TransmitPermit(grantedByGuard: Transmission(bus: 3, address: address, content: .service(bytes))), at: now)
      precondition(wasReady && isFit, "a request that cannot be made")
    } catch {
      precondition(!wasReady || !isFit, "refused although it was ready")
      precondition(BusInputs.isOneLine(error.description), "no plain line")
      permitted = former
    }
  }

  private mutating func finish() {
    permitted = nil
    session.finish(at: now)
    precondition(!session.isBusy, "a request that is over and is not")
  }

  // MARK: The way back

  /// From now on the adapter behaves. It has just begun anew without a word, as after a dip of its power; half of the
  /// time it is plugged in again. Whatever was before: back at work in time.
  private mutating func comeBack() {
    adapter = ObedientAdapter(adapter.spoken)
    finish()
    settle()
    session.wake(at: now)
    settle()
    if !isOpen || settings.memory.baudRate == nil { reopen() }
    let answered = session.status.counters.answered
    let limit = settings.mayTransmit ? AdapterDialogue.timeToAsk : AdapterDialogue.timeToListen
    var work = 0.0
    var isAnswered = false
    while !isAnswered {
      let before = now
      let isPause = session.status.state == .backingOff
      follow()
      if !isPause { work += now.seconds(since: before) }
      precondition(work <= limit, "not back at work")
      if settings.mayTransmit {
        while session.isReady, !isAnswered {
          // What the planner asks where nobody answers.
          ask(RequestBytes([0x01, 0x00]) ?? RequestBytes(), .everybody11)
          let begun = now
          settle()
          while session.isBusy { follow() }
          work += now.seconds(since: begun)
          isAnswered = session.status.state == .polling && session.status.counters.answered > answered
          precondition(work <= limit, "not back at polling")
        }
      } else {
        isAnswered = session.status.state == .listening && adapter.isListening
      }
    }
  }

  /// The adapter behaves for so many steps, so that the fuzzer need not find them one by one.
  private mutating func obey(_ steps: Int) {
    for _ in 0..<steps where isOpen && !session.isReady && !adapter.isListening { follow() }
  }

  /// One step of the session, and the adapter's answer to what it wrote.
  private mutating func follow() {
    if wantsReopening { reopen() }
    let rate = baudRate
    let isHeard = isSocket || rate.map { $0 == ObedientAdapter.baudRate } ?? false
    guard !command.isEmpty, isHeard else {
      command = ""
      now = max(now, due)
      step()
      return
    }
    let said = answerOnce()
    now = now.advanced(seconds: said.delay)
    hear(said.text)
    settle()
    step()
  }

  private mutating func answerOnce() -> (text: String, delay: Double) {
    defer { command = "" }
    if let text = adapter.interrupt() { return (text, 0.003) }
    return adapter.answer(to: command)
  }
}
