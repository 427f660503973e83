// The capture thread's loop on a live bus: what control tells it is heard however busy the buses are.
import Clock
import Pipeline
import Testing
import VehicleBus
import Vocabulary

@testable import Gateway

/// A bus on which there is always one more frame. Each read tells how many there were.
private final class BusySource: FrameSource {
  let name = "busy"
  let kind = "socketcan"
  let state = SourceState.open
  private(set) var counters = SourceCounters()
  var problem: String? { nil }
  var descriptor: Int32? { nil }
  var wasRead: (UInt64) -> Void = { _ in }

  func read(into frames: UnsafeMutableBufferPointer<CANFrame>) -> Int {
    frames[0] = CANFrame(
      time: Instant(nanoseconds: RealClock.hostNanoseconds()), id: CANID(standard: 0x55), length: 0, payload: CANPayload())
    counters.frames += 1
    wasRead(counters.frames)
    return 1
  }

  func nanosecondsUntilReady() -> Int64? { nil }
  @discardableResult func attend() -> Bool { false }
}

@Suite struct CaptureLoopTests {
  /// The loop runs on the test's own thread until the source has been read a hundred times.
  @Test func aBusyBusDoesNotKeepSensorsFromBeingHeard() throws {
    let definition = try vehicle(["obd2", "aftermarket-sensors"])
    let signal = try #require(definition.catalogue.id(of: "Vehicle.Exterior.AirTemperature"))
    let rings = CaptureRings(signals: definition.catalogue.count)
    let clock = RealClock()
    let stage = CaptureStage(definition, rings: rings, clock: clock, waitsForRoom: false, checkpoint: nil)
    let board = SnapshotBoard(signals: definition.catalogue.count, stamp: clock.now())
    let link = BusLink(adapters: [false])
    let source = BusySource()
    let loop = CaptureLoop(
      sources: [source], stage: stage, board: board, clock: clock, link: link, linger: 0, ringBell: {})
    source.wasRead = { count in
      if count == 10 {
        let now = Instant(nanoseconds: RealClock.hostNanoseconds())
        #expect(link.samples.push(Sample(time: now, value: 21.5, signal: signal)))
        link.ring()
      }
      if count == 100 { loop.stop() }
    }
    loop.run()
    #expect(loop.hasEnded && source.counters.frames == 100)
    #expect(link.samples.count == 0)
    #expect(board.read().readings[signal.index].value == 21.5)
    // What the guard is told comes from this loop too.
    #expect(link.signs.time > .zero)
  }
}
