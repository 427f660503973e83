// Roll-ups: all signals over a second, a minute or an hour as one chunk, which the caller lays out.
/// How long a roll-up is. Each resolution is a history of its own, like the archives of a round-robin database.
public enum RollUpResolution: Int64, Sendable, CaseIterable {
  case second = 1
  case minute = 60
  case hour = 3600

  var table: String {
    switch self {
    case .second: "rollup_second"
    case .minute: "rollup_minute"
    case .hour: "rollup_hour"
    }
  }
}

/// A chunk of roll-ups as it was stored.
public struct StoredRollUps: Hashable, Sendable {
  /// Wall time at its beginning, nanoseconds since 1970; only as good as the clock was.
  public var startWall: Int64
  /// The chunk's layout; 0 for what telltaled laid out before roll-ups had three resolutions.
  public var version: Int32
  public var chunk: [UInt8]
}
