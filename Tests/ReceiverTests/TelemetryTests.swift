// Batches of telemetry: stored as they came, compared byte for byte, shown as JSON.
import Documents
import FleetContract
import SQLite
import TestSupport
import Testing
import Vocabulary

@testable import Receiver

@Suite struct TelemetryTests {
  private let folder: Folder
  private let storage: SQLiteStorage
  private let api: FleetAPI

  init() throws {
    folder = try Folder()
    storage = try SQLiteStorage(path: folder.path + "/receiver.db")
    api = FleetAPI(
      name: "depot", reader: try SQLiteReader(path: folder.path + "/receiver.db"), counters: { IngestCounters() },
      wall: { 0 })
  }

  /// A message as it comes off the wire.
  private func arrival(
    _ sequence: Int64, _ content: TelemetryMessage.Content, uptime: Int64 = 0
  ) throws -> Batch.Arrival {
    let topic = try #require(Topic("telltale/v1/\(vehicleName)/telemetry"))
    let message = TelemetryMessage(
      vehicle: topic.vehicle, epoch: someEpoch, sequence: sequence,
      time: Timestamp(
        boot: BootID(high: 0, low: 1), uptime: Instant(nanoseconds: uptime), wallNanoseconds: 1_000_000_000,
        quality: .ntp), content: content)
    return Batch.Arrival(
      event: CloudEvent(try TelemetryMessage(decoding: message.encoded, from: topic)), received: 2_000_000_000)
  }

  private func frame() throws -> [UInt8] {
    var columns = try ColumnEncoder(seconds: 1, intervals: [1_795_228_080, 1_795_228_081], hasNames: true)
    let rows = [0, 1].map { ColumnRow(position: $0, count: 10, minimum: 49, maximum: 51, sum: 500, last: 50) }
    try columns.add(SignalColumn(number: 3, name: SignalName(path: "Vehicle.Speed", unit: "km/h"), rows: rows))
    return try TelemetryCompressor().compress(columns.finish())
  }

  @Test func isStoredAsItCameAndShownAsJSON() async throws {
    let frame = try frame()
    let arrivals = [try arrival(1, .columns(frame)), try arrival(2, .columns([1, 2, 3]))]
    #expect(try storage.commit(batch(arrivals)).stored == 2)
    let connection = try Connection(path: folder.path + "/receiver.db", mode: .readOnly)
    let select = try connection.prepare("SELECT data, typeof(data) FROM record ORDER BY sequence")
    #expect(try select.step())
    #expect(select.blob(0) == frame)
    #expect(select.text(1) == "blob")

    let answer = await api.answer(path: "/api/v1/vehicles/\(vehicleName)/telemetry", query: [:])
    let records = try #require(try JSONSlice(answer.body, limit: 1_000_000).elements)
    let signal = try #require(records.first?["data"]?["signals"]?.elements?.first)
    #expect(signal["path"]?.string == "Vehicle.Speed")
    #expect(signal["mean"]?.bytes == Array("[50.0,50.0]".utf8) || signal["mean"]?.bytes == Array("[50,50]".utf8))
    #expect(records.first?["type"]?.string == "vehicle.telemetry.received")
    #expect(records.first?["time"]?.string == "1970-01-01T00:00:01.000Z")
    // What is no batch is stored and acknowledged all the same, and shown as nothing.
    #expect(records.last?["data"]?.kind == .null)
  }

  @Test func isComparedByteForByte() throws {
    let frame = try frame()
    _ = try storage.commit(batch([try arrival(1, .columns(frame))]))
    #expect(try storage.commit(batch([try arrival(1, .columns(frame))])).duplicates == 1)
    var other = frame
    other[other.count - 1] ^= 1
    #expect(try storage.commit(batch([try arrival(1, .columns(other))])).conflicts == 1)
    #expect(try storage.commit(batch([try arrival(1, .columns(frame), uptime: 1)])).conflicts == 1)
    let tombstone = TelemetryMessage.Content.dropped(DroppedTelemetry(reason: "quota", count: 4), first: 1)
    #expect(try storage.commit(batch([try arrival(5, tombstone)])).lost == 4)
  }

  @Test func losesWithTheReason() async throws {
    _ = try storage.commit(
      batch([try arrival(5, .dropped(DroppedTelemetry(reason: "damage", count: nil), first: 2))]))
    let reader = try SQLiteReader(path: folder.path + "/receiver.db")
    let stream = try #require(try await reader.vehicle(vehicleName, runs: 5)?.streams.first)
    #expect(stream.lane == .telemetry)
    #expect(stream.losses.map(\.range) == [2...5])
    #expect(stream.losses.first?.reason == "damage")
    #expect(stream.missingRuns == [1...1])
  }
}
