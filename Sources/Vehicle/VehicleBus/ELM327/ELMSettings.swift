// How one adapter is to be used, as the configuration says.

public struct ELMSettings: Hashable, Sendable {
  /// Fixed by the owner; nil to search. Of no meaning for TCP and Bluetooth sockets.
  public var baudRate: Int?
  /// Fixed by the owner; nil to search.
  public var vehicleProtocol: ELMProtocol?
  /// Whether requests may go out to the vehicle. Without, it only listens (`ATMA`) to a CAN bus, silently.
  public var mayTransmit = false
  /// Between two requests that a search makes with one permit, so that it keeps to the budget of the bus.
  public var secondsBetweenTries = 0.1
  /// What worked the last time, tried first: baud rate, protocol, and the profile's name.
  public var memory = ELMMemory()

  public init() {}
}

/// What is worth remembering of an adapter in its vehicle beyond a restart.
public struct ELMMemory: Hashable, Sendable {
  public var baudRate: Int?
  public var vehicleProtocol: ELMProtocol?

  public init() {}
}
