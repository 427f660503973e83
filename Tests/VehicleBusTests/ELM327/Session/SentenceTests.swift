// What people are told.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMSentenceTests {
  @Test func aPollingAdapter() {
    var bench = ELMBench.polling(profiles: [genuineProfile])
    bench.ask([0x01, 0x0C])
    #expect(
      bench.session.status.sentence
        == "ELM327 v1.4b at 38400 baud, 6 parameters a request; asks on CAN, 11 bits, 500 kbit/s, 14.1 V.")
  }

  @Test func aCopy() {
    var status = ELMStatus()
    status.state = .polling
    status.banner = "ELM327 v1.5"
    status.baudRate = 38_400
    status.disproved = [.longAnswers, .adaptiveTiming]
    status.vehicleProtocol = .iso9141
    #expect(
      status.sentence
        == "ELM327 v1.5 at 38400 baud (a copy: lacks adaptive timing, long answers), one parameter a request;"
        + " asks on ISO 9141-2.")
  }

  @Test func waiting() {
    var status = ELMStatus()
    status.state = .backingOff
    status.since = Instant.zero.advanced(seconds: 100)
    status.until = Instant.zero.advanced(seconds: 130)
    status.trouble = .notELM327("SIM800 R14.18")
    status.baudRate = 9600
    #expect(
      status.sentence
        == "an adapter that is not known yet at 9600 baud; is left alone for 30 s: this is no ELM327, it says"
        + " \"SIM800 R14.18\"; name the adapter's own port in the configuration.")
  }

  @Test(arguments: ELMState.allCases)
  func everyStateAndTroubleIsOneLine(_ state: ELMState) {
    let troubles: [ELMTrouble?] = [
      nil, .port("unplugged"), .silentPort, .notELM327(""), .adapterGone, .lowVoltage, .ignitionOff(volts: nil),
      .ignitionOff(volts: 12.34), .noBus(volts: .nan), .wrongProtocol(.can29at250), .busErrors("CAN ERROR"),
    ]
    for trouble in troubles {
      var status = ELMStatus()
      status.state = state
      status.trouble = trouble
      status.voltage = -0.04
      let sentence = status.sentence
      #expect(!sentence.contains("\n") && sentence.hasSuffix(".") && trouble.map { sentence.contains($0.text) } ?? true)
    }
    #expect(ELMTrouble.ignitionOff(volts: 12.34).text.contains("12.3 V"))
    #expect(ELMTrouble.noBus(volts: 14.16).text.contains("14.2 V"))
  }
}
