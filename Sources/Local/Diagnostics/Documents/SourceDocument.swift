// `/v1/sources`: where frames come from.

/// One configured source and what came of it. Counts are since the start. What a recording cannot have is null or 0.
public struct SourceDocument: Codable, Hashable, Sendable {
  /// The interface's or the recording's name.
  public var name: String
  /// `socketcan`, `elm327`, `recording`, or `senml` for sensors that were added to the vehicle: its frames are datagrams.
  public var kind: String
  /// What it is doing, for example `open`, `down`, `ended`.
  public var state: String
  public var frames: UInt64
  /// Frames lost in the kernel's queue or in a full ring.
  public var dropped: UInt64
  /// Lines of a recording that could not be read, or messages of a bus that are no CAN frame.
  public var damagedLines: UInt64
  /// Where the first of them stands and what is wrong with it.
  public var firstDamage: String?
  public var error: String?

  /// error-active, error-warning, error-passive, bus-off, down or absent; null for what is no bus.
  public var busState: String?
  /// The controller's error counters (ISO 11898-1), 0...255; null where it has none.
  public var transmitErrors: Int?
  public var receiveErrors: Int?
  /// bit/s of the arbitration phase; null when not known.
  public var bitrate: Int?
  /// The kernel's word for the interface: can, vcan, slcan, vxcan; null when not known.
  public var interfaceKind: String?
  /// Error frames, and how often each kind of error was in one: an error frame may tell of several. Of sensors what was
  /// refused, by reason.
  public var errorFrames: UInt64
  public var errors: [ErrorCount]
  /// How often the controller itself said that it lost frames. Each time stands for one frame or more.
  public var overruns: UInt64
  /// Frames that this machine sent on the bus, whichever program did.
  public var transmitted: UInt64
  /// How often the bus could not be read for a while.
  public var outages: UInt64
  /// Seconds for which it could not be read, one that goes on now included.
  public var blindSeconds: Double
  /// Since when it cannot be read, RFC 3339; null while it can.
  public var blindSince: String?
  /// Packets that the interface itself counted as received; null when not known.
  public var onBus: UInt64?
  /// Frames that the interface itself had no room to hand on, since the daemon looks after it.
  public var interfaceDropped: UInt64
  /// What the controller reported last, in words, and when; null while it reported nothing.
  public var lastError: String?
  /// Bytes that the kernel gave the socket to wait in; less than `limits.receive_buffer` without a capability.
  public var receiveBufferBytes: Int?
  /// Whether the kernel hands on only the frames that some pack describes, so that `frames` is less than `onBus`.
  public var filtered: Bool
  /// Of a source that is an ELM327.
  public var adapter: AdapterDocument?

  public struct ErrorCount: Codable, Hashable, Sendable {
    public var kind: String
    public var count: UInt64
    /// What the first of them was, one line; left out when not known.
    public var example: String?

    public init(kind: String, count: UInt64, example: String? = nil) {
      self.kind = kind
      self.count = count
      self.example = example
    }
  }

  public init(
    name: String, kind: String, state: String, frames: UInt64, dropped: UInt64, damagedLines: UInt64,
    firstDamage: String? = nil, error: String? = nil, busState: String? = nil, transmitErrors: Int? = nil,
    receiveErrors: Int? = nil, bitrate: Int? = nil, interfaceKind: String? = nil, errorFrames: UInt64 = 0,
    errors: [ErrorCount] = [], overruns: UInt64 = 0, transmitted: UInt64 = 0, outages: UInt64 = 0,
    blindSeconds: Double = 0, blindSince: String? = nil, onBus: UInt64? = nil, interfaceDropped: UInt64 = 0,
    lastError: String? = nil, receiveBufferBytes: Int? = nil, filtered: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.state = state
    self.frames = frames
    self.dropped = dropped
    self.damagedLines = damagedLines
    self.firstDamage = firstDamage
    self.error = error
    self.busState = busState
    self.transmitErrors = transmitErrors
    self.receiveErrors = receiveErrors
    self.bitrate = bitrate
    self.interfaceKind = interfaceKind
    self.errorFrames = errorFrames
    self.errors = errors
    self.overruns = overruns
    self.transmitted = transmitted
    self.outages = outages
    self.blindSeconds = blindSeconds
    self.blindSince = blindSince
    self.onBus = onBus
    self.interfaceDropped = interfaceDropped
    self.lastError = lastError
    self.receiveBufferBytes = receiveBufferBytes
    self.filtered = filtered
  }

  /// Frames known to be lost, at least.
  var lost: UInt64 { dropped &+ overruns &+ interfaceDropped }

  /// Frames lost of each million that should have come; null before the first. Counted from `frames`, `dropped`,
  /// `overruns` and `interfaceDropped`.
  public var lossPerMillion: Double? {
    let wanted = Double(frames) + Double(lost)
    return wanted > 0 ? Double(lost) / wanted * 1e6 : nil
  }

  /// Whether no frame can come from it, although it is meant to live.
  var isBlind: Bool { state == "down" || ["bus-off", "down", "absent"].contains(busState) }

  enum CodingKeys: String, CodingKey {
    case name, kind, state, frames, dropped, damagedLines, firstDamage, error
    case busState, transmitErrors, receiveErrors, bitrate, interfaceKind, errorFrames, errors, overruns, transmitted
    case outages, blindSeconds, blindSince, onBus, interfaceDropped, lastError, receiveBufferBytes, filtered, adapter
  }

  private enum DerivedKeys: String, CodingKey {
    case lossPerMillion
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(name, forKey: .name)
    try c.encode(kind, forKey: .kind)
    try c.encode(state, forKey: .state)
    try c.encode(frames, forKey: .frames)
    try c.encode(dropped, forKey: .dropped)
    try c.encode(damagedLines, forKey: .damagedLines)
    try c.encodeIfPresent(firstDamage, forKey: .firstDamage)
    try c.encodeIfPresent(error, forKey: .error)
    try c.encode(busState, forKey: .busState)
    try c.encode(transmitErrors, forKey: .transmitErrors)
    try c.encode(receiveErrors, forKey: .receiveErrors)
    try c.encode(bitrate, forKey: .bitrate)
    try c.encode(interfaceKind, forKey: .interfaceKind)
    try c.encode(errorFrames, forKey: .errorFrames)
    try c.encode(errors, forKey: .errors)
    try c.encode(overruns, forKey: .overruns)
    try c.encode(transmitted, forKey: .transmitted)
    try c.encode(outages, forKey: .outages)
    try c.encode(blindSeconds, forKey: .blindSeconds)
    try c.encode(blindSince, forKey: .blindSince)
    try c.encode(onBus, forKey: .onBus)
    try c.encode(interfaceDropped, forKey: .interfaceDropped)
    try c.encode(lastError, forKey: .lastError)
    try c.encode(receiveBufferBytes, forKey: .receiveBufferBytes)
    try c.encode(filtered, forKey: .filtered)
    try c.encodeIfPresent(adapter, forKey: .adapter)
    var derived = encoder.container(keyedBy: DerivedKeys.self)
    try derived.encode(lossPerMillion, forKey: .lossPerMillion)
  }
}
