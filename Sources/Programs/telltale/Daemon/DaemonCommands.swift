// The commands that show one document of the daemon as it is.
import ArgumentParser
import Diagnostics
import Documents

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show whether the daemon runs, hears the vehicle and reaches the fleet.",
    discussion: """
      frames     received from all sources since the start, and what became of them: "unmatched" frames are of no \
      loaded pack, "dropped" ones were lost before they could be read.
      data       whether what the sources gave can be trusted, and why not: loss, errors, times without hearing.
      polling    whether the daemon asks the vehicle for values; "telltale polling" has more.
      queued     records that no receiver has acknowledged yet; they are safe on disk.

      Examples:
        telltale status
        telltale status --json --socket /tmp/t.sock
      """)

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.show(StatusDocument.self, at: "/v1/status", as: text(of:colour:)) }
}

struct AlertsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alerts",
    abstract: "Show which components have asked for somebody, and since when.",
    discussion: """
      An alert is one episode of one component; cooling-2 is the second episode of the cooling system.

      Examples:
        telltale alerts
        telltale alerts --json
      """)

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.show([AlertDocument].self, at: "/v1/alerts", as: text(of:colour:)) }
}

struct SourcesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sources",
    abstract: "Show where frames come from, how each bus is, and what was lost on the way.",
    discussion: """
      state        error-active is a healthy bus. In error-warning and error-passive the controller counts errors: \
      look at wiring, termination and bit rate. In bus-off, down and absent nothing can be heard.
      lost         frames that the daemon or the controller missed, and how many that is of a million.
      blind        for how long the bus could not be read since the daemon started.

      Examples:
        telltale sources
        telltale sources --json | jq '.[] | select(.busState != "error-active") | .name'
      """)

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.show([SourceDocument].self, at: "/v1/sources", as: text(of:colour:)) }
}

struct TripsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trips",
    abstract: "Show the latest trips, from engine start to engine stop.",
    discussion: """
      Times are UTC. Coolant is the first and the last temperature seen, voltage the median with the engine above idle.

      Examples:
        telltale trips
        telltale trips --json
      """)

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.show([TripDocument].self, at: "/v1/trips", as: text(of:colour:)) }
}

struct MemoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory",
    abstract: "Show the memory plan beside what the daemon really uses.",
    discussion: """
      Every buffer has its size before the first frame comes. "private" is what the daemon shares with no other process.

      Examples:
        telltale memory
        telltale memory --json
      """)

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.show(MemoryDocument.self, at: "/v1/memory", as: text(of:colour:)) }
}
