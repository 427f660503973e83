// The records of the diagnostic book in a table of fixed size, found by what they are about.
import Vocabulary

/// What a record is about: the unit in the one word, kind and index in the other.
struct DiagnosticKey: Hashable, BitwiseCopyable, Sendable {
  private let unit: UInt64
  private let item: UInt64

  private enum Kind: UInt64 {
    case code, lamps, list, cleared, readiness, freezeFrameCode, freezeFrameValue, monitor, identity, verification
    case performance, data, refusal, address
  }

  /// One of 64, cheaply.
  var slot: Int { Int(((unit &+ item &+ (item &>> 56)) &* 0x9E37_79B9_7F4A_7C15) &>> 58) }

  private init(_ unit: ControlUnit, _ kind: Kind, _ index: UInt64 = 0) {
    self.unit = UInt64(unit.bus) &<< 40 | UInt64(unit.language.rawValue) &<< 32 | UInt64(unit.address)
    item = kind.rawValue &<< 56 | index
  }

  init(_ unit: ControlUnit, _ code: TroubleCode) { self.init(unit, .code, UInt64(code.rawValue)) }

  /// Nil for the listing of a code, which is no record by itself.
  init?(_ record: DiagnosticRecord) {
    switch record.content {
    case .code(let report): self.init(record.unit, report.code)
    case .fact(let fact):
      switch fact {
      case .listed: return nil
      case .listBegan: self.init(record.unit, .lamps)
      case .listEnded(let complete, let notation):
        self.init(record.unit, .list, UInt64(notation.rawValue) &<< 8 | UInt64(complete.rawValue))
      case .cleared: self.init(record.unit, .cleared)
      case .readiness: self.init(record.unit, .readiness)
      case .freezeFrameCode(_, let frame): self.init(record.unit, .freezeFrameCode, UInt64(frame))
      case .freezeFrameValue(let parameter, let frame, _):
        let number: UInt64 =
          switch parameter {
          case .pid(let pid, let field): UInt64(pid) &<< 8 | UInt64(field)
          case .spn(let spn): 1 &<< 32 | UInt64(spn)
          }
        self.init(record.unit, .freezeFrameValue, UInt64(frame) &<< 40 | number)
      case .monitor(let result):
        self.init(record.unit, .monitor, UInt64(result.monitor) &<< 8 | UInt64(result.test))
      case .identity(let item, let index, _):
        self.init(record.unit, .identity, UInt64(item.rawValue) &<< 8 | UInt64(index))
      case .verification(let index, _): self.init(record.unit, .verification, UInt64(index))
      case .performance(let index, _, _): self.init(record.unit, .performance, UInt64(index))
      case .data(let identifier, _): self.init(record.unit, .data, UInt64(identifier))
      case .refused(let service, _): self.init(record.unit, .refusal, UInt64(service))
      case .addressClaimed: self.init(record.unit, .address)
      }
    }
  }
}

/// How much a trouble code has to say for itself now.
enum Gravity: UInt8, BitwiseCopyable, Sendable, Comparable {
  /// Nothing, or history.
  case none = 0
  /// Pending or permanent.
  case present = 1
  /// Active or confirmed.
  case serious = 2

  static func < (a: Gravity, b: Gravity) -> Bool { a.rawValue < b.rawValue }

  init(_ status: TroubleCodeStatus) {
    if !status.isDisjoint(with: [.active, .confirmed]) {
      self = .serious
    } else {
      self = status.isDisjoint(with: [.pending, .permanent]) ? .none : .present
    }
  }
}

extension DiagnosticRecord {
  var isCode: Bool { if case .code = content { true } else { false } }

  /// `.none` for everything but a trouble code.
  var gravity: Gravity { if case .code(let report) = content { Gravity(report.status) } else { .none } }

  /// Whether a freeze frame, a test result or the readiness of tests, which a unit forgets when it clears its trouble
  /// codes.
  var isForgottenWhenCleared: Bool {
    guard case .fact(let fact) = content else { return false }
    switch fact {
    case .freezeFrameCode, .freezeFrameValue, .monitor, .readiness: return true
    default: return false
    }
  }

  /// Whether two records with the same key say the same, apart from when.
  func saysTheSame(as other: DiagnosticRecord) -> Bool {
    guard case .fact(let mine) = content, case .fact(let its) = other.content else { return false }
    switch (mine, its) {
    case (.listBegan(let a, _), .listBegan(let b, _)): return a == b
    case (.listEnded(let a, let c), .listEnded(let b, let d)): return a == b && c == d
    case (.cleared, .cleared): return true
    case (.readiness(let a), .readiness(let b)): return a == b
    case (.freezeFrameCode(let a, _), .freezeFrameCode(let b, _)): return a == b
    // By their bits: NaN, "the unit has none", is the same as NaN.
    case (.freezeFrameValue(_, _, let a), .freezeFrameValue(_, _, let b)): return a.bitPattern == b.bitPattern
    case (.monitor(let a), .monitor(let b)): return a == b
    case (.identity(_, _, let a), .identity(_, _, let b)): return a == b
    case (.verification(_, let a), .verification(_, let b)): return a == b
    case (.performance(_, let a, let m), .performance(_, let b, let n)): return a == b && m == n
    case (.data(_, let a), .data(_, let b)): return a == b
    case (.refused(_, let a), .refused(_, let b)): return a == b
    case (.addressClaimed(let a), .addressClaimed(let b)): return a == b
    default: return false
    }
  }
}

/// What the world has been told of a trouble code, and what it has not been told yet.
struct Telling: BitwiseCopyable, Sendable {
  /// As it was told last.
  var told = Gravity.none
  /// The worst since then, with its status and when it became that.
  var peak = Gravity.none
  var peakStatus: TroubleCodeStatus = []
  var peakTime: Timestamp?
  var lastSet: Instant?
  var lastCleared: Instant?
  /// Broadcast lists that do not say some of its status of it.
  var absence = KindRepetitions()
  /// The last list that it stood in, and what that said of it.
  private(set) var mark: UInt64 = 0
  private(set) var listed: TroubleCodeStatus = []

  init(told: Gravity = .none) {
    self.told = told
    peak = told
  }

  /// A line about it stands in the list `mark`, maybe not the first one.
  mutating func stand(in mark: UInt64, as line: ListedCode) {
    listed = self.mark == mark ? listed.union(line.status) : line.status
    self.mark = mark
    absence.reset(ListKind(complete: line.status, notation: line.code.notation))
  }
}

/// One record and what is to be done with it.
struct DiagnosticEntry: BitwiseCopyable, Sendable {
  var key: DiagnosticKey
  var record: DiagnosticRecord
  /// The unit's place among the speakers; meaningless once `isRemoved`.
  var owner: UInt8 = 0
  /// Is gone, which the store does not know yet.
  var isRemoved = false
  /// Has something that the store does not know.
  var isDirty = false
  /// The store has a record about this.
  var isStored = false
  var handed: Instant?
  var order: UInt64 = 0
  var telling = Telling()

  /// Whether it is a code that is not there any more, and everybody knows that.
  var isNothingLeft: Bool { record.gravity == .none && telling.told == .none && telling.peak == .none }
}

/// Entries without gaps, and where each key is. Allocates at init only.
struct DiagnosticTable: ~Copyable, Sendable {
  private let capacity: Int
  private var entries: [DiagnosticEntry] = []
  private var places: [DiagnosticKey: Int] = [:]
  /// Where keys were found last, by their slot: units say the same every second, and hashing costs more than the rest.
  private var hints = InlineArray<64, Int>(repeating: 0)

  init(capacity: Int) {
    self.capacity = capacity
    entries.reserveCapacity(capacity)
    places.reserveCapacity(capacity)
  }

  var count: Int { entries.count }
  var isFull: Bool { entries.count >= capacity }
  /// The dictionary's share is an estimate: it keeps a quarter of its buckets free, a power of two in all.
  var memoryBytes: Int {
    let buckets = capacity * 8 / 3
    return capacity * MemoryLayout<DiagnosticEntry>.stride + buckets * MemoryLayout<(DiagnosticKey, Int)>.stride
  }

  subscript(i: Int) -> DiagnosticEntry {
    _read { yield entries[i] }
    _modify { yield &entries[i] }
  }

  mutating func find(_ key: DiagnosticKey) -> Int? {
    let hint = hints[key.slot]
    if hint < entries.count, entries[hint].key == key { return hint }
    guard let i = places[key] else { return nil }
    hints[key.slot] = i
    return i
  }

  /// An empty entry for a key that is not in the table; nil when the table is full.
  mutating func insert(_ key: DiagnosticKey) -> Int? {
    guard entries.count < capacity else { return nil }
    entries.append(DiagnosticEntry(key: key, record: DiagnosticTable.blank))
    places[key] = entries.count - 1
    return entries.count - 1
  }

  /// The last entry takes the place of the one that goes.
  mutating func remove(at i: Int) {
    places[entries[i].key] = nil
    let last = entries.removeLast()
    guard i < entries.count else { return }
    entries[i] = last
    places[last.key] = i
  }

  private static let blank = DiagnosticRecord(
    unit: ControlUnit(sourceAddress: 0), content: .fact(.cleared),
    changed: .unknown)
}
