// What the keeper is told of a bus, and what it tells.
public import Vocabulary

/// One bus to keep, and how its sockets are made.
public struct BusConnection {
  /// Which of the daemon's buses, counted from 0.
  public var bus: UInt8
  /// The interface's name.
  public var interface: String
  /// How to set the interface up when it appears; nil to leave that to the system.
  public var setup: LinkSetup?
  /// Whether to bring the controller back from bus-off, where the kernel does not do it by itself.
  public var restarts: Bool
  /// Opens a socket on the interface: a descriptor, or -errno.
  public var open: () -> Int32
  /// Hands a descriptor to capture, in place of the last one.
  public var offer: (Int32) -> Void

  public init(
    bus: UInt8, interface: String, setup: LinkSetup? = nil, restarts: Bool = false, open: @escaping () -> Int32,
    offer: @escaping (Int32) -> Void
  ) {
    self.bus = bus
    self.interface = interface
    self.setup = setup
    self.restarts = restarts
    self.open = open
    self.offer = offer
  }
}

/// How a bus is, from the control thread to capture.
public struct BusNotice: BitwiseCopyable, Sendable {
  /// Which of the daemon's buses, counted from 0.
  public var bus: UInt8
  public var condition: BusCondition
  /// When the interface was looked at.
  public var at: Instant

  public init(bus: UInt8, condition: BusCondition, at: Instant) {
    self.bus = bus
    self.condition = condition
    self.at = at
  }
}

/// How a bus's interface is kept, for people and metrics.
public struct BusLinkStatus: Sendable {
  public var bus: UInt8
  public var interface: String
  /// As of the last look; an empty one while the interface cannot be read.
  public var report = LinkReport()
  /// What keeps the bus from being as configured, with the mend; nil while nothing does.
  public var problem: LinkError?
  /// Sockets opened so far.
  public var opened: UInt64 = 0
  /// Restarts from bus-off asked for so far.
  public var restarts: UInt64 = 0

  init(bus: UInt8, interface: String) {
    self.bus = bus
    self.interface = interface
  }
}
