// The control units that are listened to: when each was heard, and the list that it is telling.
import Vocabulary

/// The list that a unit is telling.
struct OpenList: BitwiseCopyable, Sendable {
  var isOpen = false
  var isBroadcast = false
  /// Every code of it had room.
  var isWhole = true
  /// Of its codes; known once it has ended.
  var notation = TroubleCode.Notation.obd
  var lamps: WarningLamps?
  var count: UInt8 = 0
  /// Where its codes stand.
  var buffer: UInt8 = 0
}

/// A control unit that is listened to.
struct Speaker: BitwiseCopyable, Sendable {
  var unit: ControlUnit
  /// The number of the fact that it told last, and when; nil when it was not heard since the start.
  var heard: UInt64
  var heardAt: Instant?
  /// Records that are kept of it.
  var codes: UInt16 = 0
  var facts: UInt16 = 0
  var list = OpenList()
  var candidates = CandidatePool.Chain()
  /// Lamps of broadcast lists, and how often in a row they were these.
  var lamps: WarningLamps?
  var lampSteadiness = Repetition()
  /// How often in a row broadcast lists held only codes that are believed.
  var steadiness = KindRepetitions()
  /// A vehicle identification that it told once, other than the one that is kept.
  var rival: ShortText?

  var isKept: Bool { codes > 0 || facts > 0 }

  /// Whether it was not heard for `seconds`. A clock that runs back makes nobody silent.
  func isSilent(for seconds: Int64, at now: Instant) -> Bool {
    guard let heardAt else { return true }
    return now.nanoseconds &- heardAt.nanoseconds >= seconds &* 1_000_000_000
  }
}

/// More units than can be kept: those of which nothing is known yet come and go. Allocates at init only.
struct SpeakerTable: ~Copyable, Sendable {
  /// All addresses of a J1939 bus, so that not even a bus where somebody speaks in everyone's name hides a true unit.
  private static let capacity = 256
  /// Codes of one list.
  private static let listLimit = 64
  /// Lists that are open at the same time: a decoder tells one to its end before it begins another.
  private static let listBuffers = 8
  /// Seconds of silence after which a unit's place is anybody's.
  private static let longSilence: Int64 = 300
  /// Seconds of silence after which the place of a unit without trouble codes is one for a trouble code.
  private static let shortSilence: Int64 = 10

  private var speakers: [Speaker] = []
  /// The units again, close together for the search.
  private var units: [ControlUnit] = []
  private var lists = Array(repeating: ListedCode(), count: listBuffers * listLimit)
  /// Whose list each buffer holds.
  private var readers = Array(repeating: 0, count: listBuffers)
  private var nextBuffer: UInt8 = 0
  private var pool = CandidatePool(units: capacity)
  private var latest = 0
  /// Units of which something is kept.
  private(set) var kept = 0

  init() {
    speakers.reserveCapacity(SpeakerTable.capacity)
    units.reserveCapacity(SpeakerTable.capacity)
  }

  var memoryBytes: Int {
    SpeakerTable.capacity * (MemoryLayout<Speaker>.stride + MemoryLayout<ControlUnit>.stride)
      + lists.count * MemoryLayout<ListedCode>.stride + pool.memoryBytes
  }

  var count: Int { speakers.count }

  subscript(speaker: Int) -> Speaker {
    _read { yield speakers[speaker] }
    _modify { yield &speakers[speaker] }
  }

  /// The unit's place. A unit that is new takes that of the one heard longest ago of which nothing is kept.
  mutating func index(of unit: ControlUnit, unconfirmed: inout UInt64) -> Int {
    if latest >= units.count || units[latest] != unit {
      latest = units.firstIndex(of: unit) ?? place(for: unit, &unconfirmed)
    }
    return latest
  }

  private mutating func place(for unit: ControlUnit, _ unconfirmed: inout UInt64) -> Int {
    let speaker = Speaker(unit: unit, heard: 0)
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
    unconfirmed &+= UInt64(dropCandidates(of: oldest))
    speakers[oldest] = speaker
    units[oldest] = unit
    return oldest
  }

  // MARK: Records

  /// A record of the unit is kept from now on.
  mutating func addRecord(isCode: Bool, of speaker: Int) {
    if !speakers[speaker].isKept { kept += 1 }
    if isCode { speakers[speaker].codes += 1 } else { speakers[speaker].facts += 1 }
  }

  /// A record of the unit is gone.
  mutating func removeRecord(isCode: Bool, of speaker: Int) {
    if isCode { speakers[speaker].codes -= 1 } else { speakers[speaker].facts -= 1 }
    if !speakers[speaker].isKept { kept -= 1 }
  }

  /// The unit that gives way: of those silent for long the one without trouble codes that was silent longest, or else
  /// one with trouble codes, which does so for a list or a code only. For the code of a unit without a place also one
  /// without trouble codes that was silent for less.
  ///
  /// - Parameters:
  ///   - isPlaceless: It is for a unit without a place.
  ///   - withFacts: It has to have a record other than a trouble code.
  func givingWay(to worth: Worth, isPlaceless: Bool, withFacts: Bool, at now: Instant) -> Int? {
    var found: (i: Int, rank: Int)?
    for i in speakers.indices where speakers[i].isKept && (speakers[i].facts > 0 || !withFacts) {
      let hasCodes = speakers[i].codes > 0
      let rank: Int
      if speakers[i].isSilent(for: SpeakerTable.longSilence, at: now) && (!hasCodes || worth != .fact) {
        rank = hasCodes ? 1 : 0
      } else if isPlaceless && worth == .code && !hasCodes
        && speakers[i].isSilent(for: SpeakerTable.shortSilence, at: now)
      {
        rank = 2
      } else {
        continue
      }
      if let found, (found.rank, speakers[found.i].heard) <= (rank, speakers[i].heard) { continue }
      found = (i, rank)
    }
    return found?.i
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
    nextBuffer = (nextBuffer + 1) % UInt8(SpeakerTable.listBuffers)
    let buffer = Int(list.buffer)
    let reader = readers[buffer]
    let isTaken = reader < speakers.count && speakers[reader].list.isOpen && speakers[reader].list.buffer == list.buffer
    if isTaken { speakers[reader].list.isOpen = false }
    readers[buffer] = speaker
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
    lists[Int(list.buffer) * SpeakerTable.listLimit + Int(list.count)] = listed
    speakers[speaker].list.count += 1
    return true
  }

  func listed(_ i: Int, of list: OpenList) -> ListedCode { lists[Int(list.buffer) * SpeakerTable.listLimit + i] }

  // MARK: Candidates

  /// Takes a code in once more, at most once for each list. Returns since when it was told once that proves it; nil
  /// while it does not, or if there is no room for it.
  mutating func propose(
    _ listed: ListedCode, of speaker: Int, at time: Instant, unconfirmed: inout UInt64
  ) -> Instant? {
    guard
      let i = pool.find(listed, in: speakers[speaker].candidates) ?? addCandidate(listed, speaker, time, &unconfirmed),
      pool[i].state == .missing
    else { return nil }
    pool[i].state = .listed
    guard pool[i].repetition.again(at: time, longestGap: speakers[speaker].unit.language.longestGap) else { return nil }
    pool[i].state = .proven
    return pool[i].repetition.first
  }

  private mutating func addCandidate(
    _ listed: ListedCode, _ speaker: Int, _ time: Instant, _ unconfirmed: inout UInt64
  ) -> UInt16? {
    if let i = pool.insert(listed, in: &speakers[speaker].candidates) { return i }
    if let i = pool.replace(with: listed, in: speakers[speaker].candidates, at: time) { return i }
    guard !speakers[speaker].candidates.isFull else { return nil }
    // Units that are silent share no longer.
    var silent: Int?
    for i in speakers.indices where speakers[i].candidates.isBeyondShare {
      guard speakers[i].isSilent(for: SpeakerTable.shortSilence, at: time) else { continue }
      silent = i
      break
    }
    guard let silent else { return nil }
    unconfirmed &+= UInt64(dropCandidates(of: silent, downTo: CandidatePool.unitShare))
    return pool.insert(listed, in: &speakers[speaker].candidates)
  }

  /// A list has been looked at: drops the candidates that it proved, and those that should have been in it and were
  /// not; returns how many of the latter.
  mutating func settleCandidates(of speaker: Int, after list: ListKind) -> Int {
    var missing = 0
    pool.drop(from: &speakers[speaker].candidates) { candidate in
      if candidate.state == .proven { return true }
      guard candidate.state == .missing, candidate.listed.code.notation == list.notation,
        !candidate.listed.status.isDisjoint(with: list.complete)
      else { return false }
      missing += 1
      return true
    }
    return missing
  }

  /// Drops a unit's candidates but for `rest` of them; returns how many.
  mutating func dropCandidates(of speaker: Int, downTo rest: Int = 0) -> Int {
    var left = Int(speakers[speaker].candidates.count) - rest
    return pool.drop(from: &speakers[speaker].candidates) { _ in
      left -= 1
      return left >= 0
    }
  }
}
