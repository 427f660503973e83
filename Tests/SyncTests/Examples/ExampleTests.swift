// The examples of the wire contract (docs/examples, shown in docs/asyncapi.yaml) are what the encoders give, byte for
// byte. With TELLTALE_WRITE_EXAMPLES set they are written instead of compared; Tests/Contract/check --write then puts
// them into the page.
import Documents
import FleetContract
import Foundation
import Testing
import Vocabulary

@testable import Store

private let vehicle = "van-7"
private let epoch = "5f1d0c8e9b7a46d2a3c4e5f60718293a"
private let elderEpoch = "ba305761cb30e09ef6a84608af5adf7f"
private let isWriting = ProcessInfo.processInfo.environment["TELLTALE_WRITE_EXAMPLES"] != nil

private let folder =
  #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/docs/examples/"

/// Compares what the code gives with an example, or makes it the example.
private func expect(_ bytes: [UInt8], is name: String) throws {
  if isWriting {
    try Data(bytes).write(to: URL(fileURLWithPath: folder + name))
  } else {
    let text = try String(contentsOfFile: folder + name, encoding: .utf8)
    #expect(String(decoding: bytes, as: UTF8.self) == text, "docs/examples/\(name) is not what the code gives")
  }
}

private func event(
  _ lane: Lane, _ sequence: Int64, first: Int64? = nil, epoch: String = epoch, type: String, subject: String? = nil,
  _ time: Timestamp, _ data: [UInt8]
) throws -> [UInt8] {
  let event = CloudEvent(
    vehicle: try #require(VehicleID(vehicle)), epoch: epoch, lane: lane, sequence: sequence, firstSequence: first,
    type: type, subject: subject, time: time, data: data)
  return event.encoded
}

@Suite struct ExampleTests {
  @Test func eventsOfTheVehicle() throws {
    var sequences: [Lane: Int64] = [.alerts: 40, .events: 311]
    for record in try exampleRecords() {
      let sequence = (sequences[record.lane] ?? 0) + 1
      sequences[record.lane] = sequence
      try expect(
        event(
          record.lane, sequence, type: record.type, subject: record.subject, record.time, record.data),
        is: record.name + ".json")
    }
  }

  @Test func beginningsOfAnEpoch() throws {
    let type = OutboxTable.beginningType
    try expect(
      event(.events, 1, type: type, exampleTime(-40), OutboxTable.beginning(.fresh, predecessor: nil, last: [])),
      is: "epoch-began-fresh.json")
    var report = SalvageReport()
    report.add("outbox", SalvageReport.Count(saved: 52, lost: 12, isIncomplete: true))
    let salvaged = OutboxTable.beginning(
      .salvaged, predecessor: Epoch(elderEpoch), last: [17, 204, nil], lost: report.json)
    try expect(event(.events, 1, type: type, exampleTime(-40), salvaged), is: "epoch-began-salvaged.json")
    let nothing = SalvageReport()
    let unreadable = OutboxTable.beginning(.salvaged, predecessor: nil, last: [], lost: nothing.json)
    try expect(event(.events, 1, type: type, exampleTime(-40), unreadable), is: "epoch-began-unreadable.json")
  }

  @Test func rangesThatAreGone() throws {
    for (name, lane, range, count) in [
      ("range-dropped-quota", Lane.events, 120...163, 44 as Int64?), ("range-dropped-damage", .alerts, 1...16, nil),
    ] {
      let row = OutboxTable.tombstone(
        lane, Int64(range.lowerBound)...Int64(range.upperBound), count: count,
        of: try #require(Epoch(elderEpoch)), exampleTime(-40))
      try expect(
        event(
          row.lane, row.sequence, first: row.first, epoch: row.epoch.description, type: row.type, row.time, row.data),
        is: name + ".json")
    }
  }

  @Test func telemetry() throws {
    let id = try #require(VehicleID(vehicle))
    let columns = try exampleColumns()
    try expect(hexadecimal(columns), is: "telemetry-columns.hex")
    try expect(columnsJSON(columns), is: "telemetry-columns.json")

    // Versions of zstd differ in the frames that they make, so the example's frame is opened and not made again.
    let topic = Topic(id, .lane(.telemetry))
    var frame = try TelemetryCompressor().compress(columns)
    if !isWriting {
      let shown = try TelemetryMessage(decoding: bytes(ofExample: "telemetry.hex"), from: topic)
      if case .columns(let shownFrame) = shown.content { frame = shownFrame }
      #expect(try decompressTelemetry(frame) == columns)
    }
    let batch = TelemetryMessage(
      vehicle: id, epoch: epoch, sequence: 120, time: exampleTime(600), content: .columns(frame))
    try expect(hexadecimal(batch.encoded), is: "telemetry.hex")

    let dropped = TelemetryMessage(
      vehicle: id, epoch: epoch, sequence: 119, time: exampleTime(590),
      content: .dropped(DroppedTelemetry(reason: "quota", count: 19), first: 101))
    try expect(hexadecimal(dropped.encoded), is: "telemetry-dropped.hex")
  }

  @Test func acknowledgements() throws {
    for (name, message) in [
      ("greeting", AcknowledgementMessage(receiver: "depot", epoch: epoch, ranges: [:])),
      ("committed", .init(receiver: "depot", epoch: epoch, ranges: [.alerts: [1...42], .events: [1...7, 9...12]])),
      (
        "missing",
        .init(receiver: "depot", epoch: epoch, ranges: [.events: [9...12]], missing: [.events: [8...8]])
      ),
      ("renew", .init(receiver: "depot", epoch: epoch, ranges: [.alerts: [1...42]], renewsEpoch: true)),
    ] { try expect(message.encoded, is: "acknowledgement-\(name).json") }
  }

  @Test func statusAndHealth() throws {
    for isOnline in [true, false] {
      let status = StatusDocument(
        isOnline: isOnline, version: "1.0.0", boot: exampleTime(0).boot.description, epoch: epoch,
        queued: [.alerts: 0, .events: 3, .telemetry: 120], started: exampleTime(-60).rfc3339)
      try expect(status.encoded, is: isOnline ? "status-online.json" : "status-offline.json")
    }
    let unknown = HealthReport(unknown: .tyrePressure, because: .noValidTick(.pressureReading), at: exampleTime(0))
    try expect(
      jsonText([exampleLearning, unknown].map { HealthDocument($0, exampleCatalogue) }), is: "health.json")
  }
}

/// A minute of a signal and two minutes of another, as a batch with names.
private func exampleColumns() throws -> [UInt8] {
  let minute = exampleTime(0).wallNanoseconds / 60_000_000_000
  var encoder = try ColumnEncoder(seconds: 60, intervals: [minute, minute + 1], hasNames: true)
  try encoder.add(
    SignalColumn(
      number: 3, name: SignalName(path: "Vehicle.Speed", unit: "km/h"),
      rows: [
        ColumnRow(position: 0, count: 60, minimum: 48.5, maximum: 52.25, sum: 3030, last: 50),
        ColumnRow(position: 1, count: 60, minimum: 50, maximum: 61.75, sum: 3345, last: 61.5),
      ]))
  try encoder.add(
    SignalColumn(
      number: 8, name: SignalName(path: "Vehicle.Powertrain.CombustionEngine.ECT", unit: "celsius"),
      rows: [ColumnRow(position: 1, count: 1, minimum: 89, maximum: 89, sum: 89, last: 89)]))
  return encoder.finish()
}

/// Two digits for each byte, on one line.
private func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
  bytes.flatMap { hexadecimal($0).lowercased().utf8 } + [UInt8(ascii: "\n")]
}

private func bytes(ofExample name: String) throws -> [UInt8] {
  let digits = try String(contentsOfFile: folder + name, encoding: .utf8).utf8.compactMap {
    Character(UnicodeScalar($0)).hexDigitValue
  }
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
