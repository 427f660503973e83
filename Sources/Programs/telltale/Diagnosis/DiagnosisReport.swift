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

  var log: String
  var frames: Int
  var vehicleIdentification: VehicleIdentityDocument?
  var malfunctionLamp: Bool?
  var warningLamps: [String]
  var readiness: VehicleReadinessDocument?
  var troubleCodes: [TroubleCodeDocument]
  /// Codes that were told, but too seldom to be believed.
  var unconfirmed: UInt64
  var units: [ControlUnitDocument]
  /// Messages of several frames, and all of ISO-TP.
  var messages: [Messages]
  var rejected: [RejectedTrafficDocument]
  /// Facts for which there was no room.
  var refused: UInt64
  private let listsTold: [ListToldDocument]

  init(log: String, frames: Int, _ diagnosis: borrowing LogDiagnosis, _ census: borrowing MessageCensus) {
    self.log = log
    self.frames = frames
    let records = diagnosis.records
    let summary = DiagnosisSummary(records, vin: diagnosis.book.vehicleIdentification(), .standards)
    vehicleIdentification = summary.vehicleIdentification
    malfunctionLamp = summary.malfunctionLamp
    warningLamps = summary.warningLamps
    readiness = summary.readiness
    listsTold = summary.listsTold
    troubleCodes = TroubleCodeDocument.all(in: records, .standards)
    unconfirmed = diagnosis.book.counters.unconfirmed
    units = ControlUnitDocument.all(in: records, .standards)
    messages = census.counts.sorted { $0.key < $1.key }.map {
      Messages(transport: $0.key.transport, unit: $0.key.unit, kind: $0.key.message, count: $0.value)
    }
    rejected = diagnosis.counters.rejected
    refused = diagnosis.book.counters.refused
  }

  enum CodingKeys: String, CodingKey {
    case log, frames, vehicleIdentification, malfunctionLamp, warningLamps, readiness, troubleCodes, unconfirmed, units, messages
    case rejected, refused
  }

  func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(log, forKey: .log)
    try c.encode(frames, forKey: .frames)
    try c.encode(vehicleIdentification, forKey: .vehicleIdentification)
    try c.encode(malfunctionLamp, forKey: .malfunctionLamp)
    try c.encode(warningLamps, forKey: .warningLamps)
    try c.encode(readiness, forKey: .readiness)
    try c.encode(troubleCodes, forKey: .troubleCodes)
    try c.encode(unconfirmed, forKey: .unconfirmed)
    try c.encode(units, forKey: .units)
    try c.encode(messages, forKey: .messages)
    try c.encode(rejected, forKey: .rejected)
    try c.encode(refused, forKey: .refused)
  }

  func text(colour: Bool) -> String {
    var parts = [
      Diagnostics.text(
        of: troubleCodes, isClear: !troubleCodes.contains(where: \.isPresent), listsTold: listsTold,
        malfunctionLamp: malfunctionLamp, warningLamps: warningLamps, colour: colour)
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
    if !rejected.isEmpty || unconfirmed > 0 || refused > 0 {
      var table = TextTable(columns: ["NOT TAKEN": .left, "WHAT": .left, "COUNT": .right])
      for r in rejected {
        table.add([StyledText(r.transport), StyledText(r.reason, .warning), StyledText("\(r.count)")])
      }
      if unconfirmed > 0 {
        let reason = StyledText("trouble codes told too seldom to be believed")
        table.add([StyledText("codes"), reason, StyledText("\(unconfirmed)")])
      }
      if refused > 0 {
        table.add([StyledText("facts"), StyledText("no room for more", .warning), StyledText("\(refused)")])
      }
      parts.append(table.rendered(colour: colour))
    }
    return parts.joined(separator: "\n")
  }
}
