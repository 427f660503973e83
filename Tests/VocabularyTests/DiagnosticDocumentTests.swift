// Diagnosis as JSON: unknown is null, counts are not invented, and what belongs together stands together.
import FoundationEssentials
import Testing
import Vocabulary

@testable import Documents

@Suite struct DiagnosticDocumentTests {
  private let stamp = Timestamp(
    boot: BootID(high: 1, low: 2), uptime: .zero, wallNanoseconds: 1_795_228_080_000_000_000, quality: .ntp)
  private let engine = ControlUnit(answersOn: CANID(standard: 0x7E8))
  private let truck = ControlUnit(sourceAddress: 0)

  private func text(_ document: some Encodable) throws -> String {
    String(decoding: try jsonText(document), as: UTF8.self)
  }

  private func record(_ fact: DiagnosticFact.Content, _ unit: ControlUnit? = nil) -> DiagnosticRecord {
    DiagnosticRecord(unit: unit ?? engine, content: .fact(fact), changed: stamp)
  }

  private func record(
    _ code: TroubleCode, _ status: TroubleCodeStatus, _ unit: ControlUnit? = nil
  ) -> DiagnosticRecord {
    let report = TroubleCodeReport(
      unit: unit ?? engine, code: code, status: status, since: stamp, changed: stamp)
    return DiagnosticRecord(unit: report.unit, content: .code(report), changed: stamp)
  }

  @Test func aTroubleCodeSaysWhatItIsAndWhatNobodyKnows() throws {
    var report = TroubleCodeReport(
      unit: engine, code: TroubleCode(obd: 0x0301), status: [.confirmed, .permanent], since: stamp, changed: stamp)
    #expect(
      try text(TroubleCodeDocument(report, DiagnosticTexts()))
        == #"{"code":"P0301","notation":"obd","text":null,"unit":{"bus":0,"address":"7E8","name":null},"#
        + #""status":["confirmed","permanent"],"lamps":null,"occurrences":null,"since":"2026-11-21T02:28:00.000Z","#
        + #""changed":"2026-11-21T02:28:00.000Z","freezeFrame":null}"# + "\n")
    report.unit = truck
    report.code = TroubleCode(spn: 110, fmi: 0)
    report.status = []
    report.occurrences = 126
    report.lamps = WarningLamps(states: 0x44, flashes: 0xFB)
    let texts = DiagnosticTexts(code: { _ in "Coolant temperature: too high" }, unit: { _ in "engine" })
    #expect(
      try text(TroubleCodeDocument(report, texts))
        == #"{"code":"SPN 110 FMI 0","notation":"j1939","text":"Coolant temperature: too high","#
        + #""unit":{"bus":0,"address":"SA 0","name":"engine"},"status":[],"#
        + #""lamps":{"malfunction":"on","redStop":"off","amberWarning":"on","protect":"off"},"occurrences":126,"#
        + #""since":"2026-11-21T02:28:00.000Z","changed":"2026-11-21T02:28:00.000Z","spn":110,"fmi":0,"#
        + #""freezeFrame":null}"# + "\n")
    report.code = TroubleCode(uds: 0x03_011C)
    #expect(TroubleCodeDocument(report, texts).failureType == "1C")
  }

  @Test func codesThatAreThereComeFirstWithTheirFreezeFrame() throws {
    let records = [
      record(TroubleCode(obd: 1), []), record(TroubleCode(obd: 2), .pending), record(TroubleCode(obd: 4), .active),
      record(TroubleCode(obd: 3), .confirmed, truck), record(TroubleCode(obd: 5), .previouslyActive),
      record(.freezeFrameValue(.pid(0x0D, field: 1), frame: 2, value: 7)),
      record(.freezeFrameCode(.init(obd: 4), frame: 2)),
      record(.freezeFrameValue(.pid(0x0C, field: 0), frame: 2, value: .nan)),
      record(.freezeFrameCode(.init(obd: 2), frame: 1), truck),
      record(.freezeFrameValue(.spn(190), frame: 1, value: 1), truck),
    ]
    let codes = TroubleCodeDocument.all(in: records.reversed(), DiagnosticTexts())
    #expect(codes.map(\.code) == ["P0004", "P0003", "P0002", "P0001", "P0005"])
    #expect(codes.map(\.isPresent) == [true, true, true, false, false])
    #expect(
      try text(codes[0].freezeFrame)
        == #"{"frame":2,"code":"P0004","values":[{"name":"PID 0C","value":null,"unit":""},"#
        + #"{"name":"PID 0D value 1","value":7,"unit":""}]}"# + "\n")
    #expect(codes[1...].allSatisfy { $0.freezeFrame == nil }, "the other frame is another unit's")
    let read = try JSONDecoder().decode([TroubleCodeDocument].self, from: Data(try jsonText(codes)))
    #expect(read == codes)
  }

  @Test func unknownIsNotZero() {
    let nothing = DiagnosisSummary([], vin: nil, DiagnosticTexts())
    #expect(nothing == DiagnosisSummary() && nothing.malfunctionLamp == nil && nothing.troubleCodes.confirmed == nil)
    let told = DiagnosisSummary(
      [record(.listEnded(complete: .confirmed, notation: .obd)), record(TroubleCode(obd: 1), .pending)], vin: nil, DiagnosticTexts())
    #expect(told.troubleCodes.confirmed == 0 && told.troubleCodes.pending == 1 && told.troubleCodes.active == nil)
    #expect(told.listsTold.map(\.status) == ["confirmed"] && told.listsTold[0].unit.address == "7E8")
    #expect(told.readiness == nil, "a code is no readiness")
  }

  /// P0301 by service 03 and P0301-00 by service 19 of one unit are one fault; P0301-1C, and another unit's, are others.
  @Test func aFaultInTwoNotationsCountsOnce() {
    let both = [
      record(TroubleCode(obd: 0x0301), .confirmed), record(TroubleCode(uds: 0x030100), [.confirmed, .active]),
      record(.listEnded(complete: .confirmed, notation: .obd)), record(.listEnded(complete: .confirmed, notation: .uds)),
    ]
    let summary = DiagnosisSummary(both, vin: nil, DiagnosticTexts())
    #expect(summary.troubleCodes.confirmed == 1 && summary.troubleCodes.active == 1)
    #expect(summary.listsTold.map(\.status) == ["confirmed"])
    let more = both + [
      record(TroubleCode(uds: 0x03011C), .confirmed), record(TroubleCode(obd: 0x0301), .confirmed, truck),
    ]
    #expect(DiagnosisSummary(more, vin: nil, DiagnosticTexts()).troubleCodes.confirmed == 3)
  }

  @Test func oneUnitThatCommandsTheLampIsEnough() {
    func lamp(_ records: [DiagnosticRecord]) -> Bool? {
      DiagnosisSummary(records, vin: nil, DiagnosticTexts()).malfunctionLamp
    }
    func ready(_ isOn: Bool?) -> DiagnosticRecord {
      record(.readiness(Readiness(isLampOn: isOn, codeCount: 0, ignition: .unknown, supported: [], incomplete: [])))
    }
    let on = record(.listBegan(lamps: WarningLamps(malfunction: true), isBroadcast: true), truck)
    let off = record(.listBegan(lamps: WarningLamps(malfunction: false), isBroadcast: true), truck)
    let none = record(.listBegan(lamps: WarningLamps(states: 0xFF, flashes: 0xFF), isBroadcast: true), truck)
    #expect(lamp([ready(nil)]) == nil && lamp([none]) == nil && lamp([]) == nil)
    #expect(lamp([ready(false)]) == false && lamp([ready(false), none]) == false && lamp([off]) == false)
    #expect(lamp([ready(false), on]) == true && lamp([ready(true), off]) == true)
  }

  @Test func everyUnitHasToBeReady() {
    func readiness(_ units: [(ReadinessMonitors, ReadinessMonitors)]) -> VehicleReadinessDocument? {
      let records = units.enumerated().map { i, unit in
        record(
          .readiness(
            Readiness(isLampOn: nil, codeCount: 0, ignition: .spark, supported: unit.0, incomplete: unit.1)),
          ControlUnit(answersOn: CANID(standard: 0x7E8 + UInt32(i))))
      }
      return DiagnosisSummary(records, vin: nil, DiagnosticTexts()).readiness
    }
    #expect(readiness([([], [])]) == nil, "a unit without self-tests does not say")
    #expect(readiness([([.misfire, .catalyst], []), ([], [])])?.ready == true)
    let not = readiness([([.misfire, .catalyst], .catalyst), (.catalyst, .catalyst), (.misfire, [])])
    #expect(not?.ready == false && not?.incomplete == ["catalyst"])
  }

  @Test func vehiclesThatUnitsDisagreeAboutAreNamed() throws {
    let (first, second) = (ShortText("1M8GDM9AXKP042788".utf8), ShortText("WVWZZZ1JZXW000001".utf8))
    let one = DiagnosisSummary([record(.identity(.vin, index: 0, first))], vin: first, DiagnosticTexts())
    #expect(try text(one.vehicleIdentification) == #"{"vin":"1M8GDM9AXKP042788"}"# + "\n")
    let two = DiagnosisSummary(
      [record(.identity(.vin, index: 0, first)), record(.identity(.vin, index: 0, second), truck)], vin: second,
      DiagnosticTexts())
    #expect(two.vehicleIdentification?.vin == second.string && two.vehicleIdentification?.vins?.count == 2)
  }

  @Test func aUnitTellsAllThatItSaid() throws {
    let records = [
      record(.identity(.calibration, index: 1, ShortText("B".utf8))), record(.verification(index: 1, 0xAB)),
      record(.identity(.calibration, index: 0, ShortText("A".utf8))), record(.verification(index: 0, 0xDEAD_BEEF)),
      record(.data(identifier: 0xF18B, ShortText([0x20, 0x26]))), record(.refused(service: 9, reason: 0x12)),
      record(.performance(index: 3, isCompressionIgnition: true, 40)), record(.cleared),
      record(.monitor(MonitorResult(monitor: 0x21, test: 0x87, scaling: 0x2F, value: 700, low: 0, high: 600))),
      record(.monitor(MonitorResult(monitor: 1, test: 0x80, scaling: 0xAA, value: 700, low: 0, high: 600))),
      record(.listEnded(complete: .pending, notation: .obd)), record(.addressClaimed(name: 0xF), truck),
    ]
    let texts = DiagnosticTexts(
      monitor: {
        $0.scaling == 0x2F ? .init(name: "catalyst", unit: "percent", value: 7, low: 0, high: 6) : nil
      }, performance: { $1 ? "particulate filter" : "catalyst \($0)" }, refusal: { _, _ in "not supported" })
    let units = ControlUnitDocument.all(in: records, texts)
    #expect(units.map(\.address) == ["7E8", "SA 0"] && units.map(\.language) == ["iso15765", "j1939"])
    let unit = units[0]
    #expect(unit.identity == ["calibration": ["A", "B"]] && unit.verificationNumbers == ["DEADBEEF", "000000AB"])
    #expect(unit.data == ["F18B": "2026"] && unit.cleared == "2026-11-21T02:28:00.000Z")
    #expect(unit.performance == [.init(index: 3, name: "particulate filter", count: 40)])
    #expect(unit.refusals == [.init(service: "09", reason: "12", text: "not supported")])
    #expect(unit.listsTold == ["pending": "2026-11-21T02:28:00.000Z"])
    #expect(
      try text(unit.monitors)
        == #"[{"monitor":"01","test":"80","scaling":"AA","name":null,"value":700,"low":0,"high":600,"unit":null,"#
        + #""passed":null},{"monitor":"21","test":"87","scaling":"2F","name":"catalyst","value":7,"low":0,"high":6,"#
        + #""unit":"percent","passed":false}]"# + "\n")
    #expect(units[1].claimedName == "000000000000000F" && units[1].claimedFunction == nil)
    for key in ["name", "readiness", "lamps", "cleared"] { #expect(try text(units[1]).contains("\"\(key)\":null")) }
    #expect(try JSONDecoder().decode([ControlUnitDocument].self, from: Data(try jsonText(units))) == units)
  }
}
