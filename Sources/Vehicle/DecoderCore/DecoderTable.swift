// The compiled frame decoder: a flat table in, samples out. No allocation, no lock, no I/O in `decode`.

public import Vocabulary

/// All messages of a configuration as one flat table, immutable once built.
///
/// A frame's identifier finds its message in an open-addressing hash table. Signals that are always there form one
/// section, those behind each value of a multiplexor another. A section is a run of little-endian signals, a run of
/// big-endian ones and a run of all that one 64-bit word does not hold, so that the loops have no branch per signal.
public struct DecoderTable: Sendable {
  var slots: [Slot]
  var entries: [Entry]
  var sections: [Section]
  var selectors: [Selector]
  var cases: [Case]
  var operations: [Operation]
  var hashShift: UInt32

  /// Most samples that one frame can give: room for so many in `out` is always enough.
  public let largestMessage: Int

  /// Bytes of memory that the table takes.
  public var memoryBytes: Int {
    // Each array has a header of two words of the object and two of its own.
    func bytes<Element>(_ array: [Element]) -> Int { 32 + array.capacity * MemoryLayout<Element>.stride }
    return bytes(slots) + bytes(entries) + bytes(sections) + bytes(selectors) + bytes(cases) + bytes(operations)
      + MemoryLayout<DecoderTable>.size
  }

  /// Messages in the table.
  public var messageCount: Int { entries.count }

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
  /// samples for which `out` has no more room. Remote and error flags are not looked at: do not hand such frames in.
  public func decode(_ frame: borrowing CANFrame, into out: inout MutableSpan<Sample>) -> Outcome {
    var outcome = Outcome()
    let index = entry(of: frame.id.key, on: UInt16(frame.bus))
    guard index != Slot.free else { return outcome }
    let found = entries.span[Int(index)]
    outcome.message = Int(found.source)
    outcome.isShort = UInt16(frame.length) < found.length
    run(section: found.section, of: frame, into: &out, &outcome)
    return outcome
  }

  /// The first entry of an identifier that is meant for a bus.
  @inline(__always) private func entry(of key: UInt32, on bus: UInt16) -> UInt16 {
    let slots = slots.span
    let mask = slots.count &- 1
    var i = Int(Slot.hash(key, shift: hashShift))
    while true {
      let slot = slots[i]
      if slot.entry == Slot.free { return Slot.free }
      if slot.key == key && (slot.bus == bus || slot.bus == Slot.anyBus) { return slot.entry }
      i = (i &+ 1) & mask
    }
  }

  private func run(
    section index: UInt32, of frame: borrowing CANFrame, into out: inout MutableSpan<Sample>, _ outcome: inout Outcome
  ) {
    let section = sections.span[Int(index)]
    let little = Int(section.little)
    let narrow = little &+ Int(section.big)
    let total = narrow &+ Int(section.wide)
    let first = Int(section.firstOperation)
    let operations = operations.span.extracting(first..<first &+ total)

    if frame.length >= section.bytesNeeded && outcome.count &+ total <= out.count {
      let start = outcome.count
      let time = frame.time
      let word = frame.payload.words[0]
      let swapped = word.byteSwapped
      for i in 0..<little {
        let operation = operations[i]
        out[start &+ i] = operation.sample(operation.narrowValue(word), at: time)
      }
      for i in little..<narrow {
        let operation = operations[i]
        out[start &+ i] = operation.sample(operation.narrowValue(swapped), at: time)
      }
      for i in narrow..<total {
        let operation = operations[i]
        out[start &+ i] = operation.sample(operation.wideValue(frame.payload), at: time)
      }
      outcome.count &+= total
    } else {
      runChecked(operations, little: little, narrow: narrow, of: frame, into: &out, &outcome)
    }
    if section.selectorCount > 0 { runSelected(section, of: frame, into: &out, &outcome) }
  }

  /// The same for a frame that ends inside of the section, or an `out` that does: asks both before every sample.
  @inline(never) private func runChecked(
    _ operations: Span<Operation>, little: Int, narrow: Int, of frame: borrowing CANFrame,
    into out: inout MutableSpan<Sample>, _ outcome: inout Outcome
  ) {
    let word = frame.payload.words[0]
    for i in operations.indices where outcome.count < out.count {
      let operation = operations[i]
      guard operation.bytesNeeded <= frame.length else { continue }
      let value =
        if i < little {
          operation.narrowValue(word)
        } else if i < narrow {
          operation.narrowValue(word.byteSwapped)
        } else {
          operation.wideValue(frame.payload)
        }
      out[outcome.count] = operation.sample(value, at: frame.time)
      outcome.count &+= 1
    }
  }

  /// For each multiplexor of a section, the section behind its value. The depth of the recursion is bounded at build.
  private func runSelected(
    _ section: Section, of frame: borrowing CANFrame, into out: inout MutableSpan<Sample>, _ outcome: inout Outcome
  ) {
    let selectors = selectors.span
    let first = Int(section.firstSelector)
    for i in first..<first &+ Int(section.selectorCount) {
      let selector = selectors[i]
      guard selector.operation.bytesNeeded <= frame.length else { continue }
      let value = UInt32(truncatingIfNeeded: selector.operation.rightAligned(frame.payload))
      if let behind = sectionBehind(value, of: selector) {
        run(section: behind, of: frame, into: &out, &outcome)
      } else {
        outcome.hasUnknownSelector = true
      }
    }
  }

  /// Binary search: a selector's cases are sorted and do not overlap.
  @inline(__always) private func sectionBehind(_ value: UInt32, of selector: Selector) -> UInt32? {
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
        return candidate.section
      }
    }
    return nil
  }
}
