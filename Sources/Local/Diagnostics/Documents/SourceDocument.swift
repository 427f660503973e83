// `/v1/sources`: where frames come from.

/// One configured source and what came of it.
public struct SourceDocument: Codable, Hashable, Sendable {
  /// The interface's or the recording's name.
  public var name: String
  /// `socketcan` or `recording`.
  public var kind: String
  /// What it is doing, for example `open`, `waiting`, `ended`, `failed`.
  public var state: String
  public var frames: UInt64
  /// Frames lost in the kernel's queue or in a full ring.
  public var dropped: UInt64
  /// Lines of a recording that could not be read.
  public var damagedLines: UInt64
  /// Where the first of them stands and what is wrong with it.
  public var firstDamage: String?
  public var error: String?

  public init(
    name: String, kind: String, state: String, frames: UInt64, dropped: UInt64, damagedLines: UInt64,
    firstDamage: String? = nil, error: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.state = state
    self.frames = frames
    self.dropped = dropped
    self.damagedLines = damagedLines
    self.firstDamage = firstDamage
    self.error = error
  }
}
