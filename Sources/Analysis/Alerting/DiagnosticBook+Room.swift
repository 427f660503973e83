// Who gets a place when there is little room, and who gives way.
import Vocabulary

/// What a record is worth to another one that stands in its way.
enum Worth {
  /// Any word of a unit.
  case fact
  /// That it told a whole list of trouble codes, or its lamps.
  case list
  /// A trouble code that is believed.
  case code

  init(_ record: DiagnosticRecord) {
    switch record.content {
    case .code: self = .code
    case .fact(.listBegan), .fact(.listEnded): self = .list
    case .fact: self = .fact
    }
  }
}

extension DiagnosticBook {
  /// The place of a record: where it stands, or a new one. Nil, and counted, when there is no room.
  /// - Parameter now: Nil when nobody is to give way.
  mutating func place(for key: DiagnosticKey, _ worth: Worth, of speaker: Int, at now: Instant?) -> Int? {
    let standing = table.find(key)
    if let standing, !table[standing].isRemoved {
      renew(standing)
      return standing
    }
    // Told again before its removal was handed over: the stored record is replaced then, and what the world was told
    // of it still holds.
    guard standing != nil || !table.isFull, makeRoom(for: worth, of: speaker, at: now),
      let i = table.find(key) ?? table.insert(key)
    else {
      counters.refused &+= 1
      return nil
    }
    table[i].isRemoved = false
    table[i].owner = UInt8(speaker)
    table[i].telling.absence = KindRepetitions()
    if worth == .code { codes += 1 } else { facts += 1 }
    speakers.addRecord(isCode: worth == .code, of: speaker)
    renew(i)
    return i
  }

  private mutating func renew(_ i: Int) {
    order &+= 1
    table[i].order = order
    revision &+= 1
  }

  private mutating func makeRoom(for worth: Worth, of speaker: Int, at now: Instant?) -> Bool {
    let needsUnit = !speakers[speaker].isKept && speakers.kept >= DiagnosticBook.unitLimit
    let isFull = codes + facts >= capacity
    guard worth != .code else {
      if speakers[speaker].codes >= DiagnosticBook.codeLimit && !removeHistory(of: speaker) { return false }
      if needsUnit { return giveWay(to: worth, isPlaceless: true, at: now) }
      return codes + facts < capacity || removeHistory(of: nil) || giveWay(to: worth, at: now)
    }
    guard speakers[speaker].facts < DiagnosticBook.unitRecordLimit - DiagnosticBook.codeLimit else { return false }
    let needsFact = facts >= capacity - capacity / 4
    return !needsUnit && !needsFact && !isFull || giveWay(to: worth, withFacts: needsFact, at: now)
  }

  /// Removes all records of a unit that is silent; false if there is none.
  private mutating func giveWay(
    to worth: Worth, isPlaceless: Bool = false, withFacts: Bool = false, at now: Instant?
  ) -> Bool {
    guard let now,
      let silent = speakers.givingWay(to: worth, isPlaceless: isPlaceless, withFacts: withFacts, at: now)
    else { return false }
    for i in stride(from: table.count - 1, through: 0, by: -1) {
      if !table[i].isRemoved && Int(table[i].owner) == silent { remove(i) }
    }
    counters.gaveWay &+= 1
    return true
  }

  /// Lets the code go that was cleared longest ago; false if there is none.
  /// - Parameter speaker: Whose; nil for anybody's.
  private mutating func removeHistory(of speaker: Int?) -> Bool {
    var oldest: Int?
    for i in 0..<table.count where !table[i].isRemoved && (speaker == nil || Int(table[i].owner) == speaker) {
      guard table[i].record.isCode, table[i].isNothingLeft else { continue }
      if let found = oldest, table[found].order <= table[i].order { continue }
      oldest = i
    }
    guard let oldest else { return false }
    remove(oldest)
    return true
  }

  /// Takes a record out. Places from `i` on change when it was never handed over: go through them from the end.
  mutating func remove(_ i: Int) {
    let isCode = table[i].record.isCode
    if isCode { codes -= 1 } else { facts -= 1 }
    speakers.removeRecord(isCode: isCode, of: Int(table[i].owner))
    revision &+= 1
    if table[i].isStored { table[i].isRemoved = true } else { table.remove(at: i) }
  }
}
