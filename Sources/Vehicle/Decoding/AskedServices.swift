// What testers asked lately, so that an answer is told from a frame that merely looks like one.

import Vocabulary

/// The newest request of each service on each bus, in fixed memory.
struct AskedServices: Sendable {
  /// Seconds after which nothing is an answer any more. Units answer within five seconds of the request, or of their
  /// last plea for patience (7F xx 78), which counts as a request.
  static let patience = 10.0

  private struct Request: BitwiseCopyable, Sendable {
    var time = Instant.zero
    var bus: UInt8 = 0
    /// 0 marks a free place.
    var service: UInt8 = 0
  }

  private static let capacity = 32
  private var requests = InlineArray<32, Request>(repeating: Request())

  /// Takes the place of an older request of the same service, else a free one, else that of the oldest.
  mutating func note(_ service: UInt8, on bus: UInt8, at time: Instant) {
    requests[place(for: service, on: bus)] = Request(time: time, bus: bus, service: service)
  }

  private func place(for service: UInt8, on bus: UInt8) -> Int {
    let known = requests.span
    var place = 0
    for i in 0..<AskedServices.capacity {
      if known[i].service == service && known[i].bus == bus { return i }
      let isFree = known[i].service == 0
      if known[place].service != 0, isFree || known[i].time < known[place].time { place = i }
    }
    return place
  }

  /// Whether somebody asked for `service` lately. Time may have jumped, in a recording put together from several.
  func isAsked(_ service: UInt8, on bus: UInt8, at time: Instant) -> Bool {
    let known = requests.span
    for i in 0..<AskedServices.capacity where known[i].service == service && known[i].bus == bus {
      return abs(time.seconds(since: known[i].time)) <= AskedServices.patience
    }
    return false
  }
}
