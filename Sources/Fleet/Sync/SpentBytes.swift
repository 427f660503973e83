// What the daily budget has spent, for the next process: a note of one line.
import Vocabulary

/// The bytes of the last 24 hours by the hour, and when that was so.
public struct SpentBytes: Hashable, Sendable {
  /// Newest first, at most 24.
  var hours: [Int]
  /// Nanoseconds since the newest hour began.
  var phase: Int64
  var at: Timestamp

  static let hour: Int64 = 3_600_000_000_000
  static let day = 24
  /// Bytes of one hour beyond this are nothing that a link carries.
  private static let most = 1 << 50

  /// `boot=… uptime=97 wall=1780000097 phase=97 bytes=4711,0,12`; times in seconds, `wall` only of a trusted clock.
  public var text: String {
    var words = ["boot=\(at.boot)", "uptime=\(at.uptime.nanoseconds / 1_000_000_000)"]
    if at.quality.isTrusted { words.append("wall=\(at.wallNanoseconds / 1_000_000_000)") }
    words.append("phase=\(phase / 1_000_000_000)")
    let used = hours.reversed().drop { $0 == 0 }.reversed()
    words.append("bytes=" + used.map(String.init).joined(separator: ","))
    return words.joined(separator: " ")
  }

  /// Of what `text` gave; nil for anything else.
  public init?(text: String) {
    var values: [Substring: Substring] = [:]
    for word in text.split(separator: " ") {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    func seconds(_ name: Substring, below limit: Int64) -> Int64? {
      values[name].flatMap { Int64($0) }.flatMap { (0..<limit).contains($0) ? $0 * 1_000_000_000 : nil }
    }
    guard let boot = values["boot"].flatMap({ BootID(String($0)) }), let uptime = seconds("uptime", below: 1 << 33),
      let phase = seconds("phase", below: 3600), let bytes = values["bytes"]
    else { return nil }
    let hours = bytes.split(separator: ",").map { Int($0) ?? -1 }
    guard hours.count <= SpentBytes.day, hours.allSatisfy({ (0...SpentBytes.most).contains($0) }) else { return nil }
    let wall = seconds("wall", below: 1 << 33)
    self.init(
      hours: hours, phase: phase,
      at: Timestamp(
        boot: boot, uptime: Instant(nanoseconds: uptime), wallNanoseconds: wall ?? 0,
        quality: wall == nil ? .none : .rtc))
  }

  init(hours: [Int], phase: Int64, at: Timestamp) {
    self.hours = hours
    self.phase = phase
    self.at = at
  }

  /// Nanoseconds that have passed since, and whether that is exact: within one boot, or between two moments at which
  /// the wall clock could be trusted. Else it is what has passed at the least.
  func age(at now: Timestamp) -> (nanoseconds: Int64, isExact: Bool) {
    if now.boot == at.boot { return (max(0, now.uptime.nanoseconds - at.uptime.nanoseconds), true) }
    let least = max(0, now.uptime.nanoseconds)
    guard now.quality.isTrusted && at.quality.isTrusted else { return (least, false) }
    return (max(least, now.wallNanoseconds - at.wallNanoseconds), true)
  }
}
