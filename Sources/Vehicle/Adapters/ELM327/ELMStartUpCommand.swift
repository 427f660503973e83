// Which commands a file may have sent to an adapter: a short list, so that a file can never make Telltale transmit.

/// A command of a profile's `start_up` that only sets something for the time being: it sends nothing to the vehicle,
/// writes nothing to the adapter's memory, and leaves the form of answers as it is.
///
/// The list says what is allowed, not what is forbidden: copies have commands of their own that nobody has listed.
struct ELMStartUpCommand {
  /// In capitals, without blanks: `ATST32`.
  let text: String

  /// Why a command is not taken.
  struct Refusal: Error {
    var reason: String
    var mend: String
  }

  /// Exact texts; a trailing `#` stands for one or more decimal digits, each `h` for one hexadecimal digit.
  static let allowed = [
    "ATAL", "ATNL", "ATAR", "ATAT0", "ATAT1", "ATAT2", "ATCAF1", "ATCFC0", "ATCFC1", "ATCRA", "ATCSM1", "ATCTM1",
    "ATCTM5", "ATFCSM0", "ATFE", "ATIB10", "ATIB48", "ATIB96", "ATKW0", "ATKW1", "ATM0", "ATR1", "ATSS", "ATSThh",
    "STCMM0", "STPTO#",
  ]

  /// Beginnings that are refused with more to say than that they are not on the list.
  private static let harms: [(beginnings: [String], what: String)] = [
    (
      [
        "ATBI", "ATCSM0", "ATDM1", "ATFI", "ATIFR", "ATMP", "ATRTR", "ATSI", "ATSW", "ATTP", "ATWM", "STCMM", "STPC",
        "STPO", "STPX", "STTX",
      ],
      "can make the adapter transmit"
    ),
    (
      ["ATCV", "ATM1", "ATPP", "ATSD", "ATSP", "AT@3", "STSAT", "STS@", "STSBR", "STSL", "STSN", "STW", "STVCAL"],
      "writes the adapter's memory, for good or until somebody changes it back"
    ),
  ]

  init(_ command: String) throws(Refusal) {
    let text = command.uppercased().filter { $0 != " " }
    // An empty line is one, too: it repeats the last request.
    guard !text.utf8.allSatisfy({ isHexadecimal($0) }) else {
      throw Refusal(reason: quoted(command) + " would go out to the vehicle as a request", mend: Self.mend)
    }
    guard text.hasPrefix("AT") || text.hasPrefix("ST") else {
      throw Refusal(reason: quoted(command) + " begins with neither AT nor ST", mend: Self.mend)
    }
    guard Self.allowed.contains(where: { matches(Array($0.utf8), Array(text.utf8)) }) else {
      let harm = Self.harms.first { $0.beginnings.contains { text.hasPrefix($0) } }
      throw Refusal(
        reason: quoted(command) + " " + (harm?.what ?? "is not among the commands that are known to be harmless"),
        mend: Self.mend)
    }
    self.text = text
  }

  private static let mend = "leave it out; allowed: " + allowed.joined(separator: ", ")
}

/// In quotation marks as one line of an error can bear it.
func quoted(_ text: String) -> String {
  let shown = text.count <= 40 ? text : text.prefix(37) + "..."
  return "\"" + String(shown.map { $0.isNewline || ($0.asciiValue ?? 32) < 32 ? " " : $0 }) + "\""
}

private func isHexadecimal(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte || 0x41...0x46 ~= byte }

private func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
  let isNumber = pattern.last == UInt8(ascii: "#")
  let fixed = isNumber ? pattern.count - 1 : pattern.count
  guard isNumber ? 1...5 ~= text.count - fixed : text.count == fixed else { return false }
  return zip(pattern[..<fixed], text).allSatisfy { $0 == UInt8(ascii: "h") ? isHexadecimal($1) : $0 == $1 }
    && text[fixed...].allSatisfy { 0x30...0x39 ~= $0 }
}
