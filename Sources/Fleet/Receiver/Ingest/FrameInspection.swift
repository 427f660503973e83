// Opens telemetry as it arrives, to tell what nobody will be able to read: within a share of the ingest thread's time.
import Documents
import FleetContract

/// What frames cost to open is bounded for each by the contract's limits, and for all together here: whoever sends
/// frames made to be dear gets them stored unopened, and holds up nobody. Pure: time comes in as nanoseconds.
struct FrameInspection {
  enum Verdict: Equatable {
    case readable
    case malformed(Malformation)
    /// The time for it is used up.
    case unopened
  }

  /// Nanoseconds of a second that go into opening: a quarter.
  static let share: Int64 = 250_000_000

  private var allowance = share
  private var refilled: Int64?

  /// - Parameter clock: nanoseconds of a clock that never goes back.
  mutating func verdict(on frame: [UInt8], clock: () -> Int64) -> Verdict {
    let begun = clock()
    // No more than a second's share is saved up; the division comes first, so that no time overflows.
    let passed = min(max(0, begun - (refilled ?? begun)), 1_000_000_000)
    refilled = begun
    allowance = min(allowance + passed / 4, FrameInspection.share)
    guard allowance > 0 else { return .unopened }
    defer { allowance -= max(0, clock() - begun) }
    do throws(Malformation) {
      try open(frame)
      return .readable
    } catch { return .malformed(error) }
  }

  /// Reads a frame to its end, with no more memory than its columns and one signal need.
  private func open(_ frame: [UInt8]) throws(Malformation) {
    let columns: [UInt8]
    do throws(TelemetryError) {
      columns = try decompressTelemetry(frame)
    } catch { throw Malformation(kind: "bad-frame", reason: error.description) }
    do throws(ColumnError) {
      var decoder = try ColumnDecoder(columns)
      var signal = SignalColumn()
      while try decoder.next(&signal) {}
    } catch { throw Malformation(kind: "bad-columns", reason: "telemetry: " + error.description) }
  }
}
