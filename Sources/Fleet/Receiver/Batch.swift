// What one commit of the receiver takes in, and what it gives back to be acknowledged.
import FleetContract
import Vocabulary

/// Messages gathered for one transaction.
struct Batch {
  struct Arrival {
    var event: CloudEvent
    /// Receiver's wall clock, nanoseconds since 1970.
    var received: Int64
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
struct OutboxKey: Hashable {
  var vehicle: VehicleID
  var epoch: String
}

/// What a commit did.
struct CommitOutcome {
  var stored = 0
  var duplicates = 0
  var conflicts = 0
  /// The span of sequences in each lane that arrived in this batch, to be acknowledged as far as it is committed.
  var touched: [OutboxKey: [Lane: ClosedRange<Int64>]] = [:]

  mutating func touch(_ event: CloudEvent) {
    let key = OutboxKey(vehicle: event.vehicle, epoch: event.epoch)
    let span = touched[key]?[event.lane] ?? event.sequence...event.sequence
    touched[key, default: [:]][event.lane] =
      min(span.lowerBound, event.sequence)...max(span.upperBound, event.sequence)
  }
}

/// Joins sequences, in any order and with repeats, into ascending runs.
func runs(of sequences: [Int64]) -> [ClosedRange<Int64>] {
  var runs: [ClosedRange<Int64>] = []
  for sequence in sequences.sorted() {
    if let last = runs.last, sequence <= last.upperBound + 1 {
      runs[runs.count - 1] = last.lowerBound...max(last.upperBound, sequence)
    } else {
      runs.append(sequence...sequence)
    }
  }
  return runs
}
