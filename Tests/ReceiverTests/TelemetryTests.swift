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
    let records = try #require(try JSONSlice(answer.body, limit: 1_000_000)["items"]?.elements)
    let signal = try #require(records.first?["data"]?["signals"]?.elements?.first)
    #expect(signal["path"]?.string == "Vehicle.Speed")
    #expect(signal["mean"]?.bytes == Array("[50.0,50.0]".utf8) || signal["mean"]?.bytes == Array("[50,50]".utf8))
    #expect(records.first?["type"]?.string == "vehicle.telemetry.received")
    #expect(records.first?["time"]?.string == "1970-01-01T00:00:01.000Z")
    #expect(records.first?["malformed"] == nil)
    // What nobody looked into when it came is told when it is shown.
    #expect(records.last?["data"]?.kind == .null)
    #expect(records.last?["malformed"]?.string == "telemetry: content: no zstd frame")
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
    let losses = try await reader.losses(in: ReceiverTests.stream(.telemetry))
    #expect(losses.map(\.range) == [2...5])
    #expect(losses.first?.reason == "damage")
    #expect(stream.missingRuns == [1...1])
  }

  @Test func whatNobodyCanReadIsStoredMarkedAndCounted() async throws {
    var arrivals = [try arrival(1, .columns(try frame())), try arrival(2, .columns([1, 2, 3]))]
    arrivals[1].malformation = Malformation(kind: "bad-frame", reason: "no zstd frame <b>")
    let outcome = try storage.commit(batch(arrivals))
    #expect(outcome.stored == 2)
    #expect(outcome.malformed == ["bad-frame": 1])
    #expect(outcome.touched[try ReceiverTests.stream(.telemetry)] == [1...1, 2...2])
    // Once more: a duplicate, marked already.
    #expect(try storage.commit(batch(arrivals)).malformed == [:])

    let path = "/api/v1/vehicles/\(vehicleName)"
    let malformed = try JSONSlice(await api.answer(path: path + "/malformed", query: [:]).body, limit: 1_000_000)
    let records = try #require(malformed["items"]?.elements)
    #expect(records.map { $0["sequence"]?.int64 } == [2])
    #expect(records.first?["malformed"]?.string == "no zstd frame <b>")
    let vehicle = try JSONSlice(await api.answer(path: path, query: [:]).body, limit: 1_000_000)
    #expect(vehicle["malformed"]?.int64 == 1)
    #expect(vehicle["received"]?["telemetry"]?.int64 == 2)
    let page = String(decoding: await api.answer(path: "/", query: [:]).body, as: UTF8.self)
    #expect(page.contains("href=\"\(path)/malformed\">1 malformed</a>"))
  }
}

@Suite struct FrameInspectionTests {
  /// A batch of so many intervals of one signal.
  private func columns(_ count: Int64) throws -> [UInt8] {
    var columns = try ColumnEncoder(seconds: 1, intervals: (0..<count).map { 1_795_228_080 + $0 }, hasNames: true)
    let rows = (0..<Int(count)).map {
      ColumnRow(position: $0, count: 10, minimum: 49, maximum: 51, sum: 500, last: 50)
    }
    try columns.add(SignalColumn(number: 3, name: SignalName(path: "Vehicle.Speed", unit: "km/h"), rows: rows))
    return columns.finish()
  }

  private func verdict(_ frame: [UInt8]) -> FrameInspection.Verdict {
    var inspection = FrameInspection()
    return inspection.verdict(on: frame, clock: { 0 })
  }

  @Test func readsAFrameToItsEnd() throws {
    let columns = try columns(60)
    let compressor = try TelemetryCompressor()
    let frame = try compressor.compress(columns)
    #expect(verdict(frame) == .readable)
    func kind(_ bytes: [UInt8]) -> String? {
      if case .malformed(let malformation) = verdict(bytes) { malformation.kind } else { nil }
    }
    #expect(kind([1, 2, 3]) == "bad-frame")
    // Each bit of a frame is guarded by its check sum.
    var broken = frame
    broken[broken.count / 2] ^= 1
    #expect(kind(broken) == "bad-frame")
    #expect(kind(frame + [0]) == "bad-frame")
    #expect(kind(Array(frame.dropLast())) == "bad-frame")
    // A whole frame around half the columns, and around none.
    #expect(kind(try compressor.compress(Array(columns.dropLast(3)))) == "bad-columns")
    #expect(kind(try compressor.compress(Array("hello".utf8))) == "bad-columns")
  }

  @Test func takesNoMoreThanAQuarterOfTheTime() throws {
    let frame = try TelemetryCompressor().compress(columns(3))
    var inspection = FrameInspection()
    // Each opening takes 10 ms, and nothing happens in between.
    var now: Int64 = 0
    var opened = 0
    for _ in 0..<1000 {
      let begun = now
      var isFirst = true
      let verdict = inspection.verdict(on: frame) {
        defer { isFirst = false }
        return isFirst ? begun : begun + 10_000_000
      }
      // What is not opened takes 1 ms to store.
      now += verdict == .unopened ? 1_000_000 : 10_000_000
      if verdict == .readable { opened += 1 }
    }
    let share = Double(opened) * 0.01 / (Double(now) * 1e-9)
    #expect((0.2...0.45).contains(share), "\(share)")
    now += 10_000_000_000
    let verdict = inspection.verdict(on: frame, clock: { now })
    #expect(verdict == .readable)
  }
}

@Suite struct LogPaceTests {
  private let hour: Int64 = 3_600_000_000_000

  @Test func aVehicleWritesOneLineOfAKindEachHour() throws {
    var pace = LogPace()
    let (van, car) = (try #require(VehicleID("van-7")), try #require(VehicleID("car-1")))
    let tries: [(kind: String, vehicle: VehicleID, time: Int64)] = [
      ("a", van, 0), ("a", van, hour - 1), ("b", van, hour - 1), ("a", car, hour - 1), ("a", van, hour),
      ("a", van, hour + 1),
    ]
    var allowed: [Bool] = []
    for line in tries { allowed.append(pace.allows(line.kind, of: line.vehicle, at: line.time)) }
    #expect(allowed == [true, false, true, true, true, false])
  }

  @Test func isBounded() throws {
    var pace = LogPace()
    let vehicles = try (0...LogPace.capacity).map { try #require(VehicleID("van-\($0)")) }
    for now in [0, hour] {
      var lines = 0
      for vehicle in vehicles where pace.allows("a", of: vehicle, at: now) { lines += 1 }
      #expect(lines == LogPace.capacity)
    }
  }
}
