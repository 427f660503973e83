// The AT commands of the ELM327: their names, what follows them, and the version that brought them.

struct ATCommand: Sendable {
  /// What may follow the name.
  enum Argument: Sendable {
    case none
    /// One digit up to this one.
    case digit(UInt8)
    /// As many hexadecimal digits as one of these.
    case hex([Int])
    case text
  }

  let name: String
  let version: Int
  let argument: Argument

  /// Finds the command with the longest name that fits, and what follows it.
  /// - Parameter text: upper case, without blanks and without AT.
  static func find(_ text: String, version: Int) -> (command: ATCommand, argument: String)? {
    for command in byLength where command.version <= version && text.hasPrefix(command.name) {
      let rest = String(text.dropFirst(command.name.count))
      if command.accepts(rest) { return (command, rest) }
    }
    return nil
  }

  private func accepts(_ rest: String) -> Bool {
    switch argument {
    case .none: rest.isEmpty
    case .digit(let most):
      rest.utf8.count == 1 && rest.utf8.allSatisfy { (0x30...0x30 + most).contains($0) }
    case .hex(let counts): counts.contains(rest.utf8.count) && rest.utf8.allSatisfy(isHexDigit)
    case .text: !rest.isEmpty
    }
  }

  private init(_ name: String, _ version: Int, _ argument: Argument = .none) {
    self.name = name
    self.version = version
    self.argument = argument
  }

  private static let byLength = all.sorted { $0.name.utf8.count > $1.name.utf8.count }

  private static let all = [
    // General, and the serial side.
    ATCommand("@1", 10), ATCommand("@2", 13), ATCommand("BRD", 12, .hex([2])), ATCommand("BRT", 12, .hex([2])),
    ATCommand("D", 10), ATCommand("E", 10, .digit(1)), ATCommand("FE", 13), ATCommand("I", 10),
    ATCommand("IGN", 14), ATCommand("L", 10, .digit(1)), ATCommand("LP", 14), ATCommand("M", 10, .digit(1)),
    ATCommand("PP", 11, .text), ATCommand("PPS", 11), ATCommand("RD", 14), ATCommand("RV", 10),
    ATCommand("CV", 14, .hex([4])), ATCommand("SD", 14, .hex([2])), ATCommand("WS", 10), ATCommand("Z", 10),
    // Requests and answers.
    ATCommand("AL", 10), ATCommand("AMC", 14), ATCommand("AMT", 14, .hex([2])), ATCommand("AR", 12),
    ATCommand("AT", 12, .digit(2)), ATCommand("BD", 10), ATCommand("BI", 10), ATCommand("DP", 10),
    ATCommand("DPN", 10), ATCommand("H", 10, .digit(1)), ATCommand("MA", 10), ATCommand("NL", 10),
    ATCommand("PC", 10), ATCommand("R", 10, .digit(1)), ATCommand("RA", 13, .hex([2])),
    ATCommand("S", 13, .digit(1)), ATCommand("SH", 10, .hex([3, 6])), ATCommand("SP", 10, .hex([1, 2])),
    ATCommand("SR", 12, .hex([2])), ATCommand("SS", 14), ATCommand("ST", 10, .hex([2])),
    ATCommand("TA", 14, .hex([2])), ATCommand("TP", 10, .hex([1, 2])),
    // J1850, ISO 9141-2 and ISO 14230-4.
    ATCommand("FI", 14), ATCommand("IB", 10, .hex([2])), ATCommand("IFR", 12, .digit(2)),
    ATCommand("IIA", 12, .hex([2])), ATCommand("KW", 13), ATCommand("KW", 12, .digit(1)), ATCommand("SI", 14),
    ATCommand("SW", 10, .hex([2])), ATCommand("WM", 10, .hex([2, 4, 6, 8, 10, 12])),
    // CAN.
    ATCommand("CAF", 10, .digit(1)), ATCommand("CEA", 14, .hex([0, 2])), ATCommand("CF", 10, .hex([3, 8])),
    ATCommand("CFC", 10, .digit(1)), ATCommand("CM", 10, .hex([3, 8])), ATCommand("CP", 10, .hex([2])),
    ATCommand("CRA", 13, .hex([0, 3, 8])), ATCommand("CS", 10), ATCommand("CSM", 14, .digit(1)),
    ATCommand("D", 13, .digit(1)), ATCommand("FCSD", 11, .hex([2, 4, 6, 8, 10])),
    ATCommand("FCSH", 11, .hex([3, 6, 8])), ATCommand("FCSM", 11, .digit(2)), ATCommand("PB", 14, .hex([4])),
    ATCommand("V", 13, .digit(1)), ATCommand("JE", 13), ATCommand("JS", 13), ATCommand("JHF", 14, .digit(1)),
  ]
}

func isHexDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) }

/// The bytes of an even number of digits; nil for anything else.
func bytes(hex text: some StringProtocol) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2), digits.allSatisfy(isHexDigit) else { return nil }
  return stride(from: 0, to: digits.count, by: 2).map { nibble(digits[$0]) << 4 | nibble(digits[$0 + 1]) }
}

/// Of a digit that `isHexDigit` knows.
func nibble(_ digit: UInt8) -> UInt8 { digit < 0x41 ? digit - 0x30 : digit - 0x37 }
