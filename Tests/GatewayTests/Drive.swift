// A vehicle and its capture stage in one process: what the stage's tests drive, without threads and without a disk.
import Adapters
import Alerting
import Clock
import Health
import Pipeline
import Testing
import VehicleBus
import VehicleSimulator
import Vocabulary

@testable import Gateway

/// The packs of the source tree.
let packFolder: String = {
  var path = #filePath
  for _ in 0..<3 { path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
  return path + "/adapters"
}()

func vehicle(
  _ packs: [String] = ["obd2", "simulated-petrol"], _ overrides: [(ComponentID, String, Double)] = []
) throws -> VehicleDefinition {
  try VehicleDefinition(
    packs: packs.map { name throws in try AdapterPack.load(directory: packFolder + "/" + name) },
    overrides: overrides.map { (component: $0.0, name: $0.1, value: $0.2) })
}

/// A stage, its rings and its virtual clock. `drain` plays the recorder.
final class Drive {
  let definition: VehicleDefinition
  let rings: CaptureRings
  let clock: VirtualClock
  let stage: CaptureStage
  private(set) var events: [Event] = []
  private(set) var minutes: [(start: Int64, rollUps: [RollUp])] = []
  private(set) var checkpoint: GatewayCheckpoint?
  private(set) var frames = 0
  private(set) var records: [DiagnosticRecord] = []
  /// The last checkpoint of each vehicle that was left, by its identification number.
  private(set) var parked: [String: GatewayCheckpoint] = [:]

  /// What diagnostics would show now.
  var snapshot: CaptureSnapshot {
    var snapshot = CaptureSnapshot(signals: definition.catalogue.count, stamp: clock.now())
    stage.fill(&snapshot)
    return snapshot
  }

  init(
    _ definition: VehicleDefinition, startWall: Int64, quality: ClockQuality = .ntp,
    boot: BootID = BootID(high: 1, low: 2), checkpoint: GatewayCheckpoint? = nil,
    diagnosis: consuming DiagnosticBook = DiagnosticBook(), rollUpSeconds: Int64 = 60
  ) {
    self.definition = definition
    rings = CaptureRings(signals: definition.catalogue.count)
    clock = VirtualClock(
      boot: boot, wallNanoseconds: startWall - 1_000_000_000, quality: quality)
    stage = CaptureStage(
      definition, rings: rings, clock: clock, waitsForRoom: true, checkpoint: checkpoint, diagnosis: diagnosis,
      rollUpSeconds: rollUpSeconds)
    origin = startWall - 1_000_000_000
  }

  private let origin: Int64

  /// Drives a simulated car to its end, in batches of `batch` frames.
  func run(_ car: SimulatedVehicle, batch: Int = 256) -> SimulatedVehicle {
    var car = car
    let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: batch)
    defer { buffer.deallocate() }
    while true {
      let count = car.read(into: buffer)
      if count == 0 { break }
      for i in 0..<count { buffer[i].time.nanoseconds -= origin }
      feed(UnsafeBufferPointer(rebasing: buffer[..<count]))
    }
    finish()
    return car
  }

  /// Drives until the first trip has run for some seconds, and leaves everything as a kill would: nothing is finished.
  func runUntilDriving(_ car: SimulatedVehicle, seconds: Double) -> (isDriving: Bool, number: UInt32) {
    var car = car
    let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 16)
    defer { buffer.deallocate() }
    var snapshot = CaptureSnapshot(signals: definition.catalogue.count, stamp: clock.now())
    while (snapshot.trip?.engineSeconds ?? 0) < seconds {
      let count = car.read(into: buffer)
      if count == 0 { return (false, 0) }
      for i in 0..<count { buffer[i].time.nanoseconds -= origin }
      feed(UnsafeBufferPointer(rebasing: buffer[..<count]))
      stage.fill(&snapshot)
    }
    return (snapshot.trip != nil, snapshot.trips)
  }

  func feed(_ batch: UnsafeBufferPointer<CANFrame>) {
    var done = 0
    while done < batch.count {
      clock.advance(to: batch[done].time)
      done += stage.process(UnsafeBufferPointer(rebasing: batch[done...]))
      drain()
    }
    frames += batch.count
  }

  func finish() {
    while stage.tellDiagnosis(isLast: true) > 0 { drain() }
    stage.finish()
    drain()
  }

  /// Lets time pass without a frame.
  func wait(until now: Instant) {
    clock.advance(to: now)
    stage.advance(to: now)
    drain()
  }

  private func drain() {
    while let record = rings.records.pop() {
      switch record {
      case .event(let event): events.append(event)
      case .interval(_, let start, let signals):
        minutes.append((start, (0..<signals).compactMap { _ in rings.rollUps.pop() }))
      case .checkpoint: checkpoint = rings.checkpoints.pop()
      case .boundary, .ended: break
      case .diagnostic(let record): records.append(record)
      case .forgotten: break
      case .vehicleChanged(let left, _): parked[left.string] = checkpoint
      }
    }
  }

  func report(_ component: ComponentID) -> HealthReport? {
    for event in events.reversed() {
      if case .healthComputed(let report) = event.kind, report.component == component { return report }
    }
    return nil
  }

  var alerts: [Alert] {
    events.compactMap { event in
      switch event.kind {
      case .alertCreated(let alert), .alertEscalated(let alert), .alertResolved(let alert): alert
      default: nil
      }
    }
  }
}

/// Plays recordings through a stage of their own to their end, and hands each event to `body`.
func replay(
  _ source: RecordingSource, _ definition: VehicleDefinition, _ body: (Event) -> Void
) {
  let rings = CaptureRings(signals: definition.catalogue.count)
  let stage = CaptureStage(definition, rings: rings, clock: source.clock, waitsForRoom: true, checkpoint: nil)
  let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 256)
  defer { buffer.deallocate() }
  func drain() {
    while let record = rings.records.pop() {
      switch record {
      case .event(let event): body(event)
      case .interval(_, _, let signals): for _ in 0..<signals { _ = rings.rollUps.pop() }
      case .checkpoint: _ = rings.checkpoints.pop()
      case .boundary, .diagnostic, .ended, .forgotten, .vehicleChanged: break
      }
    }
  }
  while case let count = source.read(into: buffer), count > 0 {
    var done = 0
    while done < count {
      done += stage.process(UnsafeBufferPointer(rebasing: buffer[done..<count]))
      drain()
    }
  }
  while stage.tellDiagnosis(isLast: true) > 0 { drain() }
  stage.finish()
  drain()
}
