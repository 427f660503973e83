// The dialogue with one adapter: bytes and time in, what to do with its port out.
//
// | state        | begins with                   | ends at the latest after                                      |
// |--------------|-------------------------------|---------------------------------------------------------------|
// | closed       | the port lost                 | the port is opened                                            |
// | probing      | the port opened, nothing else | 1 s for each baud rate: initialising, or backing off          |
// |              | helps                         |                                                               |
// | initialising | a prompt, a reset of the      | 20 s: searching, polling, listening, asleep, or probing       |
// |              | adapter                       |                                                               |
// | searching    | initialised, nobody answers   | a request: 30 s for the automatic search, 3...10 s a protocol |
// | polling      | a protocol found              | a request: 5 s, on one wire 12 s; five in vain: searching     |
// | listening    | initialised, may not transmit | 3 s for each protocol, then 60 s on the likeliest             |
// | backing off  | nobody there, or no ELM327    | 5...60 s, 30...600 s: probing, every third time a reopened    |
// |              |                               | port                                                          |
// | asleep       | the vehicle parked            | it wakes                                                      |
//
// Five requests in vain count where nothing at all was answered for 5 s: a vehicle may lack what it says it has.
//
// A missed deadline in any of them brings the adapter back to its prompt, with at most three commands in 4 s or three
// times its patience, or it is initialised anew, or it is probed for. Bytes move no deadline away but where an answer
// that has begun may be silent for a while: there a last deadline stands behind.
public import Vocabulary

/// A pure value without clock or port: whoever owns it carries out `nextAction`, hands over what comes, and calls
/// `step` when it says.
///
/// Of its own accord it writes commands to the adapter only, never one that sends on the vehicle's bus. Requests go out
/// with a permit each, the protocol search included. No bare carriage return is ever written: an adapter at its prompt
/// would repeat its last command, which may be a request.
public struct ELMSession: Sendable {
  public internal(set) var status = ELMStatus()
  /// What worked, worth keeping beyond a restart.
  public var memory: ELMMemory { settings.memory }

  var settings: ELMSettings
  let bus: UInt8
  let profiles: [ELMProfile]

  // MARK: What is under way

  enum Activity: Sendable {
    /// At the prompt, or without an adapter.
    case idle
    case probing, exchanging, settling, monitoring
  }

  var activity = Activity.idle
  var exchange: ELMExchange?
  var settling: ELMSettling?
  var probe = ELMProbe()
  var setUp = ELMSetUp()
  var search = ELMSearch()
  var request: ELMRequest?
  var listening = ELMListening()

  // MARK: What is known

  /// What has to be shown before it counts, and is used meanwhile.
  var onTrial: ELMAbilities = []
  var addressing = ELMAddressing()
  /// Whom the request before this one went to.
  var lastTarget: ELMTarget?
  var answerCount = ELMAnswerCount()
  var waitTime = ELMWaitTime()
  /// Requests in a row without any answer.
  var silentRequests = 0
  var lastAnswered: Instant?
  /// Answers of several frames in a row that broke, and those that came whole.
  var brokenAnswers = 0
  /// Requests in a row whose answers made no sense at all: the adapter may have begun anew without a word.
  var senselessAnswers = 0
  /// It is to be set up from the beginning.
  var isSetUpWanted = false
  var wholeAnswers = 0
  /// A request by `STPX` was answered.
  var isSTShown = false
  var isParked = false
  /// A request has opened the protocol since it was closed.
  var isProtocolOpen = false
  var isIgnitionOff = false
  /// It is to be asked for at the next leisure.
  var isIgnitionWanted = false
  /// An automatic search found somebody, and which protocol it was is still to be asked.
  var isNumberWanted = false
  /// When the voltage was asked for, answered or not.
  var voltageAsked: Instant?
  var prompted = Instant.zero
  var lastByte = Instant.zero

  // MARK: In and out

  var reader = ELMLineReader()
  /// Commands written so far: what came in before the last of them is no answer to it.
  var writes: UInt64 = 0
  private var actions: [ELMAction] = []
  private var answers: [(id: CANID, bytes: [UInt8])] = []
  private var frames: [CANFrame] = []
  private var nextFramePlace = 0

  private static let mostAnswers = 64
  private static let mostFrames = 8192

  /// - Parameters:
  ///   - bus: what frames for capture are marked with.
  ///   - profiles: what is known of adapters; any that fits none of them is used at the lowest common level.
  public init(_ settings: ELMSettings, bus: UInt8, profiles: [ELMProfile]) {
    self.settings = settings
    self.bus = bus
    self.profiles = profiles
  }

  // MARK: The port

  /// - Parameter hasBaudRate: false for sockets.
  public mutating func portOpened(hasBaudRate: Bool, at now: Instant) {
    status.counters.opened += 1
    forgetDialogue()
    probe.isSocket = !hasBaudRate
    probe.failedSetUps = 0
    startProbing(at: now)
  }

  /// - Parameter trouble: why; kept until there are answers again.
  public mutating func portLost(_ trouble: ELMTrouble, at now: Instant) {
    forgetDialogue()
    // Another device may be plugged in the next time; what was opened anew in vain is the same.
    let isSame = probe.isReopening
    let rounds = probe.silentRounds
    probe = ELMProbe()
    if isSame { probe.silentRounds = rounds }
    search = ELMSearch()
    status.trouble = trouble
    enter(.closed, at: now)
  }

  public mutating func nextAction() -> ELMAction? { actions.isEmpty ? nil : actions.removeFirst() }

  private mutating func forgetDialogue() {
    activity = .idle
    exchange = nil
    settling = nil
    request = nil
    actions = []
    answers = []
    reader.reset()
    addressing = ELMAddressing()
    lastTarget = nil
    answerCount = ELMAnswerCount()
    waitTime = ELMWaitTime()
    listening = ELMListening()
    silentRequests = 0
    lastAnswered = nil
    brokenAnswers = 0
    senselessAnswers = 0
    isSetUpWanted = false
    wholeAnswers = 0
    isSTShown = false
    isProtocolOpen = false
    isIgnitionOff = false
    isIgnitionWanted = false
    isNumberWanted = false
    voltageAsked = nil
    status.until = nil
    status.banner = nil
    status.details = []
    status.profile = nil
    status.abilities = []
    status.disproved = []
    status.baudRate = nil
    status.vehicleProtocol = nil
    status.mostParameters = 1
    status.voltage = nil
  }

  mutating func act(_ action: ELMAction) { actions.append(action) }

  mutating func enter(_ state: ELMState, until: Instant? = nil, at now: Instant) {
    if status.state != state { status.since = now }
    status.state = state
    status.until = until
  }

  // MARK: Answers and frames

  /// One whole answer to the request that `begin` made. Units on K-line and J1850 answer as 18DAF1xx.
  public mutating func nextAnswer() -> (id: CANID, bytes: [UInt8])? { answers.isEmpty ? nil : answers.removeFirst() }

  mutating func forgetAnswers() { answers.removeAll(keepingCapacity: true) }

  mutating func tell(_ id: CANID, _ bytes: [UInt8]) {
    if answers.count < ELMSession.mostAnswers { answers.append((id, bytes)) }
  }

  /// For capture, in order of time: requests that were answered and their answers, framed as on a CAN bus, or what was
  /// heard.
  public mutating func nextFrame() -> CANFrame? {
    guard nextFramePlace < frames.count else { return nil }
    defer {
      nextFramePlace += 1
      if nextFramePlace == frames.count {
        frames.removeAll(keepingCapacity: true)
        nextFramePlace = 0
      }
    }
    return frames[nextFramePlace]
  }

  mutating func capture(_ frame: CANFrame) {
    guard frames.count < ELMSession.mostFrames else {
      status.counters.losses += 1
      return
    }
    frames.append(frame)
  }
}
