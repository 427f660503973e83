// The simulated petrol car: the same seed gives the same life, and its sensors show what a car's would.
import Testing
import Vocabulary

@testable import VehicleSimulator

@Suite struct SimulatedPetrolCarTests {
  @Test func theSameSeedGivesTheSameFrames() {
    let (_, first) = life(seed: 11, days: 4)
    let (_, again) = life(seed: 11, days: 4)
    let (_, other) = life(seed: 12, days: 4)
    #expect(first.count > 20_000)
    #expect(digest(first) == digest(again))
    #expect(digest(first) != digest(other))
  }

  @Test(arguments: [1, 7, 64])
  func anyBatchGivesTheSameFrames(batch: Int) {
    var configuration = SimulatedVehicle.Configuration(seed: 5)
    configuration.days = 2
    var whole = SimulatedVehicle(configuration)
    var parted = SimulatedVehicle(configuration)
    let expected = allFrames(&whole)
    #expect(digest(allFrames(&parted, batch: batch)) == digest(expected))
    #expect(parted.frames == expected.count)
  }

  /// A longer recording begins with the shorter one.
  @Test func theEndChangesNothingBeforeIt() {
    let (_, short) = life(seed: 5, days: 3)
    let (_, long) = life(seed: 5, km: 150)
    #expect(long.count > short.count)
    #expect(digest(Array(long.prefix(short.count))) == digest(short))
  }

  @Test func wearChangesNothingAboutTheDriving() throws {
    let (healthy, _) = life(seed: 3, days: 20, wear: WearRates(engineOil: 0, cooling: 0, charging: 0))
    let (worn, _) = life(seed: 3, days: 20, wear: WearRates(engineOil: 20, cooling: 200, charging: 200))
    #expect(healthy.trips == worn.trips)
    #expect(try #require(worn.machine.combustion).cooling.consumed(km: worn.distanceKm) > 1)
  }

  @Test func endsWhereItIsTold() {
    let (byKm, _) = life(seed: 9, km: 200)
    #expect(byKm.distanceKm >= 200 && byKm.distanceKm - (byKm.trips.last?.km ?? 0) < 200)
    let (byDays, _) = life(seed: 9, days: 10)
    let start = byDays.configuration.start
    #expect(byDays.trips.allSatisfy { $0.start < start + 10 * TripCalendar.nanosecondsPerDay + 60_000_000_000 })
    let (both, _) = life(seed: 9, days: 10, km: 20)
    #expect(both.now < byDays.now)
    let (nothing, frames) = life(seed: 9, days: 0)
    #expect(frames.isEmpty && nothing.trips.isEmpty)
  }

  @Test func framesComeInOrderOnOneBus() {
    let (car, frames) = life(seed: 21, days: 10)
    #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.time < $1.time })
    #expect(frames.allSatisfy { $0.bus == 0 && $0.length == 8 && $0.time.nanoseconds % 1000 == 0 })
    #expect(frames.first.map { $0.time.nanoseconds >= car.configuration.start } == true)
    #expect(Set(frames.map(\.id.value)) == [0x7E8, 0x120, 0x1A0, 0x2F0])
    let replies = frames.filter { $0.id.value == 0x7E8 }
    #expect(replies.compactMap(Reply.init).count == replies.count)
  }

  @Test func drivesAsPeopleDo() {
    let (car, _) = life(seed: 8, days: 40)
    let perDay = Dictionary(grouping: car.trips) { $0.start / TripCalendar.nanosecondsPerDay }.mapValues(\.count)
    #expect(perDay.values.allSatisfy { $0 <= 4 })
    #expect(perDay.count > 25 && perDay.count < 40)
    let hours = car.trips.map { $0.start % TripCalendar.nanosecondsPerDay / 3_600_000_000_000 }
    #expect(hours.allSatisfy { $0 >= 5 && $0 <= 23 })
    #expect(car.trips.allSatisfy { $0.km > 0.3 && $0.km < 200 })
    #expect((500...1500).contains(car.distanceKm))
    #expect((600_000...1_100_000).contains(car.frames))
  }

  /// Key-on, start, stop and key-off show in engine speed, run time and voltage alone.
  @Test func eachDriveBeginsAndEndsWithTheEngineOff() throws {
    let (car, frames) = life(seed: 4, days: 15)
    let drives = Drive.all(frames)
    #expect(drives.count == car.trips.count)
    for (drive, trip) in zip(drives, car.trips) {
      let engine = drive[0x0C]
      let first = try #require(engine.first)
      let running = engine.filter { $0.value > 500 }
      let caught = try #require(running.first)
      #expect(first.value == 0 && engine.last?.value == 0)
      #expect(caught.time - first.time >= 2 && caught.time - first.time <= 9)
      #expect(abs(caught.time - Double(trip.start) * 1e-9) < 1.1)
      #expect(abs(drive.end - Double(trip.end) * 1e-9) < 6)
      #expect(running.allSatisfy { $0.value < 5500 })
      #expect(drive[0x42].filter { $0.time < caught.time - 1 }.allSatisfy { $0.value < 13.1 })
      #expect(drive[0x0D].filter { $0.time < caught.time }.allSatisfy { $0.value == 0 })
      #expect(drive[0x1F].allSatisfy { abs($0.value - max(0, $0.time - caught.time)) < 2 || $0.time > drive.end - 6 })
    }
  }

  @Test func distanceIsOneAndTheSameEverywhere() throws {
    let (car, frames) = life(seed: 6, days: 20)
    let drives = Drive.all(frames)
    for (drive, trip) in zip(drives, car.trips) {
      #expect(abs(drive.km - trip.km) < 0.02 * trip.km + 0.02)
      let odometer = drive[0xA6].map(\.value)
      #expect(zip(odometer, odometer.dropFirst()).allSatisfy { $0 <= $1 })
    }
    let first = try #require(drives.first?[0xA6].first).value
    let last = try #require(drives.last?[0xA6].last).value
    #expect(abs(first - car.odometerStart) < 0.11)
    #expect(abs(last - first - car.distanceKm) < 0.3)
    #expect(abs(car.trips.reduce(0) { $0 + $1.km } - car.distanceKm) < 1e-6)
  }

  @Test func aHealthyCarHoldsItsTemperatureAndVoltage() throws {
    let (car, frames) = life(seed: 2, days: 40)
    let drives = Drive.all(frames)
    let machine = try #require(car.machine.combustion)
    let coolant = drives.compactMap { $0.steadyCoolant(near: 88) }
    #expect(coolant.count > 25)
    let middle = try #require(median(coolant))
    #expect(abs(middle - machine.regulatedTemperature) < 1)
    #expect(coolant.allSatisfy { abs($0 - middle) <= 3 })
    let volts = drives.compactMap(\.runningVoltage)
    #expect(abs(try #require(median(volts)) - machine.regulatedVoltage) < 0.06)
    #expect(volts.allSatisfy { abs($0 - machine.regulatedVoltage) < 0.5 })
    for drive in drives {
      #expect(drive[0x05].allSatisfy { $0.value > -25 && $0.value < 97 })
      #expect(drive[0x5C].allSatisfy { $0.value > -25 && $0.value < 125 })
      #expect(drive[0x0B].allSatisfy { $0.value >= 15 && $0.value <= 102 })
      #expect(drive[0x10].allSatisfy { $0.value < 90 })
      #expect(drive[0x2F].allSatisfy { $0.value > 5 })
    }
  }

  @Test func ratesAreThoseAskedFor() {
    var configuration = SimulatedVehicle.Configuration(seed: 1)
    configuration.days = 2
    configuration.rates.motion = 1
    configuration.rates.slow = 10
    configuration.rates.native = 4
    var car = SimulatedVehicle(configuration)
    let frames = allFrames(&car)
    func count(_ id: UInt32, pid: UInt8? = nil) -> Double {
      Double(frames.count { $0.id.value == id && (pid == nil || $0[2] == pid) })
    }
    let seconds = count(0x7E8, pid: 0x04)
    #expect(seconds > 500)
    for (rate, found) in [
      (1, count(0x7E8, pid: 0x0C)), (0.5, count(0x7E8, pid: 0x05)), (0.1, count(0x7E8, pid: 0xA6)),
      (0.25, count(0x120)), (0.125, count(0x2F0)),
    ] {
      #expect(abs(found - rate * seconds) < 0.02 * seconds)
    }
  }
}
