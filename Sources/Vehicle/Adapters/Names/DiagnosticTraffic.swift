// What became of diagnostic traffic that was not what its protocol says, in words.
public import Decoding
public import Documents

extension DiagnosticDecoder.Counters {
  /// What was heard and not taken, by protocol and reason; nothing that did not happen.
  public var rejected: [RejectedTrafficDocument] {
    let all: [(String, String, UInt64)] = [
      ("iso-tp", "frames against the protocol", isotp.malformed),
      ("iso-tp", "frames without a message's beginning", isotp.unexpected),
      ("iso-tp", "frames on these identifiers that are no diagnosis", isotp.foreign),
      ("iso-tp", "messages with a frame lost or out of order", isotp.sequenceErrors),
      ("iso-tp", "messages that stopped for more than a second", isotp.timeouts),
      ("iso-tp", "messages overtaken by another", isotp.aborted),
      ("iso-tp", "messages refused by their receiver", isotp.overflows),
      ("iso-tp", "messages that are too long", isotp.tooLarge),
      ("iso-tp", "messages that gave way to others", isotp.evicted),
      ("iso-tp", "lists of trouble codes that nobody was heard asking for", unaskedLists),
      ("iso-tp", "clearings that nobody was heard asking for", unaskedClearings),
      ("j1939", "frames against the protocol", j1939.malformed),
      ("j1939", "packets without an announcement", j1939.strayPackets),
      ("j1939", "frames of the extended protocol", j1939.extended),
      ("j1939", "messages with a packet lost or out of order", j1939.sequenceErrors),
      ("j1939", "messages that stopped for more than 1.25 s", j1939.timeouts),
      ("j1939", "messages ended by a side", j1939.aborted),
      ("j1939", "messages overtaken by another", j1939.replaced),
      ("j1939", "messages not heard whole", j1939.incomplete),
      ("j1939", "messages that gave way to others", j1939.evicted),
      ("j1939", "diagnostic messages of another layout", malformedGroups),
      ("obd", "replies that contradict their service", obd.malformed),
      ("uds", "replies that contradict their service", uds.malformed),
    ]
    return all.compactMap { $0.2 > 0 ? RejectedTrafficDocument(transport: $0.0, reason: $0.1, count: $0.2) : nil }
  }
}
