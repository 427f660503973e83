// The schema of adapters.yaml: what is taken, and faults named by file, line and key on one line.
import ConfigurationFile
import Testing
import VehicleBus

@testable import Adapters

@Suite struct ELMProfileFileTests {
  private func read(_ yaml: String) throws(ConfigurationError) -> [ELMProfile] {
    guard let pack = try? TemporaryPack("pack: elm327", name: "elm327", files: ["adapters.yaml": yaml]) else {
      return []
    }
    return try ELMProfiles.read(folder: PackFolder(path: String(pack.path.dropLast("/elm327".count))))
  }

  @Test func everythingIsRead() throws {
    let profiles = try read(
      """
      adapters:
        - name: a-1.0
          title: An A
          match: {banner: A v1.0, description: By A, st: STA}
          abilities: &all [no_spaces, adaptive_timing, answer_count, st]
          doubtful: [answer_count]
          parameters_at_once: 6
          start_up: [at al, ATST 32]
          baud_rates: [115200, 38400]
          patience: 2 s
          pause: 20 ms
          remarks: [one, two]
        - name: b
          match: {banner: B v1}
          abilities: *all
      """)
    var a = ELMProfile(
      name: "a-1.0", title: "An A", abilities: [.noSpaces, .adaptiveTiming, .answerCount, .st])
    a.banner = "A v1.0"
    a.description = "By A"
    a.stIdentity = "STA"
    a.doubtful = .answerCount
    a.mostParameters = 6
    a.startUp = ["ATAL", "ATST32"]
    a.baudRates = [115_200, 38_400]
    a.patience = 2
    a.pause = 0.02
    a.remarks = ["one", "two"]
    var b = ELMProfile(name: "b", title: "b", abilities: a.abilities)
    b.banner = "B v1"
    #expect(profiles == [a, b])
  }

  @Test func aFolderWithoutTheFileKnowsNobody() throws {
    #expect(try ELMProfiles.read(folder: PackFolder(path: "/no/such")).isEmpty)
  }

  /// Each fault in the second entry, after a sound first one.
  @Test(arguments: [
    ("{name: a, match: {banner: Xyz}}", "name: ", "\"a\" is taken already"),
    ("{name: unknown, match: {banner: Xyz}}", "name: ", "\"unknown\" is taken already"),
    ("{name: A B, match: {banner: Xyz}}", "name: ", "no name of an adapter"),
    ("{name: \"\", match: {banner: Xyz}}", "name: ", "no name of an adapter"),
    ("{match: {banner: Xyz}}", "name: ", "missing"),
    ("{name: b}", "match: ", "no text to know it by"),
    ("{name: b, match: {}}", "match: ", "no text to know it by"),
    ("{name: b, match: {banner: E}}", "match.banner: ", "too short"),
    ("{name: b, match: {st: \"A  B\"}}", "match.st: ", "too short"),
    ("{name: b, match: {description: Müller}}", "match.description: ", "plain ASCII"),
    ("{name: b, match: {banner: ELM 327 V1.4}}", "match: ", "the same texts as of \"a\""),
    ("{name: b, match: {baner: Xyz, st: Xyz}}", "match.baner: ", "did you mean \"banner\"?"),
    ("{name: b, match: {banner: Xyz}, abilities: [x]}", "abilities[0]: ", "\"x\" is no ability; known: no_spaces, "),
    ("{name: b, match: {banner: Xyz}, doubtful: [st, fast]}", "doubtful[1]: ", "\"fast\" is no ability"),
    ("{name: b, match: {banner: Xyz}, abilities: [st], doubtful: [voltage]}", "doubtful: ", "not among its abilities"),
    ("{name: b, match: {banner: Xyz}, abilities: st}", "abilities: ", "a list is expected"),
    ("{name: b, match: {banner: Xyz}, parameters_at_once: 0}", "parameters_at_once: ", "from 1 to 6"),
    ("{name: b, match: {banner: Xyz}, parameters_at_once: 7}", "parameters_at_once: ", "from 1 to 6"),
    ("{name: b, match: {banner: Xyz}, start_up: [ATAL, '0100']}", "start_up[1]: ", "as a request"),
    ("{name: b, match: {banner: Xyz}, start_up: [ATSP6]}", "start_up[0]: ", "writes the adapter's memory"),
    ("{name: b, match: {banner: Xyz}, start_up: [\"ATAL\\r0100\"]}", "start_up[0]: ", "harmless; leave it out; "),
    ("{name: b, match: {banner: Xyz}, baud_rates: [300]}", "baud_rates[0]: ", "from 1200 to 4000000"),
    ("{name: b, match: {banner: Xyz}, baud_rates: [9600, 4000001]}", "baud_rates[1]: ", "from 1200 to 4000000"),
    ("{name: b, match: {banner: Xyz}, baud_rates: [9600.5]}", "baud_rates[0]: ", "whole numbers"),
    ("{name: b, match: {banner: Xyz}, baud_rates: [9600, 9600]}", "baud_rates[1]: ", "there twice"),
    ("{name: b, match: {banner: Xyz}, baud_rates: [fast]}", "baud_rates[0]: ", "is not a number"),
    ("{name: b, match: {banner: Xyz}, patience: 11 s}", "patience: ", "out of range"),
    ("{name: b, match: {banner: Xyz}, patience: 2}", "patience: ", "duration with its unit"),
    ("{name: b, match: {banner: Xyz}, pause: 2 s}", "pause: ", "out of range"),
    ("{name: b, match: {banner: Xyz}, abilites: [st]}", "abilites: ", "did you mean \"abilities\"?"),
  ])
  func aFaultIsNamedByFileLineAndKey(entry: String, key: String, reason: String) {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try read("adapters:\n  - {name: a, match: {banner: ELM327 v1.4}}\n  - \(entry)\n")
    }
    let line = error?.description ?? ""
    #expect(line.contains("/elm327/adapters.yaml:3: adapters[1].\(key)"), "\(line)")
    #expect(line.contains(reason) && !line.contains(where: \.isNewline), "\(line)")
  }

  @Test(arguments: [
    ("adapter:\n  - {name: a}", ":1: adapters: missing"), ("", "adapters: missing"), ("adapters: 5", ":1: adapters: "),
    ("adapters: []\nother: 1", ":2: other: unknown key"), ("adapters: [", "; "), ("- 1", "a group of keys is expected"),
  ])
  func aFileOfAnotherFormIsNamed(yaml: String, reason: String) {
    let error = #expect(throws: ConfigurationError.self) { _ = try read(yaml) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  // MARK: telltale adapter check

  @Test func aCheckNamesAllFaultsAndCountsTheRest() throws {
    let yaml = """
      adapters:
        - {name: a, match: {banner: Abc}, start_up: [ATSI]}
        - {name: b, match: {banner: Bcd}}
        - {name: c, match: {banner: Cde}, abilities: [none]}
      """
    let pack = try TemporaryPack(
      "pack: elm327\nobd2:\n  - {pid: 0x0D, signal: Vehicle.Speed}", name: "elm327", files: ["adapters.yaml": yaml])
    let check = AdapterPack.check(directory: pack.path)
    #expect(!check.isUsable && check.adapters == 1 && check.signals == 1)
    #expect(check.problems.map(\.line) == [2, 4])
    #expect(check.problems.allSatisfy { $0.file == pack.path + "/adapters.yaml" })
  }

  @Test func aPackWithoutTheFileIsCheckedAsBefore() throws {
    let pack = try TemporaryPack("pack: p\nobd2:\n  - {pid: 0x0D, signal: Vehicle.Speed}")
    let check = AdapterPack.check(directory: pack.path)
    #expect(check.isUsable && check.adapters == 0 && check.problems.isEmpty)
  }
}
