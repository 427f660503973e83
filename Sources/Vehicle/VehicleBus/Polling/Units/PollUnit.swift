// What the planner knows of one control unit.
import Vocabulary

struct PollUnit: Sendable {
  /// How it comes to be known which parameters the unit has.
  enum Ranges: Equatable {
    /// It does not tell: whatever is wanted is asked for once, alone.
    case untold
    /// To be asked for next: 00, 20 ... E0.
    case asking(UInt8)
    case known
  }

  /// `.unit` or `.j1939`.
  let address: RequestAddress
  /// It has answered a question to everybody of OBD-II; else an item names it.
  var isFound: Bool
  var answerTime = AnswerTime()
  var pack: PackSize

  private(set) var ranges = Ranges.asking(0)
  private(set) var told = ParameterSet()
  /// What it has told since its ranges are asked for anew.
  private var telling = ParameterSet()
  private var rangeTries = 0
  /// Parameters that it has answered.
  var proven = ParameterSet()
  /// Since the vehicle woke it has told its first range.
  var isConfirmed = false

  /// It has answered a request to itself alone.
  var hasAnsweredAlone = false
  /// It answers everybody's requests, and was deaf to its own.
  var isAskedWithAll = false
  var deniedServices: Set<UInt8> = []

  var silences = 0
  var isSilent = false
  var lastAnswer = Instant(nanoseconds: .min)
  /// Nothing is asked before.
  var blockedUntil = Instant(nanoseconds: .min)
  /// The budget of the unit allows nothing before.
  var budgetAt = Instant(nanoseconds: .min)
  var busy = Backoff.busy
  /// After silence, and where it asks for patience without end.
  var pause = Backoff.silence
  /// Intervals that span this instant are the unit's making.
  var gap = Instant(nanoseconds: .min)
  var stretch = Stretch()

  static let silencesToLoss = 3
  private static let triesPerRange = 3

  init(_ address: RequestAddress, isFound: Bool, pack: PackSize) {
    self.address = address
    self.isFound = isFound
    self.pack = pack
  }

  /// The identifier it answers on; for SAE J1939 its address.
  var answerKey: UInt32 {
    switch address {
    case .unit(_, let answer): answer.key
    case .j1939(let unit): UInt32(unit)
    case .everybody11, .everybody29: 0
    }
  }

  /// Engine control units are asked before others that have the same.
  var isEngine: Bool { answerKey == 0x7E8 || answerKey == CANID(extended: 0x18DA_F110).key }

  // MARK: Which parameters it has

  /// Kept from before as long as it has not told otherwise.
  func has(_ pid: UInt8) -> Bool { told.contains(pid) || ranges != .known && telling.contains(pid) }

  /// A parameter that the unit said or showed it has: its silence is then the unit's own.
  func surelyHas(_ pid: UInt8) -> Bool { has(pid) || proven.contains(pid) }

  /// Parameters that it tells of, or has shown.
  var supported: Int {
    var all = told
    all.formUnion(telling)
    all.formUnion(proven)
    return all.count
  }

  var nextRange: UInt8? {
    if case .asking(let range) = ranges { range } else { nil }
  }

  /// The bit map of a range, whoever asked for it.
  mutating func tell(range: UInt8, bits: UInt32) {
    if range == 0 {
      var first = ParameterSet()
      first.insert(range: 0, bits: bits)
      if isConfirmed && telling.agrees(with: first, after: 0) { return }
      isConfirmed = true
      telling = first
    } else {
      guard nextRange == range else { return }
      telling.insert(range: range, bits: bits)
    }
    rangeTries = 0
    if bits & 1 == 1 && range < 0xE0 { ranges = .asking(range + 0x20) } else { closeRanges() }
  }

  /// It will not tell this range.
  mutating func refuse(range: UInt8) {
    guard nextRange == range else { return }
    rangeTries = 0
    // A range that was told of and is then refused does not take away what was told before.
    if range == 0 { ranges = told == ParameterSet() ? .untold : .known } else { closeRanges() }
  }

  mutating func failRange(_ range: UInt8) {
    guard nextRange == range else { return }
    rangeTries += 1
    if rangeTries >= PollUnit.triesPerRange { refuse(range: range) }
  }

  private mutating func closeRanges() {
    ranges = .known
    told = telling
  }

  // MARK: Signs of life

  /// Something came from it that belongs to what it was asked.
  mutating func hear(at now: Instant, delay: Double, isAlone: Bool) {
    answerTime.note(delay)
    lastAnswer = now
    silences = 0
    if isSilent {
      isSilent = false
      blockedUntil = now
      pack.forgetSilence()
      // It came back on everybody's request, and never answered its own.
      if !isAlone && !hasAnsweredAlone { isAskedWithAll = true }
    }
    if isAlone { hasAnsweredAlone = true }
  }

  /// It is left alone for a while.
  mutating func block(at now: Instant, seconds: Double) {
    blockedUntil = now.advanced(seconds: seconds)
    gap = blockedUntil
  }

  /// - Returns: whether it is given up for now.
  mutating func beSilent(at now: Instant) -> Bool {
    gap = now
    silences += 1
    guard silences >= PollUnit.silencesToLoss else { return false }
    let isNew = !isSilent
    isSilent = true
    pack.forgetSilence()
    block(at: now, seconds: pause.next())
    return isNew
  }

  /// The vehicle woke: what was refused may be answered now.
  mutating func wake() {
    isConfirmed = false
    isSilent = false
    silences = 0
    deniedServices = []
    blockedUntil = Instant(nanoseconds: .min)
    busy.reset()
    pause.reset()
    pack.forgetSilence()
    isAskedWithAll = false
    if ranges == .untold { ranges = .asking(0) }
  }
}
