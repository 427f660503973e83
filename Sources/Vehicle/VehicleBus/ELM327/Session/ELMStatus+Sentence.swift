// What an adapter is, what it can do and what it is doing, in words for people.

extension ELMStatus {
  /// One sentence: `ELM327 v1.5 at 38400 baud (a copy: lacks adaptive timing), one parameter a request; asks on CAN, 11
  /// bits, 500 kbit/s, 14.1 V.`
  public var sentence: String {
    var text = identity + "; " + doing
    if let voltage, state != .closed { text += ", \(tenths(voltage)) V" }
    return text + "."
  }

  /// What it is, and what it can do.
  private var identity: String {
    guard state != .closed else { return "no adapter" }
    guard let banner else { return "an adapter that is not known yet" + rate }
    var text = banner
    if let profile, profile.name != ELMProfile.unknown.name, profile.title != banner { text += " (\(profile.title))" }
    text += rate
    // Blanks in its answers trouble nobody.
    let lacks = ELMAbilities.names.filter { disproved.subtracting(.noSpaces).contains($0.ability) }
      .map { words($0.name) }
    let strange = details.filter { $0.hasPrefix("does not know ") }
    var flaws = strange
    if !lacks.isEmpty { flaws.append("lacks " + lacks.joined(separator: ", ")) }
    if !flaws.isEmpty { text += " (a copy: \(flaws.joined(separator: ", ")))" }
    guard state != .listening else { return text }
    return text + ", " + (mostParameters == 1 ? "one parameter a request" : "\(mostParameters) parameters a request")
  }

  private var rate: String { baudRate.map { " at \($0) baud" } ?? "" }

  private var doing: String {
    let why = trouble.map { ": \($0.text)" } ?? ""
    switch state {
    case .closed: return "waits for the port" + why
    case .probing: return "is being looked for" + why
    case .initialising: return "is being set up" + why
    case .searching: return "looks for the vehicle's protocol with the next request" + why
    case .polling: return "asks on " + protocolTitle + why
    case .listening:
      guard vehicleProtocol != nil else { return "listens for a CAN bus in each protocol" + why }
      return "listens on " + protocolTitle + why
    case .backingOff:
      let pause = until.map { " for \(Int($0.seconds(since: since).rounded())) s" } ?? ""
      return "is left alone" + pause + why
    case .asleep: return "sleeps while nothing is to be asked (parked, or polling is paused)" + why
    }
  }

  private var protocolTitle: String { vehicleProtocol?.title ?? "an unknown protocol" }

  private func words(_ name: String) -> String { String(name.map { $0 == "_" ? " " : $0 }) }
}

extension ELMTrouble {
  /// What is wrong, with the mend.
  public var text: String {
    switch self {
    case .port(let text): text
    case .silentPort:
      "nothing answers at any baud rate; check that the adapter is in the vehicle's plug and this is its port"
    case .notELM327(let said):
      "this is no ELM327"
        + (said.isEmpty ? "" : ", it says \"\(said)\"") + "; name the adapter's own port in the configuration"
    case .adapterGone: "the adapter stopped answering; unplug it and plug it in again if it does not come back"
    case .lowVoltage: "the voltage fell so low that the adapter began anew; check the battery if it was not the starter"
    case .ignitionOff(let volts):
      "the vehicle does not answer and seems to be off" + ELMTrouble.at(volts)
        + "; switch the ignition on, or look at the configured protocol if it is on"
    case .noBus(let volts):
      "the vehicle seems to be on" + ELMTrouble.at(volts)
        + ", and nobody answers in any protocol; check the plug, and whether the vehicle has OBD-II"
    case .wrongProtocol(let fixed):
      "nobody answers on \(fixed.title), which the configuration fixes; set protocol: auto"
    case .busErrors(let said):
      "the vehicle's bus is disturbed (\(said)); check the plug and what else is connected"
    }
  }

  private static func at(_ volts: Double?) -> String { volts.map { " (\(tenths($0)) V)" } ?? "" }
}

private func tenths(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e6 else { return "?" }
  let tenths = Int((value * 10).rounded())
  return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
}
