// What kernel, controllers and foreign units say of and on a bus below the decoder, with checks that have to hold for
// any bytes at all.
import Vocabulary

@testable import VehicleBus

enum BusInputs {
  /// The input is one netlink datagram.
  static func feedLink(_ bytes: [UInt8]) {
    // An array has room behind its end, in which AddressSanitizer sees no fault.
    let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { exact.deallocate() }
    exact.copyBytes(from: bytes)
    let datagram = UnsafeRawBufferPointer(exact).bytes
    var news = LinkNews()
    news.read(datagram)
    precondition(news.removed.count <= bytes.count / 16, "more messages than there is room for")
    precondition(news.removed.isEmpty || news.concernsCAN, "a CAN interface that is gone and is none")
    switch LinkReport.answer(datagram, about: "can0") {
    case .success(let report):
      precondition(report.exists ? report.index > 0 : report == LinkReport(), "something about nothing")
      precondition(report.condition.state != .absent || !report.exists || !report.isCAN, "there and absent")
      precondition(!report.isCAN || news.concernsCAN, "a CAN interface that makes no news")
      precondition(report.samplePoint.isFinite && report.kind.utf8.count <= 3 * bytes.count, "more than was sent")
    case .failure(let error): precondition(isOneLine(error.description), "no plain line")
    }
  }

  /// Error frames of four bytes for the identifier, eight of data and one for the time; or what else moves a bus.
  static func feedErrors(_ bytes: [UInt8]) {
    var input = InputBytes(bytes)
    var counts = BusErrorCounts()
    var kinds = 0
    var tracker = BusStateTracker(bus: 1, name: ShortText("can1".utf8))
    var now = Instant.zero
    var told: BusState?
    while !input.isOver {
      let time = input.byte()
      now = now.advanced(seconds: input.step())
      // A stamp may lie back, or anywhere at all.
      let stamp =
        switch time >> 4 {
        case 0: now.advanced(seconds: -1)
        case 1: Instant(nanoseconds: Int64(input.doubleWord() >> 1))
        default: now
        }
      switch time & 0xF {
      case 0: tracker.noteReceived(at: stamp)
      case 1, 2:
        let state = input.choose(BusState.allCases)
        tracker.note(
          link: BusCondition(state, transmitErrors: input.byte(), receiveErrors: input.byte()), at: stamp)
      default:
        let frame = BusErrorFrame(id: CANID(rawValue: input.word()), data: input.doubleWord())
        precondition(isOneLine(frame.text), "no plain line")
        counts.note(frame)
        let noted = BusErrorKind.allCases.filter { frame.contains($0) }
        precondition(!noted.isEmpty, "an error of no kind")
        kinds += noted.count
        tracker.note(frame, at: stamp)
      }
      if time & 0x80 == 0 { drain(&tracker, at: now, &told) }
    }
    precondition(BusErrorKind.allCases.reduce(0) { $0 + counts[$1] } == UInt64(kinds), "a kind that is not counted")
  }

  /// At most eight changes that waited, and one that stands for those that found no room.
  private static func drain(_ tracker: inout BusStateTracker, at now: Instant, _ told: inout BusState?) {
    var count = 0
    while let change = tracker.nextChange(at: now) {
      count += 1
      precondition(count <= 9, "changes without an end")
      precondition(told == nil || change.previous == told, "a change from a state that was never told")
      precondition(change.changes > 0 && !(change.blindSeconds < 0), "a change that is none")
      told = change.condition.state
    }
    _ = tracker.blindNanoseconds(at: now)
  }

  /// Frames of four bytes for the identifier, one for the length and up to eight of data, the first of which is also
  /// how many milliseconds have gone by.
  static func feedRequests(_ bytes: [UInt8]) {
    var input = InputBytes(bytes)
    var messages = ISOTPProgress()
    var groups = J1939Progress(group: 0xFECA, address: 0xF9)
    var now = Instant.zero
    while !input.isOver {
      let id = CANID(rawValue: input.word())
      let length = input.byte()
      let data = input.take(Int(length & 0x7F) % 9)
      now = now.advanced(seconds: Double(data.first ?? 0) * 1e-3)
      let message = messages.note(id, data, at: now)
      if let message { precondition(1...7 ~= message.count, "a single frame with more than it holds") }
      groups.note(id, data, at: now)
      if length & 0x80 != 0 {
        messages.end(id)
        groups.end(sender: UInt8(truncatingIfNeeded: id.value))
      }
    }
    let later = now.advanced(seconds: 60)
    precondition(!messages.underWay.isAny(at: later), "an answer of ISO-TP that is waited for without end")
    precondition(!groups.underWay.isAny(at: later), "an answer of J1939 that is waited for without end")
  }

  static func isOneLine(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 } }
}
