// From adapters.yaml to profiles of ELM327 adapters, entry by entry, so that one wrong entry does not hide the next.
import ConfigurationFile
import Glibc
import VehicleBus

/// Reads one `adapters.yaml`. Its `profiles` are whole only when there are no `errors`.
struct ELMProfileReader {
  private(set) var profiles: [ELMProfile] = []
  /// In the order of the file.
  private(set) var errors: [ConfigurationError] = []

  /// What the bit rates of serial ports can be, in baud.
  private static let baudRates = 1200...4_000_000
  /// A shorter text stands in answers where it means nothing.
  private static let leastMatch = 3

  /// Nil when there is no such file in `directory`.
  init?(directory: String) {
    let path = directory + "/" + ELMProfiles.fileName
    guard access(path, F_OK) == 0 else { return nil }
    do throws(ConfigurationError) {
      // Knowledge about adapters: the environment of one gateway must not change it.
      try read(Section(root: try YAML.load(path: path), file: path, environment: [:]))
    } catch {
      errors.append(error)
    }
  }

  private mutating func read(_ root: Section) throws(ConfigurationError) {
    guard root.contains("adapters") else {
      throw root.error("adapters", "missing", mend: "add \"adapters:\" with one \"- name: ...\" for each adapter")
    }
    for entry in try root.sections("adapters") {
      do throws(ConfigurationError) {
        profiles.append(try profile(entry))
      } catch {
        errors.append(error)
      }
    }
    // An entry that was given up half-way leaves keys unread, which are not unknown.
    if errors.isEmpty { try root.finish() }
  }

  private func profile(_ entry: Section) throws(ConfigurationError) -> ELMProfile {
    let name = try entry.string("name")
    guard isName(name) else {
      throw entry.error(
        "name", "\(quoted(name)) is no name of an adapter", mend: "use small letters, digits, \"-\" and \".\"")
    }
    guard name != ELMProfile.unknown.name, !profiles.contains(where: { $0.name == name }) else {
      throw entry.error("name", "\(quoted(name)) is taken already", mend: "give each adapter a name of its own")
    }
    var profile = ELMProfile(
      name: name, title: try entry.string("title", default: name), abilities: try abilities("abilities", entry))
    try readMatch(entry, &profile)
    profile.doubtful = try abilities("doubtful", entry)
    if let extra = ELMAbilities.names.first(where: {
      profile.doubtful.contains($0.ability) && !profile.abilities.contains($0.ability)
    }) {
      throw entry.error(
        "doubtful", "\"\(extra.name)\" is not among its abilities", mend: "add it there, or leave it out here")
    }
    profile.mostParameters = try entry.integer("parameters_at_once", in: 1...6, default: 1)
    profile.startUp = try startUp(entry)
    profile.baudRates = try baudRates(entry)
    profile.patience = try entry.seconds("patience", in: 0.1...10, default: profile.patience)
    profile.pause = try entry.seconds("pause", in: 0...1, default: profile.pause)
    profile.remarks = try entry.strings("remarks")
    return profile
  }

  // MARK: What it is known by

  private func readMatch(_ entry: Section, _ profile: inout ELMProfile) throws(ConfigurationError) {
    let match = try entry.section("match")
    profile.banner = try text("banner", match)
    profile.description = try text("description", match)
    profile.stIdentity = try text("st", match)
    let own = [profile.banner, profile.description, profile.stIdentity]
    guard own.contains(where: { $0 != nil }) else {
      throw entry.error(
        "match", "no text to know it by",
        mend: "write for example `match: {banner: ELM327 v1.4}`, or description, or st")
    }
    let twin = profiles.first { other in
      zip([other.banner, other.description, other.stIdentity], own).allSatisfy { same($0, $1) }
    }
    if let twin {
      throw entry.error(
        "match", "the same texts as of \"\(twin.name)\", which comes first", mend: "add a text that tells them apart")
    }
  }

  private func text(_ key: String, _ entry: Section) throws(ConfigurationError) -> String? {
    guard let text = try entry.optionalString(key) else { return nil }
    guard text.utf8.allSatisfy({ 0x20...0x7E ~= $0 }), text.utf8.count(where: { $0 != 0x20 }) >= Self.leastMatch else {
      throw entry.error(
        key, "too short, or not plain ASCII",
        mend: "give \(Self.leastMatch) or more characters of what the adapter says, as it says them")
    }
    return text
  }

  /// As answers are compared: without regard to case and blanks.
  private func same(_ a: String?, _ b: String?) -> Bool {
    a?.lowercased().filter { $0 != " " } == b?.lowercased().filter { $0 != " " }
  }

  private func isName(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D || $0 == 0x2E }
  }

  // MARK: Lists

  private func abilities(_ key: String, _ entry: Section) throws(ConfigurationError) -> ELMAbilities {
    var abilities: ELMAbilities = []
    for (index, name) in try entry.strings(key).enumerated() {
      guard let known = ELMAbilities.names.first(where: { $0.name == name }) else {
        throw try error(
          key, index, "\(quoted(name)) is no ability",
          mend: "known: " + ELMAbilities.names.map(\.name).joined(separator: ", "), entry)
      }
      abilities.insert(known.ability)
    }
    return abilities
  }

  private func startUp(_ entry: Section) throws(ConfigurationError) -> [String] {
    var commands: [String] = []
    for (index, text) in try entry.strings("start_up").enumerated() {
      do throws(ELMStartUpCommand.Refusal) {
        commands.append(try ELMStartUpCommand(text).text)
      } catch {
        throw try self.error("start_up", index, error.reason, mend: error.mend, entry)
      }
    }
    return commands
  }

  private func baudRates(_ entry: Section) throws(ConfigurationError) -> [Int] {
    var rates: [Int] = []
    for (index, number) in (try entry.numbers("baud_rates") ?? []).enumerated() {
      guard let rate = Int(exactly: number), Self.baudRates.contains(rate), !rates.contains(rate) else {
        throw try error(
          "baud_rates", index, "not a baud rate, or there twice",
          mend: "give whole numbers from \(Self.baudRates.lowerBound) to \(Self.baudRates.upperBound), each once",
          entry)
      }
      rates.append(rate)
    }
    return rates
  }

  /// An error about one element of a list, at its line.
  private func error(
    _ key: String, _ index: Int, _ reason: String, mend: String, _ entry: Section
  ) throws(ConfigurationError) -> ConfigurationError {
    ConfigurationError(
      file: entry.file, line: try entry.list(key)[index].line, key: "\(entry.path).\(key)[\(index)]", reason: reason,
      mend: mend)
  }
}
