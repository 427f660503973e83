// Coverage of the odometer's intervals on simulated units whose end is known.
import Foundation
import Prognostics
import Testing

/// One unit: usage and damage per day, and the day on which its true damage reaches one.
///
/// Drivers, severity, season, holidays and changes of regime are drawn from the spreads that the model assumes; what it
/// says in the field depends on how right those are.
private struct SimulatedUnit {
  var usage: [Double] = []
  var damage: [Double] = []
  var trueDamage: [Double] = []
  var life: Int { trueDamage.count - 1 }

  init(nominalLife: Double, unitScatter: Double, random: inout SeededGenerator) {
    let perDay = random.logNormal(38, 0.4)
    let coefficient = random.logNormal(1, unitScatter)
    let severity = random.logNormal(1, 0.25)
    let phase = 2 * .pi * random.uniform()
    let changes = random.uniform() < 0.3
    let changeDay = 100 + Int(2_900 * random.uniform())
    let usageChange = random.logNormal(1, 0.35)
    let severityChange = random.logNormal(1, 0.2)
    let holiday = Int(365 * random.uniform())
    var mood = 0.0
    var total = 0.0
    var day = 0
    while total < 1 && day < 9_000 {
      mood = 0.9 * mood + 0.19.squareRoot() * random.normal()
      var usage = perDay * random.logNormal(1, 0.6) / exp(0.18) * (day % 7 >= 5 ? 0.8 : 1.08)
      if random.uniform() >= 0.85 { usage = 0 } else { usage /= 0.85 }
      if (holiday..<(holiday + 14)).contains(day % 365) { usage *= random.uniform() < 0.5 ? 2.2 : 0 }
      var wear = severity * exp(0.3 * mood - 0.045) * (1 + 0.15 * sin(2 * .pi * Double(day) / 365 + phase))
      if changes && day > changeDay {
        usage *= usageChange
        wear *= severityChange
      }
      let damage = wear * usage / nominalLife
      total += coefficient * damage
      self.usage.append(usage)
      self.damage.append(damage)
      trueDamage.append(total)
      day += 1
    }
  }

  /// Usage from after one day to after the last.
  func usageLeft(after day: Int) -> Double { usage[(day + 1)...].reduce(0, +) }
}

@Suite struct KnownTruthTests {
  private struct Tallies {
    var usage = PrognosticTally()
    var days = PrognosticTally()
  }

  /// Tallies at 50 and 75 % of life over simulated units, optionally with one measurement at 40 %.
  private func run(units: Int, seed: UInt64, unitScatter: Double, measured: Bool) -> (half: Tallies, late: Tallies) {
    var random = SeededGenerator(seed: seed)
    var half = Tallies()
    var late = Tallies()
    for _ in 0..<units {
      let unit = SimulatedUnit(nominalLife: 40_000, unitScatter: unitScatter, random: &random)
      guard let halfDay = unit.trueDamage.firstIndex(where: { $0 >= 0.5 }),
        let lateDay = unit.trueDamage.firstIndex(where: { $0 >= 0.75 }),
        let measuredDay = unit.trueDamage.firstIndex(where: { $0 >= 0.4 }), lateDay < unit.life
      else { continue }
      var odometer = Odometer(nominalRate: 1 / 40_000, unitScatter: unitScatter)
      var perDay = UsageRate()
      for day in 0...lateDay {
        if unit.usage[day] > 0 {
          odometer.add(usage: unit.usage[day], damage: max(0, unit.damage[day] * (1 + 0.05 * random.normal())))
        }
        perDay.add(day: unit.usage[day])
        if measured && day == measuredDay {
          odometer.measure(usedFraction: unit.trueDamage[day] + random.normal(0, 0.04), standardDeviation: 0.04)
        }
        guard day == halfDay || day == lateDay else { continue }
        let usage = odometer.remainingUsage()
        let days = perDay.days(until: odometer.remainingUsage(at: QuantileLevels.ten))
        let usageLeft = unit.usageLeft(after: day)
        let daysLeft = Double(unit.life - day)
        if day == halfDay {
          half.usage.add(usage, truth: usageLeft)
          half.days.add(days, truth: daysLeft)
        } else {
          late.usage.add(usage, truth: usageLeft)
          late.days.add(days, truth: daysLeft)
        }
      }
    }
    return (half, late)
  }

  @Test func intervalsCoverWhatTheyPromise() {
    let (half, late) = run(units: 200, seed: 42, unitScatter: 0.20, measured: false)
    for (stage, tallies) in [("50 %", half), ("75 %", late)] {
      for (kind, tally) in [("usage", tallies.usage), ("days", tallies.days)] {
        let place = "\(kind) at \(stage) of life: \(tally.coverage80), \(tally.coverage90)"
        #expect(tally.count >= 195, "\(place)")
        #expect((0.72...0.92).contains(tally.coverage80), "\(place)")
        #expect((0.84...0.98).contains(tally.coverage90), "\(place)")
      }
    }
  }

  /// One measurement at 40 % of life halves the error; without it no model beats the scatter of units.
  @Test func oneMeasurementHalvesTheError() {
    let blind = run(units: 200, seed: 7, unitScatter: 0.20, measured: false)
    let measured = run(units: 200, seed: 7, unitScatter: 0.20, measured: true)
    #expect(measured.half.usage.medianRelativeError < 0.20)
    #expect(measured.late.usage.medianRelativeError < 0.35)
    #expect(measured.late.usage.medianRelativeError < 0.7 * blind.late.usage.medianRelativeError)
    #expect(measured.late.usage.meanCRPS < blind.late.usage.meanCRPS)
  }
}
