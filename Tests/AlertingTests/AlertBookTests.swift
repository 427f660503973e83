// The alert book: which events follow from which reports, and that every episode that opens is resolved once.
import Testing
import Vocabulary

@testable import Alerting

@Suite struct AlertBookTests {
  private static func stamp(_ seconds: Int64) -> Timestamp {
    Timestamp(
      boot: BootID(high: 0, low: 1), uptime: Instant(nanoseconds: seconds * 1_000_000_000),
      wallNanoseconds: seconds * 1_000_000_000, quality: .ntp)
  }

  private static func report(
    _ component: ComponentID, _ score: Double, confirmation: Double = 1, state: HealthState = .ok, at seconds: Int64 = 0
  ) -> HealthReport {
    var report = HealthReport(unknown: component, because: .none, at: stamp(seconds))
    report.state = state
    report.score = score
    report.confirmation = confirmation
    return report
  }

  /// Perhaps worn out, but worn for sure: that much is told.
  @Test func aBandThatIsNotCertainIsToldAsTheWorstThatIs() {
    var (ward, unsure) = (Ward(), Ward())
    for second in 1...8 {
      var report = Self.report(.tyreTread, 8, confirmation: 0.64, at: Int64(second))
      unsure.judge(report)
      report.sureScore = 32
      ward.judge(report)
    }
    #expect(ward.book[.tyreTread].told == .service && unsure.book[.tyreTread].told == .ok)
    // What was certain does not become well by being less so.
    for second in 9...20 {
      var report = Self.report(.tyreTread, 30, confirmation: 0.5, at: Int64(second))
      report.sureScore = 90
      ward.judge(report)
    }
    #expect(ward.book[.tyreTread].told == .service)
  }

  /// A book with what it said.
  private struct Ward {
    var book = AlertBook()
    var events: [Event] = []
    var second: Int64 = 0

    mutating func see(_ component: ComponentID, _ score: Double, times: Int = 1, confirmation: Double = 1) {
      for _ in 0..<times {
        second += 1
        judge(report(component, score, confirmation: confirmation, at: second))
      }
    }

    mutating func judge(_ report: HealthReport) {
      var report = report
      var said: [Event] = []
      book.judge(&report) { said.append($0) }
      events += said
    }

    var types: [String] { events.map(\.type) }
  }

  @Test func thereIsAPlaceForEachComponent() {
    let book = AlertBook()
    for component in ComponentID.allCases {
      #expect(book[component].told == .unknown && book[component].open == nil && book[component].episodes == 0)
    }
    #expect(MemoryLayout<AlertBook>.stride == ComponentID.allCases.count * MemoryLayout<ComponentAlerts>.stride)
  }

  @Test func aComponentThatIsWellIsToldOnce() {
    var ward = Ward()
    ward.see(.cooling, 95, times: 100)
    #expect(ward.types == ["vehicle.health.changed"])
    guard case .healthChanged(let report, let from) = ward.events[0].kind else { return #expect(Bool(false)) }
    #expect(report.state == .ok && from == .unknown)
  }

  @Test func anEpisodeOpensEscalatesAndResolves() throws {
    var ward = Ward()
    ward.see(.cooling, 95, times: 6)
    ward.events = []
    ward.see(.cooling, 30, times: 4)
    #expect(ward.types == ["vehicle.health.changed", "component.degraded", "alert.created"])
    let open = try #require(ward.book[.cooling].open)
    #expect(open.id == "cooling-1" && open.severity == .warning && open.opened == Self.stamp(10))
    ward.see(.cooling, 5, times: 4)
    #expect(
      ward.types.dropFirst(3) == [
        "vehicle.health.changed", "component.degraded", "component.critical", "alert.escalated",
      ])
    ward.see(.cooling, 30, times: 4)
    ward.see(.cooling, 50, times: 4)
    #expect(ward.book[.cooling].open?.severity == .critical, "an alert does not get milder, it is resolved")
    ward.see(.cooling, 95, times: 4)
    guard case .alertResolved(let resolved) = try #require(ward.events.last).kind else { return #expect(Bool(false)) }
    #expect(resolved.id == "cooling-1" && resolved.state == .resolved && resolved.opened == Self.stamp(10))
    #expect(resolved.changed == ward.events.last?.time && ward.book[.cooling].open == nil)
    ward.see(.cooling, 30, times: 4)
    #expect(ward.book[.cooling].open?.id == "cooling-2" && ward.book[.cooling].episodes == 2)
  }

  @Test func watchIsNobodysAlert() {
    var ward = Ward()
    ward.see(.charging, 50, times: 20)
    #expect(ward.types == ["vehicle.health.changed", "vehicle.health.changed", "component.degraded"])
    #expect(ward.book[.charging].open == nil)
  }

  @Test func learningAndUnknownNeverAlert() {
    var ward = Ward()
    for state in [HealthState.learning, .unknown] {
      for score in [0.0, 10, 30, .nan] {
        for _ in 0..<20 { ward.judge(Self.report(.engineOil, score, state: state)) }
      }
    }
    #expect(ward.book[.engineOil].episodes == 0 && ward.types == ["vehicle.health.changed", "vehicle.health.changed"])
  }

  @Test func aBandThatIsNotConfirmedIsNotTold() {
    var ward = Ward()
    ward.see(.engineOil, 5, times: 100, confirmation: 0.89)
    #expect(ward.types == ["vehicle.health.changed"] && ward.book[.engineOil].told == .ok)
  }

  @Test func anEpisodeOutlivesLearning() {
    var ward = Ward()
    ward.see(.cooling, 10, times: 4)
    #expect(ward.book[.cooling].open != nil)
    ward.judge(Self.report(.cooling, 10, state: .learning))
    #expect(ward.book[.cooling].open?.id == "cooling-1")
    ward.see(.cooling, 10)
    ward.see(.cooling, 95, times: 4)
    #expect(ward.types.filter { $0 == "alert.created" }.count == 1)
    #expect(ward.types.filter { $0 == "alert.resolved" }.count == 1)
  }

  @Test func componentsDoNotTouchEachOther() {
    var ward = Ward()
    for _ in 0..<4 {
      ward.see(.engineOil, 10)
      ward.see(.charging, 95)
    }
    #expect(ward.book[.engineOil].open != nil && ward.book[.charging].open == nil)
    #expect(ward.book[.cooling].told == .unknown)
  }

  /// Random walks of scores, with losses of confidence in between: whatever happens, the events are a true history.
  @Test(arguments: 0..<40) func everyEpisodeIsOpenedOnceAndResolvedOnce(seed: UInt64) {
    var random = SeededNormal(seed: seed)
    var ward = Ward()
    var score = 90.0
    for tick in 0..<3000 {
      score = max(0, min(100, score + 6 * random.next()))
      let draw = random.uniform()
      let state: HealthState = draw < 0.02 ? .unknown : draw < 0.05 ? .learning : .ok
      ward.judge(
        Self.report(
          .cooling, state == .unknown ? .nan : score, confirmation: random.uniform() < 0.8 ? 1 : 0.5, state: state,
          at: Int64(tick)))
    }
    var open: Alert?
    var episodes: UInt32 = 0
    var told = HealthState.unknown
    var faults: [String] = []
    for event in ward.events {
      switch event.kind {
      case .alertCreated(let alert):
        episodes += 1
        if open != nil || alert.episode != episodes || alert.state != .active { faults.append("created \(alert.id)") }
        open = alert
      case .alertEscalated(let alert):
        if open?.id != alert.id || open?.severity != .warning || alert.severity != .critical {
          faults.append("escalated \(alert.id)")
        }
        open = alert
      case .alertResolved(let alert):
        if open?.id != alert.id || alert.state != .resolved { faults.append("resolved \(alert.id)") }
        open = nil
      case .healthChanged(let report, let from):
        if from != told || report.state == told { faults.append("changed \(from.name) to \(report.state.name)") }
        told = report.state
      case .componentDegraded(let report, let from):
        if from.isBand && report.state.rawValue <= from.rawValue { faults.append("degraded \(from.name)") }
      case .componentCritical(let report, _):
        if report.state != .critical { faults.append("critical \(report.state.name)") }
      default: faults.append(event.type)
      }
    }
    #expect(faults.isEmpty)
    #expect(episodes > 0 && ward.book[.cooling].episodes == episodes && ward.book[.cooling].open?.id == open?.id)
  }

  /// A burst tyre does not wait for four trips; a slow one does.
  @Test func whatIsUrgentIsToldAtOnce() {
    var ward = Ward()
    ward.see(.tyrePressure, 95, times: 6)
    var report = AlertBookTests.report(.tyrePressure, 5, at: 7)
    report.isUrgent = true
    ward.judge(report)
    #expect(ward.book[.tyrePressure].open?.severity == .critical)
    // Better is never urgent.
    var well = AlertBookTests.report(.tyrePressure, 95, at: 8)
    well.isUrgent = true
    ward.judge(well)
    #expect(ward.book[.tyrePressure].open != nil)
  }

  @Test func aReplacedPartEndsItsEpisodeAndBeginsAnew() throws {
    var ward = Ward()
    ward.see(.brakePadsFront, 10, times: 6)
    let episode = try #require(ward.book[.brakePadsFront].open)
    var said: [Event] = []
    ward.book.replaced(.brakePadsFront, at: AlertBookTests.stamp(100)) { said.append($0) }
    guard case .alertResolved(let alert)? = said.first?.kind, said.count == 1 else { return #expect(Bool(false)) }
    #expect(alert.id == episode.id && alert.state == .resolved && ward.book[.brakePadsFront].bands.band == .ok)
    #expect(ward.book[.brakePadsFront].open == nil)
    ward.see(.brakePadsFront, 10, times: 6)
    #expect(ward.book[.brakePadsFront].open?.episode == episode.episode + 1)
  }

  @Test func anotherVehicleKnowsNoAlertsButReusesNoNumber() {
    var ward = Ward()
    ward.see(.cooling, 10, times: 6)
    var other = ward.book.ofAnotherVehicle()
    #expect(other[.cooling].open == nil && other[.cooling].episodes == 1 && other[.cooling].told == .unknown)
    var report = AlertBookTests.report(.cooling, 10, at: 100)
    for _ in 0..<6 { other.judge(&report) { _ in } }
    #expect(other[.cooling].open?.id == "cooling-2")
    other.resume(ward.book)
    #expect(other[.cooling].open?.id == "cooling-1" && other[.cooling].episodes == 2)
  }

  @Test func anEpisodeOfALostBookGoesOnUntilThePartIsJudgedWell() throws {
    var ward = Ward()
    ward.see(.cooling, 10, times: 6)
    let episode = try #require(ward.book[.cooling].open)
    var found = AlertBook()
    found.takeOver(episode)
    var said: [Event] = []
    var report = AlertBookTests.report(.cooling, 90, at: 100)
    found.judge(&report) { said.append($0) }
    #expect(said.contains { if case .alertResolved(let alert) = $0.kind { alert.id == episode.id } else { false } })
    found.takeOver(episode)
    #expect(found[.cooling].open?.id == episode.id, "the newest word counts")
    var older = episode
    older.episode = 0
    found.takeOver(older)
    #expect(found[.cooling].episodes == 1 && found[.cooling].open?.id == episode.id)
  }
}
