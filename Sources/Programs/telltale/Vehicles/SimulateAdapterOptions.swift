// The options of `telltale simulate --elm327`.
import ArgumentParser
import VehicleSimulator
import Vocabulary

/// A simulated adapter on a port in real time.
struct SimulateAdapterOptions: ParsableArguments {
  @Option(
    name: .customLong("elm327"),
    help: ArgumentHelp(
      "Play an adapter in front of the vehicle: genuine, slow-clone, lying-clone, stn or dying-link.",
      valueName: "adapter"),
    transform: SimulateAdapterOptions.personality)
  var personality: AdapterPersonality?

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp("What the vehicle speaks: 1 to 9 or A, as ATSP counts.", valueName: "digit"),
    transform: SimulateAdapterOptions.obdProtocol)
  var obdProtocol: OBDProtocol?

  @Option(help: ArgumentHelp("Baud rate of the adapter (default: its own).", valueName: "rate"))
  var baud: Int?

  @Option(help: ArgumentHelp("Symbolic link to the port (default: print the port's name).", valueName: "path"))
  var pty: String?

  @Option(help: ArgumentHelp("Listen on this port of 127.0.0.1 instead; 0 takes a free one.", valueName: "port"))
  var tcp: UInt16?

  @Option(
    help: ArgumentHelp("When the key is turned, such as on@0,off@60,on@90 (default: on@0).", valueName: "list"),
    transform: SimulateAdapterOptions.ignition)
  var ignition: [IgnitionChange]?

  @Option(
    name: .customLong("for"), help: ArgumentHelp("End after this time, such as 60s or 5min.", valueName: "time"),
    transform: SimulateAdapterOptions.seconds)
  var duration: Double?

  /// Whether any option makes sense with an adapter only.
  private var strayOption: String? {
    if obdProtocol != nil { return "--protocol" }
    if baud != nil { return "--baud" }
    if pty != nil { return "--pty" }
    if tcp != nil { return "--tcp" }
    if ignition != nil { return "--ignition" }
    return duration == nil ? nil : "--for"
  }

  func validate() throws {
    if personality == nil, let stray = strayOption {
      throw ValidationError("\(stray) is for a simulated adapter; name one with --elm327")
    }
    if pty != nil && tcp != nil { throw ValidationError("--pty and --tcp name two ports; give one of them") }
    if let baud, !(300...2_000_000).contains(baud) { throw ValidationError("--baud must be 300 to 2000000") }
  }

  private static func personality(_ text: String) throws -> AdapterPersonality {
    guard let personality = AdapterPersonality.all.first(where: { $0.name == text }) else {
      let names = AdapterPersonality.all.map(\.name).joined(separator: ", ")
      throw ValidationError("no adapter is called \"\(text)\"; there are \(names)")
    }
    return personality
  }

  private static func obdProtocol(_ text: String) throws -> OBDProtocol {
    guard text.utf8.count == 1, let digit = text.utf8.first, let spoken = OBDProtocol(digit: digit) else {
      throw ValidationError("\"\(text)\" is no protocol: give 1 to 9 or A, for example 6 for CAN, 11 bits, 500 kbit/s")
    }
    return spoken
  }

  private static func ignition(_ text: String) throws -> [IgnitionChange] {
    var changes: [IgnitionChange] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: "@", omittingEmptySubsequences: false)
      guard words.count == 2, words[0] == "on" || words[0] == "off", let time = Double(words[1]), time.isFinite,
        (0...1e7).contains(time), time >= changes.last?.time ?? 0
      else {
        throw ValidationError("\"\(part)\" is no turn of the key: give on@SECONDS or off@SECONDS in the order of time")
      }
      changes.append(IgnitionChange(isOn: words[0] == "on", time: time))
    }
    return changes
  }

  private static func seconds(_ text: String) throws -> Double {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit: Double? =
      switch text.dropFirst(digits.count) {
      case "s": 1
      case "min": 60
      case "h": 3600
      default: nil
      }
    guard let unit, let count = Double(digits), (0.1...1e7).contains(count * unit) else {
      throw ValidationError("\"\(text)\" is no time to run: write a number and s, min or h, for example 60s")
    }
    return count * unit
  }
}

/// `off@60`.
struct IgnitionChange: Equatable {
  var isOn: Bool
  /// Seconds from the start.
  var time: Double
}
