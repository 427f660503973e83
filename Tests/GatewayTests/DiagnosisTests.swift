// What control units say, all the way: from frames to events, records and back after a restart.
import Adapters
import Alerting
import Decoding
import Documents
import Foundation
import Recordings
import SQLite
import Store
import Testing
import VehicleBus
import VehicleSimulator
import Vocabulary

@testable import Gateway

@Suite struct DiagnosisTests {
  private let start: Int64 = 1_767_592_800_000_000_000

  private func drive(_ packs: [String] = ["obd2", "generic-ice"]) throws -> Drive {
    Drive(try vehicle(packs), startWall: start)
  }

  /// Frames at given seconds since the drive's clock began.
  private func feed(_ drive: Drive, _ frames: [(seconds: Double, id: CANID, bytes: [UInt8])]) {
    let all = frames.map { CANFrame(time: Instant.zero.advanced(seconds: $0.seconds), id: $0.id, bytes: $0.bytes) }
    all.withUnsafeBufferPointer { drive.feed($0) }
  }

  private func told(_ drive: Drive) -> [String] {
    drive.events.compactMap { event in
      switch event.kind {
      case .troubleCodeSet(let report): "set \(report.code.name) \(report.status.names.joined(separator: "+"))"
      case .troubleCodeCleared(let report): "cleared \(report.code.name)"
      default: nil
      }
    }
  }

  private let engine = CANID(standard: 0x7E8)
  private let everybody = CANID(standard: 0x7DF)

  @Test func aCodeIsSetAndClearedInTheEventLane() throws {
    let drive = try drive()
    feed(
      drive,
      [
        (1, everybody, [1, 3]), (1.1, engine, [4, 0x43, 1, 0x03, 0x01]), (30, everybody, [1, 3]),
        (30.1, engine, [2, 0x43, 0]), (60, everybody, [1, 3]), (60.1, engine, [2, 0x43, 0]),
      ])
    drive.finish()
    #expect(told(drive) == ["set P0301 confirmed", "cleared P0301"])
    let events = drive.events.filter { ["dtc.set", "dtc.cleared"].contains($0.type) }
    #expect(events.allSatisfy { $0.lane == .events })
    // Dated by the frame that told it, not by the second in which it was handed over.
    #expect(events.first?.time.uptime == Instant.zero.advanced(seconds: 1.1))
  }

  /// One forged frame sets no code and clears none; both are counted.
  @Test func whatNobodyAskedForProvesLittle() throws {
    let drive = try drive()
    let forged: [UInt8] = [4, 0x43, 1, 0x04, 0x20]
    feed(
      drive,
      [
        (1, engine, forged), (2, everybody, [1, 3]), (2.1, engine, [4, 0x43, 1, 0x03, 0x01]), (20, engine, [1, 0x54]),
        (21, engine, [1, 0x44]), (40, engine, forged),
      ])
    drive.finish()
    #expect(told(drive) == ["set P0301 confirmed"])
    // A logger that records answers alone: three in a row are believed, however seldom it asks.
    feed(drive, [(3600, engine, forged), (7200, engine, forged), (10_800, engine, forged)])
    drive.finish()
    #expect(told(drive).contains("set P0420 confirmed"))
  }

  @Test func whatWasToldBeforeARestartIsNotToldAgain() throws {
    let first = try drive()
    let frames: [(seconds: Double, id: CANID, bytes: [UInt8])] = [
      (1, everybody, [1, 3]), (1.1, engine, [4, 0x43, 1, 0x03, 0x01]), (3, everybody, [1, 7]), (3.1, engine, [2, 0x47, 0]),
    ]
    feed(first, frames)
    first.finish()
    #expect(told(first) == ["set P0301 confirmed"])
    // As the store gives them back: as bytes, in any order.
    let blocks = first.records.reversed().map { record in withUnsafeBytes(of: record) { Array($0) } }
    var book = DiagnosticBook()
    book.restore(blocks.compactMap { DiagnosticRecord(block: $0) })
    #expect(DiagnosticRecord(block: [1, 2, 3]) == nil)
    let second = Drive(try vehicle(["obd2"]), startWall: start, diagnosis: book)
    feed(second, frames + [(20, everybody, [1, 3]), (20.1, engine, [2, 0x43, 0])])
    second.finish()
    #expect(told(second) == ["cleared P0301"])
  }

  /// A unit at an address that nobody prefers is known by what its NAME says that it does.
  @Test func aUnitIsKnownByItsName() throws {
    let drive = Drive(try vehicle(["j1939"]), startWall: start)
    // Function 3, transmission control, from address 200.
    feed(drive, [(1, CANID(extended: 0x18EE_FFC8), [1, 0, 0, 0, 0, 3, 0, 0])])
    drive.finish()
    let units = ControlUnitDocument.all(in: drive.records, .standards)
    #expect(units.map(\.address) == ["SA 200"] && units[0].name == nil)
    #expect(units[0].claimedFunction?.lowercased().contains("transmission") == true, "\(units)")
  }

  /// What cannot be read any more is counted, and makes nobody believe that there are no codes.
  @Test func damagedRowsAreNoAllClear() throws {
    let drive = try drive()
    feed(drive, [(1, everybody, [1, 3]), (1.1, engine, [6, 0x43, 2, 0x03, 0x01, 0x04, 0x20])])
    drive.finish()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tt-\(UUID().uuidString.prefix(8))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try Store.open(directory: folder.path, StoreSettings(vehicle: "v", reserve: 0))
    try store.commit(drive.records.map { $0.row(data: $0.json ?? []) })
    let whole = try DiagnosticRecord.all(in: store)
    #expect(whole.unreadable == 0 && whole.records.count == drive.records.count)
    func hasList(_ records: [DiagnosticRecord]) -> Bool {
      records.contains { if case .fact(.listEnded) = $0.content { true } else { false } }
    }
    #expect(hasList(whole.records))
    let connection = try Connection(path: Store.file(in: folder.path), mode: .readWrite)
    try connection.execute("UPDATE diagnostic SET crc = 1 WHERE key = 'code P0301'")
    try connection.execute("UPDATE diagnostic SET version = 99 WHERE key = 'code P0420'")
    let rest = try DiagnosticRecord.all(in: store)
    #expect(rest.unreadable == 2 && !hasList(rest.records))
    try store.commit([.diagnosticRemoved(unit: "0/7E8", key: "code P0301")])
    #expect(try DiagnosticRecord.all(in: store).unreadable == 1)
  }

  /// Every kind of fact has a row of its own, and two units never share one.
  @Test func rowsAreOneForEachThing() throws {
    let facts: [DiagnosticFact.Content] = [
      .listBegan(lamps: nil, isBroadcast: true), .listEnded(complete: .confirmed, notation: .obd),
      .listEnded(complete: .confirmed, notation: .uds), .listEnded(complete: .pending, notation: .obd), .cleared,
      .readiness(Readiness(isLampOn: true, codeCount: 1, ignition: .spark, supported: .misfire, incomplete: [])),
      .freezeFrameCode(TroubleCode(obd: 0x0301), frame: 0), .freezeFrameCode(TroubleCode(obd: 0x0301), frame: 1),
      .freezeFrameValue(.pid(5, field: 0), frame: 0, value: 88), .freezeFrameValue(.pid(6, field: 1), frame: 0, value: 1),
      .freezeFrameValue(.spn(110), frame: 0, value: 88),
      .monitor(MonitorResult(monitor: 1, test: 2, scaling: 3, value: 4, low: 5, high: 6)),
      .monitor(MonitorResult(monitor: 2, test: 1, scaling: 3, value: 4, low: 5, high: 6)),
      .identity(.vin, index: 0, ShortText("1XPWD40X1ED215307".utf8)), .identity(.calibration, index: 0, ShortText("A".utf8)),
      .identity(.calibration, index: 1, ShortText("B".utf8)), .verification(index: 0, 7),
      .performance(index: 2, isCompressionIgnition: false, 9), .data(identifier: 0x0101, ShortText([1, 2])),
      .refused(service: 9, reason: 0x12), .addressClaimed(name: 1),
    ]
    let stamp = Timestamp(boot: BootID(high: 1, low: 2), uptime: .zero, wallNanoseconds: start, quality: .ntp)
    var rows: Set<String> = []
    for unit in [ControlUnit(answersOn: engine), ControlUnit(bus: 1, answersOn: engine), ControlUnit(sourceAddress: 0)] {
      for fact in facts {
        let record = DiagnosticRecord(unit: unit, content: .fact(fact), changed: stamp)
        rows.insert(record.unitKey + " " + record.key)
        #expect(record.json != nil)
      }
      for code in [TroubleCode(obd: 0x0301), TroubleCode(uds: 0x030100), TroubleCode(spn: 110, fmi: 0)] {
        let report = TroubleCodeReport(unit: unit, code: code, status: .active, since: stamp, changed: stamp)
        let record = DiagnosticRecord(unit: unit, content: .code(report), changed: stamp)
        rows.insert(record.unitKey + " " + record.key)
        #expect(String(decoding: record.json ?? [], as: UTF8.self).contains("\"code\":\"\(code.name)\""))
      }
    }
    #expect(rows.count == 3 * (facts.count + 3))
  }

  /// The trouble codes that a replay sets, and how many alerts and degraded components.
  private func replayed(_ path: String, _ packs: [String]) throws -> (codes: [String], alerts: Int) {
    var codes: [String] = []
    var alerts = 0
    replay(try RecordingSource(paths: [path]), try vehicle(packs)) { event in
      switch event.kind {
      case .troubleCodeSet(let report): codes.append("\(report.unit.name) \(report.code.name)")
      case .alertCreated, .componentDegraded: alerts += 1
      default: break
      }
    }
    return (codes, alerts)
  }

  /// Boats and attacked trucks: no code that its unit did not broadcast again and again, no alarm of a component.
  ///
  /// What counts is read from the recording a second time, plainly: the messages of DM1, single and put together, unit by
  /// unit, and which codes stood in three of them in a row.
  @Test(
    .enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"),
    arguments: ["can/j1939-attacks/Application_Layer", "can/j1939-attacks/labeling", "can/css"])
  func foreignTrafficAndAttacksSetNoFalseCode(folder: String) throws {
    let root = try #require(corpus).appendingPathComponent(folder).path
    let logs = try FileManager.default.contentsOfDirectory(atPath: root).map { root + "/" + $0 }.filter { $0.hasSuffix(".log") && (folder != "can/css" || $0.contains("nmea2000")) }
    #expect(!logs.isEmpty)
    for log in logs {
      let told = try replayed(log, ["j1939"])
      let steady = try steadyCodes(log)
      #expect(Set(told.codes).isSubset(of: steady), "\(log)")
      #expect(told.alerts == 0, "\(log)")
      if folder == "can/css" { #expect(told.codes.isEmpty) }
    }
  }

  /// `SA 0 SPN 84 FMI 9` of each code that three DM1 of its unit in a row have.
  private func steadyCodes(_ path: String) throws -> Set<String> {
    let reader = try RecordingReader(path: path)
    let batch = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 512)
    defer { batch.deallocate() }
    var broadcasts: [UInt32: (size: Int, bytes: [UInt8])] = [:]
    var recent: [UInt32: [Set<String>]] = [:]
    var steady: Set<String> = []
    func hear(_ message: [UInt8], from source: UInt32) {
      var codes: Set<String> = []
      var i = 2
      while i + 4 <= message.count {
        let spn = UInt32(message[i]) | UInt32(message[i + 1]) << 8 | UInt32(message[i + 2] & 0xE0) << 11
        codes.insert("SA \(source) SPN \(spn) FMI \(message[i + 2] & 0x1F)")
        i += 4
      }
      recent[source, default: []].append(codes)
      if let last = recent[source]?.suffix(3), last.count == 3 {
        steady.formUnion(last.dropFirst().reduce(last.first ?? []) { $0.intersection($1) })
      }
    }
    while case let count = try reader.read(into: batch), count > 0 {
      for frame in batch[..<count] where frame.id.isExtended {
        let bytes = (0..<Int(frame.length)).map { frame[$0] }
        let source = frame.id.value & 0xFF
        switch frame.id.value >> 8 & 0xFFFF {
        case 0xFECA: hear(bytes, from: source)
        case 0xECFF where bytes.count == 8 && bytes[0] == 0x20 && bytes[5] == 0xCA && bytes[6] == 0xFE:
          broadcasts[source] = (Int(bytes[1]) | Int(bytes[2]) << 8, [])
        case 0xECFF: broadcasts[source] = nil
        case 0xEBFF:
          guard var broadcast = broadcasts[source] else { continue }
          broadcast.bytes += bytes.dropFirst()
          broadcasts[source] = broadcast
          if broadcast.bytes.count >= broadcast.size {
            hear(Array(broadcast.bytes.prefix(broadcast.size)), from: source)
            broadcasts[source] = nil
          }
        default: break
        }
      }
    }
    return steady
  }
}
