// A port from plug to plug: opened, spoken through, lost and opened again.
import CLinux
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ELMPortTests {
  @Test func pluggedInItComesUpAndAnswers() throws {
    let bench = try PluggedAdapter()
    #expect(bench.port.descriptor == nil && !bench.port.isReady)
    try bench.plugIn()
    let begin = bench.now
    #expect(bench.run { bench.port.isReady })
    #expect(bench.now.seconds(since: begin) < 5)
    #expect(bench.port.status.banner?.contains("ELM327 v1.5") == true)
    #expect(bench.port.generation == 1 && bench.port.path == bench.folder.path + "/obd-1")
    try bench.ask(0x01, 0x00)
    #expect(bench.port.isReceiving && !bench.port.isReady)
    var answers: [(id: CANID, bytes: [UInt8])] = []
    #expect(bench.run { (try? answers += bench.receive()) != nil && bench.port.isThrough })
    #expect(answers.map(\.id) == [CANID(standard: 0x7E8)])
    #expect(answers.first?.bytes == [0x41, 0x00, 0xBE, 0x3F, 0xA8, 0x13])
    bench.port.finish()
    #expect(!bench.port.isReceiving && !bench.port.isThrough)
    #expect(bench.frames.contains { $0.id == CANID(standard: 0x7E8) && $0[0] == 6 && $0[1] == 0x41 })
    #expect(bench.run { bench.port.isReady })
  }

  @Test func answersAskForAStepAtOnceUntilTheyAreTaken() throws {
    let bench = try PluggedAdapter()
    try bench.plugIn()
    #expect(bench.run { bench.port.isReady })
    try bench.ask(0x01, 0x0C)
    #expect(bench.run { bench.port.status.counters.answered > 0 })
    #expect(bench.step() == bench.now)
    #expect(try bench.receive().first?.bytes == [0x41, 0x0C, 0x0B, 0xB8])
    bench.port.finish()
    #expect(bench.run { bench.port.isReady })
    #expect(bench.step() > bench.now)
  }

  /// Through the poller, as the daemon asks: it hears at once that nothing more comes.
  @Test func aPollerDoesNotWaitForWhatTheAdapterDidNotHear() throws {
    let bench = try PluggedAdapter()
    try bench.plugIn()
    #expect(bench.run { bench.port.isReady })
    var transmitGuard = TransmitGuard(policy())
    transmitGuard.note(driving(at: bench.now))
    let poller = Poller(bus: 0, planner: PollPlanner([], PollOptions()), isotp: bench.port)
    let begin = bench.now
    var outcomes: [PollOutcome] = []
    for content in [service(0x01, 0x0C), service(0x09, 0x0A), service(0x01, 0x00)] {
      poller.ask(content, of: engineUnit, by: .visitor, at: bench.now) { outcomes.append($0) }
    }
    #expect(bench.run {
      _ = poller.step(at: bench.now, &transmitGuard)
      return outcomes.count == 3
    })
    let answers = outcomes.map { outcome -> [[UInt8]] in
      if case .answers(let answers) = outcome { answers.map(\.bytes) } else { [] }
    }
    #expect(answers == [[[0x41, 0x0C, 0x0B, 0xB8]], [], [[0x41, 0x00, 0xBE, 0x3F, 0xA8, 0x13]]])
    #expect(bench.now.seconds(since: begin) < 1)
  }

  @Test func anAbsentPortIsTriedTwiceASecondAndSaysWhatIsMissing() throws {
    let bench = try PluggedAdapter()
    for tenth in 0..<50 {
      #expect(bench.step() <= second(Double(tenth / 5 + 1) / 2))
      _ = bench.run(seconds: 0.1)
    }
    guard case .port(let text) = bench.port.status.trouble else { return #expect(Bool(false), "no trouble") }
    #expect(text.hasPrefix("obd-1: no such adapter below") || text.contains("/obd-1: no such adapter below"))
    #expect(bench.port.condition.state == .absent && bench.port.generation == 0)
    try bench.plugIn()
    let begin = bench.now
    #expect(bench.run { bench.port.descriptor != nil })
    #expect(bench.now.seconds(since: begin) <= 0.5)
    #expect(bench.run { bench.port.isReady })
  }

  @Test func aPortThatAnotherProgramHasIsWaitedFor() throws {
    let bench = try PluggedAdapter()
    try bench.plugIn()
    var other = SerialLine(.link("obd-1"), folder: bench.folder.path)
    try other.open()
    #expect(!bench.run(seconds: 60) { bench.port.descriptor != nil })
    guard case .port(let text) = bench.port.status.trouble else { return #expect(Bool(false), "no trouble") }
    #expect(text.contains("another program uses it"))
    other.close()
    #expect(bench.run(seconds: 10.1) { bench.port.descriptor != nil })
    #expect(bench.run { bench.port.isReady })
  }

  @Test func aPlugThatIsPulledInMidAnswerEndsTheRequest() throws {
    let bench = try PluggedAdapter()
    try bench.plugIn(breaksOff: true)
    #expect(bench.run { bench.port.isReady })
    try bench.ask(0x01, 0x00)
    _ = bench.run(seconds: 0.2)
    #expect(bench.port.isReceiving)
    bench.pullOut()
    #expect(bench.run { bench.port.descriptor == nil })
    #expect(bench.step() == bench.now)
    #expect(bench.port.descriptor == nil && !bench.port.isThrough && bench.port.status.state == .closed)
    #expect {
      _ = try bench.receive()
    } throws: { error in
      let error = error as? RequestPortError
      return error?.code == ENODEV && error?.isBusGone == true && error?.description.contains("unplugged") == true
    }
    bench.port.finish()
    #expect(bench.step() > bench.now)
    #expect(throws: RequestPortError.self) { try bench.ask(0x01, 0x00) }
    try bench.plugIn()
    #expect(bench.run { bench.port.isReady })
    #expect(bench.port.generation == 2)
  }

  @Test func twentyReplugsAreOneChangeEachWay() throws {
    let bench = try PluggedAdapter()
    for _ in 0..<20 {
      try bench.plugIn()
      let begin = bench.now
      #expect(bench.run { bench.port.isReady })
      #expect(bench.now.seconds(since: begin) < 5)
      bench.step()
      bench.pullOut()
      #expect(bench.run { bench.port.descriptor == nil })
      bench.step()
    }
    #expect(bench.conditions == [.absent] + (0..<20).flatMap { _ in [BusState.errorActive, .absent] })
    #expect(bench.port.generation == 20 && bench.port.status.counters.opened == 20)
  }

  @Test func whatHelpsNoMoreIsOpenedAnew() throws {
    let bench = try PluggedAdapter()
    try bench.plugIn(isSilent: true)
    #expect(bench.run(seconds: 1800) { bench.port.generation == 2 })
    #expect(bench.port.descriptor != nil && bench.port.status.counters.opened == 2)
    #expect(bench.conditions == [.absent, .down])
    try bench.plugIn()
    #expect(bench.run(seconds: 120) { bench.port.isReady })
  }

  /// Pulled at any moment of the dialogue, a thousand times.
  @Test func noDescriptorLeaks() throws {
    let bench = try PluggedAdapter()
    var draws = TransmitDraws(seed: 7)
    let before = openTerminals()
    for _ in 0..<1000 {
      try bench.plugIn(breaksOff: draws.chance(0.5))
      _ = bench.run(seconds: 3, steps: Int.random(in: 1...40, using: &draws))
      if bench.port.isReady { try bench.ask(0x01, 0x00) }
      _ = bench.run(seconds: 1, steps: Int.random(in: 0...5, using: &draws))
      bench.pullOut()
      // At once, unless another test has just forked a process that holds the other end until it is another program.
      #expect(bench.run { bench.port.descriptor == nil })
      bench.port.finish()
    }
    #expect(bench.port.generation > 500)
    // Other tests may have a few open.
    #expect(openTerminals() < before + 30)
  }

  /// This process's descriptors of pseudo-terminals.
  private func openTerminals() -> Int {
    var target = [CChar](repeating: 0, count: 64)
    return (0..<4096).count { descriptor in
      let length = readlink("/proc/self/fd/\(descriptor)", &target, target.count)
      let path = String(decoding: target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return path.hasPrefix("/dev/pts/") || path.hasPrefix("/dev/ptmx")
    }
  }

  @Test func whatCaptureHasNoRoomForIsCounted() throws {
    let bench = try PluggedAdapter()
    bench.room = 0
    try bench.plugIn()
    #expect(bench.run { bench.port.isReady })
    try bench.ask(0x01, 0x00)
    #expect(bench.run { bench.port.counters.framesLost > 0 })
    #expect(bench.frames.isEmpty)
  }

  @Test func whatFindsNoRoomIsWrittenLater() throws {
    let listener = try Listener()
    let bench = try PluggedAdapter("tcp:127.0.0.1:\(listener.port)")
    bench.step()
    try bench.accept(listener)
    #expect(bench.run { bench.port.isReady } && !bench.port.wantsToWrite)
    bench.fill(try #require(bench.port.descriptor))
    try bench.ask(0x01, 0x0C)
    _ = bench.port.step(at: bench.now)
    #expect(bench.port.wantsToWrite && bench.port.isReceiving)
    #expect(bench.run { bench.port.status.counters.answered > 0 })
    #expect(!bench.port.wantsToWrite)
    #expect(try bench.receive().first?.bytes == [0x41, 0x0C, 0x0B, 0xB8])
  }

  @Test func anAdapterInTheNetworkComesAndGoes() throws {
    let listener = try Listener()
    let bench = try PluggedAdapter("tcp:127.0.0.1:\(listener.port)")
    bench.step()
    try bench.accept(listener)
    #expect(bench.run { bench.port.isReady })
    #expect(bench.port.status.baudRate == nil && bench.port.path == nil)
    bench.pullOut()
    #expect(waitForBytes([try #require(bench.port.descriptor)]))
    bench.step()
    #expect(bench.port.descriptor == nil)
    guard case .port(let text) = bench.port.status.trouble else { return #expect(Bool(false), "no trouble") }
    #expect(text.contains("ended the connection"))
    #expect(bench.run(seconds: 11) { bench.port.descriptor != nil })
    try bench.accept(listener)
    #expect(bench.run { bench.port.isReady })
  }

  @Test func aConnectionThatDoesNotComeAboutIsGivenUp() throws {
    // Nobody accepts, and the queue is full: the kernel lets whoever comes next wait.
    let listener = try Listener(backlog: 0)
    var waiting: [Int32] = []
    defer { for descriptor in waiting { close(descriptor) } }
    repeat {
      waiting.append(telltale_tcp_connect("127.0.0.1", listener.port))
    } while waiting.count < 16 && telltale_port_connected(waiting[waiting.count - 1]) == 0
    let bench = try PluggedAdapter("tcp:127.0.0.1:\(listener.port)")
    #expect(!bench.run(seconds: 9.9) { bench.port.descriptor == nil })
    #expect(bench.port.status.state == .closed && bench.port.condition.state == .absent)
    #expect(bench.run(seconds: 0.2) { bench.port.descriptor == nil })
    guard case .port(let text) = bench.port.status.trouble else { return #expect(Bool(false), "no trouble") }
    #expect(text.hasPrefix("tcp:127.0.0.1:\(listener.port): does not answer; "))
  }

  @Test func aFloodIsReadInPieces() throws {
    let listener = try Listener()
    let bench = try PluggedAdapter("tcp:127.0.0.1:\(listener.port)")
    bench.step()
    let far = try listener.accept()
    defer { close(far) }
    #expect(bench.run { !bench.port.wantsToWrite })
    var sent = 0
    var draws = TransmitDraws(seed: 3)
    let noise = (0..<65_536).map { _ in UInt8.random(in: 0...255, using: &draws) }
    while sent < 131_072, case let count = write(far, noise, noise.count), count > 0 { sent += count }
    #expect(sent >= 65_536)
    var steps = 0
    while bench.port.counters.bytesRead < sent, waitForBytes([try #require(bench.port.descriptor)]), steps < 100_000 {
      let before = bench.port.counters.bytesRead
      _ = bench.port.step(at: bench.now)
      #expect(bench.port.counters.bytesRead - before <= 16_384)
      steps += 1
    }
    #expect(bench.port.counters.bytesRead == sent)
  }

  @Test func aClosedPortStaysClosed() throws {
    let bench = try PluggedAdapter()
    try bench.plugIn()
    #expect(bench.run { bench.port.isReady })
    bench.port.close()
    #expect(bench.port.descriptor == nil && bench.port.condition.state == .absent && !bench.port.isReady)
    #expect(bench.step() > bench.now.advanced(seconds: 60))
    var other = SerialLine(.link("obd-1"), folder: bench.folder.path)
    #expect(throws: Never.self) { try other.open() }
  }
}
