// `telltale dtcs clear`: what is lost is shown first, and nothing is done that was not confirmed.
import ArgumentParser
import Diagnostics
import Documents
import Glibc

struct ClearTroubleCodesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear",
    abstract: "Clear trouble codes, with all that goes with them.",
    discussion: """
      Clearing takes away the trouble codes of every control unit that is reached, their freeze frames, and the \
      readiness for an inspection: the vehicle's self-tests begin anew and take several drives. What will be lost is \
      shown, and the command asks before it goes on; --yes is for scripts.

      The daemon does it only for a person whom its configuration authorises, on a source that may transmit, while the \
      vehicle stands and its engine is off. Otherwise it refuses, says why, and the exit code is 4.

      Examples:
        telltale dtcs clear
        telltale dtcs clear --bus 0
        telltale dtcs clear --yes --json
      """)

  @Option(help: ArgumentHelp("Only on this bus, counted from 0; else on all.", valueName: "number"))
  var bus: UInt8?

  @Flag(help: "Do not ask.")
  var yes = false

  @OptionGroup var daemon: DaemonOptions

  func validate() throws {
    guard yes || isatty(STDIN_FILENO) == 1 else {
      throw ValidationError("clearing needs a confirmation and there is no terminal to ask on: add --yes")
    }
  }

  func run() throws {
    guard try yes || isConfirmed() else {
      complain("Nothing was cleared.")
      throw ExitCode(1)
    }
    try daemon.perform("/v1/dtcs/clear", ClearTroubleCodesCommand.body(bus: bus))
  }

  /// Shows what will be lost on standard error, so that standard output holds nothing but the result, and reads a line.
  private func isConfirmed() throws -> Bool {
    let codes = try daemon.client.document([TroubleCodeDocument].self, at: "/v1/dtcs")
    let status = try daemon.client.document(StatusDocument.self, at: "/v1/status")
    complain(clearingText(of: codes, in: status, bus: bus, colour: false) + "Type \"clear\" to go on:")
    return readLine() == "clear"
  }

  /// The confirmation that the daemon wants in every case.
  static func body(bus: UInt8?) -> [UInt8] {
    var text = JSONText()
    text.beginObject()
    text.member("confirm", "clear")
    if let bus { text.member("bus", Int64(bus)) }
    text.endObject()
    return text.bytes
  }
}
