// What speaks for and against a parked vehicle, as capture sees it: handed to the guard about once a second.
public import Vocabulary

/// A signal's last valid value and when it came; `.never` while there was none.
public struct TimedValue: BitwiseCopyable, Sendable {
  public var value: Double
  public var time: Instant

  public init(value: Double, time: Instant) {
    self.value = value
    self.time = time
  }

  public static let never = TimedValue(value: .nan, time: Instant(nanoseconds: .min))
}

/// What capture knows of the vehicle and its buses at one instant.
public struct VehicleSigns: BitwiseCopyable, Sendable {
  public var time: Instant
  /// rpm.
  public var engineSpeed = TimedValue.never
  /// km/h.
  public var speed = TimedValue.never
  /// 1 while the traction battery is charged from outside, 0 while not.
  public var charging = TimedValue.never
  /// V, of the low-voltage battery.
  public var voltage = TimedValue.never
  public var buses: InlineArray<8, BusSigns> = InlineArray(repeating: BusSigns())

  public init(time: Instant) { self.time = time }
}

/// What capture knows of one bus.
public struct BusSigns: BitwiseCopyable, Sendable {
  public static let never = Instant(nanoseconds: .min)

  public var condition = BusCondition(.absent)
  /// The last frame that nobody asked for: no diagnostic traffic, and no request of this machine's.
  public var lastTraffic = BusSigns.never
  /// The last answer of a control unit, whoever asked.
  public var lastAnswer = BusSigns.never
  /// The last diagnostic request that another tester sent.
  public var lastForeignRequest = BusSigns.never
  /// Error frames since the start.
  public var errorFrames: UInt64 = 0
  /// Requests, flow control and transport frames of diagnostics that this machine sent, since the start.
  public var transmitted: UInt64 = 0

  public init() {}
}
