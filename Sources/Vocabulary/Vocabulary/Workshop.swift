// What people tell about a component: that it was replaced, or what they measured of it.

/// A workshop's word about one component. It moves the component's health, and is kept and told as an event.
public struct WorkshopEntry: BitwiseCopyable, Sendable {
  public enum Kind: BitwiseCopyable, Sendable {
    /// The part was replaced, or the fluid changed.
    case service
    /// A quantity of the component, by its number among those that can be measured; value and standard deviation are in
    /// its unit, the deviation NaN where none was told.
    case measurement(quantity: UInt8, value: Double, deviation: Double)
  }

  public var component: ComponentID
  public var kind: Kind
  /// Set where it is taken in.
  public var time: Timestamp
  /// Tells apart entries that wait for their commit.
  public var number: UInt64

  public init(component: ComponentID, kind: Kind, time: Timestamp, number: UInt64) {
    self.component = component
    self.kind = kind
    self.time = time
    self.number = number
  }
}
