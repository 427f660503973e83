// The way of one frame, in one process: what a simulated car with known truth becomes.
import Adapters
import Testing
import VehicleSimulator
import Vocabulary

@testable import Gateway

@Suite struct CaptureStageTests {
  private func car(days: Int, seed: UInt64 = 11, cooling: Double = 1, charging: Double = 1) -> SimulatedVehicle {
    var configuration = SimulatedVehicle.Configuration(seed: seed)
    configuration.days = Double(days)
    configuration.wear[.cooling] = cooling
    configuration.wear[.charging] = charging
    return SimulatedVehicle(configuration)
  }

  @Test func everyTripOfTheTruthIsSeenOnceAndItsDistanceHolds() throws {
    let drive = Drive(try vehicle(), startWall: car(days: 20).configuration.start)
    let driven = drive.run(car(days: 20))
    var trips: [Trip] = []
    for event in drive.events { if case .tripEnded(let trip) = event.kind { trips.append(trip) } }
    #expect(trips.count == driven.trips.count)
    for (seen, truth) in zip(trips, driven.trips) {
      #expect(abs(seen.distanceKm - truth.km) < 0.02 * truth.km + 0.05)
      #expect(seen.started.wallNanoseconds >= truth.start && seen.ended.wallNanoseconds <= truth.end + 1_000_000_000)
    }
    #expect(drive.frames == driven.frames)
  }

  @Test(arguments: [1, 7, 256, 1024])
  func whatComesOutDoesNotDependOnHowFramesAreBatched(batch: Int) throws {
    func told(_ batch: Int) throws -> [String] {
      let drive = Drive(try vehicle(), startWall: car(days: 4).configuration.start)
      _ = drive.run(car(days: 4), batch: batch)
      return drive.events.map { "\($0.type) \($0.time.uptime.nanoseconds)" }
        + drive.minutes.map { "\($0.start) \($0.rollUps.map(\.sum))" }
    }
    #expect(try told(batch) == told(100))
  }

  @Test func aHealthyCarRaisesNoAlertAndItsOilIsForecast() throws {
    let drive = Drive(
      try vehicle(["obd2"], [(.engineOil, "used", 0)]), startWall: car(days: 120).configuration.start)
    let driven = drive.run(car(days: 120))
    #expect(drive.alerts.isEmpty)
    let oil = try #require(drive.report(.engineOil))
    let life = try #require(oil.remainingUsefulLife)
    #expect(oil.state == .ok)
    let ascending = [life.km.p05, life.km.p10, life.km.p25, life.km.p50, life.km.p75, life.km.p90, life.km.p95]
    #expect(ascending == ascending.sorted())
    // The car's hidden unit factor scatters by 10 % and so does the interval; three times its half width must hold the truth.
    let truth = try #require(VehicleTruth(driven).components?.engineOil.endOfLifeKm) - driven.distanceKm
    #expect(abs(life.km.p50 - truth) < 3 * (life.km.p95 - life.km.p05) / 2)
    for component in [ComponentID.cooling, .charging] {
      let report = try #require(drive.report(component))
      #expect(report.state == .ok && report.remainingUsefulLife == nil)
      guard case .noDegradation = report.reason else { Issue.record("\(report.reason)"); continue }
    }
  }

  @Test func aLeakingThermostatIsToldBeforeItsEndAndOnce() throws {
    let worn = car(days: 180, seed: 20, cooling: 12)
    let drive = Drive(try vehicle(), startWall: worn.configuration.start)
    let driven = drive.run(worn)
    let created = drive.events.filter { if case .alertCreated = $0.kind { true } else { false } }
    #expect(created.count == 1)
    guard case .alertCreated(let alert) = try #require(created.first).kind else { return }
    #expect(alert.component == .cooling && alert.id == "cooling-1")
    let truth = try #require(VehicleTruth(driven).components?.cooling)
    let onset = try #require(truth.onsetKm)
    let end = try #require(truth.endOfLifeKm)
    #expect(alert.report.atKm > onset)
    #expect(alert.report.atKm < end)
    #expect(drive.report(.charging)?.state == .ok)
    // Degraded is told before the alert, and the alert carries its evidence.
    #expect(alert.report.evidence.count > 0 && alert.report.evidence[0].feature == .steadyCoolant)
    #expect(drive.events.contains { if case .componentDegraded = $0.kind { true } else { false } })
  }

  @Test func aSaggingAlternatorIsTold() throws {
    let worn = car(days: 180, seed: 5, charging: 12)
    let drive = Drive(try vehicle(), startWall: worn.configuration.start)
    _ = drive.run(worn)
    #expect(drive.alerts.contains { $0.component == .charging })
    #expect(!drive.alerts.contains { $0.component != .charging })
  }

  @Test func aRestartFromACheckpointGoesOnWhereItWas() throws {
    let first = Drive(try vehicle(), startWall: car(days: 40).configuration.start)
    _ = first.run(car(days: 40))
    let saved = try #require(first.checkpoint)
    let stored = try #require(GatewayCheckpoint(version: GatewayCheckpoint.version, bytes: saved.bytes))
    let second = Drive(try vehicle(), startWall: car(days: 40).configuration.start + 41 * 86_400_000_000_000, checkpoint: stored)
    var snapshot = CaptureSnapshot(signals: second.definition.catalogue.count, stamp: second.clock.now())
    second.stage.fill(&snapshot)
    let before = try #require(first.report(.engineOil))
    #expect(snapshot.reports[0].ticks == before.ticks)
    #expect(snapshot.reports[0].state == before.state)
    #expect(snapshot.totalKm == first.snapshot.totalKm && snapshot.totalKm > 0)
    second.finish()
    #expect(second.events.isEmpty, "a restart is no event")
  }

  @Test func aTripThatACrashCutOffIsToldAtTheNextStart() throws {
    let first = Drive(try vehicle(), startWall: car(days: 40).configuration.start)
    // Killed in the middle of a drive: what is left is the last checkpoint, at most a minute old.
    let begun = first.runUntilDriving(car(days: 40), seconds: 200)
    #expect(begun.isDriving)
    let saved = try #require(first.checkpoint)
    let later = car(days: 40).configuration.start + 40 * 86_400_000_000_000
    let second = Drive(try vehicle(), startWall: later, boot: BootID(high: 8, low: 9), checkpoint: saved)
    second.finish()
    let ended = second.events.compactMap { event -> Trip? in
      if case .tripEnded(let trip) = event.kind { trip } else { nil }
    }
    #expect(ended.map(\.number) == [begun.number])
    #expect(try #require(ended.first).engineSeconds >= 130)
  }

  @Test func whatTheKernelDroppedIsToldOnceWithItsCount() throws {
    let drive = Drive(try vehicle(), startWall: car(days: 1).configuration.start)
    drive.stage.advance(to: Instant(nanoseconds: 1_000_000_000))
    drive.stage.droppedByKernel = 7
    drive.stage.advance(to: Instant(nanoseconds: 2_000_000_000))
    drive.stage.advance(to: Instant(nanoseconds: 3_000_000_000))
    drive.stage.droppedByKernel = 9
    drive.stage.advance(to: Instant(nanoseconds: 4_000_000_000))
    drive.finish()
    let losses = drive.events.compactMap { event -> DataLoss? in
      if case .dataDropped(let loss) = event.kind { loss } else { nil }
    }
    #expect(losses.map(\.count) == [7, 2])
    #expect(losses.allSatisfy { $0.place == .kernelQueue })
  }

  @Test func aCheckpointOfAnotherVersionOrSizeIsRefused() throws {
    let drive = Drive(try vehicle(), startWall: car(days: 3).configuration.start)
    _ = drive.run(car(days: 3))
    let bytes = try #require(drive.checkpoint).bytes
    #expect(GatewayCheckpoint(version: GatewayCheckpoint.version + 1, bytes: bytes) == nil)
    #expect(GatewayCheckpoint(version: GatewayCheckpoint.version, bytes: bytes.dropLast()) == nil)
  }

  /// A trip's number and its beginning are stored together: after a kill the next trip does not begin this one again.
  @Test func aTripThatHasJustBegunIsInTheCheckpoint() throws {
    let drive = Drive(try vehicle(), startWall: car(days: 1).configuration.start)
    let seen = drive.runUntilDriving(car(days: 1), seconds: 5)
    let trips = try #require(drive.checkpoint?.trips)
    #expect(seen.isDriving && trips.isDriving && trips.trips == seen.number)
  }

  /// The worked example of a vehicle that is known by its DBC alone: no OBD-II reply is looked at.
  @Test func aVehicleOfDBCMessagesReachesScoresWithoutOBD() throws {
    let drive = Drive(try vehicle(["simulated-petrol"]), startWall: car(days: 40).configuration.start)
    _ = drive.run(car(days: 40))
    // What an engine, a pedal and a speed say; the others need signals that its DBC does not have.
    let judged: [ComponentID] = [
      .engineOil, .cooling, .charging, .battery, .brakePadsFront, .brakePadsRear, .tyreTread, .airFilter,
      .transmissionFluid,
    ]
    for component in judged {
      let report = try #require(drive.report(component))
      // Tread that nobody has measured is an estimate from kilometres alone.
      let least = component == .tyreTread ? 0.5 : 0.9
      #expect(report.score > 90 && report.confidence > least, "\(component.name): \(report.score) \(report.confidence)")
    }
  }

  /// A pack that is bound to another bus than the frames come from gives nothing; unbound, or bound to theirs, it does.
  @Test(arguments: [(UInt8?.none, true), (0, true), (1, false)])
  func aPackHoldsForItsBusAlone(bus: UInt8?, isHeard: Bool) throws {
    var pack = try AdapterPack.load(directory: packFolder + "/simulated-petrol")
    pack.bus = bus
    let drive = Drive(
      try VehicleDefinition(packs: [pack], overrides: []), startWall: car(days: 1).configuration.start)
    _ = drive.run(car(days: 1))
    var snapshot = CaptureSnapshot(signals: drive.definition.catalogue.count, stamp: drive.clock.now())
    drive.stage.fill(&snapshot)
    #expect((snapshot.trips > 0) == isHeard)
  }

  @Test func withoutInputsAComponentIsUnknownWithAReasonAndNeverZero() throws {
    // Only where the car is: no coolant, no voltage, no engine speed is mapped.
    let drive = Drive(try vehicle(["canmod-gps"]), startWall: car(days: 2).configuration.start)
    _ = drive.run(car(days: 2))
    var snapshot = CaptureSnapshot(signals: drive.definition.catalogue.count, stamp: drive.clock.now())
    drive.stage.fill(&snapshot)
    for i in 0..<3 {
      #expect(snapshot.reports[i].state == .unknown)
      #expect(snapshot.reports[i].score.isNaN)
      #expect(snapshot.reports[i].reason.text(drive.definition.catalogue) != nil)
    }
    #expect(drive.alerts.isEmpty)
  }

  @Test func aGatewayThatBootsIn1970StillWatchesAndSaysSo() throws {
    var configuration = SimulatedVehicle.Configuration(seed: 3)
    configuration.days = 6
    configuration.start = 0
    let drive = Drive(try vehicle(), startWall: 0, quality: .none)
    let driven = drive.run(SimulatedVehicle(configuration))
    let ended = drive.events.count { if case .tripEnded = $0.kind { true } else { false } }
    #expect(ended == driven.trips.count)
    #expect(drive.events.allSatisfy { $0.time.quality == .none })
  }
}
