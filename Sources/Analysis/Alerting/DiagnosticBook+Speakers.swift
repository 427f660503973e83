// The control units that are listened to: the list that each is telling, and what it has not told often enough yet.
import Vocabulary

/// Counts how often in a row something is told, and says when that proves it.
struct Repetition: BitwiseCopyable, Sendable {
  private(set) var first = Instant.zero
  private var last = Instant.zero
  private(set) var count: UInt8 = 0

  /// Times in a row.
  private static let needed = 3
  /// Nanoseconds that these times must span at least: DM1 comes every second, an injected burst does not last.
  private static let span: Int64 = 2_000_000_000
  /// Nanoseconds from one time to the next at the most.
  private static let gap: Int64 = 10_000_000_000

  /// Whether the next time would begin anew.
  func hasLapsed(at time: Instant) -> Bool {
    let passed = time.nanoseconds &- last.nanoseconds
    return count == 0 || passed < 0 || passed > Repetition.gap
  }

  /// Takes one more time; true once it is proven. A gap, and a clock that runs back, begin anew.
  mutating func again(at time: Instant) -> Bool {
    if hasLapsed(at: time) {
      count = 0
      first = time
    }
    count = count == .max ? .max : count + 1
    last = time
    return count >= Repetition.needed && last.nanoseconds &- first.nanoseconds >= Repetition.span
  }
}

/// One line of a list of trouble codes.
struct ListedCode: BitwiseCopyable, Sendable {
  var code = TroubleCode(obd: 0)
  var status: TroubleCodeStatus = []
  var occurrences: UInt8?
}

/// A code of a broadcast list that is not believed yet.
struct Candidate: BitwiseCopyable, Sendable {
  var listed = ListedCode()
  var repetition = Repetition()
  var mark: UInt64 = 0
}

/// The list that a unit is telling.
struct OpenList: BitwiseCopyable, Sendable {
  var isOpen = false
  var isBroadcast = false
  /// Every code of it had room.
  var isWhole = true
  /// Of its codes; known once it has ended.
  var notation = TroubleCode.Notation.obd
  var lamps: WarningLamps?
  var count = 0
  /// Where its codes stand.
  var buffer = 0
}

/// A control unit that is listened to.
struct Speaker: BitwiseCopyable, Sendable {
  var unit: ControlUnit
  /// The number of the fact that it told last.
  var heard: UInt64
  /// Records that are kept of it.
  var codes = 0
  var facts = 0
  var list = OpenList()
  var candidates = 0
  /// Lamps of broadcast lists, and how often in a row they were these.
  var lamps: WarningLamps?
  var steadiness = Repetition()
  /// A vehicle identification that it told once, other than the one that is kept.
  var rival: ShortText?

  var isKept: Bool { codes + facts > 0 }
}

/// More units than can be kept: those of which nothing is known yet come and go. Allocates at init only.
struct SpeakerTable: ~Copyable, Sendable {
  /// All addresses of a J1939 bus, so that not even a bus where somebody speaks in everyone's name hides a true unit.
  static let capacity = 256
  /// Codes of one list.
  static let listLimit = 64
  /// Lists that are open at the same time: a decoder tells one to its end before it begins another.
  private static let listBuffers = 8
  /// Codes of a unit that are told and not believed yet; the next ones come in after these are.
  static let candidateLimit = 8

  private var speakers: [Speaker] = []
  /// The units again, close together for the search.
  private var units: [ControlUnit] = []
  private var lists = Array(repeating: ListedCode(), count: listBuffers * listLimit)
  /// Whose list each buffer holds.
  private var readers = Array(repeating: 0, count: listBuffers)
  private var nextBuffer = 0
  private var candidates = Array(repeating: Candidate(), count: capacity * candidateLimit)
  private var latest = 0

  init() {
    speakers.reserveCapacity(SpeakerTable.capacity)
    units.reserveCapacity(SpeakerTable.capacity)
  }

  var memoryBytes: Int {
    SpeakerTable.capacity * (MemoryLayout<Speaker>.stride + MemoryLayout<ControlUnit>.stride)
      + lists.count * MemoryLayout<ListedCode>.stride + candidates.count * MemoryLayout<Candidate>.stride
  }

  var count: Int { speakers.count }
  /// Units of which something is kept.
  var kept: Int { speakers.count(where: \.isKept) }
  /// The unit heard longest ago of those that are kept without a trouble code.
  var silentWithoutCodes: Int? {
    var found: Int?
    for i in speakers.indices where speakers[i].isKept && speakers[i].codes == 0 {
      if let best = found, speakers[best].heard <= speakers[i].heard { continue }
      found = i
    }
    return found
  }

  subscript(speaker: Int) -> Speaker {
    _read { yield speakers[speaker] }
    _modify { yield &speakers[speaker] }
  }

  /// The unit's place. A unit that is new takes that of the one heard longest ago of which nothing is kept.
  mutating func index(of unit: ControlUnit, heard: UInt64, unconfirmed: inout UInt64) -> Int {
    if latest >= units.count || units[latest] != unit {
      latest = units.firstIndex(of: unit) ?? place(for: unit, heard, &unconfirmed)
    }
    speakers[latest].heard = heard
    return latest
  }

  private mutating func place(for unit: ControlUnit, _ heard: UInt64, _ unconfirmed: inout UInt64) -> Int {
    let speaker = Speaker(unit: unit, heard: heard)
    if speakers.count < SpeakerTable.capacity {
      speakers.append(speaker)
      units.append(unit)
      return speakers.count - 1
    }
    var oldest = 0
    var age = UInt64.max
    // One is found: far fewer are ever kept than there are places.
    for i in speakers.indices where !speakers[i].isKept && speakers[i].heard < age {
      (oldest, age) = (i, speakers[i].heard)
    }
    unconfirmed &+= UInt64(speakers[oldest].candidates)
    speakers[oldest] = speaker
    units[oldest] = unit
    return oldest
  }

  // MARK: Lists

  /// Begins a list. True when another one, its own or that of the longest silence, is void for it.
  mutating func begin(_ list: OpenList, of speaker: Int) -> Bool {
    var list = list
    let isOvertaken = speakers[speaker].list.isOpen
    if isOvertaken {
      list.buffer = speakers[speaker].list.buffer
      speakers[speaker].list = list
      return true
    }
    list.buffer = nextBuffer
    nextBuffer = (nextBuffer + 1) % SpeakerTable.listBuffers
    let reader = readers[list.buffer]
    let isTaken = reader < speakers.count && speakers[reader].list.isOpen && speakers[reader].list.buffer == list.buffer
    if isTaken { speakers[reader].list.isOpen = false }
    readers[list.buffer] = speaker
    speakers[speaker].list = list
    return isTaken
  }

  /// False when the list is full; it is not whole then.
  mutating func append(_ listed: ListedCode, for speaker: Int) -> Bool {
    let list = speakers[speaker].list
    guard list.count < SpeakerTable.listLimit else {
      speakers[speaker].list.isWhole = false
      return false
    }
    lists[list.buffer * SpeakerTable.listLimit + list.count] = listed
    speakers[speaker].list.count += 1
    return true
  }

  func listed(_ i: Int, of list: OpenList) -> ListedCode { lists[list.buffer * SpeakerTable.listLimit + i] }

  // MARK: Candidates

  /// Takes a code in once more, at most once for each list. When that proves it, it is no candidate any more, and since
  /// when it was told is returned; nil while it is not proven, or if there is no room for it.
  mutating func propose(_ listed: ListedCode, of speaker: Int, mark: UInt64, at time: Instant) -> Instant? {
    let base = speaker * SpeakerTable.candidateLimit
    let count = speakers[speaker].candidates
    let known = (base..<base + count).first {
      candidates[$0].listed.code == listed.code && candidates[$0].listed.status == listed.status
    }
    let i: Int
    if let known {
      i = known
    } else {
      let free = count < SpeakerTable.candidateLimit ? base + count : lapsedCandidate(of: speaker, at: time)
      guard let free else { return nil }
      i = free
      candidates[i] = Candidate(listed: listed)
      speakers[speaker].candidates = max(count, i - base + 1)
    }
    guard candidates[i].mark != mark else { return nil }
    candidates[i].mark = mark
    guard candidates[i].repetition.again(at: time) else { return nil }
    let first = candidates[i].repetition.first
    dropCandidate(i, of: speaker)
    return first
  }

  /// One that has not been told for so long that it begins anew anyway.
  private func lapsedCandidate(of speaker: Int, at time: Instant) -> Int? {
    let base = speaker * SpeakerTable.candidateLimit
    return (base..<base + speakers[speaker].candidates).first { candidates[$0].repetition.hasLapsed(at: time) }
  }

  /// Drops the candidates that should have been in the list `mark` and were not; returns how many.
  mutating func dropCandidates(of speaker: Int, with status: TroubleCodeStatus, without mark: UInt64) -> Int {
    let base = speaker * SpeakerTable.candidateLimit
    let before = speakers[speaker].candidates
    for i in stride(from: base + before - 1, through: base, by: -1) {
      if candidates[i].mark != mark && !candidates[i].listed.status.isDisjoint(with: status) {
        dropCandidate(i, of: speaker)
      }
    }
    return before - speakers[speaker].candidates
  }

  private mutating func dropCandidate(_ i: Int, of speaker: Int) {
    speakers[speaker].candidates -= 1
    candidates[i] = candidates[speaker * SpeakerTable.candidateLimit + speakers[speaker].candidates]
  }
}
