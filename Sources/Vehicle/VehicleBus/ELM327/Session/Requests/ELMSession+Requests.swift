// Requests to the vehicle, each with its permit: who is asked, how long the adapter waits, and what came of it.
import Glibc
public import Vocabulary

extension ELMSession {
  /// Whether a request may begin now. A command to the adapter that is under way ends first.
  public var isReady: Bool {
    settings.mayTransmit && request == nil && [.searching, .polling, .asleep].contains(status.state)
  }

  /// Whether the request is under way, the protocol search included.
  public var isBusy: Bool { request != nil }

  /// Makes the request that the permit allows. Answers are there when `isBusy` is false again; a request that ended
  /// without any had none.
  /// - Throws: `RequestPortError` when it cannot be made now, or never by an ELM327.
  public mutating func begin(_ permit: consuming TransmitPermit, at now: Instant) throws(RequestPortError) {
    forgetAnswers()
    let transmission = permit.transmission
    guard settings.mayTransmit else {
      throw RequestPortError(
        code: EPERM, description: "the adapter may only listen; set transmit: polling to let it ask")
    }
    guard case .service(let service) = transmission.content, 1...7 ~= service.count else {
      throw RequestPortError(
        code: EPROTONOSUPPORT, description: "an ELM327 asks OBD-II and UDS in one frame; use CAN for anything else")
    }
    if case .j1939 = transmission.address {
      throw RequestPortError(
        code: EPROTONOSUPPORT, description: "an ELM327 asks no units of SAE J1939; use a CAN interface")
    }
    guard [.searching, .polling, .asleep].contains(status.state) else {
      throw RequestPortError(
        code: ENETDOWN, description: "the adapter is not ready (\(status.state.name)); wait until it is")
    }
    guard request == nil else {
      throw RequestPortError(code: EBUSY, description: "the adapter has a request under way; finish it first")
    }
    request = ELMRequest(transmission.address, service.bytes)
    if activity == .idle { resume(at: now) }
  }

  /// The asker needs no more. An answer that is still to come is waited for and thrown away; a search, which takes
  /// long, is broken off and goes on with the next request.
  public mutating func finish(at now: Instant) {
    forgetAnswers()
    guard let ended = request else { return }
    request = nil
    isNumberWanted = false
    let isAsked = activity == .exchanging && exchange?.purpose == .ask && exchange?.written != nil
    if ended.stage == .searching { search.left = Array(isAsked ? ended.tries.dropFirst() : ended.tries[...]) }
    guard isAsked else {
      // It waits for its time and is not written yet: without the request its permit is void.
      if activity == .exchanging, exchange?.purpose == .ask { resume(at: now) }
      return
    }
    if ended.stage == .searching {
      settle(.resume, isTrouble: false, at: now)
    } else {
      exchange?.purpose = .drain
    }
  }

  // MARK: On its way

  /// The request's next command.
  mutating func goOnAsking(at now: Instant) {
    if isNumberWanted { return send("ATDPN", .number, .number, at: now) }
    guard let request else { return }
    switch request.stage {
    case .queued:
      // Once in a while, and never more than this one command before a request.
      if isVoltageDue(at: now) { return readVoltage(at: now) }
      prepare(at: now)
    case .preparing:
      if let setting = request.settings.first {
        addressing.begin(setting.change)
        send(setting.command, .setting(setting), .setting, at: now)
      } else {
        ask(at: now)
      }
    case .searching:
      if request.isAskable { askSearching(at: now) } else { goOnSearching(at: now) }
    case .asking, .done:
      self.request = nil
      resume(at: now)
    }
  }

  private mutating func prepare(at now: Instant) {
    guard let vehicleProtocol = status.vehicleProtocol else { return startSearch(at: now) }
    guard let request, let target = ELMTarget(request.address, in: vehicleProtocol) else {
      self.request = nil
      return resume(at: now)
    }
    var settings: [ELMSetting] = []
    if !isAskedByST(target) {
      settings = addressing.commands(for: target, hasFlowControl: status.abilities.contains(.ownFlowControl))
    }
    if vehicleProtocol.isCAN, let time = waitTime.change(from: addressing.waitTime) {
      settings.append(
        ELMSetting(command: "ATST" + hexadecimal(UInt32(time), digits: 2), change: .waitTime(time)))
    }
    self.request?.settings = settings
    self.request?.stage = .preparing
    goOnAsking(at: now)
  }

  /// `STPX` names the header with the request, which saves the command for it, and is longer: who is asked twice in a
  /// row is given the header.
  private func isAskedByST(_ target: ELMTarget) -> Bool {
    guard status.abilities.contains(.st), request?.isPlain == false, addressing.isReceiverDefault else { return false }
    return target.request != nil && target.isStandard && target != lastTarget && !addressing.isSet(to: target)
  }

  mutating func endSetting(_ setting: ELMSetting, _ reply: ELMReply?, at now: Instant) {
    let isDone = reply?.notices.contains(.ok) ?? false
    if isDone { addressing.apply(setting.change) }
    if case .waitTime(let value) = setting.change, !isDone { addressing.apply(.waitTime(value)) }
    guard request?.settings.first == setting else { return }
    request?.settings.removeFirst()
    guard !isDone else { return }
    switch setting.change {
    case .waitTime: break
    case .flowControlHeader, .flowControlData, .flowControlMode:
      // Short answers need none.
      if reply?.isUnknownCommand ?? false { disprove(.ownFlowControl) }
      request?.settings.removeAll { $0.change.isFlowControl }
    case .receiver:
      if reply?.isUnknownCommand ?? false { disprove(.filters) }
      request = nil
    case .header, .priority:
      // It would go to somebody else.
      request = nil
    }
  }

  private mutating func ask(at now: Instant) {
    guard let request, let vehicleProtocol = status.vehicleProtocol,
      let target = ELMTarget(request.address, in: vehicleProtocol)
    else {
      self.request = nil
      return resume(at: now)
    }
    let mayCount = mayUse(.answerCount) && !request.isPlain
    let digit = mayCount ? answerCount.digit(for: question(request), isForAll: request.isForAll) : nil
    self.request?.digit = digit
    self.request?.stage = .asking
    let count = digit.map { String($0, radix: 16, uppercase: true) }
    var command = request.digits + (count ?? "")
    if isAskedByST(target), let header = target.request {
      command = "STPX H:\(hexadecimal(header)),D:\(request.digits)" + (count.map { ",R:" + $0 } ?? "")
    }
    lastTarget = target
    isProtocolOpen = true
    let isSlow = vehicleProtocol.isKeptAwake
    send(
      command, .ask, .vehicle, patience: isSlow ? ELMPatience.slowRequest : ELMPatience.request,
      silence: isSlow ? ELMPatience.slowSilence : ELMPatience.silence, at: now)
  }

  private func question(_ request: ELMRequest) -> ELMAnswerCount.Question {
    ELMAnswerCount.Question(address: request.address, bytes: request.bytes)
  }

  // MARK: What came of it

  /// - Parameter reply: nil when its prompt never came; what was whole by then counts.
  mutating func endAsking(_ reply: ELMReply?, _ exchange: ELMExchange, at now: Instant) {
    guard request != nil else { return }
    let said = reply ?? exchange.reply
    status.counters.damagedLines += UInt64(max(0, said.damagedLines))
    judgeSense(said)
    if request?.stage == .searching { return endSearchRequest(said, exchange, at: now) }
    if reply != nil, said.isUnknownCommand, askOtherwise(exchange) { return }
    let isAnswered = takeAnswers(said, exchange, at: now)
    learn(from: said, isWhole: reply != nil, isAnswered: isAnswered, exchange, at: now)
    request = nil
  }

  /// The adapter did not understand: nothing went out, and the request is made in a plainer form.
  private mutating func askOtherwise(_ exchange: ELMExchange) -> Bool {
    guard request?.isPlain == false else { return false }
    if exchange.command.hasPrefix("ST") {
      if !isSTShown { disprove(.st) }
    } else if request?.digit != nil {
      if !answerCount.isUnderstood { disprove(.answerCount) }
    } else {
      return false
    }
    request?.isPlain = true
    request?.stage = .queued
    return true
  }

  /// - Returns: whether there was any that was asked for.
  @discardableResult
  mutating func takeAnswers(_ said: ELMReply, _ exchange: ELMExchange, at now: Instant) -> Bool {
    guard let request, let vehicleProtocol = status.vehicleProtocol else { return false }
    let target = ELMTarget(request.address, in: vehicleProtocol)
    let messages = said.messages.filter { request.isAnswered(by: $0.bytes) }
    if let written = exchange.written, !messages.isEmpty { captureRequest(request, vehicleProtocol, at: written) }
    var isAnswered = false
    for message in messages {
      guard let id = identifier(of: message.sender, target, vehicleProtocol) else { continue }
      for frame in ELMFraming.frames(message.bytes, id, at: now, bus: bus) { capture(frame) }
      guard target?.answer.map({ $0.key == id.key }) ?? true else { continue }
      tell(id, message.bytes)
      isAnswered = true
    }
    if isAnswered {
      if exchange.command.hasPrefix("ST") { isSTShown = true }
      status.counters.answered += 1
      status.trouble = nil
      isIgnitionOff = false
      silentRequests = 0
      lastAnswered = now
    }
    return isAnswered
  }

  private mutating func captureRequest(_ request: ELMRequest, _ vehicleProtocol: ELMProtocol, at time: Instant) {
    // Those who decode answers look for what was asked. Of one wire it is told as of CAN with 29 bits.
    var id = vehicleProtocol.hasShortIdentifiers ? CANID(standard: 0x7DF) : CANID(extended: 0x18DB_33F1)
    if case .unit(let unit, _) = request.address { id = unit }
    for frame in ELMFraming.frames(request.bytes, id, at: time, bus: bus) { capture(frame) }
  }

  private func identifier(of sender: ELMSender, _ target: ELMTarget?, _ vehicleProtocol: ELMProtocol) -> CANID? {
    switch sender {
    case .can(let id): id
    case .address(let unit): CANID(extended: 0x18DA_F100 | UInt32(unit))
    case .untold:
      // Headers are off: an adapter that cannot show them tells the answer of the unit that was asked, or the engine's.
      target?.answer
        ?? (vehicleProtocol.hasShortIdentifiers ? CANID(standard: 0x7E8) : CANID(extended: 0x18DA_F110))
    }
  }

  private mutating func learn(
    from said: ELMReply, isWhole: Bool, isAnswered: Bool, _ exchange: ELMExchange, at now: Instant
  ) {
    guard let request, let written = exchange.written, let vehicleProtocol = status.vehicleProtocol else { return }
    let messages = said.messages.filter { request.isAnswered(by: $0.bytes) }
    let isClean = isWhole && said.damagedLines == 0 && !said.notices.contains { $0.outcome == .adapterError }
    let isPending = messages.contains { $0.bytes.first == 0x7F && $0.bytes.last == 0x78 }
    let frames = messages.reduce(0) { $0 + ELMFraming.count($1.bytes) }
    // Elsewhere the lines of a longer answer are not those of CAN.
    let isCountable = vehicleProtocol.isCAN || messages.allSatisfy { $0.bytes.count <= 7 && $0.bytes.first == 0x41 }
    answerCount.note(
      question(request), frames: isClean && !isPending && isCountable ? frames : nil, withDigit: request.digit != nil)
    if isAnswered, isClean, let last = exchange.lastLine {
      let isFull = request.digit.map { frames >= $0 } ?? true
      let verdict = isFull ? answerCount.judge(tail: now.seconds(since: last), withDigit: request.digit != nil) : nil
      switch verdict {
      case .honoured: prove(.answerCount)
      case .ignored: disprove(.answerCount)
      case nil: break
      }
    }
    if let first = exchange.firstByte, isAnswered {
      waitTime.answered(after: first.seconds(since: written))
    } else if said.notices.contains(.noData) {
      waitTime.unanswered()
    }
    judgeLongAnswers(said, messages)
    if !isAnswered { judgeSilence(said, isWhole: isWhole, at: now) }
  }

  /// An adapter that lost what it was told shows its echo, and no headers: nothing that it says is an answer any more.
  private mutating func judgeSense(_ said: ELMReply) {
    if !said.messages.isEmpty {
      senselessAnswers = 0
    } else if said.damagedLines > 0 {
      senselessAnswers += 1
      if senselessAnswers >= ELMPatience.mostSenselessAnswers { isSetUpWanted = true }
    }
  }

  /// Answers of several frames that break again and again are none of this adapter's abilities.
  private mutating func judgeLongAnswers(_ said: ELMReply, _ messages: [ELMMessage]) {
    if messages.contains(where: { $0.bytes.count > 7 && $0.sender.isOnCAN }) {
      brokenAnswers = 0
      wholeAnswers += 1
      prove(.longAnswers)
    } else if messages.isEmpty, said.damagedLines > 0, said.isOtherwiseFine, request?.mayHaveLongAnswer ?? false,
      mayUse(.longAnswers)
    {
      brokenAnswers += 1
      // What went well often is disturbed, not missing.
      if brokenAnswers >= (wholeAnswers < 3 ? 3 : 10) { disprove(.longAnswers) }
    }
  }

  private mutating func judgeSilence(_ said: ELMReply, isWhole: Bool, at now: Instant) {
    let errors: [ELMNotice] = [.canError, .busError, .busInitFailed, .unableToConnect, .feedbackError]
    if let error = said.notices.first(where: errors.contains) {
      return doubtProtocol(isVehicleOn == false ? troubleOfSilence : .busErrors(error.words), at: now)
    }
    guard isWhole, said.notices.contains(.noData) else { return }
    silentRequests += 1
    let isSilent = lastAnswered.map { now.seconds(since: $0) >= ELMPatience.silenceOfVehicle } ?? true
    guard silentRequests >= ELMPatience.mostSilentRequests, isSilent else { return }
    silentRequests = 0
    if isVehicleOn == false {
      status.trouble = troubleOfSilence
      // One wire has to be woken again when the vehicle is switched on.
      if status.vehicleProtocol?.isKeptAwake ?? false { doubtProtocol(troubleOfSilence, at: now) }
    } else {
      doubtProtocol(.noBus(volts: status.voltage), at: now)
    }
  }
}

extension ELMSetting.Change {
  fileprivate var isFlowControl: Bool {
    switch self {
    case .flowControlHeader, .flowControlData, .flowControlMode: true
    case .priority, .header, .receiver, .waitTime: false
    }
  }
}

extension ELMProtocol {
  fileprivate var hasShortIdentifiers: Bool { isCAN && !isExtended }
}

extension ELMSender {
  fileprivate var isOnCAN: Bool {
    switch self {
    case .can, .untold: true
    case .address: false
    }
  }
}

extension ELMReply {
  /// Nothing but the lines themselves says that they broke.
  fileprivate var isOtherwiseFine: Bool { isPrompted && !notices.contains { $0.outcome != nil } }
}
