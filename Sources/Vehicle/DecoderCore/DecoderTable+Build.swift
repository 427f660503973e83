// Building a decoder table from descriptions. Runs at start and reload only and may allocate.

import Vocabulary

extension DecoderTable {
  /// Builds a table. What cannot be taken over is left out and appended to `problems`.
  public init(_ messages: [Message], problems: inout [Problem]) {
    var builder = TableBuilder()
    // Messages of one bus go in first: they then lie before those of every bus on the probe sequence.
    let order =
      messages.indices.filter { messages[$0].bus != nil } + messages.indices.filter { messages[$0].bus == nil }
    var bits: UInt32 = 1
    while 1 << bits < messages.count * 2 { bits += 1 }
    bits = min(bits, 17)
    hashShift = 32 - bits
    slots = Array(repeating: Slot(), count: 1 << bits)

    for index in order {
      let message = messages[index]
      guard builder.entries.count < Int(Slot.free), index < Int(Slot.free) else {
        problems.append(Problem(message: index, signal: nil, reason: .tooManyMessages))
        continue
      }
      let bus = message.bus.map(UInt16.init) ?? Slot.anyBus
      guard let place = DecoderTable.freePlace(in: slots, for: message.id.key, on: bus, shift: hashShift) else {
        problems.append(Problem(message: index, signal: nil, reason: .duplicateMessage))
        continue
      }
      slots[place] = Slot(key: message.id.key, bus: bus, entry: UInt16(builder.entries.count))
      builder.add(message, at: index, problems: &problems)
    }
    entries = builder.entries
    sections = builder.sections
    selectors = builder.selectors
    cases = builder.cases
    operations = builder.operations
    largestMessage = builder.largestMessage
  }

  /// Nil when the identifier is taken on this bus.
  private static func freePlace(in slots: [Slot], for key: UInt32, on bus: UInt16, shift: UInt32) -> Int? {
    var i = Int(Slot.hash(key, shift: shift))
    while slots[i].entry != Slot.free {
      if slots[i].key == key && slots[i].bus == bus { return nil }
      i = (i + 1) % slots.count
    }
    return i
  }
}

private struct TableBuilder {
  static let deepestNesting = 8

  var entries: [Entry] = []
  var sections: [Section] = []
  var selectors: [Selector] = []
  var cases: [Case] = []
  var operations: [Operation] = []
  var largestMessage = 0

  mutating func add(_ message: DecoderTable.Message, at index: Int, problems: inout [DecoderTable.Problem]) {
    let reasons = TableBuilder.refusals(in: message)
    for (signal, reason) in reasons.enumerated() {
      if let reason { problems.append(DecoderTable.Problem(message: index, signal: signal, reason: reason)) }
    }
    let usable = message.signals.indices.filter { reasons[$0] == nil }
    let always = usable.filter { message.signals[$0].multiplexor == nil }
    let (section, largest) = addSection(always, of: message.signals, usable)
    entries.append(
      Entry(section: section, length: UInt16(clamping: message.length), source: UInt16(truncatingIfNeeded: index)))
    largestMessage = max(largestMessage, largest)
  }

  /// For each signal why it cannot be decoded, nil where it can.
  private static func refusals(in message: DecoderTable.Message) -> [DecoderTable.Problem.Reason?] {
    let signals = message.signals
    var reasons = signals.map { $0.defect }
    for i in signals.indices where reasons[i] == nil {
      var depth = 0
      var above = signals[i].multiplexor
      while let selector = above, reasons[i] == nil {
        depth += 1
        if !signals.indices.contains(selector) || selector == i || signals[selector].defect != nil
          || signals[selector].length > 32 || signals[selector].format.isFloat
        {
          reasons[i] = .unusableMultiplexor
        } else if depth > signals.count {
          reasons[i] = .unusableMultiplexor  // A ring above this signal.
        } else {
          above = signals[selector].multiplexor
        }
      }
      if reasons[i] == nil && depth > deepestNesting { reasons[i] = .nestedTooDeep }
    }
    return reasons
  }

  /// Adds the signals `members` and, below them, all that they select out of `usable`.
  /// Returns the section's index and the most samples that it and the sections below it can give.
  private mutating func addSection(
    _ members: [Int], of signals: [DecoderTable.Signal], _ usable: [Int]
  ) -> (index: UInt32, largest: Int) {
    let given = members.filter { signals[$0].signal != nil }
    let little = given.filter { signals[$0].isNarrow && signals[$0].byteOrder == .little }
    let big = given.filter { signals[$0].isNarrow && signals[$0].byteOrder == .big }
    let wide = given.filter { !signals[$0].isNarrow }
    var section = Section(
      firstOperation: UInt32(operations.count), little: UInt16(clamping: little.count),
      big: UInt16(clamping: big.count), wide: UInt16(clamping: wide.count),
      bytesNeeded: UInt8(clamping: given.map { signals[$0].bytesNeeded }.max() ?? 0))
    operations += (little + big).map { Operation(signals[$0], wide: false) }
    operations += wide.map { Operation(signals[$0], wide: true) }

    let index = sections.count
    sections.append(section)
    // A section's selectors must lie side by side, so those of the sections below are added before them.
    var own: [Selector] = []
    var largest = given.count
    for selector in members {
      let below = usable.filter { signals[$0].multiplexor == selector }
      guard !below.isEmpty, own.count < Int(UInt16.max) else { continue }
      let (found, most) = addCases(of: below, signals, usable)
      own.append(
        Selector(
          operation: Operation(signals[selector], wide: true), firstCase: UInt32(cases.count),
          caseCount: UInt32(found.count)))
      cases += found
      largest += most
    }
    section.firstSelector = UInt32(selectors.count)
    section.selectorCount = UInt16(own.count)
    selectors += own
    sections[index] = section
    return (UInt32(index), largest)
  }

  /// Cuts the ranges of the selected signals into ascending cases that do not overlap. Cases with the same signals
  /// share a section.
  private mutating func addCases(
    of below: [Int], _ signals: [DecoderTable.Signal], _ usable: [Int]
  ) -> (cases: [Case], largest: Int) {
    // UInt64, since one past the highest value may not be a UInt32.
    var bounds: Set<UInt64> = []
    for i in below {
      for range in signals[i].selectingValues {
        bounds.insert(UInt64(range.lowerBound))
        bounds.insert(UInt64(range.upperBound) + 1)
      }
    }
    let cuts = bounds.sorted()
    var known: [[Int]: UInt32] = [:]
    var found: [Case] = []
    var largest = 0
    for (low, next) in zip(cuts, cuts.dropFirst()) {
      let members = below.filter { i in signals[i].selectingValues.contains { $0.contains(UInt32(low)) } }
      guard !members.isEmpty else { continue }
      let section: UInt32
      if let shared = known[members] {
        section = shared
      } else {
        let added = addSection(members, of: signals, usable)
        section = added.index
        known[members] = section
        largest = max(largest, added.largest)
      }
      found.append(Case(low: UInt32(low), high: UInt32(next - 1), section: section))
    }
    return (found, largest)
  }
}

extension DecoderTable.Signal {
  fileprivate var multiplexor: Int? {
    if case .selected(let multiplexor, _) = presence { multiplexor } else { nil }
  }

  fileprivate var selectingValues: [ClosedRange<UInt32>] {
    if case .selected(_, let values) = presence { values } else { [] }
  }
}
