// A tool at the diagnostic socket of a car or van: asks the control units after each engine start, clears when told to.
import Vocabulary

struct ScanTool: Sendable {
  private struct Question: Sendable {
    var request: [UInt8]
    /// Nil: all units.
    var unit: Int?
  }

  /// Whom the tool asks when it asks all units.
  private let functional: CANID
  /// What it fills frames with, and the units as well.
  let padding: UInt8
  /// How many frames it takes from a unit at once; 0 for all.
  let blockSize: UInt8
  private var random: RandomStream
  private var questions: [Question] = []
  /// When the next question may follow, ns.
  private var next: Int64 = 0

  /// How long it waits for the first answer, ns.
  private static let patience: Int64 = 60_000_000
  /// What a question and its answers take at most, ns.
  private static let longest: Int64 = 220_000_000

  init(hasExtendedIdentifiers: Bool, seed: UInt64) {
    functional = hasExtendedIdentifiers ? CANID(extended: 0x18DB_33F1) : CANID(standard: 0x7DF)
    // Both are common; a listener must not mind.
    padding = hasExtendedIdentifiers ? 0xAA : 0
    blockSize = hasExtendedIdentifiers ? 3 : 0
    random = RandomStream(seed: seed, for: .scanTool)
  }

  var isAsking: Bool { !questions.isEmpty }

  mutating func stop() { questions = [] }

  /// What an inspection wants to know: readiness, trouble codes of all kinds with freeze frame, monitor results, who
  /// the units are, and the codes again by UDS.
  mutating func inspect(_ units: [SimulatedControlUnit], at time: Int64) {
    next = time
    func all(_ requests: [[UInt8]]) -> [Question] { requests.map { Question(request: $0) } }
    questions = all([[0x01, 0x00], [0x01, 0x01], [0x03], [0x07], [0x0A]])
    if units.contains(where: { $0.services.contains(0x02) && $0.diagnosis.memory.frozen != nil }) {
      questions += all([0x02, 0x04, 0x05, 0x0C, 0x0D, 0x1F].map { [0x02, $0, 0x00] })
    }
    questions += all([0x00, 0x02, 0x04, 0x06, 0x08, 0x0A, 0x0B].map { [0x09, $0] })
    questions += all(Set(units.flatMap { $0.monitorResults.map(\.monitor) }).sorted().map { [0x06, $0] })
    for (place, unit) in units.enumerated() {
      // A unit without UDS refuses the one question, and is asked no more.
      var requests: [[UInt8]] = [[0x22, 0xF1, 0x90]]
      if unit.services.contains(0x19) {
        requests = [[0x10, 0x03], [0x3E, 0x00], [0x22, 0xF1, 0x90], [0x22, 0xF1, 0x87], [0x22, 0xF1, 0x95]]
        requests += [[0x19, 0x01, 0xFF], [0x19, 0x02, 0xFF]]
        for entry in unit.diagnosis.memory.entries where entry.freezeFrame != nil {
          for kind in [0x04, 0x06] as [UInt8] { requests.append([0x19, kind] + entry.code.threeBytes + [0xFF]) }
        }
        requests.append([0x10, 0x01])
      }
      questions += requests.map { Question(request: $0, unit: place) }
    }
  }

  /// Clears by service 04, and by UDS where a unit has no other way.
  mutating func clear(_ units: [SimulatedControlUnit], at time: Int64) {
    next = time
    questions = [Question(request: [0x04])]
    for (place, unit) in units.enumerated() where !unit.services.contains(0x04) {
      questions.append(Question(request: [0x14, 0xFF, 0xFF, 0xFF], unit: place))
    }
  }

  /// Asks what still fits before `end`, nanoseconds, between the messages that the units send already.
  mutating func ask(
    _ units: inout [SimulatedControlUnit], through replies: [ISOTPSender], before end: Int64,
    times: inout [SendingTimes], queue: inout FrameQueue
  ) {
    var asked = 0
    while asked < questions.count && next + ScanTool.longest < end {
      ask(questions[asked], &units, replies, &times, &queue)
      asked += 1
    }
    questions.removeFirst(asked)
    if isAsking { next = max(next, end) }
  }

  private mutating func ask(
    _ question: Question, _ units: inout [SimulatedControlUnit], _ replies: [ISOTPSender],
    _ times: inout [SendingTimes], _ queue: inout FrameQueue
  ) {
    let id = question.unit.map { units[$0].request } ?? functional
    // No question is longer than a frame, so that nobody has to control its flow.
    let sender = ISOTPSender(id: id, flowControl: id, padding: padding, blockSize: 0)
    queue.add(sender.frames(of: question.request, random: &random), at: next)
    var last: Int64?
    for i in units.indices where question.unit == nil || question.unit == i {
      guard let answer = units[i].answer(question.request, isFunctional: question.unit == nil) else { continue }
      let frames = replies[i].frames(of: answer, random: &random)
      let length = frames.last?.time.nanoseconds ?? 0
      let begin = times[i].take(
        from: next + ISOTPSender.microseconds(4_000...26_000, &random), lasting: length)
      queue.add(frames, at: begin)
      last = max(last ?? 0, begin + length)
    }
    next = (last ?? next + ScanTool.patience) + ISOTPSender.microseconds(12_000...35_000, &random)
  }
}
