// What the texts of trouble codes say and how many there are.

import Decoding
import Testing
import Vocabulary

@Suite struct TroubleCodeTextTests {
  /// Every code of SAE J2012 that has a text, in the order of the numbers. Makers have the ranges in between.
  private static let texts: [(code: TroubleCode, text: String)] = [
    0x0000...0x0FFF, 0x2000...0x2FFF, 0x3400...0x34FF, 0x4000...0x40FF, 0x8000...0x80FF, 0xC000...0xC5FF,
    0xF000...0xF0FF,
  ].flatMap { (numbers: ClosedRange<UInt16>) in
    numbers.compactMap { number in
      let code = TroubleCode(obd: number)
      return TroubleCodeTexts.text(of: code).map { (code, $0) }
    }
  }

  @Test(arguments: [
    ("P0001", "Fuel volume regulator: control circuit open or faulty"),
    ("P0011", "Intake camshaft (A) position, bank 1: too far advanced"),
    ("P0016", "Crankshaft and camshaft positions, bank 1 sensor A: do not agree"),
    ("P0031", "Oxygen sensor heater, bank 1 sensor 1: control voltage too low"),
    ("P007F", "Charge air cooler temperatures of banks 1 and 2: do not agree"),
    ("P0080", "Exhaust valve control solenoid, bank 1: control voltage too high"),
    ("P0087", "Fuel rail pressure too low"),
    ("P0101", "Air flow sensor A: signal implausible"),
    ("P0113", "Intake air temperature sensor 1, bank 1: signal too high"),
    ("P0118", "Engine coolant temperature sensor 1: signal too high"),
    ("P0128", "Coolant stays colder than the thermostat should keep it"),
    ("P0133", "Oxygen sensor, bank 1 sensor 1: responds too slowly"),
    ("P0140", "Oxygen sensor, bank 1 sensor 2: no signal"),
    ("P0171", "Mixture too lean, bank 1"),
    ("P0175", "Mixture too rich, bank 2"),
    ("P0201", "Cylinder 1 injector: control circuit fault"),
    ("P0212", "Cylinder 12 injector: control circuit fault"),
    ("P0234", "Turbocharger or supercharger A: boost too high"),
    ("P0250", "Wastegate solenoid B: control voltage too high"),
    ("P0296", "Cylinder 12 injector: uneven power contribution"),
    ("P0299", "Turbocharger or supercharger A: boost too low"),
    ("P029D", "Cylinder 1 injector: leaks"),
    ("P02C9", "Cylinder 12 injector: leaks"),
    ("P0300", "Misfire in several or changing cylinders"),
    ("P0301", "Misfire in cylinder 1"),
    ("P0312", "Misfire in cylinder 12"),
    ("P0325", "Knock sensor 1, bank 1: circuit fault"),
    ("P0335", "Crankshaft position sensor A: circuit fault"),
    ("P0359", "Ignition coil I: control circuit fault"),
    ("P0362", "Ignition coil L: control circuit fault"),
    ("P0401", "Exhaust gas recirculation: flow too low"),
    ("P0420", "Catalyst, bank 1: efficiency too low"),
    ("P0442", "Small leak in the tank vapour system"),
    ("P0455", "Large leak in the tank vapour system"),
    ("P0456", "Very small leak in the tank vapour system"),
    ("P0500", "Vehicle speed sensor A: circuit fault"),
    ("P0507", "Idle speed higher than expected"),
    ("P0562", "System voltage too low"),
    ("P0606", "Control module: processor fault"),
    ("P0682", "Cylinder 12 glow plug: control circuit open or faulty"),
    ("P0700", "Transmission control fault, malfunction lamp requested"),
    ("P0741", "Torque converter clutch: weak or stuck off"),
    ("P07AB", "Friction element E of the transmission: stuck on"),
    ("P0941", "Hydraulic oil temperature sensor: signal intermittent"),
    ("P0A80", "Traction battery to be replaced"),
    ("P0AA6", "Insulation fault of the high-voltage system"),
    ("P0B7D", "Traction battery voltage sensor N: signal implausible"),
    ("P2002", "Particulate filter, bank 1: efficiency too low"),
    ("P2127", "Throttle or pedal position sensor E: signal too low"),
    ("P2135", "Throttle or pedal position sensors A and B: do not agree"),
    ("P2138", "Throttle or pedal position sensors D and E: do not agree"),
    ("P2196", "Oxygen sensor, bank 1 sensor 1: stuck rich"),
    ("P2201", "NOx sensor, bank 1: signal implausible"),
    ("P2335", "Ignition coil L: secondary circuit fault"),
    ("P2463", "Particulate filter clogged by soot"),
    ("P2739", "Pressure control solenoid F: control voltage too high"),
    ("P2BAC", "NOx emissions too high: exhaust gas recirculation switched off"),
    ("P3496", "Cylinder 12 deactivation: exhaust valve voltage too high"),
    ("U0001", "High-speed CAN: fault"),
    ("U0002", "High-speed CAN: does not perform as expected"),
    ("U0010", "Medium-speed CAN: fault"),
    ("U0021", "Low-speed CAN: (+) line open"),
    ("U0028", "Vehicle communication bus A: fault"),
    ("U0072", "Vehicle communication bus E: (+) and (-) lines shorted together"),
    ("U0073", "Communication bus A of the control modules is off"),
    ("U0079", "Communication bus G of the control modules is off"),
    ("U0100", "No communication with the engine control module A"),
    ("U0121", "No communication with the anti-lock brake control module"),
    ("U0302", "Software does not match that of the transmission control module"),
    ("U0415", "Invalid data from the anti-lock brake control module"),
    ("U3003", "Battery voltage: fault"),
    ("C0034", "Wheel speed sensor, right front: fault"),
    ("B0001", "Driver airbag, stage 1: fault"),
  ])
  func spotChecks(name: String, text: String) throws {
    let code = try #require(TroubleCode(name: name))
    #expect(TroubleCodeTexts.text(of: code) == text)
  }

  @Test(arguments: ["P0000", "P1234", "P3000", "P33FF", "P0FFF", "U1000", "C1234", "B2AAA", "P02FF", "P341A", "P0B81"])
  func withoutAText(name: String) throws {
    let code = try #require(TroubleCode(name: name))
    #expect(TroubleCodeTexts.text(of: code) == nil)
  }

  @Test func howManyThereAre() {
    func count(_ range: ClosedRange<UInt16>) -> Int {
      TroubleCodeTextTests.texts.count { range.contains($0.code.base ?? 0) }
    }
    #expect(count(0x0000...0x09FF) == 1574)
    #expect(count(0x0A00...0x0FFF) == 794)
    #expect(count(0x2000...0x2FFF) == 1012)
    #expect(count(0x3400...0x34FF) == 98)
    #expect(count(0x4000...0x4FFF) == 76)
    #expect(count(0x8000...0x8FFF) == 104)
    #expect(count(0xC000...0xCFFF) == 442)
    #expect(count(0xF000...0xFFFF) == 17)
    #expect(TroubleCodeTextTests.texts.count == 4117)
  }

  @Test func eachIsShortAndItsOwn() {
    let texts = TroubleCodeTextTests.texts
    for (code, text) in texts {
      #expect(text.utf8.count <= 80, "\(code.name): \(text)")
      #expect(text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("#"), "\(code.name): \(text)")
      #expect(text.first?.isUppercase == true || text.hasPrefix("14 V"), "\(code.name): \(text)")
      #expect(!text.hasSuffix(".") && !text.hasSuffix(":") && !text.hasSuffix(" "), "\(code.name): \(text)")
    }
    let named = Dictionary(grouping: texts) { $0.text }.filter { $0.value.count > 1 }
    #expect(named.isEmpty, "\(named.keys)")
  }

  @Test func failureTypesStandBehind() throws {
    let short = try #require(TroubleCode(name: "P0102-11"))
    #expect(TroubleCodeTexts.text(of: short) == "Air flow sensor A: signal too low (short circuit to ground)")
    #expect(TroubleCodeTexts.failureType(0x1C) == "voltage out of range")
    #expect(TroubleCodeTexts.failureType(0x87) == "message missing")
    #expect(TroubleCodeTexts.failureType(0x96) == "internal component fault")
    // 00 says nothing, 2C is reserved.
    let plain = try #require(TroubleCode(name: "P0102-00"))
    #expect(TroubleCodeTexts.text(of: plain) == "Air flow sensor A: signal too low")
    #expect(TroubleCodeTexts.failureType(0x2C) == nil)
    let types = (0...255).compactMap { TroubleCodeTexts.failureType(UInt8($0)) }
    #expect(types.count == 101 && Set(types).count == types.count)
    #expect(types.allSatisfy { $0.utf8.count <= 50 && $0.first?.isUppercase == false })
  }

  @Test func codesOfJ1939AreParameterAndFailureMode() throws {
    let name = try #require(J1939Names.parameter(spn: 110))
    #expect(
      TroubleCodeTexts.text(of: TroubleCode(spn: 110, fmi: 0)) == name + ": " + J1939Names.failureMode(0))
    #expect(TroubleCodeTexts.text(of: TroubleCode(spn: 521_000, fmi: 0)) == nil)
  }

  @Test func whatKindOfCodeItIs() throws {
    for (name, kind) in [
      ("P0301", "Standard code, powertrain"), ("P1234", "Manufacturer's code, powertrain"),
      ("P2002", "Standard code, powertrain"), ("P3100", "Manufacturer's code, powertrain"),
      ("P3401", "Standard code, powertrain"), ("C1234", "Manufacturer's code, chassis"),
      ("B2ABC-11", "Manufacturer's code, body"), ("U0100", "Standard code, network"),
      ("U3000", "Standard code, network"), ("SPN 110 FMI 0", "Standard code, SAE J1939"),
      ("SPN 520192 FMI 3", "Manufacturer's code, SAE J1939"),
    ] {
      let code = try #require(TroubleCode(name: name))
      #expect(TroubleCodeTexts.general(code) == kind)
    }
  }
}

@Suite struct TroubleCodeNameTests {
  @Test func everyNameIsReadAsTheCodeThatItNames() throws {
    for number in 0...UInt16.max {
      let code = TroubleCode(obd: number)
      #expect(TroubleCode(name: code.name) == code)
    }
    var random = Seeded(state: 7)
    for _ in 0..<20_000 {
      let bits = UInt32(truncatingIfNeeded: random.next())
      for code in [TroubleCode(uds: bits), TroubleCode(spn: bits, fmi: UInt8(truncatingIfNeeded: bits &>> 24))] {
        #expect(TroubleCode(name: code.name) == code)
      }
    }
  }

  @Test func otherSpellings() {
    #expect(TroubleCode(name: "p0301") == TroubleCode(obd: 0x0301))
    #expect(TroubleCode(name: "u0100-87") == TroubleCode(uds: 0xC10087))
    for name in ["SPN110-FMI0", "spn 110 fmi 0", "SPN110FMI0", "SPN 110-FMI 0"] {
      #expect(TroubleCode(name: name) == TroubleCode(spn: 110, fmi: 0), "\(name)")
    }
  }

  @Test(arguments: [
    "", "P", "P030", "P03011", "P0301-", "P0301-1", "P0301-1CC", "P0301 1C", "X0301", "P4000", "P03G1", "SPN",
    "SPN 110",
    "SPN FMI 0", "SPN 110 FMI", "SPN 524288 FMI 0", "SPN 110 FMI 32", "SPN 110 FMI 0 0", "SPN 9999999999 FMI 0",
    "SPN110/0",
    "P0301-1\u{130}", "\u{1F697}",
  ])
  func noNames(name: String) {
    #expect(TroubleCode(name: name) == nil)
  }
}
