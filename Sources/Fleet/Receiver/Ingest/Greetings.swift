// Vehicles that have come online and are told what is committed of their outboxes: not all at once.

/// A queue of outboxes to greet, bounded in length and in rate. Pure: time comes in as nanoseconds.
///
/// After a broker's restart every vehicle of the fleet comes online at the same moment. Who is dropped here learns the
/// same when it publishes again.
struct Greetings {
  static let perSecond: Int64 = 200
  static let capacity = 16_384

  private var queue: [OutboxKey] = []
  private var position = 0
  private var waiting: Set<OutboxKey> = []
  /// Greetings that may go out now, in billionths of one.
  private var allowance = perSecond * 1_000_000_000
  private var refilled: Int64 = 0

  var isEmpty: Bool { waiting.isEmpty }

  /// Queues an outbox, once; false when the queue is full.
  mutating func add(_ outbox: OutboxKey) -> Bool {
    guard !waiting.contains(outbox) else { return true }
    guard waiting.count < Greetings.capacity else { return false }
    waiting.insert(outbox)
    queue.append(outbox)
    return true
  }

  /// The next outbox to greet; nil when there is none or its time has not come.
  mutating func next(at now: Int64) -> OutboxKey? {
    let second: Int64 = 1_000_000_000
    let passed = min(max(0, now - refilled), second)
    refilled = now
    allowance = min(allowance + passed * Greetings.perSecond, Greetings.perSecond * second)
    guard position < queue.count, allowance >= second else { return nil }
    allowance -= second
    let outbox = queue[position]
    position += 1
    waiting.remove(outbox)
    if position == queue.count || position >= 1024 {
      queue.removeFirst(position)
      position = 0
    }
    return outbox
  }

  mutating func removeAll() {
    queue.removeAll()
    position = 0
    waiting.removeAll()
  }
}
