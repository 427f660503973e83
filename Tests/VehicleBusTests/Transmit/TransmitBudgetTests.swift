// Budgets as properties: whatever is asked, no span holds more grants than rate and burst allow.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct TransmitBudgetTests {
  /// The most grants within any 10 s; `grants` in order of time.
  private static func most(_ grants: [Instant]) -> Int {
    var most = 0
    var first = 0
    for (i, time) in grants.enumerated() {
      while time.seconds(since: grants[first]) > 10 { first += 1 }
      most = max(most, i - first + 1)
    }
    return most
  }

  @Test(arguments: UInt64(1)...40)
  func noTenSecondsHoldMoreThanTheBudget(seed: UInt64) {
    var draws = TransmitDraws(seed: seed)
    let owner = policy {
      $0.requestsPerSecond = Double.random(in: 0.05...60, using: &draws)
      $0.requestsPerSecondOfUnit = Double.random(in: 0.05...60, using: &draws)
      $0.burst = Int.random(in: 0...12, using: &draws)
      $0.burstOfUnit = Int.random(in: 0...12, using: &draws)
    }
    let bus = owner.buses[0]
    let units = (UInt32(0)..<8).map {
      RequestAddress.unit(request: CANID(standard: 0x7E0 + $0), answer: CANID(standard: 0x7E8 + $0))
    }
    var guardian = TransmitGuard(owner)
    var now = 0.0
    var noted = -1.0
    var onBus: [Instant] = []
    var atUnit: [RequestAddress: [Instant]] = [:]
    while now < 120 {
      // Now a stream, now a rest, sometimes a clock that goes back a little.
      now += draws.chance(0.01) ? Double.random(in: 1...8, using: &draws) : Double.random(in: 0...0.02, using: &draws)
      if now >= noted + 1 {
        guardian.note(driving(at: second(now)))
        noted = now
      }
      let address = draws.chance(0.2) ? .everybody11 : units[Int.random(in: 0..<units.count, using: &draws)]
      let time = draws.chance(0.05) ? second(now - 0.5) : second(now)
      guard guardian.refusal(of: ask(address), at: time) == nil else { continue }
      onBus.append(second(now))
      for unit in address == .everybody11 ? units : [address] { atUnit[unit, default: []].append(second(now)) }
    }
    #expect(onBus.count > 5)
    let busLimit = min(max(bus.requestsPerSecond, 0.1), 50) * 10 + Double(min(max(bus.burst, 1), 10))
    #expect(Double(Self.most(onBus)) <= busLimit + 1e-6)
    let unitLimit = min(max(bus.requestsPerSecondOfUnit, 0.1), 50) * 10 + Double(min(max(bus.burstOfUnit, 1), 10))
    for grants in atUnit.values { #expect(Double(Self.most(grants)) <= unitLimit + 1e-6) }
    #expect(guardian.granted(on: 0) == UInt64(onBus.count))
  }

  private func ask(_ address: RequestAddress) -> Transmission { VehicleBusTests.ask(service(0x01, 0x0C), address) }

  @Test func theFullRateIsReached() {
    var guardian = TransmitGuard(policy { $0.requestsPerSecondOfUnit = 10 })
    var granted = 0
    for step in 0..<10_000 {
      let now = second(Double(step) / 100)
      if step % 100 == 0 { guardian.note(driving(at: now)) }
      if guardian.refusal(of: ask(engineUnit), at: now) == nil { granted += 1 }
    }
    #expect(granted >= 998 && granted <= 1005)
  }

  @Test func aRefusalCostsNothing() {
    var guardian = TransmitGuard(policy())
    guardian.note(driving(at: second(0)))
    for _ in 0..<100 { #expect(guardian.refusal(of: VehicleBusTests.ask(clearing), at: second(0)) == .notAuthorised) }
    #expect(guardian.refusal(of: ask(engineUnit), at: second(0)) == nil)
  }

  private let clearing = service(0x04)

  @Test func whatGoesToEverybodyCostsEachUnit() {
    var guardian = TransmitGuard(policy { $0.burst = 10 })
    guardian.note(driving(at: second(0)))
    for _ in 0..<3 { #expect(guardian.refusal(of: ask(.everybody11), at: second(0)) == nil) }
    #expect(guardian.refusal(of: ask(.everybody11), at: second(0)) == .unitBudget)
    // A unit that was never asked alone was asked three times all the same.
    #expect(guardian.refusal(of: ask(engineUnit), at: second(0)) == .unitBudget)
    #expect(guardian.refusal(of: ask(engineUnit), at: second(0.21)) == nil)
    #expect(guardian.refusal(of: ask(.everybody11), at: second(0.22)) == .unitBudget)
  }

  @Test func oneBusHasNothingToDoWithAnother() {
    let owner = TransmitPolicy([policy().buses[0], policy().buses[0]])
    var guardian = TransmitGuard(owner)
    guardian.note(driving(at: second(0)) { $0.buses[1] = $0.buses[0] })
    for _ in 0..<3 { _ = guardian.refusal(of: ask(engineUnit), at: second(0)) }
    #expect(guardian.refusal(of: ask(engineUnit), at: second(0)) == .unitBudget)
    #expect(guardian.refusal(of: VehicleBusTests.ask(bus: 1), at: second(0)) == nil)
  }

  @Test func unitsBeyondTheLedgerWaitUntilThereIsRoom() {
    var guardian = TransmitGuard(policy { $0.requestsPerSecond = 50 })
    func unit(_ i: UInt32) -> RequestAddress {
      .unit(request: CANID(extended: 0x18DA_00F1 | i << 8), answer: CANID(extended: 0x18DA_F100 | i))
    }
    for i in UInt32(0)..<200 {
      let now = second(Double(i) * 0.02)
      guardian.note(driving(at: now))
      let refusal = guardian.refusal(of: ask(unit(i)), at: now)
      #expect(refusal == nil || refusal == .unitBudget)
    }
    // All at rest: each finds its place again.
    guardian.note(driving(at: second(60)))
    #expect(guardian.refusal(of: ask(unit(199)), at: second(60)) == nil)
    // None at rest: one that has no place is not asked.
    var full = TransmitGuard(policy { $0.requestsPerSecond = 50; $0.requestsPerSecondOfUnit = 0.1 })
    var refused = 0
    for i in UInt32(0)..<100 {
      let now = second(Double(i) * 0.05)
      full.note(driving(at: now))
      if full.refusal(of: ask(unit(i)), at: now) == .unitBudget { refused += 1 }
    }
    #expect(refused == 100 - UnitLedger.capacity)
  }

  @Test func aNewPolicyHoldsAtOnce() {
    var guardian = TransmitGuard(policy { $0.burst = 1 })
    guardian.note(driving(at: second(0)))
    #expect(guardian.refusal(of: ask(engineUnit), at: second(0)) == nil)
    #expect(guardian.refusal(of: ask(engineUnit), at: second(0)) == .busBudget)
    guardian.policy = TransmitPolicy()
    #expect(guardian.refusal(of: ask(engineUnit), at: second(1)) == .listenOnly)
    guardian.policy = policy()
    #expect(guardian.refusal(of: ask(engineUnit), at: second(1)) == nil)
  }

  @Test(arguments: [(Double.nan, 1), (-.infinity, 1), (0, 1), (.infinity, 500), (1e300, 500)])
  func absurdRatesStayWithinTheirLimits(rate: Double, tenSeconds: Int) {
    let budget = TokenBucket.Budget(rate: rate, burst: .max)
    #expect(Int(budget.rate * 10) == tenSeconds && budget.burst == 10)
    #expect(TokenBucket.Budget(rate: rate, burst: .min).burst == 1)
  }
}
