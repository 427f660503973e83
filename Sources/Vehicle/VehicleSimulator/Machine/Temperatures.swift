// Heat in the vehicle: coolant and its thermostat, oil, and the air under the bonnet.
import CMath

/// Temperatures of the vehicle's own, Celsius.
struct Temperatures: Sendable {
  private(set) var coolant: Double
  private(set) var oil: Double
  private(set) var intake: Double

  /// What coolant and engine block hold together in the petrol car, kJ/K.
  private static let heatCapacity = 42.0

  init(ambient: Double) {
    coolant = ambient
    oil = ambient
    intake = ambient
  }

  /// Cools towards the air of the place where it stands.
  mutating func park(seconds: Double, ambient: Double) {
    coolant = ambient + (coolant - ambient) * exp(-seconds / 9000)
    oil = ambient + (oil - ambient) * exp(-seconds / 11_000)
    intake = ambient + (intake - ambient) * exp(-seconds / 4000)
  }

  /// - Parameters:
  ///   - thermostat: the coolant temperature that the thermostat holds.
  ///   - leak: 0 for one that shuts tight when cold, 1 for one at its failure level.
  ///   - roadSpeed: m/s.
  ///   - heatShare: of the combustion's heat that reaches the coolant, over the usual one.
  ///   - oilOffset: how much warmer this engine's oil gets than another's, K.
  mutating func advance(
    seconds: Double, engine: Engine, roadSpeed: Double, ambient: Double, thermostat: Double, leak: Double,
    heatShare: Double, oilOffset: Double
  ) {
    let heat = engine.coolantHeat(share: heatShare) / engine.design.thermalSize
    let airOnRadiator = min(1, roadSpeed / 11)
    // Block and cabin heater; through a leaking thermostat the radiator takes its share before the engine is warm.
    let loss = 0.013 + 0.008 * airOnRadiator + 0.012 * leak * (0.4 + 0.6 * airOnRadiator)
    let radiator = (4 + 16 * airOnRadiator) * max(0, coolant - thermostat + 0.4)
    let flow = heat - loss * (coolant - ambient) - radiator
    coolant += flow * seconds / Temperatures.heatCapacity

    let load = max(0, engine.torque) / engine.design.fullTorque
    let steadyOil = coolant + 8 + oilOffset + 0.004 * engine.speed * load
    let oilSeconds = 600 - 420 * min(1, engine.airFlow / engine.design.fullAirFlow)
    oil += (steadyOil - oil) * seconds / oilSeconds

    let underBonnet = max(0, coolant - ambient) / 80
    let steadyIntake = ambient + underBonnet * (5 + 22 * exp(-roadSpeed / 8))
    intake += (steadyIntake - intake) * seconds / 120
  }
}
