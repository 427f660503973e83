// A diagnostic book under observation: facts are told to it second by second, and what it says is kept.
import Alerting
import Vocabulary

/// A book with its clock, its words, and the store that follows from them.
struct DiagnosticWard: ~Copyable {
  var book: DiagnosticBook
  var events: [Event] = []
  /// What a store would hold.
  var stored: [DiagnosticRecord] = []
  /// Words that contradict the book's own promises.
  var faults: [String] = []
  var seconds = 0.0
  /// The codes that were told to be there.
  private var isSet = Set<String>()

  static let engine = ControlUnit(answersOn: CANID(standard: 0x7E8))
  static let gearbox = ControlUnit(answersOn: CANID(standard: 0x7E9))
  static let truck = ControlUnit(sourceAddress: 0)

  init(records: Int = 512) { book = DiagnosticBook(records: records) }

  static func stamp(_ seconds: Double) -> Timestamp {
    Timestamp(
      boot: BootID(high: 0, low: 1), uptime: Instant.zero.advanced(seconds: seconds),
      wallNanoseconds: 1_700_000_000_000_000_000 + Int64(seconds * 1e9), quality: .ntp)
  }

  mutating func say(_ content: DiagnosticFact.Content, _ unit: ControlUnit = engine) {
    let stamp = DiagnosticWard.stamp(seconds)
    book.take(DiagnosticFact(time: stamp.uptime, unit: unit, content), at: stamp)
  }

  mutating func list(
    _ codes: [TroubleCode], _ status: TroubleCodeStatus, complete: TroubleCodeStatus? = nil, broadcast: Bool = false,
    lamps: WarningLamps? = nil, occurrences: UInt8? = nil, _ unit: ControlUnit = engine
  ) {
    say(.listBegan(lamps: lamps, isBroadcast: broadcast), unit)
    for code in codes { say(.listed(code, status: status, occurrences: occurrences), unit) }
    let notation = codes.first?.notation ?? (unit.language == .j1939 ? .j1939 : .obd)
    say(.listEnded(complete: complete ?? status, notation: notation), unit)
  }

  /// DM1, once a second for `times` seconds.
  mutating func broadcast(
    _ codes: [TroubleCode], times: Int, lamps: WarningLamps? = nil, _ unit: ControlUnit = truck
  ) {
    for _ in 0..<times {
      list(codes, .active, broadcast: true, lamps: lamps, unit)
      pass(1)
    }
  }

  /// Lets time pass, with a tick each second.
  mutating func pass(_ count: Int, room: Int = 16, isLast: Bool = false) {
    for _ in 0..<count {
      seconds += 1
      var said: [DiagnosticBook.Change] = []
      let told = book.tick(at: DiagnosticWard.stamp(seconds), room: room, isLast: isLast) { said.append($0) }
      if told != said.count || told > max(0, room) { faults.append("\(said.count) changes, \(told), room \(room)") }
      for i in said.indices { follow(said[i], after: i > 0 ? said[i - 1] : nil) }
      // Whenever the power goes, the next book takes what is stored for told.
      for record in stored {
        guard case .code(let report) = record.content else { continue }
        let isPresent = !report.status.isDisjoint(with: [.active, .confirmed, .pending, .permanent])
        if isPresent != isSet.contains(DiagnosticWard.name(record)) {
          faults.append("\(DiagnosticWard.name(record)) is stored with \(report.status.names), which was not told")
        }
      }
    }
  }

  private mutating func follow(_ change: DiagnosticBook.Change, after previous: DiagnosticBook.Change?) {
    switch change {
    case .record(let record):
      stored.removeAll { DiagnosticWard.name($0) == DiagnosticWard.name(record) }
      stored.append(record)
    case .removed(let record):
      let before = stored.count
      stored.removeAll { DiagnosticWard.name($0) == DiagnosticWard.name(record) }
      if stored.count != before - 1 { faults.append("removed what was not there: \(DiagnosticWard.name(record))") }
    case .event(let event):
      switch previous {
      case .record(let record) where DiagnosticWard.name(record) == DiagnosticWard.subject(event): break
      case .event(let first) where DiagnosticWard.subject(first) == DiagnosticWard.subject(event): break
      default: faults.append("\(event.type) without its record")
      }
      events.append(event)
      let subject = DiagnosticWard.subject(event)
      let isNew = event.type == "dtc.set" ? isSet.insert(subject).inserted : isSet.remove(subject) != nil
      if !isNew && event.type == "dtc.cleared" { faults.append("\(subject) cleared and never set") }
    }
  }

  /// The events as `+P0301 confirmed` and `-P0301`.
  var said: [String] {
    events.map { event in
      switch event.kind {
      case .troubleCodeSet(let report): "+" + report.code.name + " " + report.status.names.joined(separator: ",")
      case .troubleCodeCleared(let report): "-" + report.code.name + report.status.names.joined(separator: ",")
      default: event.type
      }
    }
  }

  func records() -> [DiagnosticRecord] {
    var records: [DiagnosticRecord] = []
    let count = book.copy(into: &records)
    return Array(records.prefix(count))
  }

  func report(_ code: TroubleCode, _ unit: ControlUnit = engine) -> TroubleCodeReport? {
    for record in records() where record.unit == unit {
      if case .code(let report) = record.content, report.code == code { return report }
    }
    return nil
  }

  func count(where isWanted: (DiagnosticFact.Content) -> Bool) -> Int {
    records().count { if case .fact(let fact) = $0.content { isWanted(fact) } else { false } }
  }

  /// What units have told whole lists of.
  var told: TroubleCodeStatus {
    var told: TroubleCodeStatus = []
    for record in records() { if case .fact(.listEnded(let complete, _)) = record.content { told.formUnion(complete) } }
    return told
  }

  /// A record's unit and what it is about, without what it says.
  static func name(_ record: DiagnosticRecord) -> String {
    let about =
      switch record.content {
      case .code(let report): report.code.name
      case .fact(let fact):
        switch fact {
        case .listBegan, .listed: "lamps"
        case .listEnded(let complete, let notation): "list \(notation) " + complete.names.joined()
        case .cleared: "cleared"
        case .readiness: "readiness"
        case .freezeFrameCode(_, let frame): "frame \(frame)"
        case .freezeFrameValue(let parameter, let frame, _): "frame \(frame) \(parameter)"
        case .monitor(let result): "monitor \(result.monitor) \(result.test)"
        case .identity(let item, let index, _): "\(item) \(index)"
        case .verification(let index, _): "verification \(index)"
        case .performance(let index, _, _): "performance \(index)"
        case .data(let identifier, _): "data \(identifier)"
        case .refused(let service, _): "refused \(service)"
        case .addressClaimed: "address"
        }
      }
    return "\(record.unit.bus)/\(record.unit.name) \(about)"
  }

  private static func subject(_ event: Event) -> String {
    switch event.kind {
    case .troubleCodeSet(let report), .troubleCodeCleared(let report):
      "\(report.unit.bus)/\(report.unit.name) \(report.code.name)"
    default: event.type
    }
  }
}
