// How often a vehicle may fill the log.
import FleetContract

/// One line of a kind for each vehicle and hour. Fixed in size; pure: time comes in as nanoseconds.
struct LogPace {
  static let period: Int64 = 3_600_000_000_000
  /// Lines remembered at most; with so many in an hour, further ones are only counted.
  static let capacity = 1024

  private struct Line: Hashable {
    var vehicle: VehicleID
    var kind: String
  }

  private var written: [Line: Int64] = [:]

  /// Whether a line may be written now; if so, it counts as written.
  mutating func allows(_ kind: String, of vehicle: VehicleID, at now: Int64) -> Bool {
    let line = Line(vehicle: vehicle, kind: kind)
    if let last = written[line] {
      guard now - last >= LogPace.period else { return false }
    } else if written.count >= LogPace.capacity {
      written = written.filter { now - $0.value < LogPace.period }
      guard written.count < LogPace.capacity else { return false }
    }
    written[line] = now
    return true
  }
}
