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
    let complete = list.isWhole ? complete : []
    if list.isBroadcast {
      hear(list, of: speaker, complete, at: time)
    } else {
      believe(list, of: speaker, complete, at: time)
    }
  }

  /// A list that was asked for counts at once.
  private mutating func believe(
    _ list: OpenList, of speaker: Int, _ complete: TroubleCodeStatus, at time: Timestamp
  ) {
    for k in 0..<list.count {
      let listed = speakers.listed(k, of: list)
      var status = listed.status
      if let (i, report) = known(listed.code, of: speaker) {
        // What stands twice in a list has what both lines say.
        status.formUnion(table[i].telling.mark == mark ? report.status : report.status.subtracting(complete))
      }
      set(listed, of: speaker, to: status, lamps: list.lamps, since: time, at: time)
    }
    forEachUnlisted(of: speaker, list.notation, with: complete) { book, _, report in
      book.set(report.code, of: speaker, to: report.status.subtracting(complete), at: time)
    }
    tell(complete, list, of: speaker, at: time)
  }

  /// A broadcast list counts when it agrees with those before.
  private mutating func hear(_ list: OpenList, of speaker: Int, _ complete: TroubleCodeStatus, at time: Timestamp) {
    for k in 0..<list.count {
      let listed = speakers.listed(k, of: list)
      let known = known(listed.code, of: speaker)
      if let known { table[known.i].telling.mark = mark }
      if let (i, report) = known, report.status.isSuperset(of: listed.status) {
        table[i].telling.absence = Repetition()
        set(listed, of: speaker, to: report.status, lamps: list.lamps, since: time, at: time)
      } else if let first = speakers.propose(listed, of: speaker, mark: mark, at: time.uptime) {
        let status = (known?.report.status ?? []).union(listed.status)
        set(listed, of: speaker, to: status, lamps: list.lamps, since: time.moved(to: first), at: time)
      }
    }
    counters.unconfirmed &+= UInt64(speakers.dropCandidates(of: speaker, with: complete, without: mark))
    forEachUnlisted(of: speaker, list.notation, with: complete) { book, i, report in
      guard book.table[i].telling.absence.again(at: time.uptime) else { return }
      book.table[i].telling.absence = Repetition()
      book.set(report.code, of: speaker, to: report.status.subtracting(complete), at: time)
    }
    if speakers[speaker].lamps != list.lamps { speakers[speaker].steadiness = Repetition() }
    speakers[speaker].lamps = list.lamps
    guard speakers[speaker].steadiness.again(at: time.uptime) else { return }
    tell(complete, list, of: speaker, at: time)
  }

  /// Records that the unit has told whole lists of these, and its lamps.
  private mutating func tell(
    _ complete: TroubleCodeStatus, _ list: OpenList, of speaker: Int, at time: Timestamp
  ) {
    for bit in 0..<UInt8(7) where complete.rawValue &>> bit & 1 == 1 {
      let status = TroubleCodeStatus(rawValue: 1 &<< bit)
      let told = DiagnosticFact.Content.listEnded(complete: status, notation: list.notation)
      keep(told, of: speaker, at: time, retold: DiagnosticBook.listSeconds)
    }
    if let lamps = list.lamps {
      keep(.listBegan(lamps: lamps, isBroadcast: list.isBroadcast), of: speaker, at: time)
    }
  }

  /// The unit has cleared its trouble codes: only what no tool can clear is left, and freeze frames, test results and
  /// readiness are void until they are told again.
  mutating func clear(_ speaker: Int, at time: Timestamp) {
    counters.unconfirmed &+= UInt64(speakers[speaker].candidates)
    speakers[speaker].candidates = 0
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

  private func known(_ code: TroubleCode, of speaker: Int) -> (i: Int, report: TroubleCodeReport)? {
    guard let i = table.find(DiagnosticKey(speakers[speaker].unit, code)), !table[i].isRemoved,
      case .code(let report) = table[i].record.content
    else { return nil }
    return (i, report)
  }

  /// The unit's codes of a notation that have one of `status` and stand in no line of the list that is looked at.
  private mutating func forEachUnlisted(
    of speaker: Int, _ notation: TroubleCode.Notation, with status: TroubleCodeStatus,
    _ body: (inout DiagnosticBook, _ i: Int, _ report: TroubleCodeReport) -> Void
  ) {
    guard speakers[speaker].codes > 0, !status.isEmpty else { return }
    for i in 0..<table.count where !table[i].isRemoved && Int(table[i].owner) == speaker {
      guard table[i].telling.mark != mark, case .code(let report) = table[i].record.content else { continue }
      if report.code.notation == notation && !report.status.isDisjoint(with: status) { body(&self, i, report) }
    }
  }

  private mutating func set(
    _ code: TroubleCode, of speaker: Int, to status: TroubleCodeStatus, at time: Timestamp
  ) {
    set(ListedCode(code: code), of: speaker, to: status, lamps: nil, since: time, at: time)
  }

  /// Gives a code its status.
  /// - Parameter since: When this episode began, should it be a new one.
  private mutating func set(
    _ listed: ListedCode, of speaker: Int, to status: TroubleCodeStatus, lamps: WarningLamps?, since: Timestamp,
    at time: Timestamp
  ) {
    // A request for a lamp is said of a code; by itself it is none.
    let status = status == .lampRequested ? [] : status
    guard let (i, old) = known(listed.code, of: speaker) else {
      guard !status.isEmpty else { return }
      let report = TroubleCodeReport(
        unit: speakers[speaker].unit, code: listed.code, status: status, occurrences: listed.occurrences, lamps: lamps,
        since: since, changed: time)
      let key = DiagnosticKey(report.unit, listed.code)
      if let i = place(for: key, isCode: true, of: speaker) { put(report, at: i, time) }
      return
    }
    table[i].telling.mark = mark
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
      return
    }
    put(report, at: i, time)
  }

  private mutating func put(_ report: TroubleCodeReport, at i: Int, _ time: Timestamp) {
    table[i].record = DiagnosticRecord(unit: report.unit, content: .code(report), changed: time)
    table[i].isDirty = true
    table[i].telling.mark = mark
    revision &+= 1
    let gravity = Gravity(report.status)
    guard gravity > table[i].telling.peak else { return }
    table[i].telling.peak = gravity
    table[i].telling.peakStatus = report.status
    table[i].telling.peakTime = time
  }
}
