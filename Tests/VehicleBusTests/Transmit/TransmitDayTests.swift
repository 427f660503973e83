// Days of random signs against the guard, and proof that nobody else gives permits.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct TransmitDayTests {
  /// Anything that can be asked, sensible or not.
  private static func anything(_ draws: inout TransmitDraws, bus: UInt8) -> Transmission {
    var bytes = RequestBytes()
    for _ in 0..<Int.random(in: 0...8, using: &draws) { bytes.append(.random(in: 0...0x30, using: &draws)) }
    let content: Transmission.Content =
      draws.chance(0.2) ? .parameterGroup(draws.chance(0.3) ? 65_235 : .random(in: 0...0x3FFFF, using: &draws))
      : draws.chance(0.4) ? service(0x04) : draws.chance(0.5) ? service(0x01, 0x0C) : .service(bytes)
    let addresses: [RequestAddress] = [.everybody11, .everybody29, engineUnit, .j1939(0), .j1939(255)]
    let origins: [Transmission.Origin] = [.plan, .probe, .visitor, .technician]
    return Transmission(
      bus: bus, address: addresses[Int.random(in: 0..<5, using: &draws)], content: content,
      origin: origins[Int.random(in: 0..<4, using: &draws)])
  }

  /// A day of arbitrary signs, and some hours of others: what must never happen does not, whatever comes.
  @Test(arguments: [(UInt64(1), 86_400), (2, 10_000), (3, 10_000), (4, 10_000)])
  func aDayOfArbitrarySigns(seed: UInt64, seconds: Int) {
    var draws = TransmitDraws(seed: seed)
    let buses = (0..<3).map { i in
      var bus = TransmitPolicy.Bus()
      bus.mayTransmit = i != 1
      return bus
    }
    var guardian = TransmitGuard(TransmitPolicy(buses))
    var signs = VehicleSigns(time: second(0))
    func maybe(_ value: inout TimedValue, _ range: ClosedRange<Double>, at now: Instant) {
      guard draws.chance(0.05) else { return }
      value = TimedValue(value: draws.chance(0.6) ? 0 : .random(in: range, using: &draws), time: now)
    }
    var granted = 0
    for step in 0..<seconds {
      let now = second(Double(step))
      signs.time = now
      maybe(&signs.engineSpeed, -100...8000, at: now)
      maybe(&signs.speed, -10...250, at: now)
      maybe(&signs.charging, 0...1, at: now)
      maybe(&signs.voltage, 0...30, at: now)
      for i in 0..<3 {
        if draws.chance(0.002) {
          signs.buses[i].condition.state = BusState.allCases.randomElement(using: &draws) ?? .down
        }
        if draws.chance(0.01) { signs.buses[i].condition.state = .errorActive }
        if draws.chance(0.1) { signs.buses[i].lastTraffic = now }
        if draws.chance(0.1) { signs.buses[i].lastAnswer = now }
        if draws.chance(0.0005) { signs.buses[i].lastForeignRequest = now }
        if draws.chance(0.001) { signs.buses[i].errorFrames &+= 4 }
        if draws.chance(0.001) { signs.buses[i].transmitted &+= 100 }
      }
      if !draws.chance(0.01) { guardian.note(signs) }
      if draws.chance(0.0005) { guardian.pause(until: draws.chance(0.5) ? nil : now.advanced(seconds: 60)) }
      if draws.chance(0.002) { guardian.resume() }
      let question = Self.anything(&draws, bus: UInt8.random(in: 0...3, using: &draws))
      if draws.chance(0.1) { guardian.noteRefusal(from: question.address, bus: question.bus, code: 0x21, at: now) }
      if draws.chance(0.1) { guardian.noteSilence(of: question.address, bus: question.bus, at: now) }
      if draws.chance(0.2) { guardian.noteAnswer(from: question.address, bus: question.bus) }
      let wasDue = guardian.nextProbe(on: question.bus).map { $0 <= now } ?? false
      guard guardian.refusal(of: question, at: now) == nil else { continue }
      granted += 1
      let isClearing = question.content == service(0x04) || question.content == .parameterGroup(65_235)
      let stands = abs(signs.speed.value) <= 0.5 && !(signs.engineSpeed.value >= 100)
      let mayNow = guardian.vehicle == .awake || question.origin == .technician || question.origin == .probe && wasDue
      guard question.bus == 0 || question.bus == 2, mayNow, !isClearing || question.origin == .technician && stands
      else {
        Issue.record("granted at second \(step): \(question)")
        return
      }
    }
    #expect(granted > 100)
  }

  /// Commuting: polling stops within 10 s of each parking, starts again by itself, and goes on while driving.
  @Test func aDayOfCommuting() {
    var guardian = TransmitGuard(policy())
    var signs = VehicleSigns(time: second(0))
    signs.buses[0].condition = BusCondition(.errorActive)
    var lastDriving = -1000
    var granted = 0
    for time in 0..<86_400 {
      let isDriving = time % 7200 < 1800
      if isDriving { lastDriving = time }
      signs.time = second(Double(time))
      if isDriving {
        signs.buses[0].lastTraffic = signs.time
        signs.engineSpeed = TimedValue(value: 1500, time: signs.time)
      }
      guardian.note(signs)
      let refusal = guardian.refusal(of: ask(), at: signs.time)
      if refusal == nil { granted += 1 }
      guard (refusal == nil) == (guardian.vehicle == .awake), !isDriving || refusal == nil,
        time - lastDriving <= 9 || refusal == .parked
      else {
        Issue.record("at second \(time): \(String(describing: refusal))")
        return
      }
    }
    #expect(granted >= 12 * 1800 && granted <= 12 * 1808)
  }

  @Test func onlyTheGuardMakesPermits() throws {
    let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/Sources"
    var files = 0
    var makers: [String] = []
    try Self.visit(root) { path in
      files += 1
      let text = try String(decoding: Self.contents(path), as: UTF8.self)
      if text.contains("grantedByGuard") { makers.append(path) }
    }
    #expect(files > 20)
    let names = makers.compactMap { $0.split(separator: "/").last }.sorted()
    #expect(names == ["TransmitGuard.swift", "TransmitPermit.swift"])
  }

  private static func visit(_ folder: String, _ body: (String) throws -> Void) throws {
    let directory = try #require(opendir(folder), "\(folder)")
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      if name.hasSuffix(".swift") {
        try body(path)
      } else if let below = opendir(path) {
        closedir(below)
        try visit(path, body)
      }
    }
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"), "\(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return bytes
  }
}
