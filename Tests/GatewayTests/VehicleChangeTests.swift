// Health belongs to a vehicle: a gateway that is put into another one begins anew there, and goes on when it is back.
import Foundation
import Testing
import VehicleSimulator
import Vocabulary

@testable import Gateway

@Suite struct VehicleChangeTests {
  private let start: Int64 = 1_767_592_800_000_000_000

  /// The answer to service 09 02, as ISO 15765-2 segments it.
  private func identification(_ vin: String, at seconds: Double) -> [CANFrame] {
    let text = Array(vin.utf8)
    let rows: [[UInt8]] = [
      [0x10, 0x14, 0x49, 0x02, 0x01] + text[0..<3], [0x21] + text[3..<10], [0x22] + text[10..<17],
    ]
    let asked = CANFrame(
      time: Instant.zero.advanced(seconds: seconds - 0.1), id: CANID(standard: 0x7DF), bytes: [2, 9, 2])
    return [asked] + rows.enumerated().map {
      CANFrame(
        time: Instant.zero.advanced(seconds: seconds + Double($0.offset) * 0.01), id: CANID(standard: 0x7E8),
        bytes: $0.element)
    }
  }

  private func feed(_ drive: Drive, _ frames: [CANFrame]) { frames.withUnsafeBufferPointer { drive.feed($0) } }

  private func say(_ drive: Drive, _ vin: String, at seconds: Double) {
    for i in 0..<3 { feed(drive, identification(vin, at: seconds + Double(i) * 30)) }
    drive.wait(until: Instant.zero.advanced(seconds: seconds + 100))
  }

  @Test func anotherVehicleBeginsAnewAndTheFirstComesBack() throws {
    let drive = Drive(try vehicle(["obd2"], [(.engineOil, "used", 0.3)]), startWall: start)
    say(drive, "1D4GP00R55B123456", at: 10)
    var configuration = SimulatedVehicle.Configuration(seed: 11)
    configuration.days = 3
    _ = drive.run(SimulatedVehicle(configuration))
    let end = drive.clock.now().uptime.seconds(since: .zero)
    let first = try #require(drive.report(.engineOil)?.consumed)
    let trips = drive.snapshot.trips
    #expect(first > 0.3 && trips > 0)

    say(drive, "WVWZZZ1JZXW000001", at: end + 100)
    #expect(drive.events.map(\.type).contains("vehicle.changed"))
    let left = try #require(drive.parked["1D4GP00R55B123456"])
    #expect(left.trips.totalKm > 0)
    let fresh = try #require(drive.checkpoint)
    #expect(fresh.vehicle?.string == "1D4GP00R55B123456", "the last checkpoint is that of the vehicle that was left")
    #expect(drive.snapshot.totalKm == 0 && drive.snapshot.trips == trips)

    say(drive, "1D4GP00R55B123456", at: end + 1000)
    _ = drive.rings.returning.push(left)
    drive.wait(until: Instant.zero.advanced(seconds: end + 1200))
    #expect(drive.snapshot.totalKm == left.trips.totalKm && drive.snapshot.trips == trips)
  }

  /// A vehicle that says who it is for the first time is the one that was watched all along.
  @Test func theFirstIdentificationChangesNothing() throws {
    let drive = Drive(try vehicle(["obd2"]), startWall: start)
    var configuration = SimulatedVehicle.Configuration(seed: 11)
    configuration.days = 2
    _ = drive.run(SimulatedVehicle(configuration))
    let km = drive.snapshot.totalKm
    say(drive, "1D4GP00R55B123456", at: drive.clock.now().uptime.seconds(since: .zero) + 100)
    #expect(km > 0 && drive.snapshot.totalKm == km)
    #expect(!drive.events.map(\.type).contains("vehicle.changed"))
  }
}
