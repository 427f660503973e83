// Frames that are out of the ordinary: CAN FD, IEEE numbers, frames that end early, an `out` without room.

public import Vocabulary

extension DecoderTable {
  /// A frame of any length.
  @usableFromInline @inline(never)
  func decode(
    _ payload: CANPayload, _ length: UInt8, id: CANID, bus: UInt8, time: Instant, into out: inout MutableSpan<Sample>
  ) -> Outcome {
    guard let place = place(of: id, on: bus) else { return Outcome() }
    return decodeChecked(place, payload, length, time, into: &out)
  }

  /// Asks before every sample whether the frame has all of it and `out` has room for it.
  @inline(never) func decodeChecked(
    _ place: Int, _ payload: CANPayload, _ length: UInt8, _ time: Instant, into out: inout MutableSpan<Sample>
  ) -> Outcome {
    var outcome = Outcome(message: Int(sections[place].message), isShort: length < sections[place].length)
    runChecked(place, payload, length, time, into: &out, &outcome)
    return outcome
  }

  /// A section and all below it. The depth of the recursion is bounded at build.
  private func runChecked(
    _ place: Int, _ payload: CANPayload, _ length: UInt8, _ time: Instant, into out: inout MutableSpan<Sample>,
    _ outcome: inout Outcome
  ) {
    let section = sections.span[place]
    let extra = extras.span[place]
    let selectors = selectors.span.extracting(
      Int(extra.firstSelector)..<Int(extra.firstSelector) + Int(extra.selectorCount))
    if extra.selectsOne, length >= selectors[0].bytesNeeded {
      if let behind = sectionBehind(selectors[0].field.rightAligned(payload), of: selectors[0]) {
        return runChecked(behind, payload, length, time, into: &out, &outcome)
      }
    }
    let operations = operations.span.extracting(
      Int(section.firstOperation)..<Int(section.firstOperation) + section.narrow)
    let word = payload.words[0]
    for i in operations.indices where outcome.count < out.count {
      let operation = operations[i]
      guard length >= operation.bytesNeeded else { continue }
      let code = operation.code(i < Int(section.little) ? word : word.byteSwapped)
      out[outcome.count] = Sample(
        time: time, value: operation.value(code), signal: SignalID(rawValue: operation.signal),
        validity: operation.validity(code))
      outcome.count += 1
    }
    let wideOperations = wideOperations.span.extracting(
      Int(extra.firstWide)..<Int(extra.firstWide) + Int(extra.wide))
    for i in wideOperations.indices where outcome.count < out.count {
      guard length >= wideOperations[i].bytesNeeded else { continue }
      out[outcome.count] = wideOperations[i].sample(payload, at: time)
      outcome.count += 1
    }
    for i in selectors.indices where length >= selectors[i].bytesNeeded {
      if let behind = sectionBehind(selectors[i].field.rightAligned(payload), of: selectors[i]) {
        runChecked(behind, payload, length, time, into: &out, &outcome)
      } else {
        outcome.hasUnknownSelector = true
      }
    }
  }
}
