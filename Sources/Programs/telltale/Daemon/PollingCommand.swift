// `telltale polling`: what the daemon asks of the vehicle, and making it stop for a while.
import ArgumentParser
import Diagnostics
import Documents

struct PollingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "polling",
    abstract: "Show what the daemon asks of the vehicle, pause that, or go on.",
    discussion: """
      The daemon only listens, unless its configuration lets a source transmit. Then it asks control units for values, \
      within a budget, and holds back by itself while the vehicle is parked, while another tester is on the bus and \
      while errors rise. Pause it before you connect a tester of your own, or when you suspect it of anything.

      off      no source may transmit
      running  the vehicle is awake and is asked
      paused   by a person
      parked   the vehicle is parked; polling goes on by itself when it wakes
      quiet    held back for the sake of the bus; the reasons stand below it

      Examples:
        telltale polling
        telltale polling pause --for 10min
        telltale polling resume
      """,
    subcommands: [ShowPollingCommand.self, PausePollingCommand.self, ResumePollingCommand.self],
    defaultSubcommand: ShowPollingCommand.self)
}

struct ShowPollingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what is asked of which control unit, how often, and what was held back.",
    discussion: """
      Examples:
        telltale polling
        telltale polling --json | jq '.buses[].items[] | select(.state != "served")'
      """)

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.show(PollingDocument.self, at: "/v1/polling", as: text(of:colour:)) }
}

struct PausePollingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Ask nothing of the vehicle for a while.",
    discussion: """
      Listening goes on. A pause ends after its time, by "telltale polling resume", or when the daemon starts anew.

      Examples:
        telltale polling pause              until it is resumed
        telltale polling pause --for 90s
        telltale polling pause --for 10min
        telltale polling pause --for 2h
      """)

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "How long, 1 s to 7 d, for example 90s, 10min, 2h; without it until resumed.", valueName: "span"),
    transform: spanArgument)
  var seconds: Double?

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.perform("/v1/polling/pause", PausePollingCommand.body(seconds: seconds)) }

  static func body(seconds: Double?) -> [UInt8] {
    guard let seconds else { return [] }
    var text = JSONText()
    text.beginObject()
    text.key("seconds")
    text.value(seconds)
    text.endObject()
    return text.bytes
  }
}

struct ResumePollingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "End a pause.",
    discussion: """
      What holds back for other reasons, a parked vehicle above all, goes on doing so.

      Examples:
        telltale polling resume
      """)

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.perform("/v1/polling/resume", []) }
}
