// Receive stamps on the BOOTTIME axis: the system's and the controller's.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct StampTests {
  static let second: Int64 = 1_000_000_000
  static let wall: Int64 = 1_760_000_000 * second

  static func stamps(_ now: Int64, wall: Int64) -> ReceiveStamps {
    var stamps = ReceiveStamps()
    stamps.begin(now: now, wall: wall)
    return stamps
  }

  @Test(arguments: [
    (Int64(0), Int64(0)), (1, 1), (4_999_999_999, 4_999_999_999), (5_000_000_000, 0), (-1, 0), (3_600_000_000_000, 0),
  ]) func aStampIsMovedUnlessItCannotBe(age: Int64, expected: Int64) {
    let stamps = StampTests.stamps(100 * StampTests.second, wall: StampTests.wall)
    #expect(stamps.instant(ofWall: StampTests.wall - age) == 100 * StampTests.second - expected)
  }

  @Test func aMissingStampIsTheTimeOfReading() {
    #expect(StampTests.stamps(77, wall: StampTests.wall).instant(ofWall: 0) == 77)
    #expect(ReceiveStamps().instant(ofWall: 5) == 0)
  }

  @Test(arguments: [Int64(2), -2, 3600, -3600]) func aBatchAcrossAStepTakesTheTimeOfReading(step: Int64) {
    var stamps = StampTests.stamps(10 * StampTests.second, wall: StampTests.wall)
    let now = 10 * StampTests.second + 5_000_000
    let received = StampTests.wall + 1_000_000
    let stepped = StampTests.wall + 5_000_000 + step * StampTests.second
    stamps.begin(now: now, wall: stepped)
    #expect(stamps.instant(ofWall: received) == now)
    // The next batch is stamped by the new clock throughout.
    stamps.begin(now: now + 4_000_000, wall: stepped + 4_000_000)
    #expect(stamps.instant(ofWall: stepped + 1_000_000) == now + 1_000_000)
  }

  @Test func slewingIsNoStep() {
    var stamps = StampTests.stamps(0, wall: StampTests.wall)
    for i in 1...100 {
      let now = Int64(i) * 10 * StampTests.second
      let slewed = StampTests.wall + now + now / 2000
      stamps.begin(now: now, wall: slewed)
      #expect(stamps.instant(ofWall: slewed - 1000) == now - 1000)
    }
  }

  @Test func extremesDoNoHarm() {
    for now in [Int64.min, -1, 0, .max] {
      for wall in [Int64.min, -1, 0, .max] {
        var stamps = StampTests.stamps(now, wall: wall)
        stamps.begin(now: wall, wall: now)
        for stamp in [Int64.min, -1, 1, .max] { _ = stamps.instant(ofWall: stamp) }
      }
    }
  }

  /// A controller's clock and what its stamps look like from the system.
  struct Controller {
    var random: SocketDraws
    /// True time of the controller's zero.
    var zero: Int64
    var partsPerMillion: Double

    /// Stamps of a frame at `time`. Delay: 60 us at least, 250 us more on average, up to 30 ms when the system is busy.
    mutating func stamps(at time: Int64) -> (hardware: Int64, software: Int64) {
      let hardware = Double(time - zero) * (1 + partsPerMillion * 1e-6)
      var delay = 60_000 - 250_000 * log2(Double.random(in: 1e-9...1, using: &random)) * 0.6931
      if Int.random(in: 0..<50, using: &random) == 0 { delay += Double.random(in: 0...30_000_000, using: &random) }
      return (Int64(hardware), time + Int64(delay))
    }

    private func log2(_ x: Double) -> Double { Double(x.exponent) + 1.4427 * logarithm(x.significand) }
    /// The natural logarithm of 1...2, well enough for a delay.
    private func logarithm(_ m: Double) -> Double {
      let t = (m - 1) / (m + 1)
      return 2 * (t + t * t * t / 3 + t * t * t * t * t / 5)
    }
  }

  @Test(arguments: [-200.0, -110, -35, 0, 35, 110, 200], [20, 40, 100, 500])
  func theControllersClockIsFollowedWithinAMillisecond(partsPerMillion: Double, framesPerSecond: Int) {
    var controller = Controller(
      random: SocketDraws(seed: UInt64(framesPerSecond)), zero: -12_345 * StampTests.second,
      partsPerMillion: partsPerMillion)
    var clock = HardwareClock()
    var random = SocketDraws(seed: 9)
    var worst: Int64 = 0
    var raw: Int64 = 0
    var time: Int64 = 0
    var frames = 0
    while time < 300 * StampTests.second {
      time += Int64.random(in: 1...(2 * StampTests.second / Int64(framesPerSecond)), using: &random)
      let stamps = controller.stamps(at: time)
      let mapped = clock.instant(hardware: stamps.hardware, software: stamps.software)
      #expect(mapped <= stamps.software)
      frames += 1
      // The first frames show nothing but their own delay.
      guard frames > 20 else { continue }
      worst = max(worst, abs(mapped - time))
      raw = max(raw, stamps.software - time)
    }
    #expect(worst < 1_000_000, "\(Double(worst) / 1e6) ms; software stamps alone are \(Double(raw) / 1e6) ms off")
    #expect(raw > 20_000_000)
  }

  @Test(arguments: [Int64(0), -3_600, 86_400]) func aControllerThatStartsAgainIsLearnedAnew(jump: Int64) {
    var controller = Controller(random: SocketDraws(seed: 4), zero: 0, partsPerMillion: 120)
    var clock = HardwareClock()
    var frames = 0
    for i in 0..<60_000 {
      let time = 100 * StampTests.second + Int64(i) * 2_000_000
      if i == 30_000 {
        // Unplugged and back: its clock begins at the moment of the reset, or somewhere else.
        controller.zero = jump == 0 ? time : controller.zero + jump * StampTests.second
        frames = 0
      }
      let stamps = controller.stamps(at: time)
      let mapped = clock.instant(hardware: stamps.hardware, software: stamps.software)
      frames += 1
      if frames > 20 { #expect(abs(mapped - time) < 1_000_000) }
    }
  }

  @Test(arguments: [-150.0, -60, 60, 150]) func aLongSilenceIsSurvived(partsPerMillion: Double) {
    var controller = Controller(random: SocketDraws(seed: 8), zero: 0, partsPerMillion: partsPerMillion)
    var clock = HardwareClock()
    for drive in 0..<10 {
      for i in 0..<2000 {
        let time = Int64(drive) * 10_000 * StampTests.second + Int64(i) * 40_000_000
        let stamps = controller.stamps(at: time)
        let mapped = clock.instant(hardware: stamps.hardware, software: stamps.software)
        if i > 20 { #expect(abs(mapped - time) < 1_000_000) }
      }
    }
  }

  /// Windows end 1, 3, 7, 15, 25 and 35 s after the first frame. The lowest delays of two lie on both sides of one end.
  @Test func pointsCloseToEachOtherTellNoDrift() {
    var clock = HardwareClock()
    for i in 0..<4500 {
      let time = Int64(i) * 10_000_000
      let delay: Int64 = i == 2499 ? 500_000 : i == 2501 ? 400_000 : 900_000
      #expect(abs(clock.instant(hardware: time, software: time + delay) - time) < 1_000_000)
    }
  }

  @Test func anyStampsDoNoHarm() {
    var random = SocketDraws(seed: 2)
    var clock = HardwareClock()
    for _ in 0..<100_000 {
      let shift = Int64.random(in: 0...63, using: &random)
      _ = clock.instant(
        hardware: Int64(bitPattern: random.next()) >> shift, software: Int64(bitPattern: random.next()) >> shift)
    }
  }
}
