// What an adapter may say: text in any pieces to the readers, and a dialogue that nobody wrote to the session, with
// checks that have to hold for any bytes at all.
import Vocabulary

@testable import VehicleBus

enum AdapterInputs {
  private static let commands = [
    "0100", "010C1", "0902", "03", "22F190", "ATDPN", "ATZ", "ATRV", "ATMA", "STMA", "STPX H:7E0,D:010C", "",
  ]

  /// The first byte chooses what is known of the format, the second the command, the third how the text is cut, the
  /// fourth how long lines may be; the rest is the text.
  static func feedText(_ bytes: [UInt8]) {
    var input = InputBytes(bytes)
    let choice = input.byte()
    let format = ELMFormat(
      hasHeaders: [nil, true, false][Int(choice & 0xF) % 3], vehicleProtocol: ELMProtocol(rawValue: choice >> 4))
    let command = Array(input.choose(commands).utf8)
    var cuts = UInt32(input.byte())
    let capacity = input.choose([1024, 256, 32, 1])
    let text = Array(input.take(bytes.count))

    var whole: [ELMToken] = []
    var reader = ELMLineReader(capacity: capacity)
    reader.feed(text) { whole.append($0) }
    reader.end { whole.append($0) }
    var pieces: [ELMToken] = []
    var place = 0
    while place < text.count {
      cuts = cuts &* 1_664_525 &+ 1_013_904_223
      let end = min(place + Int(cuts >> 28), text.count)
      reader.feed(text[place..<end]) { pieces.append($0) }
      place = end
    }
    reader.end { pieces.append($0) }
    precondition(whole == pieces, "lines that depend on how the bytes come")
    check(whole, of: text, capacity: capacity)

    var lines: [ELMLine] = []
    for token in whole + [.prompt] {
      switch token {
      case .line(let line):
        check(line)
        lines.append(line)
      case .prompt:
        check(lines, as: command, format)
        lines = []
      }
    }
  }

  private static func check(_ tokens: [ELMToken], of text: [UInt8], capacity: Int) {
    var prompts = 0
    for token in tokens {
      guard case .line(let line) = token else {
        prompts += 1
        continue
      }
      precondition(line.text.count <= capacity, "a line that is too long")
      precondition(!line.text.isEmpty || line.isDirty, "a line of nothing")
      precondition(line.text.allSatisfy { 0x20...0x7E ~= $0 }, "a line that is not printable")
    }
    precondition(prompts == text.count { $0 == 0x3E }, "more or fewer prompts than came")
  }

  /// A reply once as it is while it comes, and once whole.
  private static func check(_ lines: [ELMLine], as command: [UInt8], _ format: ELMFormat) {
    var reader = ELMReplyReader(command: command, format: format)
    for line in lines { reader.take(line) }
    let coming = reader.reply
    reader.prompt()
    let reply = reader.reply
    precondition(reply.isPrompted && !coming.isPrompted, "a prompt that is none")
    precondition(coming.messages == reply.messages, "other answers for a prompt")
    precondition(reply.damagedLines <= lines.count, "more damage than lines")
    let characters = lines.reduce(0) { $0 + $1.text.count }
    precondition(reply.notices.count <= characters, "more notices than characters")
    let digits = lines.reduce(0) { $0 + $1.text.count { hexDigit($0) != nil } }
    let bytes = reply.messages.reduce(0) { $0 + $1.bytes.count }
    // Answers with codes from before CAN gain the byte for their number.
    precondition(bytes <= digits / 2 + reply.messages.count, "more bytes than there are digits for")
    let isListening = ELMCommand(command).kind == .monitor
    for message in reply.messages {
      precondition(format.hasHeaders != false || message.sender == .untold, "a sender without headers")
      guard !isListening, format.vehicleProtocol != .j1939 else { continue }
      precondition(message.bytes.first.map { $0 & 0x40 != 0 } ?? false, "an answer that is none")
    }
    precondition(isListening || Set(reply.messages).count == reply.messages.count, "the same answer twice")
  }

  /// A frame holds the digits of its line and nothing else.
  private static func check(_ line: ELMLine) {
    for vehicleProtocol in ELMProtocol.allCases {
      let time = Instant(nanoseconds: 5)
      let frame = line.text.withUnsafeBufferPointer { ELMMonitorLine.frame($0, vehicleProtocol, at: time, bus: 3) }
      guard let frame else { continue }
      precondition(vehicleProtocol.isCAN, "a frame without CAN")
      precondition(frame.id.isExtended == vehicleProtocol.isExtended, "another protocol's frame")
      precondition(frame.time == time && frame.bus == 3 && frame.length <= 8, "a frame of its own making")
      let data = (0..<Int(frame.length)).map { hexadecimal(UInt32(frame[$0]), digits: 2) }.joined()
      let digits = hexadecimal(frame.id) + data
      let text = line.text.filter { $0 != 0x20 }.map(capital)
      precondition(text.elementsEqual(digits.utf8), "a frame that does not stand in its line")
    }
  }
}
