// The daemon's commands on the command line: what is understood, and what is refused before anybody is asked.
import ArgumentParser
import Glibc
import Testing

@testable import telltale

struct DaemonCommandTests {
  @Test(arguments: [
    ("1s", 1), ("90s", 90), ("10min", 600), ("10 min", 600), ("1.5h", 5400), ("7d", 604_800),
  ] as [(String, Double)])
  func `a span is seconds`(text: String, seconds: Double) throws { #expect(try spanArgument(text) == seconds) }

  @Test(arguments: [
    "", "10", "min", "10m", "-10s", "1e3s", "0x10s", "10 sec", "10minutes", "0s", "0.5s", "8d", "604801s", "1.2.3s",
    "٣s", "nans", "infs",
  ])
  func `what is no span is refused`(text: String) { #expect(throws: ValidationError.self) { try spanArgument(text) } }

  @Test func `show is what polling and dtcs do without a word`() throws {
    #expect(try PollingCommand.parseAsRoot([]) is ShowPollingCommand)
    #expect(try #require(PollingCommand.parseAsRoot(["--json"]) as? ShowPollingCommand).daemon.json)
    #expect(try #require(TroubleCodesCommand.parseAsRoot([]) as? ShowTroubleCodesCommand).code == nil)
    let one = try #require(TroubleCodesCommand.parseAsRoot(["P0301", "--json"]) as? ShowTroubleCodesCommand)
    #expect(one.code == "P0301" && one.daemon.json)
    let j1939 = try TroubleCodesCommand.parseAsRoot(["SPN 110 FMI 0", "--socket", "/x"])
    #expect((j1939 as? ShowTroubleCodesCommand)?.code == "SPN 110 FMI 0")
  }

  @Test func `pause, resume and clear`() throws {
    let pause = try #require(PollingCommand.parseAsRoot(["pause", "--for", "10min"]) as? PausePollingCommand)
    #expect(pause.seconds == 600)
    #expect(try #require(PollingCommand.parseAsRoot(["pause"]) as? PausePollingCommand).seconds == nil)
    #expect(try PollingCommand.parseAsRoot(["resume"]) is ResumePollingCommand)
    let clear = try TroubleCodesCommand.parseAsRoot(["clear", "--yes", "--bus", "1"])
    let parsed = try #require(clear as? ClearTroubleCodesCommand)
    #expect(parsed.yes && parsed.bus == 1)
  }

  @Test(arguments: [
    ["pause", "--for", "10"], ["pause", "--for"], ["pause", "10min"], ["resume", "--for", "10min"], ["stop"],
  ])
  func `wrong calls of polling are wrong calls`(arguments: [String]) {
    #expect(exitCode(PollingCommand.self, arguments) == .validationFailure)
  }

  @Test(arguments: [["clear", "--bus", "256"], ["clear", "--bus", "can0"], ["clear", "P0301"], ["P0301", "P0302"]])
  func `wrong calls of dtcs are wrong calls`(arguments: [String]) {
    #expect(exitCode(TroubleCodesCommand.self, arguments) == .validationFailure)
  }

  private func exitCode(_ command: (some ParsableCommand).Type, _ arguments: [String]) -> ExitCode? {
    do {
      _ = try command.parseAsRoot(arguments)
      return nil
    } catch {
      return command.exitCode(for: error)
    }
  }

  @Test(.enabled(if: isatty(STDIN_FILENO) == 0, "standard input is a terminal: it would be asked"))
  func `without a terminal and without --yes nothing is cleared`() {
    #expect(exitCode(TroubleCodesCommand.self, ["clear"]) == .validationFailure)
  }

  @Test func `bodies are what the daemon reads`() {
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    #expect(text(PausePollingCommand.body(seconds: nil)) == "")
    #expect(text(PausePollingCommand.body(seconds: 600)) == #"{"seconds":600}"#)
    #expect(text(ClearTroubleCodesCommand.body(bus: nil)) == #"{"confirm":"clear"}"#)
    #expect(text(ClearTroubleCodesCommand.body(bus: 2)) == #"{"confirm":"clear","bus":2}"#)
  }
}
