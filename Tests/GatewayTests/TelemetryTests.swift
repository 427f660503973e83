// Telemetry from roll-ups to stored chunks and batches, and what a start finds of what an end left.
import Documents
import FleetContract
import Foundation
import Store
import Testing
import Vocabulary

@testable import Gateway

@Suite struct TelemetryTests {
  private static let begin: Int64 = 1_780_002_000_000_000_000  // a full hour

  private func catalogue() -> SignalCatalogue {
    var catalogue = SignalCatalogue()
    for path in ["Vehicle.Speed", "Vehicle.Powertrain.CombustionEngine.Speed"] {
      _ = catalogue.add(SignalDescription(path: path, unit: "km/h", range: 0...10_000, staleAfter: 5))
    }
    return catalogue
  }

  /// Two signals over the interval `number` of `seconds` each; the second comes every other time.
  private func interval(_ number: Int64) -> [RollUp] {
    let value = Double(number % 97) * 0.5
    var rollUps = [
      RollUp(signal: SignalID(rawValue: 0), count: 10, minimum: value - 1, maximum: value + 1, sum: value * 10, last: value)
    ]
    if number % 2 == 0 {
      rollUps.append(
        RollUp(signal: SignalID(rawValue: 1), count: 1, minimum: 800, maximum: 800, sum: 800, last: 800))
    }
    return rollUps
  }

  private func stamp(_ wall: Int64) -> Timestamp {
    Timestamp(boot: BootID(high: 1, low: 1), uptime: Instant(nanoseconds: wall - Self.begin), wallNanoseconds: wall, quality: .ntp)
  }

  private func withStore(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("telltale-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func open(_ folder: String) throws -> Store {
    try Store.open(directory: folder, StoreSettings(vehicle: "van-7", reserve: 0))
  }

  /// The counts of a signal in all batches that wait to be sent, by interval.
  private func sent(_ folder: String, signal: String) throws -> [(interval: Int64, count: UInt32)] {
    let outbox = try OutboxReader(path: Store.file(in: folder))
    let epoch = try #require(try outbox.epochs().last)
    var found: [(Int64, UInt32)] = []
    for row in try outbox.rows(.telemetry, of: epoch, after: 0, limit: 10_000) {
      var decoder = try ColumnDecoder(try decompressTelemetry(row.data))
      var column = SignalColumn()
      while try decoder.next(&column) {
        guard column.name?.path == signal else { continue }
        for row in column.rows { found.append((decoder.intervals[row.position], row.count)) }
      }
    }
    return found
  }

  @Test func hoursAreWhatTheirMinutesAre() throws {
    let signals = catalogue().ids.map { $0 }
    var ladder = RollUpLadder(base: .minute, signals: signals)
    var over: [RollUpLadder.Interval] = []
    for minute in 0..<Int64(121) {
      over += ladder.add(interval(minute), start: Self.begin + minute * 60_000_000_000)
    }
    #expect(over.map(\.start) == [Self.begin, Self.begin + 3_600_000_000_000])
    let first = try #require(over.first)
    #expect(first.resolution == .hour && first.rollUps.map(\.count) == [600, 30])
    #expect(first.rollUps[0].minimum == -1 && first.rollUps[0].maximum == 30.5 && first.rollUps[0].last == 29.5)
    #expect(first.rollUps[0].sum == (0..<60).reduce(0) { $0 + Double($1) * 5 })
  }

  /// An end at any minute loses nothing and sends nothing twice: the next start goes on with the open batch and hour.
  @Test(arguments: [1, 7, 10, 59, 60, 61, 100])
  func aStartGoesOnWhereAnEndWas(minutes: Int) throws {
    try withStore { folder in
      let choice = TelemetryChoice()
      var minute: Int64 = 0
      func run(_ count: Int, flushes: Bool) throws {
        let store = try open(folder)
        let telemetry = try TelemetryRecorder(choice, catalogue(), store)
        for _ in 0..<count {
          let wall = Self.begin + minute * 60_000_000_000
          try store.commit(telemetry.take(interval(minute), start: wall, stamp: stamp(wall + 60_000_000_000), host: 0))
          minute += 1
        }
        if flushes { try store.commit(telemetry.flush(stamp: stamp(Self.begin + minute * 60_000_000_000))) }
      }
      try run(minutes, flushes: false)
      try run(130 - minutes, flushes: true)

      let speeds = try sent(folder, signal: "Vehicle.Speed")
      #expect(speeds.map(\.interval) == (0..<130).map { Self.begin / 60_000_000_000 + $0 })
      #expect(speeds.allSatisfy { $0.count == 10 })
      let hours = try open(folder).rollUps(.hour, from: 0, to: .max, limit: 10)
      #expect(hours.map(\.startWall) == [Self.begin, Self.begin + 3_600_000_000_000])
      var decoder = try ColumnDecoder(try #require(hours.first).chunk)
      var speed = SignalColumn()
      #expect(try decoder.next(&speed) && speed.rows.map(\.count) == [600])
    }
  }

  @Test func aClockThatIsSetBackBeginsAnotherBatch() throws {
    try withStore { folder in
      let store = try open(folder)
      let telemetry = try TelemetryRecorder(TelemetryChoice(), catalogue(), store)
      for start in [Self.begin, Self.begin + 60_000_000_000, Self.begin - 7_200_000_000_000, Self.begin] {
        try store.commit(telemetry.take(interval(0), start: start, stamp: stamp(start), host: 0))
      }
      try store.commit(telemetry.flush(stamp: stamp(Self.begin)))
      let minutes = try sent(folder, signal: "Vehicle.Speed").map { $0.interval - Self.begin / 60_000_000_000 }
      #expect(minutes == [0, 1, -120, 0])
    }
  }

  @Test func aParkedVehicleDoesNotHoldItsLastMinutesBack() throws {
    try withStore { folder in
      let store = try open(folder)
      let telemetry = try TelemetryRecorder(TelemetryChoice(), catalogue(), store)
      #expect(!telemetry.isDue(at: .max))
      try store.commit(telemetry.take(interval(0), start: Self.begin, stamp: stamp(Self.begin), host: 1_000_000_000))
      #expect(!telemetry.isDue(at: 100_000_000_000))
      #expect(telemetry.isDue(at: 122_000_000_000))
    }
  }
}
