// What the simulated adapter says to commands that are for itself.
import Testing
import VehicleSimulator
import Vocabulary

@Suite struct AdapterCommandTests {
  @Test func greetsAsDocumented() {
    var terminal = Terminal()
    #expect(terminal.say("ATZ") == "ATZ\r\r\rELM327 v1.4b\r\r")
    #expect(terminal.say("ATI") == "ATI\rELM327 v1.4b\r\r")
    #expect(terminal.say("at e 0") == "at e 0\rOK\r\r")
    #expect(terminal.say("AT@1") == "OBDII to RS232 Interpreter\r\r")
    #expect(terminal.say("ATL1") == "OK\r\n\r\n")
  }

  @Test func resetTakesItsTimeAndForgets() {
    var terminal = Terminal()
    _ = terminal.say("ATE0")
    #expect(terminal.duration("ATZ") > 0.5)
    #expect(terminal.say("ATI")?.hasPrefix("ATI\r") == true)
    #expect(terminal.duration("ATWS") < 0.1)
  }

  @Test(arguments: ["ATXX", "ATSP", "ATSPZ", "ATST1", "HELLO", "0", "01 0G", "ATFCSM1", "STI", "ATCRA12"])
  func doesNotKnow(_ command: String) {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0"])
    #expect(terminal.say(command) == "?\r\r")
    #expect(terminal.adapter.counters.transmissions == 0)
  }

  @Test func ignoresBlanksAndControlCharacters() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0"])
    #expect(terminal.say("\u{0}\n a\tT i\n") == "ELM327 v1.4b\r\r")
  }

  @Test func bareCarriageReturnRepeats() {
    var terminal = Terminal()
    #expect(terminal.say("") == "\r\r")
    terminal = .ready()
    let requests = terminal.adapter.counters.requests
    _ = terminal.say("010C")
    #expect(terminal.say("")?.hasPrefix("410C") == true)
    #expect(terminal.adapter.counters.requests == requests + 2)
    _ = terminal.say("ATRV")
    #expect(terminal.say("")?.hasSuffix("V\r\r") == true)
  }

  @Test func givesUpAnUnfinishedCommand() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0"])
    terminal.type("ATS")
    #expect(terminal.wait(19) == "")
    #expect(terminal.wait(2) == "?\r\r>")
  }

  @Test func tellsTheProtocol() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0"])
    #expect(terminal.say("ATDPN") == "A0\r\r")
    #expect(terminal.say("ATDP") == "AUTO\r\r")
    _ = terminal.say("ATSP0")
    #expect(terminal.say("0100")?.hasPrefix("SEARCHING...\r41 00 ") == true)
    #expect(terminal.say("ATDPN") == "A6\r\r")
    #expect(terminal.say("ATDP") == "AUTO, ISO 15765-4 (CAN 11/500)\r\r")
    _ = terminal.say("ATTP8")
    #expect(terminal.say("ATDPN") == "8\r\r")
    _ = terminal.say("ATSPA9")
    #expect(terminal.say("ATDPN") == "A9\r\r")
  }

  @Test func voltageFollowsTheIgnition() {
    var terminal = Terminal.ready()
    let running = Double(terminal.lines("ATRV")[0].dropLast()) ?? 0
    #expect((13.2...14.9).contains(running))
    #expect(terminal.say("ATIGN") == "ON\r\r")
    terminal.turnIgnition(on: false)
    #expect(terminal.say("ATRV") == "12.4V\r\r")
    #expect(terminal.say("ATIGN") == "OFF\r\r")
    terminal.turnIgnition(on: true)
    _ = terminal.wait(30)
    #expect((Double(terminal.lines("ATRV")[0].dropLast()) ?? 0) > 13)
  }

  @Test func sleepsUntilACharacterComes() {
    var terminal = Terminal.ready()
    #expect(terminal.say("ATLP") == "OK\r\r")
    #expect(terminal.wait(100) == "")
    terminal.type(" ")
    #expect(terminal.wait(1) == "\r\rELM327 v1.4b\r\r>")
  }

  @Test func keepsItsParametersWithoutPower() {
    var terminal = Terminal.ready()
    #expect(terminal.lines("ATPPS").count == 12)
    #expect(terminal.say("ATPP0CSV23") == "OK\r\r")
    #expect(terminal.say("ATPP0CON") == "OK\r\r")
    #expect(terminal.say("ATPP77ON") == "?\r\r")
    #expect(terminal.adapter.baudRate == 38_400)
    _ = terminal.say("ATZ")
    #expect(terminal.adapter.baudRate == 114_285)
  }

  @Test func knowsWhatItsVersionKnew() {
    var terminal = Terminal.ready(.lyingClone, AdapterVehicle(), ["ATE0"])
    #expect(terminal.say("ATI") == "ELM327 v2.1\r\r")
    for command in ["ATAT1", "ATS0", "ATFCSM0", "ATCRA7E8", "ATLP", "ATPPS", "ATAL0", "01001"] {
      #expect(terminal.say(command) == "?\r\r", "\(command)")
    }
    for command in ["ATH1", "ATL0", "ATSP6", "ATST19", "ATSH7E0", "ATAL", "ATCAF1"] {
      #expect(terminal.say(command) == "OK\r\r", "\(command)")
    }
    #expect(terminal.say("ATRV") == "12.3V\r\r")
  }

  @Test func speaksST() {
    var terminal = Terminal.ready(.stn, AdapterVehicle(), ["ATE0", "ATS0", "STP33"])
    #expect(terminal.say("ATI") == "ELM327 v1.4b\r\r")
    #expect(terminal.say("STI") == "STN2120 v5.6.19\r\r")
    #expect(terminal.say("STPR") == "33\r\r")
    #expect(terminal.say("ATDPN") == "6\r\r")
    #expect(terminal.say("STIBAD") == "?\r\r")
    _ = terminal.wait(20)
    #expect(terminal.say("STPX H:7E0, D:010C, R:1, T:50")?.hasPrefix("410C") == true)
    #expect(terminal.duration("STPX H:7E7, D:010C, T:100") > 0.1)
    #expect(terminal.say("STPX H:7E7, D:010C, T:100") == "NO DATA\r\r")
    #expect(terminal.say("STPX D:0G") == "?\r\r")
    #expect(terminal.say("010C")?.hasPrefix("410C") == true, "STPX leaves the header alone")
  }
}
