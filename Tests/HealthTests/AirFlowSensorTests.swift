// Air-flow sensor: what all cells share is the sensor, what some show is not.
import Pipeline
import Testing
import Vocabulary

@testable import Health

@Suite struct AirFlowSensorTests {
  private struct Car {
    var ward = ChassisWard(.airFlowSensor)
    var random: SeededNormal
    /// Logarithm of measured over true flow, and what only the cells of low pressure add.
    var shift = 0.0
    var low = 0.0
    var cells = Array(0..<16)

    init(_ seed: UInt64 = 1) { random = SeededNormal(seed: seed) }

    mutating func drive(_ trips: Int = 1) {
      for _ in 0..<trips {
        let trip = shift + 0.02 * random.next()
        let values = (0..<16).map { (cell: Int) -> Double in
          let normal = 0.5 + 0.02 * Double(cell)
          return normal + trip + (cell % 4 < 2 ? low : 0) + 0.02 * random.next()
        }
        let trim = -80 * shift + 2 * random.next()
        let cells = cells
        ward.drive { parts in
          for cell in cells {
            parts.airPath.airFlow[cell] = Float(values[cell])
            parts.airPath.airFlowSeconds[cell] = 30
          }
          parts.airPath.airFlowTrim = trim
        }
      }
    }
  }

  @Test func aHealthyFleetStaysWell() {
    for seed in 0..<20 as Range<UInt64> {
      var car = Car(seed)
      var below = 0
      for _ in 0..<400 {
        car.drive()
        if car.ward.report.score < 60 { below += 1 }
      }
      #expect(below == 0, "car \(seed)")
    }
  }

  @Test func aSensorThatReadsLittleIsFoundAndTheTrimBearsItOut() throws {
    for seed in 0..<10 as Range<UInt64> {
      var car = Car(seed)
      car.drive(80)
      for _ in 0..<200 {
        car.shift -= 0.2 / 200
        car.drive()
      }
      let report = car.ward.report
      #expect(report.score < 40 && report.confirmation == 1 && report.remainingUsefulLife == nil)
      let flow = try #require(report.ground(.airFlowDeviation))
      #expect(abs(flow.value - 0.82) < 0.03 && flow.z < -3 && flow.sinceKm > 45 * 30)
      let trim = try #require(report.ground(.trimLoad))
      #expect(trim.value > 10 && trim.share > 0.2)
    }
  }

  @Test func whatOnlySomeCellsShowIsTheEngine() {
    var car = Car()
    car.drive(80)
    car.low = 0.25
    car.drive(30)
    let common = car.ward.report
    #expect(common.consumed < 0.5, "\(common.consumed)")
    car.low = 0
    car.shift = 0.2
    car.drive(30)
    #expect(car.ward.report.consumed > 0.9)
  }

  @Test func aCellThatIsMetLateIsLearnedWithoutTheDeviation() {
    var car = Car()
    car.cells = [0, 1, 4, 5]
    car.drive(60)
    car.shift = -0.15
    car.drive(20)
    car.cells = [10, 11, 14, 15]
    car.drive(30)
    #expect(abs(car.ward.report.consumed - 0.82) < 0.2, "\(car.ward.report.consumed)")
  }

  @Test func cleaningItIsSeen() {
    var car = Car()
    car.drive(80)
    car.shift = -0.2
    car.drive(60)
    #expect(car.ward.report.score < 40)
    car.shift = 0
    car.drive(40)
    #expect(car.ward.report.score > 75 && car.ward.report.ground(.airFlowDeviation)?.sinceKm.isNaN == true)
  }

  @Test func itLearnsBeforeItSpeaks() {
    var car = Car()
    car.drive(6)
    #expect(car.ward.report.state == .learning)
    car.drive(15)
    #expect(car.ward.report.state == .ok)
    var silent = Car()
    silent.cells = []
    silent.drive()
    #expect(silent.ward.report.state == .unknown)
  }

  @Test func itGoesOnFromACheckpointToTheBit() {
    var car = Car(3)
    car.drive(70)
    var twin = car
    twin.ward = ChassisWard(.airFlowSensor)
    twin.ward.monitor.restore(car.ward.monitor.checkpoint)
    car.drive(40)
    twin.drive(40)
    #expect(car.ward.report.consumed == twin.ward.report.consumed)
  }
}
