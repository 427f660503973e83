// Requests of a tester on 11-bit identifiers: only what answers one of them is a reply there.

import Vocabulary

/// The newest request of each service on each identifier of 700...7FF, at most 32 of them: a tester may ask for the
/// next thing while a slow unit still owes it an answer.
///
/// Carmakers give pairs of these identifiers to their control units as they like, and use others for something else.
/// So a frame there is a reply only when it answers, within five seconds and by the echo that its service prescribes,
/// what was asked for on another identifier of the same bus.
struct RecentRequests: Sendable {
  /// Seconds within which a control unit answers: P2* of ISO 14229-2. A reply that asks for more time starts it anew.
  static let patience = 5.0
  static let capacity = 32

  struct Request: BitwiseCopyable {
    /// 0...0x7FF.
    var identifier: UInt32
    var bus: UInt8
    /// The caller has it already.
    var isDelivered: Bool
    var time: Instant
    var beginning: ISOTPBeginning
  }

  private var requests: [Request] = []

  init() { requests.reserveCapacity(RecentRequests.capacity) }

  /// Bytes of memory.
  var memoryBytes: Int { 32 + requests.capacity * MemoryLayout<Request>.stride }

  /// Takes the place of the same identifier's last request of its service, else, when there is no room, of the one
  /// longest ago.
  mutating func note(_ request: Request) {
    var (oldest, greatestAge) = (0, 0.0)
    for index in requests.indices {
      let other = requests[index]
      if other.identifier == request.identifier && other.bus == request.bus
        && other.beginning.service == request.beginning.service
      {
        requests[index] = request
        return
      }
      // Without a sign: time may have jumped back, in a recording that was put together from several.
      let age = abs(request.time.seconds(since: other.time))
      if age > greatestAge { (oldest, greatestAge) = (index, age) }
    }
    if requests.count < RecentRequests.capacity { requests.append(request) } else { requests[oldest] = request }
  }

  /// The newest request that a message answers; it counts as delivered from then on.
  mutating func answered(by reply: ISOTPBeginning, _ frame: borrowing CANFrame) -> Request? {
    var newest: Int?
    for index in requests.indices {
      let request = requests[index]
      guard request.bus == frame.bus, request.identifier != frame.id.value,
        abs(frame.time.seconds(since: request.time)) <= RecentRequests.patience,
        request.beginning.isAnswered(by: reply)
      else { continue }
      if let best = newest, requests[best].time >= request.time { continue }
      newest = index
    }
    guard let newest else { return nil }
    let request = requests[newest]
    requests[newest].isDelivered = true
    if reply.asksForPatience { requests[newest].time = frame.time }
    return request
  }
}

extension ISOTPBeginning {
  /// 7F, the service, 78.
  fileprivate var asksForPatience: Bool { service == 0x7F && self[2] == 0x78 }

  /// Whether the service has requests of this length; those of ISO 14230-3 over CAN included.
  var isPlausibleRequest: Bool {
    switch service {
    case 0x03, 0x04, 0x07, 0x0A, 0x20: length == 1
    case 0x01, 0x06, 0x08, 0x09: 2...7 ~= length
    case 0x02: 3...7 ~= length && length % 2 == 1
    case 0x05: length == 3
    case 0x10, 0x11, 0x1A: length == 2
    case 0x14: 3...5 ~= length
    case 0x18: length == 4
    case 0x19: 2...12 ~= length
    case 0x21: 2...3 ~= length
    case 0x22: length >= 3 && length % 2 == 1
    case 0x27, 0x31: length >= 2
    case 0x2E, 0x2F: length >= 4
    case 0x3E: length <= 2
    case 0x85: 2...5 ~= length
    default: false
    }
  }

  /// Whether `reply` refuses this request, or has the echo of it that the service prescribes.
  fileprivate func isAnswered(by reply: ISOTPBeginning) -> Bool {
    if reply.service == 0x7F { return reply.length == 3 && reply[1] == service }
    guard reply.service == service | 0x40 else { return false }
    switch service {
    case 0x03, 0x07, 0x0A:
      // The number of trouble codes, two bytes each.
      return reply.length == 2 + 2 * UInt32(reply[1])
    case 0x18:
      // The same with a status byte for each.
      return reply.length == 2 + 3 * UInt32(reply[1])
    case 0x04, 0x20:
      return reply.length == 1
    case 0x14:
      return reply.length == 1 || reply.length == 3 && reply[1] == self[1] && reply[2] == self[2]
    case 0x01:
      // A unit leaves out the parameters that it does not know.
      return reply.length >= 3 && (1..<count).contains { self[$0] == reply[1] }
    case 0x02:
      return reply.length >= 4
        && stride(from: 1, to: count - 1, by: 2).contains { self[$0] == reply[1] && self[$0 + 1] == reply[2] }
    case 0x22:
      return reply.length >= 4
        && stride(from: 1, to: count - 1, by: 2).contains { self[$0] == reply[1] && self[$0 + 1] == reply[2] }
    case 0x2E:
      return reply.length == 3 && reply[1] == self[1] && reply[2] == self[2]
    case 0x2F:
      return reply.length >= 3 && reply[1] == self[1] && reply[2] == self[2]
    case 0x3E:
      return reply.length == length && reply[1] & 0x7F == self[1] & 0x7F
    case 0x10, 0x11, 0x19, 0x27, 0x31, 0x85:
      // A sub-function, in ISO 14229 without the bit that suppresses a positive answer; of a routine its number too.
      guard reply.length >= 2, reply[1] == self[1] || reply[1] == self[1] & 0x7F else { return false }
      return service != 0x31 || length < 4 || reply[2] == self[2] && reply[3] == self[3]
    default:
      return reply.length >= 2 && reply[1] == self[1]
    }
  }
}
