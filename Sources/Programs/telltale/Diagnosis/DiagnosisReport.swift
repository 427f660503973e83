// What `telltale diagnose` found, as a document and as text.
import Adapters
import Alerting
import Decoding
import Diagnostics
import Documents
import Vocabulary

struct DiagnosisReport: Encodable {
  struct Messages: Encodable {
    /// `iso-tp` or `j1939`.
    var transport: String
    /// The identifier that they came on, or the source address.
    var unit: String
    var kind: String
    var count: Int
  }

  /// What became of frames and messages that were not what their protocol says.
  struct Rejected: Encodable {
    var transport: String
    var reason: String
    var count: UInt64
  }

  var log: String
  var frames: Int
  var vehicleIdentification: VehicleIdentityDocument?
  var malfunctionLamp: Bool?
  var readiness: VehicleReadinessDocument?
  var troubleCodes: [TroubleCodeDocument]
  /// Codes that were told, but too seldom to be believed.
  var unconfirmed: UInt64
  var units: [ControlUnitDocument]
  /// Messages of several frames, and all of ISO-TP.
  var messages: [Messages]
  var rejected: [Rejected]
  private let listsTold: [ListToldDocument]

  init(log: String, frames: Int, _ diagnosis: borrowing LogDiagnosis, _ census: borrowing MessageCensus) {
    self.log = log
    self.frames = frames
    let records = diagnosis.records
    let summary = DiagnosisSummary(records, vin: diagnosis.book.vehicleIdentification(), .standards)
    vehicleIdentification = summary.vehicleIdentification
    malfunctionLamp = summary.malfunctionLamp
    readiness = summary.readiness
    listsTold = summary.listsTold
    troubleCodes = TroubleCodeDocument.all(in: records, .standards)
    unconfirmed = diagnosis.book.counters.unconfirmed
    units = ControlUnitDocument.all(in: records, .standards)
    messages = census.counts.sorted { $0.key < $1.key }.map {
      Messages(transport: $0.key.transport, unit: $0.key.unit, kind: $0.key.message, count: $0.value)
    }
    rejected = DiagnosisReport.rejected(census, diagnosis.counters)
  }

  private static func rejected(
    _ census: borrowing MessageCensus, _ content: DiagnosticDecoder.Counters
  ) -> [Rejected] {
    let (isotp, j1939) = census.transportCounters
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
      ("j1939", "frames against the protocol", j1939.malformed),
      ("j1939", "packets without an announcement", j1939.strayPackets),
      ("j1939", "frames of the extended protocol", j1939.extended),
      ("j1939", "messages with a packet lost or out of order", j1939.sequenceErrors),
      ("j1939", "messages that stopped for more than 1.25 s", j1939.timeouts),
      ("j1939", "messages ended by a side", j1939.aborted),
      ("j1939", "messages overtaken by another", j1939.replaced),
      ("j1939", "messages not heard whole", j1939.incomplete),
      ("j1939", "messages that gave way to others", j1939.evicted),
      ("obd", "replies that contradict their service", content.obd.malformed),
      ("uds", "replies that contradict their service", content.uds.malformed),
      ("j1939", "diagnostic messages of another layout", content.malformedGroups),
    ]
    return all.compactMap { $0.2 > 0 ? Rejected(transport: $0.0, reason: $0.1, count: $0.2) : nil }
  }

  enum CodingKeys: String, CodingKey {
    case log, frames, vehicleIdentification, malfunctionLamp, readiness, troubleCodes, unconfirmed, units, messages
    case rejected
  }

  func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(log, forKey: .log)
    try c.encode(frames, forKey: .frames)
    try c.encode(vehicleIdentification, forKey: .vehicleIdentification)
    try c.encode(malfunctionLamp, forKey: .malfunctionLamp)
    try c.encode(readiness, forKey: .readiness)
    try c.encode(troubleCodes, forKey: .troubleCodes)
    try c.encode(unconfirmed, forKey: .unconfirmed)
    try c.encode(units, forKey: .units)
    try c.encode(messages, forKey: .messages)
    try c.encode(rejected, forKey: .rejected)
  }

  func text(colour: Bool) -> String {
    var parts = [
      Diagnostics.text(
        of: troubleCodes, isClear: !troubleCodes.contains(where: \.isPresent), listsTold: listsTold,
        malfunctionLamp: malfunctionLamp, colour: colour)
        + identityText(vehicleIdentification, readiness)
    ]
    if !units.isEmpty { parts.append(Diagnostics.text(of: units, colour: colour)) }
    if !messages.isEmpty {
      var table = TextTable(columns: ["MESSAGES": .left, "SENDER": .left, "KIND": .left, "COUNT": .right])
      for m in messages {
        table.add([StyledText(m.transport), StyledText(m.unit), StyledText(m.kind), StyledText("\(m.count)")])
      }
      parts.append(table.rendered(colour: colour))
    }
    if !rejected.isEmpty || unconfirmed > 0 {
      var table = TextTable(columns: ["NOT TAKEN": .left, "WHAT": .left, "COUNT": .right])
      for r in rejected {
        table.add([StyledText(r.transport), StyledText(r.reason, .warning), StyledText("\(r.count)")])
      }
      if unconfirmed > 0 {
        let reason = StyledText("trouble codes told too seldom to be believed")
        table.add([StyledText("j1939"), reason, StyledText("\(unconfirmed)")])
      }
      parts.append(table.rendered(colour: colour))
    }
    return parts.joined(separator: "\n")
  }
}
