// A file of adapters can never make Telltale transmit, nor write to an adapter's memory, nor change how it answers.
import Testing

@testable import Adapters

@Suite struct ELMStartUpCommandTests {
  @Test(arguments: [
    ("ATAL", "ATAL"), ("at at 2", "ATAT2"), ("AT ST 32", "ATST32"), ("atstff", "ATSTFF"), ("ATCSM1", "ATCSM1"),
    ("STPTO 250", "STPTO250"), ("ATFCSM0", "ATFCSM0"), ("STCMM 0", "STCMM0"),
  ])
  func aHarmlessCommandIsTaken(command: String, text: String) throws {
    #expect(try ELMStartUpCommand(command).text == text)
  }

  /// What could reach the vehicle.
  @Test(arguments: [
    "ATSI", "ATFI", "at fi", "ATMP FEE5", "ATDM1", "ATBI", "ATTP6", "ATTPA0", "ATWM 8110F13E", "ATSW 50", "ATRTR",
    "ATIFR2", "ATCSM0", "ATCSM 0", "STPX H:7DF, D:0100", "STPO", "STPC", "STCMM1", "STCMM 2",
  ])
  func whatCanTransmitIsRefused(command: String) {
    let refusal = #expect(throws: ELMStartUpCommand.Refusal.self) { _ = try ELMStartUpCommand(command) }
    #expect(refusal?.reason.contains("can make the adapter transmit") == true, "\(String(describing: refusal))")
  }

  /// Digits alone are a request; so is an empty line, which repeats the last one.
  @Test(arguments: ["", " ", "0100", "01 0C 1", "FE", "04", "abcdef", "14FFFFFF"])
  func aRequestIsRefused(command: String) {
    let refusal = #expect(throws: ELMStartUpCommand.Refusal.self) { _ = try ELMStartUpCommand(command) }
    #expect(refusal?.reason.contains("as a request") == true)
  }

  /// What outlives the session.
  @Test(arguments: [
    "ATSP6", "ATSPA0", "AT SP 00", "ATPP 0C SV 23", "ATPP 0C ON", "ATPP FF OFF", "ATSD 12", "AT@3 ABCDEFGHIJKL",
    "ATCV 1234", "ATM1", "STSBR 115200", "STWBR", "STSLCS", "STSLU off, off", "STSLEEP", "STSATI X", "STS@1 X",
  ])
  func whatIsKeptIsRefused(command: String) {
    let refusal = #expect(throws: ELMStartUpCommand.Refusal.self) { _ = try ELMStartUpCommand(command) }
    #expect(refusal?.reason.contains("writes the adapter's memory") == true, "\(String(describing: refusal))")
  }

  /// What nobody has looked at, what hides behind an allowed one, and what only the session may set.
  @Test(arguments: [
    "ATZ", "ATWS", "ATD", "ATE1", "ATH0", "ATS1", "ATL1", "ATMA", "ATMR 01", "STMA", "STM", "ATLP", "ATCAF0",
    "ATBRD 23", "ATSH 7E0", "ATFCSH 7E0", "ATFCSD 300000", "ATR0", "ATXYZ", "STXYZ", "ATAL0100", "ATAL\r0100",
    "ATAL\n", "ATST", "ATSTZZ", "ATST320", "ATAT", "ATAT3", "ATCRA7E8", "STPTO", "STPTO 123456",
    "STPTO ABC", "STPTO250\r0100", "AT", "ST",
  ])
  func whatIsNotOnTheListIsRefused(command: String) {
    let refusal = #expect(throws: ELMStartUpCommand.Refusal.self) { _ = try ELMStartUpCommand(command) }
    #expect(refusal?.reason.contains("not among the commands that are known to be harmless") == true)
    #expect(refusal?.reason.contains(where: \.isNewline) == false)
  }

  @Test(arguments: ["VTVERS", "RESET", "+++", "ELM", "\u{1B}ATAL", "xATAL"])
  func whatIsNoCommandIsRefused(command: String) {
    let refusal = #expect(throws: ELMStartUpCommand.Refusal.self) { _ = try ELMStartUpCommand(command) }
    #expect(refusal?.reason.contains("begins with neither AT nor ST") == true)
  }

  /// Whatever is added to the list: it must not be one of those that are refused by name.
  @Test func theListHoldsNothingThatIsForbiddenByName() {
    let forbidden = [
      "ATSP", "ATTP", "ATPP", "ATSI", "ATFI", "ATMP", "ATWM", "ATSW", "ATSD", "ATBI", "ATCSM0", "ATM1", "ATMA", "ATDM",
      "ATRTR", "ATIFR", "ATBRD", "STBR", "STSBR", "STW", "STSL", "STPX", "STM", "STP#",
    ]
    for command in ELMStartUpCommand.allowed {
      #expect(command.hasPrefix("AT") || command.hasPrefix("ST"))
      #expect(!forbidden.contains { command.hasPrefix($0) }, "\(command)")
    }
  }
}
