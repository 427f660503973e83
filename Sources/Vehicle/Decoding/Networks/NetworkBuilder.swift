// Gathers a description while a file is read, within bounds that keep a hostile file from taking memory without end.

import DecoderCore
import Vocabulary

/// What the readers of all formats put their findings in.
struct NetworkBuilder {
  /// Far above what real descriptions hold, and what a decoder table can number; beyond it the file is read on, but nothing
  /// more is kept.
  static let mostMessages = 65_534
  static let mostSignals = 65_535
  static let mostProblems = 10_000

  var description: NetworkDescription
  private var signalCount = 0
  private var unlisted = 0
  /// Whether there were too many messages or signals.
  private(set) var isFull = false
  /// Places in a message's `signals`.
  private var places: [Place: Int] = [:]
  private var lines: [CANID: Int] = [:]

  private struct Place: Hashable {
    var message: Int
    var name: String
  }

  init(name: String) { description = NetworkDescription(name: name) }

  mutating func report(_ line: Int, _ reason: @autoclosure () -> String, isOfFrames: Bool = false) {
    guard description.problems.count < NetworkBuilder.mostProblems else {
      unlisted += 1
      return
    }
    // One line each, whatever a quoted name holds.
    let scalars = reason().unicodeScalars.prefix(400).map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
    var shown = ""
    shown.unicodeScalars.append(contentsOf: scalars)
    description.problems.append(NetworkDescription.Problem(line: line, reason: shown, isOfFrames: isOfFrames))
  }

  /// A number of bits or bytes. So many as no file can mean are made fewer, so that sums of them stay numbers on 32-bit
  /// machines too.
  func count(_ number: UInt32) -> Int { Int(min(number, 1 << 24)) }

  /// The identifier of a message, by its bits and what the file says of its format.
  mutating func identifier(
    _ bits: UInt32, isExtended: Bool, of name: String, line: Int
  ) throws(SyntaxError) -> CANID {
    guard bits <= 0x1FFF_FFFF else {
      throw SyntaxError(reason: "message \(name): identifier \(bits) has more than 29 bits", line: line)
    }
    if isExtended { return CANID(extended: bits) }
    if bits <= 0x7FF { return CANID(standard: bits) }
    report(line, "message \(name): identifier \(bits) has more than 11 bits; taken for a 29-bit one")
    return CANID(extended: bits)
  }

  /// Returns the message's place in `description.messages`; nil when there are too many.
  mutating func add(_ message: NetworkDescription.Message) -> Int? {
    guard description.messages.count < NetworkBuilder.mostMessages else {
      reportFull(message.line, "\(NetworkBuilder.mostMessages) messages")
      return nil
    }
    if let known = lines.updateValue(message.line, forKey: message.id) {
      report(message.line, "message \(message.name): line \(known) has identifier \(message.id.value) already")
    }
    description.messages.append(message)
    return description.messages.count - 1
  }

  /// Adds a signal to the message at `place`. One that cannot be kept is reported.
  mutating func add(_ signal: NetworkDescription.Signal, to place: Int) {
    var signal = signal
    guard signal.length > 0 else {
      return report(signal.line, "signal \(signal.name): length 0")
    }
    guard signalCount < NetworkBuilder.mostSignals else {
      return reportFull(signal.line, "\(NetworkBuilder.mostSignals) signals")
    }
    if let twin = self.place(of: signal.name, in: place) {
      let taken = "line \(description.messages[place].signals[twin].line) has a signal of this name in the same message"
      // Those behind different values of a multiplexor are never there together: no reason to lose one.
      let other = signal.name + "_m\(signal.selection?.values.first?.lowerBound ?? 0)"
      guard signal.selection != nil, self.place(of: other, in: place) == nil else {
        return report(signal.line, "signal \(signal.name): " + taken)
      }
      report(signal.line, "signal \(signal.name): \(taken); this one is called \(other)")
      signal.name = other
    }
    places[Place(message: place, name: signal.name)] = description.messages[place].signals.count
    description.messages[place].signals.append(signal)
    signalCount += 1
  }

  /// Lets a multiplexed signal be there with further values of its multiplexor. They count as a signal does.
  mutating func add(_ values: [ClosedRange<UInt32>], toSignal signal: Int, of message: Int, line: Int) {
    guard signalCount < NetworkBuilder.mostSignals else {
      return reportFull(line, "\(NetworkBuilder.mostSignals) signals")
    }
    description.messages[message].signals[signal].selection?.values += values
    signalCount += 1
  }

  /// A signal's place in its message.
  func place(of signal: String, in message: Int) -> Int? { places[Place(message: message, name: signal)] }

  private mutating func reportFull(_ line: Int, _ limit: String) {
    guard !isFull else { return }
    isFull = true
    // Listed however many problems there are.
    description.problems.append(
      NetworkDescription.Problem(line: line, reason: "more than \(limit): those from here on are left out"))
  }

  /// The description, checked, with its problems in the order of the lines.
  mutating func finish() -> NetworkDescription {
    for message in description.messages { check(message) }
    if unlisted > 0 {
      description.problems.append(
        NetworkDescription.Problem(line: 0, reason: "\(unlisted) more problems are not listed"))
    }
    // By place too: a stable order of problems on one line.
    description.problems = description.problems.enumerated()
      .sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
      .map(\.element)
    return description
  }

  // MARK: What is likely a mistake, but can be decoded as it stands

  private mutating func check(_ message: NetworkDescription.Message) {
    if !NetworkBuilder.isFrameLength(message.length) && !message.isParameterGroup {
      report(message.line, "message \(message.name): no frame has \(message.length) data bytes", isOfFrames: true)
    }
    let names = message.signals.contains { $0.selection != nil } ? Set(message.signals.map(\.name)) : []
    for signal in message.signals {
      if let multiplexor = signal.selection?.multiplexor, !names.contains(multiplexor) {
        report(signal.line, "signal \(signal.name): its multiplexor \(multiplexor) is not in the message")
      }
      let end = signal.endBit
      if end > message.length * 8 {
        // Frames may be longer than the file says.
        report(
          signal.line,
          "signal \(signal.name): ends at bit \(end), but message \(message.name) has \(message.length * 8)")
      }
      if signal.factor == 0 {
        report(signal.line, "signal \(signal.name): factor 0 gives the same value for every frame")
      }
      if signal.format.isFloat && signal.length != 32 && signal.length != 64 {
        report(signal.line, "signal \(signal.name): an IEEE number has 32 or 64 bits, this one \(signal.length)")
      }
    }
  }
}

extension NetworkBuilder {
  /// Of classic CAN and CAN FD (ISO 11898-1). Parameter groups may be longer: they can come in several frames.
  private static func isFrameLength(_ bytes: Int) -> Bool {
    (0...8).contains(bytes) || [12, 16, 20, 24, 32, 48, 64].contains(bytes)
  }
}

extension NetworkDescription.Signal {
  /// Valid values between two limits in either order.
  static func range(_ low: Double, _ high: Double) -> ClosedRange<Double>? {
    // Files without limits leave both at 0.
    low == high ? nil : min(low, high)...max(low, high)
  }
}

extension SignalFormat {
  /// The IEEE number of so many bits; of 32 where there is none, which no table takes then.
  static func float(bits: Int) -> SignalFormat { bits == 64 ? .float64 : .float32 }

  var isFloat: Bool { self == .float32 || self == .float64 }
}

/// The start bit as DBC numbers it, of a big-endian signal whose first bit KCD and SYM count from the top of byte 0.
func bigEndianStart(_ offset: Int) -> Int { offset ^ 7 }
