// What control units have told without being asked, and not often enough yet to be believed.
import Vocabulary

extension ControlUnit.Language {
  /// Nanoseconds from one list that nobody asked for to the next, so that both count as told in a row; nil for as long
  /// as it takes. DM1 comes every second. A reply to a request that went unheard comes when the next one is asked for.
  var longestGap: Int64? { self == .j1939 ? 10_000_000_000 : nil }
}

/// Counts how often in a row something is told, and says when that proves it. 13 bytes: there are thousands.
struct Repetition: BitwiseCopyable, Sendable {
  private(set) var first = Instant.zero
  /// Milliseconds from the first time to the last, rounded down; stands still after 49 days.
  private var milliseconds: UInt32 = 0
  private var count: UInt8 = 0

  /// Times in a row.
  private static let needed = 3
  /// Milliseconds that these times must span at least: an injected burst does not last.
  private static let span: UInt32 = 2000

  var last: Instant { Instant(nanoseconds: first.nanoseconds &+ Int64(milliseconds) &* 1_000_000) }

  /// Takes one more time; true once it is proven. Too long a gap, and a clock that runs back, begin anew.
  mutating func again(at time: Instant, longestGap: Int64?) -> Bool {
    let passed = time.nanoseconds &- last.nanoseconds
    if count == 0 || passed < 0 || passed > longestGap ?? .max {
      count = 0
      first = time
    }
    count = count == .max ? .max : count + 1
    milliseconds = UInt32(clamping: (time.nanoseconds &- first.nanoseconds) / 1_000_000)
    return count >= Repetition.needed && milliseconds >= Repetition.span
  }
}

/// Which list of a unit, or part of one: a code that is not in it does not have `complete`.
struct ListKind: Equatable, BitwiseCopyable, Sendable {
  var complete: TroubleCodeStatus = []
  var notation = TroubleCode.Notation.obd
}

/// What is told again and again in lists of several kinds, each counted by itself: three lists of active codes prove
/// nothing about confirmed ones. Of more kinds than four the one that was told longest ago begins anew.
struct KindRepetitions: BitwiseCopyable, Sendable {
  private struct Slot: BitwiseCopyable, Sendable {
    var repetition = Repetition()
    var kind = ListKind()
  }

  private var slots = InlineArray<4, Slot>(repeating: Slot())

  /// As `Repetition.again`, for one kind.
  mutating func again(_ kind: ListKind, at time: Instant, longestGap: Int64?) -> Bool {
    var i = 0
    for k in slots.indices {
      if slots[k].kind == kind {
        return slots[k].repetition.again(at: time, longestGap: longestGap)
      }
      if slots[k].repetition.last < slots[i].repetition.last { i = k }
    }
    slots[i] = Slot(kind: kind)
    return slots[i].repetition.again(at: time, longestGap: longestGap)
  }

  /// Begins anew with all that has to do with one of these.
  mutating func reset(_ kind: ListKind) {
    for k in slots.indices where slots[k].kind.notation == kind.notation {
      if !slots[k].kind.complete.isDisjoint(with: kind.complete) { slots[k] = Slot() }
    }
  }
}

/// One line of a list of trouble codes.
struct ListedCode: BitwiseCopyable, Sendable {
  var code = TroubleCode(obd: 0)
  var status: TroubleCodeStatus = []
  var occurrences: UInt8?
}

/// A code of a broadcast list that is not believed yet. 24 bytes, in this order.
struct Candidate: BitwiseCopyable, Sendable {
  var repetition = Repetition()
  /// The place of the unit's next one, or of the next free one.
  fileprivate var next = CandidatePool.nowhere
  var listed = ListedCode()
  var state = State.missing

  /// In the list that is looked at.
  enum State: UInt8, BitwiseCopyable, Sendable {
    case missing = 0
    case listed = 1
    case proven = 2
  }
}

/// The candidates of all units. Each unit has room for some that nobody can take, and for more while there are any to
/// share; so that a unit that tells nonsense hides nothing that others tell. Allocates at init only.
struct CandidatePool: ~Copyable, Sendable {
  /// Candidates of one unit at the most; the next ones come in after these are believed.
  static let unitLimit = 24
  /// Of these, those for which there is always room.
  static let unitShare = 8
  /// Beyond that, of all units together.
  private static let shared = 768
  /// Nanoseconds after which one makes room for another of its unit.
  static let patience: Int64 = 10_000_000_000
  fileprivate static let nowhere = UInt16.max

  /// The candidates of one unit.
  struct Chain: BitwiseCopyable, Sendable {
    fileprivate var head = CandidatePool.nowhere
    fileprivate(set) var count: UInt8 = 0

    var isBeyondShare: Bool { count > CandidatePool.unitShare }
    var isFull: Bool { count >= CandidatePool.unitLimit }
  }

  private var candidates: [Candidate]
  private var free: UInt16
  private var sharedLeft = shared

  /// - Parameter units: How many chains there will be, at most 7000.
  init(units: Int) {
    let count = units * CandidatePool.unitShare + CandidatePool.shared
    candidates = Array(repeating: Candidate(), count: count)
    for i in 0..<count - 1 { candidates[i].next = UInt16(i + 1) }
    free = 0
  }

  var memoryBytes: Int { candidates.count * MemoryLayout<Candidate>.stride }

  subscript(i: UInt16) -> Candidate {
    _read { yield candidates[Int(i)] }
    _modify { yield &candidates[Int(i)] }
  }

  func find(_ listed: ListedCode, in chain: Chain) -> UInt16? {
    var i = chain.head
    while i != CandidatePool.nowhere {
      let known = candidates[Int(i)].listed
      if known.code == listed.code && known.status == listed.status { return i }
      i = candidates[Int(i)].next
    }
    return nil
  }

  /// Adds a candidate; nil when there is no room for it.
  mutating func insert(_ listed: ListedCode, in chain: inout Chain) -> UInt16? {
    let isShared = chain.count >= CandidatePool.unitShare
    guard !chain.isFull, !isShared || sharedLeft > 0, free != CandidatePool.nowhere else { return nil }
    let i = free
    free = candidates[Int(i)].next
    candidates[Int(i)] = Candidate(next: chain.head, listed: listed)
    chain.head = i
    chain.count += 1
    if isShared { sharedLeft -= 1 }
    return i
  }

  /// Adds a candidate in place of one of the unit's own that was not told for long; nil when there is none.
  mutating func replace(with listed: ListedCode, in chain: Chain, at time: Instant) -> UInt16? {
    var i = chain.head
    while i != CandidatePool.nowhere {
      let passed = time.nanoseconds &- candidates[Int(i)].repetition.last.nanoseconds
      if candidates[Int(i)].state == .missing && (passed < 0 || passed > CandidatePool.patience) {
        candidates[Int(i)] = Candidate(next: candidates[Int(i)].next, listed: listed)
        return i
      }
      i = candidates[Int(i)].next
    }
    return nil
  }

  /// Drops some of a unit's candidates; returns how many. The next list that is looked at has none of the others yet.
  @discardableResult mutating func drop(from chain: inout Chain, where isWanted: (Candidate) -> Bool) -> Int {
    let before = chain.count
    var previous = CandidatePool.nowhere
    var i = chain.head
    while i != CandidatePool.nowhere {
      let next = candidates[Int(i)].next
      if isWanted(candidates[Int(i)]) {
        if previous == CandidatePool.nowhere { chain.head = next } else { candidates[Int(previous)].next = next }
        candidates[Int(i)].next = free
        free = i
        if chain.isBeyondShare { sharedLeft += 1 }
        chain.count -= 1
      } else {
        candidates[Int(i)].state = .missing
        previous = i
      }
      i = next
    }
    return Int(before - chain.count)
  }
}
