// What the vehicle speaks: found out with the request that somebody was permitted to make.
//
// What is fixed or remembered is tried first, then the adapter's own search, then one protocol after the other, since
// copies give their search up too early. A vehicle where nobody answers is left in peace: all of it is tried with every
// third request or once a minute, otherwise only what is remembered, or one of the list in turn.
import Vocabulary

struct ELMSearch: Sendable {
  /// Requests in vain.
  var failures = 0
  var lastFull: Instant?
  /// What a search that was broken off had not tried yet.
  var left: [ELMTry] = []
  private var turn = 0
  var lastTry: Instant?
  /// A protocol that answered since the port was opened: the vehicle is known.
  var proven: ELMProtocol?

  /// CAN, with which most vehicles answer, before what takes seconds to begin.
  static let order: [ELMProtocol] = [
    .can11at500, .can11at250, .can29at500, .can29at250, .kwpFastInit, .kwpSlowInit, .iso9141, .j1850VPW, .j1850PWM,
  ]

  /// - Parameter isGentle: only one protocol is tried, what is remembered every other time.
  mutating func tries(
    fixed: ELMProtocol?, remembered: ELMProtocol?, isGentle: Bool, at now: Instant
  ) -> [ELMTry] {
    if let fixed { return [.only(fixed)] }
    if !left.isEmpty, !isGentle {
      defer { left = [] }
      return left
    }
    let isPaceDue = lastFull.map { now.seconds(since: $0) >= ELMPatience.betweenFullSearches } ?? true
    guard !isGentle, isPaceDue || failures % 3 == 0 else {
      // By turns with another one: the adapter may have come to another vehicle.
      if let remembered, failures % 2 == 0 || !isGentle { return [.only(remembered)] }
      defer { turn = (turn + 1) % ELMSearch.order.count }
      return [.only(ELMSearch.order[turn])]
    }
    lastFull = now
    let others = ELMSearch.order.filter { $0 != remembered }.map { ELMTry.only($0) }
    return (remembered.map { [.only($0)] } ?? []) + [.automatic] + others
  }

  /// The vehicle may be another one, or awake now.
  mutating func forgetPace() {
    failures = 0
    lastFull = nil
    left = []
  }
}

extension ELMSession {
  mutating func startSearch(at now: Instant) {
    // A known vehicle that is switched off, and one that is parked, speak what they spoke before; and what it is asked
    // but for the question that every unit answers, it may only not have.
    let isKnown = lastAnswered.map { now.seconds(since: $0) < ELMPatience.knowledge } ?? false
    let isOff = isVehicleOn == false && search.proven != nil
    let isGentle =
      isOff || status.state == .asleep && isVehicleOn != true || isKnown && request?.bytes != [0x01, 0x00]
    request?.tries = search.tries(
      fixed: settings.vehicleProtocol, remembered: settings.memory.vehicleProtocol, isGentle: isGentle, at: now)
    request?.stage = .searching
    goOnSearching(at: now)
  }

  mutating func goOnSearching(at now: Instant) {
    guard let attempt = request?.tries.first else {
      endSearchInVain()
      return resume(at: now)
    }
    switch attempt {
    case .automatic: send("ATTP0", .tryProtocol(attempt), .setting, at: now)
    case .only(let one):
      send("ATTP" + String(decoding: [one.digit], as: UTF8.self), .tryProtocol(attempt), .setting, at: now)
    }
  }

  /// The adapter was told what to try.
  mutating func endTryProtocol(_ attempt: ELMTry, _ reply: ELMReply?, at now: Instant) {
    // The request that it was told for may be over, and another one have begun.
    guard request?.stage == .searching, request?.tries.first == attempt else { return }
    if reply.map({ !$0.notices.contains(.ok) }) ?? true {
      // It cannot be told, or does not understand.
      request?.tries.removeFirst()
      return
    }
    request?.isAskable = true
  }

  /// The request goes out in the protocol that is tried.
  mutating func askSearching(at now: Instant) {
    guard let request, let attempt = request.tries.first else { return }
    self.request?.isAskable = false
    status.counters.searches += 1
    isProtocolOpen = true
    let patience =
      switch attempt {
      case .automatic: ELMPatience.automaticSearch
      case .only(let one): ELMPatience.search(one)
      }
    let paced = search.lastTry?.advanced(seconds: settings.secondsBetweenTries) ?? .zero
    search.lastTry = max(paced, now)
    send(request.digits, .ask, .vehicle, patience: patience, notBefore: paced, at: now)
  }

  mutating func endSearchRequest(_ said: ELMReply, _ exchange: ELMExchange, at now: Instant) {
    guard let attempt = request?.tries.first else { return }
    request?.tries.removeFirst()
    for notice in said.notices where notice.outcome != nil { request?.evidence.insert(notice) }
    guard let request, said.messages.contains(where: { request.isAnswered(by: $0.bytes) }) else { return }
    self.request?.tries = []
    switch attempt {
    case .only(let one): found(one, at: now)
    case .automatic:
      // By its identifiers for now; which of two rates it is ATDPN tells.
      status.vehicleProtocol = ELMSession.guess(said.messages)
      updateMostParameters()
      isNumberWanted = true
    }
    takeAnswers(said, exchange, at: now)
    self.request?.stage = .done
  }

  mutating func endNumber(_ reply: ELMReply?, at now: Instant) {
    isNumberWanted = false
    for case .protocolNumber(let number, _) in reply?.notices ?? [] {
      return found(number, at: now)
    }
    if status.state == .searching { enter(.polling, at: now) }
  }

  private mutating func found(_ vehicleProtocol: ELMProtocol, at now: Instant) {
    status.vehicleProtocol = vehicleProtocol
    settings.memory.vehicleProtocol = vehicleProtocol
    search.proven = vehicleProtocol
    search.forgetPace()
    updateMostParameters()
    silentRequests = 0
    if status.state == .searching { enter(.polling, at: now) }
  }

  private static func guess(_ messages: [ELMMessage]) -> ELMProtocol {
    for message in messages {
      switch message.sender {
      case .can(let id): return id.isExtended ? .can29at500 : .can11at500
      case .address: return .kwpFastInit
      case .untold: break
      }
    }
    return .can11at500
  }

  /// Nobody answered in any protocol.
  private mutating func endSearchInVain() {
    search.failures += 1
    let evidence = request?.evidence ?? []
    request = nil
    isIgnitionWanted = status.abilities.contains(.ignition)
    let isDisturbed = evidence.first { [.busBusy, .feedbackError, .dataError, .rxError, .busError].contains($0) }
    let isRefused = !evidence.isDisjoint(with: [.canError, .unableToConnect, .busInitFailed, .busError])
    if isVehicleOn == false {
      status.trouble = troubleOfSilence
    } else if let fixed = settings.vehicleProtocol, isRefused {
      status.trouble = .wrongProtocol(fixed)
    } else if let isDisturbed, isVehicleOn == true {
      status.trouble = .busErrors(isDisturbed.words)
    } else {
      status.trouble = troubleOfSilence
    }
  }

  /// The protocol that was in use is doubted: the next request searches, what is remembered first.
  mutating func doubtProtocol(_ trouble: ELMTrouble, at now: Instant) {
    status.trouble = trouble
    status.vehicleProtocol = nil
    silentRequests = 0
    search.forgetPace()
    if status.state == .polling { enter(.searching, at: now) }
  }
}

extension ELMNotice {
  /// As adapters have it.
  var words: String {
    switch self {
    case .canError: "CAN ERROR"
    case .busError: "BUS ERROR"
    case .busBusy: "BUS BUSY"
    case .feedbackError: "FB ERROR"
    case .dataError: "DATA ERROR"
    case .rxError: "RX ERROR"
    case .busInitFailed: "BUS INIT: ERROR"
    case .unableToConnect: "UNABLE TO CONNECT"
    case .noData: "NO DATA"
    default: "an error"
    }
  }
}
