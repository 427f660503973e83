// What must hold of a component's model whatever the numbers: its units, its sides, its order, and where its zero lies.
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite struct ComponentProperties {
  /// The same course of a trend, told in another unit of distance, ends at the same place.
  @Test(arguments: [2, 0.5, 1.609_344]) func theUnitOfDistanceScalesATrend(_ scale: Double) {
    func left(_ scale: Double) -> (km: [Double], consumed: Double) {
      var parameters = ComponentParameters(.catalyst)
      for name in ["trend_life", "trend_onset"] {
        let isSet = parameters.set(name, parameters.value(name) * scale)
        #expect(isSet)
      }
      let model = IndicatorTrend.model(
        parameters, shapes: [(.linear, 0.2), (.quadratic, 0.3), (.exponential, 0.3), (.squareRoot, 0.2)])
      var trend = IndicatorTrend(model)
      var noise = SeededNormal(seed: 61)
      for tick in 0..<100 {
        let value = max(0, Double(tick) - 20) / 120 + 0.05 * noise.next()
        _ = trend.add(value, km: 500 * scale * Double(tick), model)
      }
      let quantiles: InlineArray<3, Double> = trend.trend.remainingUsage(at: [0.1, 0.5, 0.9], model)
      return ((0..<3).map { quantiles[$0] }, trend.trend.consumed(model))
    }
    let (one, other) = (left(1), left(scale))
    for (a, b) in zip(one.km, other.km) { #expect(abs(b / (a * scale) - 1) < 1e-3, "\(a) \(b)") }
    #expect(abs(one.consumed - other.consumed) < 1e-4 && one.consumed > 0.5)
  }

  // MARK: Brake pads

  private func pads(
    _ given: [(name: String, value: Double)] = [], km: Double = 40, severity: Double = 1, trips: Int = 300,
    thickness: (value: Double, deviation: Double)? = nil
  ) -> HealthReport {
    var ward = WearWard(.brakePadsFront, [("used", 0)] + given)
    for _ in 0..<trips { ward.brake(km: km, severity: severity) }
    if let thickness { ward.measure(0, thickness.value, deviation: thickness.deviation) }
    return ward.report()
  }

  private func median(_ report: HealthReport) throws -> (km: Double, days: Double) {
    let life = try #require(report.remainingUsefulLife)
    return (life.km.p50, life.days.p50)
  }

  /// Twice the work of the brakes in each kilometre: a pad lives half as long.
  @Test func twiceTheWorkIsHalfTheLife() throws {
    let (once, twice) = (pads(trips: 400), pads(severity: 2, trips: 200))
    #expect(abs(once.consumed - twice.consumed) < 1e-9)
    let (a, b) = try (median(once), median(twice))
    #expect(abs(b.km / a.km - 0.5) < 0.1 && abs(b.days / a.days - 0.5) < 0.1, "\(a) \(b)")
  }

  /// A pad that is made for twice the distance wears half as much on the same trips.
  @Test func theLifeInTheParametersScalesTheWear() throws {
    let (once, twice) = (pads(), pads([("life_km", 100_000)]))
    #expect(abs(once.consumed - 2 * twice.consumed) < 1e-9)
    let (a, b) = try (median(once), median(twice))
    #expect(abs((b.km + 12_000) / (a.km + 12_000) - 2) < 0.2, "\(a.km) \(b.km)")
  }

  /// All work is told for each kilogram: a heavier vehicle with brakes of its size wears them alike.
  @Test func theMassOfTheVehicleDoesNotMatter() {
    let (light, heavy) = (pads([("mass", 750)]), pads([("mass", 3_000)]))
    #expect(light.consumed == heavy.consumed && light.score == heavy.score && light.consumed > 0.1)
  }

  /// Millimetres of a pad, or halves of them.
  @Test func theUnitOfThicknessDoesNotMatter() throws {
    let a = pads([("thickness_new", 12), ("thickness_least", 3)], thickness: (7, 0.4))
    let b = pads([("thickness_new", 24), ("thickness_least", 6)], thickness: (14, 0.8))
    #expect(abs(a.consumed - b.consumed) < 1e-12)
    #expect(abs(try median(a).km - median(b).km) < 1e-6)
  }

  /// The same trips in any order wear the same.
  @Test func theOrderOfTripsDoesNotMatter() {
    func worn(_ severities: [Double]) -> Double {
      var ward = WearWard(.brakePadsRear, [("used", 0)])
      for severity in severities { ward.brake(severity: severity) }
      return ward.report().consumed
    }
    let severities = (0..<200).map { 0.5 + Double($0 % 7) / 4 }
    #expect(abs(worn(severities) - worn(severities.reversed())) < 1e-12)
  }

  // MARK: Engine oil

  /// A drive told in ticks of one second, or of five: the same wear.
  @Test func theLengthOfATickDoesNotMatter() {
    func worn(step: Double) -> Double {
      var ward = Ward([(.engineOil, "used", 0)])
      for _ in 0..<8 {
        ward.drive(minutes: 30, step: step)
        ward.day += 1
      }
      return ward.report(.engineOil).consumed
    }
    #expect(abs(worn(step: 1) / worn(step: 5) - 1) < 1e-6 && worn(step: 1) > 0.005)
  }

  /// Colder or hotter than the band that oil is made for, or more revolutions: never less wear.
  @Test func oilWearGrowsFromItsBestTemperature() {
    for celsius in stride(from: 100.0, through: 155, by: 5) {
      #expect(EngineOil.penalty(celsius) <= EngineOil.penalty(celsius + 5))
    }
    for celsius in stride(from: 0.0, through: 80, by: 5) {
      #expect(EngineOil.penalty(celsius) >= EngineOil.penalty(celsius + 5))
    }
    #expect(EngineOil.penalty(90) == 1 && EngineOil.penalty(-20) > 2 && EngineOil.penalty(140) > 3)
  }

  // MARK: Sides

  /// Which wheel it is does not matter to how bad it is.
  @Test(arguments: [[1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]]) func wheelsMayChangePlaces(_ places: [Int]) {
    func report(_ component: ComponentID, _ places: [Int]) -> HealthReport {
      var bench = ComponentBench(component)
      var noise = SeededNormal(seed: 62)
      for trip in 0..<160 {
        let values = (0..<4).map { _ in noise.next() }
        bench.drive(30) { features in
          for wheel in 0..<4 {
            let place = places[wheel]
            // The second wheel leaks, and its hub becomes loud.
            let bad = wheel == 1 ? Double(trip) : 0
            features.parts.tyre.pressure[place] = 341 + values[wheel] - 0.15 * bad
            for band in 0..<4 {
              features.parts.vibration.level[place * 4 + band] = Float(1 + 0.1 * values[wheel] + 0.01 * bad)
              features.parts.vibration.seconds[place * 4 + band] = 100
            }
          }
        }
      }
      return bench.report
    }
    for component in [ComponentID.tyrePressure, .wheelBearings] {
      let (a, b) = (report(component, [0, 1, 2, 3]), report(component, places))
      #expect(abs(a.consumed - b.consumed) < 1e-9 && abs(a.score - b.score) < 1e-9, "\(component)")
      #expect(a.state.isBand && a.consumed > 0.3, "\(component) \(a.consumed)")
      #expect(a.remainingUsefulLife == b.remainingUsefulLife, "\(component)")
    }
  }

  /// A mixture that is too lean by so much is as far gone as one that is too rich by it, also where the sound engine
  /// was a little off to that side already.
  @Test(arguments: [0, 4.0, -3]) func leanAndRichAreAlike(_ own: Double) {
    func report(_ sign: Double) -> HealthReport {
      var bench = ComponentBench(.fuelSystem)
      for trip in 0..<200 {
        bench.drive { features in
          for i in 0..<3 {
            features.parts.trim.seconds[i] = 200
            features.parts.trim.trim[i] = sign * (own + (trip < 120 ? 0 : Double(trip - 120) / 8))
          }
        }
      }
      return bench.report
    }
    let (lean, rich) = (report(1), report(-1))
    #expect(abs(lean.consumed - rich.consumed) < 1e-6 && lean.consumed > 0.3, "\(lean.consumed) \(rich.consumed)")
    #expect(abs(lean.score - rich.score) < 1e-4)
  }

  /// One system of 24 V is two blocks of 12 V: half of every voltage is the same health.
  @Test func twoBlocksAreTwiceOne() {
    func report(_ blocks: Double) -> HealthReport {
      var bench = ComponentBench(
        .charging,
        [("normal_voltage", 14 * blocks), ("low_voltage", 13 * blocks), ("high_voltage", 15.2 * blocks)])
      var noise = SeededNormal(seed: 63)
      for trip in 0..<150 {
        let volts = 14.1 + 0.05 * noise.next() - (trip > 90 ? 0.006 * Double(trip - 90) : 0)
        bench.drive { features in
          (features.runningVoltage, features.voltageSeconds, features.voltageTemperature) = (volts * blocks, 900, 20)
        }
      }
      return bench.report
    }
    let (one, two) = (report(1), report(2))
    #expect(abs(one.consumed - two.consumed) < 1e-9 && abs(one.score - two.score) < 1e-9)
    #expect(one.consumed > 0.1, "\(one.consumed)")
  }

  /// A vehicle whose thermostat opens four kelvin higher, and runs four kelvin hotter, is as healthy.
  @Test func theThermostatsOwnTemperatureDoesNotMatter() {
    func report(_ shift: Double) -> HealthReport {
      var bench = ComponentBench(
        .cooling, [("regulated_temperature", 88 + shift), ("over_temperature", 108 + shift)])
      var noise = SeededNormal(seed: 64)
      for trip in 0..<120 {
        let celsius = 89 + 0.5 * noise.next() - (trip > 60 ? 0.08 * Double(trip - 60) : 0)
        bench.drive { features in
          (features.steadyCoolant, features.steadySeconds) = (celsius + shift, 600)
          (features.standingCoolant, features.standingSeconds) = (95 + shift, 120)
        }
      }
      return bench.report
    }
    let (low, high) = (report(0), report(4))
    #expect(abs(low.consumed - high.consumed) < 1e-6 && low.consumed > 0.2, "\(low.consumed) \(high.consumed)")
  }

  /// Control units list their codes in any order.
  @Test func theOrderOfCodesDoesNotMatter() {
    func report(_ codes: [UInt16]) -> HealthReport {
      var bench = ComponentBench(.troubleCodes)
      for trip in 0..<30 {
        bench.drive { features in
          features.codes.wereRead = true
          guard trip >= 15 else { return }
          for code in codes { features.codes.add(TroubleCode(obd: code), status: [.confirmed], isNew: trip == 15) }
        }
      }
      return bench.report
    }
    let codes: [UInt16] = [0x0420, 0x0301, 0x4035, 0x8001, 0x0171]
    let (forth, back) = (report(codes), report(codes.reversed()))
    #expect(forth.score == back.score && forth.score < 60, "\(forth.score)")
    #expect(report([0x0420]).score > report([0x0420, 0x4035]).score)
  }

  /// Each code makes the next one likelier; a long way without any makes a vehicle like one that never had one.
  @Test func codesAreForgottenInTheEnd() {
    var (clean, faulty) = (CodeRecurrence(), CodeRecurrence())
    for _ in 0..<3 {
      let before = faulty.recurrence
      faulty.note(weight: 0.7, isNew: true, isSoonAfterClear: false, km: 0)
      #expect(faulty.recurrence > before)
    }
    var before = faulty.recurrence
    for _ in 0..<2_500 {
      clean.pass(km: 40)
      faulty.pass(km: 40)
      #expect(faulty.recurrence < before)
      before = faulty.recurrence
    }
    #expect(faulty.recurrence < 1.2 * clean.recurrence, "\(faulty.recurrence) \(clean.recurrence)")
  }
}
