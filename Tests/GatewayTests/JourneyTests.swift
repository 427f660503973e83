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
    _ = try rig.stop("mosquitto", signal: SIGKILL)
    try rig.wait(for: "the outbox to grow") { try rig.status().waiting > 100 }
    #expect(try rig.status().warnings.contains { $0.contains("wait in the outbox") })
    try rig.startBroker()
    try rig.wait(for: "everything to be sent", seconds: 120) {
      let status = try rig.status()
      return status.frames.received > 0 && status.waiting == 0 && status.sync.acknowledged > 0
        && rig.isThrough
    }
    #expect(try rig.stop("telltaled") == 0)
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
    _ = try rig.stop("mosquitto", signal: SIGKILL)
    try rig.wait(for: "the outbox to grow") { try rig.status().waiting > 5 }
    try rig.startBroker()
    try rig.wait(for: "everything to be sent", seconds: 120) { try rig.status().waiting == 0 && rig.isThrough }
    let lines = try logs.reduce(0) { try $0 + Data(contentsOf: URL(fileURLWithPath: $1)).split(separator: 10).count }
    #expect(try rig.status().frames.received == lines)
    #expect(try rig.stop("telltaled") == 0)
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
    _ = try rig.stop("receiver", signal: SIGKILL)
    try rig.wait(for: "the outbox to grow") { try rig.status().waiting > 100 }
    try rig.startReceiver()
    // Rows that the broker took while no receiver was there go out again after the retransmission time.
    try rig.wait(for: "everything to be sent", seconds: 150) { try rig.status().waiting == 0 && rig.isThrough }
    #expect(try rig.stop("telltaled") == 0)
    try expectEquality(rig)
  }

  private struct Truth: Decodable {
    struct Diagnostics: Decodable {
      struct Code: Decodable {
        struct Status: Decodable {
          var status: String
          var end: String?
        }
        var code: String
        var unit: String
        var statuses: [Status]
      }
      var vin: String
      var codes: [Code]
    }
    var diagnostics: Diagnostics
  }

  private struct TroubleCode: Decodable, Equatable {
    struct Unit: Decodable, Equatable { var address: String }
    struct Frame: Decodable, Equatable {
      struct Value: Decodable, Equatable { var name: String; var value: Double? }
      var values: [Value]
    }
    var code: String
    var notation: String
    var unit: Unit
    var status: [String]
    var since: String
    var freezeFrame: Frame?
  }

  /// Faults of a simulated vehicle: each is told to the receiver once, shown at the socket, and known after a restart.
  @Test(arguments: [
    (vehicle: "petrol", days: 12, adapters: "[obd2, generic-ice]", faults: ["P0301@20..90", "P0420@30"]),
    (vehicle: "diesel", days: 6, adapters: "[obd2, generic-diesel]", faults: ["P2463@10"]),
    (vehicle: "ev", days: 6, adapters: "[generic-ev]", faults: ["P0AA6@10"]),
    (vehicle: "truck", days: 2, adapters: "[j1939]", faults: ["SPN110-FMI0@40", "SPN100-FMI1@60"]),
  ])
  func troubleCodesReachTheReceiver(vehicle: String, days: Int, adapters: String, faults: [String]) throws {
    let rig = try Rig()
    try rig.startBroker()
    try rig.startReceiver()
    try rig.configure(adapters: adapters)
    let log = try rig.simulate(vehicle, days: days, faults: faults)
    let truth = try JSONDecoder().decode(Truth.self, from: Data(contentsOf: URL(fileURLWithPath: log + ".truth.json")))
    try rig.startDaemon(["--replay", log])
    try rig.wait(for: "the replay") { rig.isThrough }
    try rig.wait(for: "everything to be sent", seconds: 120) { try rig.status().waiting == 0 }
    func codes() throws -> [TroubleCode] {
      try rig.run("telltale", ["dtcs", "--json", "--socket", rig.socket]).json([TroubleCode].self)
    }
    let shown = try codes()
    // A unit may tell a fault in two notations: P0301 by service 03 and P0301-00 by service 19.
    func fault(_ name: String) -> String { name.hasSuffix("-00") ? String(name.dropLast(3)) : name }
    let expected = Set(truth.diagnostics.codes.filter { $0.statuses.contains { $0.status == "confirmed" } }.map { "\($0.unit) \($0.code)" })
    #expect(!expected.isEmpty && Set(shown.map { "\($0.unit.address) \(fault($0.code))" }) == expected)
    for code in truth.diagnostics.codes where code.statuses.contains(where: { $0.status == "confirmed" && $0.end == nil }) {
      #expect(shown.contains { fault($0.code) == code.code && $0.status.contains("confirmed") }, "\(code.code)")
    }
    if vehicle != "ev" {
      #expect(shown.contains { ($0.freezeFrame?.values.count ?? 0) > 2 })
    }
    struct Status: Decodable {
      struct Identity: Decodable { var vin: String }
      var vehicleIdentification: Identity?
      var malfunctionLamp: Bool?
    }
    let status = try rig.run("telltale", ["status", "--json", "--socket", rig.socket]).json(Status.self)
    #expect(status.vehicleIdentification?.vin == truth.diagnostics.vin && status.malfunctionLamp == true)
    #expect(try rig.stop("telltaled") == 0)
    try expectEquality(rig)
    if vehicle == "petrol" || vehicle == "diesel" {
      let framed = "SELECT count(*) FROM event WHERE type = 'dtc.set' AND CAST(data AS TEXT) LIKE '%\"values\":[{%'"
      #expect(try rig.count(rig.state, framed) > 0, "a frame that was told before belongs to the event")
    }
    let sets = try rig.count(rig.received, "SELECT count(DISTINCT subject) FROM record WHERE type = 'dtc.set'")
    #expect(sets == shown.count)
    // After a restart, before anybody says a word.
    let idle = try rig.write("idle.log", "(1900000000.000000) can0 7FF#00\n")
    try rig.startDaemon(["--replay", idle])
    try rig.wait(for: "the replay") { rig.isThrough }
    #expect(try codes() == shown)
    #expect(try rig.stop("telltaled") == 0)
    let again = try rig.count(rig.state, "SELECT count(*) FROM event WHERE type LIKE 'dtc.%' AND wall > 1800000000000000000")
    #expect(again == 0)
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
    _ = try rig.stop("telltaled", signal: SIGKILL)
    #expect(try rig.count(rig.state, "SELECT count(*) FROM outbox") == produced)
    try rig.startReceiver()
    let idle = try rig.write("idle.log", "(1800000000.000000) can0 7FF#00\n")
    try rig.startDaemon(["--replay", idle])
    try rig.wait(for: "everything to be sent", seconds: 120) { try rig.count(rig.state, "SELECT count(*) FROM outbox") == 0 }
    #expect(try rig.stop("telltaled") == 0)
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
