// A workshop's word about a component, as JSON.
public import Vocabulary

/// The payload of `component.serviced` and `component.measured`.
public struct WorkshopDocument: Codable, Hashable, Sendable {
  public var component: String
  public var title: String
  /// What was measured, its value, unit and standard deviation; null of a service.
  public var quantity: String?
  public var value: Double?
  public var unit: String?
  public var deviation: Double?
  /// Distance that Telltale has watched, km.
  public var atKm: Double?
  /// RFC 3339.
  public var time: String

  /// - Parameter quantity: its name and unit; nil of a service.
  public init(_ entry: WorkshopEntry, quantity: (name: String, unit: String)?, atKm: Double) {
    component = entry.component.name
    title = entry.component.title
    self.quantity = quantity?.name
    unit = quantity?.unit
    if case .measurement(_, let value, let deviation) = entry.kind {
      self.value = value.finite
      self.deviation = deviation.finite
    }
    self.atKm = atKm.finite
    time = entry.time.rfc3339
  }
}

/// The payload of `vehicle.changed`: identification numbers of the vehicle whose health is parked, and of the one that the
/// gateway hears now.
public struct VehicleChangeDocument: Codable, Hashable, Sendable {
  public var from: String
  public var to: String

  public init(from: ShortText, to: ShortText) {
    self.from = from.string
    self.to = to.string
  }
}
