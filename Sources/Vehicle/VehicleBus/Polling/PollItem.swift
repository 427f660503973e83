// What a poll plan is made of, and what passes between planner and port.
public import Vocabulary

/// One thing that is worth asking for, again and again.
public struct PollItem: Hashable, Sendable {
  public enum Question: Hashable, Sendable {
    /// A parameter of OBD-II service 01: the planner finds out which unit has it, and asks for several at once where that
    /// is understood.
    case parameter(UInt8)
    /// A whole request for all units, or for one: 03, or 22 F1 90.
    case request(RequestBytes, RequestAddress)
    /// A parameter group of SAE J1939, of one unit or of all (255).
    case parameterGroup(UInt32, of: UInt8)
  }

  public var question: Question
  /// Seconds between two answers; infinite to ask until it was answered once after each waking of the vehicle.
  public var period: Double

  public init(_ question: Question, every period: Double) {
    self.question = question
    self.period = period
  }
}

/// One request that the planner wants made now.
public struct PollRequest: Hashable, Sendable {
  /// Counts the planner's requests; ties the outcome to its request.
  public var number: UInt64
  public var address: RequestAddress
  public var content: Transmission.Content
  /// Seconds to wait for the first answer.
  public var patience: Double
  /// Answers may come from several units: wait for all until the time is over.
  public var isForAll: Bool

  public init(
    number: UInt64, address: RequestAddress, content: Transmission.Content, patience: Double, isForAll: Bool
  ) {
    self.number = number
    self.address = address
    self.content = content
    self.patience = patience
    self.isForAll = isForAll
  }
}

/// A whole answer of one unit, without length bytes.
public struct PollAnswer: Sendable {
  /// The identifier that it came on; for SAE J1939 one whose lowest byte is the unit's address.
  public var id: CANID
  public var bytes: [UInt8]
  /// Seconds after the request.
  public var delay: Double

  public init(id: CANID, bytes: [UInt8], delay: Double) {
    self.id = id
    self.bytes = bytes
    self.delay = delay
  }
}

/// How a request ended.
public enum PollOutcome: Sendable {
  /// Positive and negative answers, in the order in which they came; none when nobody answered in time.
  case answers([PollAnswer])
  /// The guard did not let it go out.
  case refused(Refusal)
  /// It could not be sent, or its answer was broken on the way; errno.
  case failed(Int32)
}
