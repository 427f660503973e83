// The commands that set an adapter up, and what their answers are for. None of them sends on the vehicle's bus or
// writes to the adapter's memory; the versions in which each came are those of Elm Electronics' own list.
import Vocabulary

struct ELMSetUp: Sendable {
  enum Kind: Sendable {
    /// Whatever it is: reset, asked what it is, and tested.
    case fresh
    /// It is known, and began anew by itself.
    case again
    /// It is known, and its settings for requests are to be as after a reset.
    case defaults
  }

  struct Step: Hashable, Sendable {
    enum Purpose: Hashable, Sendable {
      /// Goes well or does not: both is fine.
      case plain
      case reset, echo, headers
      case banner, description, stIdentity, stDevice
      /// `?` disproves these.
      case abilities(ELMAbilities)
      /// `?` shows that it is no such version.
      case version(String)
      case voltage, ignition
    }

    let command: String
    let purpose: Purpose

    init(_ command: String, _ purpose: Purpose = .plain) {
      self.command = command
      self.purpose = purpose
    }
  }

  var kind = Kind.fresh
  var steps: ArraySlice<Step> = []
  var began = Instant.zero
  var misses = 0
  var isRepeated = false
  /// Commands that were answered with OK: no modem without prompts says so to all of them.
  var agreements = 0
  /// Nil until it is known whether headers are on.
  var hasHeaders: Bool?
  var description: String?
  var stIdentity: String?
  var isIdentified = false
  var refused: ELMAbilities = []

  var limit: Instant { began.advanced(seconds: ELMPatience.setUp) }

  static let identification = [
    Step("ATE0", .echo), Step("ATL0"), Step("ATH1", .headers), Step("ATS0", .abilities(.noSpaces)),
    Step("ATI", .banner), Step("AT@1", .description), Step("STI", .stIdentity),
  ]
  static let basics = [
    Step("ATE0", .echo), Step("ATL0"), Step("ATH1", .headers), Step("ATS0", .abilities(.noSpaces)),
  ]

  /// After the adapter is known.
  static func settings(_ profile: ELMProfile, timing: String?) -> [Step] {
    let own = profile.startUp.filter { $0.hasPrefix("AT") || $0.hasPrefix("ST") }.map { Step($0) }
    let timing = timing.map { [Step($0, .abilities(.adaptiveTiming))] } ?? []
    // Nothing that is found is kept in its memory; CAN frames with their length bytes made and taken by the adapter;
    // silent while it listens.
    return own + [Step("ATM0")] + timing + [Step("ATCAF1"), Step("ATCSM1")]
  }

  /// Commands that do nothing and that an adapter with such abilities knows.
  static func tests(of abilities: ELMAbilities, version: Double?) -> [Step] {
    var steps: [Step] = []
    let version = version ?? 0
    if version >= 1.3 { steps.append(Step("ATD0", .version("1.3"))) }
    if version >= 1.4 { steps.append(Step("ATCEA", .version("1.4"))) }
    if version >= 2.1 { steps.append(Step("ATCTM1", .version("2.1"))) }
    if abilities.contains(.ownFlowControl) { steps.append(Step("ATFCSM0", .abilities(.ownFlowControl))) }
    if abilities.contains(.filters) {
      // The identifier of the engine's answers, and back to all.
      steps += [Step("ATCRA7E8", .abilities(.filters)), Step("ATAR")]
    }
    if abilities.contains(.longRequests) { steps.append(Step("ATAL", .abilities(.longRequests))) }
    if abilities.contains(.otherBaudRates) { steps.append(Step("ATBRT0F", .abilities(.otherBaudRates))) }
    // They came together, and ATLP itself would put it to sleep.
    if !abilities.isDisjoint(with: [.ignition, .lowPower]) { steps.append(Step("ATIGN", .ignition)) }
    if abilities.contains(.voltage) { steps.append(Step("ATRV", .voltage)) }
    return steps
  }

  /// Of an ELM327 by its banner; nil for others.
  static func version(_ banner: String?) -> Double? {
    guard let banner, banner.uppercased().contains("ELM327") else { return nil }
    let last = banner.uppercased().split(separator: "V").last
    return last.flatMap { Double($0.prefix { $0 == "." || ("0"..."9").contains($0) }) }
  }

  /// What a genuine ELM327 of a version can do.
  static func claims(_ version: Double?) -> ELMAbilities {
    guard let version else { return [] }
    var abilities: ELMAbilities = [.voltage, .longAnswers, .longRequests]
    if version >= 1.1 { abilities.insert(.ownFlowControl) }
    if version >= 1.2 { abilities.formUnion([.adaptiveTiming, .otherBaudRates]) }
    if version >= 1.3 { abilities.formUnion([.noSpaces, .answerCount, .filters]) }
    if version >= 1.4 { abilities.formUnion([.lowPower, .ignition]) }
    return abilities
  }
}
