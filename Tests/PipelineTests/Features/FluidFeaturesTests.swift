// Kilometres of transmission fluid by temperature, measured and modelled.
import Testing
import Vocabulary

@testable import Pipeline

@Suite struct FluidFeaturesTests {
  private func drive(
    minutes: Int, into gatherer: inout FluidGatherer, _ set: (inout VehicleTick) -> Void
  ) {
    for second in 0..<minutes * 60 {
      var tick = VehicleTick(time: Instant.zero.advanced(seconds: Double(second)), seconds: 1)
      tick.speed = 60
      set(&tick)
      gatherer.observe(tick, at: BrakeDrive.stamp(Double(second)), isDriving: true)
    }
  }

  /// The trade's rule: 100,000 miles at 175 °F, half of it every 20 °F more.
  @Test(arguments: [(79.44, 100_000.0), (90.56, 50_000), (101.67, 25_000), (112.8, 12_500), (135, 3_125)])
  func lifeHalvesWithEveryElevenKelvin(celsius: Double, miles: Double) {
    let life = 100_000 * FluidGatherer.ageing(79.44) / FluidGatherer.ageing(celsius)
    #expect(abs(life / miles - 1) < 0.02)
  }

  @Test func coldFluidAgesAQuarter() {
    #expect(FluidGatherer.ageing(79) == 1 && FluidGatherer.ageing(20) == 0.25 && FluidGatherer.ageing(-40) == 0.25)
  }

  @Test func kilometresByTemperature() {
    var gatherer = FluidGatherer()
    gatherer.begin(at: BrakeDrive.stamp(0))
    for celsius in [79.0, 95, 120] { drive(minutes: 10, into: &gatherer) { $0[.transmissionTemperature] = celsius } }
    let features = gatherer.finish()
    #expect(abs(features.watchedKm - 30) < 1e-9 && abs(features.measuredKm - 30) < 1e-9)
    #expect(abs(features.normal - 10) < 1e-9)
    #expect(abs(features.warm - 10 * FluidGatherer.ageing(95)) < 1e-9)
    #expect(abs(features.hot - 10 * FluidGatherer.ageing(120)) < 1e-9)
    gatherer.begin(at: BrakeDrive.stamp(0))
    #expect(gatherer.finish().watchedKm == 0 && gatherer.finish().hot == 0)
  }

  @Test func withoutASensorItFollowsTheCoolantAndTheLoad() {
    var gatherer = FluidGatherer()
    drive(minutes: 60, into: &gatherer) { $0.coolant = 71 }
    var features = gatherer.finish()
    #expect(features.measuredKm == 0 && abs(features.watchedKm - 60) < 1e-9)
    #expect(features.normal > 50 && features.normal < 60, "it is 79 Celsius once warm")
    gatherer.begin(at: BrakeDrive.stamp(0))
    drive(minutes: 60, into: &gatherer) { ($0.coolant, $0.engineLoad) = (90, 95) }
    features = gatherer.finish()
    #expect(features.hot > features.normal + features.warm, "a trailer uphill")
  }

  @Test func whatIsNotKnownIsNotWatched() {
    var gatherer = FluidGatherer()
    drive(minutes: 10, into: &gatherer) { _ in }
    drive(minutes: 10, into: &gatherer) { ($0.speed, $0.coolant) = (nil, 90) }
    drive(minutes: 10, into: &gatherer) { ($0.speed, $0.coolant) = (.infinity, 90) }
    #expect(gatherer.finish().watchedKm == 0)
    // A sensor that broke: the coolant stands in.
    gatherer.begin(at: BrakeDrive.stamp(0))
    drive(minutes: 10, into: &gatherer) { ($0[.transmissionTemperature], $0.coolant) = (-3_276.8, 80) }
    let features = gatherer.finish()
    #expect(features.measuredKm == 0 && abs(features.watchedKm - 10) < 1e-9 && features.hot == 0)
  }
}
