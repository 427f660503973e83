// What an ELM327 or one of its many copies can do: what its profile says, and what tests on it have shown.

/// Abilities beyond the lowest common level (ATZ, ATE0, ATL0, ATH1, ATSP, one request at a time, ATST).
public struct ELMAbilities: OptionSet, Hashable, BitwiseCopyable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// `ATS0`: answers without blanks.
  public static let noSpaces = ELMAbilities(rawValue: 1 << 0)
  /// `ATAT1`, `ATAT2`: the time to wait follows the vehicle's answers.
  public static let adaptiveTiming = ELMAbilities(rawValue: 1 << 1)
  /// A digit after a request: return after so many frames instead of waiting for more.
  public static let answerCount = ELMAbilities(rawValue: 1 << 2)
  /// Answers of several frames come whole, flow control included.
  public static let longAnswers = ELMAbilities(rawValue: 1 << 3)
  /// `ATFCSH`, `ATFCSD`, `ATFCSM`: flow control to units on identifiers of their maker's own.
  public static let ownFlowControl = ELMAbilities(rawValue: 1 << 4)
  /// `ATAL`, and requests of more than six bytes.
  public static let longRequests = ELMAbilities(rawValue: 1 << 5)
  /// `ATCRA`, `ATCF`, `ATCM`: only some identifiers are heard.
  public static let filters = ELMAbilities(rawValue: 1 << 6)
  /// `ATBRD`: another baud rate until it is switched off.
  public static let otherBaudRates = ELMAbilities(rawValue: 1 << 7)
  /// `ATRV`: the voltage at the vehicle's plug.
  public static let voltage = ELMAbilities(rawValue: 1 << 8)
  /// `ATLP`: sleeps until it hears a character.
  public static let lowPower = ELMAbilities(rawValue: 1 << 9)
  /// `ATIGN`: whether the ignition is on, by a pin of its own.
  public static let ignition = ELMAbilities(rawValue: 1 << 10)
  /// `STPX`, `STMA`, `STI` and the like: an STN11xx, STN2xxx or a copy that understands its commands.
  public static let st = ELMAbilities(rawValue: 1 << 11)
  /// Keeps up with a busy bus while it listens (`ATMA`, `STMA`) at its baud rate, or says what it lost.
  public static let monitoring = ELMAbilities(rawValue: 1 << 12)

  /// In the order of their bits, as profiles and documents name them.
  public static let names: [(ability: ELMAbilities, name: String)] = [
    (.noSpaces, "no_spaces"), (.adaptiveTiming, "adaptive_timing"), (.answerCount, "answer_count"),
    (.longAnswers, "long_answers"), (.ownFlowControl, "own_flow_control"), (.longRequests, "long_requests"),
    (.filters, "filters"), (.otherBaudRates, "other_baud_rates"), (.voltage, "voltage"), (.lowPower, "low_power"),
    (.ignition, "ignition"), (.st, "st"), (.monitoring, "monitoring"),
  ]
}

/// Adapters of one make, or of one lineage, as they are known: data of `adapters/elm327`, not code.
public struct ELMProfile: Hashable, Sendable {
  /// `stn2120`.
  public var name: String
  /// `OBDLink MX+ (STN2255)`.
  public var title: String
  /// What is looked for, without regard to case, in what it answers to `ATZ`/`ATI`, `AT@1` and `STI`/`STDI`; all that are
  /// given must be found. Of several profiles the one with the longest ST text wins, then the description's, then the
  /// banner's.
  public var banner: String?
  public var description: String?
  public var stIdentity: String?
  /// What adapters like this truly have. What is claimed beyond that is not used, and each of these is given up when the
  /// adapter does not understand it.
  public var abilities: ELMAbilities
  /// Those among `abilities` that copies are known to claim and not to have: used only after a test has shown them.
  public var doubtful: ELMAbilities = []
  /// Parameters of service 01 in one request at most, 1...6.
  public var mostParameters = 1
  /// Commands after the common ones, without `AT`/`ST` being assumed: each answered with OK or given up.
  public var startUp: [String] = []
  /// Baud rates at which it is usually found, the likeliest first.
  public var baudRates: [Int] = []
  /// Seconds in which it answers an AT command at the latest.
  public var patience = 1.0
  /// Seconds that it needs between an answer's prompt and the next command.
  public var pause = 0.0
  /// For people, one line each: what is to be known about it.
  public var remarks: [String] = []

  public init(name: String, title: String, abilities: ELMAbilities) {
    self.name = name
    self.title = title
    self.abilities = abilities
  }

  /// Works with whatever understands ATZ: nothing is taken for granted.
  public static let unknown: ELMProfile = {
    var profile = ELMProfile(
      name: "unknown", title: "unknown adapter", abilities: [.noSpaces, .adaptiveTiming, .answerCount, .longAnswers, .voltage])
    profile.doubtful = profile.abilities
    profile.patience = 2
    return profile
  }()
}
