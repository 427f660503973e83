// Vibration of the hubs, speed by speed.
import Testing
import Vocabulary

@testable import Pipeline

@Suite struct VibrationFeatureTests {
  private static func features(_ set: (Int, inout VehicleTick) -> Void) -> VibrationFeatures {
    let stamp = Timestamp(boot: BootID(high: 0, low: 1), uptime: .zero, wallNanoseconds: 0, quality: .none)
    var gatherer = VibrationGatherer()
    gatherer.begin(at: stamp)
    for i in 0..<100 {
      var tick = VehicleTick(time: .zero, seconds: 1)
      set(i, &tick)
      gatherer.observe(tick, at: stamp, isDriving: true)
    }
    return gatherer.finish()
  }

  @Test func eachBandOfSpeedHasItsOwn() {
    let features = Self.features { i, tick in
      tick.speed = i < 50 ? 40 : 100
      tick[.vibrationRearLeft] = i < 50 ? 2 : 8
    }
    #expect(features.level[2 * 4] == 1 && features.seconds[2 * 4] == 49)
    #expect(features.level[2 * 4 + 2] == 3 && features.seconds[2 * 4 + 2] == 49)
    #expect(features.level[2 * 4 + 1].isNaN && features.level[0].isNaN)
  }

  @Test func onlySteadySpeedAndASensorThatMeasures() {
    func seconds(_ speed: (Int) -> Double, _ vibration: Double) -> Float {
      let features = Self.features { i, tick in (tick.speed, tick[.vibrationFrontLeft]) = (speed(i), vibration) }
      return features.seconds[0] + features.seconds[1]
    }
    #expect(seconds({ _ in 60 }, 2) == 99)
    #expect(seconds({ 60 + 5 * Double($0 % 2) }, 2) == 0)
    #expect(seconds({ _ in 20 }, 2) == 0)
    for dead in [0.0, .nan, .infinity, 1e6] { #expect(seconds({ _ in 60 }, dead) == 0) }
  }
}
