// Where frames come from: one small seam that a live bus and a recording both fit.
public import Vocabulary

/// What a source has counted since the start.
public struct SourceCounters: BitwiseCopyable, Sendable {
  /// Frames handed on, those that this machine sent included.
  public var frames: UInt64 = 0
  /// Frames that the kernel dropped because this source was not read in time.
  public var dropped: UInt64 = 0
  /// Times that the controller's own buffer overflowed: each lost at least one frame.
  public var overruns: UInt64 = 0
  /// Error frames of the controller; they are not handed on.
  public var errorFrames: UInt64 = 0
  /// Frames among `frames` that this machine sent.
  public var transmitted: UInt64 = 0
  /// Lines of a recording that could not be read, or messages of a socket that are no CAN frame.
  public var damagedLines: UInt64 = 0
  /// Times that a bus which could be read no longer could.
  public var outages: UInt64 = 0
  /// Time in which nothing could be received, a running outage included.
  public var blindNanoseconds: UInt64 = 0

  public init() {}
}

public enum SourceState: UInt8, BitwiseCopyable, Sendable {
  case open
  /// A recording is through.
  case ended
  /// A bus cannot be read; it is opened again by itself.
  case down

  public var name: String {
    switch self {
    case .open: "open"
    case .ended: "ended"
    case .down: "down"
    }
  }
}

/// A source of CAN frames. Belongs to the capture thread once it is opened; called once a batch, never once a frame.
public protocol FrameSource: AnyObject {
  /// As the configuration calls it: an interface or a file.
  var name: String { get }
  /// `socketcan`, `elm327` or `recording`.
  var kind: String { get }
  var state: SourceState { get }
  var counters: SourceCounters { get }
  /// The last thing that went wrong, as one line with its mend; nil when nothing did.
  var problem: String? { get }
  /// Readable when frames wait; nil for a source that is read without waiting.
  var descriptor: Int32? { get }

  /// Fills `frames` from the start and returns how many are there now; 0 when none is. Does not block.
  func read(into frames: UnsafeMutableBufferPointer<CANFrame>) -> Int

  /// Nanoseconds of host time until there is something to read: 0 for now, nil for "the descriptor tells".
  func nanosecondsUntilReady() -> Int64?

  /// Looks after what is no frame: takes a descriptor that waits for this source, gives a dead one back, brings the
  /// counters up to date. Called about once a second, and when somebody says that there is a new descriptor.
  /// - Returns: whether `descriptor` is another one than after the last call. Its number may be the same all the same.
  @discardableResult func attend() -> Bool
}
