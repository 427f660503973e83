// How notices begin, in capitals and without blanks.
import Vocabulary

enum ELMNoticeNames {
  /// None is the beginning of another.
  private static let names: [(name: [UInt8], notice: ELMNotice)] = {
    let names: [(String, ELMNotice)] = [
      ("UNABLETOCONNECT", .unableToConnect), ("NODATA", .noData), ("CANERROR", .canError), ("BUSERROR", .busError),
      ("BUSBUSY", .busBusy), ("FBERROR", .feedbackError), ("<DATAERROR", .dataError), ("DATAERROR", .dataError),
      ("<RXERROR", .rxError), ("RXERROR", .rxError), ("BUFFERFULL", .bufferFull), ("STOPPED", .stopped),
      ("LVRESET", .lowVoltageReset), ("ACTALERT", .sleepAlert), ("LPALERT", .sleepAlert),
      // STN11xx and STN2xxx say these as well.
      ("FCRXTIMEOUT", .noData), ("UARTRXOVERFLOW", .bufferFull), ("OUTOFMEMORY", .bufferFull),
    ]
    return names.map { (Array($0.0.utf8), $0.1) }
  }()

  private static let identities: [[UInt8]] = [
    "ELM3", "OBDII", "OBDLINK", "OBD2", "STN1", "STN2", "VLINK", "VGATE", "ICAR", "KIWI", "WICAN", "ESP32OBD", "ESPOBD",
  ].map { Array($0.utf8) }

  /// What the text begins with, and how long that is.
  static func notice(at text: ArraySlice<UInt8>) -> (ELMNotice, length: Int)? {
    for (name, notice) in names where text.starts(with: name) { return (notice, name.count) }
    // ERR and two decimal digits.
    let digits = text.dropFirst(3).prefix(2)
    guard text.starts(with: "ERR".utf8), digits.count == 2, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return (.internalError(digits.reduce(0) { $0 * 10 + ($1 & 0xF) }), 5)
  }

  static func isIdentity(_ text: ArraySlice<UInt8>) -> Bool { identities.contains { text.starts(with: $0) } }

  /// Whether it looks like a name with a version, `Foo v1.0`: for adapters that nobody knows yet.
  static func isVersion(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, (0x41...0x5A).contains(first), !text.contains(0x3A) else { return false }
    let isDecimal = { (character: UInt8) in (0x30...0x39).contains(character) }
    return text.indices.dropFirst().contains { place in
      text[place] == 0x56 && place + 3 < text.endIndex && isDecimal(text[place + 1]) && text[place + 2] == 0x2E
        && isDecimal(text[place + 3])
    }
  }

  /// Whether a notice begins here that can stand behind digits.
  static func canInterrupt(at text: ArraySlice<UInt8>) -> Bool {
    notice(at: text) != nil || text.starts(with: "ELM327".utf8) || text.starts(with: "SEARCHING".utf8)
      || text.starts(with: "BUSINIT".utf8)
  }

  /// Whether this can follow a short notice: digits, or another notice.
  static func isPlausible(_ text: ArraySlice<UInt8>) -> Bool {
    text.allSatisfy { hexDigit($0) != nil || $0 == 0x3A } || canInterrupt(at: text) || isIdentity(text)
  }
}
