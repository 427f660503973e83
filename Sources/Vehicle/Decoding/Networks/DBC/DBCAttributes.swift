// The attributes of a DBC file that say something about decoding: those that Vector's tools define, by their names.

import Vocabulary

/// Collected from `BA_DEF_`, `BA_DEF_DEF_` and `BA_` lines; all other attributes are passed over.
struct DBCAttributes {
  /// What the values of the enumeration `VFrameFormat` stand for, unless the file defines it otherwise.
  private var frameFormats = ["StandardCAN", "ExtendedCAN", "reserved", "J1939PG"]
  private var frameFormat: [UInt32: String] = [:]
  private var defaultFrameFormat: String?
  private var protocolType: String?
  private var defaultProtocolType: String?
  /// Milliseconds.
  private var cycleTimes: [UInt32: Double] = [:]
  private var defaultCycleTime: Double?
  private var spns: [DBCReferences.Signal: UInt32] = [:]
  /// Names of more than 32 characters.
  private var longMessageNames: [UInt32: String] = [:]
  private var longSignalNames: [DBCReferences.Signal: String] = [:]

  /// `BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN";` behind its keyword, up to what is not needed.
  mutating func readDefinition(_ scanner: inout TextScanner) throws(SyntaxError) {
    scanner.skipBlank()
    if scanner.next != quote { _ = scanner.word(stops: "\"") }
    guard try scanner.quoted("an attribute's name in quotes") == "VFrameFormat" else { return }
    scanner.skipBlank()
    guard text(scanner.word(stops: "\";")) == "ENUM" else { return }
    frameFormats = []
    repeat {
      frameFormats.append(try scanner.quoted("a value in quotes"))
    } while scanner.take(UInt8(ascii: ","))
  }

  /// `BA_DEF_DEF_ "GenMsgCycleTime" 0;` behind its keyword, up to what is not needed.
  mutating func readDefault(_ scanner: inout TextScanner) throws(SyntaxError) {
    switch try scanner.quoted("an attribute's name in quotes") {
    case "VFrameFormat": defaultFrameFormat = try value(&scanner)
    case "ProtocolType": defaultProtocolType = try value(&scanner)
    case "GenMsgCycleTime": defaultCycleTime = try scanner.number("a time in ms")
    default: break
    }
  }

  /// `BA_ "GenMsgCycleTime" BO_ 256 50;` behind its keyword, up to what is not needed.
  mutating func readValue(_ scanner: inout TextScanner) throws(SyntaxError) {
    switch try scanner.quoted("an attribute's name in quotes") {
    case "VFrameFormat":
      let message = try message(&scanner)
      frameFormat[message] = try value(&scanner)
    case "ProtocolType": protocolType = try value(&scanner)
    case "GenMsgCycleTime":
      let message = try message(&scanner)
      cycleTimes[message] = try scanner.number("a time in ms")
    case "SPN":
      let signal = try signal(&scanner)
      spns[signal] = try scanner.unsigned("a suspect parameter number")
    case "SystemMessageLongSymbol":
      let message = try message(&scanner)
      longMessageNames[message] = try scanner.quoted("a message name in quotes", limit: TextScanner.longestName)
    case "SystemSignalLongSymbol":
      let signal = try signal(&scanner)
      longSignalNames[signal] = try scanner.quoted("a signal name in quotes", limit: TextScanner.longestName)
    default: break
    }
  }

  private func message(_ scanner: inout TextScanner) throws(SyntaxError) -> UInt32 {
    try scanner.expect("BO_")
    return try scanner.unsigned("a message identifier")
  }

  private func signal(_ scanner: inout TextScanner) throws(SyntaxError) -> DBCReferences.Signal {
    try scanner.expect("SG_")
    return try DBCReferences.Signal(&scanner)
  }

  /// Text, or a number for what the file may define as an enumeration.
  private func value(_ scanner: inout TextScanner) throws(SyntaxError) -> String {
    scanner.skipBlank()
    if scanner.next == quote { return try scanner.quoted("a value in quotes") }
    return String(try scanner.unsigned("a number"))
  }

  // MARK: What they say

  func applyNumbers(to file: inout NetworkBuilder, _ messages: [UInt32: Int]) {
    for (number, place) in messages {
      let message = file.description.messages[place]
      if let time = cycleTimes[number] ?? defaultCycleTime, time > 0 {
        file.description.messages[place].cycleTime = time / 1000
      }
      file.description.messages[place].isParameterGroup =
        message.id.isExtended && !message.id.isDiagnostic && isParameterGroup(number)
    }
    for (reference, spn) in spns where spn > 0 {
      guard let message = messages[reference.message], let signal = file.place(of: reference.name, in: message) else {
        continue
      }
      file.description.messages[message].signals[signal].spn = spn
    }
  }

  /// A message's own attribute goes before the one of the file, both before what the file's definitions fall back on.
  private func isParameterGroup(_ message: UInt32) -> Bool {
    if let own = frameFormat[message] { return isJ1939(frameFormat: own) }
    if let protocolType, !protocolType.isEmpty { return protocolType.hasPrefix("J1939") }
    if let defaultFrameFormat, !defaultFrameFormat.isEmpty { return isJ1939(frameFormat: defaultFrameFormat) }
    return protocolType == nil && defaultProtocolType?.hasPrefix("J1939") ?? false
  }

  /// Files write an enumeration's value as its number or as its text.
  private func isJ1939(frameFormat value: String) -> Bool {
    guard let number = Int(value) else { return value == "J1939PG" }
    return frameFormats.indices.contains(number) && frameFormats[number] == "J1939PG"
  }

  func applyLongNames(to file: inout NetworkBuilder, _ messages: [UInt32: Int]) {
    for (number, name) in longMessageNames {
      if let message = messages[number] { file.description.messages[message].name = name }
    }
    // By message, so that each one's names are looked at together.
    for (message, renamed) in Dictionary(grouping: longSignalNames, by: { messages[$0.key.message] }) {
      guard let message else { continue }
      let long = Dictionary(renamed.map { ($0.key.name, $0.value) }, uniquingKeysWith: { first, _ in first })
      var signals = file.description.messages[message].signals
      let names = signals.map { long[$0.name] ?? $0.name }
      // Two of the same name could not be told apart any more.
      guard Set(names).count == names.count else { continue }
      for index in names.indices {
        signals[index].name = names[index]
        if let multiplexor = signals[index].selection?.multiplexor {
          signals[index].selection?.multiplexor = long[multiplexor] ?? multiplexor
        }
      }
      file.description.messages[message].signals = signals
    }
  }
}

extension CANID {
  /// Whether SAE J1939 leaves the identifier to diagnostics over ISO 15765-2, whatever a file says: PDU formats 205,
  /// 206, 218 and 219. Their bytes have no J1939 codes, and their addresses tell request from reply.
  fileprivate var isDiagnostic: Bool { [0xCD, 0xCE, 0xDA, 0xDB].contains(value >> 16 & 0xFF) }
}
