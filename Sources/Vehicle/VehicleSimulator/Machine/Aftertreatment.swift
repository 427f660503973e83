// What cleans a diesel engine's exhaust: a particulate filter that fills and burns free, a catalyst that uses up fluid.
import CMath

struct Aftertreatment: Sendable {
  /// Celsius, behind the turbine and in the filter.
  private(set) var exhaust: Double
  private(set) var filter: Double
  /// 1 where the filter wants to be cleaned.
  private(set) var soot: Double
  private(set) var ash: Double
  private(set) var isRegenerating = false
  /// 0...1.
  private(set) var fluid: Double

  /// Fuel that fills the filter with soot, and a share of whose volume the catalyst takes of fluid, litres.
  private let sootLitres: Double
  private let fluidLitres: Double
  private static let fluidShare = 0.045
  private static let regenerationSeconds = 720.0

  init(_ design: EngineDesign, ambient: Double, random: inout RandomStream) {
    exhaust = ambient
    filter = ambient
    soot = random.uniform(0.1...0.9)
    ash = random.uniform(0.05...0.4)
    fluid = random.uniform(0.3...0.95)
    sootLitres = design.tankLitres * 0.5
    fluidLitres = design.tankLitres * 0.14
  }

  mutating func park(seconds: Double, ambient: Double) {
    exhaust = ambient + (exhaust - ambient) * exp(-seconds / 1200)
    filter = ambient + (filter - ambient) * exp(-seconds / 3000)
    isRegenerating = false
    if fluid < 0.12 { fluid = 0.97 }
  }

  mutating func run(seconds: Double, engine: Engine, coolant: Double) {
    let fuel = engine.fuelFlow * seconds
    let gas = engine.isCutOff ? 150 : 110 + 400 * engine.load
    exhaust += (gas - exhaust) * seconds / 25
    let heated = isRegenerating ? max(exhaust, 590) : exhaust
    filter += (heated - filter) * seconds / 70
    if !isRegenerating && soot >= 1 && coolant > 65 { isRegenerating = true }
    if isRegenerating && filter > 520 {
      soot -= 0.85 * seconds / Aftertreatment.regenerationSeconds
      if soot <= 0.15 { isRegenerating = false }
    }
    soot = min(1.6, soot + fuel / sootLitres)
    ash = min(1, ash + fuel / (sootLitres * 900))
    if exhaust > 200 { fluid = max(0, fluid - fuel * Aftertreatment.fluidShare / fluidLitres) }
  }

  func show(_ engine: Engine, in now: inout Readings) {
    now.exhaust = exhaust
    now.filter = filter
    now.soot = soot
    now.ash = ash
    now.isRegenerating = isRegenerating
    now.exhaustFluid = fluid
    let flow = engine.airFlow / engine.design.fullAirFlow
    now.filterPressure = flow * (1.5 + 6 * soot)
    guard engine.speed > 0 else { return }
    now.recirculation = isRegenerating || engine.isCutOff ? 0 : 0.35 * (1 - engine.load)
    now.nitrogenOxides = engine.isCutOff ? 0 : 120 + 900 * engine.load * (1 - now.recirculation)
    // The catalyst works once it is hot.
    now.tailpipeNitrogenOxides = now.nitrogenOxides * (1 - 0.95 * max(0, min(1, (exhaust - 180) / 60)))
    now.railPressure = 25_000 + 135_000 * engine.load
  }
}
