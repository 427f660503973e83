// From a DBC file and the names of the wanted signals to what a decoder table is built from.

public import DecoderCore
public import Vocabulary

/// Which signal of a DBC file becomes which signal of the catalogue.
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
  /// `offset * f + o`. Mappings that name what the file lacks are appended to `problems` with the nearest name.
  /// - Parameter bus: where the messages are heard; nil for every bus.
  public func compile(
    _ mappings: [SignalMapping], bus: UInt8? = nil, problems: inout [MappingProblem]
  ) -> [DecoderTable.Message] {
    var wanted: [Int: [SignalMapping]] = [:]
    var indices: [String: Int] = [:]
    for (index, message) in messages.enumerated() where indices[message.name] == nil { indices[message.name] = index }
    for mapping in mappings {
      let subject = mapping.message + "." + mapping.signal
      guard let index = indices[mapping.message] else {
        let near = nearest(to: mapping.message, in: messages.map(\.name))
        problems.append(MappingProblem(subject: subject, reason: "no such message in \(name)\(near)"))
        continue
      }
      let message = messages[index]
      guard let signal = message.signals.first(where: { $0.name == mapping.signal }) else {
        let near = nearest(to: mapping.signal, in: message.signals.map(\.name))
        problems.append(MappingProblem(subject: subject, reason: "no such signal in \(name)\(near)"))
        continue
      }
      if let defect = signal.tableSignal(nil).defect {
        problems.append(MappingProblem(subject: subject, reason: "line \(signal.line) of \(name): \(defect)"))
        continue
      }
      wanted[index, default: []].append(mapping)
    }
    return wanted.sorted { $0.key < $1.key }.map { index, mappings in
      messages[index].tableMessage(mappings, bus: bus)
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

  /// Every message with all signals a table can decode, in plain DBC arithmetic: no conversion, no valid range.
  /// Of several messages with one identifier the last counts. Ends at 65,535 signals.
  public func compileAll(bus: UInt8? = nil) -> Everything {
    var last: [UInt32: Int] = [:]
    for (index, message) in messages.enumerated() { last[message.id.key] = index }
    var all = Everything(messages: [], sources: [], signals: [])
    for (index, message) in messages.enumerated() where last[message.id.key] == index {
      var mappings: [SignalMapping] = []
      for (place, signal) in message.signals.enumerated()
      where signal.tableSignal(nil).defect == nil && all.signals.count < Int(UInt16.max) {
        let id = SignalID(rawValue: UInt16(all.signals.count))
        mappings.append(SignalMapping(message: message.name, signal: signal.name, target: id))
        all.signals.append((index, place))
      }
      all.messages.append(message.tableMessage(mappings, bus: bus))
      all.sources.append(index)
    }
    return all
  }
}

extension NetworkDescription.Message {
  fileprivate func tableMessage(_ mappings: [SignalMapping], bus: UInt8?) -> DecoderTable.Message {
    let places = Dictionary(signals.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    var compiled = DecoderTable.Message(bus: bus, id: id, length: length, signals: [])
    // Where a signal of the file first stands in `compiled.signals`: multiplexed ones point at their multiplexor.
    var added: [Int: Int] = [:]
    var chosen: [Int] = []
    for mapping in mappings {
      guard let place = places[mapping.signal] else { continue }
      if added[place] == nil { added[place] = chosen.count }
      chosen.append(place)
      compiled.signals.append(signals[place].tableSignal(mapping))
    }
    // `chosen` grows while a multiplexor is itself multiplexed by one that is not in yet.
    var i = 0
    while i < chosen.count {
      if let selection = signals[chosen[i]].selection, let place = places[selection.multiplexor] {
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
  fileprivate func tableSignal(_ mapping: SignalMapping?) -> DecoderTable.Signal {
    let isConverted = mapping.map { $0.factor != 1 || $0.offset != 0 } ?? false
    let (gain, shift) = isConverted ? (mapping?.factor ?? 1, mapping?.offset ?? 0) : (1, 0)
    return DecoderTable.Signal(
      signal: mapping?.target, startBit: startBit, length: length, byteOrder: byteOrder, format: format,
      scale: isConverted ? factor * gain : factor, offset: isConverted ? offset * gain + shift : offset,
      range: mapping?.range ?? -Double.infinity...Double.infinity)
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
