// What a DBC file says of messages and signals in other lines than their own: applied when all of them are read.

import DecoderCore

/// Collected from `SIG_VALTYPE_`, `SG_MUL_VAL_`, `VAL_`, `CM_` and `BA_` lines. Of several lines of a kind on the same
/// message or signal the last counts.
struct DBCReferences {
  /// A signal as such a line names it: the message by the number that the file gives it.
  struct Signal: Hashable {
    var message: UInt32
    var name: String
  }

  var valueTypes: [Signal: (type: UInt32, line: Int)] = [:]
  var selections: [Signal: (selection: NetworkDescription.Selection, line: Int)] = [:]
  var valueNames: [Signal: (names: [NetworkDescription.ValueName], line: Int)] = [:]
  var signalComments: [Signal: (comment: String, line: Int)] = [:]
  var messageComments: [UInt32: (comment: String, line: Int)] = [:]
  var attributes = DBCAttributes()
  /// Lines of multiplexors that the file marks in a way that is none.
  var repairedMarks: Set<Int> = []
  /// Messages that the file names and nobody sends; what refers to them is no mistake.
  var unusedMessages: Set<UInt32> = []

  /// - Parameter messages: places in the description's `messages` by the number that the file gives the message.
  func apply(to file: inout NetworkBuilder, messages: [UInt32: Int]) {
    applyValueTypes(to: &file, messages)
    applySelections(to: &file, messages)
    applyTexts(to: &file, messages)
    attributes.applyNumbers(to: &file, messages)
    resolveMultiplexors(of: &file)
    noteRepairs(in: &file)
    // Names come last: all else refers to signals by their short ones.
    attributes.applyLongNames(to: &file, messages)
  }

  /// Nil, and reported, when the file has no such signal.
  private func place(
    of reference: Signal, line: Int, in file: inout NetworkBuilder, _ messages: [UInt32: Int]
  ) -> (message: Int, signal: Int)? {
    guard let message = messages[reference.message], let signal = file.place(of: reference.name, in: message) else {
      if !unusedMessages.contains(reference.message) {
        file.report(line, "message \(reference.message) has no signal \(reference.name)")
      }
      return nil
    }
    return (message, signal)
  }

  private func applyValueTypes(to file: inout NetworkBuilder, _ messages: [UInt32: Int]) {
    for (reference, (type, line)) in valueTypes {
      guard let (message, signal) = place(of: reference, line: line, in: &file, messages) else { continue }
      let length = file.description.messages[message].signals[signal].length
      switch type {
      case 0: continue
      case 1, 2:
        // The length is the surer of the two: it decides where the neighbours lie.
        if length == 32 && type == 2 || length == 64 && type == 1 {
          file.report(line, "signal \(reference.name): value type \(type), but \(length) bits; the bits count")
        }
        file.description.messages[message].signals[signal].format = .float(bits: length)
      default: file.report(line, "signal \(reference.name): value type \(type) is none of 0, 1, 2")
      }
    }
  }

  private func applySelections(to file: inout NetworkBuilder, _ messages: [UInt32: Int]) {
    for (reference, (selection, line)) in selections {
      guard let (message, signal) = place(of: reference, line: line, in: &file, messages) else { continue }
      guard file.place(of: selection.multiplexor, in: message) != nil else {
        file.report(line, "message \(reference.message) has no multiplexor \(selection.multiplexor)")
        continue
      }
      file.description.messages[message].signals[signal].selection = selection
    }
  }

  private func applyTexts(to file: inout NetworkBuilder, _ messages: [UInt32: Int]) {
    for (reference, (names, line)) in valueNames {
      guard let (message, signal) = place(of: reference, line: line, in: &file, messages) else { continue }
      file.description.messages[message].signals[signal].valueNames = names
    }
    for (reference, (comment, line)) in signalComments {
      guard let (message, signal) = place(of: reference, line: line, in: &file, messages) else { continue }
      file.description.messages[message].signals[signal].comment = comment
    }
    for (number, (comment, line)) in messageComments {
      if let message = messages[number] {
        file.description.messages[message].comment = comment
      } else if !unusedMessages.contains(number) {
        file.report(line, "comment on message \(number), which the file does not have")
      }
    }
  }

  /// Marks the signals whose multiplexor the file does not mark as one.
  private func noteRepairs(in file: inout NetworkBuilder) {
    for index in file.description.messages.indices {
      let signals = file.description.messages[index].signals
      guard signals.contains(where: { $0.selection != nil }) else { continue }
      let marked = Set(signals.filter { $0.isMultiplexor && !repairedMarks.contains($0.line) }.map(\.name))
      for place in signals.indices {
        guard let multiplexor = signals[place].selection?.multiplexor, !marked.contains(multiplexor) else { continue }
        file.description.messages[index].signals[place].selection?.isRepaired = true
      }
    }
  }

  /// Gives `m3` its multiplexor: the message's only `M`. Signals of which it cannot be told are taken out.
  private func resolveMultiplexors(of file: inout NetworkBuilder) {
    for index in file.description.messages.indices {
      let signals = file.description.messages[index].signals
      guard signals.contains(where: { $0.selection?.multiplexor == "" }) else { continue }
      let marked = signals.filter { $0.isMultiplexor }
      let plain = marked.filter { $0.selection == nil }
      let only = plain.count == 1 ? plain.first : marked.count == 1 ? marked.first : nil
      file.description.messages[index].signals = []
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
        file.description.messages[index].signals.append(signal)
      }
    }
  }
}
