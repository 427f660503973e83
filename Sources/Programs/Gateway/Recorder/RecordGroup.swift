// Rows that commit together, and what others may be told once they have.
import Documents
import Store
import Vocabulary

/// Rows on their way into one transaction. Nothing that depends on them is said before that has returned.
struct RecordGroup {
  private(set) var records: [StoreRecord] = []
  /// Whether an alert or a word of a person is among them, which do not wait for company.
  var isUrgent = false
  /// Words of people that they store.
  var answered: [UInt64] = []
  var trips: [TripDocument] = []
  /// By component, the newest last.
  var health: [(component: Int, document: HealthDocument)] = []
  /// Rows for the outbox, by `Lane.rawValue`.
  private(set) var produced: InlineArray<3, UInt64> = InlineArray(repeating: 0)
  private var checkpoint: Int?

  var isEmpty: Bool { records.isEmpty }
  var count: Int { records.count }

  mutating func append(_ record: StoreRecord) {
    switch record {
    case .outgoing(let lane, _, _, _, _): produced[Int(lane.rawValue)] += 1
    case .checkpoint:
      // Of the checkpoints in one transaction only the newest is ever read: it takes the place of the one before.
      if let checkpoint {
        records[checkpoint] = record
        return
      }
      checkpoint = records.count
    default: break
    }
    records.append(record)
  }

  mutating func append(_ more: [StoreRecord]) { for record in more { append(record) } }

  /// Adds what came later.
  mutating func append(_ later: RecordGroup) {
    append(later.records)
    isUrgent = isUrgent || later.isUrgent
    answered += later.answered
    trips += later.trips
    health += later.health
  }

  mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
    isUrgent = false
    answered.removeAll()
    trips.removeAll()
    health.removeAll()
    produced = InlineArray(repeating: 0)
    checkpoint = nil
  }
}
