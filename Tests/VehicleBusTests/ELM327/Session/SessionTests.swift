// A session and an adapter that does what it should: found, set up, asked.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMSessionTests {
  @Test func findsSetsUpAndAsks() throws {
    var bench = ELMBench(profiles: [genuineProfile])
    let isReady = bench.getReady(within: 5)
    #expect(isReady)
    #expect(bench.session.status.state == .searching)
    #expect(bench.session.status.banner == "ELM327 v1.4b")
    #expect(bench.session.status.profile?.name == "elm327-1.4b")
    #expect(bench.session.status.baudRate == 38_400)
    #expect(bench.session.status.voltage == 14.1)
    #expect(bench.session.status.disproved == [])
    #expect(bench.session.status.mostParameters == 6)
    #expect(bench.adapter.requests.isEmpty, "no request without a permit")

    let first = bench.ask([0x01, 0x00])
    #expect(first.answers.map(\.bytes) == [[0x41, 0x00, 0xBE, 0x3E, 0xA8, 0x13]])
    #expect(first.answers.map(\.id) == [CANID(standard: 0x7E8)])
    #expect(bench.session.status.state == .polling)
    #expect(bench.session.status.vehicleProtocol == .can11at500)
    #expect(bench.session.memory.vehicleProtocol == .can11at500)
    #expect(bench.session.memory.baudRate == 38_400)
    #expect(bench.session.status.counters.searches == 1)
    #expect(bench.states == [.probing, .initialising, .searching, .polling])
    let log = bench.adapter.log
    #expect(log.firstIndex(of: "ATTP0").map { log[$0 + 1] } == "0100")
    #expect(bench.spins == 0)
  }
}
