// Setting an adapter up: what it is, what it truly can do, and how it is to answer.
import Vocabulary

extension ELMSession {
  var isSettingUp: Bool { status.state == .initialising }

  mutating func startSetUp(_ kind: ELMSetUp.Kind, at now: Instant) {
    exchange = nil
    settling = nil
    activity = .idle
    addressing = ELMAddressing()
    waitTime = ELMWaitTime()
    isProtocolOpen = false
    senselessAnswers = 0
    isSetUpWanted = false
    let known = setUp
    setUp = ELMSetUp()
    setUp.kind = status.profile == nil ? .fresh : kind
    // An adapter that begins anew again and again does not get more time by that.
    setUp.began = isSettingUp ? known.began : now
    enter(.initialising, at: now)
    if setUp.kind == .fresh {
      status.banner = nil
      status.details = []
      status.profile = nil
      // The reset forgets it: a search tells it to the adapter again.
      status.vehicleProtocol = nil
      setUp.steps = ArraySlice([ELMSetUp.Step("ATZ", .reset)] + ELMSetUp.identification)
    } else {
      setUp.hasHeaders = known.hasHeaders
      setUp.refused = known.refused
      setUp.isIdentified = true
      // Also of one that began anew by itself: it may not have, or may have heard what was under way to it.
      setUp.steps = ArraySlice([ELMSetUp.Step("ATD")] + ELMSetUp.basics + steps(testing: status.abilities))
      if setUp.kind == .again, let vehicleProtocol = status.vehicleProtocol, settings.mayTransmit {
        setUp.steps.append(ELMSetUp.Step("ATTP" + String(decoding: [vehicleProtocol.digit], as: UTF8.self)))
      }
    }
    continueSetUp(at: now)
  }

  mutating func continueSetUp(at now: Instant) {
    if now >= setUp.limit { return failSetUp(at: now) }
    if setUp.steps.isEmpty, !setUp.isIdentified { chooseProfile() }
    guard let step = setUp.steps.first else { return endSetUp(at: now) }
    let expected: ELMExchange.Expected =
      switch step.purpose {
      case .reset, .banner, .description, .stIdentity, .stDevice, .version, .ignition: .text
      case .voltage: .voltage
      case .plain, .echo, .headers, .abilities: .setting
      }
    let patience = step.purpose == .reset ? max(ELMPatience.reset, self.patience) : self.patience
    send(step.command, .setUp, expected, patience: patience, at: now)
  }

  mutating func setUpOn(after reply: ELMReply?, _ exchange: ELMExchange, at now: Instant) {
    guard let step = setUp.steps.first else { return continueSetUp(at: now) }
    guard let reply else { return missStep(step, isBare: exchange.isBare, at: now) }
    // One wrong bit makes an unknown command of any: what counts is said twice.
    if reply.isUnknownCommand, step.purpose.isRepeatable, !setUp.isRepeated {
      setUp.isRepeated = true
      return continueSetUp(at: now)
    }
    setUp.steps = setUp.steps.dropFirst()
    setUp.isRepeated = false
    if let restart = reply.restart, step.purpose.isAboutOtherThings {
      return takeRestart(restart, at: now)
    }
    if reply.notices.contains(.ok) { setUp.agreements += 1 }
    let isRefused = reply.isUnknownCommand
    switch step.purpose {
    case .plain, .echo: break
    case .reset, .banner:
      if let text = reply.text { status.banner = text }
      // Once is enough.
      if status.banner != nil { setUp.steps.removeAll { $0.purpose == .banner } }
    case .headers: setUp.hasHeaders = isRefused ? nil : true
    case .description: setUp.description = isRefused ? nil : reply.words
    case .stIdentity:
      setUp.stIdentity = isRefused ? nil : reply.words
      if setUp.stIdentity != nil { setUp.steps.insert(ELMSetUp.Step("STDI", .stDevice), at: setUp.steps.startIndex) }
    case .stDevice:
      if !isRefused, let device = reply.words { setUp.stIdentity = (setUp.stIdentity ?? "") + " " + device }
    case .abilities(let abilities): if isRefused { disprove(abilities) }
    case .version(let version):
      if isRefused { status.details.append("does not know \(step.command) of version \(version)") }
    case .voltage: takeVoltage(reply, at: now)
    case .ignition:
      if isRefused { disprove([.ignition, .lowPower]) } else { takeIgnition(reply) }
    }
    continueSetUp(at: now)
  }

  private mutating func missStep(_ step: ELMSetUp.Step, isBare: Bool, at now: Instant) {
    // A prompt and nothing else is an answer as well.
    if !isBare {
      setUp.misses += 1
      if setUp.misses > ELMPatience.mostMisses { return failSetUp(at: now) }
    }
    if !isBare, !setUp.isRepeated, step.purpose.isRepeatable {
      setUp.isRepeated = true
    } else {
      setUp.steps = setUp.steps.dropFirst()
      setUp.isRepeated = false
      if case .abilities(let abilities) = step.purpose { disprove(abilities) }
    }
    if isBare { continueSetUp(at: now) } else { settle(.setUp, at: now) }
  }

  // MARK: What it is

  private mutating func chooseProfile() {
    setUp.isIdentified = true
    let profile = ELMProfile.best(
      for: status.banner ?? "", description: setUp.description, stIdentity: setUp.stIdentity, among: profiles)
    status.profile = profile
    status.details = [setUp.description, setUp.stIdentity].compactMap { $0 }
    let version = ELMSetUp.version(status.banner)
    // Only what shows itself with the vehicle's answers is left on trial; the rest is tested now.
    onTrial = profile.doubtful.intersection([.answerCount, .longAnswers, .monitoring])
    status.abilities = profile.abilities.subtracting(onTrial)
    status.disproved = []
    disprove(setUp.refused)
    if status.abilities.contains(.st), setUp.stIdentity == nil { disprove(.st) }
    let claimed = profile.abilities.union(ELMSetUp.claims(version))
    setUp.steps = ArraySlice(
      steps(testing: claimed) + ELMSetUp.tests(of: claimed.subtracting(setUp.refused), version: version))
    updateMostParameters()
  }

  private func steps(testing abilities: ELMAbilities) -> [ELMSetUp.Step] {
    let profile = status.profile ?? .unknown
    let isDoubtful = profile.doubtful.contains(.adaptiveTiming) || !profile.abilities.contains(.adaptiveTiming)
    let timing = abilities.contains(.adaptiveTiming) ? isDoubtful ? "ATAT1" : "ATAT2" : nil
    return ELMSetUp.settings(profile, timing: timing)
  }

  /// Shown not to be so, whoever claimed it.
  mutating func disprove(_ abilities: ELMAbilities) {
    setUp.refused.formUnion(abilities)
    let claimed = ELMSetUp.claims(ELMSetUp.version(status.banner)).union(status.profile?.abilities ?? [])
    status.disproved.formUnion(abilities.intersection(claimed))
    status.abilities.subtract(abilities)
    onTrial.subtract(abilities)
    updateMostParameters()
  }

  /// Shown to be so.
  mutating func prove(_ ability: ELMAbilities) {
    guard onTrial.contains(ability) else { return }
    onTrial.subtract(ability)
    status.abilities.formUnion(ability)
    updateMostParameters()
  }

  func mayUse(_ ability: ELMAbilities) -> Bool { status.abilities.union(onTrial).contains(ability) }

  /// On one wire and J1850 several parameters at once are not understood (ISO 15031-5 has them for CAN alone).
  mutating func updateMostParameters() {
    let isPossible = mayUse(.longAnswers) && status.vehicleProtocol?.isCAN ?? true
    status.mostParameters = isPossible ? min(max(status.profile?.mostParameters ?? 1, 1), 6) : 1
  }

  // MARK: The end

  private mutating func endSetUp(at now: Instant) {
    // Noise may look like a name, but it does not agree to settings.
    guard setUp.agreements >= (status.banner == nil ? 2 : 1) else {
      // Prompts and nothing else may be the noise of a wrong rate.
      if !probe.rates.isEmpty { return failSetUp(at: now) }
      return backOff(.notELM327(probe.heard.joined(separator: " / ")), at: now)
    }
    probe.rates = []
    probe.failedSetUps = 0
    probe.silentRounds = 0
    probe.strangeRounds = 0
    probe.knownRate = status.baudRate
    if let rate = status.baudRate { settings.memory.baudRate = rate }
    if !status.isTroubleOfVehicle { status.trouble = nil }
    prompted = now
    if !settings.mayTransmit {
      startListening(at: now)
    } else if isParked {
      enter(.asleep, at: now)
    } else {
      enter(status.vehicleProtocol == nil ? .searching : .polling, at: now)
    }
    resume(at: now)
  }

  /// The adapter does not play its part: at this rate, or at all.
  mutating func failSetUp(at now: Instant) {
    exchange = nil
    settling = nil
    request = nil
    activity = .idle
    status.vehicleProtocol = nil
    status.trouble = .adapterGone
    if !probe.rates.isEmpty {
      enter(.probing, at: now)
      return probeNextRate(at: now)
    }
    probe.failedSetUps += 1
    guard probe.failedSetUps < ELMPatience.mostFailedSetUps else { return backOff(.adapterGone, at: now) }
    startProbing(at: now)
  }
}

extension ELMSetUp.Step.Purpose {
  fileprivate var isRepeatable: Bool {
    switch self {
    case .echo, .headers, .abilities, .version, .stIdentity, .voltage, .ignition: true
    case .plain, .reset, .banner, .description, .stDevice: false
    }
  }

  /// Whether a banner is no answer to it.
  fileprivate var isAboutOtherThings: Bool {
    switch self {
    case .plain, .echo, .headers, .abilities, .version, .voltage, .ignition: true
    case .reset, .banner, .description, .stIdentity, .stDevice: false
    }
  }
}

extension ELMReply {
  /// All that it said in words.
  fileprivate var words: String? {
    let texts = notices.compactMap { notice in
      switch notice {
      case .identity(let text), .other(let text): text
      default: nil
      }
    }
    return texts.isEmpty ? nil : texts.joined(separator: " ")
  }
}

extension ELMStatus {
  /// Whether the adapter itself is fine.
  fileprivate var isTroubleOfVehicle: Bool {
    switch trouble {
    case .ignitionOff, .noBus, .wrongProtocol, .busErrors, .lowVoltage: true
    case nil, .port, .silentPort, .notELM327, .adapterGone: false
    }
  }
}
