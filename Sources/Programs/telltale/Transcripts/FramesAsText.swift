// An exchange that was noted down frame by frame, as the tools of a bus print them, and not by an adapter.
import VehicleBus
import Vocabulary

/// `18EA00F9 [3] 00 9E 00`: a request of SAE J1939, and the frames that answer it.
///
/// A mere listing of frames is no dialogue, since nobody can tell what answers what in it.
struct FramesAsText {
  private(set) var answers: [ELMMessage] = []

  /// Nil unless it is that.
  init?(_ exchange: Transcript.Exchange) {
    guard let sent = exchange.sent.flatMap({ FramesAsText.frame($0[...]) }), sent.id.isExtended, sent.bytes.count == 3,
      sent.id.parameterGroup == FramesAsText.request
    else { return nil }
    let group = UInt32(sent.bytes[0]) | UInt32(sent.bytes[1]) << 8 | UInt32(sent.bytes[2]) << 16
    for line in (exchange.received ?? []).split(whereSeparator: { $0 == 0x0D || $0 == 0x0A }) {
      guard let frame = FramesAsText.frame(line), frame.id.parameterGroup == group else { continue }
      answers.append(ELMMessage(sender: .can(frame.id), bytes: frame.bytes))
    }
    if answers.isEmpty { return nil }
  }

  /// The parameter group that asks for others (SAE J1939-21).
  private static let request: UInt32 = 0xEA00

  /// Nil for a line that is none or not whole.
  private static func frame(_ line: ArraySlice<UInt8>) -> (id: CANID, bytes: [UInt8])? {
    let words = String(decoding: line, as: UTF8.self).split { $0 == " " || $0.isNewline }
    guard words.count > 1, let id = UInt32(words[0], radix: 16), id <= 0x1FFF_FFFF, words[1].first == "[",
      words[1].last == "]", let count = Int(words[1].dropFirst().dropLast()), words.count - 2 == count,
      let bytes = hexadecimalBytes(words.dropFirst(2).joined()), bytes.count == count
    else { return nil }
    return (words[0].utf8.count > 3 ? CANID(extended: id) : CANID(standard: id), bytes)
  }
}
