// A session against the simulated adapters, in virtual time: how many values a second, and whether it comes through.
import Testing
import VehicleSimulator
import Vocabulary

@testable import VehicleBus

/// A session, a simulated adapter and its vehicle.
struct SimulatedBench {
  var session: ELMSession
  var adapter: SimulatedAdapter
  var now = Instant.zero.advanced(seconds: 100)
  var spins = 0

  init(
    _ personality: AdapterPersonality, baudRate: Int? = nil, speaking vehicle: OBDProtocol = .can11at500,
    profile: ELMProfile? = nil, seed: UInt64 = 1, isIgnitionOn: Bool = true,
    _ change: (inout ELMSettings) -> Void = { _ in }
  ) {
    var personality = personality
    if let baudRate { personality.baudRate = baudRate }
    adapter = SimulatedAdapter(
      personality, vehicle: AdapterVehicle(.petrol, speaking: vehicle, seed: seed, isIgnitionOn: isIgnitionOn),
      seed: seed)
    var settings = ELMSettings()
    settings.mayTransmit = true
    change(&settings)
    var generic = genuineProfile
    generic.banner = "ELM327"
    session = ELMSession(settings, bus: 0, profiles: [profile ?? generic])
    session.portOpened(hasBaudRate: true, at: now)
  }

  mutating func run(for seconds: Double, until isOver: (SimulatedBench) -> Bool = { _ in false }) {
    let end = now.advanced(seconds: seconds)
    while now < end, !isOver(self) {
      let next = session.step(at: now)
      if next <= now { spins += 1 }
      while let action = session.nextAction() {
        switch action {
        case .write(let bytes): adapter.take(bytes, at: now)
        case .setBaudRate(let rate): adapter.clientBaudRate = rate
        case .reopen: break
        }
      }
      while session.nextFrame() != nil {}
      if isOver(self) { return }
      // Bytes come as they leave the adapter, and no sooner than the next microsecond.
      now = min(max(min(next, adapter.nextOutput ?? next), now.advanced(seconds: 1e-6)), end)
      for piece in adapter.output(until: now) { session.take(piece.bytes, at: now) }
      if !adapter.isConnected {
        session.portLost(.port("gone"), at: now)
        adapter.plugIn(at: now)
        session.portOpened(hasBaudRate: true, at: now)
      }
    }
  }

  @discardableResult mutating func ask(_ bytes: [UInt8], _ address: RequestAddress = .everybody11) -> [[UInt8]] {
    run(for: 120) { $0.session.isReady }
    let permit = TransmitPermit(
      grantedByGuard: Transmission(bus: 0, address: address, content: .service(RequestBytes(bytes) ?? RequestBytes())))
    do throws(RequestPortError) { try session.begin(permit, at: now) } catch { return [] }
    run(for: 90) { !$0.session.isBusy }
    var answers: [[UInt8]] = []
    while let answer = session.nextAnswer() { answers.append(answer.bytes) }
    session.finish(at: now)
    return answers
  }

  /// Values a second of six parameters, asked of the engine in requests of so many.
  mutating func rate(_ most: Int, for seconds: Double = 20) -> Double {
    let parameters: [UInt8] = [0x0C, 0x0D, 0x04, 0x05, 0x0F, 0x11]
    let lengths: [UInt8: Int] = [0x0C: 2, 0x0D: 1, 0x04: 1, 0x05: 1, 0x0F: 1, 0x11: 1]
    ask([0x01, 0x00])
    let most = min(most, session.status.mostParameters)
    let begin = now
    var values = 0
    while now.seconds(since: begin) < seconds {
      for start in stride(from: 0, to: 6, by: most) {
        let asked = Array(parameters[start..<min(start + most, 6)])
        for answer in ask([0x01] + asked, engineUnit) where answer.first == 0x41 {
          var place = 1
          while place < answer.count, let length = lengths[answer[place]], place + length < answer.count {
            values += 1
            place += 1 + length
          }
        }
      }
    }
    return Double(values) / now.seconds(since: begin)
  }
}

@Suite struct SimulatedAdapterTests {
  @Test(arguments: OBDProtocol.allCases.filter { $0 != .j1939 })
  func everyProtocolIsFoundAndAsked(_ spoken: OBDProtocol) {
    var bench = SimulatedBench(.genuine, speaking: spoken)
    let found = bench.ask([0x01, 0x00])
    #expect(!found.isEmpty && bench.session.status.vehicleProtocol?.rawValue == spoken.rawValue)
    let speed = bench.ask([0x01, 0x0C])
    #expect(speed.first?.starts(with: [0x41, 0x0C]) ?? false)
    let identity = bench.ask([0x09, 0x02])
    #expect(identity.first?.count == 20, "\(identity)")
    #expect(bench.spins == 0)
  }

  @Test func genuineAt115200IsFast() {
    var one = SimulatedBench(.genuine, baudRate: 115_200)
    let single = one.rate(1)
    var six = SimulatedBench(.genuine, baudRate: 115_200)
    let multiple = six.rate(6)
    #expect(single >= 20 && multiple >= 60, "\(single), \(multiple)")
  }

  @Test(arguments: AdapterPersonality.all.map(\.name), [38_400, 115_200])
  func everyPersonalityWorks(_ name: String, _ baudRate: Int) throws {
    let personality = try #require(AdapterPersonality.all.first { $0.name == name })
    var one = SimulatedBench(personality, baudRate: baudRate)
    let single = one.rate(1)
    var six = SimulatedBench(personality, baudRate: baudRate)
    let multiple = six.rate(6)
    // What a link that is about to fail gives in so short a time is left to chance.
    let least = name == "dying-link" ? 0.2 : 5
    #expect(single > least && multiple > least, "\(single), \(multiple)")
  }

  /// A client with a fixed timeout, without a count of frames: what this is to be compared with.
  @Test func theUntunedClassicIsSlow() {
    var personality = AdapterPersonality.genuine
    personality.baudRate = 115_200
    var adapter = SimulatedAdapter(personality, vehicle: AdapterVehicle(.petrol, speaking: .can11at500))
    adapter.clientBaudRate = 115_200
    var now = Instant.zero.advanced(seconds: 100)
    func say(_ line: String) {
      adapter.take(Array((line + "\r").utf8), at: now)
      var isDone = false
      while !isDone {
        now = adapter.nextOutput ?? now.advanced(seconds: 0.001)
        for piece in adapter.output(until: now) where piece.bytes.contains(0x3E) { isDone = true }
      }
    }
    for line in ["ATZ", "ATE0", "ATH1", "ATAT0", "ATSP6", "0100"] { say(line) }
    let begin = now
    for _ in 0..<60 { say("010C") }
    let rate = 60 / now.seconds(since: begin)
    #expect((4...6).contains(rate), "\(rate)")
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func aDyingLinkIsAskedOn(_ seed: UInt64) {
    var bench = SimulatedBench(.dyingLink, baudRate: 38_400, seed: seed)
    var answered = 0
    var asked = 0
    var longest = 0.0
    let begin = bench.now
    var last = bench.now
    while bench.now.seconds(since: begin) < 900 {
      asked += 1
      if !bench.ask([0x01, 0x0C]).isEmpty {
        answered += 1
        longest = max(longest, bench.now.seconds(since: last))
        last = bench.now
      }
      bench.run(for: 0.5)
    }
    #expect(answered * 10 > asked * 8 && longest < 120, "\(answered) of \(asked), \(longest) s")
  }

  @Test func ignitionOffOnAndLowVoltage() {
    var bench = SimulatedBench(.genuine, isIgnitionOn: false)
    let none = bench.ask([0x01, 0x00])
    #expect(none.isEmpty)
    guard case .ignitionOff = bench.session.status.trouble else {
      Issue.record("\(String(describing: bench.session.status.trouble))")
      return
    }
    bench.adapter.vehicle.turnIgnition(on: true, at: bench.now)
    let some = bench.ask([0x01, 0x00])
    #expect(!some.isEmpty && bench.session.status.state == .polling)
    bench.adapter.lowerVoltage(at: bench.now)
    let begin = bench.now
    bench.run(for: 2) { $0.session.status.counters.resets > 0 }
    bench.run(for: 10) { $0.session.status.state == .polling && $0.session.isReady }
    #expect(bench.now.seconds(since: begin) < 5)
    let again = bench.ask([0x01, 0x0C])
    #expect(!again.isEmpty && bench.session.status.counters.resets >= 1)
  }
}
