// What control units tell over UDS (ISO 14229-1:2020): trouble codes, identification, data, refusals.

public import Vocabulary

/// Takes facts out of whole messages of control units, whoever asked for them. It sends nothing and, all its memory
/// being its own, allocates nothing.
public struct UDSReplyDecoder: Sendable {
  /// What messages turned out to be; each counts in exactly one of the first five.
  public struct Counters: Equatable, BitwiseCopyable, Sendable {
    /// Well-formed replies to services 14, 19 and 22.
    public var replies: UInt64 = 0
    /// A length that cannot be. What whole records there are is told all the same.
    public var malformed: UInt64 = 0
    /// Negative responses (7F), but those that only ask for patience.
    public var refusals: UInt64 = 0
    /// Negative responses that only ask for patience (7F xx 78).
    public var pending: UInt64 = 0
    /// Replies to other services, and those that are another decoder's: F4xx of service 22, refusals below service 10.
    public var otherService: UInt64 = 0
    /// Replies among those above whose request did not come by.
    public var unasked: UInt64 = 0

    public init() {}
  }

  /// What a message turned out to be.
  public enum Verdict: BitwiseCopyable, Sendable {
    /// A well-formed reply or a refusal, whether or not anything in it is worth telling.
    case reply
    case malformed
    /// Not for this decoder.
    case other
  }

  public private(set) var counters = Counters()
  var requests = UDSRequests()

  public init() {}

  /// Remembers what a tester asked for, where the reply cannot be understood without it.
  /// - Parameters:
  ///   - request: a whole message, from its service identifier on; any service.
  ///   - unit: whom the tester asked; nil for every unit (functional addressing).
  public mutating func note(request: Span<UInt8>, to unit: ControlUnit?, at time: Instant) {
    requests.note(request, to: unit, at: time)
  }

  /// Decodes a whole message of a control unit.
  ///
  /// A list of trouble codes is complete for what its request asked for and the unit has; where the request did not
  /// come by for nothing, but for those requests that have no mask to leave codes out. A code whose status says neither
  /// failed nor pending nor confirmed nor lamp is not listed.
  public mutating func decode(
    _ message: Span<UInt8>, from unit: ControlUnit, at time: Instant, _ emit: (DiagnosticFact) -> Void
  ) -> Verdict {
    func tell(_ content: DiagnosticFact.Content) { emit(DiagnosticFact(time: time, unit: unit, content)) }
    guard message.count > 0 else { return count(.malformed) }
    switch message[0] {
    case 0x54: return count(cleared(message, from: unit, at: time, tell))
    case 0x59: return count(troubleCodes(message, from: unit, at: time, tell))
    case 0x62: return count(data(message, from: unit, at: time, tell))
    case 0x7F: return refusal(message, from: unit, at: time, tell)
    default: return count(.other)
    }
  }

  private mutating func count(_ verdict: Verdict) -> Verdict {
    switch verdict {
    case .reply: counters.replies &+= 1
    case .malformed: counters.malformed &+= 1
    case .other: counters.otherService &+= 1
    }
    return verdict
  }

  /// The request that a reply belongs to; one that did not come by is counted.
  mutating func request(
    _ service: UInt8, function: UInt8? = nil, from unit: ControlUnit, at time: Instant
  ) -> UDSRequests.Request? {
    let request = requests.answered(service, function: function, by: unit, at: time)
    if request == nil { counters.unasked &+= 1 }
    return request
  }

  /// Service 14. Only a request for the group FFFFFF of the unit's own memory clears all there is.
  private mutating func cleared(
    _ message: Span<UInt8>, from unit: ControlUnit, at time: Instant, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Verdict {
    guard message.count == 1 else { return .malformed }
    if let asked = request(0x14, from: unit, at: time)?.bytes {
      guard asked.count == 4, asked[1] == 0xFF, asked[2] == 0xFF, asked[3] == 0xFF else { return .reply }
    }
    tell(.cleared)
    return .reply
  }

  private mutating func refusal(
    _ message: Span<UInt8>, from unit: ControlUnit, at time: Instant, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Verdict {
    // Identifiers with bit 6 are those of replies; reason 00 is none.
    guard message.count == 3, message[1] & 0x40 == 0, message[2] != 0 else { return count(.malformed) }
    let (service, reason) = (message[1], message[2])
    guard service >= 0x10 else { return count(.other) }
    if reason == 0x78 {
      counters.pending &+= 1
      requests.prolong(service, by: unit, at: time)
      return .reply
    }
    counters.refusals &+= 1
    _ = requests.answered(service, by: unit, at: time)
    tell(.refused(service: service, reason: reason))
    return .reply
  }
}
