// OBD-II replies as they pass by on the bus: service 01 in single ISO-TP frames (ISO 15765-2, SAE J1979).

public import Vocabulary

/// Takes values out of single-frame replies to service 01 on the identifiers 7E8...7EF. It sends nothing.
///
/// Several control units may answer one parameter. The first that does owns it until it has been silent for ten
/// seconds, so that a signal does not flicker between two sensors. A reply is used as a whole or not at all. Not
/// copyable: two copies would share their tables, and the next frame would have to allocate.
public struct OBDReplyDecoder: ~Copyable, Sendable {
  /// Which parameter becomes which signal of the catalogue.
  public struct Mapping: Sendable {
    public var pid: UInt8
    public var target: SignalID
    /// Turns the parameter's unit into the catalogue's: `value * factor + offset`.
    public var factor: Double
    public var offset: Double
    /// Valid values in the catalogue's unit.
    public var range: ClosedRange<Double>

    public init(pid: UInt8, target: SignalID, factor: Double = 1, offset: Double = 0, range: ClosedRange<Double>) {
      self.pid = pid
      self.target = target
      self.factor = factor
      self.offset = offset
      self.range = range
    }
  }

  /// What came by on 7E8...7EF; every frame there counts in exactly one of these.
  public struct Counters: Equatable, BitwiseCopyable, Sendable {
    /// Well-formed replies to service 01.
    public var replies: UInt64 = 0
    /// A length that cannot be, or parameters that do not fill it exactly.
    public var malformed: UInt64 = 0
    /// A parameter that no table knows: what follows it cannot be told apart.
    public var unknownParameter: UInt64 = 0
    /// Negative responses (7F) to service 01.
    public var refusals: UInt64 = 0
    /// Replies to other services, UDS included.
    public var otherService: UInt64 = 0
    /// First frames of replies that span several, which are not put together here.
    public var firstFrames: UInt64 = 0
    /// Consecutive and flow-control frames.
    public var otherFrames: UInt64 = 0
    /// Values, not frames: left out because another control unit owns the parameter.
    public var otherResponder: UInt64 = 0

    public init() {}
  }

  /// Most samples that one reply can give: three parameters of one byte each.
  public static let largestReply = 3

  /// Seconds of silence after which another control unit may take over a parameter.
  public static let ownership = 10.0

  public private(set) var counters = Counters()
  /// Nil: every bus.
  private let bus: UInt8?
  /// One for each of the 256 parameters.
  private let routes: [Route]
  private var parameters: [Parameter]

  private struct Route: BitwiseCopyable {
    var dataBytes: UInt8
    /// Index in `parameters`; 255 for a parameter that nobody wants.
    var parameter: UInt8
    static let unwanted = UInt8.max
  }

  private struct Parameter: BitwiseCopyable {
    var scale: Double
    var offset: Double
    var low: Double
    var high: Double
    var signal: SignalID
    var owner: UInt16
    var lastHeard: Instant
    static let nobody = UInt16.max
  }

  /// Mappings of parameters that are unknown, or mapped already, are appended to `problems`.
  /// - Parameter bus: where control units answer; nil for every bus.
  public init(_ mappings: [Mapping], bus: UInt8? = nil, problems: inout [MappingProblem]) {
    self.bus = bus
    var routes = OBDParameter.dataBytes.map { Route(dataBytes: $0, parameter: Route.unwanted) }
    var parameters: [Parameter] = []
    for mapping in mappings {
      let digits = String(mapping.pid, radix: 16, uppercase: true)
      let subject = "PID " + (digits.utf8.count == 1 ? "0" : "") + digits
      guard let known = OBDParameter.of(pid: mapping.pid) else {
        problems.append(MappingProblem(subject: subject, reason: "no parameter of service 01 that Telltale knows"))
        continue
      }
      guard routes[Int(mapping.pid)].parameter == Route.unwanted else {
        problems.append(MappingProblem(subject: subject, reason: "mapped twice; the first mapping stays"))
        continue
      }
      routes[Int(mapping.pid)].parameter = UInt8(parameters.count)
      parameters.append(
        Parameter(
          scale: known.scale * mapping.factor, offset: known.offset * mapping.factor + mapping.offset,
          low: mapping.range.lowerBound, high: mapping.range.upperBound, signal: mapping.target,
          owner: Parameter.nobody, lastHeard: .zero))
    }
    self.routes = routes
    self.parameters = parameters
  }

  /// Bytes of memory that the tables take.
  public var memoryBytes: Int {
    MemoryLayout<OBDReplyDecoder>.size + 64 + routes.capacity * MemoryLayout<Route>.stride
      + parameters.capacity * MemoryLayout<Parameter>.stride
  }

  /// Whether the decoder has any business with a frame; with none where no parameter is mapped.
  @inline(__always) public func isReply(_ frame: borrowing CANFrame) -> Bool {
    guard frame.id.rawValue & ~7 == 0x7E8, !parameters.isEmpty else { return false }
    guard let bus else { return true }
    return bus == frame.bus
  }

  /// What a frame turned out to be.
  public enum Verdict: BitwiseCopyable, Sendable {
    /// A well-formed reply to service 01, whether or not anything in it is wanted.
    case reply
    case malformed
    /// Not for this decoder: another service, a refusal, an unknown parameter, part of a longer reply.
    case other
  }

  /// Decodes a frame for which `isReply` holds. Writes from `out[start]` on and returns how many samples it wrote;
  /// those for which `out` has no room are left out.
  public mutating func decode(
    _ frame: borrowing CANFrame, into out: inout MutableSpan<Sample>, from start: Int = 0
  ) -> (count: Int, verdict: Verdict) {
    let word = frame.payload.words[0]
    // A single frame's upper nibble is 0, its lower one the length of what follows.
    let kind = UInt8(truncatingIfNeeded: word) &>> 4
    switch kind {
    case 0: break
    case 1:
      counters.firstFrames &+= 1
      return (0, .other)
    case 2, 3:
      counters.otherFrames &+= 1
      return (0, .other)
    default:
      counters.malformed &+= 1
      return (0, .malformed)
    }
    let end = 1 &+ Int(word & 0xF)
    guard end >= 2, end <= 8, end <= frame.length, frame.length <= 8 else {
      counters.malformed &+= 1
      return (0, .malformed)
    }
    guard frame[1] == 0x41 else {
      if frame[1] == 0x7F, end > 2, frame[2] == 0x01 { counters.refusals &+= 1 } else { counters.otherService &+= 1 }
      return (0, .other)
    }
    let verdict = examine(frame, end: end)
    guard verdict == .reply else { return (0, verdict) }

    let responder = UInt16(frame.bus) &<< 3 | UInt16(truncatingIfNeeded: frame.id.rawValue & 7)
    var written = start
    var position = 2
    while position < end {
      let route = routes[Int(frame[position])]
      let count = Int(route.dataBytes)
      if route.parameter != Route.unwanted && written < out.count {
        var raw: UInt64 = 0
        for i in 1...count { raw = raw &<< 8 | UInt64(frame[position &+ i]) }
        if let sample = sample(raw, of: Int(route.parameter), from: responder, at: frame.time) {
          out[written] = sample
          written &+= 1
        }
      }
      position &+= 1 &+ count
    }
    return (written &- start, .reply)
  }

  /// Whether known parameters fill the reply exactly. Counts what it is.
  private mutating func examine(_ frame: borrowing CANFrame, end: Int) -> Verdict {
    var position = 2
    while position < end {
      let count = Int(routes[Int(frame[position])].dataBytes)
      guard count > 0 else {
        counters.unknownParameter &+= 1
        return .other
      }
      position &+= 1 &+ count
    }
    guard position == end, end > 2 else {
      counters.malformed &+= 1
      return .malformed
    }
    counters.replies &+= 1
    return .reply
  }

  /// Nil when another control unit owns the parameter.
  private mutating func sample(_ raw: UInt64, of index: Int, from responder: UInt16, at time: Instant) -> Sample? {
    let parameter = parameters[index]
    if parameter.owner != responder {
      // Also when the axis jumped back: in a recording that was put together from several.
      let isSilent = abs(time.seconds(since: parameter.lastHeard)) >= OBDReplyDecoder.ownership
      guard parameter.owner == Parameter.nobody || isSilent else {
        counters.otherResponder &+= 1
        return nil
      }
      parameters[index].owner = responder
    }
    parameters[index].lastHeard = time
    let value = Double(raw) * parameter.scale + parameter.offset
    let isValid = value >= parameter.low && value <= parameter.high
    return Sample(time: time, value: value, signal: parameter.signal, validity: isValid ? .valid : .outOfRange)
  }
}
