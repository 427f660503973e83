// Whether there is an adapter, at which rate, and how ports without one are left alone.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMProbingTests {
  /// Lines at each rate, and the rates in their order.
  private struct Port {
    var rates: [Int] = []
    var lines: [Int] = []
    var reopenings = 0

    mutating func perform(_ action: ELMAction) {
      switch action {
      case .setBaudRate(let rate):
        rates.append(rate)
        lines.append(0)
      case .write:
        if lines.isEmpty { lines.append(0) }
        lines[lines.count - 1] += 1
      case .reopen: reopenings += 1
      }
    }
  }

  private static func session(_ change: (inout ELMSettings) -> Void = { _ in }) -> ELMSession {
    var settings = ELMSettings()
    settings.mayTransmit = true
    change(&settings)
    return ELMSession(settings, bus: 0, profiles: [])
  }

  @Test(arguments: [9600, 38_400, 115_200, 921_600])
  func findsTheRate(_ rate: Int) {
    var adapter = ScriptedAdapter()
    adapter.baudRate = rate
    var bench = ELMBench(adapter)
    let isReady = bench.getReady()
    #expect(isReady && bench.session.status.baudRate == rate && bench.session.memory.baudRate == rate)
  }

  /// Prompts alone are no adapter: the set-up fails, and the next rate is tried.
  @Test func aMisleadingRateIsLeft() {
    var adapter = ScriptedAdapter()
    adapter.baudRate = 115_200
    adapter.misleadingRate = 38_400
    var bench = ELMBench(adapter)
    let isReady = bench.getReady(within: 30)
    #expect(isReady && bench.session.status.baudRate == 115_200)
  }

  @Test func aRememberedRateIsTriedFirst() {
    var adapter = ScriptedAdapter()
    adapter.baudRate = 57_600
    var bench = ELMBench(adapter) { $0.memory.baudRate = 57_600 }
    let isReady = bench.getReady(within: 3)
    #expect(isReady)
  }

  @Test func aFixedRateIsTheOnlyOne() {
    var session = Self.session { $0.baudRate = 9600 }
    var port = Port()
    session.portOpened(hasBaudRate: true, at: .zero)
    var now = Instant.zero
    for _ in 0..<1000 {
      now = session.step(at: now)
      while let action = session.nextAction() { port.perform(action) }
    }
    #expect(Set(port.rates) == [9600])
  }

  /// Two lines at each rate and no more, then 5, 10, 20... 60 s of peace; at last the port is opened anew.
  @Test func silenceIsBackedOffFrom() {
    var session = Self.session()
    var port = Port()
    var pauses: [Double] = []
    session.portOpened(hasBaudRate: true, at: .zero)
    var now = Instant.zero
    while now < Instant.zero.advanced(seconds: 600) {
      let next = session.step(at: now)
      #expect(next > now)
      while let action = session.nextAction() { port.perform(action) }
      if session.status.state == .backingOff, let until = session.status.until, until == next {
        pauses.append(until.seconds(since: session.status.since))
      }
      now = next
    }
    #expect(session.status.trouble == .silentPort)
    #expect(port.lines.allSatisfy { $0 <= 2 })
    #expect(port.rates.prefix(10) == ELMProbe.usualRates[...])
    #expect(pauses.starts(with: [5, 10, 20]))
    #expect(pauses.allSatisfy { $0 <= 65 })
    #expect(port.reopenings >= 1)
  }

  @Test(arguments: [
    "\r\nSIM800 R14.18\r\n\r\nOK\r\n", "ATI\r\r\nERROR\r\n", "\r\nOK\r\n",
    "$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M*76\r\n",
  ])
  func whatIsNoAdapterIsLeftAlone(_ said: String) {
    var session = Self.session()
    session.portOpened(hasBaudRate: true, at: .zero)
    var now = Instant.zero
    var writes: [Double] = []
    var pauses: Set<Double> = []
    while now < Instant.zero.advanced(seconds: 3600) {
      let next = session.step(at: now)
      while let action = session.nextAction() {
        if case .write = action {
          writes.append(now.seconds(since: .zero))
          session.take(Array(said.utf8), at: now.advanced(seconds: 0.01))
        }
      }
      if session.status.state == .backingOff, let until = session.status.until {
        pauses.insert(until.seconds(since: session.status.since).rounded())
      }
      now = next
    }
    guard case .notELM327(let words) = session.status.trouble else {
      Issue.record("\(String(describing: session.status.trouble))")
      return
    }
    #expect(!words.isEmpty && words.allSatisfy { $0.isASCII })
    #expect(pauses == [30, 60, 120, 240, 480, 600])
    #expect(writes.count <= 2 * 11)
  }

  /// NMEA never stops: bytes must not keep the state alive.
  @Test func aFloodDoesNotHoldTheState() {
    var session = Self.session()
    session.portOpened(hasBaudRate: false, at: .zero)
    var now = Instant.zero
    while session.status.state == .probing, now < Instant.zero.advanced(seconds: 20) {
      now = now.advanced(seconds: 0.02)
      session.take(Array("$GPRMC,1*00\r\n".utf8), at: now)
      _ = session.step(at: now)
    }
    #expect(session.status.state == .backingOff)
    #expect(now.seconds(since: .zero) < 3.1)
  }

  @Test func anAdapterThatWasLeftMonitoringIsFound() {
    var adapter = ScriptedAdapter()
    adapter.traffic = ("1F0112233", 0.002)
    adapter.vehicle = .can11at500
    adapter.perform(.write(Array("ATTP6\rATMA\r".utf8)), at: .zero)
    var bench = ELMBench(adapter)
    let isReady = bench.getReady(within: 5)
    #expect(isReady && bench.session.status.trouble == nil)
  }

  @Test func aSocketHasNoRates() {
    var session = Self.session()
    var port = Port()
    session.portOpened(hasBaudRate: false, at: .zero)
    var now = Instant.zero
    for _ in 0..<20 {
      now = session.step(at: now)
      while let action = session.nextAction() { port.perform(action) }
    }
    #expect(port.rates.isEmpty && session.status.trouble == .silentPort)
  }

  @Test func losingThePortClosesAndOpeningItBeginsAnew() {
    var bench = ELMBench.polling()
    bench.session.portLost(.port("unplugged"), at: bench.now)
    #expect(bench.session.status.state == .closed && bench.session.status.trouble == .port("unplugged"))
    #expect(bench.session.nextAction() == nil && !bench.session.isBusy && !bench.session.isReady)
    bench.session.portOpened(hasBaudRate: true, at: bench.now)
    let isReady = bench.getReady(within: 5)
    #expect(isReady && bench.session.status.counters.opened == 2)
    let answers = bench.ask([0x01, 0x0C]).answers
    #expect(answers.count == 1)
    #expect(bench.session.status.trouble == nil)
  }
}
