// What an answer says to the request that it follows.
import Vocabulary

/// One answer, held against what was asked.
enum PollReply: Equatable {
  case positive
  /// 7F with a code of ISO 14229-1 annex A.1.
  case negative(Refused)
  /// 7F xx 78: the answer is to come.
  case pending
  /// It belongs to something else, or is not an answer at all.
  case foreign

  enum Refused: Equatable {
    /// The unit does not know the service, in this session or at all.
    case service
    /// Nor will it ever answer this request; a shorter one perhaps.
    case content
    case busy
    /// Not now.
    case later
  }

  init(_ answer: PollAnswer, to request: PollRequest) {
    switch (request.content, request.address) {
    case (.service(let asked), let address):
      guard PollReply.mayAnswer(answer.id, address) else {
        self = .foreign
        return
      }
      self.init(service: answer.bytes, to: asked)
    case (.parameterGroup(let group), .j1939(let unit)):
      guard answer.id.isExtended, unit == 255 || UInt8(truncatingIfNeeded: answer.id.value) == unit else {
        self = .foreign
        return
      }
      self.init(group: answer, to: group)
    case (.parameterGroup, _): self = .foreign
    }
  }

  private static func mayAnswer(_ id: CANID, _ address: RequestAddress) -> Bool {
    switch address {
    case .unit(_, let answer): id.key == answer.key
    case .everybody11: !id.isExtended && 0x7E8...0x7EF ~= id.value
    // F1 itself is the tester.
    case .everybody29: id.isExtended && id.value & 0x1FFF_FF00 == 0x18DA_F100 && id.value & 0xFF != 0xF1
    case .j1939: false
    }
  }

  private init(service bytes: [UInt8], to asked: RequestBytes) {
    let service = asked[0]
    guard let first = bytes.first else {
      self = .foreign
      return
    }
    if first == 0x7F {
      guard bytes.count >= 3, bytes[1] == service else {
        self = .foreign
        return
      }
      self = PollReply(code: bytes[2])
      return
    }
    guard first == service | 0x40 else {
      self = .foreign
      return
    }
    if service == 0x01 {
      // Any of those asked may come first: some units answer in an order of their own.
      self = bytes.count > 2 && asked.bytes.dropFirst().contains(bytes[1]) ? .positive : .foreign
      return
    }
    let echo = PollReply.echoedBytes(of: service)
    let isEchoed = bytes.count > echo && (0..<echo).allSatisfy { bytes[$0 + 1] == asked[$0 + 1] }
    self = isEchoed ? .positive : .foreign
  }

  /// How many bytes after the service an answer repeats.
  private static func echoedBytes(of service: UInt8) -> Int {
    switch service {
    case 0x02, 0x06, 0x09, 0x19: 1
    case 0x22: 2
    default: 0
    }
  }

  private init(code: UInt8) {
    self =
      switch code {
      case 0x78: .pending
      case 0x21: .negative(.busy)
      case 0x11, 0x7F: .negative(.service)
      // Not supported, wrong length, out of range, security.
      case 0x12, 0x13, 0x31, 0x33, 0x7E: .negative(.content)
      default: .negative(.later)
      }
  }

  /// An acknowledgement (PGN 59392, SAE J1939-21) has the control byte first and the group last.
  private init(group answer: PollAnswer, to group: UInt32) {
    guard answer.id.parameterGroup == 0xE800 else {
      self = answer.bytes.isEmpty ? .foreign : .positive
      return
    }
    let bytes = answer.bytes
    guard bytes.count >= 8, UInt32(bytes[5]) | UInt32(bytes[6]) << 8 | UInt32(bytes[7]) << 16 == group else {
      self = .foreign
      return
    }
    switch bytes[0] {
    case 0: self = .positive
    case 1, 2: self = .negative(.content)
    case 3: self = .negative(.busy)
    default: self = .foreign
    }
  }
}

/// Splits a positive answer of service 01 into the parameters that it holds.
///
/// - Parameter lengths: data bytes of each parameter that was asked for together with others.
/// - Returns: those of `asked` that are there in full. What follows something unknown is not read.
func answeredParameters(_ bytes: [UInt8], asked: [UInt8], lengths: [UInt8: Int]) -> [UInt8] {
  var found: [UInt8] = []
  var place = 1
  while place < bytes.count, found.count < asked.count {
    let pid = bytes[place]
    guard asked.contains(pid), !found.contains(pid) else { break }
    let length = lengths[pid] ?? (asked.count == 1 ? 1 : Int.max)
    guard length > 0, bytes.count - place - 1 >= length else { break }
    found.append(pid)
    place += 1 + length
  }
  return found
}
