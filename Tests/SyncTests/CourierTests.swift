// The courier against a scripted broker: epochs, tombstones, limits, budget.
import FleetContract
import MQTT
import Synchronization
import Testing
import Vocabulary

@testable import Store
@testable import Sync

@Suite struct CourierTests {
  private func sent(
    _ lane: Lane, _ rows: ClosedRange<Int64>, _ epoch: Epoch, isTombstone: Bool = false
  ) -> Sent { Sent(lane: lane, epoch: epoch.description, rows: rows, isTombstone: isTombstone) }

  // MARK: Epochs.

  @Test func elderEpochsKeepTheirPlacesAndGoFirst() throws {
    let vehicle = try Vehicle()
    let elder = vehicle.store.epoch
    for lane in [Lane.telemetry, .events, .alerts] { try vehicle.write(lane) }
    try vehicle.store.begin(.conflict)
    let current = vehicle.store.epoch
    for lane in [Lane.telemetry, .alerts] { try vehicle.write(lane) }
    try vehicle.turn(until: { vehicle.snapshot.published == 7 }, "seven rows")
    // The first event of each epoch is the one with which it began.
    #expect(
      try vehicle.sent() == [
        sent(.alerts, 1...1, elder), sent(.alerts, 1...1, current), sent(.events, 1...1, elder),
        sent(.events, 2...2, elder), sent(.events, 1...1, current), sent(.telemetry, 1...1, elder),
        sent(.telemetry, 1...1, current),
      ])
    #expect(vehicle.snapshot.outstanding == [2, 3, 2] && vehicle.snapshot.queued == [2, 3, 2])
    try vehicle.acknowledge([.alerts: [1...1], .events: [1...2], .telemetry: [1...1]], epoch: elder.description)
    vehicle.pass(seconds: 2)
    #expect(vehicle.delivery.epochs.map(\.id) == [current])
    #expect(vehicle.snapshot.queued == [1, 1, 1])
    // The same word again, of an epoch that is through, is nothing strange; that of an unknown one is.
    try vehicle.acknowledge([.alerts: [1...1]], epoch: elder.description)
    #expect(vehicle.snapshot.refusedAcknowledgements == 0)
    try vehicle.acknowledge([.alerts: [1...1]], epoch: String(repeating: "0", count: 32))
    try vehicle.acknowledge([.alerts: [1...2]])
    #expect(vehicle.snapshot.refusedAcknowledgements == 2)
    try vehicle.acknowledge([.alerts: [1...1], .events: [1...1], .telemetry: [1...1]])
    vehicle.pass(seconds: 2)
    #expect(vehicle.snapshot.queued == [0, 0, 0] && vehicle.snapshot.acknowledged == 7)
  }

  @Test func noticesANewEpochWhileItIsConnected() throws {
    let vehicle = try Vehicle()
    let elder = vehicle.store.epoch
    try vehicle.turn(until: { vehicle.snapshot.published == 1 }, "the first row")
    try vehicle.store.begin(.conflict)
    try vehicle.write(.alerts)
    vehicle.pass(seconds: 2)
    let current = vehicle.store.epoch
    #expect(
      try vehicle.sent() == [
        sent(.events, 1...1, elder), sent(.alerts, 1...1, current), sent(.events, 1...1, current),
      ])
    let status = try #require(
      vehicle.broker.packets.filter { $0[0] >> 4 == 3 }.map(ScriptedBroker.message)
        .last { $0.topic.hasSuffix("status") })
    #expect(StatusDocument(decoding: status.payload)?.epoch == current.description)
    try vehicle.acknowledge([.events: [1...1]], epoch: elder.description)
    try vehicle.acknowledge([.alerts: [1...1], .events: [1...1]])
    vehicle.pass(seconds: 2)
    #expect(vehicle.snapshot.queued == [0, 0, 0])
  }

  @Test func handsAReceiversCallForANewEpochOn() throws {
    let vehicle = try Vehicle()
    try vehicle.turn(until: { vehicle.snapshot.published == 1 }, "the first row")
    let elder = vehicle.store.epoch
    for _ in 1...2 { try vehicle.acknowledge([.events: [1...1]], renews: true) }
    #expect(vehicle.snapshot.renewals == 2 && vehicle.desk.renewals.load(ordering: .relaxed) == 2)
    #expect(
      vehicle.reports.filter { $0 == .epochContradicted(epoch: elder.description, receiver: "depot") }.count == 1)
    try vehicle.write(.events)
    try vehicle.store.begin(.conflict)
    vehicle.pass(seconds: 2)
    // What a receiver says of the elder one is done already.
    try vehicle.acknowledge([:], epoch: elder.description, renews: true)
    #expect(vehicle.snapshot.renewals == 2)
  }

  // MARK: Tombstones.

  @Test(arguments: [Lane.events, .telemetry]) func sendsATombstoneInPlaceOfWhatIsGone(lane: Lane) throws {
    let vehicle = try Vehicle()
    let epoch = vehicle.store.epoch
    try vehicle.write(.events)
    try vehicle.write(lane, 8)
    try vehicle.drop(lane, 4...6)
    let last: Int64 = lane == .events ? 10 : 8
    let rows = [1, 2, 3].map { $0...$0 } + [4...6] + (7...last).map { $0...$0 }
    try vehicle.turn(until: { vehicle.snapshot.outstanding[Int(lane.rawValue)] == rows.count }, "all rows")
    #expect(
      try vehicle.sent().filter { $0.lane == lane } == rows.map { sent(lane, $0, epoch, isTombstone: $0.count > 1) })
    // Only the whole of it counts.
    try vehicle.acknowledge([lane: [1...5]])
    #expect(try vehicle.rows(lane).first == 4...6)
    try vehicle.acknowledge([lane: [1...last]])
    #expect(try vehicle.rows(lane).isEmpty)
  }

  @Test func sendsATombstoneAnewThatHasGrown() throws {
    let vehicle = try Vehicle()
    let epoch = vehicle.store.epoch
    try vehicle.write(.telemetry, 8)
    try vehicle.turn(until: { vehicle.snapshot.outstanding[2] == 8 }, "all rows")
    _ = try vehicle.sent()
    // All eight are under way as records; some of them are dropped, and then more.
    try vehicle.drop(.telemetry, 2...4)
    vehicle.pass(seconds: 31)
    #expect(
      try vehicle.sent().filter { $0.lane == .telemetry }
        == [1...1, 2...4, 5...5, 6...6, 7...7, 8...8].map {
          sent(.telemetry, $0, epoch, isTombstone: $0.count > 1)
        })
    try vehicle.drop(.telemetry, 2...6)
    // The word for its earlier form comes meanwhile.
    try vehicle.acknowledge([.telemetry: [2...4]])
    #expect(try vehicle.rows(.telemetry) == [1...1, 2...6, 7...7, 8...8])
    vehicle.passTalking(seconds: 70)
    #expect(try vehicle.sent().contains(sent(.telemetry, 2...6, epoch, isTombstone: true)))
    try vehicle.acknowledge([.telemetry: [1...8]])
    #expect(try vehicle.rows(.telemetry).isEmpty)
    #expect(vehicle.snapshot.refusedAcknowledgements == 0)
  }

  // MARK: The broker's limits.

  @Test func aRowThatIsTooLargeHoldsNobodyUp() throws {
    let vehicle = try Vehicle()
    vehicle.broker.answer = [0, 0, 5, 0x27, 0, 0, 0x10, 0]  // Maximum packet size 4096.
    let epoch = vehicle.store.epoch
    try vehicle.write(.telemetry, 2)
    try vehicle.write(.telemetry, 300, bytes: 5000)
    try vehicle.write(.telemetry, 2)
    try vehicle.turn(until: { vehicle.snapshot.outstanding == [0, 1, 4] }, "four rows")
    #expect(try vehicle.sent().map(\.rows.lowerBound) == [1, 1, 2, 303, 304])
    #expect(vehicle.snapshot.oversizedRows == 300)
    let reports = vehicle.reports.compactMap { report -> String? in
      if case .rowTooLarge = report { report.description } else { nil }
    }
    #expect(reports.count == 1)
    #expect(reports.first?.hasPrefix("row telemetry 3 needs a packet of 5") == true)
    try vehicle.acknowledge([.telemetry: [1...2, 303...304], .events: [1...1]])
    #expect(try vehicle.rows(.telemetry).count == 300)
    // The broker's operator takes the mend to heart.
    vehicle.broker.answer = [0, 0, 0]
    vehicle.broker.hangUp()
    try vehicle.turn(until: { !vehicle.snapshot.isConnected }, "the end is noticed")
    vehicle.pass(seconds: 2)
    try vehicle.turn(until: { vehicle.snapshot.outstanding[2] == 256 }, "a window of rows")
    #expect(try vehicle.sent().first == sent(.telemetry, 3...3, epoch))
  }

  @Test func aRowThatIsTooLargeIsTriedAgainOnTheSameConnection() throws {
    let vehicle = try Vehicle()
    vehicle.broker.answer = [0, 0, 5, 0x27, 0, 0, 0x10, 0]
    try vehicle.write(.alerts, bytes: 5000)
    try vehicle.turn(until: { vehicle.snapshot.oversizedRows == 1 }, "one row too large")
    // Again each ten minutes.
    vehicle.passTalking(seconds: 1300)
    #expect(vehicle.snapshot.oversizedRows == 3)
    #expect(vehicle.snapshot.isConnected && vehicle.broker.connections == 1)
  }

  // MARK: Metered links.

  @Test func holdsTelemetryThenEventsBackWhenTheBudgetIsUsed() throws {
    let vehicle = try Vehicle { $0.dailyBytes = 20_000 }
    try vehicle.write(.telemetry, 30, bytes: 1000)
    try vehicle.turn(until: { vehicle.snapshot.isHeldBack }, "telemetry waits")
    let telemetry = try vehicle.sent().filter { $0.lane == .telemetry }.count
    #expect((13...15).contains(telemetry))
    #expect((16_000...17_200).contains(vehicle.snapshot.bytesToday))
    try vehicle.write(.events, 30, bytes: 1000)
    vehicle.turn(40)
    let events = try vehicle.sent().filter { $0.lane == .events }.count
    #expect((2...4).contains(events))
    try vehicle.write(.alerts, 5, bytes: 1000)
    vehicle.turn(40)
    #expect(try vehicle.sent().map(\.lane) == [Lane](repeating: .alerts, count: 5))
    let waits = vehicle.reports.compactMap { report -> Lane? in
      if case .heldBack(let lane, _, 20_000) = report { lane } else { nil }
    }
    #expect(waits == [.telemetry, .events])
    #expect(vehicle.snapshot.isHeldBack)
    #expect(Int(vehicle.snapshot.published) == vehicle.snapshot.outstanding.reduce(0, +))
    // A day later it goes on; what waits first is what was never answered.
    vehicle.pass(seconds: 25 * 3600)
    try vehicle.turn(until: { vehicle.snapshot.isConnected }, "connected again")
    #expect(try vehicle.sent().filter { $0.lane == .events }.count > 4)
  }

  @Test func keepsWhatItSpentForTheNextProcess() throws {
    let vehicle = try Vehicle { $0.dailyBytes = 20_000 }
    try vehicle.write(.telemetry, 30, bytes: 1000)
    try vehicle.turn(until: { vehicle.snapshot.isHeldBack }, "telemetry waits")
    let (killed, notes) = vehicle.desk.spent.withLock { ($0.text, $0.count) }
    let used = vehicle.snapshot.bytesToday
    #expect(notes < 20)
    let next = try Vehicle {
      $0.dailyBytes = 20_000
      $0.spentBytes = killed.flatMap(SpentBytes.init(text:))
    }
    try next.write(.telemetry, 30, bytes: 1000)
    try next.write(.alerts)
    try next.turn(until: { next.snapshot.outstanding[0] == 1 }, "the alert goes")
    next.turn(40)
    #expect(next.snapshot.isHeldBack && next.snapshot.outstanding[2] == 0)
    #expect(next.snapshot.bytesToday >= used)
    // One that ends in order keeps the very number.
    vehicle.delivery.close()
    let ended = vehicle.desk.spent.withLock { $0.text.flatMap(SpentBytes.init(text:)) }
    #expect(ended?.hours.reduce(0, +) == vehicle.snapshot.bytesToday)
  }

  // MARK: A receiver that was away.

  /// Connected for a while, with three rows published that nobody took.
  private func vehicleWithoutReceiver() throws -> Vehicle {
    let vehicle = try Vehicle()
    try vehicle.turn(until: { vehicle.snapshot.published == 1 }, "the first row")
    vehicle.pass(seconds: 10)
    try vehicle.write(.alerts)
    try vehicle.write(.telemetry)
    try vehicle.turn(until: { vehicle.snapshot.published == 3 }, "all rows")
    _ = try vehicle.sent()
    return vehicle
  }

  @Test func whatWentOutWithoutAReceiverGoesAgainWhenItGreets() throws {
    let vehicle = try vehicleWithoutReceiver()
    vehicle.pass(seconds: 3)
    #expect(try vehicle.sent().isEmpty)
    // An alert that comes now goes now, receiver or not.
    try vehicle.write(.alerts)
    vehicle.turn(5)
    #expect(try vehicle.sent().map(\.rows) == [2...2])
    try vehicle.acknowledge([:])
    #expect(try vehicle.sent().map(\.lane) == [.alerts, .events, .telemetry])
    // What had just gone may have met the receiver, and has the time of an answer.
    vehicle.pass(seconds: 2)
    #expect(try vehicle.sent().map(\.rows) == [2...2])
    // A greeting that comes twice sends nothing a third time.
    vehicle.pass(seconds: 3)
    try vehicle.acknowledge([:])
    #expect(try vehicle.sent().isEmpty)
    try vehicle.acknowledge([.alerts: [1...2], .events: [1...1], .telemetry: [1...1]])
    vehicle.pass(seconds: 2)
    #expect(vehicle.snapshot.queued == [0, 0, 0])
  }

  @Test func aReceiverThatComesAMomentAfterTheVehicleGetsAllOfItSoon() throws {
    let vehicle = try Vehicle()
    try vehicle.write(.alerts)
    try vehicle.turn(until: { vehicle.snapshot.published == 2 }, "all rows")
    _ = try vehicle.sent()
    vehicle.pass(seconds: 1)
    try vehicle.acknowledge([:])
    #expect(try vehicle.sent().isEmpty, "it may have met the receiver")
    vehicle.pass(seconds: 1)
    #expect(try vehicle.sent().map(\.lane) == [.alerts, .events])
  }

  @Test func whatAReceiverAcceptsTellsWhatItNeverSaw() throws {
    let vehicle = try vehicleWithoutReceiver()
    vehicle.pass(seconds: 5)
    // It is back without a greeting, and takes what comes then.
    try vehicle.write(.events)
    vehicle.turn(5)
    #expect(try vehicle.sent().map(\.rows) == [2...2])
    try vehicle.acknowledge([.events: [2...2]])
    #expect(try vehicle.sent().map(\.lane) == [.alerts, .events, .telemetry])
  }

  @Test func aReceiverThatIsOnlySlowGetsNothingTwice() throws {
    let vehicle = try Vehicle()
    try vehicle.write(.events, 20)
    try vehicle.turn(until: { vehicle.snapshot.published == 21 }, "all rows")
    for first in stride(from: Int64(1), to: 21, by: 4) {
      vehicle.pass(seconds: 4)
      try vehicle.acknowledge([.events: [first...first + 3]])
    }
    #expect(vehicle.snapshot.republished == 0 && vehicle.snapshot.outstanding[1] == 1)
  }

  @Test func saysThatSomethingWaitsWhenNobodyAnswers() throws {
    let vehicle = try Vehicle()
    func said() -> [Int] {
      vehicle.broker.packets.filter { $0[0] >> 4 == 3 }.map(ScriptedBroker.message)
        .filter { $0.topic.hasSuffix("status") }
        .compactMap { StatusDocument(decoding: $0.payload)?.queued.values.reduce(0, +) }
    }
    try vehicle.turn(until: { vehicle.snapshot.published == 1 }, "the first row")
    try vehicle.acknowledge([.events: [1...1]])
    vehicle.passTalking(seconds: 70)
    #expect(said() == [1, 0])
    // Answered in time: nothing to say beyond the minute's word.
    try vehicle.write(.events)
    vehicle.turn(5)
    try vehicle.acknowledge([.events: [2...2]])
    vehicle.pass(seconds: 3)
    #expect(said() == [1, 0])
    try vehicle.write(.alerts)
    vehicle.turn(5)
    vehicle.pass(seconds: 3)
    vehicle.turn(20)
    #expect(said() == [1, 0, 1])
  }

  // MARK: Rows that nobody has.

  @Test func handsOnWhatAReceiverMissesOfAnEpochThatIsThrough() throws {
    let vehicle = try Vehicle()
    let elder = vehicle.store.epoch
    try vehicle.write(.events, 4)
    try vehicle.store.begin(.conflict)
    try vehicle.turn(until: { vehicle.snapshot.published == 6 }, "all rows")
    try vehicle.acknowledge([.events: [1...5]], epoch: elder.description)
    vehicle.pass(seconds: 2)
    #expect(vehicle.delivery.epochs.count == 1)
    let before = vehicle.broker.count(type: 4)
    for _ in 0..<2 {
      let message = AcknowledgementMessage(
        receiver: "copy", epoch: elder.description, ranges: [:], missing: [.events: [2...3]])
      vehicle.broker.publish("telltale/v1/\(vehicleName)/ack", message.encoded)
    }
    try vehicle.turn(until: { vehicle.broker.count(type: 4) > before + 1 }, "the questions are taken")
    let sought = try #require(vehicle.desk.sought.withLock { $0 }.first)
    #expect(vehicle.desk.sought.withLock { $0.count } == 1 && sought.lane == .events && sought.ranges == [2...3])
    try vehicle.store.bury(sought.ranges, sought.lane, of: sought.epoch)
    _ = try vehicle.sent()
    vehicle.pass(seconds: 2)
    #expect(try vehicle.sent() == [sent(.events, 2...3, elder, isTombstone: true)])
    #expect(vehicle.snapshot.refusedAcknowledgements == 0)
  }

  @Test func handsOnWhatAReceiverMissesAndSendsTheTombstone() throws {
    let vehicle = try Vehicle()
    try vehicle.write(.events, 9)
    try vehicle.turn(until: { vehicle.snapshot.published == 10 }, "all rows")
    try vehicle.acknowledge([.events: [1...8]])
    _ = try vehicle.sent()
    func ask(_ ranges: [ClosedRange<Int64>]) throws {
      let before = vehicle.broker.count(type: 4)
      let message = AcknowledgementMessage(
        receiver: "depot", epoch: vehicle.store.epoch.description, ranges: [:], missing: [.events: ranges])
      vehicle.broker.publish("telltale/v1/\(vehicleName)/ack", message.encoded)
      try vehicle.turn(until: { vehicle.broker.count(type: 4) > before }, "the question is taken")
    }
    try ask([4...6, 9...400])
    let epoch = try #require(vehicle.delivery.current?.number)
    let sought = SoughtRows(epoch: epoch, lane: .events, ranges: [4...6])
    #expect(vehicle.desk.sought.withLock { $0 } == [sought], "neither what is under way nor what was never sent")
    // Again within the minute, and more: not handed on.
    try ask([2...6])
    #expect(vehicle.desk.sought.withLock { $0.count } == 1)
    // The recorder declares them lost.
    try vehicle.drop(.events, 4...6)
    vehicle.passTalking(seconds: 40)
    let sent = try vehicle.sent()
    #expect(sent.contains { $0.isTombstone && $0.rows == 4...6 } && sent.count == 3)
    try vehicle.acknowledge([.events: [4...6, 9...10]])
    vehicle.pass(seconds: 2)
    #expect(vehicle.snapshot.queued[1] == 0)
    try ask([2...2])
    vehicle.passTalking(seconds: 70)
    try ask([3...3])
    #expect(vehicle.desk.sought.withLock { $0.map(\.ranges) } == [[4...6], [3...3]])
  }
}
