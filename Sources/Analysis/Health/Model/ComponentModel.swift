// What every component of the vehicle is to the monitor: data about itself, a state of fixed size, and five things it does.
public import Pipeline
import Prognostics
public import Vocabulary

/// A model of one component. Its state is plain memory, and none of its methods allocates.
///
/// Called on the capture thread: `observe` once a second of driving, the others once a trip or on a person's word.
protocol ComponentModel {
  associatedtype State: BitwiseCopyable

  static var inputs: [ComponentInput] { get }
  static var parameters: [ParameterDescription] { get }
  /// What a workshop can measure of it; in the order of `measured`'s quantity.
  static var measurements: [MeasurementDescription] { get }
  /// Names of the counters that no new version may forget, at most eight; in the order of `counter`.
  static var counters: [String] { get }

  init(_ component: ComponentID, _ parameters: ComponentParameters, _ vehicle: VehicleParameters)

  var state: State { get }
  /// Goes on from where an earlier run ended.
  mutating func restore(_ earlier: State)

  mutating func tripStarted()
  mutating func observe(_ tick: VehicleTick)
  mutating func tripEnded(_ trip: TripFeatures, _ usage: VehicleUsage)
  /// Takes a workshop's measurement in; the value is within the range of its description, the deviation above 0.
  mutating func measured(_ quantity: Int, _ value: Double, deviation: Double, at time: Timestamp, _ usage: VehicleUsage)
  /// The part was replaced, or the fluid changed.
  mutating func serviced(at time: Timestamp, _ usage: VehicleUsage)

  /// The component's health, its band not yet judged: `ok` stands for "has a score". Only asked once every required input
  /// has been seen, or its control unit's own tests tell of it.
  func report(at time: Timestamp, _ usage: VehicleUsage) -> HealthReport

  func counter(_ index: Int) -> Double
  /// Takes over a counter of an earlier version, whose other state could not be read.
  mutating func restore(counter index: Int, _ value: Double)
}

extension ComponentModel {
  static var measurements: [MeasurementDescription] { [] }
  static var counters: [String] { [] }
  mutating func tripStarted() {}
  mutating func observe(_ tick: VehicleTick) {}
  mutating func measured(
    _ quantity: Int, _ value: Double, deviation: Double, at time: Timestamp, _ usage: VehicleUsage
  ) {}
  func counter(_ index: Int) -> Double { .nan }
  mutating func restore(counter index: Int, _ value: Double) {}
}

/// Something that a component reads.
public struct ComponentInput: Sendable {
  /// Inputs of which one is enough; the first that is mapped is read.
  public let anyOf: [FeatureInput]
  /// Without it the component stays unknown.
  public let isRequired: Bool

  static func needs(_ inputs: FeatureInput...) -> ComponentInput { ComponentInput(anyOf: inputs, isRequired: true) }
  static func uses(_ inputs: FeatureInput...) -> ComponentInput { ComponentInput(anyOf: inputs, isRequired: false) }

  /// In the order in which a reader would look for them.
  public static func of(_ component: ComponentID) -> [ComponentInput] { ComponentCatalogue.model(of: component).inputs }

  /// The components that a signal feeds.
  public static func components(fedBy path: String) -> [ComponentID] {
    ComponentID.allCases.filter { of($0).contains { $0.paths.contains(path) } }
  }

  /// The same as VSS paths.
  public var paths: [String] { anyOf.map(\.signal.path) }
}

/// Something that a workshop measures and tells.
public struct MeasurementDescription: Sendable {
  /// As in `telltale measure brake-pads-front thickness=6.5`.
  public let name: String
  public let unit: String
  public let range: ClosedRange<Double>
  /// Standard deviation of such a measurement where none is told.
  public let deviation: Double
  /// One line for help and manual.
  public let summary: String

  init(_ name: String, _ unit: String, _ range: ClosedRange<Double>, deviation: Double, _ summary: String) {
    self.name = name
    self.unit = unit
    self.range = range
    self.deviation = deviation
    self.summary = summary
  }

  public static func of(_ component: ComponentID) -> [MeasurementDescription] {
    ComponentCatalogue.model(of: component).measurements
  }
}
