// The DBC parser: bytes in, messages and a list of bad lines out. A line that cannot be read costs that line only.

import DecoderCore
import Vocabulary

extension NetworkDescription {
  /// Parses a file's bytes (UTF-8 or Windows-1252). Never fails: what could not be read is in `problems`.
  public static func parse(bytes: [UInt8], name: String) -> NetworkDescription {
    var parser = DBCParser(bytes, name: name)
    return parser.run()
  }
}

private struct DBCParser {
  private var scanner: DBCScanner
  private var file: NetworkDescription
  /// Which message the next `SG_` line belongs to.
  private var target = Target.none
  /// Places in `file.messages` by the number that the file gives the message; the last one of a number counts.
  private var places: [UInt32: Int] = [:]
  private var references = DBCReferences()

  private enum Target {
    case none
    /// Below a `BO_` line that could not be read.
    case refused(line: Int)
    /// Below the message that DBC editors keep unused signals in.
    case unused
    case message(Int)
  }

  init(_ bytes: [UInt8], name: String) {
    scanner = DBCScanner(bytes)
    file = NetworkDescription(name: name)
  }

  mutating func run() -> NetworkDescription {
    while true {
      scanner.skipBlank()
      if scanner.isAtEnd { break }
      let start = scanner
      do throws(DBCSyntaxError) {
        try statement()
      } catch {
        let place = error.line == start.line ? "" : " (at line \(error.line))"
        report(start.line, error.reason + place)
        // Not from where it went wrong: an unclosed quote would have eaten good lines by then.
        scanner = start
        skipToStatement()
      }
    }
    references.apply(to: &file, messages: places)
    checkMessages()
    file.problems.sort { $0.line < $1.line }
    return file
  }

  private mutating func report(_ line: Int, _ reason: String) { file.report(line, reason) }

  /// To the next line that seems to begin a statement.
  private mutating func skipToStatement() {
    repeat {
      scanner.skipLine()
      scanner.skipBlank()
    } while !scanner.isAtEnd && !isAtKeyword
  }

  /// Whether a statement seems to begin here: with a known keyword, or a word that is made like one.
  private var isAtKeyword: Bool {
    var look = scanner
    let word = look.word(stops: ":;\"")
    if Keyword(word) != nil { return true }
    return word.count > 2 && word.last == underscore && word.allSatisfy { isCapital($0) || $0 == underscore }
  }

  private mutating func statement() throws(DBCSyntaxError) {
    let start = scanner
    let word = scanner.word(stops: ":;\"")
    guard let keyword = Keyword(word) else {
      let shown = word.isEmpty ? "'\(Character(Unicode.Scalar(scanner.next)))'" : "'\(text(word.prefix(40)))'"
      throw DBCSyntaxError(reason: "\(shown) begins no DBC statement", line: start.line)
    }
    switch keyword {
    case .message: try message(line: start.line)
    case .signal: try signal(line: start.line)
    case .attribute: try attribute()
    case .comment: try comment()
    case .valueType: try valueType(line: start.line)
    case .selection: try multiplexorValues(line: start.line)
    case .version:
      _ = try scanner.quoted("the version in quotes")
      _ = scanner.take(UInt8(ascii: ";"))
    case .symbols: skipSymbols()
    case .nodes: skipLines()
    case .timing: scanner.skipLine()
    case .unused: try skipToSemicolon()
    }
  }

  // MARK: Messages and signals

  private mutating func message(line: Int) throws(DBCSyntaxError) {
    target = .refused(line: line)
    let number = try scanner.unsigned("a message identifier")
    let name = try scanner.name("a message name")
    try scanner.expect(UInt8(ascii: ":"))
    let length = try scanner.unsigned("the message's length in bytes")
    // The sender may be missing; nobody here needs it.
    scanner.skipLine()
    if name == "VECTOR__INDEPENDENT_SIG_MSG" {
      target = .unused
      references.unusedMessages.insert(number)
      return
    }
    let bits = number & ~CANID.extendedFlag
    guard bits <= 0x1FFF_FFFF else {
      throw DBCSyntaxError(reason: "message \(name): identifier \(number) has more than 29 bits", line: line)
    }
    let isExtended = number & CANID.extendedFlag != 0
    if !isExtended && bits > 0x7FF {
      report(line, "message \(name): identifier \(number) has more than 11 bits; taken for a 29-bit one")
    }
    let id = isExtended || bits > 0x7FF ? CANID(extended: bits) : CANID(standard: bits)
    if let known = places[number] {
      report(line, "message \(name): line \(file.messages[known].line) has identifier \(number) already")
    }
    places[number] = file.messages.count
    target = .message(file.messages.count)
    file.messages.append(NetworkDescription.Message(id: id, name: name, length: Int(length), line: line))
  }

  private mutating func signal(line: Int) throws(DBCSyntaxError) {
    let name = try scanner.name("a signal name")
    var isMultiplexor = false
    var selector: UInt32?
    if !scanner.take(UInt8(ascii: ":")) {
      (selector, isMultiplexor) = try multiplexing()
      try scanner.expect(UInt8(ascii: ":"))
    }
    let startBit = try scanner.unsigned("a start bit")
    try scanner.expect(UInt8(ascii: "|"))
    let length = try scanner.unsigned("a length in bits")
    try scanner.expect(UInt8(ascii: "@"))
    let isLittle = scanner.take(UInt8(ascii: "1"))
    if !isLittle { try scanner.expect(UInt8(ascii: "0")) }
    let isSigned = scanner.take(UInt8(ascii: "-"))
    if !isSigned { try scanner.expect(UInt8(ascii: "+")) }
    try scanner.expect(UInt8(ascii: "("))
    let factor = try scanner.number("a factor")
    try scanner.expect(UInt8(ascii: ","))
    let offset = try scanner.number("an offset")
    try scanner.expect(UInt8(ascii: ")"))
    let range = limits(of: name)
    let unit = try scanner.quoted("a unit in quotes")
    skipReceivers()

    var signal = NetworkDescription.Signal(
      name: name, startBit: Int(startBit), length: Int(length), byteOrder: isLittle ? .little : .big,
      format: isSigned ? .signed : .unsigned, factor: factor, offset: offset, range: range, unit: unit,
      isMultiplexor: isMultiplexor, line: line)
    if let selector {
      // Whose value it is shows only when all of the message is read: see `DBCReferences`.
      signal.selection = NetworkDescription.Selection(multiplexor: "", values: [selector...selector])
    }
    switch target {
    case .unused: break
    case .none: report(line, "signal \(name): no message above it")
    case .refused(let above): report(line, "signal \(name): belongs to the message that line \(above) fails to give")
    case .message(let place):
      guard length > 0 else {
        return report(line, "signal \(name): length 0")
      }
      if let twin = file.messages[place].signals.first(where: { $0.name == name }) {
        return report(line, "signal \(name): line \(twin.line) has a signal of this name in the same message")
      }
      file.messages[place].signals.append(signal)
    }
  }

  /// `M`, `m3` or `m3M`.
  private mutating func multiplexing() throws(DBCSyntaxError) -> (selector: UInt32?, isMultiplexor: Bool) {
    scanner.skipBlank()
    if scanner.take(UInt8(ascii: "M")) { return (nil, true) }
    guard scanner.take(UInt8(ascii: "m")) else { throw scanner.expected("':' or a multiplexor mark") }
    guard isDigit(scanner.next) else {
      report(scanner.line, "multiplexor mark 'm' has no value; taken for 'M'")
      return (nil, true)
    }
    let value = try scanner.unsigned("a multiplexor value")
    return (value, scanner.take(UInt8(ascii: "M")))
  }

  /// `[minimum|maximum]`. No reason to lose a signal: it does not need them to be decoded.
  private mutating func limits(of name: String) -> ClosedRange<Double>? {
    let start = scanner
    do throws(DBCSyntaxError) {
      try scanner.expect(UInt8(ascii: "["))
      let low = try scanner.number("a minimum")
      try scanner.expect(UInt8(ascii: "|"))
      let high = try scanner.number("a maximum")
      try scanner.expect(UInt8(ascii: "]"))
      // Many files leave both at 0, or have them the wrong way round for a negative factor.
      return low == high ? nil : min(low, high)...max(low, high)
    } catch {
      report(error.line, "signal \(name): limits not usable: \(error.reason)")
      scanner = start
      while !scanner.isAtEnd && scanner.line == start.line && scanner.next != quote { scanner.advance() }
      return nil
    }
  }

  /// Names with commas between them, up to the end of a line that does not end with a comma.
  private mutating func skipReceivers() {
    var goesOn = true
    while goesOn && !scanner.isAtEnd {
      let line = scanner.line
      var last: UInt8 = 0
      while !scanner.isAtEnd && scanner.line == line {
        if !isBlank(scanner.next) { last = scanner.next }
        scanner.advance()
      }
      scanner.skipBlank()
      goesOn = last == UInt8(ascii: ",") && !isAtKeyword
    }
  }

  // MARK: What refers to signals

  /// Read for its form alone, so that a file's odd comments are named.
  private mutating func comment() throws(DBCSyntaxError) {
    scanner.skipBlank()
    if scanner.next != quote {
      switch text(scanner.word(stops: "\"")) {
      case "BO_": _ = try scanner.unsigned("a message identifier")
      case "SG_":
        _ = try scanner.unsigned("a message identifier")
        _ = try scanner.name("a signal name")
      case "BU_", "EV_": _ = try scanner.name("a name")
      case let other:
        throw DBCSyntaxError(reason: "comment on '\(other)', which is no BU_, BO_, SG_ or EV_", line: scanner.line)
      }
    }
    _ = try scanner.quoted("a comment in quotes")
    try scanner.expect(UInt8(ascii: ";"))
  }

  /// `SIG_VALTYPE_ message signal : type;` with 1 for a 32-bit and 2 for a 64-bit IEEE number.
  private mutating func valueType(line: Int) throws(DBCSyntaxError) {
    let reference = try self.reference()
    _ = scanner.take(UInt8(ascii: ":"))
    let type = try scanner.unsigned("a value type")
    try scanner.expect(UInt8(ascii: ";"))
    references.valueTypes[reference] = (type, line)
  }

  /// `SG_MUL_VAL_ message signal multiplexor 1-1, 3-7;`
  private mutating func multiplexorValues(line: Int) throws(DBCSyntaxError) {
    let reference = try self.reference()
    let multiplexor = try scanner.name("the name of a multiplexor")
    var values: [ClosedRange<UInt32>] = []
    repeat {
      let low = try scanner.unsigned("a multiplexor value")
      try scanner.expect(UInt8(ascii: "-"))
      let high = try scanner.unsigned("a multiplexor value")
      guard low <= high else {
        throw DBCSyntaxError(reason: "multiplexor values \(low)-\(high) run downwards", line: scanner.line)
      }
      values.append(low...high)
    } while scanner.take(UInt8(ascii: ","))
    try scanner.expect(UInt8(ascii: ";"))
    references.selections[reference] = (NetworkDescription.Selection(multiplexor: multiplexor, values: values), line)
  }

  private mutating func reference() throws(DBCSyntaxError) -> DBCReferences.Signal {
    let message = try scanner.unsigned("a message identifier")
    return DBCReferences.Signal(message: message, name: try scanner.name("a signal name"))
  }

  /// `BA_`: names of more than 32 characters hide in two attributes, the others are not needed.
  private mutating func attribute() throws(DBCSyntaxError) {
    switch try scanner.quoted("an attribute's name in quotes") {
    case "SystemMessageLongSymbol":
      try scanner.expect("BO_")
      let message = try scanner.unsigned("a message identifier")
      references.longMessageNames[message] = try scanner.quoted("a message name in quotes")
    case "SystemSignalLongSymbol":
      try scanner.expect("SG_")
      let reference = try self.reference()
      references.longSignalNames[reference] = try scanner.quoted("a signal name in quotes")
    default: break
    }
    try skipToSemicolon()
  }

  /// Signals that their message is too short for are kept: frames may be longer than the file says.
  private mutating func checkMessages() {
    for message in file.messages {
      for signal in message.signals {
        let first =
          signal.byteOrder == .little ? signal.startBit : signal.startBit / 8 * 8 + 7 - signal.startBit % 8
        if first + signal.length > message.length * 8 {
          report(
            signal.line,
            "signal \(signal.name): ends at bit \(first + signal.length), but message \(message.name) has "
              + "\(message.length * 8)")
        }
      }
    }
  }

  // MARK: What is not needed

  /// To the `;` that ends a statement. A keyword at the beginning of a line ends it too, with a complaint.
  private mutating func skipToSemicolon() throws(DBCSyntaxError) {
    while true {
      let line = scanner.line
      scanner.skipBlank()
      if scanner.isAtEnd || scanner.line != line && isAtKeyword {
        throw DBCSyntaxError(reason: "';' is missing", line: line)
      }
      switch scanner.next {
      case quote: _ = try scanner.quoted("text")
      case UInt8(ascii: ";"): return scanner.advance()
      default: scanner.advance()
      }
    }
  }

  /// `NS_ :` and the keywords below it, each alone on its line.
  private mutating func skipSymbols() {
    scanner.skipLine()
    while true {
      let start = scanner
      scanner.skipBlank()
      let line = scanner.line
      let word = scanner.word(stops: ":;\"")
      scanner.skipBlanksOfLine()
      if word.isEmpty || !scanner.isAtEnd && scanner.line == line {
        scanner = start
        return
      }
    }
  }

  /// `BU_: A B`, which may go on over lines.
  private mutating func skipLines() {
    repeat {
      scanner.skipLine()
      scanner.skipBlank()
    } while !scanner.isAtEnd && !isAtKeyword
  }
}

extension DBCScanner {
  /// Blanks up to and over the end of this line.
  fileprivate mutating func skipBlanksOfLine() {
    let start = line
    while !isAtEnd && line == start && isBlank(next) { advance() }
  }
}

/// What a statement begins with. Those of the same meaning to this parser are one case.
private enum Keyword {
  case version, symbols, timing, nodes, message, signal, attribute, comment, valueType, selection, unused

  init?(_ word: ArraySlice<UInt8>) {
    guard let found = Keyword.all[text(word)] else { return nil }
    self = found
  }

  private static let all: [String: Keyword] = {
    var all: [String: Keyword] = [
      "VERSION": .version, "NS_": .symbols, "BS_": .timing, "BU_": .nodes, "BO_": .message, "SG_": .signal,
      "BA_": .attribute, "CM_": .comment, "SIG_VALTYPE_": .valueType, "SG_MUL_VAL_": .selection,
    ]
    for word in [
      "BA_DEF_", "BA_DEF_DEF_", "BA_DEF_DEF_REL_", "BA_DEF_REL_", "BA_DEF_SGTYPE_", "BA_REL_", "BA_SGTYPE_",
      "BO_TX_BU_", "BU_BO_REL_", "BU_EV_REL_", "BU_SG_REL_", "CAT_", "CAT_DEF_", "ENVVAR_DATA_", "EV_", "EV_DATA_",
      "FILTER", "NS_DESC_", "SGTYPE_", "SGTYPE_VAL_", "SIGTYPE_VALTYPE_", "SIG_GROUP_", "SIG_TYPE_REF_", "VAL_",
      "VAL_TABLE_",
    ] { all[word] = .unused }
    return all
  }()
}
