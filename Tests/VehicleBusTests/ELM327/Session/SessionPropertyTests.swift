// Whatever comes in, whenever: no state for ever, nothing sent that was not permitted, and back to work afterwards.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMSessionPropertyTests {
  private static let phrases = [
    "\r>", ">", "OK\r\r>", "?\r\r>", "NO DATA\r\r>", "7E8 04 41 0C 1A F8\r\r>", "SEARCHING...", "STOPPED\r\r>",
    "LV RESET\r\r>", "\r\rELM327 v1.5\r\r>", "BUFFER FULL\r\r>", "CAN ERROR\r\r>", "BUS INIT: ...ERROR\r\r>",
    "ERR93\r\r>", "14.1V\r\r>", "A6\r\r>", "UNABLE TO CONNECT\r\r>", "7E81014490201575657\r", "ATI\r",
    "STN2120 v5.6.19\r\r>", "ERROR\r\n", "1F0 01 02\r", "48 6B 10 41 00 BE 1F B8 10 EA\r\r>",
  ]

  private static let contents = [
    service(0x01, 0x00), service(0x01, 0x0C), service(0x09, 0x02), service(0x22, 0xF1, 0x90),
  ]

  private static func noise(_ random: inout TransmitDraws) -> [UInt8] {
    switch UInt8.random(in: 0..<4, using: &random) {
    case 0: (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    case 1: (0..<Int.random(in: 1...20, using: &random)).map { _ in
      Array("0123456789ABCDEF >\r\n".utf8).randomElement(using: &random) ?? 0 }
    default: Array((phrases.randomElement(using: &random) ?? ">").utf8)
    }
  }

  private static func pause(_ random: inout TransmitDraws) -> Double {
    switch UInt8.random(in: 0..<4, using: &random) {
    case 0: 0
    case 1: Double.random(in: 0...0.01, using: &random)
    case 2: Double.random(in: 0...0.5, using: &random)
    default: Double.random(in: 0...8, using: &random)
    }
  }

  /// Random bytes at random times for 10,000 steps, requests, ends of requests, sleep and lost ports between; then an
  /// adapter that behaves. It is polled again within the longest back-off and one search.
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func alwaysBackToPolling(_ seed: UInt64) throws {
    var random = TransmitDraws(seed: seed)
    var bench = ELMBench(profiles: [genuineProfile])
    var writes = 0
    for _ in 0..<10_000 {
      let next = bench.session.step(at: bench.now)
      #expect(next > bench.now)
      while let action = bench.session.nextAction() {
        guard case .write(let bytes) = action else { continue }
        writes += 1
        #expect(bytes.last == 0x0D && bytes.count > 1, "never a bare carriage return")
      }
      while bench.session.nextFrame() != nil {}
      while bench.session.nextAnswer() != nil {}
      bench.now = bench.now.advanced(seconds: Self.pause(&random))
      switch UInt8.random(in: 0..<32, using: &random) {
      case 0..<20: bench.session.take(Self.noise(&random), at: bench.now)
      case 20..<26:
        let content = Self.contents.randomElement(using: &random) ?? service(0x03)
        let address = [RequestAddress.everybody11, .everybody29, engineUnit].randomElement(using: &random)
        let permit = TransmitPermit(grantedByGuard: ask(content, address ?? .everybody11))
        let isReady = bench.session.isReady
        do throws(RequestPortError) {
          try bench.session.begin(permit, at: bench.now)
          #expect(isReady)
        } catch {
          #expect(!isReady)
        }
      case 26..<29: bench.session.finish(at: bench.now)
      case 29: bench.session.sleep(at: bench.now)
      case 30: bench.session.wake(at: bench.now)
      default:
        guard UInt8.random(in: 0..<32, using: &random) == 0 else { continue }
        bench.session.portLost(.port("gone"), at: bench.now)
        bench.session.portOpened(hasBaudRate: true, at: bench.now)
      }
    }
    #expect(writes > 100)

    bench.session.wake(at: bench.now)
    bench.session.finish(at: bench.now)
    let begin = bench.now
    bench.adapter = ScriptedAdapter()
    // The rate was set before this adapter was there.
    if let rate = bench.session.status.baudRate { bench.adapter.perform(.setBaudRate(rate), at: bench.now) }
    // A back-off of what is no ELM327 takes ten minutes, the rest a search among ten rates and a set-up.
    var isAnswered = false
    while bench.now.seconds(since: begin) < 600 + 60, !isAnswered {
      bench.getReady(within: 60)
      isAnswered = !bench.ask([0x01, 0x00]).answers.isEmpty && bench.session.status.state == .polling
    }
    #expect(isAnswered, "\(bench.session.status.sentence)")
  }

  /// Without permission nothing but the adapter's own commands is ever written, whatever it says; without a permit
  /// neither.
  @Test(arguments: 1...4 as ClosedRange<UInt64>, [true, false])
  func nothingIsSentUnasked(_ seed: UInt64, _ mayTransmit: Bool) {
    var random = TransmitDraws(seed: seed &* 77)
    var settings = ELMSettings()
    settings.mayTransmit = mayTransmit
    settings.memory.vehicleProtocol = .can11at500
    var session = ELMSession(settings, bus: 0, profiles: [genuineProfile])
    var now = Instant.zero
    var states: Set<ELMState> = []
    session.portOpened(hasBaudRate: true, at: now)
    for turn in 0..<10_000 {
      let next = session.step(at: now)
      states.insert(session.status.state)
      while let action = session.nextAction() {
        guard case .write(let bytes) = action else { continue }
        let line = String(decoding: bytes.dropLast(), as: UTF8.self)
        #expect(isHarmless(line), "\(line)")
        // Mostly an adapter that says the right thing at the right time, so that every state is reached.
        guard UInt8.random(in: 0..<20, using: &random) > 0 else { continue }
        let said = line == "ATZ" || line == "ATI" ? "ELM327 v1.4b\r\r>" : line == "ATRV" ? "12.9V\r\r>" : "OK\r\r>"
        if line != "ATMA" { session.take(Array(said.utf8), at: now.advanced(seconds: 0.001)) }
      }
      now = turn % 3 == 0 ? next : now.advanced(seconds: Self.pause(&random))
      if UInt8.random(in: 0..<8, using: &random) == 0 { session.take(Self.noise(&random), at: now) }
      if UInt8.random(in: 0..<64, using: &random) == 0 { session.sleep(at: now) }
      if UInt8.random(in: 0..<64, using: &random) == 0 { session.wake(at: now) }
    }
    #expect(states.isSuperset(of: mayTransmit ? [.searching, .asleep] : [.listening]))
  }

  /// Commands of the adapter's own that send nothing on the vehicle's bus and write nothing to the adapter's memory.
  private func isHarmless(_ line: String) -> Bool {
    let fixed: Set<String> = [
      "ATZ", "ATD", "ATI", "AT@1", "STI", "STDI", "ATE0", "ATL0", "ATH1", "ATS0", "ATM0", "ATAT1", "ATAT2", "ATCAF0",
      "ATCAF1", "ATCSM1", "ATD0", "ATCEA", "ATCTM1", "ATFCSM0", "ATCRA7E8", "ATAR", "ATAL", "ATBRT0F", "ATIGN", "ATRV",
      "ATPC", "ATMA", "STMA", "ATTP6", "ATTP7", "ATTP8", "ATTP9",
    ]
    return fixed.contains(line)
  }

  /// The same bytes in other pieces make the same dialogue. After a prompt a command may go out, and what came before
  /// it is no answer to it: there the pieces do matter.
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func piecesDoNotMatter(_ seed: UInt64) {
    var random = TransmitDraws(seed: seed)
    var whole = ELMSession(ELMSettings(), bus: 0, profiles: [])
    var cut = whole
    var now = Instant.zero
    whole.portOpened(hasBaudRate: false, at: now)
    cut.portOpened(hasBaudRate: false, at: now)
    for _ in 0..<500 {
      let bytes = Self.noise(&random)
      if bytes.dropLast().contains(UInt8(ascii: ">")) { continue }
      now = now.advanced(seconds: Self.pause(&random))
      whole.take(bytes, at: now)
      let place = Int.random(in: 0...bytes.count, using: &random)
      cut.take(Array(bytes[..<place]), at: now)
      cut.take(Array(bytes[place...]), at: now)
      let next = (whole.step(at: now), cut.step(at: now))
      #expect(whole.status.state == cut.status.state && next.0 == next.1)
      while let action = whole.nextAction() { #expect(action == cut.nextAction()) }
    }
  }
}
