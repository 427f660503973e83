// A queue of fixed size between two threads: one puts in, one takes out, neither waits for the other.
import Synchronization

/// Single-producer single-consumer ring of plain values. Its memory is taken once, at `init`; nothing allocates after.
///
/// Exactly one thread may call `push`, exactly one other (or the same) `pop`. `count` may be read from anywhere.
// @unchecked: head is written by the producer alone and tail by the consumer alone; a slot is touched by the producer
// only before head's releasing store and by the consumer only after its acquiring load (and the reverse for reuse).
public final class Ring<Element: BitwiseCopyable>: @unchecked Sendable {
  private let slots: UnsafeMutablePointer<Element>
  private let mask: Int
  /// Elements that fit: a power of two, at least the asked-for number.
  public let capacity: Int

  private let head = Atomic<Int>(0)
  private var tailSeenByProducer = 0
  // A cache line of its own for each side, so that the two threads do not pull one line back and forth.
  private let apart: InlineArray<16, Int> = InlineArray(repeating: 0)
  private let tail = Atomic<Int>(0)
  private var headSeenByConsumer = 0

  /// - Parameter capacity: at least this many elements; rounded up to a power of two.
  public init(capacity: Int) {
    var rounded = 1
    while rounded < capacity { rounded <<= 1 }
    self.capacity = rounded
    mask = rounded - 1
    slots = .allocate(capacity: rounded)
  }

  deinit { slots.deallocate() }

  /// Bytes that the slots take.
  public var memoryBytes: Int { capacity * MemoryLayout<Element>.stride }
  /// Elements waiting, 0...`capacity`; a moment's view.
  public var count: Int {
    // The tail first: the head can only be further on by then, so that a third thread never sees less than nothing.
    let taken = tail.load(ordering: .acquiring)
    return min(capacity, head.load(ordering: .acquiring) &- taken)
  }

  /// Puts one element in. False, and nothing done, when the ring is full.
  @inline(__always)
  public func push(_ element: Element) -> Bool {
    let at = head.load(ordering: .relaxed)
    if at &- tailSeenByProducer == capacity {
      tailSeenByProducer = tail.load(ordering: .acquiring)
      if at &- tailSeenByProducer == capacity { return false }
    }
    (slots + (at & mask)).initialize(to: element)
    head.store(at &+ 1, ordering: .releasing)
    return true
  }

  /// Takes the oldest element out; nil when the ring is empty.
  @inline(__always)
  public func pop() -> Element? {
    let at = tail.load(ordering: .relaxed)
    if at == headSeenByConsumer {
      headSeenByConsumer = head.load(ordering: .acquiring)
      if at == headSeenByConsumer { return nil }
    }
    let element = (slots + (at & mask)).pointee
    tail.store(at &+ 1, ordering: .releasing)
    return element
  }
}
