// From a recording through daemon, broker and receiver: nothing lost, nothing twice, whatever stops in between.
import Foundation
import Testing

@Suite(.serialized, .enabled(if: mosquittoPath != nil, "mosquitto is not installed"))
struct JourneyTests {
  private func expectEquality(_ rig: Rig) throws {
    let produced = try rig.count(rig.state, "SELECT sum(last) FROM lane")
    let received = try rig.count(rig.received, "SELECT count(*) FROM record")
    let distinct = try rig.count(
      rig.received, "SELECT count(*) FROM (SELECT DISTINCT type, subject, time, data FROM record)")
    print("journey: produced \(produced) received \(received) duplicates \(received - distinct) missing \(produced - received)")
    #expect(produced > 0)
    #expect(received == produced)
    #expect(distinct == received)
  }

  @Test func whatIsProducedIsReceivedOnce() throws {
    let rig = try Rig()
    try rig.startBroker()
    try rig.startReceiver()
    try rig.configure()
    let log = try rig.simulate(days: 15)
    let outcome = try rig.run(
      "telltaled", ["--config", rig.folder.path + "/telltale.yaml", "--replay", log, "--exit-at-end", "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    struct Summary: Decodable { var frames: Int; var lines: Int; var damagedLines: Int }
    let summary = try outcome.json(Summary.self)
    #expect(summary.frames == summary.lines && summary.damagedLines == 0)
    #expect(try rig.count(rig.state, "SELECT count(*) FROM outbox") == 0)
    try expectEquality(rig)
  }

  @Test func aBrokerThatStopsInMidReplayLosesAndRepeatsNothing() throws {
    let rig = try Rig()
    try rig.startBroker()
    try rig.startReceiver()
    try rig.configure()
    // Forty days in about twenty seconds: time enough for the broker to go and come back in the middle.
    let log = try rig.simulate(days: 40)
    try rig.startDaemon(["--replay", log, "--speed", "170000"])
    try rig.wait(for: "the first rows at the receiver") { try rig.status().sync.acknowledged > 100 }
    _ = rig.stop("mosquitto", signal: SIGKILL)
    try rig.wait(for: "the outbox to grow") { try rig.status().waiting > 100 }
    #expect(try rig.status().warnings.contains { $0.contains("wait in the outbox") })
    try rig.startBroker()
    try rig.wait(for: "everything to be sent", seconds: 120) {
      let status = try rig.status()
      return status.frames.received > 0 && status.waiting == 0 && status.sync.acknowledged > 0
        && rig.isThrough
    }
    #expect(rig.stop("telltaled") == 0)
    try expectEquality(rig)
  }

  @Test(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"))
  func aBrokerThatStopsDuringARealDriveLosesAndRepeatsNothing() throws {
    let rig = try Rig()
    try rig.startBroker()
    try rig.startReceiver()
    try rig.configure(adapters: "[obd2, canmod-gps]")
    let folder = try #require(corpus).appendingPathComponent("can/css")
    let logs = (1...5).map { folder.appendingPathComponent("obd2-drive-\($0).log").path }
    // 2,390 s in about twelve.
    try rig.startDaemon(["--replay"] + logs + ["--speed", "200"])
    try rig.wait(for: "the first rows at the receiver") { try rig.status().sync.acknowledged > 5 }
    _ = rig.stop("mosquitto", signal: SIGKILL)
    try rig.wait(for: "the outbox to grow") { try rig.status().waiting > 5 }
    try rig.startBroker()
    try rig.wait(for: "everything to be sent", seconds: 120) { try rig.status().waiting == 0 && rig.isThrough }
    let lines = try logs.reduce(0) { try $0 + Data(contentsOf: URL(fileURLWithPath: $1)).split(separator: 10).count }
    #expect(try rig.status().frames.received == lines)
    #expect(rig.stop("telltaled") == 0)
    try expectEquality(rig)
  }

  @Test func aReceiverThatIsKilledInMidReplayLosesNothing() throws {
    let rig = try Rig()
    try rig.startBroker()
    try rig.startReceiver()
    try rig.configure()
    let log = try rig.simulate(days: 40, seed: 9)
    try rig.startDaemon(["--replay", log, "--speed", "170000"])
    try rig.wait(for: "the first rows at the receiver") { try rig.status().sync.acknowledged > 100 }
    _ = rig.stop("receiver", signal: SIGKILL)
    try rig.wait(for: "the outbox to grow") { try rig.status().waiting > 100 }
    try rig.startReceiver()
    // Rows that the broker took while no receiver was there go out again after the retransmission time.
    try rig.wait(for: "everything to be sent", seconds: 150) { try rig.status().waiting == 0 && rig.isThrough }
    #expect(rig.stop("telltaled") == 0)
    try expectEquality(rig)
  }

  @Test func aDaemonThatIsKilledSendsTheRestAtItsNextStart() throws {
    let rig = try Rig()
    try rig.startBroker()
    try rig.configure()
    let log = try rig.simulate(days: 10)
    // No receiver yet: everything waits in the outbox.
    try rig.startDaemon(["--replay", log])
    try rig.wait(for: "the replay") { rig.isThrough }
    let produced = try rig.count(rig.state, "SELECT sum(last) FROM lane")
    _ = rig.stop("telltaled", signal: SIGKILL)
    #expect(try rig.count(rig.state, "SELECT count(*) FROM outbox") == produced)
    try rig.startReceiver()
    let idle = try rig.write("idle.log", "(1800000000.000000) can0 7FF#00\n")
    try rig.startDaemon(["--replay", idle])
    try rig.wait(for: "everything to be sent", seconds: 120) { try rig.count(rig.state, "SELECT count(*) FROM outbox") == 0 }
    #expect(rig.stop("telltaled") == 0)
    try expectEquality(rig)
  }
}

extension Rig {
  /// Whether the replay's recordings are through and everything from them is in the database.
  var isThrough: Bool {
    struct Source: Decodable { var state: String }
    guard let outcome = try? run("telltale", ["sources", "--json", "--socket", socket]),
      let sources = try? outcome.json([Source].self)
    else { return false }
    guard sources.allSatisfy({ $0.state == "ended" }) else { return false }
    // The last trip's end is the last thing that a replay writes.
    guard let status = try? status(), let stored = try? count(state, "SELECT count(*) FROM trip") else { return false }
    return stored == status.trips
  }
}
