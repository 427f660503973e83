// The truth about a simulated vehicle: what no sensor shows, to hold estimates against.
import Vocabulary

/// The true state of a simulated vehicle at the end of a recording. Encoded, it is `LOG.truth.json`.
///
/// Distances whose name ends in `km` count from the begin of the recording, like what Telltale has watched; those with
/// `odometer` are what the instrument shows. What never happens is nil and left out.
public struct VehicleTruth: Encodable, Sendable {
  public struct Trip: Encodable, Sendable {
    /// Engine start and stop, RFC 3339.
    public let start: String
    public let end: String
    public let km: Double
  }

  public let vehicle: String
  public let seed: UInt64
  public let start: String
  public let end: String
  public let km: Double
  /// From `start` to the last frame.
  public let days: Double
  public let odometerStartKm: Double
  public let odometerEndKm: Double
  public let frames: Int
  public let trips: [Trip]
  /// Nil for a vehicle without an engine.
  public let components: Components?
  /// What its control units told; nil where diagnostics were off.
  public let diagnostics: Diagnostics?

  enum CodingKeys: String, CodingKey {
    case vehicle, seed, start, end, km, days
    case odometerStartKm = "odometer_start_km"
    case odometerEndKm = "odometer_end_km"
    case frames, trips, components, diagnostics
  }
}

extension VehicleTruth {
  /// The truth about `vehicle` as it stands. Takes a fraction of a second, since it lives on to its oil's end.
  public init(_ vehicle: SimulatedVehicle) {
    let configuration = vehicle.configuration
    self.vehicle = configuration.vehicle.rawValue
    seed = configuration.seed
    start = rfc3339UTC(wallNanoseconds: configuration.start)
    end = rfc3339UTC(wallNanoseconds: vehicle.now)
    km = rounded(vehicle.distanceKm)
    days = rounded(Double(vehicle.now - configuration.start) / Double(TripCalendar.nanosecondsPerDay))
    odometerStartKm = rounded(vehicle.odometerStart)
    odometerEndKm = rounded(vehicle.odometerStart + vehicle.distanceKm)
    frames = vehicle.frames
    trips = vehicle.trips.map {
      Trip(
        start: rfc3339UTC(wallNanoseconds: $0.start), end: rfc3339UTC(wallNanoseconds: $0.end), km: rounded($0.km))
    }
    components = vehicle.machine.combustion.map { Components(vehicle, $0) }
    diagnostics = configuration.diagnostics ? Diagnostics(vehicle) : nil
  }
}

/// To six decimals: what stands in a document is read by people too.
func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
