// What others put on the bus, judged by this program's own idea of what does no harm.
import Vocabulary

struct Witness {
  private(set) var requests = 0
  private(set) var byService: [String: Int] = [:]
  private(set) var byUnit: [String: Int] = [:]
  private(set) var byIdentifier: [String: Int] = [:]
  private(set) var flowControls = 0
  private(set) var mostInASecond = 0
  /// More than ten seconds after the vehicle was parked.
  private(set) var parkedRequests = 0
  private(set) var lastParkedRequest = 0.0
  /// Neither an allowed request nor a part of taking its answer.
  private(set) var forbidden: [String: Int] = [:]

  private var recent: [Double] = []

  private static let obd: Set<UInt8> = [0x01, 0x02, 0x03, 0x06, 0x07, 0x09, 0x0A]
  private static let readingFunctions: Set<UInt8> = [
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13,
    0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x42, 0x55, 0x56,
  ]
  /// DM3 and DM11: who asks for them clears trouble codes.
  private static let clearing: Set<UInt32> = [0xFECC, 0xFED3]

  /// A frame that others sent.
  /// - Parameters:
  ///   - time: seconds.
  ///   - parked: seconds since the vehicle was parked; nil while it is driven.
  /// - Returns: a request of one frame to units of OBD-II or UDS, or to units of SAE J1939.
  mutating func note(_ id: CANID, _ data: ArraySlice<UInt8>, at time: Double, parked: Double?) -> Request? {
    byIdentifier[Witness.hex(id.value, id.isExtended ? 8 : 3), default: 0] += 1
    guard let request = request(id, Array(data)) else { return nil }
    count(request, at: time, parked: parked)
    return request
  }

  struct Request {
    /// Nil for all units.
    var unit: CANID?
    var isExtended: Bool
    var message: [UInt8]
    /// SAE J1939: who asks whom, and for what.
    var group: UInt32?
    var asker: UInt8 = 0
    var asked: UInt8 = 0
  }

  private mutating func request(_ id: CANID, _ data: [UInt8]) -> Request? {
    let isFunctional = id.key == 0x7DF || id.key == 0x98DB_33F1
    let isPhysical = (0x7E0...0x7E7).contains(id.key) || id.key & 0xFFFF_00FF == 0x98DA_00F1
    if isFunctional || isPhysical {
      guard let control = data.first else { return refuse("empty frame on \(Witness.hex(id.value, 3))") }
      if isPhysical && control >> 4 == 3 {
        flowControls += 1
        return nil
      }
      let size = Int(control)
      guard (1...7).contains(size), data.count == 8 else { return refuse("frame \(Witness.hex(UInt32(control), 2))") }
      return Request(
        unit: isPhysical ? id : nil, isExtended: id.isExtended, message: Array(data[1...size]), group: nil)
    }
    guard id.isExtended else { return refuse("identifier \(Witness.hex(id.value, 3))") }
    switch id.value >> 16 & 0xFF {
    case 0xEA where data.count == 3:
      let group = UInt32(data[0]) | UInt32(data[1]) << 8 | UInt32(data[2]) << 16
      return Request(
        unit: nil, isExtended: true, message: [], group: group, asker: UInt8(id.value & 0xFF),
        asked: UInt8(id.value >> 8 & 0xFF))
    // Clear to send, end of message, abort.
    case 0xEC where [0x11, 0x13, 0xFF].contains(data.first):
      flowControls += 1
      return nil
    default: return refuse("identifier \(Witness.hex(id.value, 8))")
    }
  }

  private mutating func refuse(_ what: String) -> Request? {
    forbidden[what, default: 0] += 1
    return nil
  }

  private mutating func count(_ request: Request, at time: Double, parked: Double?) {
    requests += 1
    let service: String
    if let group = request.group {
      service = "group \(Witness.hex(group, 4))"
      byUnit[request.asked == 255 ? "all" : "SA \(request.asked)", default: 0] += 1
      if Witness.clearing.contains(group) { forbidden["clearing by \(service)", default: 0] += 1 }
    } else {
      service = Witness.hex(UInt32(request.message[0]), 2)
      byUnit[request.unit.map { Witness.hex($0.value, $0.isExtended ? 8 : 3) } ?? "all", default: 0] += 1
      if !Witness.isHarmless(request.message) { forbidden["service \(service)", default: 0] += 1 }
    }
    byService[service, default: 0] += 1
    recent.removeAll { time - $0 >= 1 }
    recent.append(time)
    mostInASecond = max(mostInASecond, recent.count)
    if let parked, parked > 10 {
      parkedRequests += 1
      lastParkedRequest = parked
    }
  }

  private static func isHarmless(_ message: [UInt8]) -> Bool {
    switch message[0] {
    case 0x22: true
    case 0x19: message.count > 1 && readingFunctions.contains(message[1])
    case let service: obd.contains(service)
    }
  }

  static func hex(_ value: UInt32, _ width: Int) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// One line of JSON.
  func summary(answers: Int, ownFrames: Int) -> String {
    func object(_ counts: [String: Int]) -> String {
      "{" + counts.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
    }
    return """
      {"requests": \(requests), "answers": \(answers), "by_service": \(object(byService)), \
      "by_unit": \(object(byUnit)), "most_in_a_second": \(mostInASecond), "flow_controls": \(flowControls), \
      "parked_requests": \(parkedRequests), "last_parked_request": \(lastParkedRequest), \
      "forbidden": \(object(forbidden)), "frames_of_others": \(object(byIdentifier)), "own_frames": \(ownFrames)}
      """
  }
}
