// Since when a stream has had its first gap, and when its vehicle is asked for it again.
import FleetContract

/// The streams with gaps. Pure: time comes in as nanoseconds.
///
/// Rows under way overtake each other for moments, and what is not acknowledged comes again by itself: only a gap that
/// outlasts two retransmissions is asked for, and then ever more seldom.
struct GapWatch {
  /// Two periods after which a vehicle publishes a row again.
  static let patience: Int64 = 60_000_000_000
  static let longestWait: Int64 = 600_000_000_000
  /// Streams watched at most; gaps of others are in the ledger and are watched after a restart.
  static let capacity = 16_384
  /// Of one vehicle, so that none takes the room of the others.
  static let capacityPerVehicle = 64

  private struct Gap {
    var first: Int64
    var wait: Int64
    var due: Int64
  }

  private var gaps: [StreamKey: Gap] = [:]
  private var counts: [VehicleID: Int] = [:]

  var isEmpty: Bool { gaps.isEmpty }

  /// Notes the first missing sequence of a stream; nil: none is missing.
  mutating func note(_ stream: StreamKey, firstMissing: Int64?, at now: Int64) {
    let vehicle = stream.outbox.vehicle
    guard let firstMissing else {
      guard gaps.removeValue(forKey: stream) != nil, let count = counts[vehicle] else { return }
      counts[vehicle] = count > 1 ? count - 1 : nil
      return
    }
    if let known = gaps[stream] {
      if known.first == firstMissing { return }
    } else {
      let count = counts[vehicle, default: 0]
      guard gaps.count < GapWatch.capacity, count < GapWatch.capacityPerVehicle else { return }
      counts[vehicle] = count + 1
    }
    gaps[stream] = Gap(first: firstMissing, wait: GapWatch.patience, due: now + GapWatch.patience)
  }

  /// At most `limit` streams whose gap has stayed; each is due again after twice the time.
  mutating func due(at now: Int64, limit: Int) -> [StreamKey] {
    let found = Array(gaps.lazy.filter { $0.value.due <= now }.prefix(limit).map(\.key))
    for stream in found {
      guard var gap = gaps[stream] else { continue }
      gap.wait = min(gap.wait * 2, GapWatch.longestWait)
      gap.due = now + gap.wait
      gaps[stream] = gap
    }
    return found
  }
}
