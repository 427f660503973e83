// Building a decoder table from descriptions. Runs at start and reload only and may allocate.

import Vocabulary

extension DecoderTable {
  /// Builds a table. What cannot be taken over is left out and appended to `problems`.
  public init(_ messages: [Message], problems: inout [Problem]) {
    // Messages of one bus go in first: they then lie before those of every bus on the probe sequence.
    let order =
      messages.indices.filter { messages[$0].bus != nil } + messages.indices.filter { messages[$0].bus == nil }
    hash = KeyHash(messages.map(\.key))
    var places = Array(repeating: Section(), count: 1 << (32 - hash.shift))
    // The sections behind multiplexors come after the hash table.
    var builder = TableBuilder(firstSection: places.count)
    var count = 0

    for index in order {
      let message = messages[index]
      guard count < Int(Section.noMessage), index < Int(Section.noMessage) else {
        problems.append(Problem(message: index, signal: nil, reason: .tooManyMessages))
        continue
      }
      let bus = message.bus.map(UInt16.init) ?? Section.anyBus
      guard let place = hash.freePlace(in: places, for: message.key, on: bus) else {
        problems.append(Problem(message: index, signal: nil, reason: .duplicateMessage))
        continue
      }
      places[place] = builder.add(message, at: index, problems: &problems)
      places[place].key = message.key
      places[place].bus = bus
      places[place].message = UInt16(index)
      places[place].length = UInt8(clamping: message.length)
      count += 1
    }
    sections = places + builder.sections
    operations = builder.operations
    wideOperations = builder.wideOperations
    selectors = builder.selectors
    directSections = builder.directSections
    cases = builder.cases
    hashMask = places.count - 1
    hasParameterGroups = messages.contains { $0.isParameterGroup }
    messageCount = count
    largestMessage = builder.largestMessage
  }
}

extension KeyHash {
  /// Room for twice as many keys, and of some factors the one that sends the most keys to places of their own: a
  /// second probe costs the decoder a mispredicted branch.
  fileprivate init(_ keys: [UInt32]) {
    let keys = Set(keys)
    var bits: UInt32 = 1
    while 1 << bits < keys.count * 2 && bits < 17 { bits += 1 }
    var best = KeyHash(factor: 0x9E37_79B1, shift: 32 - bits)
    var fewest = best.collisions(of: keys)
    var candidate = best
    for _ in 0..<32 where fewest > 0 {
      // An odd factor each time: the product of odd numbers.
      candidate.factor &*= 0x915F_77F5
      let collisions = candidate.collisions(of: keys)
      if collisions < fewest { (best, fewest) = (candidate, collisions) }
    }
    self = best
  }

  private func collisions(of keys: Set<UInt32>) -> Int {
    var taken = Array(repeating: false, count: 1 << (32 - shift))
    var collisions = 0
    for key in keys {
      if taken[place(of: key)] { collisions += 1 }
      taken[place(of: key)] = true
    }
    return collisions
  }

  /// Nil when the key is taken on this bus.
  fileprivate func freePlace(in places: [Section], for key: UInt32, on bus: UInt16) -> Int? {
    var i = place(of: key)
    while places[i].message != Section.noMessage {
      if places[i].key == key && places[i].bus == bus { return nil }
      i = (i + 1) % places.count
    }
    return i
  }
}

private struct TableBuilder {
  static let deepestNesting = 8
  /// Values of a multiplexor that are looked up by index; 4 bytes each.
  static let directValues: UInt32 = 256
  /// Operations that the sections behind one multiplexor may repeat of those above it.
  static let mostCopies = 1024

  /// Index that the first of `sections` will have in the table.
  let firstSection: Int
  var sections: [Section] = []
  var selectors: [Selector] = []
  var cases: [Case] = []
  var operations: [Operation] = []
  var wideOperations: [WideOperation] = []
  var directSections: [UInt32] = []
  var largestMessage = 0

  init(firstSection: Int) { self.firstSection = firstSection }

  /// The section of the signals that are always there.
  mutating func add(
    _ message: DecoderTable.Message, at index: Int, problems: inout [DecoderTable.Problem]
  ) -> Section {
    let reasons = TableBuilder.refusals(in: message)
    for (signal, reason) in reasons.enumerated() {
      if let reason { problems.append(DecoderTable.Problem(message: index, signal: signal, reason: reason)) }
    }
    let usable = message.signals.indices.filter { reasons[$0] == nil }
    let always = usable.filter { message.signals[$0].multiplexor == nil }
    let (section, largest) = addSection(always, of: message.signals, usable)
    largestMessage = max(largestMessage, largest)
    return section
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
  /// Returns the section and the most samples that it and the sections below it can give.
  ///
  /// - Parameter inherited: signals of the sections above, which this one is decoded instead of.
  private mutating func addSection(
    _ members: [Int], inherited: [Int] = [], of signals: [DecoderTable.Signal], _ usable: [Int]
  ) -> (section: Section, largest: Int) {
    let given = (inherited + members).filter { signals[$0].signal != nil }
    var section = addOperations(given, of: signals, usable)
    var largest = given.count
    let choices = members.map { (multiplexor: $0, below: selected(by: $0, of: signals, usable)) }
      .filter { !$0.below.isEmpty }.prefix(Int(UInt16.max))
    section.selectsOne = choices.count == 1 && choices[0].below.count * given.count <= TableBuilder.mostCopies
    let passedOn = section.selectsOne ? given : []

    // A section's selectors must lie side by side, so those of the sections below are added before them.
    var own: [Selector] = []
    for (multiplexor, below) in choices {
      let (found, most) = addCases(of: below, inherited: passedOn, signals, usable)
      own.append(addSelector(signals[multiplexor], found))
      largest = section.selectsOne ? max(largest, most) : largest + most
    }
    section.firstSelector = UInt32(selectors.count)
    section.selectorCount = UInt16(own.count)
    selectors += own
    if section.selectsOne { section.plan = .selection }
    if section.wide > 0 || own.contains(where: { $0.bytesNeeded > 8 }) || own.count > 0 && !section.selectsOne {
      section.plan = .checked
    }
    return (section, largest)
  }

  private func selected(by multiplexor: Int, of signals: [DecoderTable.Signal], _ usable: [Int]) -> [Int] {
    usable.filter { signals[$0].multiplexor == multiplexor }
  }

  private mutating func addOperations(
    _ given: [Int], of signals: [DecoderTable.Signal], _ usable: [Int]
  ) -> Section {
    var section = Section(
      firstOperation: UInt32(operations.count), firstWide: UInt32(wideOperations.count),
      bytesNeeded: UInt8(clamping: given.map { signals[$0].bytesNeeded }.max() ?? 0))
    var little: [Operation] = []
    var big: [Operation] = []
    for i in given {
      let signal = signals[i]
      // A multiplexor counts cases; all of its codes are meant.
      let isMultiplexor = !selected(by: i, of: signals, usable).isEmpty
      let reserved = signal.format.isFloat || isMultiplexor ? .none : signal.reserved
      if signal.isNarrow, let codes = signal.measuredCodes(besides: reserved) {
        let operation = Operation(signal, codes: codes, reserved: reserved)
        if signal.byteOrder == .little { little.append(operation) } else { big.append(operation) }
      } else {
        wideOperations.append(WideOperation(signal, reserved: reserved))
      }
    }
    section.little = UInt16(clamping: little.count)
    section.big = UInt16(clamping: big.count)
    section.wide = UInt16(clamping: wideOperations.count - Int(section.firstWide))
    operations += little + big
    return section
  }

  /// Cases of low values, which nearly all are, go to the table by value. Does not add the selector itself.
  private mutating func addSelector(_ multiplexor: DecoderTable.Signal, _ found: [Case]) -> Selector {
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
  private mutating func addCases(
    of below: [Int], inherited: [Int], _ signals: [DecoderTable.Signal], _ usable: [Int]
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
        let added = addSection(members, inherited: inherited, of: signals, usable)
        section = UInt32(firstSection + sections.count)
        sections.append(added.section)
        known[members] = section
        largest = max(largest, added.largest)
      }
      found.append(Case(low: UInt32(low), high: UInt32(next - 1), section: section))
    }
    return (found, largest)
  }
}

extension DecoderTable.Message {
  /// An 11-bit identifier has no parameter group and is compared whole.
  fileprivate var isParameterGroup: Bool { matching == .parameterGroup && id.isExtended }

  fileprivate var key: UInt32 { isParameterGroup ? id.parameterGroupKey : id.key }
}

extension DecoderTable.Signal {
  fileprivate var multiplexor: Int? {
    if case .selected(let multiplexor, _) = presence { multiplexor } else { nil }
  }

  fileprivate var selectingValues: [ClosedRange<UInt32>] {
    if case .selected(_, let values) = presence { values } else { [] }
  }
}
