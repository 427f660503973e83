// `telltale`, the technician's command line: argument parsing, exit codes, and nothing else.
import ArgumentParser
import Diagnostics
import Glibc
import Vocabulary

@main
struct Telltale: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "telltale",
    abstract: "Ask the Telltale daemon on this vehicle, and work with recordings and network descriptions.",
    discussion: """
      Telltale knows the health of each component of the vehicle, how many kilometres and days it has left, and why. \
      The daemon telltaled finds that out; this program shows it. What is not known is shown as a dash, never as 0.

      Begin with:
        telltale status            is the daemon running, does it hear the vehicle?
        telltale health            what wears out, when, and on what grounds?
        telltale health cooling    one component alone
        telltale health --json     the same for a script
        telltale dtcs              trouble codes, freeze frames and the malfunction lamp
        telltale polling           what the daemon asks of the vehicle, if anything

      Without a daemon:
        telltale dbc check car.dbc             which of its lines are bad?
        telltale stats drive.log --dbc car.dbc   does the description fit the vehicle?
        telltale decode drive.log --pack obd2    its values as csv
        telltale diagnose drive.log              trouble codes, VIN, readiness in it
        telltale convert drive.trc drive.log     another format
        telltale adapter transcript said.jsonl   what an ELM327 adapter said
        telltale simulate --help                 a vehicle with known wear, an adapter to try

      Exit codes: 0 done, 1 ran and found something wrong, 2 wrong call, 3 cannot reach the daemon, 4 refused.
      """,
    version: "telltale \(telltaleVersion)",
    subcommands: [
      StatusCommand.self, HealthCommand.self, AlertsCommand.self, SignalsCommand.self, SourcesCommand.self,
      TripsCommand.self, MemoryCommand.self, TroubleCodesCommand.self, UnitsCommand.self, PollingCommand.self,
      MeasureCommand.self, ServiceCommand.self, StoreCommand.self,
      DBCCommand.self, StatsCommand.self, DecodeCommand.self, DiagnoseCommand.self, ConvertCommand.self,
      AdapterCommand.self, SimulateCommand.self, EvaluateCommand.self,
    ])

  static func main() {
    // A reader that goes away (head, less) ends a command with exit code 1, not by a signal.
    signal(SIGPIPE, SIG_IGN)
    Glibc.exit(parseAndRun())
  }

  private static func parseAndRun() -> CInt {
    do {
      var command = try parseAsRoot()
      try command.run()
      return 0
    } catch let error as DiagnosticsError {
      complain("Error: " + error.description)
      return exitStatus(of: error)
    } catch let error as OutputError where error.code == EPIPE {
      return 1
    } catch {
      let message = fullMessage(for: error)
      switch exitCode(for: error) {
      case .success:
        // Help or version: that is what was asked for.
        return (try? put(message + "\n")) == nil ? 1 : 0
      case let code:
        if !message.isEmpty { complain(message) }
        // sysexits.h's EX_USAGE, with which ArgumentParser marks a wrong call.
        return code == .validationFailure ? 2 : code.rawValue
      }
    }
  }

  private static func exitStatus(of error: DiagnosticsError) -> CInt {
    switch error {
    case .pathLength: 2
    case .notPermitted: 4
    case .answered(let status, _, _):
      switch status {
      case 403, 405: 4
      case 400, 404, 413: 2
      case 503: 3
      default: 1
      }
    case .noDaemon, .timedOut, .connection, .badReply, .folder, .notASocket, .alreadyServed, .cannotListen: 3
    }
  }
}
