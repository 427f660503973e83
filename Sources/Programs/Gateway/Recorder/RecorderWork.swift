// The recorder's own side: what capture hands over becomes rows in groups, and groups become commits.
import Adapters
import CLinux
import Documents
import Pipeline
import Store
import Vocabulary

/// Groups, the store, and what is remembered of both. Lives on the recorder's thread.
final class RecorderWork {
  let store: Store
  private let telemetry: TelemetryRecorder
  /// When capture made what came last.
  private var latest = Timestamp.unknown
  private let rings: CaptureRings
  private let catalogue: SignalCatalogue
  /// Whole units of a transaction, ready to be committed.
  private var group = RecordGroup()
  /// What came after the last boundary.
  private var tail = RecordGroup()
  private var groupBegan: Int64 = 0
  /// What units noted with their trouble codes, so that an event can tell it; bounded by what capture keeps.
  private var freezeFrames: [String: DiagnosticRecord] = [:]
  private let counters: CounterBook
  /// Whether the next checkpoint's counters are worth a row: after a trip, and after a word of a person.
  private var countersAreDue = false
  private var last: GatewayCheckpoint?
  /// The note that holds the identification number of the vehicle that the checkpoint is about.
  static let vehicleNote = "vehicle"
  /// As committed.
  private var health: [HealthDocument?]
  private(set) var trips: [TripDocument] = []
  private(set) var produced: InlineArray<3, UInt64> = InlineArray(repeating: 0)
  /// Words of people that the last commit held.
  private(set) var answered: [UInt64] = []

  init(
    _ shelf: RecorderShelf, _ rings: CaptureRings, _ catalogue: SignalCatalogue, _ told: [DiagnosticRecord],
    _ counters: CounterBook
  ) {
    store = shelf.store
    telemetry = shelf.telemetry
    if shelf.beganEpoch { produced[Int(Lane.events.rawValue)] = 1 }
    self.counters = counters
    self.rings = rings
    self.catalogue = catalogue
    for record in told { freezeFrames[record.unitKey + record.key] = record }
    health = ComponentID.allCases.map { _ in nil }
  }

  /// Begins a new epoch, because a receiver has other content under this one's sequences.
  func beginEpoch() throws(StoreError) {
    try store.begin(.conflict)
    produced[Int(Lane.events.rawValue)] += 1
  }

  var isEmpty: Bool { group.isEmpty && tail.isEmpty }

  /// Whether the group should be committed now: an alert is in it, it is a second old, or large.
  var isDue: Bool {
    guard !group.isEmpty else { return false }
    return group.isUrgent || group.count >= Recorder.groupLimit / 2
      || telltale_clock_boottime_ns() - groupBegan >= 1_000_000_000
  }

  /// Takes over what waits in the rings, up to the limit of a group.
  func gather(_ acknowledgements: Ring<Acknowledgement>, notes: [String: String]) {
    let host = telltale_clock_boottime_ns()
    if group.isEmpty { groupBegan = host }
    // Not while a chunk of it waits behind the last boundary: the batch says that the chunk is stored.
    if tail.isEmpty && telemetry.isDue(at: host) { group.append(telemetry.flush(stamp: latest)) }
    while group.count + tail.count < Recorder.groupLimit, let record = rings.records.pop() { take(record) }
    while group.count < Recorder.groupLimit, let range = acknowledgements.pop() { group.append(.acknowledged(range)) }
    for (name, text) in notes { group.append(.note(name: name, text: text)) }
  }

  /// Commits the group; returns the `health` message if a report in it changed.
  func commit() throws(StoreError) -> [UInt8]? {
    try store.commit(group.records)
    for i in 0..<3 { produced[i] += group.produced[i] }
    answered = group.answered
    for trip in group.trips {
      trips.insert(trip, at: 0)
      if trips.count > Recorder.shownTrips { trips.removeLast() }
    }
    for (index, document) in group.health { health[index] = document }
    defer { group.removeAll() }
    return group.health.isEmpty ? nil : try? jsonText(health.compactMap { $0 })
  }

  private func take(_ record: CaptureRecord) {
    switch record {
    case .boundary:
      group.append(tail)
      tail.removeAll()
    case .checkpoint:
      guard let checkpoint = rings.checkpoints.pop() else { return }
      tail.append(.checkpoint(version: GatewayCheckpoint.version, data: checkpoint.bytes))
      last = checkpoint
      if countersAreDue {
        countersAreDue = false
        tail.append(.counters(vehicle: checkpoint.vehicle?.string ?? "", counters.of(checkpoint)))
        tail.append(.note(name: RecorderWork.vehicleNote, text: checkpoint.vehicle?.string ?? ""))
      }
    case .vehicleChanged(let left, let told):
      if let last { tail.append(.parked(vehicle: left.string, version: GatewayCheckpoint.version, data: last.bytes)) }
      bringBack(told)
    case .interval(let stamp, let startWall, let signals):
      var rollUps: [RollUp] = []
      rollUps.reserveCapacity(signals)
      for _ in 0..<signals { if let rollUp = rings.rollUps.pop() { rollUps.append(rollUp) } }
      latest = stamp
      tail.append(telemetry.take(rollUps, start: startWall, stamp: stamp, host: telltale_clock_boottime_ns()))
    case .ended(let stamp): tail.append(telemetry.flush(stamp: stamp))
    case .event(let event): take(event)
    case .diagnostic(let record):
      if record.isOfFreezeFrame { freezeFrames[record.unitKey + record.key] = record }
      tail.append(record.row(data: record.json ?? Array("{}".utf8)))
    case .forgotten(let record):
      freezeFrames[record.unitKey + record.key] = nil
      tail.append(.diagnosticRemoved(unit: record.unitKey, key: record.key))
    }
  }

  /// Hands what was parked of a vehicle back to capture; one that was never here begins anew.
  private func bringBack(_ vehicle: ShortText) {
    guard let stored = try? store.parked(vehicle: vehicle.string),
      let checkpoint = GatewayCheckpoint(version: stored.version, bytes: stored.data)
    else { return }
    _ = rings.returning.push(checkpoint)
  }

  private func take(_ event: Event) {
    let time = event.time
    switch event.kind {
    case .healthComputed(let report):
      let document = HealthDocument(report, catalogue)
      tail.health.append((Int(report.component.rawValue), document))
      if let data = try? jsonText(document) {
        tail.append(.health(component: document.component, wall: time.wallNanoseconds, data: data))
      }
      send(event.lane, event.type, document.component, time, document)
    case .healthChanged(let report, let from), .componentDegraded(let report, let from),
      .componentCritical(let report, let from):
      send(event.lane, event.type, report.component.name, time, HealthChangeDocument(report, from: from, catalogue))
    case .alertCreated(let alert), .alertEscalated(let alert), .alertResolved(let alert):
      let document = AlertDocument(alert, catalogue)
      tail.isUrgent = true
      if let data = try? jsonText(document) {
        tail.append(.alert(id: alert.id, state: document.state, changedWall: alert.changed.wallNanoseconds, data: data))
      }
      send(event.lane, event.type, alert.id, time, document)
    case .tripStarted(let trip):
      send(event.lane, event.type, "trip-\(trip.number)", time, TripDocument(trip))
    case .tripEnded(let trip):
      countersAreDue = true
      let document = TripDocument(trip)
      tail.trips.append(document)
      if let data = try? jsonText(document) {
        tail.append(.trip(number: trip.number, startedWall: trip.started.wallNanoseconds, data: data))
      }
      send(event.lane, event.type, "trip-\(trip.number)", time, document)
    case .troubleCodeSet(let report), .troubleCodeCleared(let report):
      let code = DiagnosticRecord(unit: report.unit, content: .code(report), changed: report.changed)
      let frames = freezeFrames.values.filter { $0.unit == report.unit }
      guard let document = TroubleCodeDocument.all(in: frames + [code], .standards).first else { return }
      send(event.lane, event.type, "\(document.unit.address) \(document.code)", time, document)
    case .dataDropped(let loss):
      send(event.lane, event.type, nil, time, DataLossDocument(loss))
    case .vehicleChanged(let left, let told):
      send(event.lane, event.type, told.string, time, VehicleChangeDocument(from: left, to: told))
    case .workshop(let entry, let atKm):
      countersAreDue = true
      let document = WorkshopDocument(entry, quantity: entry.quantity, atKm: atKm)
      tail.isUrgent = true
      tail.answered.append(entry.number)
      send(event.lane, event.type, document.component, time, document)
    case .clockResolved(let resolution):
      send(event.lane, event.type, nil, time, ClockResolutionDocument(resolution, quality: time.quality))
    case .observationGap(let gap): send(event.lane, event.type, nil, time, ObservationGapDocument(gap))
    case .busChanged(let change):
      let document = BusChangeDocument(change)
      send(event.lane, event.type, document.name, time, document)
    }
  }

  private func send(_ lane: Lane, _ type: String, _ subject: String?, _ time: Timestamp, _ document: some Encodable) {
    // A document holds no number that JSON cannot say, so encoding cannot fail; were it to, the row says so itself.
    let data = (try? jsonText(document)) ?? Array("{}".utf8)
    tail.append(.outgoing(lane: lane, type: type, subject: subject, time: time, data: data))
  }
}
