// The adapters that ship: without fault, found by what real ones say, and never trusted beyond what copies hold.
import Testing
import VehicleBus

@testable import Adapters

@Suite struct ShippedELMProfileTests {
  private let profiles: [ELMProfile]

  init() throws { profiles = try ELMProfiles.read(folder: shipped) }

  @Test func theCheckIsWithoutAProblem() {
    let check = AdapterPack.check(directory: shipped.path + "/elm327")
    #expect(check.isUsable && check.problems.isEmpty && check.adapters == profiles.count && check.adapters > 30)
  }

  /// What adapters were seen to say.
  @Test(arguments: [
    ("ELM327 v1.0", nil, nil, "elm327-1.0"),
    ("ELM327 v1.0a", nil, nil, "elm327-1.0"),
    ("ELM327 v1.2a", nil, nil, "elm327-1.2"),
    ("ELM327 v1.3", nil, nil, "elm327-1.3"),
    ("ELM327 v1.3a", "OBDII to RS232 Interpreter", nil, "elm327-1.3a"),
    ("ELM327 v1.4", "OBDII to RS232 Interpreter", nil, "elm327-1.4"),
    ("ELM327 v1.4b", nil, nil, "elm327-1.4b"),
    ("\u{FC}\r\rELM327 v1.5", "OBDII to RS232 Interpreter", nil, "copy-1.5"),
    ("ELM327 V1.5", nil, "?", "copy-1.5"),
    ("ELM327 v2.1", nil, nil, "copy-2.1"),
    ("ELM327 v2.2", "OBDII to RS232 Interpreter", nil, "elm327-2.2"),
    ("ELM327 v2.3", nil, nil, "elm327-2.3"),
    ("ELM327 v9.9", nil, nil, "elm327-other"),
    ("ELM327 v1.3a", "SCANTOOL.NET LLC", "STN1130 v4.0.1\rOBDLink SX r4.2", "obdlink-sx"),
    ("ELM327 v1.4b", "OBD SOLUTIONS LLC", "STN2232 v5.12.4\rOBDLink EX r2.7.1", "obdlink-ex"),
    ("ELM327 v1.4b", "OBD SOLUTIONS LLC", "STN2255 v5.12.4 [2025.12.15]\rOBDLink MX+ r3.1.3", "obdlink-mx-plus"),
    ("ELM327 v1.4b", nil, "STN1155 v5.6.19", "stn1155"),
    ("ELM327 v1.4b", nil, "STN1110 v4.2.0", "stn1110"),
    ("ELM327 v1.4b", nil, "STN2999 v9.0.0", "stn2xxx"),
    ("ELM327 v2.3", nil, "STN1170 v4.3.2\rvLinker FS r2", "vlinker-fs"),
    ("ELM327 v2.3", nil, "STN1170 v4.3.2\rvLinker MC+ r1", "vlinker"),
    ("ELM327 v2.3", nil, "STN2120 v4.3.2\rvLinker FD+ r1", "vlinker"),
    ("ELM327 v1.3a", "ELM327 v1.3a", "?", "wican"),
    ("OBDLink MX", "ELM327 v1.3a", nil, "wican"),
    ("ELM327 v1.5", "Panda", nil, "panda"),
    ("ELM327/ELM-USB v1.0 (c) SECONS Ltd.", nil, nil, "elm-usb"),
    ("AT\rERROR", nil, nil, "unknown"),
  ])
  func anAdapterIsKnownByWhatItSays(banner: String, description: String?, st: String?, name: String) {
    #expect(ELMProfile.best(for: banner, description: description, stIdentity: st, among: profiles).name == name)
  }

  /// Each can be found at all: no other one takes its place when it says exactly what it is known by.
  @Test func nobodyIsHiddenByAnother() {
    for profile in profiles {
      let found = ELMProfile.best(
        for: profile.banner ?? "", description: profile.description, stIdentity: profile.stIdentity, among: profiles)
      #expect(found == profile, "\(profile.name) is taken for \(found.name)")
    }
  }

  @Test func versionsClaimNoMoreThanTheyHad() throws {
    func abilities(_ name: String) throws -> ELMAbilities {
      try #require(profiles.first { $0.name == name }, "\(name)").abilities
    }
    #expect(try abilities("elm327-1.0").isDisjoint(with: [.adaptiveTiming, .answerCount, .noSpaces, .ownFlowControl]))
    #expect(try abilities("elm327-1.1").contains(.ownFlowControl))
    #expect(try abilities("elm327-1.2").isSuperset(of: [.adaptiveTiming, .otherBaudRates]))
    #expect(try abilities("elm327-1.2").isDisjoint(with: [.answerCount, .noSpaces]))
    #expect(try abilities("elm327-1.3").isSuperset(of: [.answerCount, .noSpaces, .filters]))
    #expect(try abilities("elm327-1.3a").isDisjoint(with: [.lowPower, .ignition]))
    #expect(try abilities("elm327-1.4").isSuperset(of: [.lowPower, .ignition]))
    for profile in profiles where profile.stIdentity == nil {
      #expect(!profile.abilities.contains(.st), "\(profile.name)")
    }
  }

  /// A copy that sleeps for ever or is lost at another baud rate is worse than a slow one.
  @Test func copiesAreTestedAndLeftWhereTheyAre() {
    let copies = profiles.filter { $0.name.hasPrefix("copy") || $0.name == "elm327-other" }
    #expect(copies.count >= 4)
    for copy in copies {
      #expect(copy.doubtful == copy.abilities, "\(copy.name)")
      #expect(copy.abilities.isDisjoint(with: [.lowPower, .otherBaudRates, .ignition, .st]), "\(copy.name)")
    }
  }

  @Test func everyOneIsWrittenForPeople() {
    for profile in profiles {
      #expect(!profile.title.isEmpty && profile.title != profile.name, "\(profile.name)")
      #expect(profile.remarks.allSatisfy { !$0.isEmpty && !$0.contains(where: \.isNewline) }, "\(profile.name)")
    }
  }
}
