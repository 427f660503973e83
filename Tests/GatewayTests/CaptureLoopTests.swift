// The capture thread's loop on a live bus: what control tells it is heard however busy the buses are.
import Clock
import Foundation
import Pipeline
import Synchronization
import Testing
import VehicleBus
import Vocabulary

@testable import Gateway

/// A bus on which there is always one more frame.
private final class BusySource: FrameSource {
  let name = "busy"
  let kind = "socketcan"
  let state = SourceState.open
  private(set) var counters = SourceCounters()
  var problem: String? { nil }
  var descriptor: Int32? { nil }

  func read(into frames: UnsafeMutableBufferPointer<CANFrame>) -> Int {
    frames[0] = CANFrame(
      time: Instant(nanoseconds: RealClock.hostNanoseconds()), id: CANID(standard: 0x55), length: 0, payload: CANPayload())
    counters.frames += 1
    return 1
  }

  func nanosecondsUntilReady() -> Int64? { nil }
  @discardableResult func attend() -> Bool { false }
}

@Suite struct CaptureLoopTests {
  @Test(.timeLimit(.minutes(1)))
  func aBusyBusDoesNotKeepSensorsFromBeingHeard() throws {
    let definition = try vehicle(["obd2", "aftermarket-sensors"])
    let signal = try #require(definition.catalogue.id(of: "Vehicle.Exterior.AirTemperature"))
    let rings = CaptureRings(signals: definition.catalogue.count)
    let clock = RealClock()
    let stage = CaptureStage(definition, rings: rings, clock: clock, waitsForRoom: false, checkpoint: nil)
    let board = SnapshotBoard(signals: definition.catalogue.count, stamp: clock.now())
    let link = BusLink(buses: 1)
    let loop = CaptureLoop(
      sources: [BusySource()], stage: stage, board: board, clock: clock, link: link, linger: 0.001, ringBell: {})
    let thread = Thread { loop.run() }
    thread.start()
    defer { while !loop.hasEnded { usleep(1000) } }
    defer { loop.stop() }
    while board.read().counters.frames < 10 { usleep(1000) }
    let now = Instant(nanoseconds: RealClock.hostNanoseconds())
    #expect(link.samples.push(Sample(time: now, value: 21.5, signal: signal)))
    link.ring()
    while board.read().readings[signal.index].updates == 0 { usleep(1000) }
    #expect(board.read().readings[signal.index].value == 21.5)
    #expect(link.samples.count == 0)
    // What the guard is told comes from this loop too, about once a second.
    while link.signs.time == .zero { usleep(1000) }
  }
}
