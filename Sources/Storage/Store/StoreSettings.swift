// What a store is told when it is opened.
public import Vocabulary

/// Whose store it is, how much it may take, how long it keeps things.
public struct StoreSettings: Sendable {
  public var vehicle: String
  /// The machine's own identity (`/etc/machine-id`); nil when it has none. A store that another machine began is a copy
  /// of an image: it begins a new epoch, so that two vehicles never speak under one.
  public var machine: String?
  /// The most bytes that the database and its log may take; the order of sacrifice keeps them below it. Bytes, not zero.
  public var quota: Int
  /// Bytes of the file that is given up when the disk is full and an alert must be stored; 0 for none.
  public var reserve: Int
  public var retention: Retention
  /// Whether every page is read and checked at the start, however large the file is and however it was closed.
  public var checksEverything = false
  /// The time for rows that the store itself writes: the beginning of an epoch, tombstones.
  public var now: @Sendable () -> Timestamp

  /// - Parameter now: without one, such rows carry a time of no quality at all.
  public init(
    vehicle: String, machine: String? = nil, quota: Int = 256 << 20, reserve: Int = 1 << 20,
    retention: Retention = Retention(), now: @escaping @Sendable () -> Timestamp = { .unknown }
  ) {
    self.vehicle = vehicle
    self.machine = machine
    self.quota = quota
    self.reserve = reserve
    self.retention = retention
    self.now = now
  }

  /// How many rows of each history are kept; the oldest go first. The outbox is not history: its rows stay until a
  /// receiver acknowledges them.
  public struct Retention: Sendable {
    public var seconds = 7200  // two hours of recording
    public var minutes = 44_640  // a month of recording
    public var hours = 17_520  // two years of recording
    public var health = 5000
    public var events = 10_000
    public var trips = 5000

    public init() {}
  }
}
