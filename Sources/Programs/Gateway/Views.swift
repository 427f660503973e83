// What the technician may look at: capture's snapshot, recorder and courier, as the documents of the socket.
import Adapters
import CLinux
import Clock
import Diagnostics
import Documents
import Health
import Pipeline
import Sync
import Vocabulary

/// Makes the socket's documents from what the threads leave for others to read. Every view is a copy and cannot wait.
struct Views: Sendable {
  let configuration: GatewayConfiguration
  let catalogue: SignalCatalogue
  let criticalities: Criticalities
  let board: SnapshotBoard
  let recorder: Recorder
  let courier: Courier?
  let control: BusControl?
  let desk: WorkshopDesk
  let sensorTopic: SensorTopic?
  let plan: MemoryPlan
  let storePath: String
  let started: Timestamp
  let hostStarted: Int64
  let isReplay: Bool
  let standingWarnings: [String]

  var diagnostics: DiagnosticsViews {
    DiagnosticsViews(
      status: { status() }, signals: { signals() }, health: { health() }, alerts: { alerts() },
      sources: { sources() }, memory: { memory() }, trips: { recorder.snapshot.trips }, dtcs: { dtcs() },
      units: { units() }, polling: { polling() }, command: command)
  }

  func status() -> StatusDocument {
    let capture = board.read()
    let recorded = recorder.snapshot
    let sync = courier?.snapshot
    let now = capture.stamp
    let valid = zip(catalogue.descriptions, capture.readings).count { description, reading in
      reading.validity(at: now.uptime, staleAfterNanoseconds: Int64(description.staleAfter * 1e9)) == .valid
    }
    let queued = recorded.queued
    return StatusDocument(
      vehicle: configuration.vehicle, version: Gateway.version, started: started.rfc3339,
      uptimeSeconds: Double(RealClock.hostNanoseconds() - hostStarted) * 1e-9,
      clock: .init(now: now.rfc3339, quality: now.quality.name, boot: now.boot.description),
      mode: isReplay ? "replay" : "live", sources: capture.sources.count,
      frames: frames(capture),
      signals: .init(known: catalogue.count, valid: valid), trip: capture.trip.map { TripDocument($0) },
      trips: Int(capture.trips), distanceKm: capture.totalKm, vehicleScore: vehicleScore(capture),
      diagnosis: DiagnosisSummary(capture.diagnostics, vin: capture.vehicleIdentification, .standards),
      diagnosticTraffic: .init(
        messages: capture.diagnosticTraffic.isotp.messages + capture.diagnosticTraffic.j1939.messages,
        rejected: capture.diagnosticTraffic.rejected, unconfirmed: capture.diagnosticBook.unconfirmed,
        refused: capture.diagnosticBook.refused, gaveWay: capture.diagnosticBook.gaveWay,
        otherSource: capture.counters.otherSource),
      sync: .init(
        configured: courier != nil, connected: sync?.isConnected ?? false,
        broker: configuration.broker.map { "\($0.host):\($0.port)" },
        error: sync?.isConnected == true ? nil : sync?.lastError,
        queued: .init(alerts: queued[0], events: queued[1], telemetry: queued[2]),
        published: sync?.published ?? 0, acknowledged: sync?.acknowledged ?? 0, bytesToday: sync?.bytesToday ?? 0,
        heldBack: sync?.isHeldBack ?? false,
        refused: .init(
          acknowledgements: sync?.refusedAcknowledgements ?? 0, publications: sync?.refusedPublications ?? 0,
          oversized: sync?.oversizedRows ?? 0)),
      store: .init(
        path: storePath, bytes: recorded.bytes, error: recorded.problem,
        bytesWritten: recorded.bytesWritten,
        dropped: .init(alerts: recorded.dropped[0], events: recorded.dropped[1], telemetry: recorded.dropped[2])),
      warnings: warnings(capture, recorded, sync), data: dataHealth(), polling: polling().state)
  }

  private func frames(_ capture: CaptureSnapshot) -> StatusDocument.Frames {
    StatusDocument.Frames(
      received: capture.counters.frames, decoded: capture.counters.decoded, unmatched: capture.counters.unmatched,
      malformed: capture.counters.malformed,
      dropped: capture.sources.reduce(capture.lostRecords) { $0 + $1.counters.dropped })
  }

  /// What to say when frames came and none of them means anything; nil otherwise.
  func nothingDecoded(_ frames: StatusDocument.Frames) -> String? {
    guard frames.received > 0, frames.decoded == 0 else { return nil }
    let names = configuration.packs.map(\.name).joined(separator: ", ")
    return "none of the \(frames.received) frames is described by \(names): add the pack of this vehicle to `adapters` "
      + "(`telltale adapter match` finds it by a recording, docs/write-an-adapter.md shows how to make one)"
  }

  func signals() -> [SignalDocument] {
    let capture = board.read()
    return zip(catalogue.descriptions, capture.readings).map { description, reading in
      let stale = Int64(description.staleAfter * 1e9)
      return SignalDocument(
        description, validity: reading.validity(at: capture.stamp.uptime, staleAfterNanoseconds: stale),
        reading: reading.validTime == .zero ? .nan : reading.value,
        ageSeconds: reading.updates == 0 ? .nan : max(0, capture.stamp.uptime.seconds(since: reading.time)))
    }
  }

  func health() -> [HealthDocument] {
    let reports = board.read().reports
    return ComponentID.allCases.map { HealthDocument(reports[Int($0.rawValue)], catalogue) }
  }

  private func vehicleScore(_ capture: CaptureSnapshot) -> VehicleScoreDocument {
    var score = VehicleScore(criticalities)
    for component in ComponentID.allCases { score.add(capture.reports[Int(component.rawValue)]) }
    let pulls = ComponentID.allCases.map { (component: $0, pull: score.contribution(of: $0)) }.filter { $0.pull > 0 }
    let sum = pulls.reduce(0) { $0 + $1.pull }
    return VehicleScoreDocument(
      score: score.count > 0 ? score.score : nil, components: score.count,
      pulls: pulls.sorted { $0.pull > $1.pull }.map { .init(component: $0.component.name, share: $0.pull / sum) })
  }

  func alerts() -> [AlertDocument] {
    let alerts = board.read().alerts
    return ComponentID.allCases.compactMap { alerts[$0].open }.map { AlertDocument($0, catalogue) }
  }

  func dtcs() -> [TroubleCodeDocument] { TroubleCodeDocument.all(in: board.read().diagnostics, .standards) }

  func units() -> [ControlUnitDocument] { ControlUnitDocument.all(in: board.read().diagnostics, .standards) }

  func memory() -> MemoryDocument {
    MemoryDocument(
      planned: plan.lines.map { .init(buffer: $0.buffer, bytes: $0.bytes) }, limit: plan.limit,
      used: ProcessMemory.current() ?? ProcessMemory(resident: 0, peak: 0, privateBytes: 0))
  }

  private func warnings(
    _ capture: CaptureSnapshot, _ recorded: RecorderSnapshot, _ sync: CourierSnapshot?
  ) -> [String] {
    var warnings = standingWarnings
    if capture.counters.frames >= 1000, let nothing = nothingDecoded(frames(capture)) { warnings.append(nothing) }
    warnings += capture.sources.compactMap(\.problem) + (control?.snapshot.problems ?? [])
    if !capture.stamp.quality.isTrusted {
      warnings.append(
        "the clock is not kept by a network, a satellite receiver or a battery: dates may be wrong, and ages and km a day "
          + "are not counted")
    }
    if capture.lostRecords > 0 {
      warnings.append("\(capture.lostRecords) records lost to full rings: the disk is too slow or full")
    }
    if capture.diagnosticBook.refused > 0 {
      warnings.append(
        "\(capture.diagnosticBook.refused) facts of control units had no room: more units or trouble codes than are kept, "
          + "or forged ones")
    }
    if let problem = recorded.problem { warnings.append(problem) }
    let dropped = recorded.dropped[0] + recorded.dropped[1] + recorded.dropped[2]
    if dropped > 0 {
      warnings.append(
        "\(dropped) rows were given up for want of room on the disk, old telemetry first; raise limits.disk, or bring the "
          + "broker back")
    }
    if let sync, sync.isHeldBack {
      warnings.append("the bytes of the day are used up (mqtt.daily_bytes): telemetry waits, alerts go on")
    }
    if let sync, !sync.isConnected {
      let rows = recorded.queued[0] + recorded.queued[1] + recorded.queued[2]
      warnings.append("\(sync.lastError ?? "no broker yet"); \(rows) rows wait in the outbox")
    }
    return warnings
  }
}
