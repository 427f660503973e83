// Which vehicle this is, when control units differ.
public import Vocabulary

extension DiagnosticBook {
  /// A unit's word on the vehicle's identification counts at once when it is its first; another one after it was told
  /// twice in a row.
  mutating func takeIdentification(
    _ text: ShortText, _ content: DiagnosticFact.Content, of speaker: Int, at time: Timestamp
  ) {
    let record = DiagnosticRecord(unit: speakers[speaker].unit, content: .fact(content), changed: time)
    if let key = DiagnosticKey(record), let i = table.find(key), !table[i].isRemoved,
      !record.saysTheSame(as: table[i].record), speakers[speaker].rival != text
    {
      speakers[speaker].rival = text
      return
    }
    speakers[speaker].rival = nil
    keep(content, of: speaker, at: time)
  }

  /// The identification that most units tell; of several with as many units `preferred`, or else the one told first.
  /// Nil while no unit has told one.
  ///
  /// - Parameter preferred: The one that stood before the daemon went down, say.
  public func vehicleIdentification(preferred: ShortText? = nil) -> ShortText? {
    var standing: (text: ShortText, units: Int, order: UInt64)?
    forEachIdentification { text, units, order in
      if let best = standing {
        if units < best.units { return }
        if units == best.units && (best.text == preferred || order > best.order && text != preferred) { return }
      }
      standing = (text, units, order)
    }
    return standing?.text
  }

  /// Each unit's word, with how many units say the same and which was said first.
  private func forEachIdentification(_ body: (_ text: ShortText, _ units: Int, _ order: UInt64) -> Void) {
    for i in 0..<table.count {
      guard let text = identification(i) else { continue }
      var units = 0
      for k in 0..<table.count where identification(k) == text { units += 1 }
      body(text, units, table[i].order)
    }
  }

  private func identification(_ i: Int) -> ShortText? {
    guard !table[i].isRemoved, case .fact(.identity(.vin, _, let text)) = table[i].record.content else { return nil }
    return text
  }
}
