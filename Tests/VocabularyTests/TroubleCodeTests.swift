// Trouble codes and what goes with them: the small values and their names.
import Testing
import Vocabulary

@Suite struct TroubleCodeTests {
  @Test(arguments: [
    (0x0301, "P0301"), (0x0000, "P0000"), (0x3FFF, "P3FFF"), (0x4123, "C0123"), (0x8ABC, "B0ABC"), (0xC100, "U0100"),
    (0xFFFF, "U3FFF"),
  ] as [(UInt16, String)])
  func twoBytes(raw: UInt16, name: String) {
    let code = TroubleCode(obd: raw)
    #expect(code.name == name && code.notation == .obd && code.base == raw)
    #expect(code.failureType == nil && code.spn == nil && code.fmi == nil)
  }

  @Test func threeBytes() {
    let code = TroubleCode(uds: 0xAB03_011C)
    #expect(code.name == "P0301-1C" && code.base == 0x0301 && code.failureType == 0x1C && code.spn == nil)
    #expect(code == TroubleCode(uds: 0x03_011C) && code != TroubleCode(obd: 0x0301))
    #expect(TroubleCode(uds: 0xC1_0087).name == "U0100-87" && TroubleCode(uds: 0).name == "P0000-00")
  }

  @Test(arguments: [(0, 0), (1, 31), (31, 1), (32, 0), (110, 0), (168, 17), (3226, 4), (520_192, 9), (524_287, 31)]
    as [(UInt32, UInt8)])
  func suspectParameters(spn: UInt32, fmi: UInt8) {
    let code = TroubleCode(spn: spn, fmi: fmi)
    #expect(code.spn == spn && code.fmi == fmi && code.notation == .j1939 && code.base == nil)
    #expect(code.name == "SPN \(spn) FMI \(fmi)")
    #expect(code == TroubleCode(spn: spn | 0xFFF8_0000, fmi: fmi | 0xE0), "higher bits are dropped")
  }

  @Test func statusesHaveOneNameEach() {
    #expect(TroubleCodeStatus(rawValue: 0x7F).names.count == 7 && TroubleCodeStatus([]).names.isEmpty)
    #expect(TroubleCodeStatus([.active, .permanent]).names == ["active", "permanent"])
    #expect(TroubleCodeStatus.lampRequested.names == ["lamp-requested"])
    #expect(ReadinessMonitors(rawValue: .max).names.count == 18)
    let last: ReadinessMonitors = [.catalyst, .gasolineParticulateFilter]
    #expect(last.names == ["catalyst", "gasoline-particulate-filter"])
  }

  /// First two bytes of a DM1: malfunction on, red stop not available, amber flashing slowly, protect in error.
  @Test func lamps() {
    let lamps = WarningLamps(states: 0b0111_0110, flashes: 0b1111_0011)
    #expect(lamps[.malfunction] == .on && lamps[.redStop] == nil)
    #expect(lamps[.amberWarning] == .slowFlash && lamps[.protect] == nil)
    #expect(WarningLamps(states: 0b0100_0000, flashes: 0b0111_1111)[.malfunction] == .fastFlash)
    for isOn in [true, false] {
      let obd = WarningLamps(malfunction: isOn)
      #expect(obd[.malfunction] == (isOn ? .on : .off))
      #expect(obd[.redStop] == nil && obd[.amberWarning] == nil && obd[.protect] == nil)
    }
  }

  @Test func shortTextsHoldSixtyFourBytes() {
    let text = ShortText((0..<100).map { UInt8($0) })
    #expect(text.count == 64 && text.bytes == Array(0..<64))
    let vin = ShortText("1M8GDM9AXKP042788".utf8)
    #expect(vin.string == "1M8GDM9AXKP042788" && vin == ShortText("1M8GDM9AXKP042788".utf8))
    #expect(vin != ShortText("1M8GDM9AXKP042789".utf8) && vin.hashValue == ShortText(vin.bytes).hashValue)
    #expect(ShortText([0x41, 0, 0x1B, 0xFF]).string == "A???" && ShortText([0]) != ShortText())
  }

  @Test func controlUnitsAreNamedByTheirAddress() {
    #expect(ControlUnit(answersOn: CANID(standard: 0x7E8)).name == "7E8")
    #expect(ControlUnit(answersOn: CANID(extended: 0x18DA_F110)).name == "18DAF110")
    #expect(ControlUnit(sourceAddress: 61).name == "SA 61")
    #expect(ControlUnit(bus: 1, sourceAddress: 0) != ControlUnit(sourceAddress: 0))
  }

  @Test func readinessCountsOnlyWhatAUnitHas() {
    let readiness = Readiness(
      isLampOn: nil, codeCount: 0, ignition: .compression, supported: .catalyst, incomplete: [.catalyst, .misfire])
    #expect(readiness.incomplete == .catalyst && !readiness.isReady)
  }
}
