// Lines and prompts come out the same however the bytes are cut, whatever ends the lines.
import Testing
import VehicleBus

struct LineReaderTests {
  static func tokens(_ pieces: [[UInt8]], capacity: Int = 1024) -> [ELMToken] {
    var reader = ELMLineReader(capacity: capacity)
    var tokens: [ELMToken] = []
    for piece in pieces { reader.feed(piece) { tokens.append($0) } }
    reader.end { tokens.append($0) }
    return tokens
  }

  static func line(_ text: String, isDirty: Bool = false, isUnfinished: Bool = false) -> ELMToken {
    .line(ELMLine(text: Array(text.utf8), isDirty: isDirty, isUnfinished: isUnfinished))
  }

  @Test(arguments: ["\r", "\n", "\r\n", "\n\r", "\r\r\n", "\0\r\0\n\0"])
  func linesEndWithAnyMix(end: String) {
    let bytes = Array("41 00\(end)NO DATA\(end)\(end)>".utf8)
    #expect(Self.tokens([bytes]) == [Self.line("41 00"), Self.line("NO DATA"), .prompt])
  }

  @Test func promptEndsALineWhereverItStands() {
    #expect(
      Self.tokens([Array("OK>>41 0C>".utf8)]) == [Self.line("OK"), .prompt, .prompt, Self.line("41 0C"), .prompt])
  }

  @Test func nulIsThrownAway() {
    #expect(Self.tokens([Array("4\u{0}1 0\u{0}C\r\u{0}>".utf8)]) == [Self.line("41 0C"), .prompt])
  }

  @Test(arguments: [0x80, 0xFC, 0xFF, 0x01, 0x07, 0x1B, 0x7F] as [UInt8])
  func otherBytesMakeALineDirtyAndLoseNothing(byte: UInt8) {
    #expect(
      Self.tokens([[byte, 0x0D, 0x0D] + Array("ELM327 v1.5\r".utf8)]) == [
        Self.line("", isDirty: true), Self.line("ELM327 v1.5"),
      ])
    #expect(
      Self.tokens([Array("41".utf8) + [byte] + Array("0C\r>".utf8)]) == [Self.line("410C", isDirty: true), .prompt])
  }

  @Test func tabulatorsAreBlanks() {
    #expect(Self.tokens([Array("41\t0C\r".utf8)]) == [Self.line("41 0C")])
  }

  @Test func linesBeyondTheCapacityAreCutAndDirty() {
    #expect(
      Self.tokens([Array("123456789\r12345678\r>".utf8)], capacity: 8) == [
        Self.line("12345678", isDirty: true), Self.line("12345678"), .prompt,
      ])
  }

  @Test func whatHasNoEndIsUnfinished() {
    #expect(Self.tokens([Array("OK\r41 0".utf8)]) == [Self.line("OK"), Self.line("41 0", isUnfinished: true)])
  }

  @Test func resetForgetsWhatHasBegun() {
    var reader = ELMLineReader()
    var tokens: [ELMToken] = []
    reader.feed(Array("41 0\u{FC}".utf8)) { tokens.append($0) }
    reader.reset()
    reader.feed(Array("OK\r".utf8)) { tokens.append($0) }
    reader.end { tokens.append($0) }
    #expect(tokens == [Self.line("OK")])
  }

  @Test func everyCutGivesTheSame() {
    let bytes: [UInt8] =
      Array("ATZ\r".utf8) + [0xFC, 0x00]
      + Array("\r\n\rELM327 v1.5\r\r>0100\n\nSEARCHING...7E8 06 41 00 BE 3E A8 13 \r".utf8)
      + [0x81] + Array("12345678901234567890123456789012345678901234567890\r\r>>NO".utf8)
    let whole = Self.tokens([bytes], capacity: 40)
    #expect(whole.count == 10)
    for first in 0...bytes.count {
      #expect(Self.tokens([Array(bytes[..<first]), Array(bytes[first...])], capacity: 40) == whole)
      for second in first...bytes.count {
        let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
        guard Self.tokens(pieces, capacity: 40) == whole else {
          Issue.record("cut at \(first) and \(second)")
          return
        }
      }
    }
    #expect(Self.tokens(bytes.map { [$0] }, capacity: 40) == whole)
  }
}
