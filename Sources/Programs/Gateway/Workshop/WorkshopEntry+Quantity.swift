// The quantity of a measurement by its name.
import Health
import Vocabulary

extension WorkshopEntry {
  /// Name and unit; nil of a service.
  var quantity: (name: String, unit: String)? {
    guard case .measurement(let index, _, _) = kind else { return nil }
    let known = MeasurementDescription.of(component)
    return known.indices.contains(Int(index)) ? (known[Int(index)].name, known[Int(index)].unit) : nil
  }
}
