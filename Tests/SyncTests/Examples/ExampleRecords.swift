// One record of each kind that a gateway sends, always the same: what the examples of the wire contract are made of.
import Documents
import Testing
import Vocabulary

/// A record and the name of its example.
struct ExampleRecord {
  var name: String
  var lane: Lane
  var type: String
  var subject: String?
  var time: Timestamp
  var data: [UInt8]

  init(_ name: String, _ kind: Event.Kind, _ time: Timestamp) throws {
    let event = Event(time: time, kind: kind)
    self.name = name
    lane = event.lane
    type = event.type
    self.time = time
    (subject, data) = try content(of: event)
  }
}

/// `seconds` after the example's beginning, by a clock that NTP has set.
func exampleTime(_ seconds: Int64) -> Timestamp {
  Timestamp(
    boot: BootID(high: 0x0f6e_2a1c_4b5d_47e8, low: 0xa9b0_c1d2_e3f4_0516),
    uptime: Instant(nanoseconds: 73_123_456_789 + seconds * 1_000_000_000),
    wallNanoseconds: (1_795_228_080 + seconds) * 1_000_000_000, quality: .ntp)
}

let exampleCatalogue = SignalCatalogue()

private func quantiles(_ p05: Double, _ p50: Double, _ p95: Double) -> Quantiles {
  Quantiles(
    p05: p05, p10: p05 + (p50 - p05) / 4, p25: (p05 + p50) / 2, p50: p50, p75: (p50 + p95) / 2,
    p90: p95 - (p95 - p50) / 4, p95: p95)
}

/// Of the cooling system as it gets worse.
private func health(_ score: Double, _ state: HealthState, _ seconds: Int64) -> HealthReport {
  var report = HealthReport(unknown: .cooling, because: .none, at: exampleTime(seconds))
  (report.state, report.score, report.confidence, report.consumed) = (state, score, 0.93, 1 - score / 100)
  (report.atKm, report.ticks) = (8412.5, 187)
  report.remainingUsefulLife = RemainingUsefulLife(
    km: quantiles(8 * score, 32 * score, 72 * score), days: quantiles(score / 4, score, 2 * score))
  report.evidence.add(
    Evidence(feature: .steadyCoolant, value: 97.5, reference: 89.5, z: 4.25, share: 0.71, sinceKm: 7730))
  return report
}

/// Of the same system after its repair.
private let repaired: HealthReport = {
  var report = HealthReport(unknown: .cooling, because: .noDegradation, at: exampleTime(4200))
  (report.state, report.score, report.confidence, report.consumed) = (.ok, 100, 0.93, 0)
  (report.atKm, report.ticks) = (8412.5, 188)
  return report
}()

let exampleLearning: HealthReport = {
  var report = HealthReport(
    unknown: .charging, because: .learning(seen: 12, needed: 40, .trip), at: exampleTime(0))
  (report.state, report.score, report.confidence, report.consumed) = (.learning, 97.5, 0.2, 0.025)
  (report.atKm, report.ticks) = (812.5, 12)
  return report
}()

private func alert(_ severity: Severity, _ state: Alert.State, _ report: HealthReport, _ seconds: Int64) -> Alert {
  Alert(
    component: .cooling, episode: 2, severity: severity, state: state, opened: exampleTime(0),
    changed: exampleTime(seconds), report: report)
}

private let trip: Trip = {
  var trip = Trip(number: 214, started: exampleTime(-19))
  trip.ended = exampleTime(600)
  (trip.distanceKm, trip.engineSeconds, trip.topSpeed) = (9.25, 616, 88)
  (trip.coolantAtStart, trip.coolantAtEnd, trip.runningVoltage) = (8, 97, 14.125)
  return trip
}()

private let misfire = TroubleCodeReport(
  unit: ControlUnit(answersOn: CANID(rawValue: 0x7E8)), code: TroubleCode(obd: 0x0301),
  status: [.confirmed, .pending], since: exampleTime(0), changed: exampleTime(120))

private let injector = TroubleCodeReport(
  unit: misfire.unit, code: TroubleCode(uds: 0x0201_13), status: [.active, .lampRequested], since: exampleTime(121),
  changed: exampleTime(121))

private let overheating = TroubleCodeReport(
  unit: ControlUnit(sourceAddress: 0), code: TroubleCode(spn: 110, fmi: 0), status: [], occurrences: 1,
  lamps: WarningLamps(states: 0, flashes: 0xFF), since: exampleTime(-3600), changed: exampleTime(122))

/// Names as they are told of what the examples speak of.
private let texts = DiagnosticTexts(
  code: {
    switch $0.notation {
    case .obd: "Misfire in cylinder 1"
    case .uds: "Injector of cylinder 1: circuit open"
    case .j1939: "Engine coolant temperature: too high, most severe"
    }
  },
  unit: { $0.language == .j1939 ? "Engine 1" : "Engine" },
  parameter: { $0 == .pid(0x05, field: 0) ? ("Engine coolant temperature", "celsius") : ("Engine speed", "rpm") })

private let freezeFrame = [
  DiagnosticFact.Content.freezeFrameCode(misfire.code, frame: 0),
  .freezeFrameValue(.pid(0x05, field: 0), frame: 0, value: 88),
  .freezeFrameValue(.pid(0x0C, field: 0), frame: 0, value: 1488.75),
].map { DiagnosticRecord(unit: misfire.unit, content: .fact($0), changed: misfire.changed) }

private func code(_ report: TroubleCodeReport) throws -> TroubleCodeDocument {
  let record = DiagnosticRecord(unit: report.unit, content: .code(report), changed: report.changed)
  return try #require(TroubleCodeDocument.all(in: freezeFrame + [record], texts).first)
}

/// What the event is about, and its data.
private func content(of event: Event) throws -> (subject: String?, data: [UInt8]) {
  switch event.kind {
  case .healthComputed(let report): (report.component.name, try jsonText(HealthDocument(report, exampleCatalogue)))
  case .healthChanged(let report, let from), .componentDegraded(let report, let from),
    .componentCritical(let report, let from):
    (report.component.name, try jsonText(HealthChangeDocument(report, from: from, exampleCatalogue)))
  case .alertCreated(let alert), .alertEscalated(let alert), .alertResolved(let alert):
    (alert.id, try jsonText(AlertDocument(alert, exampleCatalogue)))
  case .tripStarted(let trip), .tripEnded(let trip): ("trip-\(trip.number)", try jsonText(TripDocument(trip)))
  case .dataDropped(let loss): (nil, try jsonText(DataLossDocument(loss)))
  case .troubleCodeSet(let report), .troubleCodeCleared(let report):
    ("\(report.unit.name) \(report.code.name)", try jsonText(code(report)))
  case .busChanged(let change): (change.name.string, try jsonText(BusChangeDocument(change)))
  case .vehicleChanged(let from, let to): (to.string, try jsonText(VehicleChangeDocument(from: from, to: to)))
  case .workshop(let entry, let atKm):
    (
      entry.component.name,
      try jsonText(
        WorkshopDocument(entry, quantity: entry.component == .brakePadsFront ? ("thickness", "mm") : nil, atKm: atKm))
    )
  case .clockResolved(let resolution):
    (nil, try jsonText(ClockResolutionDocument(resolution, quality: event.time.quality)))
  case .observationGap(let gap): (nil, try jsonText(ObservationGapDocument(gap)))
  }
}

/// By the order in which they would come.
func exampleRecords() throws -> [ExampleRecord] {
  [
    try ExampleRecord(
      "clock-resolved",
      .clockResolved(ClockResolution(before: .none, shiftNanoseconds: 1_795_228_000_500_000_000)), exampleTime(-30)),
    try ExampleRecord(
      "observation-gap",
      .observationGap(ObservationGap(from: exampleTime(-86_400), to: exampleTime(-20), km: 41)), exampleTime(-25)),
    try ExampleRecord(
      "vehicle-changed",
      .vehicleChanged(from: ShortText("WVWZZZ1KZ6W000001".utf8), to: ShortText("WVWZZZ1KZ6W000002".utf8)),
      exampleTime(-20)),
    try ExampleRecord("trip-started", .tripStarted(Trip(number: 214, started: trip.started)), exampleTime(-19)),
    try ExampleRecord("vehicle-health-computed", .healthComputed(exampleLearning), exampleTime(0)),
    try ExampleRecord(
      "vehicle-health-changed", .healthChanged(health(64, .ok, 0), from: .learning), exampleTime(0)),
    try ExampleRecord(
      "component-degraded", .componentDegraded(health(38.5, .service, 0), from: .watch), exampleTime(0)),
    try ExampleRecord(
      "alert-created", .alertCreated(alert(.warning, .active, health(38.5, .service, 0), 0)), exampleTime(0)),
    try ExampleRecord(
      "component-critical", .componentCritical(health(17, .critical, 60), from: .service), exampleTime(60)),
    try ExampleRecord(
      "alert-escalated", .alertEscalated(alert(.critical, .active, health(17, .critical, 60), 60)), exampleTime(60)),
    try ExampleRecord("dtc-set", .troubleCodeSet(misfire), exampleTime(120)),
    try ExampleRecord("dtc-set-uds", .troubleCodeSet(injector), exampleTime(121)),
    try ExampleRecord("dtc-cleared", .troubleCodeCleared(overheating), exampleTime(122)),
    try ExampleRecord(
      "bus-changed",
      .busChanged(
        BusChange(
          bus: 0, name: ShortText("can0".utf8), condition: BusCondition(.errorActive), previous: .busOff,
          blindSeconds: 2.4)), exampleTime(180)),
    try ExampleRecord(
      "data-dropped", .dataDropped(DataLoss(place: .kernelQueue, count: 1312)), exampleTime(181)),
    try ExampleRecord("trip-ended", .tripEnded(trip), exampleTime(600)),
    try ExampleRecord(
      "component-measured",
      .workshop(
        WorkshopEntry(
          component: .brakePadsFront, kind: .measurement(quantity: 0, value: 6.5, deviation: 0.2),
          time: exampleTime(3600), number: 1), atKm: 8412.5), exampleTime(3600)),
    try ExampleRecord(
      "component-serviced",
      .workshop(
        WorkshopEntry(component: .cooling, kind: .service, time: exampleTime(4200), number: 2), atKm: 8412.5),
      exampleTime(4200)),
    try ExampleRecord(
      "alert-resolved", .alertResolved(alert(.critical, .resolved, repaired, 4200)), exampleTime(4200)),
  ]
}
