// Lists of trouble codes, freeze frames, readiness and clearing, from bytes laid out by hand after SAE J1939-73.

import Decoding
import Testing
import Vocabulary

struct J1939CodeTests {
  /// A machine that has no lamps but an amber one, which is off, and no code.
  @Test func lampsWithoutCode() {
    #expect(lines(bytes(hex: "F3FF00000000FFFF"), .activeCodes) == ["began F3FF unasked", "ended active"])
    let lamps = WarningLamps(states: 0xF3, flashes: 0xFF)
    #expect(lamps[.amberWarning] == .off && lamps[.malfunction] == nil && lamps[.redStop] == nil)
  }

  /// `A8 00 11 7E`: 00A8 is 168; 11 has no bit of the SPN above five of the FMI; 7E is 126 occurrences.
  @Test func oneCodeInAFrame() {
    #expect(
      lines(bytes(hex: "C0FFA800117EFFFF"), .activeCodes)
        == ["began C0FF unasked", "SPN 168 FMI 17 active x126", "ended active"])
  }

  /// `EF FE F3 81`: the SPN is 7 above FE above EF, 524015; the FMI is 13h; the conversion method bit is set and counts
  /// for nothing, one occurrence.
  @Test func highestBitsOfTheParameter() {
    #expect(
      lines(bytes(hex: "04FF EFFEF381"), .activeCodes)
        == ["began 04FF unasked", "SPN 524015 FMI 19 active x1", "ended active"])
  }

  @Test func severalCodesOfATransportSession() {
    let message = bytes(hex: "47FF 6E000001 64000102 A0F0837F BE001F00")
    #expect(
      lines(message, .activeCodes)
        == [
          "began 47FF unasked", "SPN 110 FMI 0 active x1", "SPN 100 FMI 1 active x2", "SPN 323744 FMI 3 active x?",
          "SPN 190 FMI 31 active x0", "ended active",
        ])
  }

  /// What stands for "no code": zero, all ones, and padding that does not fill a code.
  @Test(arguments: [
    "0000", "00FF00", "00FFFFFFFF", "00FF00000000", "00FF00000000FFFF", "00FFFFFFFFFFFFFF", "00FF000000000000",
    "00FF00000500FFFF", "00FFFFFFE10AFFFF",
  ])
  func noCode(hex: String) {
    let message = bytes(hex: hex)
    #expect(lines(message, .activeCodes).count == 2 && isWhole(message, .activeCodes))
  }

  @Test(arguments: ["", "04"]) func tooShortForLamps(hex: String) {
    for group: J1939Diagnostics.Group in [.activeCodes, .previouslyActiveCodes, .permanentCodes] {
      #expect(lines(bytes(hex: hex), group).isEmpty && !isWhole(bytes(hex: hex), group))
    }
  }

  @Test(arguments: [
    (J1939Diagnostics.Group.previouslyActiveCodes, "previously-active"), (.pendingCodes, "pending"),
    (.allPendingCodes, "pending"), (.confirmedCodes, "confirmed"), (.previouslyConfirmedCodes, "previously-confirmed"),
    (.permanentCodes, "permanent"),
  ])
  func listsThatAreAskedFor(group: J1939Diagnostics.Group, status: String) {
    let message = bytes(hex: "7FFF 9C0C0205 FFFF")
    let codes = ["SPN 3228 FMI 2 \(status) x5", "ended \(status)"]
    #expect(lines(message, group) == ["began 7FFF asked"] + codes)
    // A list that nobody asked for proves as little as a broadcast.
    #expect(lines(message, group, isAsked: false) == ["began 7FFF unasked"] + codes)
  }

  @Test func requestsAreOfOneBusAndLastTwentySeconds() {
    let message = bytes(hex: "00FF00000000FFFF")
    var diagnostics = J1939Diagnostics()
    diagnostics.ask(for: 0xFED4, bus: 1, seconds: 100)
    func first(_ group: J1939Diagnostics.Group, bus: UInt8, seconds: Double) -> String? {
      var copy = diagnostics
      return copy.lines(message, group, bus: bus, seconds: seconds).facts.first
    }
    #expect(first(.confirmedCodes, bus: 1, seconds: 100) == "began 00FF asked")
    #expect(first(.confirmedCodes, bus: 1, seconds: 120) == "began 00FF asked")
    #expect(first(.confirmedCodes, bus: 1, seconds: 120.001) == "began 00FF unasked")
    #expect(first(.confirmedCodes, bus: 1, seconds: 99) == "began 00FF unasked")
    #expect(first(.confirmedCodes, bus: 0, seconds: 101) == "began 00FF unasked")
    #expect(first(.permanentCodes, bus: 1, seconds: 101) == "began 00FF unasked")
    // Never asked for, at whatever time.
    for seconds in [-9e9, 0, 9e9] { #expect(first(.pendingCodes, bus: 2, seconds: seconds) == "began 00FF unasked") }
  }

  /// DM29: pending, all pending, confirmed, previously confirmed, permanent.
  @Test(arguments: [
    ("0000000000FFFFFF", "confirmed+pending+permanent+previously-confirmed"),
    ("01FF010002FFFFFF", "previously-confirmed"),
    ("00FF0101FFFFFFFF", "pending"), ("0001FFFFFFFFFFFF", ""), ("0100010101FFFFFF", ""),
  ])
  func countsOfZeroAreEmptyLists(hex: String, complete: String) {
    #expect(
      lines(bytes(hex: hex), .codeCounts) == (complete.isEmpty ? [] : ["began no lamps asked", "ended \(complete)"]))
    #expect(lines(bytes(hex: hex), .codeCounts, isAsked: false).isEmpty)
    #expect(isWhole(bytes(hex: hex), .codeCounts) && !isWhole(bytes(hex: "00000000"), .codeCounts))
  }

  // MARK: Clearing

  /// From the unit at address 0 to the tool at 249: control byte, group function, two reserved, address, parameter
  /// group.
  @Test func clearingIsToldOnceItIsAcknowledged() {
    func clearing(_ asked: UInt32, _ acknowledgement: String) -> [String] {
      var diagnostics = J1939Diagnostics()
      diagnostics.ask(for: asked, seconds: 5)
      return diagnostics.lines(bytes(hex: acknowledgement), .acknowledgement, seconds: 5.1).facts
    }
    #expect(clearing(0xFED3, "00FFFFFFF9D3FE00") == ["cleared"])
    #expect(clearing(0xFECC, "00FFFFFFF9CCFE00") == ["began no lamps asked", "ended previously-active"])
    // Not supported, denied, busy.
    for control in ["01", "02", "03"] { #expect(clearing(0xFED3, control + "FFFFFFF9D3FE00").isEmpty) }
    // Another group than the one that was asked for, a group of no clearing, and one that nobody asked for.
    #expect(clearing(0xFED3, "00FFFFFFF9CCFE00").isEmpty)
    #expect(clearing(0xFED4, "00FFFFFFF9D4FE00").isEmpty)
    #expect(lines(bytes(hex: "00FFFFFFF9D3FE00"), .acknowledgement).isEmpty)
    #expect(isWhole(bytes(hex: "00FFFFFFF9D3FE00"), .acknowledgement))
    #expect(!isWhole(bytes(hex: "00FFFFFFF9D3FE"), .acknowledgement))
  }

  // MARK: Readiness

  /// 3 active codes, compliance 13h (HD OBD); misfire, fuel and components supported, fuel incomplete; then EGR,
  /// catalyst and heater (C1), filter and NOx catalyst (0C), of which the catalyst and the filter are incomplete.
  @Test func readiness() {
    let message = bytes(hex: "03 01 13 27 C1 0C 01 04")
    #expect(
      lines(message, .readiness)
        == [
          "readiness 3 "
            + #"["misfire", "fuel-system", "components", "catalyst", "oxygen-sensor-heater", "#
            + #""exhaust-gas-recirculation", "nitrogen-oxide-treatment", "particulate-filter"] "#
            + #"["fuel-system", "catalyst", "particulate-filter"]"#
        ])
    #expect(lines(message, .readiness, isAsked: false).isEmpty && isWhole(message, .readiness))
    #expect(!isWhole(Array(message.dropLast()), .readiness))
  }

  @Test func everyReadinessBitHasItsMonitor() {
    let monitors: [ReadinessMonitors] = [
      .misfire, .fuelSystem, .components, [], .catalyst, .heatedCatalyst, .evaporativeSystem, .secondaryAir,
      .airConditioning, .exhaustGasSensor, .oxygenSensorHeater, .exhaustGasRecirculation, .coldStartAid, .boostPressure,
      .particulateFilter, .nitrogenOxideTreatment, .hydrocarbonCatalyst, [], [], [],
    ]
    for (bit, monitor) in monitors.enumerated() {
      var message = bytes(hex: "0000140000000000")
      let (byte, mask) = bit < 4 ? (3, UInt8(1 << bit)) : (4 + (bit - 4) / 8, UInt8(1 << ((bit - 4) % 8)))
      message[byte] |= mask
      message[bit < 4 ? 3 : byte + 2] |= bit < 4 ? mask << 4 : mask
      #expect(lines(message, .readiness) == ["readiness 0 \(monitor.names) \(monitor.names)"], "bit \(bit)")
    }
  }

  /// Without on-board diagnosis (5), or where it is not said what it complies with or how many codes there are.
  @Test(arguments: ["0000050700000000", "0000FF0700000000", "0000FE0700000000", "FF00130700000000"])
  func unitsThatHaveNoReadiness(hex: String) {
    #expect(lines(bytes(hex: hex), .readiness).isEmpty && isWhole(bytes(hex: hex), .readiness))
  }

  // MARK: Freeze frames

  /// 13 bytes: SPN 100 FMI 1; torque mode 2, boost 50h is 160 kPa, speed 3840h/8 is 1800 /min, load 64h, coolant 82h -
  /// 40, speed 5000h/256 is 80 km/h; one byte that its maker knows.
  @Test func freezeFrame() {
    let message = bytes(hex: "0D 64000105 02 50 4038 64 82 0050 11")
    #expect(
      lines(message, .freezeFrames)
        == [
          "frame[0] SPN 100 FMI 1", "frame[0] 899 = 2.0", "frame[0] 102 = 160.0", "frame[0] 190 = 1800.0",
          "frame[0] 92 = 100.0", "frame[0] 110 = 90.0", "frame[0] 84 = 80.0",
        ])
  }

  @Test func valuesThatAreNotAvailableAreNoNumbers() {
    // FF not available, FE in error, FB reserved; FA is the last number.
    let message = bytes(hex: "0C 64000105 FF FF FFFB FE FA FFFA")
    #expect(
      lines(message, .freezeFrames).dropFirst()
        == [
          "frame[0] 899 = nan", "frame[0] 102 = nan", "frame[0] 190 = nan", "frame[0] 92 = nan", "frame[0] 110 = 210.0",
          "frame[0] 84 = \(Double(0xFAFF) / 256)",
        ])
  }

  @Test func severalFreezeFrames() {
    let message = bytes(hex: "05 64000105 AA" + "04 6E000001" + "07 BE000302 010203")
    let codes = ["frame[0] SPN 100 FMI 1", "frame[1] SPN 110 FMI 0", "frame[2] SPN 190 FMI 3"]
    #expect(lines(message, .expandedFreezeFrames) == codes)
    // Frames of DM4 that are too short for the standard's values still name their code.
    #expect(lines(message, .freezeFrames) == codes)
    #expect(lines(message + [0xFF, 0xFF], .expandedFreezeFrames) == codes)
    #expect(lines(message + [0, 0, 0], .expandedFreezeFrames) == codes)
  }

  @Test(arguments: ["0000000000FFFFFF", "FFFFFFFFFFFFFFFF", "00", "0400000000FFFFFF"]) func noFreezeFrame(hex: String) {
    #expect(lines(bytes(hex: hex), .freezeFrames).isEmpty && isWhole(bytes(hex: hex), .freezeFrames))
  }

  /// Nothing; a frame without room for its code; one that is longer than the message; something behind the last one.
  @Test(arguments: ["", "03640001", "0564000105", "0464000105 09"]) func brokenFreezeFrames(hex: String) {
    for group: J1939Diagnostics.Group in [.freezeFrames, .expandedFreezeFrames] {
      #expect(lines(bytes(hex: hex), group).isEmpty && !isWhole(bytes(hex: hex), group))
    }
  }
}
