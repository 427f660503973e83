// Diesel van, electric car and truck: their sensors show what such vehicles' would, and "not available" is no value.
import Decoding
import Testing
import Vocabulary

@testable import VehicleSimulator

@Suite struct OtherVehiclesTests {
  /// - Parameter isSparse: what changes fast comes seldom.
  private func lived(
    _ kind: SimulatedVehicle.Kind, km: Double, wear: WearRates = WearRates(), isSparse: Bool = false
  ) -> (vehicle: SimulatedVehicle, frames: [CANFrame]) {
    var configuration = SimulatedVehicle.Configuration(kind, seed: 6)
    if isSparse { (configuration.rates.motion, configuration.rates.air, configuration.rates.native) = (10, 10, 10) }
    configuration.km = km
    configuration.wear = wear
    return life(configuration)
  }

  /// Replies to service 01 by parameter, each as bytes.
  private func replies(_ frames: [CANFrame]) -> [UInt8: [[UInt8]]] {
    var bus = StrictISOTP()
    for frame in frames { bus.take(frame) }
    var replies: [UInt8: [[UInt8]]] = [:]
    for message in bus.messages where message.bytes[0] == 0x41 {
      replies[message.bytes[1], default: []].append(Array(message.bytes.dropFirst(2)))
    }
    return replies
  }

  private func word(_ bytes: [UInt8], _ start: Int) -> Double { Double(bytes[start]) * 256 + Double(bytes[start + 1]) }

  private func expect(
    _ values: [Double]?, in range: ClosedRange<Double>, reaching most: Double, _ name: String
  ) {
    let values = values ?? []
    #expect(
      !values.isEmpty && values.allSatisfy(range.contains), "\(name) \(values.min() ?? .nan) \(values.max() ?? .nan)")
    #expect((values.max() ?? -.infinity) >= most, "\(name) \(values.max() ?? .nan)")
  }

  @Test func aDieselShowsWhatADieselWould() throws {
    let (vehicle, frames) = lived(.diesel, km: 400)
    let replies = replies(frames)
    expect(replies[0x0C]?.map { word($0, 0) / 4 }, in: 0...4500, reaching: 2000, "engine speed")
    expect(replies[0x0D]?.map { Double($0[0]) }, in: 0...145, reaching: 100, "speed")
    expect(replies[0x05]?.map { Double($0[0]) - 40 }, in: -25...98, reaching: 86, "coolant")
    expect(replies[0x0B]?.map { Double($0[0]) }, in: 80...255, reaching: 180, "manifold pressure")
    expect(replies[0x10]?.map { word($0, 0) / 100 }, in: 0...140, reaching: 60, "air")
    expect(replies[0x42]?.map { word($0, 0) / 1000 }, in: 9.5...15.2, reaching: 13.8, "voltage")
    expect(replies[0x5C]?.map { Double($0[0]) - 40 }, in: -25...130, reaching: 85, "oil")
    expect(replies[0x5E]?.map { word($0, 0) / 20 }, in: 0...35, reaching: 12, "fuel rate")
    expect(replies[0x78]?.map { word($0, 3) / 10 - 40 }, in: -25...620, reaching: 300, "exhaust")
    expect(replies[0x7A]?.map { word($0, 1) / 100 }, in: 0...14, reaching: 3, "filter pressure")
    expect(replies[0x7C]?.map { word($0, 3) / 10 - 40 }, in: -25...700, reaching: 250, "filter")
    expect(replies[0x83]?.map { word($0, 1) }, in: 0...1100, reaching: 600, "nitrogen oxides")
    expect(replies[0x85]?.map { Double($0[5]) / 2.55 }, in: 0...100, reaching: 5, "exhaust fluid")
    for (pid, count) in [0x69: 7, 0x6B: 5, 0x70: 10, 0x78: 9, 0x7A: 7, 0x7C: 9, 0x83: 9, 0x85: 10, 0x8B: 7]
      as [UInt8: Int]
    {
      #expect(try #require(replies[pid]).allSatisfy { $0.count == count })
    }
    // 6 to 13 litres for 100 km; a value each second.
    let litres = try #require(replies[0x5E]).reduce(0) { $0 + word($1, 0) / 20 / 3600 }
    #expect((6...13).contains(litres / vehicle.distanceKm * 100), "\(litres / vehicle.distanceKm * 100)")
  }

  /// The filter fills, is burnt free at high temperature, and fills again.
  @Test func theFilterIsCleanedNowAndThen() throws {
    let (_, frames) = lived(.diesel, km: 900, isSparse: true)
    let status = try #require(replies(frames)[0x8B])
    let soot = status.map { Double($0[2]) / 255 }
    #expect(status.contains { $0[1] == 1 } && status.contains { $0[1] == 0 })
    #expect((soot.max() ?? 0) > 0.95 && (soot.suffix(from: soot.firstIndex { $0 > 0.95 } ?? 0).min() ?? 1) < 0.6)
  }

  @Test func anElectricCarShowsWhatAnElectricCarWould() throws {
    let (vehicle, frames) = lived(.ev, km: 700)
    let replies = replies(frames)
    expect(replies[0x0D]?.map { Double($0[0]) }, in: 0...145, reaching: 100, "speed")
    expect(replies[0x5B]?.map { Double($0[0]) / 2.55 }, in: 10...95, reaching: 60, "charge")
    expect(replies[0x42]?.map { word($0, 0) / 1000 }, in: 12...14.6, reaching: 14, "voltage")
    expect(replies[0x9A]?.map { word($0, 2) / 64 }, in: 290...410, reaching: 350, "pack voltage")
    let currents = replies[0x9A]?.map { Double(Int16(truncatingIfNeeded: Int(word($0, 4)))) / 10 }
    expect(currents, in: -250...450, reaching: 60, "pack current")
    #expect(try #require(currents).contains { $0 < -10 }, "braking charges")
    let odometer = try #require(replies[0xA6]).map { word($0, 0) * 65_536 + word($0, 2) }
    #expect(abs(try #require(odometer.last) - odometer[0] - vehicle.distanceKm * 10) < 12)
    // What it takes from the battery is what the charge loses: 12 to 26 kWh for 100 km.
    let energy = zip(try #require(replies[0x9A]), try #require(currents)).reduce(0) {
      $0 + word($1.0, 2) / 64 * $1.1 * 2 / 3.6e6
    }
    #expect((12...26).contains(energy / vehicle.distanceKm * 100), "\(energy / vehicle.distanceKm * 100)")
    #expect(frames.allSatisfy { ![0x120, 0x1A0, 0x2F0, 0x7E8].contains($0.id.value) })
  }

  // MARK: The truck, read with the pack's file

  private struct Field {
    var name: String
    var start: Int
    var length: Int
    var factor: Double
    var offset: Double
  }

  private func fields() throws -> [UInt32: [Field]] {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let file = try NetworkDescription.load(path: root + "/adapters/j1939/j1939.dbc")
    return Dictionary(
      uniqueKeysWithValues: file.messages.map { message in
        (
          message.id.parameterGroup,
          message.signals.map {
            Field(
              name: $0.name, start: Int($0.startBit), length: Int($0.length), factor: $0.factor, offset: $0.offset)
          }
        )
      })
  }

  /// Values by signal, and how often each said that it is not available.
  private func decode(_ frames: [CANFrame]) throws -> (values: [String: [Double]], missing: [String: Int], others: Int)
  {
    let fields = try fields()
    var values: [String: [Double]] = [:]
    var missing: [String: Int] = [:]
    var others = 0
    for frame in frames {
      guard let known = fields[frame.id.parameterGroup] else { continue }
      for field in known {
        let raw =
          frame.payload.words[0] >> UInt64(field.start) & (field.length < 64 ? 1 << UInt64(field.length) - 1 : .max)
        let largest = UInt64(1) << UInt64(field.length) - 1
        // Whole bytes: FB and above is no value; two bits: 2 error, 3 not available; four: 15.
        let isValue =
          field.length >= 8 ? raw >> UInt64(field.length - 8) <= 0xFA : field.length == 2 ? raw < 2 : raw < largest
        if isValue {
          values[field.name, default: []].append(Double(raw) * field.factor + field.offset)
        } else if raw == largest {
          missing[field.name, default: 0] += 1
        } else {
          others += 1
        }
      }
    }
    return (values, missing, others)
  }

  @Test func aTruckShowsWhatATruckWould() throws {
    let (vehicle, frames) = lived(.truck, km: 500)
    let (values, missing, others) = try decode(frames)
    #expect(others == 0)
    expect(values["EngineSpeed"], in: 0...2000, reaching: 1200, "speed")
    expect(values["EngineLoad"], in: 0...100, reaching: 90, "load")
    expect(values["ActualEngineTorque"], in: -15...100, reaching: 80, "torque")
    expect(values["AcceleratorPedalPosition"], in: 0...100, reaching: 80, "pedal")
    expect(values["WheelBasedVehicleSpeed"], in: 0...90, reaching: 85, "speed")
    expect(values["FrontAxleSpeed"], in: 0...90, reaching: 85, "axle")
    expect(values["EngineCoolantTemperature"], in: -25...98, reaching: 86, "coolant")
    expect(values["EngineOilTemperature"], in: -25...125, reaching: 85, "oil")
    expect(values["EngineOilPressure"], in: 0...600, reaching: 250, "oil pressure")
    expect(values["BatteryPotential"], in: 19...30, reaching: 27.5, "voltage")
    expect(values["FuelRate"], in: 0...95, reaching: 50, "fuel rate")
    expect(values["BoostPressure"], in: 0...260, reaching: 150, "boost")
    expect(values["ExhaustGasTemperature"], in: -25...620, reaching: 350, "exhaust")
    expect(values["AmbientAirTemperature"], in: -25...30, reaching: -5, "ambient")
    expect(values["FuelLevel1"], in: 5...101, reaching: 20, "fuel")
    expect(values["ExhaustFluidLevel"], in: 5...100, reaching: 20, "exhaust fluid")
    expect(values["ParticulateFilterSootLoad"], in: 0...165, reaching: 10, "soot")
    expect(values["TransmissionOilTemperature"], in: -25...110, reaching: 60, "gearbox")
    expect(values["EngineHours"], in: 2000...20_000, reaching: 2000, "hours")
    let metres = try #require(values["HighResolutionVehicleDistance"])
    #expect(abs(try #require(metres.last) - metres[0] - vehicle.distanceKm * 1000) < 300)
    // 22 to 42 litres for 100 km; a value each second.
    let litres = try #require(values["FuelRate"]).reduce(0) { $0 + $1 / 3600 }
    #expect((22...42).contains(litres / vehicle.distanceKm * 100), "\(litres / vehicle.distanceKm * 100)")
    // What it lacks it says that it lacks, and never anything else.
    for name in ["TurbochargerOilTemperature", "CoolantPressure", "AlternatorCurrent", "FuelLevel2", "TripFuel"] {
      #expect(missing[name, default: 0] > 100 && values[name] == nil, "\(name)")
    }
    // A driver's truck is parked at night and at weekends.
    #expect(vehicle.trips.allSatisfy { $0.km > 5 } && vehicle.trips.count >= 4)
  }

  @Test func aTruckWearsAsATruck() throws {
    let (vehicle, frames) = lived(.truck, km: 2500, wear: WearRates(charging: 100), isSparse: true)
    let charging = try #require(VehicleTruth(vehicle).components).charging
    #expect(charging.failureVoltage == 26 && charging.runningVoltageStart > 27.6 && charging.stateEnd > 0.1)
    // Begin and end in the same season, so that the regulator's temperature hardly counts.
    let begin = try #require(decode(Array(frames.prefix(30_000))).values["BatteryPotential"]).filter { $0 > 25.5 }
    let end = try #require(decode(Array(frames.suffix(30_000))).values["BatteryPotential"]).filter { $0 > 25.5 }
    let sag = charging.runningVoltageStart - charging.runningVoltageEnd
    let seen = try #require(median(begin)) - (try #require(median(end)))
    #expect(sag > 0.2 && abs(seen - sag) < 0.4, "\(seen) \(sag)")
  }
}
