// Once a second: what is new goes to the store and onto the event lane, a bounded piece of it at a time.
public import Vocabulary

extension DiagnosticBook {
  /// Seconds from one event of a code to the next of the same kind, and from one of its records to the next.
  private static let codeSeconds: Int64 = 10
  /// Seconds from one record about anything else to the next about the same.
  private static let factSeconds: Int64 = 60

  /// Hands over what is new, trouble codes first. Called once a second: a list that is open now will not end.
  ///
  /// - Parameters:
  ///   - stamp: Now.
  ///   - room: How many changes to hand over at the most. An event comes with its record, and a code that was set and
  ///     cleared since the last tick with both events, so that less than three may be too few for what waits.
  ///   - isLast: Nobody will ask again, so nothing waits for its time.
  /// - Returns: How many there were.
  @discardableResult public mutating func tick(
    at stamp: Timestamp, room: Int, isLast: Bool = false, _ emit: (Change) -> Void
  ) -> Int {
    for i in 0..<speakers.count where speakers[i].list.isOpen {
      speakers[i].list.isOpen = false
      counters.voidLists &+= 1
    }
    var left = max(0, room)
    let count = table.count
    guard count > 0 else { return 0 }
    let start = cursor % count
    for k in 0..<count where left > 0 {
      let i = start + k < count ? start + k : start + k - count
      guard table[i].record.isCode, !table[i].isRemoved else { continue }
      let used = tellCode(i, at: stamp, left, isLast, emit)
      left -= used
      if used > 0 { cursor = i + 1 }
    }
    for k in 0..<count where left > 0 {
      let i = start + k < count ? start + k : start + k - count
      guard table[i].isRemoved || table[i].isDirty && !table[i].record.isCode else { continue }
      guard isLast || hasPassed(DiagnosticBook.factSeconds, since: table[i].handed, at: stamp.uptime) else { continue }
      hand(over: i, at: stamp, emit)
      left -= 1
      cursor = i + 1
    }
    // Now that nobody counts on their places any more.
    for i in stride(from: table.count - 1, through: 0, by: -1) where table[i].isRemoved && !table[i].isStored {
      table.remove(at: i)
    }
    return max(0, room) - left
  }

  private mutating func hand(over i: Int, at stamp: Timestamp, _ emit: (Change) -> Void) {
    emit(table[i].isRemoved ? .removed(table[i].record) : .record(table[i].record))
    table[i].isStored = !table[i].isRemoved
    table[i].isDirty = false
    table[i].handed = stamp.uptime
  }

  /// Tells what has become of a code. Returns how many changes that took, at most `room`.
  private mutating func tellCode(
    _ i: Int, at stamp: Timestamp, _ room: Int, _ isLast: Bool, _ emit: (Change) -> Void
  ) -> Int {
    guard case .code(let report) = table[i].record.content else { return 0 }
    let seconds = DiagnosticBook.codeSeconds
    let telling = table[i].telling
    let now = Gravity(report.status)
    let isWorse = telling.peak > telling.told
    let isGone = now == .none && max(telling.told, telling.peak) != .none
    guard isWorse || isGone || table[i].isDirty else {
      settle(i, now)
      return 0
    }
    let maySet = isWorse && (isLast || hasPassed(seconds, since: telling.lastSet, at: stamp.uptime))
    let mayClear =
      isGone && (maySet || telling.told != .none)
      && (isLast || hasPassed(seconds, since: telling.lastCleared, at: stamp.uptime))
    if isGone ? mayClear : maySet {
      let changes = 1 + (maySet ? 1 : 0) + (isGone ? 1 : 0)
      guard room >= changes else { return 0 }
      hand(over: i, at: stamp, emit)
      if maySet {
        var worst = report
        if telling.peak > now { worst.status = telling.peakStatus }
        worst.changed = telling.peakTime ?? report.changed
        emit(.event(Event(time: worst.changed, kind: .troubleCodeSet(worst))))
        table[i].telling.lastSet = stamp.uptime
      }
      if isGone {
        var gone = report
        gone.status = []
        emit(.event(Event(time: report.changed, kind: .troubleCodeCleared(gone))))
        table[i].telling.lastCleared = stamp.uptime
      }
      table[i].telling.told = now
      settle(i, now)
      return changes
    }
    // It came and went, or got worse and better, too soon after it did so before: nothing to tell.
    let isForgotten = isWorse && !maySet && telling.told == now
    // An event that waits for its time takes the record along then: what is stored has been told.
    if (isWorse || isGone) && !isForgotten { return 0 }
    settle(i, now)
    guard table[i].isDirty, isLast || hasPassed(seconds, since: table[i].handed, at: stamp.uptime) else { return 0 }
    hand(over: i, at: stamp, emit)
    return 1
  }

  /// What is milder than it was told needs no event, and what it was in between is past.
  private mutating func settle(_ i: Int, _ now: Gravity) {
    if now != .none && now < table[i].telling.told { table[i].telling.told = now }
    table[i].telling.peak = now
    table[i].telling.peakTime = nil
  }
}
