// One request that went out, and its answers until it is over.
import Vocabulary

struct Dialogue {
  let port: any RequestPort
  let transmission: Transmission
  /// The planner's, or nil.
  let request: PollRequest?
  /// Somebody's, or nil.
  let question: ((PollOutcome) -> Void)?
  /// When it is over, or is to be looked after, at the latest.
  private(set) var deadline: Instant
  private(set) var problem: String?

  private let begin: Instant
  private let limit: Instant
  private var answers: [PollAnswer] = []
  /// errno of an answer that broke on the way.
  private var brokenCode: Int32?

  /// Seconds that a unit may take after it asked for patience (P2* of ISO 14229-2), and that it may go on asking.
  static let longPatience = 5.0
  static let longest = 30.0
  /// Answers of sixteen units, some of which ask for patience a few times.
  private static let mostAnswers = 64
  /// Seconds between two looks at an answer that takes its time.
  private static let pauseBetweenLooks = 0.1

  init(
    port: any RequestPort, transmission: Transmission, request: PollRequest? = nil,
    question: ((PollOutcome) -> Void)? = nil, patience: Double, at now: Instant
  ) {
    self.port = port
    self.transmission = transmission
    self.request = request
    self.question = question
    begin = now
    deadline = now.advanced(seconds: patience)
    limit = now.advanced(seconds: Dialogue.longest)
  }

  /// Takes what has come.
  /// - Parameter isComplete: the planner's word on the answers to its request.
  /// - Returns: nil while it is not over.
  mutating func listen(at now: Instant, isComplete: (PollRequest, [PollAnswer]) -> Bool) -> PollOutcome? {
    let before = answers.count
    var taken = answers
    var failure: RequestPortError?
    do throws(RequestPortError) {
      try port.receive { id, bytes in
        guard taken.count < Dialogue.mostAnswers, isAnswer(bytes) else { return }
        taken.append(PollAnswer(id: id, bytes: bytes, delay: now.seconds(since: begin)))
      }
    } catch {
      failure = error
    }
    answers = taken
    if answers[before...].contains(where: { Dialogue.asksForPatience($0) }) {
      deadline = now.advanced(seconds: Dialogue.longPatience)
    }
    if let failure {
      problem = failure.description
      brokenCode = failure.code
      if failure.isBusGone || (answers.isEmpty && !isForAll) { return .failed(failure.code) }
    }
    if isOver(at: now, isComplete) { return outcome }
    if now >= deadline { deadline = now.advanced(seconds: Dialogue.pauseBetweenLooks) }
    return nil
  }

  private func isOver(at now: Instant, _ isComplete: (PollRequest, [PollAnswer]) -> Bool) -> Bool {
    if answers.count == Dialogue.mostAnswers || now >= limit || port.isThrough { return true }
    if now >= deadline { return !port.isReceiving }
    guard let last = answers.last else { return false }
    if let request { return isComplete(request, answers) }
    return !isForAll && !Dialogue.asksForPatience(last)
  }

  private var outcome: PollOutcome {
    if answers.isEmpty, let brokenCode { return .failed(brokenCode) }
    return .answers(answers)
  }

  private var isForAll: Bool {
    switch transmission.address {
    case .everybody11, .everybody29, .j1939(255): true
    case .unit, .j1939: false
    }
  }

  /// The service's positive or negative answer; of a parameter group what the port took for one.
  private func isAnswer(_ bytes: [UInt8]) -> Bool {
    guard case .service(let asked) = transmission.content else { return true }
    guard let first = bytes.first else { return false }
    return first == asked[0] | 0x40 || (bytes.count == 3 && first == 0x7F && bytes[1] == asked[0])
  }

  /// Busy, conditions not correct, or never ready: another time it may be answered.
  private static func isForNow(_ code: UInt8) -> Bool { [0x21, 0x22, 0x78].contains(code) }

  private static func asksForPatience(_ answer: PollAnswer) -> Bool { negativeCode(answer) == 0x78 }

  /// ISO 14229-1, annex A; nil for a positive answer. Acknowledgements of SAE J1939 carry no such code.
  private static func negativeCode(_ answer: PollAnswer) -> UInt8? {
    answer.bytes.count == 3 && answer.bytes[0] == 0x7F ? answer.bytes[2] : nil
  }

  // MARK: What the guard learns

  /// How units took it: the last word of each counts. Of all that were asked together one positive answer is enough;
  /// without any, all are left alone as the one is that cannot answer now.
  func tell(_ transmitGuard: inout TransmitGuard, at now: Instant) {
    let bus = transmission.bus
    guard !answers.isEmpty else {
      return transmitGuard.noteSilence(of: transmission.address, bus: bus, at: now)
    }
    var codes: [UInt8] = []
    var isAnswered = false
    for (place, answer) in answers.enumerated()
    where !answers[(place + 1)...].contains(where: { $0.id == answer.id }) {
      if case .service = transmission.content, let code = Dialogue.negativeCode(answer) {
        codes.append(code)
        transmitGuard.noteRefusal(from: unit(of: answer), bus: bus, code: code, at: now)
      } else {
        isAnswered = true
        transmitGuard.noteAnswer(from: unit(of: answer), bus: bus)
      }
    }
    guard isForAll else { return }
    if isAnswered {
      transmitGuard.noteAnswer(from: transmission.address, bus: bus)
    } else if let code = codes.first(where: Dialogue.isForNow) ?? codes.first {
      transmitGuard.noteRefusal(from: transmission.address, bus: bus, code: code, at: now)
    }
  }

  private func unit(of answer: PollAnswer) -> RequestAddress {
    switch transmission.address {
    case .unit, .j1939(0...254): transmission.address
    case .j1939: .j1939(UInt8(truncatingIfNeeded: answer.id.value))
    case .everybody11, .everybody29: .unit(request: ISOTPPort.request(for: answer.id), answer: answer.id)
    }
  }
}
