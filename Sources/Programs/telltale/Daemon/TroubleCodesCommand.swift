// `telltale dtcs`: the trouble codes that control units tell.
import ArgumentParser
import Decoding
import Diagnostics
import Documents
import Vocabulary

struct TroubleCodesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dtcs",
    abstract: "Show the trouble codes that control units tell, and the malfunction lamp; or clear them.",
    discussion: """
      Codes that are there come first, the confirmed and active ones before the pending; below them stand those that are \
      history. A code that a control unit broadcasts by itself (J1939 DM1) is shown once it was told three times in two \
      seconds or more.

      "no trouble codes" names the control units whose word it is. While none has told a list, nothing is known, and \
      that is what is said. A code asked for that no control unit tells ends the command with exit code 1.

      Examples:
        telltale dtcs
        telltale dtcs P0301               one code, of whichever control units
        telltale dtcs "SPN 110 FMI 0"
        telltale dtcs --json | jq -r '.[] | select(.status | index("confirmed")) | .code'
        telltale dtcs clear               asks before it does anything
      """,
    subcommands: [ShowTroubleCodesCommand.self, ClearTroubleCodesCommand.self],
    defaultSubcommand: ShowTroubleCodesCommand.self)
}

struct ShowTroubleCodesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show trouble codes and the malfunction lamp.")

  @Argument(help: "One code, for example P0301. Without it: all.")
  var code: String?

  @OptionGroup var daemon: DaemonOptions

  func run() throws {
    // The daemon writes a code in one way only: SPN110-FMI0 is SPN 110 FMI 0.
    let name = code.map { TroubleCode(name: $0)?.name ?? $0 }
    let path = "/v1/dtcs" + (name.map { "/" + $0 } ?? "")
    let codes = try daemon.client.document([TroubleCodeDocument].self, at: path)
    if let name, codes.isEmpty {
      try daemon.show(codes) { _, _ in "\(name): no control unit tells it\n" }
      throw ExitCode(1)
    }
    if daemon.json { return try daemon.show(codes) { _, _ in "" } }
    let status = try daemon.client.document(StatusDocument.self, at: "/v1/status")
    try daemon.show(codes) { text(of: $0, in: status, colour: $1) }
  }
}

struct UnitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "units",
    abstract: "Show the control units: identity, readiness, monitors, what they refused.",
    discussion: """
      Only what passed by on the bus is known: units that nobody asks say little.

      Examples:
        telltale units
        telltale units --json | jq '.[].monitors[] | select(.passed == false)'
      """)

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.show([ControlUnitDocument].self, at: "/v1/units", as: text(of:colour:)) }
}
