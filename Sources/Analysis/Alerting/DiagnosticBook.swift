// What control units say about themselves, kept as it stands: trouble codes, freeze frames, tests, identity. Judges
// what is believed, and says what is new.
public import Vocabulary

/// The newest word of every control unit on everything, in memory that is taken at init and never grows.
///
/// A fact replaces the one of the same unit about the same thing; one that says nothing new causes nothing. Two kinds
/// of record stand for lists of trouble codes: `.listEnded` with one status says when the unit last told its whole list
/// of that status, so that "no codes" and "nobody asked" are not the same; `.listBegan` holds its lamps as they stand.
///
/// - Lists that were asked for count at once. Of others (DM1, and replies to requests that went unheard) a code, its
///   absence, the lamps and the whole list count once three lists of their kind in a row, over two seconds or more,
///   agree: a fuzzed bus sets no trouble code. Lists of J1939 come no more than ten seconds apart for that. A list that
///   holds a code that does not count yet is not told.
/// - A code is set when it is first active, confirmed, pending or permanent, and again when it becomes active or
///   confirmed; it is cleared when none of these is left. What was active once is history and no event.
/// - A code that comes and goes gives one `.troubleCodeSet` and one `.troubleCodeCleared` in ten seconds, and the
///   record is right in the end. Other facts are handed over once a minute.
/// - What has no room is refused and counted, but the forged must not shut out the true for ever. A code of which
///   nothing is left gives way to another code. A whole unit gives way when it was not heard for 300 s, or not since
///   the start: one without trouble codes to anything, one with trouble codes to a code, a list or lamps. To a code of
///   a unit that has no place, one without trouble codes gives way after ten seconds already. No event tells of codes
///   that are removed this way: nobody cleared them, and the fleet would read a repair.
///
/// A fact costs a hash look-up, and a look through the units or through the table at the most; the end of a list costs
/// that for each of its codes. One thread owns the book.
public struct DiagnosticBook: ~Copyable, Sendable {
  /// Something to be stored or sent on. `BitwiseCopyable`: fit for a ring.
  public enum Change: BitwiseCopyable, Sendable {
    /// Replaces the stored record of its unit about the same thing.
    case record(DiagnosticRecord)
    /// The stored record about this is void: the unit has cleared it, or it gave way to another one.
    case removed(DiagnosticRecord)
    /// `.troubleCodeSet` or `.troubleCodeCleared`; its record came right before.
    case event(Event)
  }

  public struct Counters: BitwiseCopyable, Sendable {
    /// Facts taken, of whatever worth.
    public var facts: UInt64 = 0
    /// Records and listed codes for which there was no room.
    public var refused: UInt64 = 0
    /// Trouble codes of broadcast lists that did not come often enough to be believed.
    public var unconfirmed: UInt64 = 0
    /// Lists that were overtaken by another one of their unit, or did not end.
    public var voidLists: UInt64 = 0
    /// Units whose records were all removed to make room for another unit's.
    public var gaveWay: UInt64 = 0

    public init() {}
  }

  /// Control units of which something is kept.
  public static let unitLimit = 40
  /// Trouble codes of one unit, those of which nothing is left included.
  public static let codeLimit = 64
  /// Records of one unit, trouble codes included.
  public static let unitRecordLimit = 192

  /// Records that can be kept, of all units.
  public let capacity: Int
  public internal(set) var counters = Counters()
  /// Another number after everything that changes a record.
  public internal(set) var revision: UInt64 = 0
  /// Whole lists of trouble codes that control units told and that were believed.
  public internal(set) var lists: UInt64 = 0

  var table: DiagnosticTable
  var speakers: SpeakerTable
  /// Kept records that are trouble codes, and those that are not.
  var codes = 0
  var facts = 0
  /// Grows with each record that is new or becomes another one.
  var order: UInt64 = 0
  /// The mark of the list that is looked at.
  var mark: UInt64 = 0
  /// Where the next tick begins to look, so that everything has its turn.
  var cursor = 0

  /// - Parameter records: How many to keep at the most, at least 16. A quarter of them only trouble codes may take.
  public init(records: Int = 512) {
    capacity = max(16, records)
    // Removed records stay until they are handed over, and what is new then needs a place beside them.
    table = DiagnosticTable(capacity: capacity + capacity / 4)
    speakers = SpeakerTable()
  }

  /// Bytes of memory that the book takes, for as long as it lives.
  public var memoryBytes: Int { table.memoryBytes + speakers.memoryBytes }

  /// Records that are kept.
  public var count: Int { codes + facts }

  /// Takes in what a control unit said.
  ///
  /// - Parameter stamp: A time of the running boot; records are dated by it and by the fact's own time.
  public mutating func take(_ fact: DiagnosticFact, at stamp: Timestamp) {
    counters.facts &+= 1
    let time = stamp.moved(to: fact.time)
    let speaker = speakers.index(of: fact.unit, unconfirmed: &counters.unconfirmed)
    speakers[speaker].heard = counters.facts
    speakers[speaker].heardAt = time.uptime
    switch fact.content {
    case .listBegan(let lamps, let isBroadcast):
      let list = OpenList(isOpen: true, isBroadcast: isBroadcast, lamps: lamps)
      if speakers.begin(list, of: speaker) { counters.voidLists &+= 1 }
    case .listed(let code, let status, let occurrences):
      guard speakers[speaker].list.isOpen else { return }
      let listed = ListedCode(code: code, status: status, occurrences: occurrences)
      if !speakers.append(listed, for: speaker) { counters.refused &+= 1 }
    case .listEnded(let complete, let notation):
      speakers[speaker].list.notation = notation
      endList(of: speaker, complete: complete, at: time)
    case .cleared: clear(speaker, at: time)
    case .identity(.vin, _, let text): takeIdentification(text, fact.content, of: speaker, at: time)
    default: keep(fact.content, of: speaker, at: time)
    }
  }

  /// Puts back what was stored, in whatever order and without a word: nothing of it is new. Those for which there is no
  /// room are refused and counted.
  public mutating func restore(_ records: some Sequence<DiagnosticRecord>) {
    // What was told first has to be known as that.
    for record in records.sorted(by: { $0.changed.wallNanoseconds < $1.changed.wallNanoseconds }) {
      let speaker = speakers.index(of: record.unit, unconfirmed: &counters.unconfirmed)
      guard let key = DiagnosticKey(record), let i = place(for: key, Worth(record), of: speaker, at: nil)
      else { continue }
      table[i].record = record
      table[i].isStored = true
      table[i].isDirty = false
      table[i].telling = Telling(told: record.gravity)
    }
  }

  /// Copies the records into `records`, which grows once to the size that they need at the most; what stands in it
  /// behind them is left as it is. Returns how many they are.
  public func copy(into records: inout [DiagnosticRecord]) -> Int {
    records.reserveCapacity(capacity)
    var next = 0
    forEach { record in
      if next < records.count { records[next] = record } else { records.append(record) }
      next += 1
    }
    return next
  }

  /// Every record, in no order that means anything.
  public func forEach(_ body: (DiagnosticRecord) -> Void) {
    for i in 0..<table.count where !table[i].isRemoved { body(table[i].record) }
  }

  // MARK: Keeping

  /// Keeps what is no part of a list.
  /// - Parameter retold: For what is worth dating anew when nothing else of it is: seconds after which the newest time
  ///   is stored.
  mutating func keep(
    _ content: DiagnosticFact.Content, of speaker: Int, at time: Timestamp, retold: Int64? = nil
  ) {
    let record = DiagnosticRecord(unit: speakers[speaker].unit, content: .fact(content), changed: time)
    guard let key = DiagnosticKey(record) else { return }
    if let i = table.find(key), !table[i].isRemoved, record.saysTheSame(as: table[i].record) {
      guard let retold else { return }
      table[i].record.changed = time
      if hasPassed(retold, since: table[i].handed, at: time.uptime) { table[i].isDirty = true }
      revision &+= 1
      return
    }
    guard let i = place(for: key, Worth(record), of: speaker, at: time.uptime) else { return }
    table[i].record = record
    table[i].isDirty = true
  }

  /// A list that is told every second need not be stored every second.
  static let listSeconds: Int64 = 3600
}

/// Whether `seconds` have passed; also when there was no such time, and when the clock ran back behind it.
func hasPassed(_ seconds: Int64, since earlier: Instant?, at now: Instant) -> Bool {
  guard let earlier else { return true }
  let passed = now.nanoseconds &- earlier.nanoseconds
  return passed < 0 || passed >= seconds &* 1_000_000_000
}

extension Timestamp {
  /// Another instant of the same boot.
  func moved(to instant: Instant) -> Timestamp {
    var moved = self
    moved.wallNanoseconds &+= instant.nanoseconds &- uptime.nanoseconds
    moved.uptime = instant
    return moved
  }
}
