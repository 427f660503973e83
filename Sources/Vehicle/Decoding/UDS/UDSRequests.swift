// What testers asked lately: some replies of UDS cannot be understood without the question.

import Vocabulary

/// The newest requests to services 14, 19 and 22, one for each control unit and service, in fixed memory.
struct UDSRequests: Sendable {
  struct Request: Sendable {
    /// Nil for a functional request, which every unit may answer.
    var unit: ControlUnit?
    var time: Instant
    /// The request from its service identifier on; the 65th byte and those behind it are not kept.
    var bytes = ShortText()
    /// Whether `bytes` is all of it.
    var isWhole = true

    var service: UInt8 { bytes[0] }
  }

  /// Seconds after which a request is no longer believed to be the one that a reply belongs to. A unit must reply
  /// within five seconds of the request, or of its last plea for patience.
  static let patience = 10.0

  static let capacity = 24

  /// A service of 0 marks a free place.
  private var requests = InlineArray<24, Request>(repeating: Request(unit: nil, time: .zero))

  /// Remembers a request, in the place of an older one of the same service to the same unit; where there is none, and
  /// no free place, in that of the oldest.
  mutating func note(_ request: Span<UInt8>, to unit: ControlUnit?, at time: Instant) {
    guard request.count > 0, request[0] == 0x14 || request[0] == 0x19 || request[0] == 0x22 else { return }
    var noted = Request(unit: unit, time: time)
    for i in 0..<min(request.count, ShortText.capacity) { noted.bytes.append(request[i]) }
    noted.isWhole = request.count <= ShortText.capacity
    requests[place(for: noted)] = noted
  }

  private func place(for noted: Request) -> Int {
    // Through a span, for an element of the array itself would be read by copying all of it.
    let requests = requests.span
    var place = 0
    for i in 0..<UDSRequests.capacity {
      if requests[i].service == noted.service, requests[i].unit == noted.unit { return i }
      let isFree = requests[i].service == 0
      if requests[place].service != 0, isFree || requests[i].time < requests[place].time { place = i }
    }
    return place
  }

  /// The newest request of `service` that `unit` may be answering at `time`. One to this unit alone is answered once
  /// and forgotten then.
  /// - Parameter function: for services with one, what the reply says of it.
  mutating func answered(
    _ service: UInt8, function: UInt8? = nil, by unit: ControlUnit, at time: Instant
  ) -> Request? {
    guard let place = place(service, function, unit, time) else { return nil }
    let request = requests[place]
    if request.unit != nil { requests[place].bytes = ShortText() }
    return request
  }

  /// The unit asked for more time.
  mutating func prolong(_ service: UInt8, by unit: ControlUnit, at time: Instant) {
    guard let place = place(service, nil, unit, time) else { return }
    requests[place].time = time
  }

  private func place(_ service: UInt8, _ function: UInt8?, _ unit: ControlUnit, _ time: Instant) -> Int? {
    let requests = requests.span
    var found: Int?
    for i in 0..<UDSRequests.capacity where requests[i].service == service {
      guard requests[i].unit == nil || requests[i].unit == unit else { continue }
      let age = time.seconds(since: requests[i].time)
      guard age >= 0, age <= UDSRequests.patience else { continue }
      // The highest bit of a sub-function only asks the unit not to reply where all is well.
      if let function, requests[i].bytes[1] & 0x7F != function { continue }
      if let other = found, requests[other].time >= requests[i].time { continue }
      found = i
    }
    return found
  }
}
