// telltaled: argument parsing; the daemon itself is the room Gateway.
import ArgumentParser
import ConfigurationFile
import Gateway
import Glibc
import Logging

@main
struct Telltaled: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "telltaled",
    abstract: "Watches a vehicle's health on the vehicle: CAN in, remaining useful life out.",
    discussion: """
      Listens to the CAN interfaces that the configuration names (and asks on them only where it says \
      `transmit: polling`), computes the health and the \
      remaining useful life of each component, keeps all of it in SQLite and sends events and alerts to the fleet's \
      broker. `telltale` shows what it knows.

      Check a configuration, with the memory that it will take:
        telltaled --config /etc/telltale/telltale.yaml --check

      Run on the vehicle (systemd does this):
        telltaled --config /etc/telltale/telltale.yaml

      Run over a recording of your own, as fast as possible, then look at it with `telltale health`:
        telltaled --config telltale.yaml --replay drive.log --state /tmp/drive --socket /tmp/drive.sock

      Exit codes: 0 done, 1 something is wrong (one line says what and how to mend it), 2 wrong call.
      """,
    version: "telltaled \(Gateway.version)")

  @Option(name: .long, help: ArgumentHelp("The configuration.", valueName: "file"))
  var config: String

  @Flag(name: .long, help: "Check the configuration and the packs, print the memory plan, and end.")
  var check = false

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Recordings (candump, trc, asc, …) to play one after the other instead of listening; - is standard input.",
      valueName: "log"))
  var replay: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Pace of a replay: a factor of the recording's own, or `max`.", valueName: "factor|max"))
  var speed = "max"

  @Flag(name: .long, help: "End when the recordings are through, stored and acknowledged, and print a summary.")
  var exitAtEnd = false

  @Option(name: .long, help: ArgumentHelp("Where `telltale` finds the daemon; instead of `socket:`.", valueName: "path"))
  var socket: String?

  @Option(name: .long, help: ArgumentHelp("Folder of the database; instead of `state:`.", valueName: "folder"))
  var state: String?

  @Flag(name: .long, help: "Print results as one JSON document on standard output.")
  var json = false

  func validate() throws {
    if let factor, !(factor > 0) {
      throw ValidationError("--speed \(speed): not a factor above 0; give for example 1, 10 or max")
    }
    if exitAtEnd && replay.isEmpty { throw ValidationError("--exit-at-end needs --replay LOG") }
  }

  private var factor: Double? { speed == "max" ? .infinity : Double(speed) ?? .nan }

  func run() throws {
    do throws(ConfigurationError) {
      var settings = try GatewayConfiguration.load(path: config)
      if let socket { settings.socket = socket }
      if let state { settings.state = state }
      let level: Logger.Level
      switch settings.logLevel {
      case .debug: level = .debug
      case .info: level = .info
      case .warning: level = .warning
      case .error: level = .error
      }
      let log = Logger(label: "telltaled") { _ in JournalLog(level: level) }
      if check { try runCheck(settings) }
      try runDaemon(settings, log)
    } catch {
      Telltaled.fail(error.description)
    }
  }

  private func runCheck(_ settings: GatewayConfiguration) throws(ConfigurationError) {
    let result = try ConfigurationCheck(settings, isReplay: !replay.isEmpty)
    print(json ? result.json : result.text)
    Telltaled.exit(withStatus: result.isPassed ? 0 : 1)
  }

  private func runDaemon(_ settings: GatewayConfiguration, _ log: Logger) throws(ConfigurationError) {
    do throws(GatewayError) {
      let plan = replay.isEmpty
        ? nil : Replay(recordings: replay, speed: factor ?? .infinity, exitsAtEnd: exitAtEnd)
      let gateway = try Gateway(settings, replay: plan, log: log)
      switch try gateway.run() {
      case .stopped: break
      case .replayed(let summary): print(json ? summary.json : summary.text)
      case .reload: beginAnew()
      }
    } catch {
      Telltaled.fail(error.description)
    }
  }

  /// The same program with the same arguments in the same process: everything that it held is stored, closed or marked to
  /// be closed here, and a trip that runs is resumed from its checkpoint.
  private func beginAnew() {
    var arguments = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    execv("/proc/self/exe", arguments)
    Telltaled.fail("cannot begin anew: \(String(cString: strerror(errno)))")
  }

  static func fail(_ line: String) -> Never {
    note("telltaled: error: \(line)")
    exit(withStatus: 1)
  }

  private static func note(_ line: String) {
    let text = line + "\n"
    _ = text.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  static func exit(withStatus status: Int32) -> Never { Glibc.exit(status) }

  /// A wrong call ends with 2, not with the 64 of sysexits(3).
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if code == .success { print(text) } else { note(text) }
      exit(withStatus: code == .success ? 0 : 2)
    }
  }
}
