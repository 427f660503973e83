// The health of a vehicle: every component model, fed a tick a second and a set of features a trip.
public import Pipeline
public import Vocabulary

/// All component models of one vehicle in fixed memory. Owned by the capture thread; no method allocates.
public struct HealthMonitor {
  private var oil: EngineOil
  private var cooling: Cooling
  private var charging: Charging
  private let inputs: FeatureInputs

  /// - Parameter parameters: of some or all components; the standard values hold for the rest.
  public init(inputs: FeatureInputs, parameters: [ComponentParameters], vehicle: VehicleParameters) {
    func of(_ component: ComponentID) -> ComponentParameters {
      parameters.first { $0.component == component } ?? ComponentParameters(component)
    }
    self.inputs = inputs
    oil = EngineOil(of(.engineOil), vehicle)
    cooling = Cooling(of(.cooling))
    charging = Charging(of(.charging))
  }

  public mutating func tripStarted() { oil.tripStarted() }

  public mutating func observe(_ tick: VehicleTick) {
    oil.observe(tick)
    cooling.observe(tick)
    charging.observe(tick)
  }

  /// - Parameter km: distance watched so far.
  public mutating func tripEnded(_ trip: TripFeatures, km: Double) {
    oil.tripEnded(trip)
    cooling.tripEnded(trip, km: km)
    charging.tripEnded(trip, km: km)
  }

  /// The component's health as of `time`, its band not yet judged: `ok` stands for "has a score". Takes up to a
  /// millisecond where a remaining life is computed; call it once a trip, not once a frame.
  public func report(_ component: ComponentID, at time: Timestamp, km: Double) -> HealthReport {
    switch component {
    case .engineOil: oil.report(inputs, at: time, km: km)
    case .cooling: cooling.report(inputs, at: time, km: km)
    case .charging: charging.report(inputs, at: time, km: km)
    }
  }

  /// What must outlive a restart.
  public struct Checkpoint: BitwiseCopyable {
    var oil: EngineOil.State
    var cooling: Cooling.State
    var charging: Charging.State
  }

  public var checkpoint: Checkpoint {
    Checkpoint(oil: oil.state, cooling: cooling.state, charging: charging.state)
  }

  /// Goes on from where an earlier run ended.
  public mutating func restore(_ checkpoint: Checkpoint) {
    oil.restore(checkpoint.oil)
    cooling.state = checkpoint.cooling
    charging.state = checkpoint.charging
  }
}
