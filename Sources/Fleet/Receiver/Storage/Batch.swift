// What one commit of the receiver takes in, and what it gives back to be acknowledged.
import FleetContract
import Vocabulary

/// Messages gathered for one transaction.
struct Batch {
  struct Arrival {
    /// Of the telemetry lane the data is no JSON but the batch's frame, as it came.
    var event: CloudEvent
    /// Receiver's wall clock, nanoseconds since 1970.
    var received: Int64
    /// Why nobody can read its data; nil: it is as the contract says, or nobody looked.
    var malformation: Malformation?
  }

  /// A retained document as JSON text; the latest of a vehicle replaces the earlier one.
  struct Document {
    var json: [UInt8]
    var received: Int64
    /// From before this receiver subscribed: says nothing about when the vehicle was there.
    var isRetained: Bool
  }

  var arrivals: [Arrival] = []
  var statuses: [VehicleID: (document: Document, isOnline: Bool)] = [:]
  var healths: [VehicleID: Document] = [:]

  var count: Int { arrivals.count + statuses.count + healths.count }
}

/// Whose outbox an acknowledgement is for.
struct OutboxKey: Hashable, Sendable {
  var vehicle: VehicleID
  var epoch: String
}

/// The unit of sequence and of the gap ledger.
struct StreamKey: Hashable, Sendable {
  var outbox: OutboxKey
  var lane: Lane
}

/// What a commit did.
struct CommitOutcome {
  var stored = 0
  var duplicates = 0
  var conflicts = 0
  /// Records of those stored whose data nobody can read, by kind.
  var malformed: [String: Int] = [:]
  /// Records that were left out because their vehicle has too many epochs.
  var beyondEpochs: [VehicleID: Int] = [:]
  /// Tombstones, repeated ones included.
  var tombstones = 0
  /// Sequences that tombstones newly declared lost.
  var lost: Int64 = 0
  /// Sequences that had been declared lost and came after all.
  var recovered: Int64 = 0
  /// What arrived in this batch and was not left out, to be acknowledged as far as it is committed: of a tombstone its
  /// whole range.
  private(set) var touched: [StreamKey: [ClosedRange<Int64>]] = [:]
  /// Outboxes with content that contradicts what is stored.
  var contradicting: Set<OutboxKey> = []

  mutating func touch(_ event: CloudEvent) { touched[event.stream, default: []].append(event.range) }
}

extension CloudEvent {
  var outbox: OutboxKey { OutboxKey(vehicle: vehicle, epoch: epoch) }
  var stream: StreamKey { StreamKey(outbox: outbox, lane: lane) }
  /// The sequences that it stands for: of a record one.
  var range: ClosedRange<Int64> { (firstSequence ?? sequence)...sequence }

  /// A message of the telemetry lane as a record like any other.
  init(_ message: TelemetryMessage) {
    let data =
      switch message.content {
      case .columns(let frame): frame
      case .dropped(let dropped, let first): dropped.data(first: first, last: message.sequence)
      }
    self.init(
      vehicle: message.vehicle, epoch: message.epoch, lane: .telemetry, sequence: message.sequence,
      firstSequence: message.firstSequence,
      type: message.firstSequence == nil ? "vehicle.telemetry.received" : "data.dropped", subject: nil,
      time: message.time, data: data)
  }
}

/// Joins ranges, in any order and with repeats, into ascending runs.
func joined(_ ranges: [ClosedRange<Int64>]) -> [ClosedRange<Int64>] {
  var runs: [ClosedRange<Int64>] = []
  for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
    if let last = runs.last, range.lowerBound <= last.upperBound + 1 {
      runs[runs.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
    } else {
      runs.append(range)
    }
  }
  return runs
}

/// What lies between ascending runs, from 1 to the end of the last one or, beyond it, to `given`; the first `limit`.
func gaps(between runs: [ClosedRange<Int64>], given: Int64?, limit: Int) -> [ClosedRange<Int64>] {
  var gaps: [ClosedRange<Int64>] = []
  var next: Int64 = 1
  for run in runs {
    if gaps.count == limit { return gaps }
    if run.lowerBound > next { gaps.append(next...run.lowerBound - 1) }
    next = run.upperBound + 1
  }
  if let given, given >= next, gaps.count < limit { gaps.append(next...given) }
  return gaps
}
