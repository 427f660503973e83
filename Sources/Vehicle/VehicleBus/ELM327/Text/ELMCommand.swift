// What was said to an adapter, as far as it tells what may come back: its echo, and answers to which service.
import Vocabulary

struct ELMCommand: Sendable {
  enum Kind: Hashable, Sendable {
    /// `AT...`, `ST...`: what comes back is no data of the vehicle.
    case adapter
    /// To the vehicle; its service where that can be seen.
    case request(service: UInt8?)
    /// `ATMA`, `STMA` and the like: frames of the bus come back.
    case monitor
  }

  /// In capitals, without blanks.
  let text: [UInt8]
  let kind: Kind

  init(_ command: [UInt8]) {
    text = command.filter { $0 > 0x20 && $0 < 0x7F }.map(capital)
    kind = ELMCommand.kind(of: text)
  }

  /// Whether the answer is the digit of a protocol.
  var asksForProtocol: Bool { text.elementsEqual("ATDPN".utf8) }

  /// Whether the answer says what the adapter is.
  var asksForIdentity: Bool {
    ["ATZ", "ATI", "ATWS", "AT@1", "STI", "STDI"].contains { text.elementsEqual($0.utf8) }
  }

  private static func kind(of text: [UInt8]) -> Kind {
    if text.starts(with: "AT".utf8) {
      return ["ATMA", "ATMR", "ATMT", "ATMP", "ATDM"].contains { text.starts(with: $0.utf8) } ? .monitor : .adapter
    }
    if text.starts(with: "ST".utf8) {
      if text.starts(with: "STPX".utf8) { return .request(service: serviceOfSTPX(text)) }
      return text.starts(with: "STMA".utf8) || text.elementsEqual("STM".utf8) ? .monitor : .adapter
    }
    return .request(service: text.allSatisfy({ hexDigit($0) != nil }) ? byte(text[...]) : nil)
  }

  /// The first byte of `D:` in `STPX H:7E0, D:010C, R:1`.
  private static func serviceOfSTPX(_ text: [UInt8]) -> UInt8? {
    let colon = text.indices.dropFirst().first { text[$0] == 0x3A && text[$0 - 1] == 0x44 }
    return colon.flatMap { byte(text[($0 + 1)...]) }
  }

  private static func byte(_ digits: ArraySlice<UInt8>) -> UInt8? {
    guard let first = digits.first.flatMap(hexDigit), let second = digits.dropFirst().first.flatMap(hexDigit) else {
      return nil
    }
    return first << 4 | second
  }

  /// How many characters at a line's beginning are the command's echo.
  /// - Parameters:
  ///   - line: in capitals, without blanks.
  ///   - next: the line after it, likewise: `03A` and then `0:...` is a length although it begins as the request `03`.
  ///   - isFirst: whether nothing came before. Only then may an answer be glued to a request's echo.
  func echo(in line: [UInt8], next: [UInt8]?, isFirst: Bool) -> Int {
    guard !text.isEmpty, line.starts(with: text) else { return 0 }
    if line.count == 3, let next, next.starts(with: "0:".utf8) { return 0 }
    if line.count > 4, line[3] == 0x30, line[4] == 0x3A { return 0 }
    return line.count == text.count || isFirst || kind == .adapter ? text.count : 0
  }
}

/// Letters of ASCII only.
func capital(_ byte: UInt8) -> UInt8 { byte >= 0x61 && byte <= 0x7A ? byte & 0xDF : byte }
