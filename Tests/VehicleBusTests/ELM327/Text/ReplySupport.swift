// What the tests of an adapter's text share: one reply in one line.
import VehicleBus
import Vocabulary

/// The reply that `received` is to `command`; what has no end yet is the end of what there is.
func reply(
  _ received: some StringProtocol, to command: String = "", headers: Bool? = nil, _ vehicleProtocol: ELMProtocol? = nil
) -> ELMReply {
  reply(Array(received.utf8), to: command, headers: headers, vehicleProtocol)
}

func reply(
  _ received: [UInt8], to command: String = "", headers: Bool? = nil, _ vehicleProtocol: ELMProtocol? = nil
) -> ELMReply {
  var lines = ELMLineReader()
  var reader = ELMReplyReader(
    command: Array(command.utf8), format: ELMFormat(hasHeaders: headers, vehicleProtocol: vehicleProtocol))
  let take = { (token: ELMToken) in
    switch token {
    case .line(let line): reader.take(line)
    case .prompt: reader.prompt()
    }
  }
  lines.feed(received, take)
  lines.end(take)
  return reader.reply
}

extension ELMReply {
  /// `7E8 410C1AF8`, `10 4100BE3EB811`, `410C1AF8`: the sender, where it is told, and the bytes.
  var texts: [String] {
    messages.map { message in
      let bytes = message.bytes.map { twoDigits($0) }.joined()
      return switch message.sender {
      case .untold: bytes
      case .can(let id): String(id.value, radix: 16, uppercase: true) + " " + bytes
      case .address(let address): twoDigits(address) + " " + bytes
      }
    }
  }
}

func twoDigits(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}

/// Adds the checksum of K-line to digits.
func withSum(_ digits: String) -> String { digits + twoDigits(bytes(digits).reduce(0, &+)) }

/// Adds the checksum of J1850 to digits: as a polynomial's remainder bit by bit, unlike the code under test.
func withCRC(_ digits: String) -> String {
  var remainder: UInt8 = 0xFF
  for byte in bytes(digits) {
    for place in (0..<8).reversed() {
      let isSet = (remainder >> 7) ^ (byte >> place & 1) == 1
      remainder = remainder << 1 ^ (isSet ? 0x1D : 0)
    }
  }
  return digits + twoDigits(~remainder)
}

func bytes(_ digits: String) -> [UInt8] {
  let digits = digits.utf8.compactMap(hexDigit)
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// Digits with a blank after each byte, as adapters write them.
func spaced(_ digits: String) -> String { bytes(digits).map { twoDigits($0) + " " }.joined() }
