// The health of the data itself: what loss, errors and blind times leave of what the vehicle said.
import Documents

/// How far the data can be trusted, judged from what became of the sources within the last hour.
///
/// - `good`: nothing below.
/// - `degraded`: one frame in a million or more lost, a bus in error-warning, blind for 1 % of the time or more, or
///   unreadable lines in a recording.
/// - `poor`: one frame in a thousand or more lost, a bus in error-passive or unreadable now, or blind for 10 % of the
///   time or more.
/// - `blind`: no source can be read.
public struct DataHealthDocument: Codable, Hashable, Sendable {
  public private(set) var state: String
  /// Why it is not good, a sentence for each ground; empty while it is.
  public private(set) var reasons: [String]
  /// Frames lost of each million that should have come, over all sources; null before the first.
  public private(set) var lostPerMillion: Double?
  /// Seconds for which the source that fared worst could not be read.
  public private(set) var blindSeconds: Double

  private enum Level: Int, Comparable {
    case good, degraded, poor, blind

    static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

    var name: String { ["good", "degraded", "poor", "blind"][rawValue] }
  }

  /// What became of one source of late.
  public struct Recent: Sendable {
    public var source: SourceDocument
    /// Of the last hour.
    public var frames: UInt64
    public var lost: UInt64
    public var blindSeconds: Double
    /// For how long it was looked at, at most an hour.
    public var observedSeconds: Double

    public init(
      source: SourceDocument, frames: UInt64, lost: UInt64, blindSeconds: Double, observedSeconds: Double
    ) {
      self.source = source
      self.frames = frames
      self.lost = lost
      self.blindSeconds = blindSeconds
      self.observedSeconds = observedSeconds
    }

    var lostPerMillion: Double { lost == 0 ? 0 : Double(lost) / (Double(frames) + Double(lost)) * 1e6 }
  }

  public init(of sources: [Recent]) {
    var level = Level.good
    var reasons: [String] = []
    for recent in sources {
      for (ground, reason) in DataHealthDocument.grounds(recent) {
        level = max(level, ground)
        reasons.append(reason)
      }
    }
    if sources.allSatisfy(\.source.isBlind) {
      level = .blind
      if sources.isEmpty { reasons.append("no source is configured") }
    }
    let lost = sources.reduce(0.0) { $0 + Double($1.lost) }
    let wanted = sources.reduce(lost) { $0 + Double($1.frames) }
    state = level.name
    self.reasons = reasons
    lostPerMillion = wanted > 0 ? lost / wanted * 1e6 : nil
    blindSeconds = sources.reduce(0) { max($0, $1.blindSeconds) }
  }

  private static func grounds(_ recent: Recent) -> [(Level, String)] {
    let source = recent.source
    var grounds: [(Level, String)] = []
    if source.isBlind {
      let since = source.blindSince.map { " since " + $0 } ?? ""
      grounds.append((.poor, "\(source.name) cannot be read\(since): \(source.busState ?? source.state)"))
    } else {
      if source.busState == "error-warning" { grounds.append((.degraded, "\(source.name) is error-warning")) }
      if source.busState == "error-passive" { grounds.append((.poor, "\(source.name) is error-passive")) }
      let share = recent.observedSeconds > 0 ? recent.blindSeconds / recent.observedSeconds : 0
      if share >= 0.01 {
        let text = "\(source.name) could not be read for \(Figures.span(seconds: recent.blindSeconds)) of the last hour"
        grounds.append((share >= 0.1 ? .poor : .degraded, text))
      }
    }
    let loss = recent.lostPerMillion
    if loss >= 1 {
      let text = "\(source.name) lost \(recent.lost) frames in the last hour, \(decimal(loss, 0)) of a million"
      grounds.append((loss >= 1000 ? .poor : .degraded, text))
    }
    if source.damagedLines > 0 {
      let what = source.busState == nil ? "lines" : "messages"
      grounds.append((.degraded, "\(source.damagedLines) \(what) of \(source.name) could not be read"))
    }
    return grounds
  }

  enum CodingKeys: String, CodingKey {
    case state, reasons, lostPerMillion, blindSeconds
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(state, forKey: .state)
    try c.encode(reasons, forKey: .reasons)
    try c.encode(lostPerMillion, forKey: .lostPerMillion)
    try c.encode(blindSeconds, forKey: .blindSeconds)
  }
}
