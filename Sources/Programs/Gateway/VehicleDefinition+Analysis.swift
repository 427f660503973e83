// What analyses this vehicle, as its definition says.
import Adapters
import Health
import Pipeline
import Vocabulary

extension VehicleDefinition {
  var healthMonitor: HealthMonitor {
    HealthMonitor(inputs: FeatureInputs(catalogue), parameters: components, vehicle: parameters)
  }

  var tripObserver: TripObserver {
    let regulated = components.first { $0.component == .cooling }?["regulated_temperature"]
    let voltage = components.first { $0.component == .charging }?["normal_voltage"]
    return TripObserver(regulatedTemperature: regulated ?? 88, normalVoltage: voltage ?? 14)
  }
}
