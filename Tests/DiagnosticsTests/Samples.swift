// A small invented vehicle for the tests to ask about.
import Diagnostics
import Documents
import Vocabulary

enum Samples {
  static let start = Timestamp(
    boot: BootID(high: 1, low: 2), uptime: .zero, wallNanoseconds: 1_780_000_000_000_000_000, quality: .ntp)

  static var catalogue: SignalCatalogue {
    var catalogue = SignalCatalogue()
    for (path, unit) in [
      ("Vehicle.Speed", "km/h"), ("Vehicle.OBD.CoolantTemperature", "celsius"),
      ("Vehicle.OBD.ControlModuleVoltage", "V"),
    ] { _ = catalogue.add(.init(path: path, unit: unit, range: -100...1000, staleAfter: 5)) }
    return catalogue
  }

  static var signals: [SignalDocument] {
    let d = catalogue.descriptions
    return [
      SignalDocument(d[0], validity: .valid, reading: 0, ageSeconds: 0.4),
      SignalDocument(d[1], validity: .stale, reading: 88.5, ageSeconds: 75),
      SignalDocument(d[2], validity: .notAvailable, reading: .nan, ageSeconds: .nan),
    ]
  }

  static var cooling: HealthReport {
    var report = HealthReport(unknown: .cooling, because: .none, at: start)
    report.state = .service
    report.score = 41.6
    report.confidence = 0.82
    report.consumed = 0.58
    report.remainingUsefulLife = RemainingUsefulLife(
      km: Quantiles(p05: 800, p10: 950, p25: 1400, p50: 2100, p75: 3000, p90: 4200, p95: 5100),
      days: Quantiles(p05: 16, p10: 19, p25: 28, p50: 42, p75: 60, p90: 84, p95: 102))
    report.evidence.add(
      Evidence(feature: .steadyCoolant, value: 81.2, reference: 88, z: -5.1, share: 0.9, sinceKm: 4200))
    report.ticks = 61
    report.atKm = 6300
    return report
  }

  static var health: [HealthDocument] {
    var learning = HealthReport(
      unknown: .charging, because: .learning(seen: 12, needed: 40, .chargingTrip), at: start)
    learning.state = .learning
    learning.score = 97.4
    learning.confidence = 0.2
    let missing = SignalID(rawValue: 1)
    return [
      HealthReport(unknown: .engineOil, because: .missingInput(missing), at: start), cooling, learning,
    ].map { HealthDocument($0, catalogue) }
  }

  static var alert: AlertDocument {
    AlertDocument(
      Alert(
        component: .cooling, episode: 2, severity: .critical, state: .active, opened: start, changed: start,
        report: cooling), catalogue)
  }

  static var trip: TripDocument {
    var trip = Trip(number: 7, started: start)
    trip.distanceKm = 12.34
    trip.engineSeconds = 1503
    trip.coolantAtStart = 21
    return TripDocument(trip)
  }

  static let status = StatusDocument(
    vehicle: "WVWZZZ1JZXW000001", version: "0.1.0", started: start.rfc3339, uptimeSeconds: 93_784,
    clock: .init(now: start.rfc3339, quality: "ntp", boot: start.boot.description), mode: "live", sources: 1,
    frames: .init(received: 120, decoded: 100, unmatched: 18, malformed: 2, dropped: 0),
    signals: .init(known: 3, valid: 1), trip: nil, trips: 7, distanceKm: 6300.04,
    sync: .init(
      configured: true, connected: false, broker: "depot:8883", error: "connection refused",
      queued: .init(alerts: 1, events: 2, telemetry: 3), published: 40, acknowledged: 34),
    store: .init(path: "/var/lib/telltale/telltale.db", bytes: 1_992_294),
    warnings: ["no trusted clock since the boot"])

  static let sources = [
    SourceDocument(name: "can0", kind: "socketcan", state: "open", frames: 120, dropped: 0, damagedLines: 0),
    SourceDocument(
      name: "drive.log", kind: "recording", state: "ended", frames: 9, dropped: 0, damagedLines: 2,
      firstDamage: "line 17: 9 data bytes"),
  ]

  static let memory = MemoryDocument(
    planned: [.init(buffer: "frame ring", bytes: 131_072), .init(buffer: "SQLite cache", bytes: 262_144)],
    limit: 33_554_432, used: ProcessMemory(resident: 9_000_000, peak: 9_500_000, privateBytes: 1_100_000))

  static let views = DiagnosticsViews(
    status: { status }, signals: { signals }, health: { health }, alerts: { [alert] }, sources: { sources },
    memory: { memory }, trips: { [trip] })
}
