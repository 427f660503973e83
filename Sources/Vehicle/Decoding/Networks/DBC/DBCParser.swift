// The DBC parser: bytes in, messages and a list of bad lines out. A line that cannot be read costs that line only.

import DecoderCore
import Vocabulary

struct DBCParser {
  private var scanner: TextScanner
  private var file: NetworkBuilder
  /// Which message the next `SG_` line belongs to.
  private var target = Target.none
  /// Places of messages by the number that the file gives the message; the last one of a number counts.
  private var places: [UInt32: Int] = [:]
  private var valueTables: [String: [NetworkDescription.ValueName]] = [:]
  private var references = DBCReferences()

  /// What a comment is on.
  private enum Subject {
    case file
    case message(UInt32)
    case signal(DBCReferences.Signal)
    /// A node or an environment variable.
    case other
  }

  private enum Target {
    case none
    /// Below a `BO_` line that could not be read.
    case refused(line: Int)
    /// Below the message that DBC editors keep unused signals in.
    case unused
    case message(Int)
  }

  /// Reads a file's bytes. Never fails: what could not be read is reported.
  static func read(_ bytes: [UInt8], into builder: inout NetworkBuilder) {
    var parser = DBCParser(scanner: TextScanner(bytes), file: builder)
    parser.run()
    builder = parser.file
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
        let place = error.line == start.line ? "" : " (at line \(error.line))"
        report(start.line, error.reason + place)
        // Not from where it went wrong: an unclosed quote would have eaten good lines by then.
        scanner = start
        skipToStatement()
      }
    }
    references.apply(to: &file, messages: places)
  }

  private mutating func report(_ line: Int, _ reason: @autoclosure () -> String) { file.report(line, reason()) }

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

  private mutating func statement() throws(SyntaxError) {
    let start = scanner
    let word = scanner.word(stops: ":;\"")
    guard let keyword = Keyword(word) else {
      let shown = word.isEmpty ? "'\(Character(Unicode.Scalar(scanner.next)))'" : "'\(text(word.prefix(40)))'"
      throw SyntaxError(reason: "\(shown) begins no DBC statement", line: start.line)
    }
    switch keyword {
    case .message: try message(line: start.line)
    case .signal: try signal(line: start.line)
    case .attribute:
      try references.attributes.readValue(&scanner)
      try skipToSemicolon()
    case .attributeDefinition:
      try references.attributes.readDefinition(&scanner)
      try skipToSemicolon()
    case .attributeDefault:
      try references.attributes.readDefault(&scanner)
      try skipToSemicolon()
    case .comment: try comment(line: start.line)
    case .valueTable: try valueTable()
    case .valueNames: try valueNames(line: start.line)
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

  private mutating func message(line: Int) throws(SyntaxError) {
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
    let id = try file.identifier(
      number & ~CANID.extendedFlag, isExtended: number & CANID.extendedFlag != 0, of: name, line: line)
    let message = NetworkDescription.Message(id: id, name: name, length: file.count(length), line: line)
    guard let place = file.add(message) else { return }
    places[number] = place
    target = .message(place)
  }

  private mutating func signal(line: Int) throws(SyntaxError) {
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
    let unit = try scanner.quoted("a unit in quotes", limit: TextScanner.longestName)
    skipReceivers()

    var signal = NetworkDescription.Signal(
      name: name, startBit: file.count(startBit), length: file.count(length), byteOrder: isLittle ? .little : .big,
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
    case .message(let place): file.add(signal, to: place)
    }
  }

  /// `M`, `m3` or `m3M`.
  private mutating func multiplexing() throws(SyntaxError) -> (selector: UInt32?, isMultiplexor: Bool) {
    scanner.skipBlank()
    if scanner.take(UInt8(ascii: "M")) { return (nil, true) }
    guard scanner.take(UInt8(ascii: "m")) else { throw scanner.expected("':' or a multiplexor mark") }
    guard isDigit(scanner.next) else {
      report(scanner.line, "multiplexor mark 'm' has no value; taken for 'M'")
      references.repairedMarks.insert(scanner.line)
      return (nil, true)
    }
    let value = try scanner.unsigned("a multiplexor value")
    return (value, scanner.take(UInt8(ascii: "M")))
  }

  /// `[minimum|maximum]`. No reason to lose a signal: it does not need them to be decoded.
  private mutating func limits(of name: String) -> ClosedRange<Double>? {
    let start = scanner
    do throws(SyntaxError) {
      try scanner.expect(UInt8(ascii: "["))
      let low = try scanner.number("a minimum")
      try scanner.expect(UInt8(ascii: "|"))
      let high = try scanner.number("a maximum")
      try scanner.expect(UInt8(ascii: "]"))
      if low > high {
        report(start.line, "signal \(name): minimum \(low) is above maximum \(high); taken the other way round")
      }
      return NetworkDescription.Signal.range(low, high)
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

  private mutating func comment(line: Int) throws(SyntaxError) {
    scanner.skipBlank()
    var subject = Subject.file
    if scanner.next != quote {
      switch text(scanner.word(stops: "\"")) {
      case "BO_": subject = .message(try scanner.unsigned("a message identifier"))
      case "SG_": subject = .signal(try DBCReferences.Signal(&scanner))
      case "BU_", "EV_":
        _ = try scanner.name("a name")
        subject = .other
      case let other:
        throw SyntaxError(
          reason: "comment on '\(other.prefix(40))', which is no BU_, BO_, SG_ or EV_", line: scanner.line)
      }
    }
    let comment = try scanner.quoted("a comment in quotes")
    try scanner.expect(UInt8(ascii: ";"))
    switch subject {
    case .file: file.description.comment = comment
    case .message(let message): references.messageComments[message] = (comment, line)
    case .signal(let signal): references.signalComments[signal] = (comment, line)
    case .other: break
    }
  }

  /// `VAL_TABLE_ name 1 "on" 0 "off";`
  private mutating func valueTable() throws(SyntaxError) {
    let name = try scanner.name("the name of a value table")
    valueTables[name] = try pairs()
  }

  /// `VAL_ message signal 1 "on" 0 "off";`, or the name of a value table in the pairs' place.
  private mutating func valueNames(line: Int) throws(SyntaxError) {
    scanner.skipBlank()
    // On an environment variable, which no frame holds.
    guard isDigit(scanner.next) else { return try skipToSemicolon() }
    let signal = try DBCReferences.Signal(&scanner)
    scanner.skipBlank()
    if isDigit(scanner.next) || "-+.;".utf8.contains(scanner.next) {
      references.valueNames[signal] = (try pairs(), line)
      return
    }
    let table = try scanner.name("a value table or its pairs")
    try scanner.expect(UInt8(ascii: ";"))
    guard let names = valueTables[table] else {
      throw SyntaxError(reason: "no value table \(table) above", line: line)
    }
    references.valueNames[signal] = (names, line)
  }

  /// Numbers and their names, up to and over the `;`.
  private mutating func pairs() throws(SyntaxError) -> [NetworkDescription.ValueName] {
    var pairs: [NetworkDescription.ValueName] = []
    while !scanner.take(UInt8(ascii: ";")) {
      let value = try scanner.integer("a value or ';'")
      pairs.append(NetworkDescription.ValueName(value: value, name: try scanner.quoted("a value's name in quotes")))
    }
    return pairs
  }

  /// `SIG_VALTYPE_ message signal : type;` with 1 for a 32-bit and 2 for a 64-bit IEEE number.
  private mutating func valueType(line: Int) throws(SyntaxError) {
    let reference = try DBCReferences.Signal(&scanner)
    _ = scanner.take(UInt8(ascii: ":"))
    let type = try scanner.unsigned("a value type")
    try scanner.expect(UInt8(ascii: ";"))
    references.valueTypes[reference] = (type, line)
  }

  /// `SG_MUL_VAL_ message signal multiplexor 1-1, 3-7;`
  private mutating func multiplexorValues(line: Int) throws(SyntaxError) {
    let reference = try DBCReferences.Signal(&scanner)
    let multiplexor = try scanner.name("the name of a multiplexor")
    var values: [ClosedRange<UInt32>] = []
    repeat {
      let low = try scanner.unsigned("a multiplexor value")
      try scanner.expect(UInt8(ascii: "-"))
      let high = try scanner.unsigned("a multiplexor value")
      guard low <= high else {
        throw SyntaxError(reason: "multiplexor values \(low)-\(high) run downwards", line: scanner.line)
      }
      values.append(low...high)
    } while scanner.take(UInt8(ascii: ","))
    try scanner.expect(UInt8(ascii: ";"))
    references.selections[reference] = (NetworkDescription.Selection(multiplexor: multiplexor, values: values), line)
  }

  // MARK: What is not needed

  /// To the `;` that ends a statement. A keyword at the beginning of a line ends it too, with a complaint.
  private mutating func skipToSemicolon() throws(SyntaxError) {
    while true {
      let line = scanner.line
      scanner.skipBlank()
      if scanner.isAtEnd || scanner.line != line && isAtKeyword {
        throw SyntaxError(reason: "';' is missing", line: line)
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

extension DBCReferences.Signal {
  /// `256 EngineSpeed`, as statements name a signal.
  init(_ scanner: inout TextScanner) throws(SyntaxError) {
    message = try scanner.unsigned("a message identifier")
    name = try scanner.name("a signal name")
  }
}

extension TextScanner {
  /// Blanks up to and over the end of this line.
  fileprivate mutating func skipBlanksOfLine() {
    let start = line
    while !isAtEnd && line == start && isBlank(next) { advance() }
  }
}

/// What a statement begins with. Those of the same meaning to this parser are one case.
private enum Keyword {
  case version, symbols, timing, nodes, message, signal, attribute, attributeDefinition, attributeDefault, comment
  case valueTable, valueNames, valueType, selection, unused

  init?(_ word: ArraySlice<UInt8>) {
    guard let found = Keyword.all[text(word)] else { return nil }
    self = found
  }

  private static let all: [String: Keyword] = {
    var all: [String: Keyword] = [
      "VERSION": .version, "NS_": .symbols, "BS_": .timing, "BU_": .nodes, "BO_": .message, "SG_": .signal,
      "BA_": .attribute, "BA_DEF_": .attributeDefinition, "BA_DEF_DEF_": .attributeDefault, "CM_": .comment,
      "VAL_TABLE_": .valueTable, "VAL_": .valueNames, "SIG_VALTYPE_": .valueType, "SG_MUL_VAL_": .selection,
    ]
    for word in [
      "BA_DEF_DEF_REL_", "BA_DEF_REL_", "BA_DEF_SGTYPE_", "BA_REL_", "BA_SGTYPE_",
      "BO_TX_BU_", "BU_BO_REL_", "BU_EV_REL_", "BU_SG_REL_", "CAT_", "CAT_DEF_", "ENVVAR_DATA_", "EV_", "EV_DATA_",
      "FILTER", "NS_DESC_", "SGTYPE_", "SGTYPE_VAL_", "SIGTYPE_VALTYPE_", "SIG_GROUP_", "SIG_TYPE_REF_",
    ] { all[word] = .unused }
    return all
  }()
}
