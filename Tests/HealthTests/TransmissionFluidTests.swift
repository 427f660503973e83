// Transmission fluid: kilometres by temperature against the calendar, measured and modelled.
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite struct TransmissionFluidTests {
  private static func fluid(km: Double, ageing: Double = 1, isMeasured: Bool = true) -> FluidFeatures {
    var fluid = FluidFeatures()
    (fluid.watchedKm, fluid.measuredKm, fluid.warm) = (km, isMeasured ? km : 0, ageing * km)
    return fluid
  }

  private func ward(
    _ given: [(name: String, value: Double)] = [("used", 0), ("life_months", 360)], drives: Int = 0, km: Double = 100,
    ageing: Double = 1, isMeasured: Bool = true
  ) -> WearWard {
    var ward = WearWard(.transmissionFluid, given)
    for _ in 0..<drives {
      ward.drive(km: km) { $0.fluid = Self.fluid(km: km, ageing: ageing, isMeasured: isMeasured) }
    }
    return ward
  }

  @Test func kilometresWearByTheirTemperature() throws {
    let ward = ward(drives: 200, ageing: 2)
    let report = ward.report()
    #expect(abs(report.consumed - 2 * 20_000 / 160_000) < 1e-9 && report.state.isBand)
    let left = try #require(report.remainingUsefulLife)
    #expect(abs(left.km.p50 / 60_000 - 1) < 0.15 && left.km.p10 < left.km.p50 && left.km.p50 < left.km.p90)
  }

  @Test func theLedgerSaysWhatAgedIt() throws {
    var ward = ward()
    for _ in 0..<10 {
      ward.drive(km: 100) {
        $0.fluid = Self.fluid(km: 100)
        ($0.fluid.normal, $0.fluid.hot) = (50, 400)
      }
    }
    let report = ward.report()
    for (feature, wear) in [(Feature.fluidWearNormal, 500.0), (.fluidWearWarm, 1_000), (.fluidWearHot, 4_000)] {
      #expect(abs(try #require(report.evidence(feature)).value - wear / 160_000 * 100) < 1e-9)
    }
    #expect(report.evidence[0].feature == .fluidWearHot)
    let shares = (0..<report.evidence.count).reduce(0) { $0 + report.evidence[$1].share }
    #expect(abs(shares - 1) < 1e-9)
  }

  @Test func aModelledTemperatureIsLessCertain() throws {
    let measured = try #require(ward(drives: 100).report().remainingUsefulLife).km
    let modelled = try #require(ward(drives: 100, isMeasured: false).report().remainingUsefulLife).km
    #expect(modelled.p90 - modelled.p10 > 1.25 * (measured.p90 - measured.p10))
    #expect(abs(modelled.p50 / measured.p50 - 1) < 0.1)
  }

  @Test func theCalendarEndsIt() throws {
    // Ten years less a month, hardly driven.
    let given = [("last_service", Ward.wallSeconds(-3_622)), ("used", 0.1)]
    let ward = ward(given, drives: 20, km: 5)
    let report = ward.report()
    #expect(abs(report.consumed - 3_642 / 3_652.5) < 1e-3 && report.confirmation == 1 && report.score < 40)
    #expect(abs(try #require(report.remainingUsefulLife).days.p50 - 10.5) < 0.1)
    #expect(report.evidence[0].feature == .fluidAge)
  }

  @Test func anUnknownPastSaysSo() throws {
    var ward = ward([], drives: 50)
    let life = try #require(ward.report().remainingUsefulLife).km
    #expect(ward.reason()?.contains("telltale service transmission-fluid") == true)
    #expect(life.p05 < 0.2 * life.p95 && ward.report().score > 90)
    ward.measure(0, 0.5)
    #expect(ward.reason() == nil)
    let report = ward.report()
    #expect(abs(report.consumed - 0.5) < 0.01)
    #expect(abs(try #require(report.evidence(.fluidAge)).value - 60) < 1, "as old as it is worn")
    ward.monitor.serviced(.transmissionFluid, at: Ward.stamp(ward.day))
    #expect(ward.report().consumed < 1e-9)
  }

  @Test func fluidThatGrewYoungerWasChanged() throws {
    var ward = ward(drives: 800, ageing: 1.6)
    #expect(ward.report().consumed > 0.79)
    ward.measure(0, 0.02, deviation: 0.05)
    let report = ward.report()
    #expect(report.consumed < 0.05 && report.evidence(.fluidWearWarm) == nil)
    #expect(abs(try #require(report.evidence(.fluidAge)).value) < 1e-9)
  }

  @Test func whatIsMissingIsSaid() {
    let both: Set<FeatureInput> = [.transmissionTemperature, .coolant]
    var ward = WearWard(.transmissionFluid, without: both)
    ward.drive(unseen: both) { _ in }
    #expect(ward.reason()?.contains("maps the inputs of transmission-fluid") == true)
    ward = WearWard(.transmissionFluid, [("used", 0)], without: [.transmissionTemperature])
    for _ in 0..<5 { ward.drive(unseen: [.transmissionTemperature]) { _ in } }
    #expect(ward.reason() == "0 trips seen yet")
    for _ in 0..<5 {
      ward.drive(unseen: [.transmissionTemperature]) { $0.fluid = Self.fluid(km: 40, isMeasured: false) }
    }
    #expect(ward.report().state != .unknown)
  }

  @Test func aRestartGoesOnBitForBit() {
    var first = ward(drives: 40, isMeasured: false)
    var second = ward()
    second.monitor.restore(first.monitor.checkpoint)
    second.day = first.day
    for _ in 0..<10 {
      first.drive { $0.fluid = Self.fluid(km: 40, ageing: 1.7) }
      second.drive { $0.fluid = Self.fluid(km: 40, ageing: 1.7) }
    }
    let (a, b) = (first.report(), second.report())
    #expect(a.consumed == b.consumed && a.remainingUsefulLife == b.remainingUsefulLife)
    #expect(MemoryLayout<TransmissionFluid.State>.size < 400)
  }

  @Test(arguments: [true, false]) func countersOutliveAVersion(isMeasured: Bool) throws {
    var old = ward([("last_service", Ward.wallSeconds(-400)), ("used", 0)], drives: 300, isMeasured: isMeasured)
    old.measure(0, 0.3, deviation: 0.05)
    var new = old.upgraded()
    for _ in 0..<5 {
      old.drive(km: 100) { $0.fluid = Self.fluid(km: 100, isMeasured: isMeasured) }
      new.drive(km: 100) { $0.fluid = Self.fluid(km: 100, isMeasured: isMeasured) }
    }
    let (a, b) = (old.report(), new.report())
    #expect(abs(a.consumed - b.consumed) < 1e-9 && new.reason() == nil)
    let (kept, counted) = (try #require(b.evidence(.fluidAge)), try #require(a.evidence(.fluidAge)))
    #expect(abs(kept.value - counted.value) < 1e-6)
    let (left, again) = (try #require(a.remainingUsefulLife).km, try #require(b.remainingUsefulLife).km)
    #expect(abs(left.p50 / again.p50 - 1) < 0.1)
  }
}
