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
  private var reports: PerComponent<HealthReport>
  private let inputs: FeatureInputs
  /// Whether the traction battery is charged from outside.
  private let charging: SignalID?
  private let displacementLitres: Double
  private let rings: CaptureRings
  private let clock: any TimeSource
  /// A recording waits for room in the rings; a live bus does not: it drops, counts and says so.
  private let waitsForRoom: Bool
  private let samples: UnsafeMutableBufferPointer<Sample>
  private let desk: WorkshopDesk?
  /// Identification number of the vehicle that all of this is about.
  private var vehicle: ShortText?
  private var seenDiagnosis: UInt64 = 0
  /// The trip in which something was told without waiting for its end.
  private var urgentTrip: UInt32 = 0
  /// Lists of trouble codes that earlier trips have counted.
  private var readLists: UInt64 = 0
  /// A list was told in this trip before the daemon went down and came back.
  private var wereCodesRead = false
  private let warmUpsSinceClear: SignalID?
  private let distanceSinceClear: SignalID?
  /// What is known of a vehicle of which nothing is known.
  private let blankHealth: HealthMonitor
  private let blankTrips: TripObserver
  /// The component whose report is next, after a trip; none is due at `ComponentID`'s count.
  private var due = ComponentID.allCases.count
  /// The reports of the trip that has ended, until all are made.
  private var fresh: PerComponent<HealthReport>

  private var stamp: Timestamp
  /// What the clock said when it was last told or as expected.
  private var clockMark: Timestamp
  private var nextTick = Instant(nanoseconds: .min)
  /// Where the interval of the roll-ups ends.
  private var nextEdge = Instant(nanoseconds: .min)
  /// The earlier of both.
  private var nextDue = Instant(nanoseconds: .min)
  /// When the last interval ended.
  private var lastEdge = Instant(nanoseconds: .min)
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
  /// Reports made in one second: a remaining life takes a third of a millisecond, and a full bus may wait one.
  private static let reportsPerTick = 3
  /// Seconds for which an interval that has ended is kept for what comes late.
  private static let lateness = 0.25
  /// A longer silence is a gap, not an observation.
  private static let longestTick = 5.0

  init(
    _ vehicle: VehicleDefinition, rings: CaptureRings, clock: any TimeSource, waitsForRoom: Bool,
    checkpoint: GatewayCheckpoint?, diagnosis: consuming DiagnosticBook = DiagnosticBook(), desk: WorkshopDesk? = nil,
    rollUpSeconds: Int64 = 60
  ) {
    decoder = vehicle.decoder
    self.diagnosis = diagnosis
    table = SignalTable(vehicle.catalogue)
    rollUps = RollUps(vehicle.catalogue, seconds: rollUpSeconds)
    inputs = FeatureInputs(vehicle.catalogue)
    charging = vehicle.catalogue.id(of: "Vehicle.Powertrain.TractionBattery.Charging.IsCharging")
    warmUpsSinceClear = vehicle.catalogue.id(of: "Vehicle.Telltale.OBD.WarmUpsSinceClear")
    distanceSinceClear = vehicle.catalogue.id(of: "Vehicle.Telltale.OBD.DistanceSinceClear")
    displacementLitres = vehicle.parameters.displacementLitres
    trips = vehicle.tripObserver
    health = vehicle.healthMonitor
    blankHealth = health
    blankTrips = trips
    self.rings = rings
    self.clock = clock
    self.waitsForRoom = waitsForRoom
    self.desk = desk
    samples = .allocate(capacity: max(64, vehicle.decoder.largestMessage))
    samples.initialize(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)))
    stamp = clock.now()
    clockMark = stamp
    if let checkpoint {
      // A clock that came right while nobody ran dates the rows of this boot all the same.
      if checkpoint.made.boot == stamp.boot { clockMark = checkpoint.made }
      health.restore(checkpoint.health)
      alerts = checkpoint.alerts
      self.vehicle = checkpoint.vehicle
      if checkpoint.owesReports { due = 0 }
      wereCodesRead = checkpoint.wereCodesRead
    }
    reports = InlineArray(repeating: HealthReport(unknown: .engineOil, because: .none, at: stamp))
    fresh = reports
    if let checkpoint { resumeTrip(of: checkpoint.trips) }
    for component in ComponentID.allCases { reports[Int(component.rawValue)] = standing(component) }
  }

  /// A trip that ran when the daemon went down goes on if the engine was seen a moment ago in this same boot; else it
  /// has ended, and is told now.
  private func resumeTrip(of earlier: TripObserver) {
    if trips.resume(earlier, at: stamp) { return }
    var ended = earlier
    conclude(ended.finish())
    // With an odometer the next trip tells what passed.
    if !trips.hasOdometer { tellGap(ObservationGap(from: earlier.lastRunning, to: stamp, km: .nan)) }
  }

  private func tellGap(_ gap: ObservationGap) {
    push(.event(Event(time: stamp, kind: .observationGap(gap))))
    push(.boundary)
  }

  deinit { samples.deallocate() }

  // MARK: The hot path

  /// Takes frames in until they are used up or the rings have no room for what one more could cause. Returns how many
  /// were taken; a live bus always gets all taken.
  @_optimize(speed)
  func process(_ frames: UnsafeBufferPointer<CANFrame>) -> Int {
    for i in 0..<frames.count {
      if waitsForRoom && frames[i].time >= nextDue && !rings.haveRoom(signals: table.count) { return i }
      take(frames[i])
    }
    return frames.count
  }

  @inline(__always)
  private func take(_ frame: CANFrame) {
    if frame.time >= nextDue { pass(to: frame.time) }
    var out = samples.mutableSpan
    let count = decoder.decode(frame, into: &out) { diagnosis.take($0, at: stamp) }
    guard count > 0 else { return }
    let wall = stamp.wallNanoseconds &+ (frame.time.nanoseconds &- stamp.uptime.nanoseconds)
    for i in 0..<count {
      table.update(samples[i])
      rollUps.add(samples[i], wallNanoseconds: wall)
      feed(samples[i])
    }
  }

  /// Shows a sample to the features that need every one.
  @inline(__always)
  private func feed(_ sample: Sample) {
    guard let input = inputs.fastInput(of: sample.signal), sample.validity == .valid else { return }
    trips.take(input, sample.value, at: sample.time)
  }

  /// Takes in a value that did not come in a frame, such as a sensor's.
  func take(_ sample: Sample) {
    if sample.time >= nextDue { pass(to: sample.time) }
    table.update(sample)
    feed(sample)
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
    signs.engineSpeed = timed(inputs[.engineSpeed])
    signs.speed = timed(inputs[.speed])
    signs.charging = timed(charging)
    signs.voltage = timed(inputs[.voltage])
    return signs
  }

  private func timed(_ signal: SignalID?) -> TimedValue {
    guard let reading = table.reading(signal), reading.validTime > .zero else { return .never }
    return TimedValue(value: reading.value, time: reading.validTime)
  }

  /// Lets time pass without a frame, on a bus that sleeps.
  func advance(to now: Instant) {
    if now >= nextDue { pass(to: now) }
  }

  /// Whether something waits for the recorder.
  var hasNews: Bool { rings.records.count > 0 }

  /// Whether the rings have room for whatever may follow from time passing.
  var hasRoom: Bool { rings.haveRoom(signals: table.count) }

  /// Stores what is open. At the end of a recording the trip is over too; when a live daemon goes down the next one will
  /// know whether it went on.
  func finish(endingTrip: Bool = true) {
    closeEndedInterval()
    rollUps.turn()
    closeEndedInterval()
    if endingTrip { conclude(trips.finish()) }
    reportDue(atMost: ComponentID.allCases.count)
    putCheckpoint()
    push(.ended(stamp: stamp))
    push(.boundary)
  }

  /// Does what is due at `now`. Intervals end at their own edge, whenever the second's work is done.
  private func pass(to now: Instant) {
    if now >= nextTick { tick(to: now) } else { keepIntervals(at: now) }
    nextDue = min(nextTick, nextEdge)
  }

  private func tick(to now: Instant) {
    let isFirst = lastTick.nanoseconds == .min
    let elapsed = isFirst ? 1 : now.seconds(since: lastTick)
    lastTick = now
    nextTick = now.advanced(seconds: 1)
    stamp = clockStamp(at: now)
    watchClock()
    keepIntervals(at: now)
    let tick = VehicleTick(
      table, inputs, at: now, seconds: max(0, min(CaptureStage.longestTick, elapsed)),
      displacementLitres: displacementLitres)
    reportDue(atMost: CaptureStage.reportsPerTick)
    takeWorkshop()
    watchVehicle()
    let outcome = trips.observe(tick, stamp: stamp)
    if case .started = outcome { health.tripStarted() }
    if trips.isDriving {
      health.observe(tick)
      if let component = health.urgent { tellUrgently(component) }
    }
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

  /// Tells a wall clock that came right, or that made a step of more than a second against BOOTTIME.
  private func watchClock() {
    let gained =
      (stamp.wallNanoseconds &- clockMark.wallNanoseconds) &- (stamp.uptime.nanoseconds &- clockMark.uptime.nanoseconds)
    let cameRight = stamp.quality.isTrusted && !clockMark.quality.isTrusted
    if cameRight || gained.magnitude > 1_000_000_000 {
      guard hasRoomToTell else { return }
      let resolution = ClockResolution(before: clockMark.quality, shiftNanoseconds: gained)
      push(.event(Event(time: stamp, kind: .clockResolved(resolution))))
      push(.boundary)
    }
    clockMark = stamp
  }

  private func conclude(_ outcome: TripObserver.Outcome) {
    switch outcome {
    case .nothing: return
    case .started(let trip):
      push(.event(Event(time: trip.started, kind: .tripStarted(trip))))
      // With its beginning: a start after a kill must not begin the same trip again.
      putCheckpoint()
      push(.boundary)
    case .ended(var features):
      readDiagnosis(into: &features)
      // A trip that ends before the reports of the last one are made: those are told first.
      reportDue(atMost: ComponentID.allCases.count)
      health.tripEnded(features)
      if features.unseenKm > 0 {
        tellGap(
          ObservationGap(from: features.lastRunningBefore, to: features.trip.started, km: features.unseenKm))
      }
      push(.event(Event(time: features.trip.ended, kind: .tripEnded(features.trip))))
      putCheckpoint()
      push(.boundary)
      due = 0
    }
  }

  /// Health belongs to a vehicle, not to a gateway: when control units tell another identification number, all that is
  /// known is parked under the old one, and what was parked under the new one comes back.
  private func watchVehicle() {
    // Asked first: what may come back is tens of kilobytes, and nothing does but after an exchange.
    if rings.returning.count > 0, let earlier = rings.returning.pop(), earlier.vehicle == vehicle {
      // Not on top of what stands: what was told of the other vehicle's parts is not told of this one's.
      health = blankHealth
      health.restore(earlier.health)
      alerts.resume(earlier.alerts)
      trips.change(to: earlier.trips, from: blankTrips)
      for component in ComponentID.allCases { reports[Int(component.rawValue)] = standing(component) }
    }
    guard diagnosis.revision != seenDiagnosis, hasRoomForAll else { return }
    seenDiagnosis = diagnosis.revision
    guard let told = diagnosis.vehicleIdentification(preferred: vehicle), told != vehicle else { return }
    defer { vehicle = told }
    guard let left = vehicle else { return }
    trips.forgetOdometerOfTrip()
    conclude(trips.finish())
    reportDue(atMost: ComponentID.allCases.count)
    putCheckpoint()
    push(.vehicleChanged(from: left, to: told))
    push(.event(Event(time: stamp, kind: .vehicleChanged(from: left, to: told))))
    push(.boundary)
    health = blankHealth
    alerts = alerts.ofAnotherVehicle()
    trips.change(to: nil, from: blankTrips)
    for component in ComponentID.allCases { reports[Int(component.rawValue)] = standing(component) }
  }

  private var hasRoomForAll: Bool { rings.records.capacity - rings.records.count >= CaptureRings.perFrame }

  /// The trouble codes and the results of the control units' own tests that stand, and whether a list of codes was told
  /// since the last trip.
  private func readDiagnosis(into features: inout TripFeatures) {
    features.codes.wereRead = wereCodesRead || diagnosis.lists != readLists
    readLists = diagnosis.lists
    wereCodesRead = false
    features.codes.warmUpsSinceClear = table.value(warmUpsSinceClear, at: stamp.uptime)
    features.codes.kmSinceClear = table.value(distanceSinceClear, at: stamp.uptime)
    let begun = features.trip.started
    diagnosis.forEach { record in
      switch record.content {
      case .code(let report):
        let isNew = report.since.boot == begun.boot && report.since.uptime >= begun.uptime
        features.codes.add(report.code, status: report.status, lamps: report.lamps, isNew: isNew)
      case .fact(.monitor(let result)): features.monitors.add(result)
      default: break
      }
    }
  }

  /// Makes some of the reports of the trip that has ended; when the last one is made all are judged and told together, so
  /// that alerts, their state and the checkpoint commit in one transaction.
  private func reportDue(atMost count: Int) {
    guard due < ComponentID.allCases.count else { return }
    for _ in 0..<count {
      guard let component = ComponentID(rawValue: UInt8(due)) else { break }
      fresh[due] = health.report(component, at: stamp)
      due += 1
    }
    guard due == ComponentID.allCases.count else { return }
    for i in 0..<due { tell(fresh[i]) }
    putCheckpoint()
    push(.boundary)
  }

  /// Judges a report and tells what is new: of a component that stays unknown nothing is.
  private func tell(_ computed: HealthReport) {
    let i = Int(computed.component.rawValue)
    var report = computed
    let before = reports[i].state
    alerts.judge(&report) { push(.event($0)) }
    reports[i] = report
    if report.state != .unknown || before != .unknown {
      push(.event(Event(time: report.updated, kind: .healthComputed(report))))
    }
  }

  /// Tells at once what must not wait for the end of a trip, and once as long as it lasts.
  private func tellUrgently(_ component: ComponentID) {
    guard hasRoomForAll, urgentTrip != trips.trips else { return }
    urgentTrip = trips.trips
    tell(health.report(component, at: stamp))
    putCheckpoint()
    push(.boundary)
  }

  /// Takes in what people told of components.
  /// - Returns: whether there was something.
  @discardableResult func takeWorkshop() -> Bool {
    guard let desk, hasRoomForAll, var entry = desk.next() else {
      return false
    }
    entry.time = stamp
    switch entry.kind {
    case .service:
      health.serviced(entry.component, at: stamp)
      alerts.replaced(entry.component, at: stamp) { push(.event($0)) }
    case .measurement(let quantity, let value, let deviation):
      _ = health.measured(
        entry.component, quantity: Int(quantity), value: value, deviation: deviation.isNaN ? nil : deviation, at: stamp)
    }
    push(.event(Event(time: stamp, kind: .workshop(entry, atKm: health.usage.km))))
    tell(health.report(entry.component, at: stamp))
    putCheckpoint()
    push(.boundary)
    return true
  }

  /// The report after a restart: nothing has happened, so the band is the one that was in force.
  private func standing(_ component: ComponentID) -> HealthReport {
    var report = health.report(component, at: stamp)
    if report.state.isBand { report.state = alerts[component].bands.band }
    return report
  }

  /// Begins another interval where one is over, and closes the one before when nothing of it can come any more.
  private func keepIntervals(at now: Instant) {
    let wall = stamp.wallNanoseconds &+ (now.nanoseconds &- stamp.uptime.nanoseconds)
    if rollUps.isOver(atWall: wall) {
      closeEndedInterval()
      rollUps.turn()
      lastEdge = now
    } else if now.seconds(since: lastEdge) >= CaptureStage.lateness {
      closeEndedInterval()
    }
    nextEdge = Instant(nanoseconds: now.nanoseconds &+ rollUps.untilEdge(fromWall: wall))
  }

  private func closeEndedInterval() {
    guard rollUps.hasEnded else { return }
    var count = 0
    var start: Int64 = 0
    let room = rings.rollUps.capacity - rings.rollUps.count >= table.count
    rollUps.closeEnded { startWall, rollUp in
      start = startWall
      if room && rings.rollUps.push(rollUp) { count += 1 }
    }
    if !room { lostRecords &+= 1 }
    guard count > 0 else { return }
    push(.interval(stamp: stamp, startWall: start, signals: count))
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
    let checkpoint = GatewayCheckpoint(
      health: health.checkpoint, alerts: alerts, trips: trips, vehicle: vehicle,
      owesReports: due < ComponentID.allCases.count, wereCodesRead: wereCodesRead || diagnosis.lists != readLists,
      made: stamp)
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
