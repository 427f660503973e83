// Whole vehicles from the reader's pages, for tests that have few of everything.
import Testing

@testable import Receiver

/// A vehicle with the ledgers of its streams.
struct WholeVehicle {
  var vehicle: FleetVehicle
  var streams: [StreamLedger]
}

extension SQLiteReader {
  /// A vehicle with the missing runs of its streams.
  func vehicle(_ name: String, runs: Int) throws -> WholeVehicle? {
    guard let vehicle = try vehicle(name) else { return nil }
    return WholeVehicle(
      vehicle: vehicle, streams: try ledgers(of: vehicle.id, Stretch(limit: 1000), runs: runs).items)
  }

  /// What `van-7` declared lost in a stream.
  func losses(in stream: StreamKey) throws -> [FleetLoss] {
    let vehicle = try #require(try vehicle(vehicleName))
    return try losses(of: vehicle.id, after: .beginning, limit: 10_000).items
      .filter { $0.epoch == stream.outbox.epoch && $0.lane == stream.lane }
  }
}
