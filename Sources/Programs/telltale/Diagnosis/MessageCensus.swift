// Which messages the diagnostic protocols of a recording hold, put together from their frames and counted by kind.
import Decoding
import Documents
import Vocabulary

/// Counts the messages of ISO-TP and of SAE J1939, whether or not their content means anything to Telltale.
struct MessageCensus: ~Copyable {
  /// One kind of message: who sent it, by which protocol, and what it is.
  struct Kind: Hashable, Comparable {
    /// `iso-tp`, or `j1939` for diagnostic messages of SAE J1939 and for all of several frames.
    var transport: String
    var unit: String
    /// `request 22`, `reply 62`, `refusal of 22` or `PGN 65226`.
    var message: String

    static func < (a: Kind, b: Kind) -> Bool {
      (a.transport, a.unit, a.message) < (b.transport, b.unit, b.message)
    }
  }

  private(set) var counts: [Kind: Int] = [:]
  private var isotp: ISOTPListener
  private var j1939: J1939Listener
  private let hasGroups: Bool

  /// - Parameter replies: identifiers beside the standard's on which control units answer.
  init(replies: [CANID], j1939: Bool) {
    isotp = ISOTPListener(named: replies.map { (id: $0, bus: nil) })
    self.j1939 = J1939Listener()
    hasGroups = j1939
  }

  /// - Parameter whole: called with each message: its transport, what it is about, its bytes.
  mutating func observe(_ frame: borrowing CANFrame, _ whole: (Kind, Instant, Span<UInt8>) -> Void) {
    let id = frame.id
    if isotp.concerns(id) {
      MessageCensus.take(frame, by: &isotp, &counts, whole)
    } else if hasGroups && J1939Listener.isCandidate(id) {
      MessageCensus.take(frame, by: &j1939, &counts, whole)
    } else if hasGroups && id.isExtended && J1939Diagnostics.isDiagnostic(id.parameterGroup) {
      let kind = Kind(transport: "j1939", unit: "SA \(id.value & 0xFF)", message: "PGN \(id.parameterGroup)")
      counts[kind, default: 0] += 1
      var bytes = InlineArray<8, UInt8>(repeating: 0)
      let length = min(8, Int(frame.length))
      for i in 0..<length { bytes[i] = frame[i] }
      whole(kind, frame.time, bytes.span.extracting(0..<length))
    }
  }

  private static func take(
    _ frame: borrowing CANFrame, by listener: inout J1939Listener, _ counts: inout [Kind: Int],
    _ whole: (Kind, Instant, Span<UInt8>) -> Void
  ) {
    _ = listener.take(frame) { message, bytes in
      let kind = Kind(transport: "j1939", unit: "SA \(message.source)", message: "PGN \(message.parameterGroup)")
      counts[kind, default: 0] += 1
      whole(kind, message.time, bytes)
    }
  }

  private static func take(
    _ frame: borrowing CANFrame, by listener: inout ISOTPListener, _ counts: inout [Kind: Int],
    _ whole: (Kind, Instant, Span<UInt8>) -> Void
  ) {
    _ = listener.take(frame) { message, bytes in
      guard bytes.count > 0 else { return }
      let service = hexadecimal(bytes[0])
      let text =
        if message.isRequest {
          "request \(service)"
        } else if bytes[0] == 0x7F, bytes.count > 1 {
          "refusal of \(hexadecimal(bytes[1]))"
        } else {
          "reply \(service)"
        }
      let id = String(message.id.value, radix: 16, uppercase: true)
      let kind = Kind(transport: "iso-tp", unit: id, message: text)
      counts[kind, default: 0] += 1
      whole(kind, message.time, bytes)
    }
  }
}
