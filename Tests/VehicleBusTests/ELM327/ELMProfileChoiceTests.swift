// The choice among profiles: all texts must be found, and the most telling one wins.
import Testing
import VehicleBus

@Suite struct ELMProfileChoiceTests {
  private static func profile(
    _ name: String, banner: String? = nil, description: String? = nil, st: String? = nil
  ) -> ELMProfile {
    var profile = ELMProfile(name: name, title: name, abilities: [])
    profile.banner = banner
    profile.description = description
    profile.stIdentity = st
    return profile
  }

  /// The likeliest to be confused last, so that order does not hide a wrong comparison.
  private static let known = [
    profile("any", banner: "ELM327"), profile("1.4", banner: "ELM327 v1.4"), profile("1.4b", banner: "ELM327 v1.4b"),
    profile("stn", st: "STN"), profile("mx", st: "OBDLink MX"), profile("mx+", st: "OBDLink MX+"),
    profile("maker", description: "Maker's"), profile("maker-2.1", banner: "ELM327 v2.1", description: "Maker's"),
    profile("twin", banner: "ELM327 v1.4"), profile("without-texts"),
  ]

  @Test(arguments: [
    ("ELM327 v1.4b", nil, nil, "1.4b"),
    ("ELM327 v1.4", nil, nil, "1.4"),
    ("ELM327 v1.3", "OBDII to RS232 Interpreter", nil, "any"),
    ("elm 327 V1.4B", nil, nil, "1.4b"),
    ("\u{0}\u{FC}ELM327 v1.4b\r\n", nil, nil, "1.4b"),
    ("ELM327 v1.4b", nil, "STN1110 v4.0.1", "stn"),
    ("ELM327 v1.4b", "Maker's adapter", "STN2255 v5.6.19\rOBDLink MX r3", "mx"),
    ("ELM327 v1.4b", nil, "STN2255 v5.6.19\nOBDLink MX+ r3.1", "mx+"),
    ("ELM327 v1.4b", "maker's adapter", nil, "maker"),
    ("ELM327 v2.1", "MAKER'S ADAPTER", nil, "maker-2.1"),
    ("ELM327 v2.1", nil, nil, "any"),
    ("Hayes 2400", nil, nil, "unknown"),
    ("", nil, nil, "unknown"),
  ])
  func theMostTellingTextWins(banner: String, description: String?, st: String?, name: String) {
    #expect(ELMProfile.best(for: banner, description: description, stIdentity: st, among: Self.known).name == name)
  }

  @Test func nobodyIsKnownWithoutProfiles() {
    #expect(ELMProfile.best(for: "ELM327 v1.4", description: nil, stIdentity: nil, among: []) == .unknown)
  }
}
