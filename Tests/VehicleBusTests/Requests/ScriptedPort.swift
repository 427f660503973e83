// A bus of scripted units under virtual time.
import Glibc
import Vocabulary

@testable import VehicleBus

/// Answers come after their delay; time is what `now` says.
final class ScriptedPort: RequestPort {
  struct Answer {
    var id: CANID
    var bytes: [UInt8]
    /// Seconds after the request.
    var delay: Double
    /// Seconds after the request from which on it can be seen to come.
    var begins: Double?

    init(_ id: UInt32, _ bytes: [UInt8], after delay: Double = 0.01, begins: Double? = nil) {
      self.id = CANID(standard: id)
      self.bytes = bytes
      self.delay = delay
      self.begins = begins
    }
  }

  var now = Instant.zero
  var answer: (Transmission) -> [Answer] = { _ in [] }
  /// errno of the next `send`, and of the next `receive`.
  var sendError: Int32?
  var receiveError: Int32?
  private(set) var sent: [(transmission: Transmission, time: Instant)] = []
  private(set) var finished = 0
  private(set) var isOpen = false
  private var coming: [(due: Instant, begins: Instant, answer: Answer)] = []

  var descriptor: Int32? { isOpen ? 0 : nil }
  /// Whether it says that nothing more comes once all has come.
  var saysThrough = false
  var isThrough: Bool { saysThrough && isOpen && coming.allSatisfy { $0.due <= now } }
  var isReceiving: Bool { coming.contains { $0.begins <= now && $0.due > now } }
  /// When a descriptor would become readable.
  var nextAnswer: Instant? { coming.map(\.due).min() }

  func send(_ permit: consuming TransmitPermit) throws(RequestPortError) {
    let transmission = permit.transmission
    if let code = sendError {
      sendError = nil
      throw RequestPortError(Errno(code: code), interface: "can7", module: "can-isotp")
    }
    isOpen = true
    sent.append((transmission, now))
    coming = answer(transmission).map {
      (now.advanced(seconds: $0.delay), $0.begins.map { now.advanced(seconds: $0) } ?? Instant(nanoseconds: .max), $0)
    }
  }

  func receive(_ take: (CANID, [UInt8]) -> Void) throws(RequestPortError) {
    for entry in coming.filter({ $0.due <= now }).sorted(by: { $0.due < $1.due }) {
      take(entry.answer.id, entry.answer.bytes)
    }
    coming.removeAll { $0.due <= now }
    if let code = receiveError {
      receiveError = nil
      throw RequestPortError(Errno(code: code), interface: "can7", module: "can-isotp")
    }
  }

  func finish() {
    if isOpen { finished += 1 }
    isOpen = false
    coming = []
  }
}

/// A poller, its port and the guard, moved on together.
struct Bench: ~Copyable {
  let port = ScriptedPort()
  let poller: Poller
  var transmitGuard: TransmitGuard
  private(set) var now = Instant.zero
  /// What capture would tell.
  var engineSpeed: Double?
  var hasTraffic = true
  private var signs = VehicleSigns(time: .zero)
  private var nextStep = Instant.zero
  private var nextSigns = Instant.zero
  private(set) var steps = 0

  init(_ items: [PollItem], options: PollOptions = PollOptions(), budget: Double = 10, engineSpeed: Double? = 900) {
    poller = Poller(bus: 0, planner: PollPlanner(items, options), isotp: port)
    var bus = TransmitPolicy.Bus()
    bus.mayTransmit = true
    bus.requestsPerSecond = budget
    bus.requestsPerSecondOfUnit = budget
    transmitGuard = TransmitGuard(TransmitPolicy([bus]))
    self.engineSpeed = engineSpeed
  }

  /// Something happened that the poller wants to hear of, as `ask`.
  mutating func wake() { nextStep = now }

  mutating func run(seconds: Double) {
    let end = now.advanced(seconds: seconds)
    while now <= end {
      if nextSigns <= now {
        tellSigns()
        nextSigns = now.advanced(seconds: 1)
      }
      if nextStep <= now || (port.nextAnswer.map { $0 <= now } ?? false) {
        port.now = now
        nextStep = poller.step(at: now, &transmitGuard)
        steps += 1
        // A step that wants to be called again in its own instant would hold the thread for ever.
        if nextStep <= now { nextStep = now.advanced(seconds: 0.0001) }
      }
      now = min(nextStep, nextSigns, port.nextAnswer.map { max($0, now) } ?? nextStep)
    }
    now = end
  }

  private mutating func tellSigns() {
    signs.time = now
    signs.buses[0].condition = BusCondition(.errorActive)
    if hasTraffic { signs.buses[0].lastTraffic = now }
    if let engineSpeed { signs.engineSpeed = TimedValue(value: engineSpeed, time: now) }
    transmitGuard.note(signs)
  }
}

extension Transmission.Content {
  static func asking(_ bytes: UInt8...) -> Transmission.Content { .service(RequestBytes(bytes) ?? RequestBytes()) }
}

extension Transmission {
  /// A service's bytes; none of a parameter group.
  var bytes: [UInt8] { if case .service(let bytes) = content { bytes.bytes } else { [] } }
}

extension RequestAddress {
  static let engineUnit = RequestAddress.unit(request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8))
}
