// The way of one frame, from bytes to alerts, on one thread: decode, table, roll-ups, trip, health, bands.
import Adapters
import Alerting
import Clock
import Decoding
import DecoderCore
import Health
import Pipeline
import VehicleBus
import Vocabulary

/// Everything between a source and the recorder's rings. Single-threaded, free of I/O, and free of heap allocation once
/// it stands: the capture thread drives it, and so do the tests.
final class CaptureStage {
  private var decoder: FrameDecoder
  private var table: SignalTable
  private var rollUps: RollUps
  private var trips: TripObserver
  private var health: HealthMonitor
  private var alerts = AlertBook()
  private var diagnosis: DiagnosticBook
  private var reports: InlineArray<3, HealthReport>
  private let inputs: FeatureInputs
  /// Whether the traction battery is charged from outside.
  private let charging: SignalID?
  private let displacementLitres: Double
  private let rings: CaptureRings
  private let clock: any TimeSource
  /// A recording waits for room in the rings; a live bus does not: it drops, counts and says so.
  private let waitsForRoom: Bool
  private let samples: UnsafeMutableBufferPointer<Sample>

  private var stamp: Timestamp
  private var nextTick = Instant(nanoseconds: .min)
  private var lastTick = Instant(nanoseconds: .min)
  private var sinceCheckpoint = 0.0
  private var lostRecords: UInt64 = 0
  private var toldLost: UInt64 = 0
  /// Frames that the kernel dropped before they could be read, over all sources; the loop that reads them sets it.
  var droppedByKernel: UInt64 = 0
  private var toldDropped: UInt64 = 0

  /// Seconds between two checkpoints of a drive: what a power cut can take from a trip.
  private static let checkpointSeconds = 60.0
  /// Changes of what control units say that one second hands over.
  private static let factsPerTick = 16
  /// A longer silence is a gap, not an observation.
  private static let longestTick = 5.0

  init(
    _ vehicle: VehicleDefinition, rings: CaptureRings, clock: any TimeSource, waitsForRoom: Bool,
    checkpoint: GatewayCheckpoint?, diagnosis: consuming DiagnosticBook = DiagnosticBook()
  ) {
    decoder = vehicle.decoder
    self.diagnosis = diagnosis
    table = SignalTable(vehicle.catalogue)
    rollUps = RollUps(vehicle.catalogue)
    inputs = FeatureInputs(vehicle.catalogue)
    charging = vehicle.catalogue.id(of: "Vehicle.Powertrain.TractionBattery.Charging.IsCharging")
    displacementLitres = vehicle.parameters.displacementLitres
    let regulated = vehicle.components.first { $0.component == .cooling }?["regulated_temperature"]
    let voltage = vehicle.components.first { $0.component == .charging }?["normal_voltage"]
    trips = TripObserver(regulatedTemperature: regulated ?? 88, normalVoltage: voltage ?? 14)
    health = HealthMonitor(inputs: inputs, parameters: vehicle.components, vehicle: vehicle.parameters)
    self.rings = rings
    self.clock = clock
    self.waitsForRoom = waitsForRoom
    samples = .allocate(capacity: max(64, vehicle.decoder.largestMessage))
    samples.initialize(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)))
    stamp = clock.now()
    if let checkpoint {
      health.restore(checkpoint.health)
      alerts = checkpoint.alerts
    }
    reports = InlineArray(repeating: HealthReport(unknown: .engineOil, because: .none, at: stamp))
    if let checkpoint { resumeTrip(of: checkpoint.trips) }
    for component in ComponentID.allCases { reports[Int(component.rawValue)] = judged(component, silently: true) }
  }

  /// A trip that ran when the daemon went down goes on if the engine was seen a moment ago in this same boot; else it
  /// has ended, and is told now.
  private func resumeTrip(of earlier: TripObserver) {
    if trips.resume(earlier, at: stamp) { return }
    var ended = earlier
    conclude(ended.finish())
  }

  deinit { samples.deallocate() }

  // MARK: The hot path

  /// Takes frames in until they are used up or the rings have no room for what one more could cause. Returns how many
  /// were taken; a live bus always gets all taken.
  func process(_ frames: UnsafeBufferPointer<CANFrame>) -> Int {
    for i in 0..<frames.count {
      if waitsForRoom && frames[i].time >= nextTick && !rings.haveRoom(signals: table.count) { return i }
      take(frames[i])
    }
    return frames.count
  }

  @inline(__always)
  private func take(_ frame: CANFrame) {
    if frame.time >= nextTick { tick(to: frame.time) }
    var out = samples.mutableSpan
    let count = decoder.decode(frame, into: &out) { diagnosis.take($0, at: stamp) }
    guard count > 0 else { return }
    let wall = stamp.wallNanoseconds &+ (frame.time.nanoseconds &- stamp.uptime.nanoseconds)
    for i in 0..<count {
      table.update(samples[i])
      rollUps.add(samples[i], wallNanoseconds: wall)
    }
  }

  /// Takes in a value that did not come in a frame, such as a sensor's.
  func take(_ sample: Sample) {
    if sample.time >= nextTick { tick(to: sample.time) }
    table.update(sample)
    rollUps.add(sample, wallNanoseconds: stamp.wallNanoseconds &+ (sample.time.nanoseconds &- stamp.uptime.nanoseconds))
  }

  // MARK: Once a second

  /// Whether `tell` has room.
  var hasRoomToTell: Bool { rings.records.capacity - rings.records.count >= 2 }

  /// Tells that a bus came into another state.
  func tell(_ change: BusChange) {
    push(.event(Event(time: stamp, kind: .busChanged(change))))
    push(.boundary)
  }

  /// What the signals say about whether the vehicle is parked; the buses are the loop's to add.
  func signs(at now: Instant) -> VehicleSigns {
    var signs = VehicleSigns(time: now)
    signs.engineSpeed = timed(inputs.engineSpeed)
    signs.speed = timed(inputs.speed)
    signs.charging = timed(charging)
    signs.voltage = timed(inputs.voltage)
    return signs
  }

  private func timed(_ signal: SignalID?) -> TimedValue {
    guard let reading = table.reading(signal), reading.validTime > .zero else { return .never }
    return TimedValue(value: reading.value, time: reading.validTime)
  }

  /// Lets time pass without a frame, on a bus that sleeps.
  func advance(to now: Instant) {
    if now >= nextTick { tick(to: now) }
  }

  /// Whether something waits for the recorder.
  var hasNews: Bool { rings.records.count > 0 }

  /// Whether the rings have room for whatever may follow from time passing.
  var hasRoom: Bool { rings.haveRoom(signals: table.count) }

  /// Stores what is open. At the end of a recording the trip is over too; when a live daemon goes down the next one will
  /// know whether it went on.
  func finish(endingTrip: Bool = true) {
    closeMinute()
    if endingTrip { conclude(trips.finish()) }
    putCheckpoint()
    push(.boundary)
  }

  private func tick(to now: Instant) {
    let isFirst = lastTick.nanoseconds == .min
    let elapsed = isFirst ? 1 : now.seconds(since: lastTick)
    lastTick = now
    nextTick = now.advanced(seconds: 1)
    stamp = clockStamp(at: now)
    if rollUps.isOver(atWall: stamp.wallNanoseconds) { closeMinute() }
    let tick = VehicleTick(
      table, inputs, at: now, seconds: max(0, min(CaptureStage.longestTick, elapsed)),
      displacementLitres: displacementLitres)
    let outcome = trips.observe(tick, stamp: stamp)
    if case .started = outcome { health.tripStarted() }
    if trips.isDriving { health.observe(tick) }
    conclude(outcome)
    tellDiagnosis()
    sinceCheckpoint += elapsed
    if sinceCheckpoint >= CaptureStage.checkpointSeconds && trips.isDriving {
      putCheckpoint()
      push(.boundary)
    }
    tellLoss()
  }

  /// A recording's clock is asked for the very instant, so that a replay gives the same stamps however it is batched.
  private func clockStamp(at now: Instant) -> Timestamp {
    var stamp = clock.now()
    stamp.wallNanoseconds &+= now.nanoseconds &- stamp.uptime.nanoseconds
    stamp.uptime = now
    return stamp
  }

  private func conclude(_ outcome: TripObserver.Outcome) {
    switch outcome {
    case .nothing: return
    case .started(let trip):
      push(.event(Event(time: trip.started, kind: .tripStarted(trip))))
      push(.boundary)
    case .ended(let features):
      health.tripEnded(features, km: trips.totalKm)
      push(.event(Event(time: features.trip.ended, kind: .tripEnded(features.trip))))
      for component in ComponentID.allCases {
        let report = judged(component, silently: false)
        reports[Int(component.rawValue)] = report
        push(.event(Event(time: report.updated, kind: .healthComputed(report))))
      }
      putCheckpoint()
      push(.boundary)
    }
  }

  private func judged(_ component: ComponentID, silently: Bool) -> HealthReport {
    var report = health.report(component, at: stamp, km: trips.totalKm)
    if silently {
      // After a restart nothing has happened: show the band that was in force.
      if report.state.isBand { report.state = alerts[component].bands.band }
      return report
    }
    alerts.judge(&report) { push(.event($0)) }
    return report
  }

  private func closeMinute() {
    var count = 0
    var start: Int64 = 0
    let room = rings.rollUps.capacity - rings.rollUps.count >= table.count
    rollUps.close { startWall, rollUp in
      start = startWall
      if room && rings.rollUps.push(rollUp) { count += 1 }
    }
    if !room { lostRecords &+= 1 }
    guard count > 0 else { return }
    push(.minute(stamp: stamp, startWall: start, signals: count))
    push(.boundary)
  }

  /// Hands over what control units said, some of it at a time: a bus may say more than a disk can take.
  /// Returns how many changes that were.
  /// - Parameter isLast: also what would wait for its time.
  @discardableResult func tellDiagnosis(isLast: Bool = false) -> Int {
    let free = (rings.records.capacity - rings.records.count) / 2
    let told = diagnosis.tick(at: stamp, room: min(CaptureStage.factsPerTick, free), isLast: isLast) { change in
      switch change {
      case .event(let event): push(.event(event))
      case .record(let record): push(.diagnostic(record))
      case .removed(let record): push(.forgotten(record))
      }
    }
    if told > 0 { push(.boundary) }
    return told
  }

  private func putCheckpoint() {
    sinceCheckpoint = 0
    let checkpoint = GatewayCheckpoint(health: health.checkpoint, alerts: alerts, trips: trips)
    if rings.checkpoints.push(checkpoint) { push(.checkpoint) }
  }

  private func push(_ record: CaptureRecord) {
    if !rings.records.push(record) { lostRecords &+= 1 }
  }

  /// Says once a second what a live bus lost to full rings or in the kernel, as soon as there is room to say it.
  private func tellLoss() {
    tell(lostRecords, &toldLost, at: .recorderRing)
    tell(droppedByKernel, &toldDropped, at: .kernelQueue)
  }

  private func tell(_ lost: UInt64, _ told: inout UInt64, at place: DataLoss.Place) {
    guard lost > told, rings.records.capacity - rings.records.count >= 2 else { return }
    push(.event(Event(time: stamp, kind: .dataDropped(DataLoss(place: place, count: lost - told)))))
    push(.boundary)
    told = lost
  }

  // MARK: For the others to look at

  /// Copies what diagnostics shows into `snapshot`, without allocating.
  func fill(_ snapshot: inout CaptureSnapshot) {
    snapshot.stamp = stamp
    snapshot.counters = decoder.counters
    snapshot.lostRecords = lostRecords
    snapshot.trips = trips.trips
    snapshot.totalKm = trips.totalKm
    snapshot.trip = trips.current?.trip
    snapshot.reports = reports
    snapshot.alerts = alerts
    if snapshot.diagnosticRevision != diagnosis.revision {
      snapshot.diagnosticRevision = diagnosis.revision
      snapshot.diagnosticCount = diagnosis.copy(into: &snapshot.diagnostics)
    }
    snapshot.diagnosticTraffic = decoder.diagnostics
    snapshot.diagnosticBook = diagnosis.counters
    snapshot.vehicleIdentification = diagnosis.vehicleIdentification(preferred: snapshot.vehicleIdentification)
    snapshot.readings.withUnsafeMutableBufferPointer { table.copy(into: $0) }
  }
}
