// The keeper on a virtual clock: what it opens, sets, restarts and tells while an interface lives through everything.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct BusKeeperTests {
  /// One bus, can0, with everything that happens to it written down.
  private final class Bench {
    let links = ScriptedLinks()
    var now = Instant(nanoseconds: 5_000_000_000)
    var notices: [BusNotice] = []
    var offered: [Int32] = []
    var openings = 0
    var openResult: () -> Int32 = { 40 }
    private(set) var due = Instant.zero
    private var keeper: BusKeeper<ScriptedLinks>?

    init(setup: LinkSetup? = nil, restarts: Bool = false) {
      let bus = BusConnection(
        bus: 0,
        interface: "can0", setup: setup, restarts: restarts,
        open: { [unowned self] in
          openings += 1
          return openResult()
        },
        offer: { [unowned self] in offered.append($0) })
      keeper = BusKeeper([bus], links: links)
    }

    var report: LinkReport? {
      get { links.reports["can0"] }
      set { links.reports["can0"] = newValue }
    }
    var status: BusLinkStatus? { keeper?.statuses.first }
    var states: [BusState] { notices.map(\.condition.state) }

    func step(news: LinkNews = LinkNews()) {
      due = keeper?.step(at: now, news: news) { notices.append($0) } ?? now
    }

    /// Calls the keeper whenever it asks for it.
    func run(seconds: Double) {
      let end = now.advanced(seconds: seconds)
      while true {
        step()
        guard due <= end else { break }
        now = due
      }
      now = end
    }

    func wait(_ seconds: Double) { now = now.advanced(seconds: seconds) }
    func returnDescriptor() { keeper?.descriptorReturned(bus: 0) }
  }

  @Test func aLifeOfAnInterface() {
    let bench = Bench(restarts: true)
    bench.run(seconds: 3)
    #expect(bench.states == [.absent] && bench.openings == 0)
    bench.report = .can(isUp: false)
    bench.run(seconds: 3)
    #expect(bench.offered.count == 1)
    bench.report = .can()
    bench.run(seconds: 3)
    bench.report?.controllerState = .errorWarning
    bench.report?.transmitErrors = 100
    bench.run(seconds: 2)
    bench.report?.controllerState = .errorPassive
    bench.report?.transmitErrors = 130
    bench.run(seconds: 2)
    bench.report?.controllerState = .busOff
    bench.report?.transmitErrors = 256
    bench.run(seconds: 3)
    #expect(bench.links.steps == [.restart] && bench.status?.restarts == 1)
    bench.report = .can(isUp: false)
    bench.run(seconds: 2)
    bench.report = .can()
    bench.run(seconds: 2)
    bench.report = nil
    bench.run(seconds: 2)
    #expect(
      bench.states.removingRepetition == [
        .absent, .down, .errorActive, .errorWarning, .errorPassive, .busOff, .errorActive, .down, .errorActive, .absent,
      ])
    #expect(bench.notices.first { $0.condition.state == .busOff }?.condition.transmitErrors == 255)
    // One socket was enough all the time; the next interface of this name needs another.
    #expect(bench.offered.count == 1)
    bench.report = .can(index: 8)
    bench.run(seconds: 2)
    #expect(bench.offered.count == 2 && bench.states.last == .errorActive)
    #expect(bench.notices.allSatisfy { $0.bus == 0 })
  }

  @Test func anInterfaceThatWasReplacedBetweenTwoLooksIsOpenedAnew() {
    let bench = Bench()
    bench.report = .can(index: 3)
    bench.run(seconds: 3)
    let before = bench.notices.count
    bench.report = .can(index: 4)
    bench.run(seconds: 1)
    #expect(bench.offered.count == 2)
    // The state is the same, and yet there is something to tell: there was a gap.
    #expect(bench.notices.count == before + 1)
  }

  @Test func aReplacementWithTheSameNumberIsFoundByItsRemoval() {
    let bench = Bench(setup: LinkSetup(bitRate: 500_000))
    bench.report = .can(index: 3)
    bench.run(seconds: 3)
    bench.report = .can(index: 3, isUp: false, bitRate: 0)
    bench.step(news: LinkNews(concernsCAN: true, removed: [2]))
    #expect(bench.offered.count == 1 && bench.links.steps.isEmpty)
    bench.wait(0.2)
    bench.step(news: LinkNews(concernsCAN: true, removed: [3]))
    #expect(bench.offered.count == 2)
    #expect(bench.links.steps == [.bitRate(500_000, samplePoint: nil), .up])
  }

  @Test func aRenamedInterfaceIsGone() {
    let bench = Bench()
    bench.report = .can()
    bench.run(seconds: 2)
    bench.links.reports["body"] = bench.report
    bench.report = nil
    bench.run(seconds: 2)
    #expect(bench.states.last == .absent)
    bench.report = .can()
    bench.run(seconds: 2)
    #expect(bench.states.last == .errorActive && bench.offered.count == 2)
  }

  @Test func aDeadDescriptorIsReplaced() {
    let bench = Bench()
    bench.report = .can()
    bench.run(seconds: 2)
    bench.returnDescriptor()
    bench.run(seconds: 1)
    #expect(bench.offered.count == 2)
    // However often capture gives it back: one opening a second.
    for _ in 0..<100 {
      bench.returnDescriptor()
      bench.run(seconds: 0.05)
    }
    #expect(bench.openings <= 8)
  }

  @Test func aWrongBitRateIsCorrectedOnceForEachAppearance() {
    let bench = Bench(setup: LinkSetup(bitRate: 500_000))
    bench.report = .can(bitRate: 125_000)
    bench.run(seconds: 5)
    #expect(bench.links.steps == [.down, .bitRate(500_000, samplePoint: nil), .up])
    #expect(bench.report?.bitRate == 500_000 && bench.states == [.errorActive] && bench.status?.problem == nil)
    // Somebody changes it by hand: theirs.
    bench.report?.bitRate = 250_000
    bench.run(seconds: 600)
    #expect(bench.links.steps.count == 3)
    bench.report = nil
    bench.run(seconds: 2)
    bench.report = .can(index: 9, isUp: false, bitRate: 0)
    bench.run(seconds: 2)
    #expect(bench.links.steps.suffix(2) == [.bitRate(500_000, samplePoint: nil), .up])
    #expect(bench.links.steps.count == 5 && bench.states.last == .errorActive)
  }

  @Test func withoutASetupNothingIsEverChanged() {
    let bench = Bench()
    bench.report = .can(.busOff, bitRate: 125_000)
    bench.run(seconds: 600)
    bench.report = .can(isUp: false)
    bench.run(seconds: 600)
    #expect(bench.links.steps.isEmpty)
  }

  @Test func aRefusedSetupIsTriedAtOnceOnTheNextInterface() {
    let bench = Bench(setup: LinkSetup(bitRate: 500_000))
    bench.links.refusal = { if case .bitRate = $0 { EIO } else { nil } }
    bench.report = .can(bitRate: 250_000)
    bench.run(seconds: 200)
    bench.links.refusal = { _ in nil }
    bench.report = .can(index: 4, isUp: false, bitRate: 0)
    bench.run(seconds: 1)
    #expect(bench.states.last == .errorActive && bench.report?.bitRate == 500_000)
  }

  @Test func aLookThatFailsOnceCostsNoSocket() {
    let bench = Bench()
    bench.report = .can()
    bench.run(seconds: 3)
    bench.links.blindness = .unreadable(ENOMEM)
    bench.run(seconds: 1)
    bench.links.blindness = nil
    bench.run(seconds: 3)
    #expect(bench.openings == 1 && bench.states == [.errorActive] && bench.status?.problem == nil)
  }

  @Test func withoutTheCapabilityItIsTriedOnceAndStillRead() {
    let bench = Bench(setup: LinkSetup(bitRate: 500_000))
    bench.links.refusal = { _ in EPERM }
    bench.report = .can(bitRate: 250_000)
    bench.run(seconds: 600)
    #expect(bench.links.steps == [.down])
    #expect(bench.status?.problem?.cause == .notPermitted)
    #expect(bench.offered.count == 1 && bench.states.last == .errorActive)
  }

  @Test func aRefusedSetupIsTriedAgainEverMoreRarelyAndToldAsItIs() {
    let bench = Bench(setup: LinkSetup(bitRate: 500_000))
    bench.links.refusal = { if case .bitRate = $0 { EIO } else { nil } }
    bench.report = .can(bitRate: 250_000)
    bench.run(seconds: 0.5)
    #expect(bench.states == [.down] && bench.report?.isUp == false)
    bench.run(seconds: 60 + 120 + 240 + 10)
    #expect(bench.links.steps.filter { $0 == .bitRate(500_000, samplePoint: nil) }.count == 4)
    bench.links.refusal = { _ in nil }
    bench.run(seconds: 480)
    #expect(bench.states.last == .errorActive && bench.status?.problem == nil)
  }

  @Test func restartsComeEverMoreRarelyUntilAMinuteOfCalm() {
    let bench = Bench(restarts: true)
    bench.report = .can(.busOff)
    // The controller falls off its bus at once, again and again.
    bench.links.refusal = { _ in EBUSY }
    var times: [Double] = []
    let start = bench.now
    for _ in 0..<3000 {
      let before = bench.links.steps.count
      bench.run(seconds: 0.1)
      if bench.links.steps.count > before { times.append(bench.now.seconds(since: start)) }
    }
    // Never early, and late by no more than the looks are apart.
    let expected = [1.0, 3, 7, 15, 31, 63, 123, 183, 243]
    #expect(times.count == expected.count && zip(times, expected).allSatisfy { $0 >= $1 && $0 <= $1 + 2 })
    #expect(bench.status?.problem?.cause == .refused(.restart, EBUSY))
    bench.links.refusal = { _ in nil }
    bench.run(seconds: 61)
    #expect(bench.report?.controllerState == .errorActive && bench.status?.problem == nil)
    // Off again before the minute is over: still rare.
    bench.report?.controllerState = .busOff
    let rare = bench.links.steps.count
    bench.run(seconds: 20)
    #expect(bench.links.steps.count == rare)
    bench.run(seconds: 45)
    #expect(bench.links.steps.count == rare + 1)
    bench.run(seconds: 70)
    bench.report?.controllerState = .busOff
    bench.run(seconds: 2.5)
    #expect(bench.links.steps.count == rare + 2 && bench.report?.controllerState == .errorActive)
  }

  @Test func aDriverWithoutRestartIsSwitchedOffAndOn() {
    let bench = Bench(restarts: true)
    bench.report = .can(.busOff)
    var upFails = true
    bench.links.refusal = { $0 == .restart ? EOPNOTSUPP : $0 == .up && upFails ? EIO : nil }
    bench.run(seconds: 2)
    #expect(bench.links.steps == [.restart, .down, .up] && bench.states.last == .down)
    // It was taken down here, so it is brought up from here.
    upFails = false
    bench.run(seconds: 3)
    #expect(bench.links.steps == [.restart, .down, .up, .up] && bench.states.last == .errorActive)
    bench.report?.isUp = false
    bench.run(seconds: 300)
    #expect(bench.links.steps.count == 4, "whoever switched it off has their reasons")
  }

  @Test func anInterfaceThatSomebodyElseBringsUpIsOwedNothing() {
    let bench = Bench(restarts: true)
    bench.report = .can(.busOff)
    bench.links.refusal = { $0 == .restart ? EOPNOTSUPP : $0 == .up ? EIO : nil }
    bench.run(seconds: 2)
    bench.report = .can()
    bench.run(seconds: 300)
    #expect(bench.links.steps == [.restart, .down, .up] && bench.status?.restarts == 1)
  }

  @Test func aRestartIsLookedAfterAtOnce() {
    let bench = Bench(restarts: true)
    bench.report = .can(.busOff)
    bench.run(seconds: 1.3)
    #expect(bench.states == [.busOff, .errorActive])
  }

  @Test func theKernelsOwnRestartIsLeftAlone() {
    let bench = Bench(restarts: true)
    bench.report = .can(.busOff)
    bench.report?.restartMilliseconds = 100
    bench.run(seconds: 300)
    #expect(bench.links.steps.isEmpty)
  }

  @Test func nothingSpinsHoweverManyNewsCome() {
    let bench = Bench()
    bench.report = .can()
    for i in 0..<10_000 {
      bench.wait(0.001)
      bench.report?.isUp = i.isMultiple(of: 2)
      bench.step(news: LinkNews(concernsCAN: true))
      #expect(bench.due > bench.now)
    }
    #expect(bench.links.looks <= 101 && bench.notices.count <= 101 && bench.openings == 1)
  }

  @Test func newsMakeItLookAtOnce() {
    let bench = Bench()
    bench.report = .can()
    bench.run(seconds: 2)
    bench.wait(0.15)
    bench.report?.controllerState = .busOff
    bench.step(news: LinkNews(concernsCAN: true))
    #expect(bench.states.last == .busOff)
  }

  @Test func eachBusIsToldEveryTenSecondsAndCountersWhenTheyMove() {
    let bench = Bench()
    bench.report = .can()
    bench.run(seconds: 35)
    #expect(bench.notices.count == 4)
    bench.report?.receiveErrors = 5
    bench.run(seconds: 2)
    #expect(bench.notices.count == 5 && bench.notices.last?.condition.receiveErrors == 5)
  }

  @Test func withoutNetlinkOpeningTellsHowTheBusIs() {
    let bench = Bench(setup: LinkSetup(bitRate: 500_000), restarts: true)
    bench.links.blindness = .noNetlink
    bench.openResult = { -ENODEV }
    bench.run(seconds: 60)
    #expect(bench.states.removingRepetition == [.absent] && bench.openings < 15)
    #expect(bench.status?.problem?.cause == .noNetlink)
    bench.openResult = { 12 }
    bench.run(seconds: 20)
    #expect(bench.states.last == .errorActive && bench.offered == [12] && bench.links.steps.isEmpty)
  }

  @Test func withoutASocketABusIsNotReadable() {
    let bench = Bench()
    bench.report = .can()
    bench.openResult = { -EAFNOSUPPORT }
    bench.run(seconds: 30)
    #expect(bench.states.removingRepetition == [.down] && bench.openings < 10)
    #expect(bench.status?.problem?.cause == .noSocket(EAFNOSUPPORT))
  }

  @Test func aBusIsToldByItsOwnNumber() {
    let links = ScriptedLinks()
    links.reports["b"] = .can(kind: "vcan")
    var offered: [String] = []
    let buses = [("a", 3), ("b", 1)].map { name, bus in
      BusConnection(bus: bus, interface: name, open: { 1 }, offer: { _ in offered.append(name) })
    }
    let keeper = BusKeeper(buses, links: links)
    var told: [UInt8: BusState] = [:]
    _ = keeper.step(at: .zero) { told[$0.bus] = $0.condition.state }
    #expect(told == [3: .absent, 1: .errorActive] && offered == ["b"])
    #expect(keeper.statuses.map(\.bus) == [3, 1])
    keeper.descriptorReturned(bus: 1)
    _ = keeper.step(at: Instant(nanoseconds: 5_000_000_000)) { _ in }
    #expect(offered == ["b", "b"], "opened anew")
  }
}

extension [BusState] {
  fileprivate var removingRepetition: [BusState] {
    reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }
}
