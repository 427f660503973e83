// What is about to go over the bus, in the order of its times, whoever sends it.
import Vocabulary

struct FrameQueue: Sendable {
  private struct Entry {
    var frame: CANFrame
    /// A dialogue gives way to what the vehicle sends of itself where both want one microsecond.
    var isDialogue: Bool
  }

  /// Not due yet, and those of this half second.
  private var waiting: [Entry] = []
  private var isSorted = true
  private var due: [CANFrame] = []
  private var next = 0
  private var last = Int64.min

  init(capacity: Int) {
    waiting.reserveCapacity(capacity)
    due.reserveCapacity(capacity)
  }

  mutating func add(_ frame: CANFrame, isDialogue: Bool = false) {
    let entry = Entry(frame: frame, isDialogue: isDialogue)
    if isSorted, let before = waiting.last, !FrameQueue.isOrdered(before, entry) { isSorted = false }
    waiting.append(entry)
  }

  /// Part of a dialogue: the first of `frames` has the time 0 and goes at `time`, nanoseconds.
  mutating func add(_ frames: [CANFrame], at time: Int64, isDialogue: Bool = true) {
    for var frame in frames {
      frame.time.nanoseconds += time
      add(frame, isDialogue: isDialogue)
    }
  }

  /// Makes all frames due that come before `time`, nanoseconds; those that were due before must be taken.
  mutating func release(before time: Int64) {
    due.removeAll(keepingCapacity: true)
    next = 0
    if !isSorted { waiting.sort { FrameQueue.isOrdered($0, $1) } }
    isSorted = true
    var count = 0
    while count < waiting.count && waiting[count].frame.time.nanoseconds < time {
      var frame = waiting[count].frame
      count += 1
      // No two frames at once; times are whole microseconds.
      if frame.time.nanoseconds <= last { frame.time.nanoseconds = last + 1000 }
      last = frame.time.nanoseconds
      due.append(frame)
    }
    if count == waiting.count { waiting.removeAll(keepingCapacity: true) } else { waiting.removeFirst(count) }
  }

  mutating func pop() -> CANFrame? {
    guard next < due.count else { return nil }
    next += 1
    return due[next - 1]
  }

  private static func isOrdered(_ a: Entry, _ b: Entry) -> Bool {
    let (x, y) = (a.frame.time.nanoseconds, b.frame.time.nanoseconds)
    return x < y || x == y && !a.isDialogue && b.isDialogue
  }
}
