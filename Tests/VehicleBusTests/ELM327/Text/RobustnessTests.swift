// Whatever bytes come: no crash, nothing invented, and never more work than there is text.
import Testing
import VehicleBus
import Vocabulary

struct RobustnessTests {
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  private static let pieces = [
    "7E8 06 41 00 BE 3E A8 13", "18DAF110037F0112", "48 6B 10 41 00 BE 3E B8 11 C9", "84F110410C0C1AF8", "41 0C 1A F8",
    "014", "0:490201574630", "1:44414243444546", "2:47483031323334", "7E8 10 14 49 02 01 57 46 30",
    "7E8 21 44 41 42 43 44 45 46",
    "49 02 01 00 00 00 31", "43 01 33 00 00 00 00", "SEARCHING...", "BUS INIT: ", "OK", "ERROR", "?", "NO DATA",
    "<DATA ERROR",
    "STOPPED", "BUFFER FULL", "ERR93", "LV RESET", "ELM327 v1.5", "14.8V", "A6", ":", ".", " ", "\r", "\r", "\n", ">",
    "\u{0}",
    "0101", "010C", "0902", "ATDPN", "F", "FF",
  ].map { Array($0.utf8) }

  @Test(arguments: 0..<8)
  func anything(seed: UInt64) {
    var numbers = Numbers(state: seed)
    let commands = ["0101", "010C1", "0902", "03", "ATDPN", "ATZ", "ATMA", "", "STPX H:7E0,D:22F190"]
    let protocols = [nil] + ELMProtocol.allCases.map(Optional.some)
    for _ in 0..<600 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...20, using: &numbers) {
        switch Int.random(in: 0...9, using: &numbers) {
        case 0: bytes.append(UInt8.random(in: 0...255, using: &numbers))
        case 1: if !bytes.isEmpty { bytes.remove(at: Int.random(in: bytes.indices, using: &numbers)) }
        default: bytes += Self.pieces.randomElement(using: &numbers) ?? []
        }
      }
      let command = commands.randomElement(using: &numbers) ?? ""
      let vehicleProtocol = protocols.randomElement(using: &numbers) ?? nil
      let headers = [nil, true, false].randomElement(using: &numbers) ?? nil
      let reply = reply(bytes, to: command, headers: headers, vehicleProtocol)
      let isListening = command == "ATMA"
      #expect(
        isListening || vehicleProtocol == .j1939
          || reply.messages.allSatisfy { $0.bytes.first.map { $0 & 0x40 != 0 } ?? false })
      #expect(isListening || Set(reply.messages).count == reply.messages.count)
      #expect(reply.messages.allSatisfy { $0.bytes.count <= max(1, bytes.count) + 1 })
      #expect(reply.damagedLines <= bytes.count && reply.notices.count <= bytes.count)
      #expect(reply.isPrompted == bytes.contains(0x3E))
      if headers == false { #expect(reply.messages.allSatisfy { $0.sender == .untold }) }
    }
  }

  /// One character that is lost anywhere in answers with headers on CAN never makes an answer that was not given.
  @Test func lostCharactersInventNothing() {
    let text = "7E8 06 41 00 BE 3E A8 13 \r7E9 03 7F 01 12 \r\r>"
    let truth: Set = ["7E8 4100BE3EA813", "7E9 7F0112"]
    for place in text.indices {
      for isBlank in [true, false] {
        var damaged = text
        damaged.remove(at: place)
        if !isBlank { damaged = damaged.filter { $0 != " " } }
        for (headers, vehicleProtocol) in [(true, ELMProtocol.can11at500), (true, nil), (nil, nil)]
          as [(Bool?, ELMProtocol?)]
        {
          for command in ["0100", ""] {
            let reply = reply(damaged, to: command, headers: headers, vehicleProtocol)
            #expect(Set(reply.texts).isSubset(of: truth), "\(damaged)")
          }
        }
      }
    }
  }

  @Test func floodsAreCountedNotKept() {
    var reader = ELMReplyReader(
      command: Array("0100".utf8), format: ELMFormat(hasHeaders: true, vehicleProtocol: .can11at500))
    let line = ELMLine(text: Array("7E8 06 41 00 BE 3E A8 13".utf8))
    for _ in 0..<20_000 { reader.take(line) }
    let reply = reader.reply
    #expect(reply.messages.count == 1)
    #expect(reply.damagedLines == 20_000 - 160_000 / 24)
  }
}
