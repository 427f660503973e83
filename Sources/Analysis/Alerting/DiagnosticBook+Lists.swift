// Lists of trouble codes: what they prove, and what their absence from one does.
import Vocabulary

extension DiagnosticBook {
  /// A list has been told to its end.
  /// - Parameter complete: A code that was not listed does not have these.
  mutating func endList(of speaker: Int, complete: TroubleCodeStatus, at time: Timestamp) {
    let list = speakers[speaker].list
    guard list.isOpen else { return }
    speakers[speaker].list.isOpen = false
    mark &+= 1
    let kind = ListKind(complete: list.isWhole ? complete : [], notation: list.notation)
    if list.isBroadcast {
      hear(list, of: speaker, kind, at: time)
    } else {
      believe(list, of: speaker, kind, at: time)
    }
  }

  /// A list that was asked for counts at once.
  private mutating func believe(_ list: OpenList, of speaker: Int, _ kind: ListKind, at time: Timestamp) {
    var isKept = true
    for k in 0..<Int(list.count) {
      let listed = speakers.listed(k, of: list)
      var status = listed.status
      if let (i, report) = known(listed.code, of: speaker) {
        // What stands twice in a list has what both lines say.
        status.formUnion(table[i].telling.mark == mark ? report.status : report.status.subtracting(kind.complete))
      }
      if !set(listed, of: speaker, to: status, lamps: list.lamps, since: time, at: time) { isKept = false }
    }
    forEachKnown(of: speaker, kind) { book, i, report in
      guard book.table[i].telling.mark != book.mark else { return }
      book.set(report.code, of: speaker, to: report.status.subtracting(kind.complete), at: time)
    }
    if isKept { tell(kind, of: speaker, at: time) }
    tell(list.lamps, isBroadcast: false, of: speaker, at: time)
  }

  /// A broadcast list counts when it agrees with those before.
  private mutating func hear(_ list: OpenList, of speaker: Int, _ kind: ListKind, at time: Timestamp) {
    let longestGap = speakers[speaker].unit.language.longestGap
    var isBelieved = true
    for k in 0..<Int(list.count) {
      let listed = speakers.listed(k, of: list)
      let known = known(listed.code, of: speaker)
      if let known { table[known.i].telling.stand(in: mark, as: listed) }
      if let report = known?.report, report.status.isSuperset(of: listed.status) {
        set(listed, of: speaker, to: report.status, lamps: list.lamps, since: time, at: time)
      } else if let first = speakers.propose(
        listed, of: speaker, at: time.uptime, unconfirmed: &counters.unconfirmed)
      {
        let status = (known?.report.status ?? []).union(listed.status)
        set(listed, of: speaker, to: status, lamps: list.lamps, since: time.moved(to: first), at: time)
      } else {
        isBelieved = false
      }
    }
    counters.unconfirmed &+= UInt64(speakers.settleCandidates(of: speaker, after: kind))
    forEachKnown(of: speaker, kind) { book, i, report in
      let telling = book.table[i].telling
      var missing = kind
      missing.complete.formIntersection(report.status)
      if telling.mark == book.mark { missing.complete.subtract(telling.listed) }
      guard !missing.complete.isEmpty,
        book.table[i].telling.absence.again(missing, at: time.uptime, longestGap: longestGap)
      else { return }
      book.table[i].telling.absence.reset(missing)
      book.set(report.code, of: speaker, to: report.status.subtracting(missing.complete), at: time)
    }
    if let lamps = list.lamps {
      if speakers[speaker].lamps != lamps { speakers[speaker].lampSteadiness = Repetition() }
      speakers[speaker].lamps = lamps
      if speakers[speaker].lampSteadiness.again(at: time.uptime, longestGap: longestGap) {
        tell(lamps, isBroadcast: true, of: speaker, at: time)
      }
    }
    guard !kind.complete.isEmpty else { return }
    if !isBelieved {
      speakers[speaker].steadiness.reset(kind)
    } else if speakers[speaker].steadiness.again(kind, at: time.uptime, longestGap: longestGap) {
      tell(kind, of: speaker, at: time)
    }
  }

  /// Records that the unit has told a whole list of each of these.
  private mutating func tell(_ kind: ListKind, of speaker: Int, at time: Timestamp) {
    if !kind.complete.isEmpty { lists &+= 1 }
    for bit in 0..<UInt8(7) where kind.complete.rawValue &>> bit & 1 == 1 {
      let status = TroubleCodeStatus(rawValue: 1 &<< bit)
      let told = DiagnosticFact.Content.listEnded(complete: status, notation: kind.notation)
      keep(told, of: speaker, at: time, retold: DiagnosticBook.listSeconds)
    }
  }

  private mutating func tell(_ lamps: WarningLamps?, isBroadcast: Bool, of speaker: Int, at time: Timestamp) {
    guard let lamps else { return }
    keep(.listBegan(lamps: lamps, isBroadcast: isBroadcast), of: speaker, at: time)
  }

  /// The unit has cleared its trouble codes: only what no tool can clear is left, and freeze frames, test results and
  /// readiness are void until they are told again.
  mutating func clear(_ speaker: Int, at time: Timestamp) {
    counters.unconfirmed &+= UInt64(speakers.dropCandidates(of: speaker))
    if speakers[speaker].isKept {
      for i in stride(from: table.count - 1, through: 0, by: -1) {
        guard !table[i].isRemoved, Int(table[i].owner) == speaker else { continue }
        if case .code(let report) = table[i].record.content {
          set(report.code, of: speaker, to: report.status.intersection(.permanent), at: time)
        } else if table[i].record.isForgottenWhenCleared {
          remove(i)
        }
      }
    }
    keep(.cleared, of: speaker, at: time, retold: 0)
  }

  // MARK: One code

  private mutating func known(_ code: TroubleCode, of speaker: Int) -> (i: Int, report: TroubleCodeReport)? {
    guard let i = table.find(DiagnosticKey(speakers[speaker].unit, code)), !table[i].isRemoved,
      case .code(let report) = table[i].record.content
    else { return nil }
    return (i, report)
  }

  /// The unit's codes that a list of this kind should hold.
  private mutating func forEachKnown(
    of speaker: Int, _ kind: ListKind, _ body: (inout DiagnosticBook, _ i: Int, _ report: TroubleCodeReport) -> Void
  ) {
    guard speakers[speaker].codes > 0, !kind.complete.isEmpty else { return }
    for i in 0..<table.count where !table[i].isRemoved && Int(table[i].owner) == speaker {
      guard case .code(let report) = table[i].record.content, report.code.notation == kind.notation else { continue }
      if !report.status.isDisjoint(with: kind.complete) { body(&self, i, report) }
    }
  }

  private mutating func set(
    _ code: TroubleCode, of speaker: Int, to status: TroubleCodeStatus, at time: Timestamp
  ) {
    set(ListedCode(code: code), of: speaker, to: status, lamps: nil, since: time, at: time)
  }

  /// Gives a code its status. False when there is no room for it.
  /// - Parameter since: When this episode began, should it be a new one.
  @discardableResult private mutating func set(
    _ listed: ListedCode, of speaker: Int, to status: TroubleCodeStatus, lamps: WarningLamps?, since: Timestamp,
    at time: Timestamp
  ) -> Bool {
    // A request for a lamp is said of a code; by itself it is none.
    let status = status == .lampRequested ? [] : status
    guard let (i, old) = known(listed.code, of: speaker) else {
      guard !status.isEmpty else { return true }
      let report = TroubleCodeReport(
        unit: speakers[speaker].unit, code: listed.code, status: status, occurrences: listed.occurrences, lamps: lamps,
        since: since, changed: time)
      let key = DiagnosticKey(report.unit, listed.code)
      guard let i = place(for: key, .code, of: speaker, at: time.uptime) else { return false }
      table[i].telling.stand(in: mark, as: listed)
      put(report, at: i, time)
      return true
    }
    table[i].telling.stand(in: mark, as: listed)
    var report = old
    report.occurrences = listed.occurrences ?? old.occurrences
    report.lamps = lamps ?? old.lamps
    report.status = status
    if status != old.status {
      report.changed = time
      if Gravity(old.status) == .none && Gravity(status) != .none {
        report.since = since
        report.occurrences = listed.occurrences
      }
      order &+= 1
      table[i].order = order
    } else if report.occurrences == old.occurrences && report.lamps == old.lamps {
      return true
    }
    put(report, at: i, time)
    return true
  }

  private mutating func put(_ report: TroubleCodeReport, at i: Int, _ time: Timestamp) {
    table[i].record = DiagnosticRecord(unit: report.unit, content: .code(report), changed: time)
    table[i].isDirty = true
    revision &+= 1
    let gravity = Gravity(report.status)
    guard gravity > table[i].telling.peak else { return }
    table[i].telling.peak = gravity
    table[i].telling.peakStatus = report.status
    table[i].telling.peakTime = time
  }
}
