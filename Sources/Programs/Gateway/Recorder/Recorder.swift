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
  private let foundDamage = Mutex<String?>(nil)
  private let log: @Sendable (String) -> Void

  /// The shortest time between two epochs that receivers ask for, ns.
  static let epochPause: Int64 = 600_000_000_000
  /// The shortest time between two lines about rows that were given up, ns.
  static let lossPause: Int64 = 600_000_000_000
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

  /// Notes that the database's file is damaged: only the next start can save what is readable of it.
  func found(damage: String) { foundDamage.withLock { $0 = $0 ?? damage } }

  /// What is wrong with the file; nil while nothing is known.
  var damage: String? { foundDamage.withLock { $0 } }

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
    var lossesTold: Int64 = .min / 2
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
      if wantsEpoch.exchange(false, ordering: .acquiring) { renewEpoch(of: work) }
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
        // Over the quota each group gives up a little: the sum of it is told now and then.
        if now - lossesTold >= Recorder.lossPause, tellLosses(of: work.store) { lossesTold = now }
        commits += 1
        // Code that ran once, at a start or for a question, does not stay in memory.
        if commits % 16 == 0 { telltale_release_code_pages() }
        desk.settle(work.answered)
        if let courier = courier.withLock({ $0 }) {
          if let health { courier.updateHealth(health) }
          courier.poke()
        }
      } catch {
        if error.kind == .damaged { found(damage: error.description) }
        retryAt = now + 1_000_000_000
        let isNew = shared.withLock { shared in
          defer { shared.problem = error.description }
          return shared.problem != error.description
        }
        if isNew { log("\(error.description); what is not stored waits in memory and is tried again every second") }
      }
    }
    _ = tellLosses(of: work.store)
    desk.close()
    _ = close(epoll)
    // A file that nobody has closed is read from end to end at the next start.
    if damage != nil { _ = Unmanaged.passRetained(work.store) }
  }

  /// Whether there was something to tell.
  private func tellLosses(of store: Store) -> Bool {
    guard let losses = store.takeLosses() else { return false }
    log("\(store.path): \(losses.description)")
    return true
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
  private func renewEpoch(of work: RecorderWork) {
    let now = telltale_clock_boottime_ns()
    guard now - epochBegan.load(ordering: .relaxed) >= Recorder.epochPause else { return }
    do throws(StoreError) {
      try work.beginEpoch()
      epochBegan.store(now, ordering: .relaxed)
      log("a receiver has other content under this state's sequences: it goes on under a new epoch")
      if let courier = courier.withLock({ $0 }) { courier.poke() }
    } catch {
      log("\(error.description); the new epoch that a receiver asks for is begun when it asks again")
    }
  }
}
