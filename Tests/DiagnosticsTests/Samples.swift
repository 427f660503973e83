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
    vehicleScore: .init(
      score: 41.5, components: 4,
      pulls: [.init(component: "brake-pads-front", share: 0.78), .init(component: "engine-oil", share: 0.22)]),
    diagnosis: diagnosis,
    diagnosticTraffic: .init(
      messages: 30, rejected: [.init(transport: "j1939", reason: "packets without an announcement", count: 3)],
      unconfirmed: 2, refused: 1, gaveWay: 0, otherSource: 4),
    sync: .init(
      configured: true, connected: false, broker: "depot:8883", error: "connection refused",
      queued: .init(alerts: 1, events: 2, telemetry: 3), published: 40, acknowledged: 34),
    store: .init(path: "/var/lib/telltale/telltale.db", bytes: 1_992_294),
    warnings: ["no trusted clock since the boot"], data: DataHealthDocument(
      of: sources.map {
        .init(
          source: $0, frames: $0.frames, lost: $0.dropped + $0.overruns, blindSeconds: $0.blindSeconds,
          observedSeconds: 93_784)
      }),
    polling: "paused")

  static let engine = ControlUnit(answersOn: CANID(standard: 0x7E8))
  static let brakes = ControlUnit(bus: 1, sourceAddress: 11)

  static let texts = DiagnosticTexts(
    code: { $0.base == 0x0301 ? "Cylinder 1: misfire" : nil },
    unit: { $0.address == 0x7E8 ? "engine" : nil },
    parameter: { $0 == .pid(0x0C, field: 0) ? ("engine speed", "rpm") : nil })

  /// An engine with a confirmed and a pending code, and brakes that had one once.
  static let records: [DiagnosticRecord] = {
    let codes: [(TroubleCode, ControlUnit, TroubleCodeStatus)] = [
      (TroubleCode(spn: 168, fmi: 17), brakes, []), (TroubleCode(obd: 0x0128), engine, .pending),
      (TroubleCode(obd: 0x0301), engine, [.confirmed, .pending]),
    ]
    let reports = codes.map { code, unit, status in
      DiagnosticRecord(
        unit: unit,
        content: .code(TroubleCodeReport(unit: unit, code: code, status: status, since: start, changed: start)),
        changed: start)
    }
    let facts: [DiagnosticFact.Content] = [
      .listEnded(complete: .confirmed, notation: .obd), .listEnded(complete: .pending, notation: .obd),
      .readiness(
        Readiness(
          isLampOn: true, codeCount: 1, ignition: .spark, supported: [.misfire, .catalyst], incomplete: .catalyst)),
      .freezeFrameCode(TroubleCode(obd: 0x0301), frame: 0),
      .freezeFrameValue(.pid(0x0C, field: 0), frame: 0, value: 2500),
      .freezeFrameValue(.pid(0x05, field: 0), frame: 0, value: .nan),
      .identity(.vin, index: 0, ShortText("1M8GDM9AXKP042788".utf8)),
    ]
    return reports + facts.map { DiagnosticRecord(unit: engine, content: .fact($0), changed: start) }
  }()

  static let diagnosis = DiagnosisSummary(records, vin: ShortText("1M8GDM9AXKP042788".utf8), texts)
  static let dtcs = TroubleCodeDocument.all(in: records, texts)
  static let units = ControlUnitDocument.all(in: records, texts)

  /// A bus with a history, and a recording.
  static let sources = [
    SourceDocument(
      name: "can0", kind: "socketcan", state: "open", frames: 120, dropped: 3, damagedLines: 0,
      busState: "error-warning", transmitErrors: 0, receiveErrors: 99, bitrate: 500_000, interfaceKind: "can",
      errorFrames: 5, errors: [.init(kind: "no-ack", count: 4), .init(kind: "bus-off", count: 1)], overruns: 1,
      transmitted: 12, outages: 2, blindSeconds: 12.5, onBus: 400, interfaceDropped: 2,
      lastError: "bus-off: the controller has left the bus, at 2026-05-28T20:26:38.500Z", receiveBufferBytes: 1 << 20,
      filtered: true),
    SourceDocument(
      name: "drive.log", kind: "recording", state: "ended", frames: 9, dropped: 0, damagedLines: 2,
      firstDamage: "line 17: 9 data bytes"),
  ]

  static let polling = PollingDocument(
    configured: true, state: "paused", pausedUntil: start.rfc3339,
    parked: .init(state: "awake", since: start.rfc3339, evidence: ["engine at 830 rpm"]),
    buses: [
      .init(
        name: "can0", budgetPerSecond: 10, granted: 1200, hindrance: "paused",
        refused: [
          .init(code: "bus-budget", count: 5, last: start.rfc3339), .init(code: "parked", count: 0),
        ],
        units: [
          .init(request: "7E0", answer: "7E8", pids: 31, answerMilliseconds: 12, packSize: 6),
          .init(request: nil, answer: "7E9", pids: 2, answerMilliseconds: nil, packSize: 1),
        ],
        items: [
          .init(what: "01 0C engine speed", unit: "7E8", everySeconds: 0.2, metSeconds: 0.251, state: "served"),
          .init(what: "09 02 VIN", unit: nil, everySeconds: nil, metSeconds: nil, state: "waiting"),
        ],
        stretch: 1.254)
    ])

  static let memory = MemoryDocument(
    planned: [.init(buffer: "frame ring", bytes: 131_072), .init(buffer: "SQLite cache", bytes: 262_144)],
    limit: 33_554_432, used: ProcessMemory(resident: 9_000_000, peak: 9_500_000, privateBytes: 1_100_000))

  static let views = DiagnosticsViews(
    status: { status }, signals: { signals }, health: { health }, alerts: { [alert] }, sources: { sources },
    memory: { memory }, trips: { [trip] }, dtcs: { dtcs }, units: { units },
    polling: { polling })
}
