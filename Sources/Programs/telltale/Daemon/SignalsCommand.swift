// `telltale signals`: what the vehicle says now.
import ArgumentParser
import Diagnostics
import Vocabulary

struct SignalsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signals",
    abstract: "Show signals with their value, unit, age and validity.",
    discussion: """
      Signals have COVESA VSS paths. Only a valid signal has a value: one that is stale, not available, in error or \
      out of its range has none.

      Examples:
        telltale signals                  those of which something was ever seen
        telltale signals --all            those that never came, too
        telltale signals Vehicle.Speed
      """)

  @Argument(help: "VSS paths, for example Vehicle.Speed. Without any: all that were ever seen.")
  var paths: [String] = []

  @Flag(help: "Show signals that never came, too.")
  var all = false

  @OptionGroup var daemon: DaemonOptions

  func run() throws {
    let signals: [SignalDocument]
    if paths.isEmpty {
      let known = try daemon.client.document([SignalDocument].self, at: "/v1/signals")
      signals = all ? known : known.filter { $0.ageSeconds != nil || $0.validity != Validity.notAvailable.name }
    } else {
      signals = try paths.map { try daemon.client.document(SignalDocument.self, at: "/v1/signals/" + $0) }
    }
    try daemon.show(signals, as: text(of:colour:))
  }
}
