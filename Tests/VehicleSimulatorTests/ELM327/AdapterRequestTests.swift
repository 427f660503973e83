// Requests through the simulated adapter: what it shows, how long it waits, and what goes wrong.
import Testing
import VehicleSimulator
import Vocabulary

@Suite struct AdapterRequestTests {
  @Test func showsAnswersAsItIsTold() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0", "ATSP6", "0100"])
    // The engine and the transmission.
    #expect(terminal.say("0100") == "41 00 BE 3F A0 13 \r41 00 80 08 00 10 \r\r")
    _ = terminal.say("ATH1")
    #expect(terminal.say("0100") == "7E8 06 41 00 BE 3F A0 13 \r7E9 06 41 00 80 08 00 10 \r\r")
    _ = terminal.say("ATS0")
    _ = terminal.say("ATD1")
    #expect(terminal.say("0100") == "7E8806" + "4100BE3FA013\r7E98064100800800" + "10\r\r")
    _ = terminal.say("ATD0")
    _ = terminal.say("ATCAF0")
    #expect(terminal.say("0100") == "NO DATA\r\r")
    #expect(terminal.say("020100") == "7E8064100BE3FA01300\r7E90641008008001000\r\r")
  }

  @Test func putsLongAnswersTogether() throws {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0", "ATSP6", "0100"])
    let text = terminal.lines("0902")
    #expect(text.count == 4 && text[0] == "014 " && text[1].hasPrefix("0: 49 02 01 ") && text[3].hasPrefix("2: "))
    _ = terminal.say("ATH1")
    let frames = terminal.lines("0902")
    #expect(frames.count == 3 && frames[0].hasPrefix("7E8 10 14 49 02 01 ") && frames[2].hasPrefix("7E8 22 "))
    // Without flow control only the first frame comes.
    _ = terminal.say("ATCFC0")
    #expect(terminal.lines("0902").count == 1)
    _ = terminal.say("ATCFC1")
    #expect(terminal.say("ATFCSH7E3") == "OK\r\r")
    _ = terminal.say("ATFCSD300000")
    _ = terminal.say("ATFCSM1")
    #expect(terminal.lines("0902").count == 1, "flow control to somebody else")
    _ = terminal.say("ATFCSH7E0")
    #expect(terminal.lines("0902").count == 3)
  }

  @Test func asksOneUnit() {
    var terminal = Terminal.ready()
    _ = terminal.say("ATH1")
    _ = terminal.say("ATSH7E1")
    #expect(terminal.lines("0100") == ["7E90641008008" + "0010"])
    _ = terminal.say("ATCRA7E8")
    #expect(terminal.say("0100") == "NO DATA\r\r")
    _ = terminal.say("ATCRA")
    #expect(terminal.lines("0100").count == 1)
    _ = terminal.say("ATSH7DF")
    _ = terminal.say("ATCF7E8")
    _ = terminal.say("ATCM7FF")
    #expect(terminal.lines("0100") == ["7E8064100BE3FA013"])
  }

  @Test func countOfAnswersSavesTheWait() {
    var terminal = Terminal.ready()
    _ = terminal.say("ATAT0")
    let whole = terminal.duration("010C")
    let counted = terminal.duration("010C1")
    #expect((0.2...0.25).contains(whole))
    #expect((0.010...0.025).contains(counted))
    #expect(terminal.lines("01001").count == 1)
    #expect(terminal.lines("01002").count == 2)
    // Of a clone that takes no notice.
    terminal = .ready(.slowClone)
    #expect(terminal.lines("01001").count == 2)
    #expect(terminal.duration("010C1") > 0.23)
  }

  @Test func adaptsItsTimeout() {
    var terminal = Terminal.ready()
    _ = terminal.say("ATAT1")
    for _ in 0..<8 { _ = terminal.say("010C") }
    let first = terminal.duration("010C")
    _ = terminal.say("ATAT2")
    let second = terminal.duration("010C")
    _ = terminal.say("ATAT0")
    #expect(second < first && first < 0.1 && terminal.duration("010C") > 0.2)
    _ = terminal.say("ATST0A")
    #expect(terminal.duration("010C") < 0.07)
  }

  @Test func anyCharacterInterrupts() {
    var terminal = Terminal.ready()
    terminal.type("0120\r")
    _ = terminal.wait(0.005)
    terminal.type("A")
    #expect(terminal.wait(0.5).contains("STOPPED\r\r>"))
    #expect(terminal.say("ATI") == "ELM327 v1.4b\r\r", "the character that interrupts is forgotten")
    #expect(terminal.adapter.counters.interruptions == 1)
  }

  @Test func anInterruptedSearchHasFoundNothing() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0", "ATSP0"])
    terminal.type("0100\r")
    #expect(terminal.wait(0.05) == "SEARCHING...")
    terminal.type("\r")
    #expect(terminal.wait(0.1) == "STOPPED\r\r>")
    #expect(terminal.say("ATDPN") == "A0\r\r")
    #expect(terminal.say("0100")?.hasPrefix("SEARCHING...\r41 00") == true)
  }

  @Test func tellsWhyNobodyAnswers() {
    var terminal = Terminal.ready()
    #expect(terminal.say("0155") == "NO DATA\r\r")
    #expect(terminal.say("0101020304050607") == "?\r\r")
    _ = terminal.say("ATSP8")
    #expect(terminal.say("0100") == "CAN ERROR\r\r")
    _ = terminal.say("ATSP7")
    #expect(terminal.say("0100") == "NO DATA\r\r")
    _ = terminal.say("ATSP3")
    #expect(terminal.say("0100") == "BUS INIT: ...ERROR\r\r")
    terminal.turnIgnition(on: false)
    _ = terminal.say("ATSP6")
    #expect(terminal.say("0100") == "CAN ERROR\r\r")
    _ = terminal.say("ATSP0")
    #expect(terminal.say("0100") == "SEARCHING...\rUNABLE TO CONNECT\r\r")
    terminal.turnIgnition(on: true)
    #expect(terminal.say("0100")?.hasPrefix("SEARCHING...\r4100") == true)
  }

  @Test(arguments: OBDProtocol.allCases.filter { $0 != .j1939 }, [true, false])
  func everyProtocolIsFoundAndAnswers(_ obdProtocol: OBDProtocol, isAutomatic: Bool) {
    let digit = String(UnicodeScalar(obdProtocol.digit))
    var terminal = Terminal.ready(
      .genuine, AdapterVehicle(speaking: obdProtocol), ["ATE0", "ATS0", isAutomatic ? "ATSP0" : "ATSP\(digit)"])
    let first = terminal.lines("0100")
    #expect(first.last?.hasPrefix("4100") == true, "\(first)")
    #expect(terminal.say("ATDPN") == (isAutomatic ? "A" : "") + digit + "\r\r")
    #expect(terminal.lines("0105")[0].hasPrefix("4105"))
    #expect(terminal.lines("010C0D05").first == (obdProtocol.isCAN ? terminal.lines("010C0D05").first : "NO DATA"))
    let vin = terminal.lines("0902")
    #expect(vin.count == (obdProtocol.isCAN ? 4 : 5))
    #expect(terminal.lines("03").allSatisfy { $0 == (obdProtocol.isCAN ? "4300" : "43000000000000") })
  }

  @Test func kLineHasHeadersChecksumsAndKeepsAwake() throws {
    let vehicle = AdapterVehicle(speaking: .kwpFastInit)
    var terminal = Terminal.ready(.genuine, vehicle, ["ATE0", "ATS0", "ATH1", "ATSP5"])
    let first = terminal.lines("0100")
    #expect(first.count == 3 && first[0] == "BUS INIT: OK")
    #expect(first[1] == "86F1104100BE3FA01378", "\(first)")
    #expect(first[2].hasPrefix("86F1184100"))
    let sent = terminal.adapter.counters.transmissions
    _ = terminal.wait(60)
    #expect((15...25).contains(terminal.adapter.counters.transmissions - sent))
    #expect(terminal.lines("010C").allSatisfy { !$0.contains("BUS INIT") })
    _ = terminal.say("ATPC")
    let closed = terminal.adapter.counters.transmissions
    _ = terminal.wait(60)
    #expect(terminal.adapter.counters.transmissions == closed)
    #expect(terminal.lines("010C")[0] == "BUS INIT: OK")
    // Without messages of its own the unit goes to sleep.
    _ = terminal.say("ATSW00")
    _ = terminal.say("010C")
    _ = terminal.wait(60)
    #expect(terminal.say("010C") == "NO DATA\r\r")
    #expect(terminal.lines("010C")[0] == "BUS INIT: OK")
  }

  @Test func j1850HasItsOwnChecksum() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(speaking: .j1850VPW), ["ATE0", "ATH1", "ATSP2"])
    // SAE J1850's check byte of 48 6B 10 41 00 BE 3F A0 13, reckoned bit by bit elsewhere.
    #expect(terminal.lines("0100")[0] == "48 6B 10 41 00 BE 3F A0 13 A1 ")
  }

  @Test func severalParametersComeInOneAnswer() {
    var terminal = Terminal.ready()
    let text = terminal.lines("010C0D0504111F")
    #expect(text[0] == "00F" && text[1].hasPrefix("0:410C") && text.count == 4, "\(text)")
  }

  @Test func aLyingCloneLosesPieces() {
    var terminal = Terminal.ready(.lyingClone, AdapterVehicle(), ["ATE0", "ATSP6", "0100"])
    let whole = (0..<50).count { _ in terminal.lines("0902").count == 4 }
    #expect((8...40).contains(whole))
  }

  @Test func sensorsAgreeWithTheVehicle() throws {
    var terminal = Terminal.ready()
    let text = terminal.lines("010C1")[0]
    let raw = try #require(Int(text.dropFirst(4), radix: 16))
    #expect(abs(Double(raw) / 4 - terminal.adapter.vehicle.readings.engineSpeed) < 1)
    #expect(raw > 2000)
  }
}
