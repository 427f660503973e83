// The simulated adapter's serial side: pace, baud rates, power, monitoring, and a link that fails.
import Testing
import VehicleSimulator
import Vocabulary

@Suite struct AdapterLinkTests {
  @Test func charactersLeaveAtTheBaudRate() {
    // Four characters in and fifteen out, and one or two milliseconds of the command's own.
    for rate in [9600, 38_400, 115_200] {
      var personality = AdapterPersonality.genuine
      personality.baudRate = rate
      var terminal = Terminal.ready(personality, AdapterVehicle(), ["ATE0"])
      let least = 19 * 10 / Double(rate)
      #expect((least + 0.0009...least + 0.0021).contains(terminal.duration("ATI")), "\(rate)")
    }
  }

  @Test func theWrongBaudRateGivesNonsense() {
    for rate in [9600, 19_200, 57_600, 115_200, 500_000] {
      var terminal = Terminal()
      terminal.adapter.clientBaudRate = rate
      terminal.type("ATI\r")
      #expect(!terminal.wait(30).contains("ELM327"), "\(rate)")
      terminal.adapter.clientBaudRate = 38_400
      terminal.type("\r")
      _ = terminal.wait(1)
      #expect(terminal.say("ATI")?.contains("ELM327 v1.4b") == true, "\(rate)")
    }
    var terminal = Terminal()
    terminal.adapter.clientBaudRate = 38_000
    #expect(terminal.say("ATI")?.contains("ELM327 v1.4b") == true)
  }

  @Test func changesItsBaudRateWhenConfirmed() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0"])
    terminal.adapter.clientBaudRate = 38_400
    terminal.type("ATBRD23\r")
    #expect(terminal.wait(0.02) == "OK\r")
    terminal.adapter.clientBaudRate = 115_200
    #expect(terminal.wait(0.08) == "ELM327 v1.4b\r")
    terminal.type("\r")
    #expect(terminal.wait(0.02) == "OK\r\r>")
    #expect(terminal.adapter.baudRate == 114_285)
    #expect(terminal.say("ATI") == "ELM327 v1.4b\r\r")
    // Unconfirmed it goes back.
    terminal.type("ATBRD45\r")
    _ = terminal.wait(0.5)
    #expect(terminal.adapter.baudRate == 114_285)
    #expect(terminal.say("ATBRD07") == "?\r\r")
    terminal.adapter.clientBaudRate = 38_400
    var stn = Terminal.ready(.stn, AdapterVehicle(), ["ATE0"])
    stn.type("STSBR500000\r")
    _ = stn.wait(1)
    #expect(stn.adapter.baudRate == 500_000)
  }

  @Test func monitorsAndOverflows() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0", "ATS0", "ATH1", "ATCAF0", "ATSP6"])
    _ = terminal.wait(20)
    terminal.type("ATMA\r")
    let text = terminal.wait(1)
    let lines = text.split(separator: "\r")
    #expect((140...151).contains(lines.count))
    #expect(lines.allSatisfy { $0.utf8.count == 19 && ["120", "1A0", "2F0"].contains(String($0.prefix(3))) })
    #expect(terminal.adapter.counters.transmissions == 0, "listening is silent")
    terminal.type("x")
    #expect(terminal.wait(0.1).hasSuffix("STOPPED\r\r>"))
    // Blanks, and a bus of 400 frames a second.
    terminal.adapter.vehicle.trafficRate = 400
    _ = terminal.say("ATS1")
    terminal.type("ATMA\r")
    #expect(terminal.wait(3).hasSuffix("BUFFER FULL\r\r>"))
    #expect(terminal.adapter.counters.overflows == 1)
  }

  @Test func monitorsNothingOfAnotherBus() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0", "ATS0", "ATH1", "ATCAF0", "ATSP7"])
    terminal.type("ATMA\r")
    #expect(terminal.wait(3) == "")
    terminal.type("\r")
    _ = terminal.wait(0.1)
    _ = terminal.say("ATSP8")
    terminal.type("ATMA\r")
    #expect(terminal.wait(3).split(separator: "\r").allSatisfy { $0.hasSuffix("<RX ERROR") })
    terminal.type("\r")
    _ = terminal.wait(0.1)
    _ = terminal.say("ATCSM0")
    #expect(terminal.say("ATMA") == "CAN ERROR\r\r")
  }

  @Test func formattingMarksWhatIsNoMessage() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(), ["ATE0", "ATSP6"])
    _ = terminal.wait(30)
    terminal.type("ATMA\r")
    #expect(terminal.wait(2).contains("<DATA ERROR"))
  }

  @Test func stFiltersTheMonitor() {
    var terminal = Terminal.ready(.stn, AdapterVehicle(), ["ATE0", "ATS0", "ATH1", "ATCAF0", "STP31"])
    _ = terminal.say("STFAP 1A0,7FF")
    terminal.type("STM\r")
    let lines = terminal.wait(1).split(separator: "\r")
    #expect(lines.count > 30 && lines.allSatisfy { $0.hasPrefix("1A0") })
  }

  @Test func aTruckIsOnlyHeard() {
    var terminal = Terminal.ready(.stn, AdapterVehicle(.truck), ["ATE0", "ATS0", "ATH1", "ATCAF0", "ATSPA"])
    #expect(terminal.say("FEE9") == "NO DATA\r\r")
    terminal.type("ATMA\r")
    #expect(terminal.wait(1).split(separator: "\r").contains { $0.hasPrefix("0CF00400") })
  }

  @Test func silentWithTheIgnitionOff() {
    var terminal = Terminal.ready(.genuine, AdapterVehicle(isIgnitionOn: false), ["ATE0", "ATCAF0", "ATSP6"])
    terminal.type("ATMA\r")
    #expect(terminal.wait(60) == "")
  }

  @Test func powerComesAndGoes() {
    var terminal = Terminal.ready()
    terminal.type("0120\r")
    _ = terminal.wait(0.012)
    terminal.adapter.unplug(at: terminal.now)
    #expect(!terminal.wait(10).contains(">"))
    terminal.type("ATI\r")
    #expect(terminal.wait(10) == "")
    terminal.adapter.plugIn(at: terminal.now)
    #expect(terminal.wait(2) == "\r\rELM327 v1.4b\r\r>")
    #expect(terminal.say("ATI") == "ATI\rELM327 v1.4b\r\r", "settings are lost")
    terminal.adapter.lowerVoltage(at: terminal.now)
    #expect(terminal.wait(2) == "\r\rLV RESET\r\r>")
  }

  @Test func aDyingLinkDoesAllOfIt() {
    var (prompts, resets, missing, drops) = (0, 0, 0, 0)
    for seed in 0..<6 as Range<UInt64> {
      var terminal = Terminal(.dyingLink, AdapterVehicle(), seed: seed)
      _ = terminal.say("ATSP6")
      for _ in 0..<400 {
        let text = terminal.say("010C1")
        if text == nil { missing += 1 } else { prompts += 1 }
        if text?.contains("LV RESET") == true { resets += 1 }
        if !terminal.adapter.isConnected {
          drops += 1
          terminal.adapter.plugIn(at: terminal.now)
        }
      }
    }
    #expect(prompts > 2000 && resets > 0 && missing > 5 && drops > 0, "\(prompts) \(resets) \(missing) \(drops)")
  }

  @Test func theSameSeedGivesTheSame() {
    func run(_ seed: UInt64) -> String {
      var terminal = Terminal(.dyingLink, AdapterVehicle(seed: seed), seed: seed)
      return (0..<200).reduce(into: "") { text, _ in text += terminal.say("010C") ?? "-" }
    }
    #expect(run(3) == run(3))
    #expect(run(3) != run(4))
  }

  /// Random characters at random times: it stays in order, and answers as ever after a reset.
  @Test(arguments: AdapterPersonality.all.map(\.name))
  func takesNoise(_ name: String) throws {
    var personality = try #require(AdapterPersonality.all.first { $0.name == name })
    personality.troubles = .init()
    var generator = SplitMix(state: 7)
    let alphabet = Array("ATSPHEL0123456789 \r\r\r>?MAZFCRDBX:,".utf8)
    for _ in 0..<40 {
      var terminal = Terminal(personality, AdapterVehicle(isIgnitionOn: generator.next() & 3 != 0))
      var last = Instant.zero
      for _ in 0..<200 {
        let bytes = (0..<(generator.next() % 12)).map { _ -> UInt8 in
          let number = generator.next()
          return number & 15 == 0 ? UInt8(truncatingIfNeeded: number >> 8) : alphabet[Int(number >> 8) % alphabet.count]
        }
        terminal.adapter.take(bytes, at: terminal.now)
        let end = terminal.now.advanced(seconds: Double(generator.next() % 300) / 1000)
        for (at, _) in terminal.adapter.output(until: end) {
          #expect(at >= last && at <= end)
          last = at
        }
        _ = terminal.wait(end.seconds(since: terminal.now))
      }
      // Whatever it is doing ends, and 10 s later so has a search.
      terminal.adapter.clientBaudRate = terminal.adapter.baudRate
      terminal.type("\r")
      _ = terminal.wait(60)
      terminal.type("\r")
      _ = terminal.wait(60)
      terminal.adapter.clientBaudRate = nil
      #expect(terminal.say("ATI")?.contains(personality.banner) == true)
    }
  }
}

struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
