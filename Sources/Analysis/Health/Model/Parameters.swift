// What a pack or a configuration may say about a component: names, units, ranges and defaults, as data.
public import Vocabulary

/// One parameter of a component.
public struct ParameterDescription: Sendable {
  /// The key below `components.<component>`, for example `interval_km`.
  public let name: String
  public let unit: String
  public let range: ClosedRange<Double>
  /// Nil for a parameter that has no value unless somebody gives it one.
  public let standard: Double?
  /// One line for `telltaled --check` and the manual.
  public let summary: String

  init(_ name: String, _ unit: String, _ range: ClosedRange<Double>, _ standard: Double?, _ summary: String) {
    self.name = name
    self.unit = unit
    self.range = range
    self.standard = standard
    self.summary = summary
  }
}

/// The parameters of one component: the standard values under what packs and configuration give.
public struct ComponentParameters: Sendable {
  public let component: ComponentID
  private var given: [String: Double] = [:]

  public init(_ component: ComponentID) { self.component = component }

  public var descriptions: [ParameterDescription] { ComponentParameters.descriptions(of: component) }

  /// Sets a parameter. False, and nothing set, when the component has none of that name or the value is out of range.
  public mutating func set(_ name: String, _ value: Double) -> Bool {
    guard let known = descriptions.first(where: { $0.name == name }), known.range.contains(value) else { return false }
    given[name] = value
    return true
  }

  /// The given value, else the standard one; nil for an optional parameter that nobody gave.
  public subscript(name: String) -> Double? {
    given[name] ?? descriptions.first { $0.name == name }?.standard
  }

  func value(_ name: String) -> Double { self[name] ?? .nan }

  public static func descriptions(of component: ComponentID) -> [ParameterDescription] {
    ComponentCatalogue.model(of: component).parameters + [Criticalities.description(of: component)]
  }
}

/// What is true of the vehicle as a whole.
public struct VehicleParameters: Sendable {
  /// Of the combustion engine, litres; for air flow where only manifold pressure is known.
  public var displacementLitres = 1.6
  /// A remaining life shorter than this lowers the score, km and days.
  public var planningKm = 1000.0
  public var planningDays = 21.0

  public init() {}
}
