// At the prompt: what is to be done next, the voltage, and a parked vehicle.
public import Vocabulary

extension ELMSession {
  /// What there is to do at the prompt, the request first. Nothing is under way.
  mutating func resume(at now: Instant) {
    activity = .idle
    exchange = nil
    switch status.state {
    case .closed, .probing, .initialising, .backingOff: return
    case .listening: return goOnListening(at: now)
    case .searching, .polling, .asleep: break
    }
    if isSetUpWanted { return startSetUp(.fresh, at: now) }
    if !isParked, status.state == .asleep { wakeUp(at: now) }
    // Searches begin with an adapter that asks everybody.
    if status.vehicleProtocol == nil, !addressing.isDefault { return startSetUp(.defaults, at: now) }
    if request != nil { return goOnAsking(at: now) }
    if isParked, status.state != .asleep || isProtocolOpen { return close(at: now) }
    if isIgnitionWanted { return send("ATIGN", .ignition, .text, at: now) }
    readVoltageIfDue(at: now)
  }

  // MARK: Voltage

  var voltageDue: Instant? {
    guard status.abilities.contains(.voltage) else { return nil }
    return voltageAsked?.advanced(seconds: ELMPatience.voltage) ?? .zero
  }

  func isVoltageDue(at now: Instant) -> Bool { voltageDue.map { $0 <= now } ?? false }

  mutating func readVoltage(at now: Instant) {
    voltageAsked = now
    send("ATRV", .voltage, .voltage, at: now)
  }

  private mutating func readVoltageIfDue(at now: Instant) {
    if isVoltageDue(at: now) { readVoltage(at: now) }
  }

  mutating func takeVoltage(_ reply: ELMReply?, at now: Instant) {
    voltageAsked = now
    guard let reply else { return }
    for case .voltage(let volts) in reply.notices {
      status.voltage = volts
      status.voltageAt = now
      isIgnitionWanted = status.trouble != nil && status.abilities.contains(.ignition)
      renewTrouble()
      return
    }
    if reply.isUnknownCommand { disprove(.voltage) }
  }

  mutating func takeIgnition(_ reply: ELMReply?) {
    isIgnitionWanted = false
    guard let text = reply?.text?.uppercased() else { return }
    isIgnitionOff = text.contains("OFF")
    renewTrouble()
  }

  /// Whether the vehicle is switched on, as far as the adapter can tell; nil where it cannot.
  var isVehicleOn: Bool? {
    if status.abilities.contains(.ignition), isIgnitionOff { return false }
    return status.voltage.map { $0 >= ELMPatience.charging }
  }

  /// The same trouble is another one once the voltage is known.
  private mutating func renewTrouble() {
    switch status.trouble {
    case .ignitionOff, .noBus: status.trouble = troubleOfSilence
    case .busErrors where isVehicleOn == false: status.trouble = troubleOfSilence
    default: break
    }
  }

  var troubleOfSilence: ELMTrouble {
    isVehicleOn == true ? .noBus(volts: status.voltage) : .ignitionOff(volts: status.voltage)
  }

  // MARK: Parked

  /// The vehicle parked: what is under way ends in its own time, then the protocol is closed.
  public mutating func sleep(at now: Instant) {
    isParked = true
    if isAtPrompt { resume(at: now) }
  }

  /// The vehicle woke.
  public mutating func wake(at now: Instant) {
    isParked = false
    if isAtPrompt { resume(at: now) }
  }

  private var isAtPrompt: Bool { activity == .idle && [.searching, .polling, .asleep].contains(status.state) }

  private mutating func close(at now: Instant) {
    enter(.asleep, at: now)
    guard isProtocolOpen else { return readVoltageIfDue(at: now) }
    // Also where it fails: it is not said again before a request has opened the protocol.
    isProtocolOpen = false
    send("ATPC", .close, .setting, at: now)
  }

  private mutating func wakeUp(at now: Instant) {
    search.forgetPace()
    enter(status.vehicleProtocol == nil ? .searching : .polling, at: now)
  }
}
