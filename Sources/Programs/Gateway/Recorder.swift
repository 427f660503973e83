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
  /// Bytes that commits made the kernel write to the disk since the start; 0 where it does not count them.
  var bytesWritten: Int64 = 0
  /// Rows given up for want of room, by `Lane.rawValue`.
  var dropped: InlineArray<3, Int> = InlineArray(repeating: 0)
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
  private let wantsEpoch = Atomic<Bool>(false)
  /// When the last one was begun for a conflict, BOOTTIME nanoseconds.
  private let epochBegan = Atomic<Int64>(.min / 2)
  /// By name, not yet taken over.
  private let notes = Mutex<[String: String]>([:])
  /// What receivers ask for and nobody has under way.
  private let sought = Mutex<[SoughtRows]>([])
  private let log: @Sendable (String) -> Void

  /// The shortest time between two epochs that receivers ask for, ns.
  static let epochPause: Int64 = 600_000_000_000
  /// Questions of receivers that wait at once; they ask again.
  static let soughtLimit = 16
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
  var isIdle: Bool { idle.load(ordering: .acquiring) && isNothingHandedOver }

  private var isNothingHandedOver: Bool {
    rings.records.count == 0 && acknowledgements.count == 0 && notes.withLock { $0.isEmpty }
  }

  /// Tells `courier` of each commit from now on.
  func report(to courier: Courier) { self.courier.withLock { $0 = courier } }

  func ring() { telltale_eventfd_signal(bell) }

  /// Has a new epoch begun: a receiver has other content under this one's sequences.
  func renewEpoch() {
    wantsEpoch.store(true, ordering: .releasing)
    ring()
  }

  /// Has something small kept for the next start.
  func note(_ name: String, _ text: String) {
    notes.withLock { $0[name] = text }
    ring()
  }

  /// Has that of `rows` which is not stored either declared lost.
  func declareLost(_ rows: SoughtRows) {
    sought.withLock { if $0.count < Recorder.soughtLimit { $0.append(rows) } }
    ring()
  }

  /// Lets `run` end once everything is committed.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    ring()
  }

  /// The thread's body. What `shelf` holds is handed over: nobody else touches it after this.
  func run(_ shelf: RecorderShelf, waitMilliseconds: Int32 = 200) {
    let work = RecorderWork(shelf, rings, catalogue, told, counters)
    let epoll = telltale_epoll_create()
    telltale_epoll_add(epoll, bell, 0)
    shared.withLock {
      $0.bytes = Int64(work.store.bytes)
      $0.queued = work.store.queued
    }
    var retryAt: Int64 = 0
    var commits = 0
    while true {
      var tag: UInt64 = 0
      // Asked before: what is handed over before the end is stored.
      let isLast = isStopping.load(ordering: .acquiring)
      if work.isEmpty && isNothingHandedOver {
        idle.store(true, ordering: .releasing)
        if isLast { break }
        telltale_epoll_wait(epoll, &tag, 1, waitMilliseconds)
      } else {
        idle.store(false, ordering: .releasing)
        if !work.isDue { telltale_epoll_wait(epoll, &tag, 1, 20) }
      }
      telltale_eventfd_clear(bell)
      if wantsEpoch.exchange(false, ordering: .acquiring) { renewEpoch(of: work.store) }
      for rows in sought.withLock({ let rows = $0; $0 = []; return rows }) { declareLost(rows, in: work.store) }
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
          $0.bytesWritten = Int64(work.store.bytesWritten)
          $0.dropped = work.store.dropped
          $0.trips = work.trips
        }
        if let losses = work.store.takeLosses() { log("\(work.store.path): \(losses.description)") }
        commits += 1
        // Code that ran once, at a start or for a question, does not stay in memory.
        if commits % 16 == 0 { telltale_release_code_pages() }
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

  private func declareLost(_ rows: SoughtRows, in store: Store) {
    do throws(StoreError) {
      let count = try store.bury(rows.ranges, rows.lane, of: rows.epoch)
      guard count > 0 else { return }
      log("a receiver asks for \(count) rows of \(rows.lane.name) that are not stored any more: they are declared lost")
      if let courier = courier.withLock({ $0 }) { courier.poke() }
    } catch {
      log("\(error.description); what a receiver misses is declared lost when it asks again")
    }
  }

  /// One conflict tells of many more that are under way: they all belong to the epoch that ends now.
  private func renewEpoch(of store: Store) {
    let now = telltale_clock_boottime_ns()
    guard now - epochBegan.load(ordering: .relaxed) >= Recorder.epochPause else { return }
    do throws(StoreError) {
      try store.begin(.conflict)
      epochBegan.store(now, ordering: .relaxed)
      log("a receiver has other content under this state's sequences: it goes on under a new epoch")
      if let courier = courier.withLock({ $0 }) { courier.poke() }
    } catch {
      log("\(error.description); the new epoch that a receiver asks for is begun when it asks again")
    }
  }
}

/// The recorder's own side: groups, the store, and what it remembers. Lives on the recorder's thread.
private final class RecorderWork {
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
