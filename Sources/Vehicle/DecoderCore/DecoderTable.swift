// The compiled frame decoder: a flat table in, samples out. No allocation, no lock, no I/O in `decode`.

public import Vocabulary

/// All messages of a configuration as one flat table, immutable once built.
///
/// A frame's identifier finds its message in an open-addressing hash table. Signals that are always there form one
/// section; behind each value of a multiplexor lies another, which mostly repeats those above it, so that one section
/// is all that a frame takes. A section is a run of little-endian signals, a run of big-endian ones and a run of all
/// that one 64-bit word does not hold, so that the loops have no branch per signal.
public struct DecoderTable: Sendable {
  /// A hash table, then the sections behind multiplexors.
  var sections: [Section]
  /// Of the section with the same index.
  var extras: [SectionExtras]
  var operations: [Operation]
  var wideOperations: [WideOperation]
  var selectors: [Selector]
  /// By a multiplexor's value.
  var directSections: [UInt32]
  var cases: [Case]
  var hash: KeyHash
  var hashMask: Int
  var hasParameterGroups: Bool

  /// Messages in the table.
  public let messageCount: Int

  /// Most samples that one frame can give: room for so many in `out` is always enough.
  public let largestMessage: Int

  /// Bytes of memory that the table takes.
  public var memoryBytes: Int {
    // Each array has a header of two words of the object and two of its own.
    func bytes<Element>(_ array: [Element]) -> Int { 32 + array.capacity * MemoryLayout<Element>.stride }
    return bytes(sections) + bytes(extras) + bytes(operations) + bytes(wideOperations) + bytes(selectors)
      + bytes(directSections) + bytes(cases) + MemoryLayout<DecoderTable>.size
  }

  /// What became of a frame.
  public struct Outcome: BitwiseCopyable, Sendable {
    /// Samples written, from the front of `out`.
    public var count = 0
    /// Index in the messages the table was built from; -1 for a frame that it does not know.
    public var message = -1
    /// The frame has fewer data bytes than its message.
    public var isShort = false
    /// A multiplexor holds a value behind which this table has no signals.
    public var hasUnknownSelector = false

    @inlinable public var isKnown: Bool { message >= 0 }
  }

  /// Decodes a data frame into `out`, from its front. Signals that the frame is too short for are left out, as are
  /// samples for which `out` has no more room. A frame with the remote or the error flag is an unknown one.
  ///
  /// Inlined, and the payload taken apart, so that a frame's 80 bytes are not copied for the call: of a classic frame
  /// 24 are needed.
  @inlinable @inline(__always)
  public func decode(_ frame: borrowing CANFrame, into out: inout MutableSpan<Sample>) -> Outcome {
    let (length, id, bus, time) = (frame.length, frame.id, frame.bus, frame.time)
    if length <= 8 { return decode(frame.payload.words[0], length, id: id, bus: bus, time: time, into: &out) }
    var payload = CANPayload(word: frame.payload.words[0])
    payload.words[1] = frame.payload.words[1]
    payload.words[2] = frame.payload.words[2]
    payload.words[3] = frame.payload.words[3]
    payload.words[4] = frame.payload.words[4]
    payload.words[5] = frame.payload.words[5]
    payload.words[6] = frame.payload.words[6]
    payload.words[7] = frame.payload.words[7]
    return decode(payload, length, id: id, bus: bus, time: time, into: &out)
  }

  /// A classic frame, of which `word` has all data bytes.
  @usableFromInline func decode(
    _ word: UInt64, _ length: UInt8, id: CANID, bus: UInt8, time: Instant, into out: inout MutableSpan<Sample>
  ) -> Outcome {
    guard let place = place(of: id, on: bus) else { return Outcome() }
    let section = sections.span[place]
    guard length >= section.bytesNeeded && section.narrow <= out.count else {
      return decodeSelected(place, word, length, time, into: &out)
    }
    // All of one byte order. Which one is a choice of values here: no branch that could be mispredicted.
    let doubts = run(
      Int(section.firstOperation), 0..<section.narrow, section.little > 0 ? word : word.byteSwapped, time, into: &out)
    if doubts > 0 { judge(section, word, &out) }
    return Outcome(count: section.narrow, message: Int(section.message), isShort: length < section.length)
  }

  /// A classic frame of any message: by the section behind its multiplexors that has all of this frame's signals, or
  /// where there is no such section sample by sample.
  @inline(never) private func decodeSelected(
    _ place: Int, _ word: UInt64, _ length: UInt8, _ time: Instant, into out: inout MutableSpan<Sample>
  ) -> Outcome {
    var chosen = place
    var extra = extras.span[place]
    var isUnknown = false
    while extra.selectsOne && extra.isQuick {
      let selector = selectors.span[Int(extra.firstSelector)]
      guard length >= selector.bytesNeeded else { break }
      guard let behind = sectionBehind(selector.field.rightAligned(word), of: selector) else {
        isUnknown = true
        break
      }
      chosen = behind
      extra = extras.span[behind]
    }
    let section = sections.span[chosen]
    guard extra.isQuick && length >= extra.bytesNeeded && section.narrow <= out.count else {
      return decodeChecked(place, CANPayload(word: word), length, time, into: &out)
    }
    let first = Int(section.firstOperation)
    let leading = section.little > 0 ? Int(section.little) : section.narrow
    var doubts = run(first, 0..<leading, section.little > 0 ? word : word.byteSwapped, time, into: &out)
    if leading < section.narrow {
      doubts &+= run(first, leading..<section.narrow, word.byteSwapped, time, into: &out)
    }
    if doubts > 0 { judge(section, word, &out) }
    return Outcome(
      count: section.narrow, message: Int(section.message), isShort: length < section.length,
      hasUnknownSelector: isUnknown)
  }

  /// Where the message stands that a frame is: that of its whole identifier, else that of its parameter group.
  @inline(__always) func place(of id: CANID, on bus: UInt8) -> Int? {
    guard id.rawValue & (CANID.remoteFlag | CANID.errorFlag) == 0 else { return nil }
    if let place = place(of: id.rawValue, on: UInt16(bus)) { return place }
    return hasParameterGroups && id.isExtended ? place(of: id.parameterGroupKey, on: UInt16(bus)) : nil
  }

  /// The first message of a key that is meant for a bus.
  @inline(__always) private func place(of key: UInt32, on bus: UInt16) -> Int? {
    let sections = sections.span
    var i = hash.place(of: key)
    while true {
      if sections[i].key == key && (sections[i].bus == bus || sections[i].bus == Section.anyBus) { return i }
      if sections[i].key == Section.noKey { return nil }
      i = (i &+ 1) & hashMask
    }
  }

  /// The hot loop: `range` of the operations that begin at `first`, those that take their bits from `word`. Returns how
  /// many of the samples, which all are called valid here, are no measurements. `out` must be long enough.
  @inline(__always) private func run(
    _ first: Int, _ range: Range<Int>, _ word: UInt64, _ time: Instant, into out: inout MutableSpan<Sample>
  ) -> Int {
    let operations = operations.span.extracting(first..<first &+ range.upperBound)
    var doubts = 0
    for i in range {
      let operation = operations[i]
      let code = operation.code(word)
      doubts &+= operation.isMeasurement(code) ? 0 : 1
      out[i] = Sample(
        time: time, value: operation.value(code), signal: SignalID(rawValue: operation.signal), validity: .valid)
    }
    return doubts
  }

  /// The validity of a section's samples, of which some are no measurements.
  @inline(never) private func judge(_ section: Section, _ word: UInt64, _ out: inout MutableSpan<Sample>) {
    let first = Int(section.firstOperation)
    let operations = operations.span.extracting(first..<first &+ section.narrow)
    for i in operations.indices {
      let code = operations[i].code(i < Int(section.little) ? word : word.byteSwapped)
      out[i].validity = operations[i].validity(code)
    }
  }

  @inline(__always) func sectionBehind(_ raw: UInt64, of selector: Selector) -> Int? {
    let value = UInt32(truncatingIfNeeded: raw)
    guard value < selector.directCount else { return searchSection(value, of: selector) }
    let section = directSections.span[Int(selector.firstDirect &+ value)]
    return section == Selector.noSection ? nil : Int(section)
  }

  @inline(never) private func searchSection(_ value: UInt32, of selector: Selector) -> Int? {
    let cases = cases.span
    var low = Int(selector.firstCase)
    var high = low &+ Int(selector.caseCount)
    while low < high {
      let middle = (low &+ high) / 2
      let candidate = cases[middle]
      if value < candidate.low {
        high = middle
      } else if value > candidate.high {
        low = middle &+ 1
      } else {
        return Int(candidate.section)
      }
    }
    return nil
  }
}
