// How dialogues end: each notice of an adapter, errors before and after answers, and what is no adapter at all.
import Documents
import Testing

@testable import telltale

struct DialogueOutcomeTests {
  static let onVehicle = [
    ("NO DATA", "no-data"), ("UNABLE TO CONNECT", "no-bus"), ("SEARCHING...\rUNABLE TO CONNECT", "no-bus"),
    ("BUS INIT: ERROR", "no-bus"), ("BUS INIT: ...ERROR", "no-bus"), ("CAN ERROR", "bus-error"),
    ("BUS ERROR", "bus-error"), ("BUS BUSY", "bus-error"), ("FB ERROR", "bus-error"), ("STOPPED", "adapter-error"),
    ("BUFFER FULL", "adapter-error"), ("ERR93", "adapter-error"), ("LV RESET", "adapter-error"), ("?", "adapter-error"),
    ("ACT ALERT", "adapter-error"), ("", "no-data"), ("SEARCHING...", "no-bus"),
  ]

  @Test(arguments: onVehicle) func aNoticeAloneIsTheOutcome(notice: String, outcome: String) throws {
    let asked: [(String?, String?)] = [("0100\r", notice + "\r\r>")]
    try DialogueCase(notice, setUp + asked, #"{"outcome":"\#(outcome)","adapter":"ELM327 v1.5"}"#).check()
    try DialogueCase(notice, asked, #"{"outcome":"\#(outcome)"}"#).check()
  }

  @Test(arguments: onVehicle.filter { !$0.0.isEmpty && $0.0 != "SEARCHING..." })
  func theLastWordOnTheVehicleCounts(notice: String, outcome: String) throws {
    let failed: (String?, String?) = ("010D\r", notice + "\r\r>")
    let answered: (String?, String?) = ("010C\r", "7E8 04 41 0C 0A F4 \r\r>")
    let told = #""ecu":"7E8","rpm":701"#
    try DialogueCase(notice, [failed, answered], #"{"outcome":"ok",\#(told)}"#).check()
    try DialogueCase(notice, [answered, failed], #"{"outcome":"\#(outcome)",\#(told)}"#).check()
  }

  static let cases = [
    DialogueCase("set-up alone", setUp, #"{"outcome":"ok","adapter":"ELM327 v1.5"}"#),
    DialogueCase(
      "a command that is not known, last", setUp + [("ATAT2\r", "?\r\r>")],
      #"{"outcome":"adapter-error","adapter":"ELM327 v1.5"}"#),
    DialogueCase(
      "a command that is not known, and another", setUp + [("ATAT2\r", "?\r\r>"), ("ATST32\r", "OK\r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5"}"#),
    DialogueCase(
      "a command that is not known says nothing of the vehicle",
      setUp + [("010D\r", "7E8 03 41 0D 32 \r\r>"), ("ATIGN\r", "?\r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","speed_kmh":50}"#),
    DialogueCase(
      "began anew between two commands", [("010D\r", "41 0D 32 \r\r>"), ("ATRV\r", "LV RESET\r\r>")],
      #"{"outcome":"adapter-error","speed_kmh":50}"#),
    DialogueCase(
      "began anew behind an answer", [("010D\r", "41 0D 32 \rLV RESET\r\r>")],
      #"{"outcome":"adapter-error","speed_kmh":50}"#),
    DialogueCase(
      "stopped behind an answer", [("010D\r", "41 0D 32 \rSTOPPED\r\r>")], #"{"outcome":"ok","speed_kmh":50}"#),
    DialogueCase(
      "an error of the line beside an answer", [("010D\r", "41 0D 3 <RX ERROR\r41 0D 32 \r\r>")],
      #"{"outcome":"ok","speed_kmh":50,"damaged_lines":1}"#),
    DialogueCase(
      "an error of the line alone", [("010D\r", "7E8 03 41 0D 32 <DATA ERROR\r\r>")],
      #"{"outcome":"bus-error","damaged_lines":1}"#),
    DialogueCase(
      "a lost digit", [("010D\r", "41 0D 3\r\r>")], #"{"outcome":"adapter-error","damaged_lines":1}"#),
    DialogueCase(
      "a lost digit after an answer", [("010D\r", "41 0D 32\r\r>"), ("010D\r", "41 0D 3\r\r>")],
      #"{"outcome":"ok","speed_kmh":50,"damaged_lines":1}"#),
    DialogueCase(
      "an adapter that falls silent", setUp + [("0100\r", nil)],
      #"{"outcome":"adapter-error","adapter":"ELM327 v1.5"}"#),
    DialogueCase(
      "a note that ends too early", setUp + [("010D\r", "7E8 03 41 0D 32 \r\r>"), ("010C\r", "")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","speed_kmh":50}"#),
    DialogueCase("a port without anybody", [("ATZ\r", ""), ("ATZ\r", nil)], #"{"outcome":"adapter-error"}"#),
    DialogueCase(
      "a bus that is woken and says nothing", [("0100\r", "BUS INIT: OK\r\r>")], #"{"outcome":"no-data"}"#),
    DialogueCase(
      "an answer that comes one prompt late",
      setUp + [("010C\r", "OK\r\r>"), ("ATST32\r", "7E8 04 41 0C 0A F4 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","rpm":701}"#),
    DialogueCase(
      "prompts that are late by one", [("ATZ\r", "ELM327 v1.5\r\r"), ("ATE0\r", ">ATE0\rOK\r"), ("ATH1\r", "\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5"}"#),
    DialogueCase(
      "noise before the name", [("ATZ\r", "\u{FC}\u{FF}\r\rELM327 v2.1\r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v2.1"}"#),
    DialogueCase(
      "a name that nobody asked for", [("010D\r", "41 0D 32\r\r>"), ("010D\r", "\r\rELM327 v1.5\r\r>")],
      #"{"outcome":"adapter-error","adapter":"ELM327 v1.5","speed_kmh":50}"#),
    DialogueCase("an error and a prompt", [("0100\r", "ERROR\r\r>")], #"{"outcome":"adapter-error"}"#),
    DialogueCase(
      "questions for nothing that is known", [("\u{7F}\u{7F}\r", "?\r\r>"), ("ATE0\r", "OK\r\r>")],
      #"{"outcome":"ok"}"#),
    DialogueCase(
      "two names", [("ATI\r", "ELM327 v1.4b\r\r>"), ("STI\r", "STN1110 v3.3.1\r\r>")],
      #"{"outcome":"ok","adapter":["ELM327 v1.4b","STN1110 v3.3.1"]}"#),
    DialogueCase("confirmations alone", [("ATE0\r", "OK\r"), ("ATH1\r", "OK\r")], #"{"outcome":"ok"}"#),

    DialogueCase(
      "a modem",
      [("ATZ\r", "ATZ\r\r\nOK\r\n"), ("ATI\r", "\r\nQuectel\r\nUC20\r\nOK\r\n"), ("ATH1\r", "\r\nERROR\r\n")],
      #"{"outcome":"not-elm327"}"#),
    DialogueCase(
      "a modem of few words", [("ATZ\r", "\r\nOK\r\n"), ("ATE0\r", "\r\nOK\r\n")],
      #"{"outcome":"not-elm327"}"#),
    DialogueCase(
      "a frame that is cut", [("18EA00F9 [3] 00 9E 00", "189EF900 [8] 02 03 01 00")],
      #"{"outcome":"not-elm327","damaged_lines":1}"#),
    DialogueCase(
      "a modem with a number of digits alone",
      [
        ("ATZ\r", "\r\nOK\r\n"), ("AT+CCID\r", "\r\n89014103211118510720\r\n\r\nOK\r\n"),
        ("ATH1\r", "\r\nNO CARRIER\r\n"),
      ],
      #"{"outcome":"not-elm327"}"#),
    DialogueCase(
      "a modem with errors by number", [("ATZ\r", "\r\nOK\r\n"), ("ATSP0\r", "\r\n+CME ERROR: 100\r\n")],
      #"{"outcome":"not-elm327"}"#),
    DialogueCase(
      "a receiver for satellites", [("ATZ\r", "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n")],
      #"{"outcome":"not-elm327"}"#),
    DialogueCase(
      "a shell", [("ATZ\r", "ATZ\r\n-sh: ATZ: not found\r\n# "), ("ATE0\r", "ATE0\r\n-sh: ATE0: not found\r\n# ")],
      #"{"outcome":"not-elm327"}"#),
    DialogueCase(
      "a listing of frames", [("candump can0", "  can0  7E8   [8]  04 41 0C 0A F4 00 00 00\n")],
      #"{"outcome":"not-elm327","damaged_lines":1}"#),
    DialogueCase(
      "frames of errors", [("candump can0", "  can0  1F4   [8]  ERRORFRAME\n  can0  1F4   [3]  00 00 0\n")],
      #"{"outcome":"not-elm327","damaged_lines":1}"#),
  ]

  @Test(arguments: cases) func dialogue(_ dialogue: DialogueCase) throws { try dialogue.check() }

  static let heard = [
    DialogueCase(
      "frames without headers", [("ATMA\r", "00 2F 94 27 35 14 00 04 \r00 01 14 00 00 00 0B 00 \rSTOPPED\r\r>")],
      #"{"outcome":"ok","frames":2}"#),
    DialogueCase(
      "frames with headers",
      setUp + [("ATMA\r", "316 05 20 68 08 27 00 00 7F \r329 C4 9B 84 0D 11 1F 00 18 \rSTOPPED\r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","frames":2}"#),
    DialogueCase(
      "the same frame again is another one", setUp + [("STMA\r", "316 05 20 \r316 05 20 \r316 05 20 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","frames":3}"#),
    DialogueCase(
      "a damaged frame", [("ATMA\r", "00 2F 94 27 35 14 00 04 \r67 0A F7 08 07 B5 0F FF <DATA ERROR\r\r>")],
      #"{"outcome":"ok","frames":1,"damaged_lines":1}"#),
    DialogueCase(
      "more frames than the port takes", setUp + [("ATMA\r", "316 05 20 68 08 27 00 00 7F \rBUFFER FULL\r\r>")],
      #"{"outcome":"adapter-error","adapter":"ELM327 v1.5","frames":1}"#),
    DialogueCase(
      "a silent bus", setUp + [("ATMA\r", "\r>")],
      #"{"outcome":"no-data","adapter":"ELM327 v1.5","frames":0}"#),
    DialogueCase(
      "damaged frames alone", [("ATMA\r", "67 0A F7 08 <DATA ERROR\r75 26 27 10 <DATA ERROR\r\r>")],
      #"{"outcome":"bus-error","frames":0,"damaged_lines":2}"#),
  ]

  @Test(arguments: heard) func listening(_ dialogue: DialogueCase) throws { try dialogue.check() }

  /// Whatever comes, each dialogue ends somehow: bytes lost, doubled, changed, put in.
  @Test func damagedDialoguesAreReadToTheirEnd() throws {
    var random = SplitMix(state: 6)
    let all = DialogueOutcomeTests.cases + DialogueOutcomeTests.heard + DialogueValueTests.values
      + DialogueValueTests.identities + DialogueValueTests.codes + DialogueValueTests.refusals
    for _ in 0..<150 {
      let original = all[Int.random(in: 0..<all.count, using: &random)]
      let exchanges = original.exchanges.map { exchange in
        (damaged(exchange.sent, &random), damaged(exchange.received, &random))
      }
      let report = DialogueCase(original.name, exchanges, "").report
      #expect(report["damaged_lines"] != nil)
      _ = try jsonText(report)
    }
  }

  private func damaged(_ text: String?, _ random: inout SplitMix) -> String? {
    guard let text, Bool.random(using: &random) else { return text }
    var scalars = Array(text.unicodeScalars)
    for _ in 0..<Int.random(in: 1...4, using: &random) where !scalars.isEmpty {
      let place = Int.random(in: 0..<scalars.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: scalars.remove(at: place)
      case 1: scalars.insert(scalars[place], at: place)
      case 2: scalars[place] = Unicode.Scalar(UInt8.random(in: 0...255, using: &random))
      default: scalars.insert(Unicode.Scalar(UInt8.random(in: 0...255, using: &random)), at: place)
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return z ^ z >> 31
    }
  }
}
