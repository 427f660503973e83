// A real battery with its own sensor, months of which are made from blocks of real hours.
import Foundation
import Pipeline
import Testing
import Vocabulary

@testable import Health

private let corpus = ProcessInfo.processInfo.environment["TELLTALE_CORPUS"]

@Suite(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set")) struct BatteryCorpusTests {
  /// What the trips of each recording told. The car has no engine that turns: while its system is charged it drives.
  private static let recordings: [[CrankFeatures]] = {
    let folder = (corpus ?? "") + "/degradation/battery-12v"
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    return names.filter { $0.hasSuffix(".csv") }.map { features(of: folder + "/" + $0) }.filter { !$0.isEmpty }
  }()

  private static func features(of path: String) -> [CrankFeatures] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    let lines = data.split(separator: 0x0A)
    guard let header = lines.first else { return [] }
    let names = header.split(separator: 0x2C, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    let columns: [(FeatureInput, Int)] = [
      (.voltage, "IBS_BatteryVoltage"), (.batteryCurrent, "IBS_BatteryCurrent"),
      (.batteryTemperature, "IBS_BatteryTemperature"), (.batteryCharge, "IBS_StateOfCharge"),
      (.batteryHealth, "IBS_StateOfHealth"),
    ].compactMap { input, name in names.firstIndex(of: name).map { (input, $0) } }
    var observer = TripObserver(regulatedTemperature: 88)
    var told: [CrankFeatures] = []
    // One row a second; where hours are missing between two rows, the clock of the recording is not needed.
    for (second, line) in lines.dropFirst().enumerated() {
      let fields = line.split(separator: 0x2C, omittingEmptySubsequences: false)
      let stamp = Ward.stamp(Double(second) / 86_400)
      var tick = VehicleTick(time: stamp.uptime, seconds: 1)
      for (input, column) in columns where column < fields.count {
        guard let value = Double(String(decoding: fields[column], as: UTF8.self)) else { continue }
        tick[input] = value
        observer.take(input, value, at: stamp.uptime)
      }
      tick.engineSpeed = tick.voltage.map { $0 > 13.2 ? 1500 : 0 }
      if case .ended(let features) = observer.observe(tick, stamp: stamp) { told.append(features.parts.crank) }
    }
    if case .ended(let features) = observer.finish() { told.append(features.parts.crank) }
    return told
  }

  /// Drives in blocks of some weeks from one recording each, so that the sensor is reset and learns between them.
  private func drives(_ count: Int, seed: UInt64) -> [CrankFeatures] {
    var random = SeededNormal(seed: seed)
    var drives: [CrankFeatures] = []
    while drives.count < count {
      let recording = Self.recordings[Int(random.uniform() * Double(Self.recordings.count))]
      for _ in 0..<(20 + Int(random.uniform() * 80)) {
        drives.append(recording[Int(random.uniform() * Double(recording.count))])
      }
    }
    return Array(drives.prefix(count))
  }

  @Test func theSensorOfARealBatteryIsRead() {
    let all = Self.recordings.flatMap { $0 }
    #expect(Self.recordings.count >= 8 && all.count > 20)
    #expect(all.allSatisfy { $0.voltageDrop.isNaN }, "a load at one row a second is no start")
    #expect(all.allSatisfy { $0.sensorHealth >= 60 && $0.sensorHealth <= 100 })
    #expect(all.contains { $0.lowestCharge < 0.5 })
    #expect(all.allSatisfy { $0.meanTemperature > 15 && $0.meanTemperature < 45 })
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func aRealBatteryRaisesNoAlarm(seed: UInt64) {
    var car = BatteryTests.Car()
    var (agreeing, worst) = (0, 100.0)
    for crank in drives(2_000, seed: seed) {
      car.trip { $0 = crank }
      let report = car.report
      agreeing = report.asks(below: 40) ? agreeing + 1 : 0
      #expect(agreeing < 4)
      if report.state.isBand { worst = min(worst, report.score) }
    }
    let report = car.report
    #expect(report.state.isBand && report.evidence(.batterySensorHealth) != nil && worst > 50, "\(worst)")
    #expect(report.remainingUsefulLife != nil)
  }

  @Test func aFaultInIt() throws {
    var car = BatteryTests.Car()
    var found: Int?
    for (n, crank) in drives(600, seed: 4).enumerated() {
      car.trip {
        $0 = crank
        if n >= 400 { $0.sensorHealth = min(crank.sensorHealth, 49) }
      }
      if found == nil && n >= 400 && car.report.asks(below: 40) { found = n - 400 }
    }
    #expect(try #require(found) <= 20)
  }
}
