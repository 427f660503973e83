// `telltale measure` and `telltale service`: what a workshop saw and did, so that the daemon need not guess.
import ArgumentParser
import Diagnostics
import Documents

struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Tell what was measured of a component.",
    discussion: """
      Wear that cannot be seen is counted from how the vehicle is used, and each vehicle differs. One measurement halves \
      the error of what is left. It is taken in with its uncertainty, kept with the component's health, and told to the \
      fleet; the answer comes when it is stored.

      root, the daemon's own user and the configuration's technicians may do it. An unknown component or quantity is \
      refused with a list of those that are known, and the exit code is 1.

      Examples:
        telltale measure brake-pads-front thickness=6.5
        telltale measure brake-pads-front thickness=6.5 --deviation 0.2
        telltale measure tyre-tread depth=4.1
        telltale measure traction-battery capacity=87 --json
      """)

  @Argument(help: ArgumentHelp("The component, as `telltale health` names it.", valueName: "component"))
  var component: String

  @Argument(help: ArgumentHelp("What was measured, in its unit, such as thickness=6.5.", valueName: "quantity=value"))
  var measurement: Measurement

  @Option(help: ArgumentHelp("Standard deviation of the measurement; without it the usual one.", valueName: "number"))
  var deviation: Double?

  @OptionGroup var daemon: DaemonOptions

  func run() throws { try daemon.perform("/v1/measure", body) }

  var body: [UInt8] {
    var text = JSONText()
    text.beginObject()
    text.member("component", component)
    if let quantity = measurement.quantity { text.member("quantity", quantity) }
    text.key("value")
    text.value(measurement.value)
    if let deviation {
      text.key("deviation")
      text.value(deviation)
    }
    text.endObject()
    return text.bytes
  }
}

/// `thickness=6.5`, or the number alone where a component has only one quantity.
struct Measurement: ExpressibleByArgument {
  var quantity: String?
  var value: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let last = parts.last, let value = Double(last), value.isFinite else { return nil }
    if parts.count == 2 {
      guard !parts[0].isEmpty else { return nil }
      quantity = String(parts[0])
    }
    self.value = value
  }
}

struct ServiceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "service",
    abstract: "Tell that a part was replaced, or a fluid changed.",
    discussion: """
      The component counts as new from now on: its wear begins at nothing, what was learnt of this vehicle and its use is \
      kept, and an open alert of it is resolved. The answer comes when it is stored.

      root, the daemon's own user and the configuration's technicians may do it.

      Examples:
        telltale service engine-oil
        telltale service battery-12v --json
      """)

  @Argument(help: ArgumentHelp("The component, as `telltale health` names it.", valueName: "component"))
  var component: String

  @OptionGroup var daemon: DaemonOptions

  func run() throws {
    var text = JSONText()
    text.beginObject()
    text.member("component", component)
    text.endObject()
    try daemon.perform("/v1/service", text.bytes)
  }
}
