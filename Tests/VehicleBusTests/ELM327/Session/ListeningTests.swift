// Listening without a word: frames, losses, and which protocol they are on.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMListeningTests {
  private static func busy(_ vehicle: ELMProtocol, every seconds: Double = 0.02) -> ScriptedAdapter {
    var adapter = ScriptedAdapter()
    adapter.vehicle = vehicle
    adapter.traffic = (vehicle.isExtended ? "0CF004000102030405060708" : "1F00102030405060708", seconds)
    return adapter
  }

  private static func listen(
    _ adapter: ScriptedAdapter, for seconds: Double, _ change: (inout ELMSettings) -> Void = { _ in }
  ) -> ELMBench {
    var bench = ELMBench(adapter, mayTransmit: false, profiles: [genuineProfile], change)
    bench.run(for: seconds)
    return bench
  }

  @Test(arguments: ELMListening.order)
  func findsTheProtocolByItsFrames(_ vehicle: ELMProtocol) throws {
    let bench = Self.listen(Self.busy(vehicle), for: 25)
    #expect(bench.session.status.state == .listening && bench.session.status.vehicleProtocol == vehicle)
    #expect(bench.session.memory.vehicleProtocol == vehicle)
    let frame = try #require(bench.frames.first)
    #expect(frame.id == (vehicle.isExtended ? CANID(extended: 0x0CF0_0400) : CANID(standard: 0x1F0)))
    #expect(frame.length == 8 && frame[0] == 1 && frame[7] == 8 && frame.bus == 3)
    #expect(bench.session.status.counters.frames == UInt64(bench.frames.count))
    #expect(bench.adapter.requests.isEmpty && !bench.session.isReady)
    #expect(bench.adapter.commands.contains("ATCAF0") && bench.adapter.commands.contains("ATCSM1"))
  }

  @Test func beginThrows() {
    var bench = Self.listen(Self.busy(.can11at500), for: 5)
    #expect(throws: RequestPortError.self) {
      try bench.session.begin(TransmitPermit(grantedByGuard: ask(service(0x01, 0x00))), at: bench.now)
    }
    bench.run(for: 5)
    #expect(bench.adapter.requests.isEmpty)
  }

  @Test func aFullBufferIsCountedAndItGoesOn() {
    var bench = Self.listen(Self.busy(.can11at500), for: 5)
    let before = bench.session.status.counters
    bench.session.take(Array("1F001020304\rBUFFER FULL\r\r>".utf8), at: bench.now)
    bench.adapter.perform(.write([0x20]), at: bench.now)
    bench.run(for: 3)
    #expect(bench.session.status.counters.losses > before.losses)
    #expect(bench.session.status.counters.frames > before.frames + 50)
  }

  @Test func damagedLinesAreLosses() {
    var bench = Self.listen(Self.busy(.can11at500, every: 5), for: 8)
    let before = bench.session.status.counters
    for line in ["1F00102030405060708<DATA ERROR\r", "1F0010203040506070\u{2}\r", "1F00102030405060\u{2}\r"] {
      bench.session.take(Array(line.utf8), at: bench.now)
    }
    #expect(bench.session.status.counters.losses == before.losses + 3)
    #expect(bench.session.status.counters.frames == before.frames)
  }

  @Test func silenceBringsASlowSearch() {
    var bench = Self.listen(Self.busy(.can11at500), for: 5)
    bench.adapter.traffic = nil
    bench.adapter.forgetLog()
    bench.run(for: 300)
    #expect(bench.session.status.state == .listening && bench.session.status.trouble == .noBus(volts: 14.1))
    let tries = bench.adapter.log.count { $0.hasPrefix("ATTP") }
    #expect((12...20).contains(tries), "a round takes nine seconds and a minute: \(tries)")
    bench.adapter.vehicle = .can29at500
    bench.adapter.traffic = Self.busy(.can29at500).traffic
    bench.run(for: 90)
    #expect(bench.session.status.vehicleProtocol == .can29at500 && bench.session.status.trouble == nil)
  }

  /// Listening that ends at once is not begun again at once.
  @Test func aBusInTroubleIsListenedToInPeace() {
    var adapter = Self.busy(.can11at500)
    adapter.fault = { $0 == "ATMA" ? .says("CAN ERROR\r\r>") : nil }
    let bench = Self.listen(adapter, for: 30)
    let runs = bench.adapter.log.count { $0 == "ATMA" }
    #expect((20...60).contains(runs) && bench.session.status.state == .listening)
  }

  @Test func aFixedProtocolIsListenedToAlone() {
    let bench = Self.listen(Self.busy(.can11at500), for: 200) { $0.vehicleProtocol = .can29at250 }
    #expect(Set(bench.adapter.log.filter { $0.hasPrefix("ATTP") }) == ["ATTP9"])
    #expect(bench.frames.isEmpty)
  }

  @Test func anAdapterThatCannotListenIsLeftAlone() {
    var adapter = Self.busy(.can11at500)
    adapter.unknown = ["ATMA"]
    let bench = Self.listen(adapter, for: 20)
    #expect(bench.session.status.state == .backingOff && bench.session.status.disproved.contains(.monitoring))
  }
}
