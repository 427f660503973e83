// What a workshop tells: taken in, stored, told to the fleet, and still known after a restart.
import Foundation
import Testing
import Vocabulary

@testable import Gateway

@Suite struct WorkshopTests {
  private struct Health: Decodable {
    var component: String
    var state: String
    var consumed: Double?
    var reason: String?
  }

  private struct Answer: Decodable {
    var command: String?
    var text: String?
    var error: String?
    var mend: String?
  }

  private func health(_ rig: Rig, _ component: String) throws -> Health {
    let all = try rig.run("telltale", ["health", "--json", "--socket", rig.socket]).json([Health].self)
    return try #require(all.first { $0.component == component })
  }

  private func tell(_ rig: Rig, _ words: String...) throws -> (status: Int32, answer: Answer) {
    let outcome = try rig.run("telltale", words + ["--json", "--socket", rig.socket])
    return (outcome.status, try outcome.json(Answer.self))
  }

  @Test func aServiceIsStoredBeforeItIsAnsweredAndOutlivesARestart() throws {
    let rig = try Rig()
    try rig.configure("components: {engine-oil: {used: 0.6}}")
    let log = try rig.simulate(days: 4)
    try rig.startDaemon(["--replay", log])
    try rig.wait(for: "the replay") { rig.isThrough }
    #expect(try #require(health(rig, "engine-oil").consumed) > 0.6)
    let (status, answer) = try tell(rig, "service", "engine-oil")
    #expect(status == 0 && answer.command == "service" && answer.text?.contains("counted as new") == true)
    // Answered means committed: a kill takes nothing of it away.
    _ = try rig.stop("telltaled", signal: SIGKILL)
    #expect(
      try rig.count(rig.state, "SELECT count(*) FROM event WHERE type = 'component.serviced' AND subject = 'engine-oil'") == 1)
    let damage = "SELECT count(*) FROM counter WHERE component = 'engine-oil' AND name = 'damage' AND value < 0.01"
    #expect(try rig.count(rig.state, damage) == 1)
    try rig.startDaemon(["--replay", try rig.simulate(days: 2, seed: 9)])
    try rig.wait(for: "the replay") { rig.isThrough }
    #expect(try #require(health(rig, "engine-oil").consumed) < 0.1)
    #expect(try rig.stop("telltaled") == 0)
  }

  @Test func whatMeansNothingIsRefusedWithWhatIsKnown() throws {
    let rig = try Rig()
    try rig.configure()
    try rig.startDaemon(["--replay", try rig.simulate(days: 2)])
    try rig.wait(for: "the replay") { rig.isThrough }
    for (words, error, mend) in [
      (["service", "engine-oli"], "there is no component \"engine-oli\"", "did you mean engine-oil?"),
      (["measure", "cooling", "1"], "nothing of cooling can be measured", "telltale service cooling"),
      (["measure", "brake-pads-front", "thicknes=5"], "has no \"thicknes\"", "thickness (mm)"),
      (["measure", "brake-pads-front", "thickness=500"], "thickness is 500", "pad"),
      (["measure", "brake-pads-front", "thickness=5", "--deviation", "0"], "\"deviation\" is 0", "above 0"),
    ] {
      let outcome = try rig.run("telltale", words + ["--json", "--socket", rig.socket])
      let answer = try outcome.json(Answer.self)
      #expect(outcome.status == 2, "\(words)")
      #expect(answer.error?.contains(error) == true, "\(answer)")
      #expect(answer.mend?.contains(mend) == true, "\(answer)")
    }
    #expect(try rig.run("telltale", ["measure", "brake-pads-front", "thickness=thick", "--socket", rig.socket]).status == 2)
    let (status, answer) = try tell(rig, "measure", "brake-pads-front", "thickness=5.5")
    #expect(status == 0 && answer.text == "Front brake pads: thickness 5.5 mm taken in.")
    #expect(
      try rig.count(rig.state, "SELECT count(*) FROM event WHERE type = 'component.measured'") == 1)
    #expect(try rig.stop("telltaled") == 0)
  }

  /// A state of another version, or one that has lost its checkpoint: what wear was counted is kept, and no number is
  /// given a second time.
  @Test(arguments: [
    ("UPDATE checkpoint SET version = version + 1", "of another version"),
    ("DELETE FROM checkpoint_part; DELETE FROM checkpoint", "is lost"),
  ])
  func countersOutliveTheCheckpoint(damage: String, word: String) throws {
    let rig = try Rig()
    try rig.configure("components: {engine-oil: {used: 0.4}}")
    try rig.startDaemon(["--replay", try rig.simulate(days: 4)])
    try rig.wait(for: "the replay") { rig.isThrough }
    #expect(try rig.stop("telltaled") == 0)
    let trips = try rig.count(rig.state, "SELECT max(number) FROM trip")
    try #require(trips > 2)
    try rig.execute(rig.state, damage)
    try rig.configure()
    try rig.startDaemon(["--replay", try rig.simulate(days: 2, seed: 9)])
    try rig.wait(for: "the replay") { rig.isThrough }
    let log = rig.log("telltaled")
    #expect(log.contains(word) && log.contains("counters of distance and wear are kept"), "\(log)")
    #expect(try #require(health(rig, "engine-oil").consumed) > 0.4)
    #expect(try rig.count(rig.state, "SELECT min(number) FROM trip WHERE number > \(trips)") == trips + 1)
    #expect(try rig.stop("telltaled") == 0)
  }
}
