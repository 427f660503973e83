// The cautious look at a bus that is silent of itself: when, and never on a bus whose traffic will tell.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct ProbeTests {
  /// Notes each second, asks as a probe each time, and tells at which seconds after `from` it was granted. Bus 0 is
  /// behind a gateway; what bus 1 carries is `change`'s.
  private static func probes(
    _ guardian: inout TransmitGuard, from: Int, for seconds: Int, bus: UInt8 = 0,
    _ change: (inout VehicleSigns) -> Void = { _ in }
  ) -> [Int] {
    var granted: [Int] = []
    for i in 0..<seconds {
      let now = second(Double(from + i))
      var signs = VehicleSigns(time: now)
      for bus in 0..<2 { signs.buses[bus].condition = BusCondition(.errorActive) }
      change(&signs)
      guardian.note(signs)
      #expect(guardian.vehicle == .awake || guardian.refusal(of: ask(bus: bus), at: now) == .parked)
      if guardian.refusal(of: ask(bus: bus, as: .probe), at: now) == nil { granted.append(i) }
    }
    return granted
  }

  private static func drive(_ guardian: inout TransmitGuard, at time: Int, traffic: Bool = false) {
    for i in 0..<60 {
      guardian.note(
        driving(at: second(Double(time + i))) {
          $0.buses[1].condition = BusCondition(.errorActive)
          if !traffic { $0.buses[0].lastTraffic = BusSigns.never }
        })
    }
  }

  private static func owner(longest: Double = 900) -> TransmitPolicy {
    var owner = TransmitPolicy([policy().buses[0], policy().buses[0]])
    owner.longestProbePause = longest
    return owner
  }

  @Test func atTheStartAtOnceAndThenEverMoreRarely() {
    var guardian = TransmitGuard(Self.owner())
    #expect(Self.probes(&guardian, from: 0, for: 4000) == [0, 10, 30, 70, 150, 310, 630, 1270, 2170, 3070, 3970])
  }

  @Test func afterParkingTheScheduleStartsAgain() {
    var guardian = TransmitGuard(Self.owner())
    for round in 0..<3 {
      let start = round * 1000
      Self.drive(&guardian, at: start)
      let engineOff = start + 60
      let granted = Self.probes(&guardian, from: engineOff, for: 400) { signs in
        signs.engineSpeed = TimedValue(value: 0, time: signs.time)
      }
      // Nobody asks while awake only for the probe's sake, but then it is an ordinary request.
      let parked = granted.filter { $0 >= 10 }
      #expect(parked == [14, 34, 74, 154, 314])
    }
  }

  @Test func theLongestPauseIsKept() {
    var guardian = TransmitGuard(Self.owner(longest: 25))
    #expect(Self.probes(&guardian, from: 0, for: 100) == [0, 10, 30, 55, 80])
    guardian = TransmitGuard(Self.owner(longest: 4))
    #expect(Self.probes(&guardian, from: 0, for: 13) == [0, 4, 8, 12])
  }

  @Test func zeroMeansNever() {
    for longest in [0, -1, Double.nan] {
      var guardian = TransmitGuard(Self.owner(longest: longest))
      #expect(Self.probes(&guardian, from: 0, for: 3000) == [])
      #expect(guardian.nextProbe(on: 0) == nil)
    }
  }

  @Test func aSilentBusThatHadTrafficIsNeverProbed() {
    var guardian = TransmitGuard(Self.owner())
    Self.drive(&guardian, at: 0, traffic: true)
    let granted = Self.probes(&guardian, from: 70, for: 4000) { $0.buses[0].lastTraffic = second(59) }
    #expect(granted == [] && guardian.nextProbe(on: 0) == nil)
    // Its silent neighbour is.
    guardian = TransmitGuard(Self.owner())
    Self.drive(&guardian, at: 0, traffic: true)
    let other = Self.probes(&guardian, from: 70, for: 100, bus: 1) { $0.buses[0].lastTraffic = second(59) }
    #expect(other.count == 3)
  }

  /// An electric car in a jam: its bus speaks, and nothing that is heard proves that somebody uses it.
  @Test func aBusThatSpeaksIsAskedAfterLongPatience() {
    var guardian = TransmitGuard(Self.owner())
    Self.drive(&guardian, at: 0, traffic: true)
    let granted = Self.probes(&guardian, from: 60, for: 2000) { $0.buses[0].lastTraffic = $0.time }
    let parked = granted.filter { $0 > 310 }
    #expect(granted.prefix { $0 < 298 }.count > 290, "awake as long as patience lasts")
    #expect(parked.count == 5 && parked.allSatisfy { $0 > 590 }, "\(parked)")
    #expect(zip(parked, parked.dropFirst()).allSatisfy { $1 - $0 >= 300 })
    // Once it falls silent its traffic will tell, and nobody asks.
    let silent = Self.probes(&guardian, from: 2070, for: 1000) { $0.buses[0].lastTraffic = second(2059) }
    #expect(silent.isEmpty)
  }

  @Test func trafficOfAnEarlierDriveDoesNotCount() {
    var guardian = TransmitGuard(Self.owner())
    Self.drive(&guardian, at: 0, traffic: true)
    let before = Self.probes(&guardian, from: 70, for: 100) { $0.buses[0].lastTraffic = second(59) }
    #expect(before == [])
    // The second drive passes without a frame on bus 0.
    for i in 0..<60 {
      guardian.note(driving(at: second(Double(500 + i))) { $0.buses[0].lastTraffic = second(59) })
    }
    let after = Self.probes(&guardian, from: 560, for: 100) { $0.buses[0].lastTraffic = second(59) }
    #expect(after.contains { $0 > 10 })
  }

  @Test func aHintHastensOneProbeAndLeavesTheScheduleAsItWas() {
    var guardian = TransmitGuard(Self.owner())
    #expect(Self.probes(&guardian, from: 0, for: 40) == [0, 10, 30])
    guardian.hastenProbe(of: 0, at: second(40))
    // Another hint at once counts for nothing.
    guardian.hastenProbe(of: 0, at: second(41))
    #expect(Self.probes(&guardian, from: 41, for: 120) == [0, 40], "40 s after the hastened one, as it would have been")
    guardian.hastenProbe(of: 9, at: second(200))
  }

  @Test func aHintChangesNothingWhereNobodyMayProbe() {
    var guardian = TransmitGuard(Self.owner(longest: 0))
    guardian.hastenProbe(of: 0, at: second(1))
    #expect(Self.probes(&guardian, from: 2, for: 50) == [] && guardian.nextProbe(on: 0) == nil)
    guardian = TransmitGuard(Self.owner())
    Self.drive(&guardian, at: 0, traffic: true)
    guardian.hastenProbe(of: 0, at: second(69))
    #expect(Self.probes(&guardian, from: 70, for: 100) { $0.buses[0].lastTraffic = second(59) } == [])
  }

  @Test func aTechniciansRequestIsNoProbe() {
    var guardian = TransmitGuard(Self.owner())
    #expect(Self.probes(&guardian, from: 0, for: 5) == [0])
    let due = guardian.nextProbe(on: 0)
    #expect(guardian.refusal(of: ask(as: .technician), at: second(5)) == nil)
    #expect(due == second(10) && guardian.nextProbe(on: 0) == due)
    #expect(guardian.nextProbe(on: 8) == nil)
  }
}
