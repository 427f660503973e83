// From a network description and the names of the wanted signals to what a decoder table is built from.

public import DecoderCore
public import Vocabulary

/// Which signal of a network description becomes which signal of the catalogue.
public struct SignalMapping: Sendable {
  public var message: String
  public var signal: String
  public var target: SignalID
  /// Turns the file's unit into the catalogue's: `value * factor + offset`.
  public var factor: Double
  public var offset: Double
  /// Valid values in the catalogue's unit.
  public var range: ClosedRange<Double>

  public init(
    message: String, signal: String, target: SignalID, factor: Double = 1, offset: Double = 0,
    range: ClosedRange<Double> = -Double.infinity...Double.infinity
  ) {
    self.message = message
    self.signal = signal
    self.target = target
    self.factor = factor
    self.offset = offset
    self.range = range
  }
}

/// A mapping that gives no signal, and why.
public struct MappingProblem: Equatable, Sendable, CustomStringConvertible {
  /// What was asked for: `Message.Signal` or `PID 0C`.
  public var subject: String
  public var reason: String

  public init(subject: String, reason: String) {
    self.subject = subject
    self.reason = reason
  }

  public var description: String { subject + ": " + reason }
}

extension NetworkDescription {
  /// Messages for `DecoderTable` with the mapped signals and the multiplexors that these need, nothing else.
  ///
  /// With a conversion other than identity the two linear steps become one: scale `factor * f`, offset
  /// `offset * f + o`. Of several messages of one name each that has the signal gives it. Mappings that name what the
  /// file lacks are appended to `problems` with the nearest name.
  ///
  /// A message that is matched as a parameter group of SAE J1939 has that standard's reserved values in its signals.
  /// - Parameters:
  ///   - bus: where the messages are heard; nil for every bus.
  ///   - j1939: nil to match as parameter groups what the file calls so, true for all messages with 29-bit identifiers,
  ///     false for none.
  public func compile(
    _ mappings: [SignalMapping], bus: UInt8? = nil, j1939: Bool? = nil, problems: inout [MappingProblem]
  ) -> [DecoderTable.Message] {
    var wanted: [Int: [SignalMapping]] = [:]
    let indices = Dictionary(grouping: messages.indices) { messages[$0].name }
    let matchings = self.matchings(j1939: j1939)
    for mapping in mappings {
      let subject = mapping.message + "." + mapping.signal
      guard let named = indices[mapping.message] else {
        let near = nearestName(to: mapping.message, among: messages.map(\.name))
        let reason = "no such message in \(name)" + (near.map { "; did you mean \($0)?" } ?? "")
        // A file without any says itself why.
        let emptiness = messages.isEmpty ? self.problems.first.map { "\(name): \($0.reason)" } : nil
        problems.append(MappingProblem(subject: subject, reason: emptiness ?? reason))
        continue
      }
      let places = named.compactMap { index in
        messages[index].signals.firstIndex { $0.name == mapping.signal }.map { (index, $0) }
      }
      guard !places.isEmpty else {
        let near = nearestName(to: mapping.signal, among: named.flatMap { messages[$0].signals.map(\.name) })
        let reason = "no such signal in \(name)" + (near.map { "; did you mean \($0)?" } ?? "")
        problems.append(MappingProblem(subject: subject, reason: reason))
        continue
      }
      for (index, place) in places {
        let signal = messages[index].signals[place]
        if let defect = signal.tableSignal(nil).defect {
          problems.append(MappingProblem(subject: subject, reason: "line \(signal.line) of \(name): \(defect)"))
        } else {
          wanted[index, default: []].append(mapping)
        }
      }
    }
    return wanted.sorted { $0.key < $1.key }.map { index, mappings in
      messages[index].tableMessage(
        mappings, bus: bus, matching: matchings[index],
        reserved: matchings[index] == .parameterGroup ? .j1939 : .none)
    }
  }

  /// All signals of a file, for tools that show everything and have no catalogue.
  public struct Everything: Sendable {
    public var messages: [DecoderTable.Message]
    /// Of each of `messages`, its index in the file.
    public var sources: [Int]
    /// What the signal identifiers stand for: index of the message in the file, index of the signal in the message.
    public var signals: [(message: Int, signal: Int)]
  }

  /// Every message with all signals a table can decode, in the file's own units. Ends at 65,535 signals.
  ///
  /// Of several messages with one identifier, or one parameter group where that is what is matched, the last counts.
  /// - Parameters:
  ///   - bus: where the messages are heard; nil for every bus.
  ///   - j1939: true to match all messages with 29-bit identifiers as parameter groups of SAE J1939, nil to match so
  ///     what the file calls so.
  ///   - validity: whether the file's valid ranges count and, for parameter groups, the standard's reserved values.
  ///     Otherwise the values are plain arithmetic.
  public func compileAll(bus: UInt8? = nil, j1939: Bool? = false, validity: Bool = false) -> Everything {
    let matchings = self.matchings(j1939: j1939)
    let counting = countingMessages(matchings)
    var all = Everything(messages: [], sources: [], signals: [])
    for (index, message) in messages.enumerated() where counting.contains(index) {
      var mappings: [SignalMapping] = []
      for (place, signal) in message.signals.enumerated()
      where signal.tableSignal(nil).defect == nil && all.signals.count < Int(UInt16.max)
        && (validity || signal.selection?.isRepaired != true)
      {
        let id = SignalID(rawValue: UInt16(all.signals.count))
        var mapping = SignalMapping(message: message.name, signal: signal.name, target: id)
        if validity, let range = signal.decodedRange { mapping.range = range }
        mappings.append(mapping)
        all.signals.append((index, place))
      }
      let isParameterGroup = matchings[index] == .parameterGroup || message.isParameterGroup
      all.messages.append(
        message.tableMessage(
          mappings, bus: bus, matching: matchings[index], reserved: validity && isParameterGroup ? .j1939 : .none))
      all.sources.append(index)
    }
    return all
  }

  /// The signals that no table can decode although the file says all of them: their multiplexor is absent or selects
  /// itself, or more than eight multiplexors stand below each other. With the lines of the file.
  public var undecodable: [Problem] {
    let all = compileAll(validity: true)
    var problems: [DecoderTable.Problem] = []
    _ = DecoderTable(all.messages, problems: &problems)
    return problems.map { problem in
      let message = messages[all.sources[problem.message]]
      guard let place = problem.signal, let target = all.messages[problem.message].signals[place].signal else {
        return Problem(line: message.line, reason: "message \(message.name): \(problem.reason)")
      }
      let signal = message.signals[all.signals[target.index].signal]
      return Problem(line: signal.line, reason: "signal \(signal.name): \(problem.reason)")
    }
  }

  /// How the frames of each message are told.
  private func matchings(j1939: Bool?) -> [DecoderTable.Matching] {
    if j1939 == false { return messages.map { _ in .identifier } }
    if j1939 == true { return messages.map { $0.id.isExtended ? .parameterGroup : .identifier } }
    let senders = Dictionary(grouping: messages.filter(\.isParameterGroup), by: \.id.parameterGroup)
    return messages.map { message in
      guard message.isParameterGroup else { return .identifier }
      // Where a file has a group from several senders, their addresses tell its messages apart; 254 is no address.
      let isFromAny = message.id.value & 0xFF == 0xFE
      return isFromAny || senders[message.id.parameterGroup]?.count == 1 ? .parameterGroup : .identifier
    }
  }

  /// Indices of the messages that no later one takes the frames of.
  private func countingMessages(_ matchings: [DecoderTable.Matching]) -> Set<Int> {
    var groups: [UInt32: Int] = [:]
    var identifiers: [UInt32: Int] = [:]
    for (index, message) in messages.enumerated() {
      switch matchings[index] {
      case .identifier: identifiers[message.id.key] = index
      case .parameterGroup: groups[message.id.parameterGroup] = index
      }
    }
    return Set(groups.values).union(identifiers.values)
  }
}

extension NetworkDescription.Message {
  fileprivate func tableMessage(
    _ mappings: [SignalMapping], bus: UInt8?, matching: DecoderTable.Matching, reserved: DecoderTable.ReservedValues
  ) -> DecoderTable.Message {
    let places = Dictionary(signals.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    var compiled = DecoderTable.Message(bus: bus, id: id, matching: matching, length: length, signals: [])
    // Where a signal of the file first stands in `compiled.signals`: multiplexed ones point at their multiplexor.
    var added: [Int: Int] = [:]
    var chosen: [Int] = []
    for mapping in mappings {
      guard let place = places[mapping.signal] else { continue }
      if added[place] == nil { added[place] = chosen.count }
      chosen.append(place)
      compiled.signals.append(signals[place].tableSignal(mapping, reserved: reserved))
    }
    // `chosen` grows while a multiplexor is itself multiplexed by one that is not in yet.
    var i = 0
    while i < chosen.count {
      if let selection = signals[chosen[i]].selection {
        guard let place = places[selection.multiplexor] else {
          // The table refuses the signal, with the reason.
          compiled.signals[i].presence = .selected(multiplexor: -1, values: selection.values)
          i += 1
          continue
        }
        let multiplexor = added[place] ?? chosen.count
        if added[place] == nil {
          added[place] = multiplexor
          chosen.append(place)
          compiled.signals.append(signals[place].tableSignal(nil))
        }
        compiled.signals[i].presence = .selected(multiplexor: multiplexor, values: selection.values)
      }
      i += 1
    }
    return compiled
  }
}

extension NetworkDescription.Signal {
  /// Without its presence, which needs the whole message. Nil: only to select others.
  fileprivate func tableSignal(
    _ mapping: SignalMapping?, reserved: DecoderTable.ReservedValues = .none
  ) -> DecoderTable.Signal {
    let isConverted = mapping.map { $0.factor != 1 || $0.offset != 0 } ?? false
    let (gain, shift) = isConverted ? (mapping?.factor ?? 1, mapping?.offset ?? 0) : (1, 0)
    return DecoderTable.Signal(
      signal: mapping?.target, startBit: startBit, length: length, byteOrder: byteOrder, format: format,
      scale: isConverted ? factor * gain : factor, offset: isConverted ? offset * gain + shift : offset,
      range: mapping?.range ?? -Double.infinity...Double.infinity, reserved: reserved)
  }

  /// The valid range, with room for rounding: less than lies between two values of an integer, more than a
  /// multiplication and an addition can be off.
  fileprivate var decodedRange: ClosedRange<Double>? {
    guard let range, !format.isFloat else { return range }
    let room = abs(factor) / 1024
    return range.lowerBound - room...range.upperBound + room
  }
}

extension DecoderTable.Problem.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .lengthNotIn1To64: "a signal of more than 64 bits or of none cannot become a number"
    case .outsideOf64Bytes: "lies outside of the 64 bytes that a frame can have"
    case .lengthNotThatOfFloat: "an IEEE number has 32 or 64 bits"
    case .unusableMultiplexor: "its multiplexor is absent, longer than 32 bits, an IEEE number, or selects itself"
    case .nestedTooDeep: "more than eight multiplexors below each other"
    case .duplicateMessage: "another message has this identifier on this bus"
    case .tooManyMessages: "more than 65,534 messages"
    }
  }
}
