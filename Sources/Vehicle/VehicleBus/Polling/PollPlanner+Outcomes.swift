// What is learned from how a request ended.
import Glibc
public import Vocabulary

extension PollPlanner {
  /// How a request from `next` or `probe` ended. A request that was overtaken by another one is ignored.
  public mutating func finish(_ request: PollRequest, _ outcome: PollOutcome, at now: Instant) {
    guard let done = underWay, done.request.number == request.number else { return }
    underWay = nil
    switch outcome {
    case .refused(let refusal): yield(to: refusal, done, at: now)
    case .failed(let code) where PollPlanner.answerErrors.contains(code): takeSilence(done, at: now)
    case .failed:
      hold(at: now, seconds: trouble.next())
      looks.postpone(to: heldUntil)
    case .answers(let answers): take(answers, done, at: now)
    }
  }

  /// Errors of a message under way; all others are the bus's.
  private static let answerErrors: Set<Int32> = [
    EBADMSG, ECOMM, EILSEQ, EMSGSIZE, EOVERFLOW, EPROTO, ETIME, ETIMEDOUT,
  ]

  private mutating func hold(at now: Instant, seconds: Double) {
    heldUntil = now.advanced(seconds: seconds)
    gap = heldUntil
  }

  // MARK: The guard said no

  /// Nothing was sent: this is no silence of a unit's. What was to be asked stays due.
  private mutating func yield(to refusal: Refusal, _ done: UnderWay, at now: Instant) {
    counts.refusals += 1
    switch refusal {
    case .busBudget: break
    case .unitBudget: delay(done, at: now, seconds: 1 / options.requestsPerSecondOfUnit)
    case .backingOff: delay(done, at: now, seconds: 1)
    case .paused, .parked, .busUnreadable, .busErrors, .otherTester, .answerFlood: hold(at: now, seconds: 1)
    case .listenOnly: hold(at: now, seconds: 60)
    case .notAllowed, .notAuthorised, .notStanding: drop(done, at: now)
    }
  }

  private mutating func delay(_ done: UnderWay, at now: Instant, seconds: Double) {
    switch done.purpose {
    case .look: looks.postpone(to: now.advanced(seconds: seconds))
    case .probe: break
    case .range(_, let unit), .parameters(_, let unit): units[unit].block(at: now, seconds: seconds)
    case .item(let place):
      let until = now.advanced(seconds: seconds)
      for fellow in fellows(of: place, done) { items[fellow].notBefore = max(items[fellow].notBefore, until) }
    }
  }

  /// An item, and where no single unit was asked all others that go to the same address.
  private func fellows(of place: Int, _ done: UnderWay) -> [Int] {
    guard items[place].unit == nil else { return [place] }
    return items.indices.filter {
      items[$0].unit == nil && items[$0].address.flatMap(address(for:)) == done.request.address
    }
  }

  private mutating func drop(_ done: UnderWay, at now: Instant) {
    switch done.purpose {
    case .look: looks.postpone(to: now.advanced(seconds: 60))
    case .probe: break
    case .range(let range, let unit): units[unit].refuse(range: range)
    case .parameters(let places, let unit): for place in places { items[place].refuse(by: unit) }
    case .item(let place): items[place].refuse(by: items[place].unit)
    }
    assignUnits()
  }

  // MARK: Nobody answered

  private mutating func takeSilence(_ done: UnderWay, at now: Instant) {
    counts.unanswered += 1
    silentRequests += 1
    switch done.purpose {
    case .look: looks.finish(at: now, found: false, answered: false)
    case .probe: return
    case .range(let range, let unit):
      // A unit that hears what is asked of it, and is lost over this one again and again.
      if lose(unit, at: now), units[unit].hasAnsweredAlone || units[unit].isAskedWithAll {
        units[unit].failRange(range)
      }
    case .parameters(let places, let unit): miss(places, of: unit, at: now)
    case .item(let place):
      let unit = items[place].unit
      missAlone(place, of: unit, at: now)
      if let unit { lose(unit, at: now) }
    }
    if silentRequests >= PollPlanner.silencesToPause { hold(at: now, seconds: silence.next()) }
    assignUnits()
  }

  /// Requests in succession without any answer on the bus, after which it is asked once in a while only.
  private static let silencesToPause = 8

  private mutating func miss(_ places: [Int], of unit: Int, at now: Instant) {
    let isUnitsOwn = places.contains { items[$0].parameter.map(units[unit].surelyHas) ?? false }
    if places.count > 1 {
      units[unit].pack.unanswered(places.count)
    } else if let place = places.first {
      missAlone(place, of: unit, at: now)
    }
    // A parameter that nobody has promised says nothing about its unit.
    if isUnitsOwn { lose(unit, at: now) }
  }

  private mutating func missAlone(_ place: Int, of unit: Int?, at now: Instant) {
    let aliveAt = unit.map { units[$0].lastAnswer } ?? lastAnswer
    if items[place].miss(at: now, aliveAt: aliveAt) { items[place].giveUp(on: unit) }
  }

  /// - Returns: whether the unit is given up for now.
  @discardableResult private mutating func lose(_ unit: Int, at now: Instant) -> Bool {
    guard units[unit].beSilent(at: now) else { return false }
    if units[unit].isFound { looks.miss(at: now) }
    return true
  }

  // MARK: Somebody answered

  /// The last word of one unit.
  private struct Final {
    let unit: Int
    let bytes: [UInt8]
    let reply: PollReply
  }

  private mutating func take(_ answers: [PollAnswer], _ done: UnderWay, at now: Instant) {
    let replies = answers.map { (answer: $0, reply: PollReply($0, to: done.request)) }
    counts.foreign += UInt64(replies.count { $0.reply == .foreign })
    let known = replies.filter { $0.reply != .foreign }
    guard !known.isEmpty else {
      takeSilence(done, at: now)
      return
    }
    lastAnswer = now
    silentRequests = 0
    silence.reset()
    trouble.reset()
    if done.request.address.isEverybody { looks.heard(done.request.address) }
    counts.negative += UInt64(known.count { if case .negative = $0.reply { true } else { false } })

    let (finals, found) = hear(known, done, at: now)
    switch done.purpose {
    case .look, .probe:
      for final in finals { takeLook(final, at: now) }
      if case .look = done.purpose { looks.finish(at: now, found: found, answered: true) }
    case .range(let range, let unit): takeRange(range, of: unit, finals, at: now)
    case .parameters(let places, let unit): takeParameters(places, of: unit, finals, done, at: now)
    case .item(let place): takeItem(place, known.map(\.reply), finals, done, at: now)
    }
    assignUnits()
  }

  /// Notes who gave a sign of life.
  /// - Returns: each unit's last word, and whether one is new or back.
  private mutating func hear(
    _ replies: [(answer: PollAnswer, reply: PollReply)], _ done: UnderWay, at now: Instant
  ) -> (finals: [Final], found: Bool) {
    var finals: [Final] = []
    var heard: Set<Int> = []
    var found = false
    for (answer, reply) in replies {
      guard let unit = place(of: answer.id, done, &found) else { continue }
      if heard.insert(unit).inserted {
        found = found || units[unit].isSilent
        units[unit].hear(at: now, delay: answer.delay, isAlone: !done.request.isForAll)
      }
      guard reply != .pending, !finals.contains(where: { $0.unit == unit }) else { continue }
      finals.append(Final(unit: unit, bytes: answer.bytes, reply: reply))
      if reply == .positive { units[unit].busy.reset() }
      if reply != .negative(.busy) { units[unit].pause.reset() }
    }
    return (finals, found)
  }

  /// The unit that answers on an identifier; a new one where everybody was asked.
  private mutating func place(of id: CANID, _ done: UnderWay, _ found: inout Bool) -> Int? {
    if case .j1939 = done.request.address {
      return units.firstIndex { $0.address == .j1939(UInt8(truncatingIfNeeded: id.value)) }
    }
    let known = units.firstIndex { unit in
      if case .unit(_, let answer) = unit.address { answer.key == id.key } else { false }
    }
    guard done.request.address.isEverybody, needsUnits else { return known }
    if let known {
      found = found || !units[known].isFound
      units[known].isFound = true
      return known
    }
    let request = id.isExtended ? CANID(extended: 0x18DA_00F1 | id.value << 8 & 0xFF00) : CANID(standard: id.value - 8)
    let new = add(
      PollUnit(.unit(request: request, answer: id), isFound: true, pack: PackSize(most: options.mostParameters)))
    found = found || new != nil
    return new
  }

  /// An answer to 01 00, or to the parameter that was asked of everybody.
  private mutating func takeLook(_ final: Final, at now: Instant) {
    let unit = final.unit
    switch final.reply {
    case .positive:
      guard final.bytes.count > 2 else { return }
      let pid = final.bytes[1]
      if pid == 0 {
        takeBits(final, range: 0)
      } else {
        units[unit].proven.insert(pid)
        units[unit].refuse(range: 0)
      }
    case .negative(.service): units[unit].deniedServices.insert(0x01)
    case .negative(.content): units[unit].refuse(range: 0)
    case .negative(.busy): leaveBusy(unit, at: now)
    case .negative(.later), .pending, .foreign: break
    }
  }

  private mutating func takeBits(_ final: Final, range: UInt8) {
    guard final.bytes.count >= 6, final.bytes[1] == range else {
      units[final.unit].failRange(range)
      return
    }
    units[final.unit].tell(range: range, bits: final.bytes[2..<6].reduce(0) { $0 << 8 | UInt32($1) })
  }

  private mutating func takeRange(_ range: UInt8, of unit: Int, _ finals: [Final], at now: Instant) {
    for final in finals where final.reply == .positive { takeBits(final, range: range) }
    guard let own = finals.first(where: { $0.unit == unit }) else {
      // Only others answered, or it asks for patience without end.
      units[unit].failRange(range)
      units[unit].block(at: now, seconds: units[unit].pause.next())
      return
    }
    switch own.reply {
    case .negative(.service): units[unit].deniedServices.insert(0x01)
    case .negative(.content): units[unit].refuse(range: range)
    case .negative(.busy): leaveBusy(unit, at: now)
    case .negative(.later):
      units[unit].failRange(range)
      units[unit].block(at: now, seconds: PollPlanner.pauseBetweenRanges)
    case .positive, .pending, .foreign: break
    }
  }

  private mutating func takeParameters(
    _ places: [Int], of unit: Int, _ finals: [Final], _ done: UnderWay, at now: Instant
  ) {
    guard let own = finals.first(where: { $0.unit == unit }) else {
      counts.unanswered += 1
      if units[unit].lastAnswer == now {
        // It asked for patience without end, at the cost of all others.
        gap = now
        for place in places where places.count > 1 { items[place].isAlone = true }
        if places.count == 1, let place = places.first { missAlone(place, of: unit, at: now) }
        units[unit].block(at: now, seconds: units[unit].pause.next())
      } else {
        miss(places, of: unit, at: now)
      }
      return
    }
    switch own.reply {
    case .positive: takeValues(own.bytes, places, of: unit, done, at: now)
    case .negative(.service): units[unit].deniedServices.insert(0x01)
    case .negative(.content):
      if places.count > 1 {
        units[unit].pack.refused(places.count)
      } else if let place = places.first {
        // Who promised this one and refuses it alone did not mind how many were asked.
        if items[place].parameter.map(units[unit].has) ?? false { units[unit].pack.absolve() }
        items[place].refuse(by: unit)
      }
    case .negative(.busy):
      for place in places { items[place].beBusy(at: now) }
      leaveBusy(unit, at: now)
    case .negative(.later):
      for place in places {
        if places.count > 1 { items[place].isAlone = true } else { postpone(place, at: now) }
      }
    case .pending, .foreign: break
    }
  }

  private mutating func takeValues(
    _ bytes: [UInt8], _ places: [Int], of unit: Int, _ done: UnderWay, at now: Instant
  ) {
    let asked = places.compactMap { items[$0].parameter }
    let answered = answeredParameters(bytes, asked: asked, lengths: options.parameterLengths)
    let served = places.filter { items[$0].parameter.map(answered.contains) ?? false }
    for place in places where !served.contains(place) {
      // Left out, or cut off: whether it is there at all shows when it is asked for alone.
      if places.count > 1 { items[place].isAlone = true } else { missAlone(place, of: unit, at: now) }
    }
    for pid in answered { units[unit].proven.insert(pid) }
    guard !served.isEmpty else { return }
    units[unit].pack.answered()
    units[unit].stretch.note(serve(served, done, at: now, gap: max(gap, units[unit].gap)))
  }

  private mutating func takeItem(
    _ place: Int, _ replies: [PollReply], _ finals: [Final], _ done: UnderWay, at now: Instant
  ) {
    let unit = items[place].unit
    if replies.contains(.positive) {
      let pace = serve([place], done, at: now, gap: max(gap, unit.map { units[$0].gap } ?? gap))
      if let unit {
        units[unit].stretch.note(pace)
      } else {
        commonBusy.reset()
        common.note(pace)
      }
    } else if replies.contains(.negative(.busy)) {
      items[place].beBusy(at: now)
      for final in finals where final.reply == .negative(.busy) { leaveBusy(final.unit, at: now) }
      if unit == nil {
        // Whatever else is for all goes to the same busy units.
        let until = now.advanced(seconds: commonBusy.next())
        for fellow in fellows(of: place, done) { items[fellow].postpone(to: until) }
      }
    } else if replies.contains(.negative(.later)) {
      postpone(place, at: now)
    } else if replies.contains(.negative(.content)) {
      items[place].refuse(by: unit)
    } else if replies.contains(.negative(.service)) {
      if let unit, let service = items[place].service { units[unit].deniedServices.insert(service) }
      items[place].refuse(by: unit)
    } else {
      // Patience without end.
      gap = now
      counts.unanswered += 1
      missAlone(place, of: unit, at: now)
      if let unit { units[unit].block(at: now, seconds: units[unit].pause.next()) }
    }
  }

  private mutating func leaveBusy(_ unit: Int, at now: Instant) {
    units[unit].block(at: now, seconds: units[unit].busy.next())
  }

  private mutating func serve(_ places: [Int], _ done: UnderWay, at now: Instant, gap: Instant) -> Stretch.Pace {
    var pace = Stretch.Pace()
    for place in places {
      let stretch = stretch(of: place)
      pace.lateness = max(pace.lateness, items[place].lateness(at: done.asked, stretch: stretch))
      pace.add(items[place].answered(asked: done.asked, at: now, stretch: stretch, gap: gap))
    }
    return pace
  }

  private mutating func postpone(_ place: Int, at now: Instant) {
    items[place].postpone(to: now.advanced(seconds: PollPlanner.pauseUntilConditions))
  }

  /// Seconds before a request is made again whose conditions were not met (7F xx 22).
  private static let pauseUntilConditions = 60.0
  private static let pauseBetweenRanges = 5.0
}
