// Setting an interface up: only what differs, never on a guess, and rather left down than wrong.
import Glibc
import Testing

@testable import VehicleBus

@Suite struct LinkSetupTests {
  private func links(_ report: LinkReport) -> ScriptedLinks {
    let links = ScriptedLinks()
    links.reports["can0"] = report
    return links
  }

  @Test(arguments: [
    (LinkSetup(bitRate: 9999), "bit-rate 9999"), (LinkSetup(bitRate: 1_000_001), "bit-rate 1000001"),
    (LinkSetup(bitRate: -1), "bit-rate -1"), (LinkSetup(bitRate: .max), "bit-rate 9223372036854775807"),
    (LinkSetup(bitRate: 500_000, dataBitRate: 499_999), "data-bit-rate 499999"),
    (LinkSetup(bitRate: 500_000, dataBitRate: 8_000_001), "data-bit-rate 8000001"),
    (LinkSetup(bitRate: 500_000, samplePoint: 0.49), "sample-point 0.49"),
    (LinkSetup(bitRate: 500_000, samplePoint: .nan), "sample-point nan"),
    (LinkSetup(bitRate: 500_000, restartMilliseconds: 99), "restart-ms 99"),
    (LinkSetup(bitRate: 500_000, restartMilliseconds: 60_001), "restart-ms 60001"),
  ])
  func valuesThatNoControllerTakesAreRefusedUntouched(setup: LinkSetup, what: String) throws {
    let links = links(.can(bitRate: 125_000))
    let error = #expect(throws: LinkError.self) { try setup.apply(to: "can0", through: links) }
    #expect(error?.description.hasPrefix("can0: " + what + " is outside ") == true)
    #expect(links.steps.isEmpty)
  }

  @Test(arguments: [
    LinkSetup(bitRate: 10_000), LinkSetup(bitRate: 1_000_000, dataBitRate: 8_000_000, samplePoint: 0.95),
    LinkSetup(bitRate: 500_000, samplePoint: 0.5, restartMilliseconds: 0),
    LinkSetup(bitRate: 500_000, restartMilliseconds: 60_000),
  ])
  func theEdgesAreAllowed(setup: LinkSetup) { #expect(setup.problem(on: "can0") == nil) }

  @Test func whatIsAsWantedIsNotTouched() throws {
    var report = LinkReport.can()
    report.bitRate = 499_999
    report.restartMilliseconds = 100
    report.isListenOnly = true
    report.samplePoint = 0.866
    let links = links(report)
    let setup = LinkSetup(bitRate: 500_000, samplePoint: 0.875, listenOnly: true, restartMilliseconds: 100)
    #expect(try setup.apply(to: "can0", through: links) == .unchanged)
    #expect(links.steps.isEmpty)
  }

  @Test func onlyWhatDiffersIsSetWhileTheInterfaceIsDown() throws {
    let links = links(.can(bitRate: 125_000))
    let setup = LinkSetup(bitRate: 500_000, samplePoint: 0.8, listenOnly: true, restartMilliseconds: 200)
    #expect(try setup.apply(to: "can0", through: links) == .applied)
    #expect(
      links.steps == [
        .down, .bitRate(500_000, samplePoint: 0.8), .listenOnly(true), .restartTime(milliseconds: 200), .up,
      ])
    links.steps = []
    // This driver gives its sample point as it was; that alone is worth a new setting.
    #expect(try LinkSetup(bitRate: 500_000, samplePoint: 0.8).apply(to: "can0", through: links) == .applied)
    #expect(links.steps == [.down, .bitRate(500_000, samplePoint: 0.8), .up])
    links.steps = []
    #expect(try LinkSetup(bitRate: 500_000, listenOnly: false).apply(to: "can0", through: links) == .applied)
    #expect(links.steps == [.down, .listenOnly(false), .up])
  }

  @Test func anInterfaceThatIsDownComesUp() throws {
    let links = links(.can(isUp: false))
    #expect(try LinkSetup(bitRate: 500_000).apply(to: "can0", through: links) == .applied)
    #expect(links.steps == [.up])
  }

  @Test func bothRatesOfFDAreSetTogether() throws {
    let links = links(.can())
    let setup = LinkSetup(bitRate: 500_000, dataBitRate: 2_000_000)
    #expect(try setup.apply(to: "can0", through: links) == .applied)
    #expect(links.steps == [.down, .bitRates(500_000, data: 2_000_000, samplePoint: nil), .up])
    #expect(try setup.apply(to: "can0", through: links) == .unchanged)
  }

  @Test func aVirtualInterfaceHasNothingToSet() throws {
    let links = links(.can(kind: "vcan", isUp: false))
    #expect(try LinkSetup(bitRate: 500_000).apply(to: "can0", through: links) == .noBitTiming(kind: "vcan"))
    #expect(try LinkSetup(bitRate: 500_000).apply(to: "can0", through: links) == .noBitTiming(kind: "vcan"))
    #expect(links.steps == [.up])
  }

  @Test(arguments: [
    LinkStep.bitRate(250_000, samplePoint: nil), .listenOnly(true),
  ])
  func whatTheDriverRefusesLeavesTheInterfaceDown(refused: LinkStep) throws {
    let links = links(.can())
    links.refusal = { $0 == refused ? EIO : nil }
    let error = #expect(throws: LinkError.self) {
      try LinkSetup(bitRate: 250_000, listenOnly: true).apply(to: "can0", through: links)
    }
    #expect(error?.cause == .refused(refused, EIO))
    #expect(error?.description.contains("left down") == true)
    #expect(!links.steps.contains(.up) && links.reports["can0"]?.isUp == false)
  }

  @Test func aDriverWithoutRestartStillComesUp() throws {
    let links = links(.can(isUp: false))
    links.refusal = { $0 == .restartTime(milliseconds: 500) ? EIO : nil }
    let setup = LinkSetup(bitRate: 500_000, restartMilliseconds: 500)
    #expect(try setup.apply(to: "can0", through: links) == .appliedWithoutRestart)
    #expect(links.reports["can0"]?.isUp == true)
  }

  @Test func whatIsNoCANInterfaceIsLeftAlone() {
    var ethernet = LinkReport.can()
    ethernet.isCAN = false
    let links = links(ethernet)
    #expect(throws: LinkError("can0", .notCAN)) { try LinkSetup(bitRate: 500_000).apply(to: "can0", through: links) }
    #expect(throws: LinkError("can1", .absent)) { try LinkSetup(bitRate: 500_000).apply(to: "can1", through: links) }
    #expect(links.steps.isEmpty)
  }

  @Test(arguments: [
    (LinkError.Cause.notPermitted, "AmbientCapabilities=CAP_NET_ADMIN, CapabilityBoundingSet=CAP_NET_ADMIN"),
    (.notPermitted, "PrivateUsers=no"),
    (.noNetlink, "RestrictAddressFamilies"), (.absent, "ip -br link"), (.notCAN, "ip -br link show type can"),
    (.outOfRange(key: "bit-rate", value: "1", allowed: "x"), "configuration"), (.refused(.up, EIO), "does not come up"),
    (.refused(.down, EIO), "does not go down"), (.refused(.bitRate(83_333, samplePoint: nil), EIO), "83333 bit/s"),
    (.refused(.bitRates(500_000, data: 2_000_000, samplePoint: nil), EOPNOTSUPP), "data-bit-rate"),
    (.refused(.listenOnly(true), EIO), "listen-only"), (.refused(.restartTime(milliseconds: 1), EIO), "restart-ms"),
    (.refused(.restart, EBUSY), "bus-off"), (.unreadable(ENOMEM), "Cannot allocate"),
    (.noSocket(EAFNOSUPPORT), "modprobe -a can can-raw"), (.noSocket(EPERM), "AF_CAN"),
    (.noSocket(ENFILE), "ip -d link"),
  ])
  func everyErrorIsOneLineWithItsMend(cause: LinkError.Cause, mend: String) {
    let text = LinkError("can0", cause).description
    #expect(text.hasPrefix("can0: ") && text.contains("; ") && text.contains(mend) && !text.contains("\n"))
  }
}
