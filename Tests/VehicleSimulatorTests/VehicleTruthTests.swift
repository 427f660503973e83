// The truth beside the log is true: what the sensors show follows it, and lives end where it says.
import Testing
import Vocabulary

@testable import VehicleSimulator

@Suite struct VehicleTruthTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func faultsShowAsTheTruthSays(seed: UInt64) throws {
    let (car, frames) = life(seed: seed, km: 1500, wear: WearRates(cooling: 20, charging: 20))
    let drives = Drive.all(frames)

    let cooling = try #require(VehicleTruth(car).components).cooling
    #expect(try #require(cooling.onsetKm) < 1000 && cooling.stateEnd > 0.2)
    #expect(cooling.regulatedTemperatureEnd < cooling.regulatedTemperatureStart - 2)
    #expect(abs(cooling.failureTemperature - (cooling.regulatedTemperatureStart - 11)) < 1e-5)
    let steady = drives.compactMap { $0.steadyCoolant(near: cooling.regulatedTemperatureEnd) }
    #expect(abs(try #require(median(Array(steady.suffix(8)))) - cooling.regulatedTemperatureEnd) < 1.5)

    let charging = try #require(VehicleTruth(car).components).charging
    #expect(charging.stateEnd > 0.2)
    let volts = drives.compactMap(\.runningVoltage)
    #expect(abs(try #require(median(Array(volts.suffix(15)))) - charging.runningVoltageEnd) < 0.1)
    #expect(abs(try #require(median(Array(volts.prefix(15)))) - charging.runningVoltageStart) < 0.1)
  }

  /// The oil's wear, added up again from what the bus shows of revolutions and oil temperature.
  @Test(arguments: [1, 7] as [UInt64])
  func oilAgesByWhatTheBusShows(seed: UInt64) throws {
    let (car, frames) = life(seed: seed, days: 30)
    var used = 0.0
    for drive in Drive.all(frames) {
      var oil = drive[0x5C].makeIterator()
      var current = oil.next()
      var following = oil.next()
      for engine in drive[0x0C] {
        while let next = following, next.time <= engine.time {
          current = next
          following = oil.next()
        }
        used += engine.value / 120 * AgingOil.penalty(current?.value ?? 0) / 31_500_000
      }
    }
    let truth = try #require(VehicleTruth(car).components).engineOil
    #expect(used > 0.02)
    #expect(abs(used * truth.unitFactor / truth.consumedByUse - 1) < 0.02)
    #expect(abs(truth.consumedByAge - VehicleTruth(car).days / 365.25) < 0.003)
  }

  /// A car that drives on past the promised end has used its oil up there, and not before.
  @Test(arguments: [(3, 12), (4, 30)] as [(UInt64, Double)])
  func oilEndsWhereTheTruthSays(seed: UInt64, rate: Double) throws {
    let (early, _) = life(seed: seed, days: 4, wear: WearRates(engineOil: rate))
    let promise = VehicleTruth(early)
    let promised = try #require(promise.components).engineOil
    let end = try #require(promised.endOfLifeKm)
    #expect(promised.stateEnd < 0.8)
    let (before, _) = life(seed: seed, km: end - 100, wear: WearRates(engineOil: rate))
    #expect(try #require(VehicleTruth(before).components).engineOil.stateEnd < 1)
    let (after, _) = life(seed: seed, km: end + 1, wear: WearRates(engineOil: rate))
    let truth = VehicleTruth(after)
    let oil = try #require(truth.components).engineOil
    #expect(oil.stateEnd >= 1)
    #expect(abs(try #require(oil.endOfLifeKm) - end) < 1e-5)
    #expect(abs(try #require(oil.endOfLifeOdometerKm) - end - truth.odometerStartKm) < 1e-5)
  }

  @Test func aRateIsAMultipleOfTheOrdinary() throws {
    let slow = try #require(SimulatedVehicle(.init(seed: 5)).machine.combustion)
    var configuration = SimulatedVehicle.Configuration(seed: 5)
    configuration.wear = WearRates(cooling: 8, charging: 0)
    let fast = try #require(SimulatedVehicle(configuration).machine.combustion)
    #expect(abs(try #require(slow.cooling.onsetKm) / 8 - (try #require(fast.cooling.onsetKm))) < 1e-6)
    #expect(abs(try #require(slow.cooling.endOfLifeKm) / 8 - (try #require(fast.cooling.endOfLifeKm))) < 1e-6)
    #expect(fast.charging.onsetKm == nil && fast.charging.endOfLifeKm == nil)
    #expect(fast.charging.consumed(km: 1e9) == 0)
    let end = try #require(fast.cooling.endOfLifeKm)
    #expect(fast.cooling.consumed(km: end - 1) < 1 && fast.cooling.consumed(km: end + 1) > 1)
  }

  @Test func withoutWearNothingEnds() throws {
    let (car, _) = life(seed: 2, days: 5, wear: WearRates(engineOil: 0, cooling: 0, charging: 0))
    let truth = try #require(VehicleTruth(car).components)
    #expect(truth.engineOil.endOfLifeKm == nil && truth.engineOil.stateEnd == 0)
    #expect(truth.cooling.endOfLifeKm == nil && truth.cooling.stateEnd == 0)
    #expect(truth.charging.endOfLifeKm == nil && truth.charging.stateEnd == 0)
  }

  @Test(arguments: [-1, .nan, .infinity] as [Double])
  func aRateThatIsNoneCountsAsZero(rate: Double) {
    var wear = WearRates()
    for component in WearRates.components {
      wear[component] = rate
      #expect(wear[component] == 0)
    }
  }

  @Test(
    arguments: [
      (-30, 3), (20, 3), (30, 2.5), (60, 1.3), (90, 1), (105, 1.15), (150, 6), (180, 6),
    ] as [(Double, Double)])
  func oilPenaltyIsLinearBetweenItsPoints(celsius: Double, factor: Double) {
    #expect(abs(AgingOil.penalty(celsius) - factor) < 1e-12)
  }
}
