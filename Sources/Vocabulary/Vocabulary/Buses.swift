// The state of a bus: whether it can be read at all, and how well the controller gets on with it.

/// What a controller is in on its bus (ISO 11898-1, fault confinement), or why there is none.
public enum BusState: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// All is well; an interface without error counters (vcan) is always this while it is up.
  case errorActive = 0
  /// An error counter has passed 96.
  case errorWarning = 1
  /// An error counter has passed 127.
  case errorPassive = 2
  /// The controller has left the bus: nothing is received until it is restarted.
  case busOff = 3
  /// The interface is there and switched off.
  case down = 4
  /// There is no such interface: pulled out, or not there yet.
  case absent = 5

  public var name: String {
    switch self {
    case .errorActive: "error-active"
    case .errorWarning: "error-warning"
    case .errorPassive: "error-passive"
    case .busOff: "bus-off"
    case .down: "down"
    case .absent: "absent"
    }
  }

  /// Whether frames can come.
  @inlinable public var isReadable: Bool { rawValue <= BusState.errorPassive.rawValue }
}

/// How a bus is, now.
public struct BusCondition: BitwiseCopyable, Sendable {
  public var state: BusState
  /// The controller's error counters, 0...255; 0 where it has none.
  public var transmitErrors: UInt8
  public var receiveErrors: UInt8

  public init(_ state: BusState, transmitErrors: UInt8 = 0, receiveErrors: UInt8 = 0) {
    self.state = state
    self.transmitErrors = transmitErrors
    self.receiveErrors = receiveErrors
  }
}

/// A bus came from one state into another.
public struct BusChange: BitwiseCopyable, Sendable {
  /// Which of the daemon's buses, counted from 0.
  public var bus: UInt8
  /// The interface's name.
  public var name: ShortText
  public var condition: BusCondition
  public var previous: BusState
  /// Seconds for which nothing could be received; NaN unless this change ended such a time.
  public var blindSeconds: Double
  /// Changes since the last one that was told, this one included: more than 1 on a bus that flaps.
  public var changes: UInt32

  public init(
    bus: UInt8, name: ShortText, condition: BusCondition, previous: BusState, blindSeconds: Double = .nan,
    changes: UInt32 = 1
  ) {
    self.bus = bus
    self.name = name
    self.condition = condition
    self.previous = previous
    self.blindSeconds = blindSeconds
    self.changes = changes
  }
}
