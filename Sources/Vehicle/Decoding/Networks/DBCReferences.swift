// What a DBC file says of a signal in other lines than the signal's own: applied when all signals are read.

import DecoderCore

/// Collected from `SIG_VALTYPE_`, `SG_MUL_VAL_` and `BA_` lines. Of several lines on the same signal the last counts.
struct DBCReferences {
  /// A signal as such a line names it: the message by the number that the file gives it.
  struct Signal: Hashable {
    var message: UInt32
    var name: String
  }

  var valueTypes: [Signal: (type: UInt32, line: Int)] = [:]
  var selections: [Signal: (selection: NetworkDescription.Selection, line: Int)] = [:]
  /// Messages that the file names and nobody sends; what refers to them is no mistake.
  var unusedMessages: Set<UInt32> = []
  var longMessageNames: [UInt32: String] = [:]
  var longSignalNames: [Signal: String] = [:]

  /// - Parameter messages: places in `file.messages` by the number that the file gives the message.
  func apply(to file: inout NetworkDescription, messages: [UInt32: Int]) {
    applyValueTypes(to: &file, messages)
    applySelections(to: &file, messages)
    resolveMultiplexors(of: &file)
    // Names come last: all else refers to signals by their short ones.
    applyLongNames(to: &file, messages)
  }

  private func place(
    of reference: Signal, in file: NetworkDescription, _ messages: [UInt32: Int]
  ) -> (message: Int, signal: Int)? {
    guard let message = messages[reference.message],
      let signal = file.messages[message].signals.firstIndex(where: { $0.name == reference.name })
    else { return nil }
    return (message, signal)
  }

  private func applyValueTypes(to file: inout NetworkDescription, _ messages: [UInt32: Int]) {
    for (reference, (type, line)) in valueTypes where !unusedMessages.contains(reference.message) {
      guard let (message, signal) = place(of: reference, in: file, messages) else {
        file.report(line, "message \(reference.message) has no signal \(reference.name)")
        continue
      }
      switch type {
      case 0: break
      case 1: file.messages[message].signals[signal].format = .float32
      case 2: file.messages[message].signals[signal].format = .float64
      default: file.report(line, "signal \(reference.name): value type \(type) is none of 0, 1, 2")
      }
    }
  }

  private func applySelections(to file: inout NetworkDescription, _ messages: [UInt32: Int]) {
    for (reference, (selection, line)) in selections where !unusedMessages.contains(reference.message) {
      guard let (message, signal) = place(of: reference, in: file, messages) else {
        file.report(line, "message \(reference.message) has no signal \(reference.name)")
        continue
      }
      guard file.messages[message].signals.contains(where: { $0.name == selection.multiplexor }) else {
        file.report(line, "message \(reference.message) has no multiplexor \(selection.multiplexor)")
        continue
      }
      file.messages[message].signals[signal].selection = selection
    }
  }

  /// Gives `m3` its multiplexor: the message's only `M`. Signals of which it cannot be told are taken out.
  private func resolveMultiplexors(of file: inout NetworkDescription) {
    for index in file.messages.indices {
      let signals = file.messages[index].signals
      guard signals.contains(where: { $0.selection?.multiplexor == "" }) else { continue }
      let marked = signals.filter { $0.isMultiplexor }
      let plain = marked.filter { $0.selection == nil }
      let only = plain.count == 1 ? plain.first : marked.count == 1 ? marked.first : nil
      file.messages[index].signals = []
      for var signal in signals {
        if signal.selection?.multiplexor == "" {
          guard let only, only.name != signal.name else {
            file.report(
              signal.line,
              marked.isEmpty
                ? "signal \(signal.name): multiplexed, but its message has no multiplexor"
                : "signal \(signal.name): cannot tell which multiplexor selects it; an SG_MUL_VAL_ line would")
            continue
          }
          signal.selection?.multiplexor = only.name
        }
        file.messages[index].signals.append(signal)
      }
    }
  }

  private func applyLongNames(to file: inout NetworkDescription, _ messages: [UInt32: Int]) {
    for (number, name) in longMessageNames {
      if let message = messages[number] { file.messages[message].name = name }
    }
    // By message, so that each one's names are looked at together.
    for (message, renamed) in Dictionary(grouping: longSignalNames, by: { messages[$0.key.message] }) {
      guard let message else { continue }
      let long = Dictionary(renamed.map { ($0.key.name, $0.value) }, uniquingKeysWith: { first, _ in first })
      let names = file.messages[message].signals.map { long[$0.name] ?? $0.name }
      // Two of the same name could not be told apart any more.
      guard Set(names).count == names.count else { continue }
      for index in names.indices {
        file.messages[message].signals[index].name = names[index]
        if let multiplexor = file.messages[message].signals[index].selection?.multiplexor {
          file.messages[message].signals[index].selection?.multiplexor = long[multiplexor] ?? multiplexor
        }
      }
    }
  }
}

extension NetworkDescription {
  mutating func report(_ line: Int, _ reason: String) { problems.append(Problem(line: line, reason: reason)) }
}
