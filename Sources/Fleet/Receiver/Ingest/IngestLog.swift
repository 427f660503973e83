// The ingest's longer log lines: what a vehicle does wrong, and what somebody can do about it.
import FleetContract
import Logging

extension Logger {
  func unreadable(_ malformation: Malformation, _ event: CloudEvent) {
    warning(
      """
      record is stored, and nobody can read it: \(malformation.reason); see \
      /api/v1/vehicles/\(event.vehicle)/malformed and the vehicle's version; further ones are only counted for an hour
      """,
      metadata: ["vehicle": "\(event.vehicle)", "id": "\(event.id)", "kind": "\(malformation.kind)"])
  }

  func tooManyEpochs(_ vehicle: VehicleID, limit: Int) {
    warning(
      """
      vehicle has begun \(limit) epochs, and records of further ones are refused; see why its outbox does not last \
      (disk, machine-id, a second device under its name), then give it another vehicle id
      """,
      metadata: ["vehicle": "\(vehicle)"])
  }

  func contradicting(_ outbox: OutboxKey) {
    warning(
      """
      records contradict what is stored, and the vehicle is asked to begin a new epoch; see \
      /api/v1/vehicles/\(outbox.vehicle)/conflicts; further ones are only counted for an hour
      """,
      metadata: ["vehicle": "\(outbox.vehicle)", "epoch": "\(outbox.epoch)"])
  }
}
