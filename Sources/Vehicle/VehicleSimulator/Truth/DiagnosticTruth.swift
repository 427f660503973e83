// The truth about what a simulated vehicle's control units told: who they are, and when which trouble code stood.
import Vocabulary

extension VehicleTruth {
  public struct Diagnostics: Encodable, Sendable {
    public struct Unit: Encodable, Sendable {
      /// `engine`.
      public let name: String
      /// As facts name it: `7E8`, `SA 0`.
      public let address: String
    }

    public struct Code: Encodable, Sendable {
      /// `P0301`, `P0301-1C` or `SPN 110 FMI 0`.
      public let code: String
      /// The unit's address.
      public let unit: String
      /// Each status that it ever had.
      public let statuses: [Status]
    }

    public struct Status: Encodable, Sendable {
      /// One of the names of `TroubleCodeStatus`.
      public let status: String
      /// RFC 3339; no end where it still holds.
      public let begin: String
      public let beginKm: Double
      public let end: String?
      public let endKm: Double?

      enum CodingKeys: String, CodingKey {
        case status, begin
        case beginKm = "begin_km"
        case end
        case endKm = "end_km"
      }
    }

    public let vin: String?
    public let units: [Unit]
    /// What was switched on: code, begin and end of the fault itself.
    public let faults: [Fault]
    /// What came of it, in the order of time.
    public let codes: [Code]

    public struct Fault: Encodable, Sendable {
      public let code: String
      public let unit: String
      public let beginKm: Double
      public let endKm: Double?

      enum CodingKeys: String, CodingKey {
        case code, unit
        case beginKm = "begin_km"
        case endKm = "end_km"
      }
    }
  }
}

extension VehicleTruth.Diagnostics {
  init(_ vehicle: SimulatedVehicle) {
    units =
      vehicle.controlUnits.map { Unit(name: $0.name, address: $0.controlUnit().name) }
      + vehicle.truckUnits.map { Unit(name: $0.name, address: $0.controlUnit().name) }
    vin = (vehicle.controlUnits.compactMap(\.identity.vin) + vehicle.truckUnits.compactMap(\.identity.vin)).first
    let addresses = units.map(\.address)
    faults = vehicle.configuration.faults.compactMap { fault in
      vehicle.configuration.vehicle.unit(of: fault).map { unit in
        Fault(code: fault.code.name, unit: addresses[unit], beginKm: fault.beginKm, endKm: fault.endKm)
      }
    }
    var order: [(code: TroubleCode, unit: ControlUnit)] = []
    let episodes = vehicle.statusEpisodes
    for episode in episodes where !order.contains(where: { $0.code == episode.code && $0.unit == episode.unit }) {
      order.append((episode.code, episode.unit))
    }
    codes = order.map { entry in
      Code(
        code: entry.code.name, unit: entry.unit.name,
        statuses: episodes.filter { $0.code == entry.code && $0.unit == entry.unit }.map { Status($0) })
    }
  }
}

extension VehicleTruth.Diagnostics.Status {
  init(_ episode: StatusEpisode) {
    status = episode.status.names.joined(separator: ", ")
    begin = rfc3339UTC(wallNanoseconds: episode.begin)
    beginKm = rounded(episode.beginKm)
    end = episode.end.map { rfc3339UTC(wallNanoseconds: $0) }
    endKm = episode.endKm.map(rounded)
  }
}
