// How a bus is polled.

/// What the planner of one bus must know beside what is worth asking for.
public struct PollOptions: Sendable {
  /// How all units of OBD-II are addressed (ISO 15765-4).
  public enum Addressing: Sendable {
    case everybody11
    case everybody29
    /// 11 bits first, then 29; what answered is tried first the next time. Items for everybody, of whichever form, go
    /// out in the form that the vehicle answers.
    case automatic
  }

  public var addressing = Addressing.automatic
  /// Whether a unit that was found is asked on its own identifier, which saves the answers of the others. A unit that
  /// does not answer there is asked with everybody.
  public var asksUnitsAlone = true
  /// Most parameters in one request, 1...6; 1 for an adapter that cannot do more. Values beyond are clamped.
  public var mostParameters = 6
  /// Requests per second on the bus, 0.01...100. Values beyond are clamped.
  public var requestsPerSecond = 10.0
  /// Requests per second to one unit, 0.01...100, those to everybody not counted. Values beyond are clamped.
  public var requestsPerSecondOfUnit = 5.0
  /// Data bytes of each parameter of service 01, for those where all units agree on it. A parameter that is not in here
  /// is asked alone.
  public var parameterLengths: [UInt8: Int]

  public init(parameterLengths: [UInt8: Int] = [:]) { self.parameterLengths = parameterLengths }
}
