// What is asked next, and when.
public import Vocabulary

extension PollPlanner {
  /// The request to be made now; nil when nothing is due, or the budget allows none yet. One at a time: a request that
  /// is not finished is forgotten.
  public mutating func next(at now: Instant) -> PollRequest? {
    guard isAwake, now >= budgetAt, now >= heldUntil else { return nil }
    if isLookNeeded, looks.at <= now { return look(at: now) }
    let leader = leader(at: now)
    // Of the first range all is known: values that nobody has seen yet before what else there may be, since whether the
    // vehicle is awake shows in them.
    if let leader, let pid = items[leader].parameter, pid <= 0x20, !items[leader].isServed, items[leader].misses == 0 {
      return request(ledBy: leader, at: now)
    }
    for i in units.indices {
      if let range = units[i].nextRange, rangeDue(of: i).map({ $0 <= now }) == true {
        return request([0x01, range], of: i, .range(range, of: i), at: now)
      }
    }
    return leader.map { request(ledBy: $0, at: now) }
  }

  /// The item that is most urgent.
  private func leader(at now: Instant) -> Int? {
    var leader: (place: Int, urgency: Double)?
    for i in items.indices {
      guard let ready = readyAt(i), ready <= now else { continue }
      let urgency = items[i].urgency(at: now, stretch: stretch(of: i))
      if leader.map({ urgency > $0.urgency }) ?? true { leader = (i, urgency) }
    }
    return leader?.place
  }

  /// When `next` is to be called; nil while there is nothing to ask until the vehicle wakes.
  public func dueAt(after now: Instant) -> Instant? {
    guard isAwake else { return nil }
    var earliest = isLookNeeded ? looks.at : Instant(nanoseconds: .max)
    for i in units.indices { earliest = min(earliest, rangeDue(of: i) ?? earliest) }
    for i in items.indices { earliest = min(earliest, readyAt(i) ?? earliest) }
    return earliest.nanoseconds == .max ? nil : max(earliest, budgetAt, heldUntil, now)
  }

  /// One cautious question to a vehicle that is parked or silent: engine speed where a unit is known to have it, else
  /// whether anybody answers. Nil where the plan asks nothing, or the budget allows none yet.
  public mutating func probe(at now: Instant) -> PollRequest? {
    guard now >= budgetAt else { return nil }
    let engineSpeed: UInt8 = 0x0C
    let tellers = units.indices.filter { units[$0].isFound && units[$0].has(engineSpeed) }
    if let teller = tellers.first(where: { units[$0].isEngine }) ?? tellers.first {
      return request([0x01, engineSpeed], of: teller, .probe, at: now)
    }
    if needsUnits {
      let address = looks.probed()
      return request([0x01, 0x00], to: address, .probe, patience: patienceForAll, at: now)
    }
    guard let first = items.indices.first else { return nil }
    return request(item: first, .probe, at: now)
  }

  /// Whether waiting for more answers is worth nothing: the unit that was asked has answered, or all of those that are
  /// known to have what was asked. False while one asks for patience (7F xx 78).
  public func isComplete(_ request: PollRequest, _ answers: [PollAnswer]) -> Bool {
    var final: Set<UInt32> = []
    var pending: Set<UInt32> = []
    for answer in answers {
      switch PollReply(answer, to: request) {
      case .positive, .negative: final.insert(answer.id.key)
      case .pending: pending.insert(answer.id.key)
      case .foreign: continue
      }
    }
    guard pending.isSubset(of: final), !final.isEmpty else { return false }
    guard request.isForAll else { return true }
    guard case .service(let bytes) = request.content else { return false }
    // Who is looked for may answer later than those who are known.
    if bytes[0] == 0x01 && bytes[1] == 0x00 { return false }
    let expected = units.filter { unit in
      guard unit.isFound, !unit.isSilent, !unit.deniedServices.contains(bytes[0]) else { return false }
      return bytes[0] != 0x01 || bytes.bytes.dropFirst().contains(where: unit.surelyHas)
    }
    return !expected.isEmpty && expected.allSatisfy { final.contains($0.answerKey) }
  }

  // MARK: When

  private var isLookNeeded: Bool {
    guard needsUnits else { return false }
    let found = units.filter(\.isFound)
    return looks.toCome > 0 || found.allSatisfy(\.isSilent) || found.contains(where: \.isSilent)
  }

  private func rangeDue(of unit: Int) -> Instant? {
    let unit = units[unit]
    guard wantsParameters, unit.isFound, !unit.isSilent, !unit.deniedServices.contains(0x01), unit.nextRange != nil
    else { return nil }
    return max(unit.blockedUntil, unit.budgetAt)
  }

  /// Nil for what is not to be asked as things are.
  private func readyAt(_ place: Int) -> Instant? {
    let item = items[place]
    if item.isServed && item.period.isInfinite || item.isDroppedByAll { return nil }
    if let wanted = item.address, address(for: wanted) == nil { return nil }
    guard let unit = item.unit.map({ units[$0] }) else {
      return item.parameter == nil ? max(item.due, item.notBefore) : nil
    }
    if let service = item.service, unit.deniedServices.contains(service) { return nil }
    return max(item.due, item.notBefore, unit.blockedUntil, unit.budgetAt)
  }

  func stretch(of place: Int) -> Double { (items[place].unit.map { units[$0].stretch } ?? common).factor }

  // MARK: What

  private mutating func request(ledBy leader: Int, at now: Instant) -> PollRequest {
    guard items[leader].parameter != nil, let unit = items[leader].unit else {
      return request(item: leader, .item(leader), at: now)
    }
    let places = pack(ledBy: leader, of: unit, at: now)
    return request(
      [0x01] + places.compactMap { items[$0].parameter }, of: unit, .parameters(places, of: unit), at: now)
  }

  /// What goes along with the most urgent parameter: all that is due of the same unit or nearly so, the most urgent
  /// first, as many as the unit takes.
  private func pack(ledBy leader: Int, of unit: Int, at now: Instant) -> [Int] {
    let room = min(units[unit].pack.size, mostParameters)
    guard room > 1, isPackable(leader) else { return [leader] }
    var fellows: [(place: Int, urgency: Double)] = []
    for i in items.indices where i != leader && items[i].unit == unit && isPackable(i) {
      let stretch = stretch(of: i)
      let start = items[i].due.advanced(
        seconds: items[i].period.isFinite ? -PlannedItem.headStart * items[i].period * stretch : 0)
      guard start <= now, items[i].notBefore <= now else { continue }
      fellows.append((i, items[i].urgency(at: now, stretch: stretch)))
    }
    fellows.sort { ($1.urgency, $0.place) < ($0.urgency, $1.place) }
    return [leader] + fellows.prefix(room - 1).map(\.place)
  }

  /// Its answer can be told from others in the same message, and its unit surely has it.
  private func isPackable(_ place: Int) -> Bool {
    let item = items[place]
    guard let pid = item.parameter, let unit = item.unit, options.parameterLengths[pid] != nil else { return false }
    return !item.isAlone && units[unit].surelyHas(pid) && !(item.isServed && item.period.isInfinite)
  }

  private mutating func look(at now: Instant) -> PollRequest {
    let question = looks.question(isSomebodyThere: units.contains { $0.isFound && !$0.isSilent })
    let patience = looks.isPatient ? AnswerTime.patienceRange.upperBound : patienceForAll
    return request([0x01, question.pid], to: question.address, .look, patience: patience, at: now)
  }

  private mutating func request(item place: Int, _ purpose: UnderWay.Purpose, at now: Instant) -> PollRequest {
    let unit = items[place].unit
    switch items[place].question {
    case .parameter(let pid):
      return request([0x01, pid], to: looks.probed(), purpose, patience: patienceForAll, at: now)
    case .request(let bytes, let wanted):
      let patience = unit.map { units[$0].answerTime.patience(silences: units[$0].silences) } ?? patienceForAll
      if let unit { spend(of: unit, at: now) }
      return begin(.service(bytes), to: address(for: wanted) ?? wanted, purpose, patience: patience, at: now)
    case .parameterGroup(let group, let address):
      if let unit { spend(of: unit, at: now) }
      let patience = address == 255 ? PollPlanner.groupPatienceForAll : PollPlanner.groupPatience
      return begin(.parameterGroup(group), to: .j1939(address), purpose, patience: patience, at: now)
    }
  }

  /// A question of service 01 to one unit, on its own identifier where it listens to that.
  private mutating func request(
    _ bytes: [UInt8], of place: Int, _ purpose: UnderWay.Purpose, at now: Instant
  ) -> PollRequest {
    let unit = units[place]
    spend(of: place, at: now)
    if options.asksUnitsAlone && !unit.isAskedWithAll {
      let patience = unit.answerTime.patience(silences: unit.silences)
      return request(bytes, to: unit.address, purpose, patience: patience, at: now)
    }
    guard case .unit(_, let answer) = unit.address else {
      return request(bytes, to: unit.address, purpose, patience: patienceForAll, at: now)
    }
    let everybody: RequestAddress = answer.isExtended ? .everybody29 : .everybody11
    return request(bytes, to: everybody, purpose, patience: patienceForAll, at: now)
  }

  private mutating func request(
    _ bytes: [UInt8], to address: RequestAddress, _ purpose: UnderWay.Purpose, patience: Double, at now: Instant
  ) -> PollRequest {
    // Service and at most six parameters: always within eight bytes.
    begin(.service(RequestBytes(bytes) ?? RequestBytes()), to: address, purpose, patience: patience, at: now)
  }

  private mutating func begin(
    _ content: Transmission.Content, to address: RequestAddress, _ purpose: UnderWay.Purpose, patience: Double,
    at now: Instant
  ) -> PollRequest {
    counts.requests += 1
    budgetAt = now.advanced(seconds: 1 / options.requestsPerSecond)
    let request = PollRequest(
      number: counts.requests, address: address, content: content, patience: patience,
      isForAll: address.isEverybody || address == .j1939(255))
    underWay = UnderWay(request: request, purpose: purpose, asked: now)
    return request
  }

  private mutating func spend(of unit: Int, at now: Instant) {
    units[unit].budgetAt = now.advanced(seconds: 1 / options.requestsPerSecondOfUnit)
  }

  // MARK: Whom

  /// Where an item's request goes; nil while nobody knows in which form the vehicle speaks.
  func address(for wanted: RequestAddress) -> RequestAddress? {
    wanted.isEverybody && options.addressing == .automatic ? looks.spoken : wanted
  }

  /// The time of the slowest.
  private var patienceForAll: Double {
    units.filter { $0.isFound && !$0.isSilent }.map { $0.answerTime.patience(silences: $0.silences) }.max()
      ?? AnswerTime.firstPatience
  }

  private var wantsParameters: Bool { items.contains { $0.parameter != nil } }

  /// Seconds: the response time of SAE J1939-21 and the time for a transfer to begin; for all units, a whole broadcast
  /// transfer of some packets.
  private static let groupPatience = 1.25
  private static let groupPatienceForAll = 2.5
}
