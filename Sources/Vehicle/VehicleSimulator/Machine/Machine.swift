// What moves a vehicle: an engine that burns fuel, or a motor and its battery.

struct Machine: Sendable {
  // One of the two is there. No enumeration, so that each lives on in its place without being copied out and back.
  private(set) var combustion: CombustionMachine?
  private(set) var electric: ElectricMachine?

  init(_ configuration: SimulatedVehicle.Configuration, ambient: Double) {
    switch configuration.vehicle {
    case .petrol: combustion = CombustionMachine(.petrol, configuration, ambient: ambient)
    case .diesel: combustion = CombustionMachine(.diesel, configuration, ambient: ambient)
    case .truck: combustion = CombustionMachine(.truck, configuration, ambient: ambient)
    case .ev: electric = ElectricMachine(configuration, ambient: ambient)
    }
  }

  /// Lives what the half second of `life` brought.
  mutating func follow(_ moment: DrivingLife.Moment, _ life: DrivingLife) {
    switch moment {
    case .over, .standing: break
    case .left(let seconds):
      combustion?.park(seconds: seconds, life)
      electric?.park(seconds: seconds, life)
    case .cranking:
      combustion?.crank()
    case .driving(let hasArrived):
      combustion?.run(life)
      electric?.run(life)
      guard hasArrived else { break }
      combustion?.stop()
      electric?.stop()
    }
  }

  func readings(_ life: DrivingLife, noise: inout RandomStream) -> Readings {
    combustion?.readings(life, noise: &noise) ?? electric?.readings(life, noise: &noise) ?? Readings()
  }

  var odometerStart: Double { combustion?.odometerStart ?? electric?.odometerStart ?? 0 }
}
