// The KCD reader: the XML that Kayak and its descendants write becomes messages. An element that cannot be read costs
// that element only.

import DecoderCore
import Vocabulary

/// Follows the elements of a document. Elements that are no part of a message are passed over.
struct KCDReader {
  private var xml: XMLReader
  private var file: NetworkBuilder
  /// The message that is open, not added before its signals give `length="auto"` its meaning.
  private var message: NetworkDescription.Message?
  private var hasAutomaticLength = false
  private var signals: [NetworkDescription.Signal] = []
  private var signal = Part.none
  /// Around `signal`.
  private var multiplex = Part.none
  /// Where `multiplex` goes in `signals`: before those that it selects.
  private var multiplexPlace = 0
  /// The values of `multiplex` with which the signals of the open `MuxGroup` are there.
  private var group: [ClosedRange<UInt32>]?
  /// Of the open `LabelSet` and `Notes`.
  private var labels: [NetworkDescription.ValueName] = []
  private var notes: String?

  /// An element that becomes a signal.
  private enum Part {
    case none
    /// Open, but not to be read: what stands in it belongs to nothing.
    case refused
    case open(NetworkDescription.Signal)
  }

  /// Reads a file's bytes. Never fails: what could not be read is reported.
  static func read(_ bytes: [UInt8], into builder: inout NetworkBuilder) {
    var reader = KCDReader(xml: XMLReader(bytes), file: builder)
    reader.run()
    builder = reader.file
  }

  private init(xml: XMLReader, file: NetworkBuilder) {
    self.xml = xml
    self.file = file
  }

  private mutating func run() {
    while true {
      switch xml.next() {
      case .start(let element):
        do throws(SyntaxError) {
          try start(element)
        } catch {
          file.report(error.line, error.reason)
        }
      case .end(let name): end(name)
      case .text(let text): notes?.append(text)
      case .damage(let line): file.report(line, "this '<' begins no element that can be read")
      case .finished:
        if let name = message?.name { file.report(xml.line, "the file ends inside of message \(name)") }
        return end("Message")
      }
    }
  }

  private mutating func start(_ element: XMLReader.Element) throws(SyntaxError) {
    switch element.name {
    case "Message":
      // What a missing end left open.
      end("Message")
      message = try self.message(element)
    case "Multiplex" where message != nil:
      end("Multiplex")
      multiplex = .refused
      multiplexPlace = signals.count
      var opened = try self.signal(element)
      opened.isMultiplexor = true
      multiplex = .open(opened)
    case "MuxGroup":
      group = nil
      let value = UInt32(try element.whole("count", in: 0...Int64(UInt32.max)))
      group = [value...value]
    case "Signal" where message != nil:
      end("Signal")
      signal = .refused
      signal = .open(try self.signal(element))
    case "Value":
      if var changed = innermost {
        try value(element, of: &changed)
        innermost = changed
      }
    case "LabelSet": labels = []
    case "Label":
      let value = try element.whole("value", in: Int64.min...Int64.max)
      labels.append(NetworkDescription.ValueName(value: value, name: try element.text("name")))
    case "Notes": notes = ""
    default: break
    }
  }

  /// Closes an element; nothing happens where it is not open.
  private mutating func end(_ name: String) {
    switch name {
    case "Message":
      end("Signal")
      end("Multiplex")
      if var message {
        if hasAutomaticLength { message.length = ((signals.map(\.end).max() ?? 0) + 7) / 8 }
        if let place = file.add(message) {
          for signal in signals { file.add(signal, to: place) }
        }
      }
      message = nil
      signals = []
    case "Multiplex":
      if case .open(let multiplex) = multiplex { signals.insert(multiplex, at: multiplexPlace) }
      multiplex = .none
      group = nil
    case "MuxGroup": group = nil
    case "LabelSet":
      let labels = self.labels
      innermost?.valueNames = labels
    case "Signal":
      if case .open(let signal) = signal { signals.append(signal) }
      signal = .none
    case "Notes":
      if case (.none, .none) = (signal, multiplex) { message?.comment = notes }
      let notes = self.notes
      innermost?.comment = notes
      self.notes = nil
    default: break
    }
  }

  /// The signal whose element is open, not that around it.
  private var innermost: NetworkDescription.Signal? {
    get {
      switch (signal, multiplex) {
      case (.open(let signal), _): signal
      case (.none, .open(let multiplex)): multiplex
      default: nil
      }
    }
    set {
      guard let newValue else { return }
      if case .open = signal { signal = .open(newValue) } else { multiplex = .open(newValue) }
    }
  }

  private mutating func message(_ element: XMLReader.Element) throws(SyntaxError) -> NetworkDescription.Message {
    let name = try element.text("name")
    let bits = UInt32(try element.whole("id", in: 0...Int64(UInt32.max)))
    let isExtended = element.attributes["format"] == "extended"
    let id = try file.identifier(bits, isExtended: isExtended, of: name, line: element.line)
    hasAutomaticLength = element.attributes["length"] ?? "auto" == "auto"
    var message = NetworkDescription.Message(
      id: id, name: name, length: hasAutomaticLength ? 0 : Int(try element.whole("length")), line: element.line)
    if element.attributes["interval"] != nil {
      let milliseconds = try element.whole("interval")
      message.cycleTime = milliseconds > 0 ? Double(milliseconds) / 1000 : nil
    }
    return message
  }

  private func signal(_ element: XMLReader.Element) throws(SyntaxError) -> NetworkDescription.Signal {
    let isBig = element.attributes["endianess"] == "big"
    let offset = Int(try element.whole("offset"))
    var signal = NetworkDescription.Signal(
      name: try element.text("name"), startBit: isBig ? bigEndianStart(offset) : offset,
      length: element.attributes["length"] == nil ? 1 : Int(try element.whole("length")),
      byteOrder: isBig ? .big : .little, format: .unsigned, factor: 1, offset: 0, range: nil, unit: "",
      line: element.line)
    guard element.name == "Signal" else { return signal }
    switch multiplex {
    case .none: break
    case .refused:
      throw SyntaxError(reason: "signal \(signal.name): its Multiplex cannot be read", line: element.line)
    case .open(let multiplex):
      guard let group else {
        throw SyntaxError(
          reason: "signal \(signal.name): in no MuxGroup that says when it is there", line: element.line)
      }
      signal.selection = NetworkDescription.Selection(multiplexor: multiplex.name, values: group)
    }
    return signal
  }

  /// `<Value type="signed" slope="0.1" intercept="-40" unit="Cel" min="-40" max="85"/>`
  private func value(
    _ element: XMLReader.Element, of signal: inout NetworkDescription.Signal
  ) throws(SyntaxError) {
    signal.factor = try element.number("slope") ?? 1
    signal.offset = try element.number("intercept") ?? 0
    signal.unit = element.attributes["unit"] ?? ""
    let low = try element.number("min")
    let high = try element.number("max")
    if low != nil || high != nil {
      signal.range = NetworkDescription.Signal.range(low ?? -.infinity, high ?? .infinity)
    }
    switch element.attributes["type"] {
    case nil, "unsigned": signal.format = .unsigned
    case "signed": signal.format = .signed
    case "single", "double": signal.format = .float(bits: signal.length)
    case let other?:
      throw SyntaxError(reason: "signal \(signal.name): type '\(other)' is unknown", line: element.line)
    }
  }
}

extension NetworkDescription.Signal {
  /// One past the last bit of the message that the signal needs.
  fileprivate var end: Int { (byteOrder == .little ? startBit : bigEndianStart(startBit)) + length }
}

extension XMLReader.Element {
  fileprivate func text(_ attribute: String) throws(SyntaxError) -> String {
    guard let value = attributes[attribute], !value.isEmpty, value.utf8.count <= TextScanner.longestName else {
      throw SyntaxError(reason: "\(name) without usable attribute '\(attribute)'", line: line)
    }
    return value
  }

  /// A whole number, decimal or hexadecimal with 0x. The usual limits are far above all bits, bytes and milliseconds.
  fileprivate func whole(
    _ attribute: String, in limits: ClosedRange<Int64> = 0...1 << 24
  ) throws(SyntaxError) -> Int64 {
    let value = try text(attribute)
    let isHexadecimal = value.hasPrefix("0x") || value.hasPrefix("0X")
    let number = isHexadecimal ? Int64(value.dropFirst(2), radix: 16) : Int64(value)
    guard let number, limits.contains(number) else {
      throw SyntaxError(reason: "\(name): attribute \(attribute)='\(value.prefix(40))' is no usable number", line: line)
    }
    return number
  }

  fileprivate func number(_ attribute: String) throws(SyntaxError) -> Double? {
    guard let value = attributes[attribute] else { return nil }
    guard let number = decimal(value.utf8) else {
      throw SyntaxError(reason: "\(name): attribute \(attribute)='\(value.prefix(40))' is no number", line: line)
    }
    return number
  }
}
