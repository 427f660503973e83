// `telltale health`: what wears out, when, and on what grounds.
import ArgumentParser
import Diagnostics
import Documents

struct HealthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Show the health and the remaining useful life of each component, with the grounds.",
    discussion: """
      state       ok, watch, service or critical; "learning" while too little was seen to judge, "unknown" while an \
      input is missing.
      score       100 new, 0 failed.
      confidence  0 to 1, how much data stands behind the score.
      RUL         remaining useful life: the median and, in brackets, the span that holds it with 90 %. In kilometres \
      and in days at the present use.

      Below each line stand the reason for what is not given, and the evidence for what is.

      Examples:
        telltale health
        telltale health cooling
        telltale health --json | jq '.[] | select(.state == "critical")'
      """)

  @Argument(help: "One component, for example engine-oil. Without it: all.")
  var component: String?

  @OptionGroup var daemon: DaemonOptions

  func run() throws {
    if let component {
      try daemon.show(HealthDocument.self, at: "/v1/health/" + component) { text(of: [$0], colour: $1) }
    } else {
      try daemon.show([HealthDocument].self, at: "/v1/health", as: text(of:colour:))
    }
  }
}
