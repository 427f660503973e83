// Carries out the plan on one bus: what the planner wants, when the guard lets it, through the port that can.
import Glibc
public import Vocabulary

/// One bus's requests, one at a time. Belongs to the control thread; does not block but for what ports do.
public final class Poller {
  public let bus: UInt8
  /// What went wrong last, with its mend; nil after a request that went well.
  public private(set) var problem: String?

  private var planner: PollPlanner
  private let isotp: any RequestPort
  private let j1939: (any RequestPort)?
  private var dialogue: Dialogue?
  private var questions: [Question] = []
  /// As the planner assumes it at first.
  private var isAwake = true
  /// A probe that did not come about is not tried again before.
  private var probeAgain = Instant(nanoseconds: .min)

  private struct Question {
    var transmission: Transmission
    var expires: Instant
    var completion: (PollOutcome) -> Void
  }

  /// Seconds that a person waits for the first answer, and for a budget that the plan has used up.
  private static let personsPatience = 1.25
  private static let personsWait = 5.0
  private static let mostQuestions = 8
  private static let pauseBetweenTries = 0.1
  private static let pauseBetweenProbes = 1.0

  /// - Parameters:
  ///   - bus: as `Transmission.bus` counts.
  ///   - isotp: for OBD-II and UDS.
  ///   - j1939: nil where parameter groups are not asked for.
  public init(bus: UInt8, planner: PollPlanner, isotp: any RequestPort, j1939: (any RequestPort)? = nil) {
    self.bus = bus
    self.planner = planner
    self.isotp = isotp
    self.j1939 = j1939
  }

  /// Call `step` when it is readable; nil while no request is under way.
  public var descriptor: Int32? { dialogue?.port.descriptor }

  public var report: PollReport { planner.report }

  /// Whether a request is under way, or somebody waits for an answer: `step` must not be left out.
  public var isWaitedFor: Bool { dialogue != nil || !questions.isEmpty }

  /// Parameters in one request at the most, 1...6, from now on: an adapter that turns out to take no more.
  public func limit(parametersAtOnce most: Int) { planner.limit(parametersAtOnce: most) }

  /// Asks on somebody's behalf, before the plan goes on; the guard has its say as always.
  ///
  /// `completion` is called once, from `step` or at once when too many wait already. Call `step` next.
  public func ask(
    _ content: Transmission.Content, of address: RequestAddress, by origin: Transmission.Origin, at now: Instant,
    completion: @escaping (PollOutcome) -> Void
  ) {
    guard questions.count < Poller.mostQuestions else { return completion(.refused(.busBudget)) }
    let transmission = Transmission(bus: bus, address: address, content: content, origin: origin)
    questions.append(
      Question(transmission: transmission, expires: now.advanced(seconds: Poller.personsWait), completion: completion))
  }

  /// Takes answers, ends what is over and begins what is due.
  /// - Returns: when to be called again at the latest; earlier when `descriptor` is readable.
  public func step(at now: Instant, _ transmitGuard: inout TransmitGuard) -> Instant {
    follow(isAwake: transmitGuard.vehicle == .awake, at: now)
    if transmitGuard.isFlooded(bus, at: now) { breakOff() }
    if let next = listen(at: now, &transmitGuard) { return next }
    if let next = serveQuestions(at: now, &transmitGuard) { return next }
    return isAwake ? poll(at: now, &transmitGuard) : probe(at: now, &transmitGuard)
  }

  /// Ends what is under way, for good: nothing is open afterwards, and whoever waits is told.
  public func stop() {
    let asked = dialogue?.question.map { [$0] } ?? []
    dialogue?.port.finish()
    dialogue = nil
    let left = asked + questions.map(\.completion)
    questions = []
    for completion in left { completion(.failed(ECANCELED)) }
  }

  // MARK: The vehicle

  private func follow(isAwake: Bool, at now: Instant) {
    guard isAwake != self.isAwake else { return }
    self.isAwake = isAwake
    // The plan begins anew, or ends at once; what a person asked goes on.
    if let dialogue, dialogue.question == nil {
      dialogue.port.finish()
      self.dialogue = nil
    }
    if isAwake { planner.vehicleWoke(at: now) } else { planner.vehicleParked(at: now) }
  }

  // MARK: What is under way

  /// Ends a request in the middle: nothing may stay open that answers a flood.
  private func breakOff() {
    guard let dialogue else { return }
    dialogue.port.finish()
    self.dialogue = nil
    dialogue.question?(.refused(.answerFlood))
  }

  /// Nil when nothing is under way any more.
  private func listen(at now: Instant, _ transmitGuard: inout TransmitGuard) -> Instant? {
    guard dialogue != nil else { return nil }
    let outcome = dialogue?.listen(at: now) { planner.isComplete($0, $1) }
    guard let dialogue, let outcome else { return dialogue?.deadline }
    dialogue.port.finish()
    self.dialogue = nil
    if case .failed = outcome {
      problem = dialogue.problem
    } else {
      problem = nil
      dialogue.tell(&transmitGuard, at: now)
    }
    if let completion = dialogue.question {
      completion(outcome)
    } else if let request = dialogue.request {
      planner.finish(request, outcome, at: now)
    }
    return nil
  }

  // MARK: What is next

  private func serveQuestions(at now: Instant, _ transmitGuard: inout TransmitGuard) -> Instant? {
    while let question = questions.first {
      switch transmitGuard.judge(question.transmission, at: now) {
      case .refused(let reason):
        // The plan may have used the budget up: it waits until the person is served.
        if reason == .busBudget || reason == .unitBudget, now < question.expires {
          return now.advanced(seconds: Poller.pauseBetweenTries)
        }
        questions.removeFirst()
        question.completion(.refused(reason))
      case .granted(let permit):
        questions.removeFirst()
        let dialogue = Dialogue(
          port: port(for: question.transmission), transmission: question.transmission, question: question.completion,
          patience: Poller.personsPatience, at: now)
        if let code = begin(dialogue, permit) { question.completion(.failed(code)) }
      }
      if let dialogue { return dialogue.deadline }
    }
    return nil
  }

  private func poll(at now: Instant, _ transmitGuard: inout TransmitGuard) -> Instant {
    if let request = planner.next(at: now) { begin(request, .plan, at: now, &transmitGuard) }
    if let dialogue { return dialogue.deadline }
    let due = planner.dueAt(after: now) ?? now.advanced(seconds: 1)
    return max(due, now.advanced(seconds: 0.001))
  }

  /// A probe is the guard's to allow: its schedule says when one is worth asking for.
  private func probe(at now: Instant, _ transmitGuard: inout TransmitGuard) -> Instant {
    let second = now.advanced(seconds: Poller.pauseBetweenProbes)
    guard let due = transmitGuard.nextProbe(on: bus).map({ max($0, probeAgain) }) else { return second }
    guard due <= now else { return min(due, second) }
    probeAgain = second
    if let request = planner.probe(at: now) { begin(request, .probe, at: now, &transmitGuard) }
    return dialogue?.deadline ?? second
  }

  private func begin(
    _ request: PollRequest, _ origin: Transmission.Origin, at now: Instant, _ transmitGuard: inout TransmitGuard
  ) {
    let transmission = Transmission(bus: bus, address: request.address, content: request.content, origin: origin)
    switch transmitGuard.judge(transmission, at: now) {
    case .refused(let reason): planner.finish(request, .refused(reason), at: now)
    case .granted(let permit):
      let dialogue = Dialogue(
        port: port(for: transmission), transmission: transmission, request: request, patience: request.patience,
        at: now)
      if let code = begin(dialogue, permit) { planner.finish(request, .failed(code), at: now) }
    }
  }

  /// Nil when it is under way, else errno.
  private func begin(_ dialogue: Dialogue, _ permit: consuming TransmitPermit) -> Int32? {
    do throws(RequestPortError) {
      try dialogue.port.send(permit)
      self.dialogue = dialogue
      return nil
    } catch {
      problem = error.description
      return error.code
    }
  }

  /// A port refuses what is not its protocol's.
  private func port(for transmission: Transmission) -> any RequestPort {
    if case .parameterGroup = transmission.content { j1939 ?? isotp } else { isotp }
  }
}
