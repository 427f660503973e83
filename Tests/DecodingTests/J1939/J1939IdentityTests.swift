// VIN, component, software and unit identification, calibrations, address claims.

import Decoding
import Testing
import Vocabulary

struct J1939IdentityTests {
  @Test(arguments: [
    "1XKYDP9X0FJ400001*", "1XKYDP9X0FJ400001", " 1XKYDP9X0FJ400001 *", "\0\0" + "1XKYDP9X0FJ400001*\0\0",
    "1XKYDP9X0FJ400001*something else*",
  ])
  func vehicleIdentification(text: String) {
    #expect(lines(bytes(ascii: text), .vehicleIdentification) == ["vin[0] 1XKYDP9X0FJ400001"])
  }

  @Test(arguments: [
    "1XKYDP9X0FJ40000*", "1XKYDP9X0FJ4000011*", "1XKYDP9X0FJ40000O*", "1xkydp9x0fj400001*", "00000000000000000*",
    "1XKYDP9X*FJ400001*",
  ])
  func noVehicleIdentification(text: String) {
    #expect(lines(bytes(ascii: text), .vehicleIdentification).isEmpty)
    #expect(!isWhole(bytes(ascii: text), .vehicleIdentification))
  }

  /// A unit that does not know it says so with blanks, zeros or ones; that is no damage.
  @Test(arguments: ["*", "                 *", "FFFFFFFFFFFFFFFF"]) func unknownVehicle(text: String) {
    let message = text.hasPrefix("F") ? bytes(hex: text) : bytes(ascii: text)
    #expect(lines(message, .vehicleIdentification).isEmpty && isWhole(message, .vehicleIdentification))
    #expect(!isWhole([], .vehicleIdentification))
  }

  @Test func componentIdentification() {
    #expect(
      lines(bytes(ascii: "CMMNS*6C u07D08*12345678*unit 7*"), .componentIdentification)
        == ["make[0] CMMNS", "model[0] 6C u07D08", "serial-number[0] 12345678", "unit-number[0] unit 7"])
    // Empty fields in between, and nothing behind the last that the unit has.
    #expect(
      lines(bytes(ascii: "PCAR **N123456"), .componentIdentification) == ["make[0] PCAR", "serial-number[0] N123456"])
    // A fifth field is not the standard's.
    #expect(lines(bytes(ascii: "A*B*C*D*E*"), .componentIdentification).count == 4)
    #expect(lines(bytes(ascii: "****"), .componentIdentification).isEmpty)
    #expect(isWhole(bytes(ascii: "****"), .componentIdentification))
    // One field that is no text does not take the others with it; nothing else than that is no identification.
    #expect(lines(bytes(ascii: "A\u{1}B*MODEL*"), .componentIdentification) == ["model[0] MODEL"])
    #expect(!isWhole(bytes(hex: "18 2A 90 11 22 33 44 55"), .componentIdentification))
  }

  @Test func longTextsAreCut() {
    let text = String(repeating: "X", count: 200)
    #expect(
      lines(bytes(ascii: text + "*M*"), .componentIdentification)
        == ["make[0] " + text.prefix(64), "model[0] M"])
  }

  @Test func softwareIdentification() {
    let message = [3] + bytes(ascii: "04993120*00033706*05317106*")
    let texts = ["software-number[0] 04993120", "software-number[1] 00033706", "software-number[2] 05317106"]
    #expect(lines(message, .softwareIdentification) == texts)
    // A wrong count changes nothing; a missing text keeps the others' numbers.
    #expect(lines([1] + message.dropFirst(), .softwareIdentification) == texts)
    #expect(
      lines([2] + bytes(ascii: "A**C*"), .softwareIdentification) == ["software-number[0] A", "software-number[2] C"])
    #expect(!isWhole([1], .softwareIdentification) && !isWhole([], .softwareIdentification))
  }

  @Test func controlUnitIdentification() {
    #expect(
      lines(bytes(ascii: "4993120*S-77*LEFT FRAME*ECM*CUMMINS*CM2350*"), .controlUnitIdentification)
        == [
          "part-number[0] 4993120", "serial-number[1] S-77", "location[0] LEFT FRAME", "name[0] ECM",
          "supplier[0] CUMMINS", "hardware-number[0] CM2350",
        ])
  }

  /// DM19: four bytes of the verification number, the lowest first, sixteen of the identification.
  @Test func calibrations() {
    let first = bytes(hex: "A6F47AC1") + bytes(ascii: "BT00092.01") + [0, 0, 0, 0, 0, 0]
    let second = bytes(hex: "FFFFFFFF") + bytes(ascii: "ABCDEFGHIJKLMNOP")
    let third = bytes(hex: "01000000") + bytes(ascii: "\u{7}BCDEFGHIJKLMNOP")
    #expect(
      lines(first + second, .calibrations)
        == ["calibration[0] BT00092.01", "cvn[0] c17af4a6", "calibration[1] ABCDEFGHIJKLMNOP"])
    #expect(lines(third + first, .calibrations) == ["calibration[1] BT00092.01", "cvn[1] c17af4a6"])
    #expect(lines(first + first.dropLast(), .calibrations).count == 2)
    #expect(!isWhole(third, .calibrations) && !isWhole(Array(first.dropLast()), .calibrations))
  }

  @Test func addressClaims() {
    #expect(lines(bytes(hex: "0123456789ABCDEF"), .addressClaimed) == ["name efcdab8967452301"])
    #expect(!isWhole(bytes(hex: "0123456789ABCD"), .addressClaimed))
    #expect(!isWhole(bytes(hex: "FFFFFFFFFFFFFFFF"), .addressClaimed))
    // 254: whoever wanted an address did not get it. No other message can come from there, or from "all".
    var diagnostics = J1939Diagnostics()
    for address: UInt8 in [254, 255] {
      #expect(diagnostics.lines(bytes(hex: "0123456789ABCDEF"), .addressClaimed, from: address) == (true, []))
      #expect(diagnostics.lines(bytes(hex: "04FF6E000001FFFF"), .activeCodes, from: address) == (false, []))
    }
  }

  /// 80h: any address will do; 1 on-highway, instance 2; 0Ah: system 5; function 3; 0Bh: instance 1, unit 3; then 123h
  /// of 11 bits above 54321h of 21.
  @Test func name() {
    let value = UInt64(0x92) << 56 | 0x0A << 48 | 0x03 << 40 | 0x0B << 32 | 0x123 << 21 | 0x054321
    let name = J1939Name(rawValue: value)
    #expect(name.isArbitraryAddressCapable && name.industryGroup == 1 && name.vehicleSystemInstance == 2)
    #expect(name.vehicleSystem == 5 && name.function == 3 && name.functionInstance == 1 && name.unitInstance == 3)
    #expect(name.manufacturerCode == 0x123 && name.identityNumber == 0x054321)
    let all = J1939Name(rawValue: .max)
    #expect(all.identityNumber == 0x1F_FFFF && all.manufacturerCode == 0x7FF && all.vehicleSystem == 0x7F)
    #expect(all.function == 0xFF && all.unitInstance == 7 && all.functionInstance == 31 && all.industryGroup == 7)
    let none = J1939Name(rawValue: 0)
    #expect(!none.isArbitraryAddressCapable && none.identityNumber == 0 && none.vehicleSystemInstance == 0)
  }
}

struct VehicleIdentificationTests {
  @Test(arguments: ["1M8GDM9AXKP042788", "5GZCZ43D13S812715", "WVWZZZ1JZ3W386752", "JHMCM56557C404453"])
  func numbersOfAllContinents(vin: String) { #expect(VehicleIdentification.isValid(ShortText(vin.utf8))) }

  @Test func alphabet() {
    let allowed = Set("0123456789ABCDEFGHJKLMNPRSTUVWXYZ".utf8)
    for byte in UInt8.min...UInt8.max {
      var vin = Array("WVWZZZ1JZ3W386752".utf8)
      vin[12] = byte
      #expect(VehicleIdentification.isValid(ShortText(vin)) == allowed.contains(byte), "\(byte)")
    }
    for text in ["", "WVWZZZ1JZ3W38675", "WVWZZZ1JZ3W3867522", "11111111111111111", "XXXXXXXXXXXXXXXXX"] {
      #expect(!VehicleIdentification.isValid(ShortText(text.utf8)))
    }
  }
}
