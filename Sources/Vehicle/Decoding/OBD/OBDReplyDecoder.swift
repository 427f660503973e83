// Replies of OBD-II (SAE J1979, ISO 15031-5; SAE J1979-2 for F4xx): values for signals, and facts about control units.

public import Vocabulary

/// Takes whole messages over ISO-TP, as they pass by on the bus. It sends nothing.
///
/// Several control units may answer one parameter. The first that does owns it until it has been silent for ten
/// seconds, so that a signal does not flicker between two sensors. Values are taken from a reply as a whole or not at
/// all. Not copyable: two copies would share their tables, and the next message would have to allocate.
public struct OBDReplyDecoder: ~Copyable, Sendable {
  /// Which value of which parameter becomes which signal of the catalogue.
  public struct Mapping: Sendable {
    public var pid: UInt8
    /// `OBDValue.name`; nil for the parameter's first value.
    public var field: String?
    public var target: SignalID
    /// Turns the value's unit into the catalogue's: `value * factor + offset`.
    public var factor: Double
    public var offset: Double
    /// Valid values in the catalogue's unit.
    public var range: ClosedRange<Double>

    public init(
      pid: UInt8, field: String? = nil, target: SignalID, factor: Double = 1, offset: Double = 0,
      range: ClosedRange<Double>
    ) {
      self.pid = pid
      self.field = field
      self.target = target
      self.factor = factor
      self.offset = offset
      self.range = range
    }
  }

  /// What messages turned out to be; each counts in exactly one of the first six.
  public struct Counters: Equatable, BitwiseCopyable, Sendable {
    /// Well-formed replies to services 01...0A, and to service 22 for F4xx.
    public var replies: UInt64 = 0
    /// A length or a count that cannot be, or parameters that do not fill the message exactly.
    public var malformed: UInt64 = 0
    /// A parameter that the table does not know: what follows it cannot be told apart.
    public var unknownParameter: UInt64 = 0
    /// Negative responses (7F) to these services.
    public var refusals: UInt64 = 0
    /// Negative responses that only ask for patience (7F xx 78).
    public var pending: UInt64 = 0
    /// Replies to other services, and those in parts by the protocols before CAN, which are not put together here.
    public var otherService: UInt64 = 0
    /// Values, not messages: left out because another control unit owns the parameter.
    public var otherResponder: UInt64 = 0

    public init() {}
  }

  /// What a message turned out to be.
  public enum Verdict: BitwiseCopyable, Sendable {
    /// A well-formed reply or a refusal, whether or not anything in it is wanted.
    case reply
    case malformed
    /// Nothing to tell: another service, an unknown parameter.
    case other
  }

  /// Seconds of silence after which another control unit may take over a parameter.
  public static let ownership = 10.0

  public private(set) var counters = Counters()
  /// Nil: every bus.
  private let bus: UInt8?
  private let table: OBDLayouts
  /// What is mapped, the values of a parameter beside each other.
  private let targets: [Target]
  /// One for each of the 256 parameters.
  private let routes: [Route]
  private var owners: [Owner]
  /// A control unit whose list of trouble codes in the form without a count may go on in its next message.
  private var openList: (unit: ControlUnit, time: Instant)?

  private struct Target: BitwiseCopyable {
    var layout: OBDLayout
    var factor: Double
    var offset: Double
    var low: Double
    var high: Double
    var signal: SignalID
  }

  private struct Route: BitwiseCopyable {
    /// The parameter's values in `targets`; none for a parameter that nobody wants.
    var first: UInt16 = 0
    var count: UInt8 = 0
    /// Index in `owners`.
    var owner: UInt8 = 0
  }

  private struct Owner: BitwiseCopyable {
    var unit: ControlUnit?
    var lastHeard = Instant.zero
  }

  /// Mappings of parameters or values that are unknown, or mapped already, are appended to `problems`.
  /// - Parameter bus: where control units answer for signals; nil for every bus. Facts are told of all.
  public init(_ mappings: [Mapping], bus: UInt8? = nil, problems: inout [MappingProblem]) {
    self.bus = bus
    table = OBDLayouts.shared
    let parameters = mappings.isEmpty ? [] : OBDParameter.all
    var known: [(pid: UInt8, field: Int, target: Target)] = []
    for mapping in mappings {
      switch OBDReplyDecoder.find(mapping, in: parameters) {
      case .failure(let problem): problems.append(problem.problem)
      case .success(let (field, value)):
        guard !known.contains(where: { $0.pid == mapping.pid && $0.field == field }) else {
          problems.append(
            MappingProblem(
              subject: OBDReplyDecoder.subject(mapping), reason: "mapped twice; the first mapping stays"))
          continue
        }
        let target = Target(
          layout: OBDLayout(value), factor: mapping.factor, offset: mapping.offset, low: mapping.range.lowerBound,
          high: mapping.range.upperBound, signal: mapping.target)
        known.append((mapping.pid, field, target))
      }
    }
    known.sort { ($0.pid, $0.field) < ($1.pid, $1.field) }
    var routes = [Route](repeating: Route(), count: 256)
    var owners: [Owner] = []
    for (index, entry) in known.enumerated() {
      if routes[Int(entry.pid)].count == 0 {
        routes[Int(entry.pid)] = Route(first: UInt16(index), owner: UInt8(owners.count))
        owners.append(Owner())
      }
      routes[Int(entry.pid)].count += 1
    }
    targets = known.map(\.target)
    self.routes = routes
    self.owners = owners
  }

  private static func subject(_ mapping: Mapping) -> String {
    "PID \(hexadecimal(mapping.pid))" + (mapping.field.map { " \($0)" } ?? "")
  }

  /// The value that a mapping means and its place among the parameter's.
  private static func find(
    _ mapping: Mapping, in parameters: [OBDParameter]
  ) -> Result<(field: Int, value: OBDValue), Unusable> {
    guard let parameter = parameters.first(where: { $0.pid == mapping.pid }) else {
      return .failure(Unusable(subject(mapping), "no parameter of service 01 that Telltale knows"))
    }
    let field = mapping.field.map { name in parameter.values.firstIndex { $0.name == name } } ?? 0
    guard let field else {
      let near = nearestName(to: mapping.field ?? "", among: parameter.values.map(\.name))
      let reason = "the parameter has no such value" + (near.map { "; did you mean \($0)?" } ?? "")
      return .failure(Unusable(subject(mapping), reason))
    }
    return .success((field, parameter.values[field]))
  }

  private struct Unusable: Error {
    var problem: MappingProblem
    init(_ subject: String, _ reason: String) { problem = MappingProblem(subject: subject, reason: reason) }
  }

  /// Most samples that one message can give: each mapped value once.
  public var largestReply: Int { targets.count }

  /// Bytes of memory that the tables take.
  public var memoryBytes: Int {
    MemoryLayout<OBDReplyDecoder>.size + 160 + table.memoryBytes + targets.capacity * MemoryLayout<Target>.stride
      + routes.capacity * MemoryLayout<Route>.stride + owners.capacity * MemoryLayout<Owner>.stride
  }

  /// Decodes what a control unit answered: a whole message, from the service identifier on. Writes samples from
  /// `out[start]` on and returns how many; those for which `out` has no room are left out. A message that is cut short
  /// or otherwise malformed gives no samples, and no facts but trouble codes that stand in it whole.
  public mutating func decode(
    _ message: Span<UInt8>, from unit: ControlUnit, at time: Instant, into out: inout MutableSpan<Sample>,
    from start: Int, _ emit: (DiagnosticFact) -> Void
  ) -> (count: Int, verdict: Verdict) {
    guard message.count > 0 else { return (0, count(.malformed)) }
    func tell(_ content: DiagnosticFact.Content) { emit(DiagnosticFact(time: time, unit: unit, content)) }
    switch message[0] {
    case 0x41, 0x62:
      return parameters(message, from: unit, at: time, into: &out, from: start, tell)
    case 0x42: return (0, freezeFrame(message, tell))
    case 0x43, 0x47, 0x4A: return (0, troubleCodes(message, from: unit, at: time, tell))
    case 0x44:
      guard message.count == 1 else { return (0, count(.malformed)) }
      tell(.cleared)
      return (0, count(.reply))
    case 0x46: return (0, count(OBDFacts.monitors(message, tell)))
    case 0x49: return (0, count(OBDFacts.vehicleInformation(message, tell)))
    case 0x7F: return (0, refusal(message, tell))
    default: return (0, count(.other))
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

  private mutating func refusal(_ message: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void) -> Verdict {
    guard message.count == 3 else { return count(.malformed) }
    let (service, reason) = (message[1], message[2])
    guard service < 0x10 else { return count(.other) }
    guard reason != 0x78 else {
      counters.pending &+= 1
      return .reply
    }
    counters.refusals &+= 1
    tell(.refused(service: service, reason: reason))
    return .reply
  }
}

// Parameters: services 01, 02 and 22.
extension OBDReplyDecoder {
  /// How a message's parameters fill it.
  private enum Fit {
    case exact(other: Bool)
    case unknown
    case none
  }

  /// Whether known parameters fill a message exactly, none of them twice.
  /// - Parameter header: bytes before each parameter's data: the identifier, and for 42 the frame, for 62 the F4.
  private func fit(_ message: Span<UInt8>, header: Int, pidAt: Int) -> Fit {
    let usual = fit(message, header: header, pidAt: pidAt, other: false)
    guard case .none = usual else { return usual }
    return fit(message, header: header, pidAt: pidAt, other: true)
  }

  private func fit(_ message: Span<UInt8>, header: Int, pidAt: Int, other: Bool) -> Fit {
    var position = 1
    var seen = InlineArray<4, UInt64>(repeating: 0)
    while position < message.count {
      guard position &+ header < message.count else { return .none }
      if pidAt == 1 && message[position] != 0xF4 { return .unknown }
      let pid = Int(message[position &+ pidAt])
      let entry = table.entries[pid]
      guard entry.dataBytes > 0 else { return .unknown }
      let bit: UInt64 = 1 &<< UInt64(pid & 63)
      // Freeze frames may tell one parameter of several frames.
      if message[0] != 0x42 && seen[pid &>> 6] & bit != 0 { return .none }
      seen[pid &>> 6] |= bit
      position &+= header &+ Int(other ? entry.otherDataBytes : entry.dataBytes)
    }
    return position == message.count && position > 1 ? .exact(other: other) : .none
  }

  /// Counts a reply of parameters; nil where it cannot be taken apart, and then what it is instead.
  private mutating func judge(_ fit: Fit) -> (other: Bool?, verdict: Verdict) {
    switch fit {
    case .exact(let other): return (other, count(.reply))
    case .unknown:
      counters.unknownParameter &+= 1
      return (nil, .other)
    case .none: return (nil, count(.malformed))
    }
  }

  private mutating func parameters(
    _ message: Span<UInt8>, from unit: ControlUnit, at time: Instant, into out: inout MutableSpan<Sample>,
    from start: Int, _ tell: (DiagnosticFact.Content) -> Void
  ) -> (count: Int, verdict: Verdict) {
    let header = message[0] == 0x41 ? 1 : 2
    if header == 2, message.count > 1, message[1] != 0xF4 { return (0, count(.other)) }
    let (other, verdict) = judge(fit(message, header: header, pidAt: header &- 1))
    guard let other else { return (0, verdict) }
    let isForSignals = bus.map { $0 == unit.bus } ?? true
    var written = start
    var position = 1
    while position < message.count {
      let pid = message[position &+ header &- 1]
      let entry = table.entries[Int(pid)]
      let data = position &+ header
      let length = Int(other ? entry.otherDataBytes : entry.dataBytes)
      if pid == 0x01 { tell(.readiness(OBDFacts.readiness(message, at: data))) }
      if isForSignals && routes[Int(pid)].count > 0 {
        sample(
          message, at: data, length, by: routes[Int(pid)], from: unit, at: time, into: &out, from: &written)
      }
      position = data &+ length
    }
    return (written &- start, verdict)
  }

  /// The wanted values of one parameter; none while another control unit owns it.
  private mutating func sample(
    _ message: Span<UInt8>, at data: Int, _ length: Int, by route: Route, from unit: ControlUnit, at time: Instant,
    into out: inout MutableSpan<Sample>, from written: inout Int
  ) {
    let owner = owners[Int(route.owner)]
    if owner.unit != unit {
      // Also when the axis jumped back: in a recording that was put together from several.
      let isSilent = abs(time.seconds(since: owner.lastHeard)) >= OBDReplyDecoder.ownership
      guard owner.unit == nil || isSilent else {
        counters.otherResponder &+= UInt64(route.count)
        return
      }
      owners[Int(route.owner)].unit = unit
    }
    owners[Int(route.owner)].lastHeard = time
    for index in Int(route.first)..<Int(route.first) &+ Int(route.count) {
      let target = targets[index]
      guard written < out.count, target.layout.isIn(length) else { continue }
      let number = target.layout.number(message, at: data)
      let value = number * target.factor + target.offset
      let isValid = value >= target.low && value <= target.high
      out[written] = Sample(
        time: time, value: value, signal: target.signal,
        validity: isValid ? .valid : number.isNaN ? .notAvailable : .outOfRange)
      written &+= 1
    }
  }

  private mutating func freezeFrame(
    _ message: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Verdict {
    let (other, verdict) = judge(fit(message, header: 2, pidAt: 0))
    guard let other else { return verdict }
    var position = 1
    while position < message.count {
      let (pid, frame) = (message[position], message[position &+ 1])
      let entry = table.entries[Int(pid)]
      let data = position &+ 2
      let length = Int(other ? entry.otherDataBytes : entry.dataBytes)
      if pid == 0x02 {
        let code = UInt16(message[data]) &<< 8 | UInt16(message[data &+ 1])
        // 0000: nothing is stored in this frame.
        if code != 0 { tell(.freezeFrameCode(TroubleCode(obd: code), frame: frame)) }
      } else if pid & 0x1F != 0 {  // Which parameters there are is no value of the moment.
        for field in 0..<entry.count {
          let layout = table.layouts[Int(entry.first) &+ Int(field)]
          guard layout.isIn(length) else { continue }
          tell(
            .freezeFrameValue(.pid(pid, field: field), frame: frame, value: layout.number(message, at: data)))
        }
      }
      position = data &+ length
    }
    return verdict
  }
}

// Trouble codes: services 03, 07 and 0A.
extension OBDReplyDecoder {
  private mutating func troubleCodes(
    _ message: Span<UInt8>, from unit: ControlUnit, at time: Instant, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Verdict {
    let kind: TroubleCodeStatus = message[0] == 0x43 ? .confirmed : message[0] == 0x47 ? .pending : .permanent
    guard message.count > 1 else { return count(.malformed) }
    // Before CAN a message has no count but always three codes, the unused ones 0000: no list with a count is so long.
    guard message.count != 7 else {
      list(message, from: 1, most: 3, as: kind, tell)
      // Three codes and the next message may go on: only a list that ended within its first message is known whole.
      let isFull = message[5] | message[6] != 0
      let isContinued = openList.map { $0.unit == unit && abs(time.seconds(since: $0.time)) < 1 } ?? false
      openList = isFull ? (unit, time) : nil
      tell(.listEnded(complete: isFull || isContinued ? [] : kind, notation: .obd))
      return count(.reply)
    }
    let isWhole = message.count == 2 &+ 2 &* Int(message[1])
    list(message, from: 2, most: Int(message[1]), as: kind, tell)
    tell(.listEnded(complete: isWhole ? kind : [], notation: .obd))
    return count(isWhole ? .reply : .malformed)
  }

  /// The codes that are in a message whole; 0000 is none.
  private func list(
    _ message: Span<UInt8>, from start: Int, most: Int, as kind: TroubleCodeStatus,
    _ tell: (DiagnosticFact.Content) -> Void
  ) {
    tell(.listBegan(lamps: nil, isBroadcast: false))
    for index in 0..<min(most, (message.count &- start) / 2) {
      let position = start &+ 2 &* index
      let code = UInt16(message[position]) &<< 8 | UInt16(message[position &+ 1])
      if code != 0 { tell(.listed(TroubleCode(obd: code), status: kind, occurrences: nil)) }
    }
  }
}
