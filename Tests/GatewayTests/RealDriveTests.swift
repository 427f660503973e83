// A real drive of 2,390 s with OBD-II and satellite positions in one recording: what comes out must be plausible.
import Adapters
import Clock
import Decoding
import Foundation
import Recordings
import Testing
import VehicleBus
import Vocabulary

@testable import Gateway

@Suite(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"))
struct RealDriveTests {
  private var logs: [String] {
    get throws {
      let folder = try #require(corpus).appendingPathComponent("can/css")
      return (1...5).map { folder.appendingPathComponent("obd2-drive-\($0).log").path }
    }
  }

  private func lines(_ paths: [String]) throws -> Int {
    try paths.reduce(0) { try $0 + Data(contentsOf: URL(fileURLWithPath: $1)).split(separator: 10).count }
  }

  @Test func framesEqualLinesAndTheTripIsPlausible() throws {
    let source = try RecordingSource(paths: logs)
    let definition = try vehicle(["obd2", "canmod-gps"])
    var trips: [Trip] = []
    replay(source, definition) { if case .tripEnded(let trip) = $0.kind { trips.append(trip) } }
    #expect(source.counters.frames == UInt64(try lines(logs)))
    #expect(source.counters.damagedLines == 0)
    #expect(trips.count == 1)
    let trip = try #require(trips.first)
    #expect((2300...2400).contains(trip.engineSeconds))
    let warmUp = 60.0...105
    #expect(warmUp.contains(trip.coolantAtEnd) && trip.coolantAtStart < 40)
    #expect((13.0...14.8).contains(trip.runningVoltage))
    let satellites = try satelliteDistance()
    print("real drive: OBD \(trip.distanceKm) km, satellites \(satellites) km")
    #expect(abs(trip.distanceKm - satellites) < 0.03 * satellites)
  }

  /// The receiver's own trip meter, first to last valid reading, km.
  private func satelliteDistance() throws -> Double {
    var first = Double.nan
    var last = Double.nan
    try eachSample { path, sample in
      guard path == "Vehicle.Telltale.GNSS.TripDistance", sample.validity == .valid else { return }
      if first.isNaN { first = sample.value }
      last = max(sample.value, last.isNaN ? 0 : last)
    }
    return (last - first) / 1000
  }

  @Test func speedFollowsTheSatellites() throws {
    var car: Sample?
    var satellites: Sample?
    var fixed = Instant.zero
    var sum = 0.0
    var count = 0.0
    try eachSample { path, sample in
      guard sample.validity == .valid else { return }
      switch path {
      case "Vehicle.Speed": car = sample
      case "Vehicle.Telltale.GNSS.Speed": satellites = sample
      // In the same frame the receiver says whether its speed is one.
      case "Vehicle.Telltale.GNSS.SpeedValid": if sample.value == 1 { fixed = sample.time }
      default: return
      }
      guard let car, let seen = satellites, fixed == seen.time, seen.time.seconds(since: car.time) < 1 else { return }
      sum += (seen.value - car.value) * (seen.value - car.value)
      count += 1
      satellites = nil
    }
    let rms = (sum / count).squareRoot()
    print("real drive: speed of car and satellites differ by \(rms) km/h rms over \(Int(count)) readings")
    #expect(count > 1000)
    #expect(rms < 1.5)
  }

  private func eachSample(_ body: (String, Sample) -> Void) throws {
    let definition = try vehicle(["obd2", "canmod-gps"])
    var decoder = definition.decoder
    let source = try RecordingSource(paths: logs)
    let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 256)
    let samples = UnsafeMutableBufferPointer<Sample>.allocate(capacity: 64)
    samples.initialize(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)))
    defer {
      buffer.deallocate()
      samples.deallocate()
    }
    while true {
      let count = source.read(into: buffer)
      if count == 0 { break }
      for i in 0..<count {
        var out = samples.mutableSpan
        let decoded = decoder.decode(buffer[i], into: &out) { _ in }
        for j in 0..<decoded { body(definition.catalogue[samples[j].signal].path, samples[j]) }
      }
    }
  }
}
