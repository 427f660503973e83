// The recorder: the only writer of the database. Turns capture's plain values into rows and commits them in groups.
import Adapters
import CLinux
import Documents
import Pipeline
import Store
import Sync
import Synchronization
import Glibc
import Vocabulary

/// What the recorder tells others.
struct RecorderSnapshot: Sendable {
  /// Transactions committed.
  var commits: UInt64 = 0
  /// Rows given to the outbox, by `Lane.rawValue`.
  var produced: InlineArray<3, UInt64> = InlineArray(repeating: 0)
  /// Rows that wait in the outbox for their acknowledgement, by `Lane.rawValue`.
  var queued: InlineArray<3, Int> = InlineArray(repeating: 0)
  /// Why the last commit failed; nil while they succeed.
  var problem: String?
  /// Bytes of the database file.
  var bytes: Int64 = 0
  /// The latest trips, newest first.
  var trips: [TripDocument] = []
}

/// Drains capture's rings and the courier's acknowledgements, on a thread of its own. A slow disk stalls only this.
///
/// Alerts commit at once; the rest in groups of at most a second. A group never ends between an alert, its state and the
/// checkpoint that goes with it: capture marks where a transaction may end.
final class Recorder: Sendable {
  /// Acknowledgements on their way from the courier.
  let acknowledgements = Ring<Acknowledgement>(capacity: 256)
  /// Rung by capture and courier when there is something to do.
  let bell: Int32
  private let shared = Mutex(RecorderSnapshot())
  private let isStopping = Atomic<Bool>(false)
  private let idle = Atomic<Bool>(false)
  private let rings: CaptureRings
  private let catalogue: SignalCatalogue
  private let told: [DiagnosticRecord]
  private let desk: WorkshopDesk
  private let counters: CounterBook
  private let courier = Mutex<Courier?>(nil)
  /// By name, not yet taken over.
  private let notes = Mutex<[String: String]>([:])
  private let log: @Sendable (String) -> Void

  /// Trips that diagnostics shows.
  static let shownTrips = 100
  /// Records of one transaction at the most.
  static let groupLimit = 256

  /// - Parameter told: the freeze frames that control units told before this start, as the store has them.
  init(
    rings: CaptureRings, catalogue: SignalCatalogue, told: [DiagnosticRecord],
    desk: WorkshopDesk, counters: CounterBook, log: @escaping @Sendable (String) -> Void
  ) {
    self.rings = rings
    self.desk = desk
    self.counters = counters
    self.catalogue = catalogue
    self.told = told
    self.log = log
    bell = telltale_eventfd()
  }

  var snapshot: RecorderSnapshot { shared.withLock { $0 } }
  /// Whether everything that capture handed over is committed.
  var isIdle: Bool { idle.load(ordering: .acquiring) && rings.records.count == 0 && acknowledgements.count == 0 }

  /// Tells `courier` of each commit from now on.
  func report(to courier: Courier) { self.courier.withLock { $0 = courier } }

  func ring() { telltale_eventfd_signal(bell) }

  /// Has something small kept for the next start.
  func note(_ name: String, _ text: String) {
    notes.withLock { $0[name] = text }
    ring()
  }

  /// Lets `run` end once everything is committed.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    ring()
  }

  /// The thread's body. `store` is handed over: nobody else touches it after this.
  func run(_ store: consuming Store, waitMilliseconds: Int32 = 200) {
    let work = RecorderWork(store, rings, catalogue, told, counters)
    let epoll = telltale_epoll_create()
    telltale_epoll_add(epoll, bell, 0)
    shared.withLock {
      $0.bytes = Int64(work.store.bytes)
      $0.queued = work.store.queued
    }
    var retryAt: Int64 = 0
    while true {
      var tag: UInt64 = 0
      if work.isEmpty && rings.records.count == 0 && acknowledgements.count == 0 {
        idle.store(true, ordering: .releasing)
        if isStopping.load(ordering: .acquiring) { break }
        telltale_epoll_wait(epoll, &tag, 1, waitMilliseconds)
      } else {
        idle.store(false, ordering: .releasing)
        if !work.isDue { telltale_epoll_wait(epoll, &tag, 1, 20) }
      }
      telltale_eventfd_clear(bell)
      let isEnding = isStopping.load(ordering: .acquiring)
      let now = telltale_clock_boottime_ns()
      work.gather(acknowledgements, notes: notes.withLock { notes in
        defer { notes.removeAll() }
        return notes
      })
      guard work.isDue || isEnding, !work.isEmpty, now >= retryAt else {
        // A disk that stays full must not keep the daemon from ending.
        if isEnding && retryAt > 0 { break }
        continue
      }
      do throws(StoreError) {
        let health = try work.commit()
        retryAt = 0
        shared.withLock {
          $0.commits += 1
          if $0.problem != nil { log("the store can be written again") }
          $0.problem = nil
          $0.produced = work.produced
          $0.queued = work.store.queued
          $0.bytes = Int64(work.store.bytes)
          $0.trips = work.trips
        }
        desk.settle(work.answered)
        if let courier = courier.withLock({ $0 }) {
          if let health { courier.updateHealth(health) }
          courier.poke()
        }
      } catch {
        retryAt = now + 1_000_000_000
        let isNew = shared.withLock { shared in
          defer { shared.problem = error.description }
          return shared.problem != error.description
        }
        if isNew { log("\(error.description); what is not stored waits in memory and is tried again every second") }
      }
    }
    desk.close()
    _ = close(epoll)
  }
}

/// The recorder's own side: groups, the store, and what it remembers. Lives on the recorder's thread.
private final class RecorderWork {
  let store: Store
  private let rings: CaptureRings
  private let catalogue: SignalCatalogue
  /// Whole units of a transaction, ready to be committed.
  private var group: [StoreRecord] = []
  private var checkpointInGroup: Int?
  /// What came after the last boundary.
  private var tail: [StoreRecord] = []
  private var isUrgent = false
  private var groupBegan: Int64 = 0
  /// What units noted with their trouble codes, so that an event can tell it; bounded by what capture keeps.
  private var freezeFrames: [String: DiagnosticRecord] = [:]
  private let counters: CounterBook
  /// Whether the next checkpoint's counters are worth a row: after a trip, and after a word of a person.
  private var countersAreDue = false
  private var last: GatewayCheckpoint?
  /// The note that holds the identification number of the vehicle that the checkpoint is about.
  static let vehicleNote = "vehicle"
  private var health: [HealthDocument?]
  private var healthChanged = false
  private(set) var trips: [TripDocument] = []
  private(set) var produced: InlineArray<3, UInt64> = InlineArray(repeating: 0)
  private var producedInGroup: InlineArray<3, UInt64> = InlineArray(repeating: 0)
  /// Words of people that the next commit holds, and that the last one held.
  private var answeredInGroup: [UInt64] = []
  private(set) var answered: [UInt64] = []

  init(
    _ store: consuming Store, _ rings: CaptureRings, _ catalogue: SignalCatalogue, _ told: [DiagnosticRecord],
    _ counters: CounterBook
  ) {
    self.store = store
    self.counters = counters
    self.rings = rings
    self.catalogue = catalogue
    for record in told { freezeFrames[record.unitKey + record.key] = record }
    health = ComponentID.allCases.map { _ in nil }
  }

  var isEmpty: Bool { group.isEmpty && tail.isEmpty }

  /// Whether the group should be committed now: an alert is in it, it is a second old, or large.
  var isDue: Bool {
    guard !group.isEmpty else { return false }
    return isUrgent || group.count >= Recorder.groupLimit / 2
      || telltale_clock_boottime_ns() - groupBegan >= 1_000_000_000
  }

  /// Takes over what waits in the rings, up to the limit of a group.
  func gather(_ acknowledgements: Ring<Acknowledgement>, notes: [String: String]) {
    if group.isEmpty { groupBegan = telltale_clock_boottime_ns() }
    while group.count + tail.count < Recorder.groupLimit, let record = rings.records.pop() { take(record) }
    while group.count < Recorder.groupLimit, let range = acknowledgements.pop() { group.append(.acknowledged(range)) }
    for (name, text) in notes { group.append(.note(name: name, text: text)) }
  }

  /// Commits the group; returns the `health` message if a report in it changed.
  func commit() throws(StoreError) -> [UInt8]? {
    try store.commit(group)
    group.removeAll(keepingCapacity: true)
    checkpointInGroup = nil
    for i in 0..<3 { produced[i] += producedInGroup[i] }
    producedInGroup = InlineArray(repeating: 0)
    answered = answeredInGroup
    answeredInGroup = []
    isUrgent = false
    defer { healthChanged = false }
    return healthChanged ? try? jsonText(health.compactMap { $0 }) : nil
  }

  private func take(_ record: CaptureRecord) {
    switch record {
    case .boundary:
      for record in tail { addToGroup(record) }
      tail.removeAll(keepingCapacity: true)
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
    case .minute(let stamp, let startWall, let signals):
      var rollUps: [RollUp] = []
      rollUps.reserveCapacity(signals)
      for _ in 0..<signals { if let rollUp = rings.rollUps.pop() { rollUps.append(rollUp) } }
      tail.append(.rollUps(startWall: startWall, seconds: 60, rollUps))
      var start = stamp
      start.uptime.nanoseconds -= stamp.wallNanoseconds - startWall
      start.wallNanoseconds = startWall
      let document = TelemetryDocument(start: start, seconds: 60, rollUps, catalogue)
      send(.telemetry, "vehicle.telemetry.received", nil, stamp, document)
    case .event(let event): take(event)
    case .diagnostic(let record):
      if record.isOfFreezeFrame { freezeFrames[record.unitKey + record.key] = record }
      tail.append(record.row(data: record.json ?? Array("{}".utf8)))
    case .forgotten(let record):
      freezeFrames[record.unitKey + record.key] = nil
      tail.append(.diagnosticRemoved(unit: record.unitKey, key: record.key))
    }
  }

  /// Of the checkpoints in one transaction only the newest is ever read: it takes the place of the one before.
  private func addToGroup(_ record: StoreRecord) {
    if case .checkpoint = record {
      if let checkpointInGroup {
        group[checkpointInGroup] = record
        return
      }
      checkpointInGroup = group.count
    }
    group.append(record)
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
      health[Int(report.component.rawValue)] = document
      healthChanged = true
      if let data = try? jsonText(document) {
        tail.append(.health(component: document.component, wall: time.wallNanoseconds, data: data))
      }
      send(event.lane, event.type, document.component, time, document)
    case .healthChanged(let report, let from), .componentDegraded(let report, let from),
      .componentCritical(let report, let from):
      send(event.lane, event.type, report.component.name, time, HealthChangeDocument(report, from: from, catalogue))
    case .alertCreated(let alert), .alertEscalated(let alert), .alertResolved(let alert):
      let document = AlertDocument(alert, catalogue)
      isUrgent = true
      if let data = try? jsonText(document) {
        tail.append(.alert(id: alert.id, state: document.state, changedWall: alert.changed.wallNanoseconds, data: data))
      }
      send(event.lane, event.type, alert.id, time, document)
    case .tripStarted(let trip):
      send(event.lane, event.type, "trip-\(trip.number)", time, TripDocument(trip))
    case .tripEnded(let trip):
      countersAreDue = true
      let document = TripDocument(trip)
      trips.insert(document, at: 0)
      if trips.count > Recorder.shownTrips { trips.removeLast() }
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
      isUrgent = true
      answeredInGroup.append(entry.number)
      send(event.lane, event.type, document.component, time, document)
    case .busChanged(let change):
      let document = BusChangeDocument(change)
      send(event.lane, event.type, document.name, time, document)
    }
  }

  private func send(_ lane: Lane, _ type: String, _ subject: String?, _ time: Timestamp, _ document: some Encodable) {
    // A document holds no number that JSON cannot say, so encoding cannot fail; were it to, the row says so itself.
    let data = (try? jsonText(document)) ?? Array("{}".utf8)
    tail.append(.outgoing(lane: lane, type: type, subject: subject, time: time, data: data))
    producedInGroup[Int(lane.rawValue)] += 1
  }
}
