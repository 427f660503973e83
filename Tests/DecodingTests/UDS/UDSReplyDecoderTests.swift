// Facts from whole messages of UDS whose bytes were worked out by hand from ISO 14229-1.

import Decoding
import Testing
import Vocabulary

@Suite struct UDSTroubleCodeTests {
  /// P0301-00 failed, pending, confirmed and with the lamp; U0100-87 confirmed; P0420-00 only "not tested yet".
  private let list: [UInt8] = [
    0x59, 0x02, 0xFF, 0x03, 0x01, 0x00, 0x8D, 0xC1, 0x00, 0x87, 0x08, 0x04, 0x20, 0x00, 0x50,
  ]

  @Test func aListIsCompleteForWhatItsRequestAskedFor() {
    var witness = UDSWitness()
    witness.ask([0x19, 0x02, 0x08])
    let (told, verdict) = witness.hear(list)
    #expect(
      told == [
        "began", "P0301-00 active confirmed pending lamp-requested", "U0100-87 confirmed", "ended confirmed",
      ])
    #expect(verdict == .reply)
    #expect(witness.decoder.counters.replies == 1 && witness.decoder.counters.unasked == 0)
  }

  @Test func aListWhoseRequestDidNotComeByIsCompleteForNothing() {
    var witness = UDSWitness()
    #expect(witness.hear(list).told.last == "ended")
    #expect(witness.decoder.counters.unasked == 1)
  }

  @Test func statusesThatTheUnitDoesNotHaveAreNotComplete() {
    var witness = UDSWitness()
    witness.ask([0x19, 0x02, 0xFF])
    #expect(witness.hear([0x59, 0x02, 0x09]).told == ["began", "ended active confirmed"])
  }

  @Test func theRequestMustBeTheNewestOfTheSameUnitAndFunction() {
    var witness = UDSWitness()
    witness.ask([0x19, 0x02, 0xFF], of: UDSWitness.gearbox)
    #expect(witness.hear([0x59, 0x02, 0xFF]).told.last == "ended")
    witness.ask([0x19, 0x02, 0x01])
    witness.ask([0x19, 0x82, 0x08])
    #expect(witness.hear([0x59, 0x02, 0xFF]).told.last == "ended confirmed")
    // One to a single unit is answered once.
    #expect(witness.hear([0x59, 0x02, 0xFF]).told.last == "ended")
    witness.ask([0x19, 0x01, 0x08])
    #expect(witness.hear([0x59, 0x02, 0xFF]).told.last == "ended")
  }

  @Test func aFunctionalRequestIsAnsweredBySeveralUnitsForTenSeconds() {
    var witness = UDSWitness()
    witness.ask([0x19, 0x02, 0x0C], of: nil, at: 100)
    #expect(witness.hear([0x59, 0x02, 0xFF], at: 101).told.last == "ended confirmed pending")
    #expect(witness.hear([0x59, 0x02, 0xFF], from: UDSWitness.gearbox, at: 110).told.last == "ended confirmed pending")
    #expect(witness.hear([0x59, 0x02, 0xFF], at: 110.1).told.last == "ended")
    // Time that runs back does not make an old request young.
    #expect(witness.hear([0x59, 0x02, 0xFF], at: 99).told.last == "ended")
  }

  @Test func aPleaForPatienceKeepsTheRequest() {
    var witness = UDSWitness()
    witness.ask([0x19, 0x02, 0x08], at: 0)
    #expect(witness.hear([0x7F, 0x19, 0x78], at: 4).told.isEmpty)
    #expect(witness.hear([0x7F, 0x19, 0x78], at: 9).told.isEmpty)
    #expect(witness.hear([0x59, 0x02, 0xFF], at: 14).told.last == "ended confirmed")
    #expect(witness.decoder.counters.pending == 2 && witness.decoder.counters.refusals == 0)
  }

  @Test func supportedCodesAndPermanentOnesNeedNoMask() {
    #expect(
      UDSWitness.told([0x59, 0x0A, 0x0D, 0x01, 0x71, 0x00, 0x08, 0x01, 0x74, 0x00, 0x00])
        == ["began", "P0171-00 confirmed", "ended active confirmed pending"])
    #expect(
      UDSWitness.told([0x59, 0x15, 0xFF, 0x01, 0x71, 0x00, 0x08, 0x01, 0x74, 0x00, 0x00])
        == ["began", "P0171-00 confirmed permanent", "P0174-00 permanent", "ended permanent"])
  }

  @Test(arguments: [0x0B, 0x0C, 0x0D, 0x0E, 0x13] as [UInt8])
  func singleCodesAndPartsAreCompleteForNothing(function: UInt8) {
    var witness = UDSWitness()
    witness.ask([0x19, function, 0xFF])
    #expect(
      witness.hear([0x59, function, 0xFF, 0x92, 0x34, 0x11, 0x09]).told == [
        "began", "B1234-11 active confirmed", "ended",
      ])
    #expect(witness.hear([0x59, function, 0xFF]).told == ["began", "ended"])
  }

  @Test func otherLayoutsOfLists() {
    let listed = ["began", "C0031-1C active", "ended"]
    #expect(UDSWitness.told([0x59, 0x17, 0x10, 0xFF, 0x40, 0x31, 0x1C, 0x01]) == listed)
    #expect(UDSWitness.told([0x59, 0x1A, 0xFF, 0x91, 0x40, 0x31, 0x1C, 0x01]) == listed)
    #expect(UDSWitness.told([0x59, 0x1A, 0xFF]) == [])
    #expect(UDSWitness.told([0x59, 0x08, 0xFF, 0x40, 0x10, 0x40, 0x31, 0x1C, 0x01]) == listed)
    #expect(UDSWitness.told([0x59, 0x09, 0xFF, 0x40, 0x10, 0x40, 0x31, 0x1C, 0x01]) == listed)
    // Emissions group, statuses, severities, format of J2012; then severity, code, status.
    #expect(UDSWitness.told([0x59, 0x42, 0x33, 0xFF, 0x1E, 0x04, 0x02, 0x40, 0x31, 0x1C, 0x01]) == listed)
    #expect(UDSWitness.told([0x59, 0x56, 0x33, 0xFF, 0x04, 0x01, 0x40, 0x31, 0x1C, 0x01]) == listed)
    #expect(
      UDSWitness.told([0x59, 0x55, 0x33, 0xFF, 0x04, 0x40, 0x31, 0x1C, 0x01])
        == ["began", "C0031-1C active permanent", "ended permanent"])
  }

  @Test func codesInTheFormatOfJ1939() {
    // SPN 110 is 6E 00 and 000 in the upper bits of the third byte, FMI 3; SPN 520192 is 7F000: 00 F0 and 111.
    #expect(
      UDSWitness.told([
        0x59, 0x42, 0x33, 0xFF, 0x1E, 0x02, 0x02, 0x6E, 0x00, 0x03, 0x08, 0x02, 0x00, 0xF0, 0xFF, 0x04,
      ]) == ["began", "SPN 110 FMI 3 confirmed", "SPN 520192 FMI 31 pending", "ended"])
  }

  @Test func aCountOfNoneIsAnEmptyList() {
    var witness = UDSWitness()
    witness.ask([0x19, 0x01, 0x0D])
    #expect(witness.hear([0x59, 0x01, 0x0C, 0x00, 0x00, 0x00]).told == ["began", "ended confirmed pending"])
    witness.ask([0x19, 0x01, 0x0D])
    #expect(witness.hear([0x59, 0x01, 0x0C, 0x00, 0x01, 0x00]).told == [])
    // Nothing is known of the mask.
    #expect(witness.hear([0x59, 0x01, 0x0C, 0x00, 0x00, 0x00]).told == [])
  }

  @Test func snapshotsAndExtendedDataTellTheCodeAndItsStatus() {
    let listed = ["began", "P0301-00 active confirmed", "ended"]
    let code: [UInt8] = [0x03, 0x01, 0x00, 0x09]
    let values: [UInt8] = [0x02, 0xF4, 0x0C, 0x0B, 0xB8, 0xF4, 0x05, 0x7B]
    #expect(UDSWitness.told([0x59, 0x04] + code + [0x01] + values) == listed + ["frame 1 P0301-00"])
    #expect(UDSWitness.told([0x59, 0x04] + code) == listed)
    #expect(UDSWitness.told([0x59, 0x04] + code + [0x01, 0x00]) == listed)
    #expect(UDSWitness.told([0x59, 0x05, 0x10] + code + values) == listed + ["frame 16 P0301-00"])
    #expect(UDSWitness.told([0x59, 0x05, 0x10]) == [])
    #expect(UDSWitness.told([0x59, 0x06] + code + [0x01, 0x05]) == listed)
    #expect(UDSWitness.told([0x59, 0x16, 0x01] + code + [0x05]) == listed)
    // A healed code with a snapshot is no code.
    #expect(UDSWitness.told([0x59, 0x04, 0x03, 0x01, 0x00, 0x50, 0x01] + values) == ["frame 1 P0301-00"])
    #expect(
      UDSWitness.told([0x59, 0x03, 0x03, 0x01, 0x00, 0x01, 0x03, 0x01, 0x00, 0x02])
        == ["frame 1 P0301-00", "frame 2 P0301-00"])
  }

  @Test func mirrorsAndCountersTellNothing() {
    for message: [UInt8] in [
      [0x59, 0x0F, 0xFF, 0x03, 0x01, 0x00, 0x09], [0x59, 0x14, 0x03, 0x01, 0x00, 0x50],
      [0x59, 0x18, 0x01, 0x03, 0x01, 0x00, 0x09], [0x59, 0x07, 0xFF, 0x00, 0x00, 0x01],
    ] {
      var witness = UDSWitness()
      let heard = witness.hear(message)
      #expect(heard.told == [] && heard.verdict == .reply)
    }
    var witness = UDSWitness()
    #expect(witness.hear([0x59, 0x7E, 0x00]).verdict == .other)
  }

  @Test func fillingBytesAreNoCodes() {
    #expect(
      UDSWitness.told([0x59, 0x02, 0xFF, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x03, 0x01, 0x00, 0x01])
        == ["began", "P0301-00 active", "ended"])
  }

  @Test func bytesThatFillNoRecordAreMalformedAndCompleteForNothing() {
    var witness = UDSWitness()
    witness.ask([0x19, 0x02, 0xFF])
    let (told, verdict) = witness.hear(Array(list.dropLast()))
    #expect(told == ["began", "P0301-00 active confirmed pending lamp-requested", "U0100-87 confirmed", "ended"])
    #expect(verdict == .malformed)
    #expect(witness.decoder.counters.malformed == 1 && witness.decoder.counters.replies == 0)
  }

  @Test func onlyAllCodesClearedIsCleared() {
    #expect(UDSWitness.told([0x54]) == ["cleared"])
    var witness = UDSWitness()
    witness.ask([0x14, 0xFF, 0xFF, 0xFF])
    #expect(witness.hear([0x54]).told == ["cleared"])
    witness.ask([0x14, 0xFF, 0xFF, 0x33])
    #expect(witness.hear([0x54]).told == [])
    witness.ask([0x14, 0xFF, 0xFF, 0xFF, 0x10])
    #expect(witness.hear([0x54]).told == [])
    #expect(witness.hear([0x54, 0xFF, 0x00]).verdict == .malformed)
  }

  @Test func refusals() {
    var witness = UDSWitness()
    #expect(witness.hear([0x7F, 0x22, 0x31]).told == ["refused 22 31"])
    #expect(witness.hear([0x7F, 0x19, 0x78]).told == [])
    #expect(witness.hear([0x7F, 0x01, 0x12]).verdict == .other)
    #expect(witness.hear([0x7F, 0x62, 0x31]).verdict == .malformed)
    #expect(witness.hear([0x7F, 0x22]).verdict == .malformed)
    #expect(witness.hear([0x7F, 0x22, 0x00]).verdict == .malformed)
    let counters = witness.decoder.counters
    #expect(counters.refusals == 1 && counters.pending == 1 && counters.otherService == 1 && counters.malformed == 3)
    // A refused request is done with.
    witness.ask([0x19, 0x02, 0xFF])
    #expect(witness.hear([0x7F, 0x19, 0x22]).told == ["refused 19 22"])
    #expect(witness.hear([0x59, 0x02, 0xFF]).told.last == "ended")
  }

  @Test func otherServicesAreNobodysHere() {
    for first in [0x41, 0x50, 0x67, 0x6E, 0x71, 0x7E] as [UInt8] {
      var witness = UDSWitness()
      let heard = witness.hear([first, 0x01, 0x02])
      #expect(heard.told == [] && heard.verdict == .other)
    }
  }
}

@Suite struct UDSDataTests {
  private let vin = Array("WVWZZZ1JZXW000001".utf8)

  @Test func identificationNumbers() {
    #expect(UDSWitness.told([0x62, 0xF1, 0x90] + vin) == ["vin 0 WVWZZZ1JZXW000001"])
    #expect(UDSWitness.told([0x62, 0xF8, 0x02] + vin) == ["vin 0 WVWZZZ1JZXW000001"])
    #expect(UDSWitness.told([0x62, 0xF8, 0x02, 0x01] + vin) == ["vin 0 WVWZZZ1JZXW000001"])
    #expect(UDSWitness.told([0x62, 0xF1, 0x90, 0x00] + vin + [0x00, 0xFF]) == ["vin 0 WVWZZZ1JZXW000001"])
    // A unit that was never told, and letters that no number has.
    #expect(UDSWitness.told([0x62, 0xF1, 0x90] + Array(repeating: 0xFF, count: 17)) == [])
    #expect(UDSWitness.told([0x62, 0xF1, 0x90] + Array("WVWZZZ1JZOW000001".utf8)) == [])
    #expect(UDSWitness.told([0x62, 0xF1, 0x90] + vin.dropLast()) == [])
  }

  @Test func whoTheUnitIs() {
    #expect(UDSWitness.told([0x62, 0xF1, 0x87] + Array("8V0907115  ".utf8)) == ["part-number 0 8V0907115"])
    #expect(UDSWitness.told([0x62, 0xF1, 0x89] + Array("0010".utf8)) == ["software-number 1 0010"])
    #expect(UDSWitness.told([0x62, 0xF1, 0x95] + Array("1.2".utf8) + [0, 0]) == ["software-number 3 1.2"])
    #expect(UDSWitness.told([0x62, 0xF1, 0x91] + Array("H13".utf8)) == ["hardware-number 0 H13"])
    #expect(UDSWitness.told([0x62, 0xF1, 0x97] + Array("1.8l R4 TFSI".utf8)) == ["name 0 1.8l R4 TFSI"])
    #expect(UDSWitness.told([0x62, 0xF1, 0x8A] + Array("ACME".utf8)) == ["supplier 0 ACME"])
    #expect(UDSWitness.told([0x62, 0xF1, 0x99, 0x20, 0x24, 0x05, 0x31]) == ["programming-date 0 20240531"])
    #expect(UDSWitness.told([0x62, 0xF1, 0x99] + Array("20240531".utf8)) == ["programming-date 0 20240531"])
    // Not to be read: bytes, as they are. All filling bytes: nothing.
    #expect(UDSWitness.told([0x62, 0xF1, 0x8C, 0x12, 0x34, 0xAB]) == ["F18C 1234AB"])
    #expect(UDSWitness.told([0x62, 0xF1, 0x8C, 0xFF, 0xFF, 0xFF]) == [])
  }

  @Test func makersData() {
    #expect(UDSWitness.told([0x62, 0x22, 0x01, 0x00, 0xFF, 0x80]) == ["2201 00FF80"])
    let long = [0x62, 0x22, 0x01] + (0..<100).map { UInt8($0) }
    #expect(UDSWitness.told(long) == ["2201 " + (0..<64).map { hexadecimal(UInt8($0)) }.joined()])
    var witness = UDSWitness()
    #expect(witness.hear([0x62, 0x22, 0x01]).verdict == .malformed)
    // Parameters of OBD-II are another decoder's.
    #expect(witness.hear([0x62, 0xF4, 0x0C, 0x0B, 0xB8]).verdict == .other)
  }

  @Test func severalIdentifiersAreToldApartByTheirRequest() {
    let message = [0x62, 0xF1, 0x90] + vin + [0x22, 0x01, 0xAA, 0xBB, 0xF1, 0x8C] + Array("123".utf8)
    var witness = UDSWitness()
    witness.ask([0x22, 0xF1, 0x90, 0x22, 0x01, 0xF1, 0x8C])
    #expect(
      witness.hear(message).told == ["vin 0 WVWZZZ1JZXW000001", "2201 AABB", "serial-number 0 123"])
    // Without it only the first can be told, where its length is known.
    #expect(witness.hear(message).told == ["vin 0 WVWZZZ1JZXW000001"])
    // The unit does not have the second.
    witness.ask([0x22, 0xF1, 0x90, 0x22, 0x02, 0xF1, 0x8C])
    #expect(witness.hear([0x62, 0xF1, 0x90] + vin + [0xF1, 0x8C, 0x31]).told == [
      "vin 0 WVWZZZ1JZXW000001", "serial-number 0 1",
    ])
  }

  @Test func whatCannotBeToldApartIsLeftOut() {
    var witness = UDSWitness()
    witness.ask([0x22, 0x22, 0x01, 0x22, 0x02])
    // 2202 stands twice: nobody knows where the data of 2201 ends.
    #expect(witness.hear([0x62, 0x22, 0x01, 0xAA, 0x22, 0x02, 0x11, 0x22, 0x02, 0x33]).told == [])
    // The last identifier has no data.
    witness.ask([0x22, 0x22, 0x01, 0x22, 0x02])
    let cut = witness.hear([0x62, 0x22, 0x01, 0xAA, 0x22, 0x02])
    #expect(cut.told == ["2201 AA"] && cut.verdict == .malformed)
  }

  @Test func aRequestForMoreThanIsRememberedTellsNoLastIdentifier() {
    var request: [UInt8] = [0x22]
    for identifier in 0..<40 { request += [0x22, UInt8(identifier)] }
    var witness = UDSWitness()
    witness.ask(request)
    #expect(witness.hear([0x62, 0x22, 0x00, 0xAA, 0x22, 0x01, 0xBB]).told == ["2200 AA"])
  }

  @Test func aReplyToAnotherRequestIsTheFirstIdentifiersAlone() {
    var witness = UDSWitness()
    witness.ask([0x22, 0x22, 0x05])
    #expect(witness.hear([0x62, 0x22, 0x01, 0xAA, 0xBB]).told == ["2201 AABB"])
  }

  @Test func namesOfReasonsAndServices() {
    #expect(UDSNames.refusal(0x31) == "identifier or value out of range")
    #expect(UDSNames.refusal(0xF3) == "condition of the vehicle's maker not met (F3)")
    #expect(UDSNames.refusal(0x45) == "reason 45")
    #expect(UDSNames.service(0x19) == "read trouble codes")
    #expect(UDSNames.service(0xBA) == "service BA")
    for names in [(0...255).map { UDSNames.refusal(UInt8($0)) }, (0...255).map { UDSNames.service(UInt8($0)) }] {
      #expect(Set(names).count == 256)
      #expect(names.allSatisfy { $0.utf8.count <= 60 && $0.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
    }
  }
}
