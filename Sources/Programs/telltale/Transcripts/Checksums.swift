// Whether messages of K-line came with the right checksum, which adapters show and programs seldom look at.
import VehicleBus

/// ISO 9141-2 and ISO 14230-2: a message ends with the sum of its bytes, modulo 256.
struct Checksums {
  /// Nil where no message of K-line was seen, or none with a checksum.
  private(set) var areRight: Bool?

  init(of received: [UInt8], in reply: ELMReply, _ format: ELMFormat) {
    let isTold = reply.messages.contains { if case .address = $0.sender { true } else { false } }
    let isSettled = format.hasHeaders == true && format.vehicleProtocol?.isCAN == false
    guard isTold || isSettled else { return }
    for line in received.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A || $0 == 0x3E }) {
      // Three bytes of header, a service and the sum at least.
      guard let bytes = hexadecimalBytes(String(decoding: line.filter { $0 > 0x20 }, as: UTF8.self)), bytes.count > 4
      else { continue }
      if bytes.dropLast().reduce(0, &+) == bytes.last {
        if areRight == nil { areRight = true }
      } else if reply.damagedLines > 0 {
        areRight = false
      }
    }
  }
}
