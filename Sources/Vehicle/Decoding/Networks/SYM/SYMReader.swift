// The SYM reader: PEAK's symbol files, versions 5 and 6, become messages. A line that cannot be read costs that line
// only.

import DecoderCore
import Vocabulary

/// Goes through a file line by line. Version 5 describes signals where they are used (`Var=`), version 6 also apart
/// from there (`Sig=` below `{SIGNALS}`, then by name).
struct SYMReader {
  /// Of one symbol. Each becomes a message.
  private static let mostIdentifiers = 256

  private var scanner: TextScanner
  private var file: NetworkBuilder
  private var section = ""
  private var enumerations: [String: [NetworkDescription.ValueName]] = [:]
  /// Below `{SIGNALS}`, by name; their start bits are given where they are used.
  private var templates: [String: NetworkDescription.Signal] = [:]
  private var symbol: Symbol?
  /// Places of the section's messages by name: a symbol has a block for each value of its multiplexor.
  private var places: [String: Range<Int>] = [:]

  /// What stands below `[name]`.
  private struct Symbol {
    var name: String
    var line: Int
    var identifiers: ClosedRange<UInt32>?
    var isExtended: Bool?
    /// Of an identifier written with eight digits, where no type is given.
    var looksExtended = false
    var length = 8
    var cycleTime: Double?
    var comment: String?
    var multiplexor: NetworkDescription.Signal?
    var value: UInt32 = 0
    var signals: [NetworkDescription.Signal] = []
  }

  /// Reads a file's bytes. Never fails: what could not be read is reported.
  static func read(_ bytes: [UInt8], into builder: inout NetworkBuilder) {
    var reader = SYMReader(scanner: TextScanner(bytes), file: builder)
    reader.run()
    builder = reader.file
  }

  private init(scanner: TextScanner, file: NetworkBuilder) {
    self.scanner = scanner
    self.file = file
  }

  private mutating func run() {
    while true {
      scanner.skipBlank()
      if scanner.isAtEnd { break }
      let start = scanner
      do throws(SyntaxError) {
        try statement()
      } catch {
        file.report(error.line, error.reason)
        scanner = start
        scanner.skipLine()
      }
    }
    endSymbol()
  }

  private mutating func statement() throws(SyntaxError) {
    var line = SYMLine(scanner)
    if line.take("{") {
      endSymbol()
      places = [:]
      section = try line.word("a section's name", stops: "}").uppercased()
      return scanner.skipLine()
    }
    if line.take("[") {
      endSymbol()
      symbol = Symbol(name: try line.word("a symbol's name", stops: "]"), line: scanner.line)
      return scanner.skipLine()
    }
    let key = try line.word("a keyword", stops: "= ").lowercased()
    if key == "enum" {
      // The only statement of several lines.
      return try enumeration()
    }
    try line.expect("=")
    let isOfSymbol = ["var", "mux", "id", "type", "len", "dlc", "cycletime"].contains(key)
    if symbol == nil && (isOfSymbol || key == "sig" && section != "SIGNALS") {
      throw SyntaxError(reason: "\(key)= with no [symbol] above it", line: line.number)
    }
    switch (key, section) {
    case ("sig", "SIGNALS"):
      let signal = try signal(&line, hasPlace: false)
      templates[signal.name] = signal
    case ("sig", _): try use(&line)
    case ("var", _):
      let signal = try signal(&line, hasPlace: true)
      symbol?.signals.append(signal)
    case ("mux", _): try multiplexor(&line)
    case ("id", _): try identifiers(&line)
    case ("type", _):
      symbol?.isExtended = try line.word("a frame type").lowercased().hasSuffix("extended")
    case ("len", _), ("dlc", _): symbol?.length = Int(try line.whole("a length in bytes", upTo: 1 << 24))
    case ("cycletime", _):
      let milliseconds = try line.whole("a time in ms", upTo: 1 << 32)
      symbol?.cycleTime = milliseconds > 0 ? Double(milliseconds) / 1000 : nil
    default: break
    }
    scanner.skipLine()
  }

  // MARK: Enumerations

  /// `enum Name(0="off", 1="on")` in version 5, `Enum=Name(...)` in version 6, over as many lines as it takes.
  private mutating func enumeration() throws(SyntaxError) {
    _ = scanner.word(stops: "= ")
    _ = scanner.take(UInt8(ascii: "="))
    let name = try scanner.name("an enumeration's name")
    try scanner.expect(UInt8(ascii: "("))
    var names: [NetworkDescription.ValueName] = []
    while !scanner.take(UInt8(ascii: ")")) {
      let word = try scanner.name("a value or ')'", stops: "=,)")
      guard let value = SYMLine.number(word[...]).flatMap({ Int64(exactly: $0) }) else {
        throw SyntaxError(reason: "'\(word.prefix(40))' is no value of an enumeration", line: scanner.line)
      }
      try scanner.expect(UInt8(ascii: "="))
      names.append(NetworkDescription.ValueName(value: value, name: try scanner.quoted("a value's name in quotes")))
      _ = scanner.take(UInt8(ascii: ","))
    }
    enumerations[name] = names
  }

  // MARK: Signals

  /// `name type 0,16 -m /u:V /f:0.1`; without a place only `16`, and nothing for types that have a length of their own.
  private mutating func signal(
    _ line: inout SYMLine, hasPlace: Bool
  ) throws(SyntaxError) -> NetworkDescription.Signal {
    let name = try line.word("a signal name")
    let type = try line.word("a type")
    var signal = NetworkDescription.Signal(
      name: name, startBit: 0, length: 0, byteOrder: .little, format: .unsigned, factor: 1, offset: 0, range: nil,
      unit: "", line: line.number)
    if hasPlace {
      signal.startBit = Int(try line.whole("a start bit", upTo: 1 << 24))
      try line.expect(",")
      signal.length = Int(try line.whole("a length in bits", upTo: 1 << 24))
    }
    switch type.lowercased() {
    case "float", "double":
      signal.length = type.lowercased() == "float" ? 32 : 64
      signal.format = .float(bits: signal.length)
    case "bit": signal.length = 1
    case "char": signal.length = 8
    default:
      if !hasPlace { signal.length = Int(try line.whole("a length in bits", upTo: 1 << 24)) }
      if type.lowercased() == "signed" {
        signal.format = .signed
      } else if let names = enumerations[type] {
        signal.valueNames = names
      } else if !["unsigned", "string", "raw"].contains(type.lowercased()) {
        file.report(line.number, "signal \(name): type '\(type)' is unknown; taken for unsigned")
      }
    }
    try options(&line, of: &signal)
    if hasPlace && signal.byteOrder == .big { signal.startBit = bigEndianStart(signal.startBit) }
    return signal
  }

  /// `-m /u:V /f:0.1 /o:-40 /min:-40 /max:85 /e:Name // comment`, those that matter here, in any order.
  private mutating func options(_ line: inout SYMLine, of signal: inout NetworkDescription.Signal) throws(SyntaxError) {
    var low: Double?
    var high: Double?
    while let option = try line.option() {
      switch option.key {
      case "-m": signal.byteOrder = .big
      case "/u": signal.unit = option.value
      case "/f": signal.factor = try option.number
      case "/o": signal.offset = try option.number
      case "/min": low = try option.number
      case "/max": high = try option.number
      case "/spn": signal.spn = UInt32(exactly: try option.number)
      case "/e":
        if let names = enumerations[option.value] {
          signal.valueNames = names
        } else {
          file.report(line.number, "signal \(signal.name): no enumeration \(option.value) above")
        }
      default: break
      }
    }
    if low != nil || high != nil {
      signal.range = NetworkDescription.Signal.range(low ?? -.infinity, high ?? .infinity)
    }
    signal.comment = line.comment
  }

  /// `name 16`: a signal of `{SIGNALS}` and where it begins.
  private mutating func use(_ line: inout SYMLine) throws(SyntaxError) {
    let name = try line.word("a signal name")
    let start = Int(try line.whole("a start bit", upTo: 1 << 24))
    guard var signal = templates[name] else {
      throw SyntaxError(reason: "no signal \(name) below {SIGNALS}", line: line.number)
    }
    signal.startBit = signal.byteOrder == .little ? start : bigEndianStart(start)
    signal.line = line.number
    symbol?.signals.append(signal)
  }

  // MARK: Symbols

  /// `name 0,8 2Ah -m`: the signals of this block are there when 8 bits from bit 0 on are 2A.
  private mutating func multiplexor(_ line: inout SYMLine) throws(SyntaxError) {
    var signal = NetworkDescription.Signal(
      name: try line.word("a multiplexor's name"), startBit: 0, length: 0, byteOrder: .little, format: .unsigned,
      factor: 1, offset: 0, range: nil, unit: "", isMultiplexor: true, line: line.number)
    signal.startBit = Int(try line.whole("a start bit", upTo: 1 << 24))
    try line.expect(",")
    signal.length = Int(try line.whole("a length in bits", upTo: 1 << 24))
    let value = UInt32(try line.whole("a multiplexor value", upTo: Int64(UInt32.max)))
    try options(&line, of: &signal)
    if signal.byteOrder == .big { signal.startBit = bigEndianStart(signal.startBit) }
    if signal.length == 0 {
      file.report(
        line.number, "multiplexor \(signal.name): 0 bits select nothing; its signals are taken for always there")
      return
    }
    symbol?.multiplexor = signal
    symbol?.value = value
  }

  /// `100h` or, for messages alike, `100h-103h`.
  private mutating func identifiers(_ line: inout SYMLine) throws(SyntaxError) {
    let digits = try line.word("an identifier", stops: " -")
    let low = try SYMLine.identifier(digits, line: line.number)
    let high = line.take("-") ? try SYMLine.identifier(try line.word("an identifier"), line: line.number) : low
    guard low <= high, high - low < SYMReader.mostIdentifiers else {
      throw SyntaxError(
        reason: "identifiers \(low)-\(high) run downwards or are more than \(SYMReader.mostIdentifiers)",
        line: line.number)
    }
    symbol?.identifiers = low...high
    symbol?.looksExtended = digits.utf8.count == 9
    symbol?.comment = line.rest()
  }

  /// Adds what stands below the last `[name]`.
  private mutating func endSymbol() {
    guard let symbol else { return }
    self.symbol = nil
    // With many blocks of one name for many identifiers, trying would take long.
    guard !file.isFull else { return }
    do throws(SyntaxError) {
      if let identifiers = symbol.identifiers {
        let first = file.description.messages.count
        for bits in identifiers {
          let id = try file.identifier(
            bits, isExtended: symbol.isExtended ?? symbol.looksExtended, of: symbol.name, line: symbol.line)
          var message = NetworkDescription.Message(
            id: id, name: symbol.name, length: symbol.length, line: symbol.line)
          message.cycleTime = symbol.cycleTime
          message.comment = symbol.comment
          guard file.add(message) != nil else { break }
        }
        places[symbol.name] = first..<file.description.messages.count
      }
      guard let places = places[symbol.name] else {
        throw SyntaxError(reason: "symbol \(symbol.name): no identifier", line: symbol.line)
      }
      for place in places { add(symbol, to: place) }
    } catch {
      file.report(error.line, error.reason)
    }
  }

  private mutating func add(_ symbol: Symbol, to place: Int) {
    var selection: NetworkDescription.Selection?
    if let multiplexor = symbol.multiplexor {
      // The same bits under another name: each block calls them by the name of its value.
      let known = file.description.messages[place].signals.first { $0.isMultiplexor && $0.hasBits(of: multiplexor) }
      if known == nil {
        guard file.place(of: multiplexor.name, in: place) == nil else {
          return file.report(
            multiplexor.line, "multiplexor \(multiplexor.name): another signal has its name; its block is left out")
        }
        file.add(multiplexor, to: place)
      }
      selection = NetworkDescription.Selection(
        multiplexor: known?.name ?? multiplexor.name, values: [symbol.value...symbol.value])
    }
    for var signal in symbol.signals {
      signal.selection = selection
      if let selection, let twin = file.place(of: signal.name, in: place),
        file.description.messages[place].signals[twin].isThere(as: signal)
      {
        file.add(selection.values, toSignal: twin, of: place, line: signal.line)
      } else {
        file.add(signal, to: place)
      }
    }
  }
}

extension NetworkDescription.Signal {
  fileprivate func hasBits(of other: Self) -> Bool {
    startBit == other.startBit && length == other.length && byteOrder == other.byteOrder
  }

  /// Whether this is the same signal behind another value of the same multiplexor.
  fileprivate func isThere(as other: Self) -> Bool {
    hasBits(of: other) && format == other.format && factor == other.factor && offset == other.offset
      && selection != nil && selection?.multiplexor == other.selection?.multiplexor
  }
}
