// Lays the signals of messages out as sections. Runs at start and reload only and may allocate.

import Vocabulary

/// The rows of a table while messages are added.
struct TableBuilder {
  static let deepestNesting = 8
  /// Values of a multiplexor that are looked up by index; 4 bytes each.
  static let directValues: UInt32 = 256
  /// Operations of a message that may stand in sections behind multiplexors a second time.
  static let mostCopies = 1024

  /// Index that the first of `sections` will have in the table.
  let firstSection: Int
  var sections: [Section] = []
  var extras: [SectionExtras] = []
  var operations: [Operation] = []
  var wideOperations: [WideOperation] = []
  var selectors: [Selector] = []
  var directSections: [UInt32] = []
  var cases: [Case] = []
  var largestMessage = 0

  // The message that is being added.
  private var signals: [DecoderTable.Signal] = []
  /// By its multiplexor: what can be decoded and is selected.
  private var selected: [Int: [Int]] = [:]
  private var copiesLeft = 0
  /// By their signals: sections that repeat none of those above them, so that several places can lead to them.
  private var shared: [[Int]: Added] = [:]

  init(firstSection: Int) { self.firstSection = firstSection }

  /// A section, and the most samples that it and the sections below it can give.
  private struct Added {
    var section: UInt32
    var largest: Int
  }

  /// The section of the signals that are always there.
  mutating func add(
    _ message: DecoderTable.Message, at index: Int, problems: inout [DecoderTable.Problem]
  ) -> (section: Section, extra: SectionExtras) {
    let reasons = TableBuilder.refusals(in: message)
    for (signal, reason) in reasons.enumerated() {
      if let reason { problems.append(DecoderTable.Problem(message: index, signal: signal, reason: reason)) }
    }
    signals = message.signals
    selected = [:]
    copiesLeft = TableBuilder.mostCopies
    shared = [:]
    var always: [Int] = []
    for i in signals.indices where reasons[i] == nil {
      if let multiplexor = signals[i].multiplexor {
        selected[multiplexor, default: []].append(i)
      } else {
        always.append(i)
      }
    }
    let firstBehind = sections.count
    var (section, extra, largest) = layOut(always, inherited: [])
    largestMessage = max(largestMessage, largest)
    section.message = UInt16(index)
    section.length = UInt8(clamping: message.length)
    for i in firstBehind..<sections.count {
      sections[i].message = section.message
      sections[i].length = section.length
    }
    return (section, extra)
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

  /// Lays out the signals `members` and, below them, all that they select.
  /// - Parameter inherited: signals of the sections above, which are not decoded when this one is.
  private mutating func layOut(
    _ members: [Int], inherited: [Int]
  ) -> (section: Section, extra: SectionExtras, largest: Int) {
    let given = (inherited + members).filter { signals[$0].signal != nil }
    var (section, extra) = layOutOperations(given)
    var largest = given.count
    let multiplexors = Array(members.filter { selected[$0] != nil }.prefix(Int(UInt16.max)))
    if multiplexors.count == 1, let below = selected[multiplexors[0]] {
      let copies = max(1, given.count) * below.count
      extra.selectsOne = copies <= copiesLeft
      if extra.selectsOne { copiesLeft -= copies }
    }

    // A section's selectors must lie side by side, so those of the sections below are added before them.
    var own: [Selector] = []
    for multiplexor in multiplexors {
      let (found, most) = layOutCases(of: selected[multiplexor] ?? [], inherited: extra.selectsOne ? given : [])
      own.append(selector(of: signals[multiplexor], found))
      largest = extra.selectsOne ? max(largest, most) : largest + most
    }
    extra.firstSelector = UInt32(selectors.count)
    extra.selectorCount = UInt16(own.count)
    selectors += own
    let isInWord = own.isEmpty || extra.selectsOne && own[0].bytesNeeded <= 8
    extra.isQuick = extra.wide == 0 && isInWord
    let isPlain = extra.wide == 0 && own.isEmpty && (section.little == 0 || section.big == 0)
    section.bytesNeeded = isPlain ? extra.bytesNeeded : Section.notPlain
    return (section, extra, largest)
  }

  private mutating func layOutOperations(_ given: [Int]) -> (section: Section, extra: SectionExtras) {
    var section = Section(firstOperation: UInt32(operations.count))
    var extra = SectionExtras(firstWide: UInt32(wideOperations.count))
    var little: [Operation] = []
    var big: [Operation] = []
    for i in given {
      let signal = signals[i]
      // A multiplexor counts cases; all of its codes are meant.
      let reserved = signal.format.isFloat || selected[i] != nil ? .none : signal.reserved
      let hasRoom = max(little.count, big.count) < Int(UInt8.max)
      if signal.isNarrow, hasRoom, let codes = signal.measuredCodes(besides: reserved) {
        let operation = Operation(signal, codes: codes, reserved: reserved)
        if signal.byteOrder == .little { little.append(operation) } else { big.append(operation) }
        extra.bytesNeeded = max(extra.bytesNeeded, operation.bytesNeeded)
      } else {
        wideOperations.append(WideOperation(signal, reserved: reserved))
      }
    }
    section.little = UInt8(little.count)
    section.big = UInt8(big.count)
    extra.wide = UInt16(clamping: wideOperations.count - Int(extra.firstWide))
    operations += little + big
    return (section, extra)
  }

  /// Lets cases of low values, which nearly all are, be looked up by value.
  private mutating func selector(of multiplexor: DecoderTable.Signal, _ found: [Case]) -> Selector {
    let lows = found.prefix { $0.high < TableBuilder.directValues }
    let directCount = lows.last.map { $0.high + 1 } ?? 0
    let selector = Selector(
      field: BitField(multiplexor), bytesNeeded: UInt8(multiplexor.bytesNeeded),
      firstDirect: UInt32(directSections.count), directCount: directCount, firstCase: UInt32(cases.count),
      caseCount: UInt32(found.count - lows.count))
    for value in 0..<directCount {
      directSections.append(lows.first { $0.low...$0.high ~= value }?.section ?? Selector.noSection)
    }
    cases += found.dropFirst(lows.count)
    return selector
  }

  /// Cuts the ranges of the selected signals into ascending cases that do not overlap. Cases with the same signals
  /// share a section.
  private mutating func layOutCases(of below: [Int], inherited: [Int]) -> (cases: [Case], largest: Int) {
    // UInt64, since one past the highest value may not be a UInt32.
    var bounds: Set<UInt64> = []
    for i in below {
      for range in signals[i].selectingValues {
        bounds.insert(UInt64(range.lowerBound))
        bounds.insert(UInt64(range.upperBound) + 1)
      }
    }
    let cuts = bounds.sorted()
    var known: [[Int]: Added] = [:]
    var found: [Case] = []
    var largest = 0
    for (low, next) in zip(cuts, cuts.dropFirst()) {
      let members = below.filter { i in signals[i].selectingValues.contains { $0.contains(UInt32(low)) } }
      guard !members.isEmpty else { continue }
      let added = known[members] ?? (inherited.isEmpty ? shared[members] : nil) ?? add(members, inherited: inherited)
      known[members] = added
      largest = max(largest, added.largest)
      found.append(Case(low: UInt32(low), high: UInt32(next - 1), section: added.section))
    }
    return (found, largest)
  }

  private mutating func add(_ members: [Int], inherited: [Int]) -> Added {
    let (section, extra, largest) = layOut(members, inherited: inherited)
    let added = Added(section: UInt32(firstSection + sections.count), largest: largest)
    sections.append(section)
    extras.append(extra)
    if inherited.isEmpty { shared[members] = added }
    return added
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
