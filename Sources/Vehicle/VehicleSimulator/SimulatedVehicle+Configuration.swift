// Which vehicle is simulated, for how long, how it wears, and what goes wrong with it.
import Vocabulary

extension SimulatedVehicle {
  public enum Kind: String, CaseIterable, Sendable {
    /// A car with a 1.6 litre petrol engine: OBD-II with 11-bit identifiers, and three native messages.
    case petrol
    /// A van with a 2.0 litre diesel engine: OBD-II with 29-bit identifiers.
    case diesel
    /// An electric car: UDS, and the little of OBD-II that such cars answer.
    case ev
    /// A truck of 28 t: SAE J1939 at 24 V.
    case truck
  }

  public struct Configuration: Equatable, Sendable {
    public let vehicle: Kind
    public var seed: UInt64
    /// Begin of the recording, nanoseconds since 1970. 2026-01-05T06:00:00Z unless set.
    public var start: Int64 = 1_767_592_800_000_000_000
    /// The recording ends with the drive in which this distance is reached; nil for no such end.
    public var km: Double?
    /// No drive starts after this many days; nil for no such end.
    public var days: Double?
    /// Has no effect on an electric car.
    public var wear = WearRates()
    public var rates = LoggerRates()
    /// The control units test themselves, a truck's broadcast their trouble codes, and a tool asks after each start.
    public var diagnostics: Bool
    public private(set) var faults: [PlannedFault] = []
    /// Distances after which a tool clears trouble codes, before the engine of the next drive is started.
    public private(set) var clearAtKm: [Double] = []

    /// A vehicle without an end: set `km` or `days`, or stop reading.
    /// - Parameter vehicle: of the petrol car only the bus as it is without diagnostics, unless they are switched on.
    public init(_ vehicle: Kind = .petrol, seed: UInt64) {
      self.vehicle = vehicle
      self.seed = seed
      diagnostics = vehicle != .petrol
    }

    /// Switches a fault on, and diagnostics with it.
    /// - Throws: when the vehicle has no such code or no such control unit.
    public mutating func add(_ fault: PlannedFault) throws(PlannedFaultError) {
      let isTruckCode = fault.code.notation == .j1939
      guard isTruckCode == (vehicle == .truck) else {
        throw PlannedFaultError(
          fault: fault.code.name,
          reason: isTruckCode ? "only a truck has codes of SPN and FMI" : "a truck has codes such as SPN110-FMI0")
      }
      guard vehicle.unit(of: fault) != nil else {
        throw PlannedFaultError(
          fault: fault.code.name,
          reason: "no control unit \(fault.unit ?? ""); there are " + vehicle.unitNames.joined(separator: ", "))
      }
      faults.append(fault)
      diagnostics = true
    }

    /// Lets a tool clear trouble codes after so many km, 0 or more; switches diagnostics on.
    public mutating func clear(atKm km: Double) {
      clearAtKm.append(max(0, km))
      diagnostics = true
    }
  }
}

extension SimulatedVehicle.Kind {
  /// Its control units, as people call them.
  public var unitNames: [String] {
    switch self {
    case .petrol, .diesel: ["engine", "transmission"]
    case .ev: ["battery", "drive"]
    case .truck: ["engine", "transmission", "brakes", "cluster", "aftertreatment"]
    }
  }

  /// As `ControlUnit.name` has them.
  private var unitAddresses: [String] {
    switch self {
    case .petrol: ["7E8", "7E9"]
    case .diesel: ["18DAF110", "18DAF118"]
    case .ev: ["7EC", "7EA"]
    case .truck: ["SA 0", "SA 3", "SA 11", "SA 23", "SA 61"]
    }
  }

  /// The place of the unit that finds a fault; nil where there is none of that name or address.
  func unit(of fault: PlannedFault) -> Int? {
    guard let wanted = fault.unit else { return likelyUnit(for: fault.code) }
    if let place = unitNames.firstIndex(of: wanted.lowercased()) { return place }
    let address = wanted.uppercased().filter { $0 != " " }
    return unitAddresses.firstIndex { $0.filter { $0 != " " } == address }
  }

  private func likelyUnit(for code: TroubleCode) -> Int {
    switch self {
    case .petrol, .diesel:
      // P07xx to P09xx and P27xx are of the transmission.
      guard let base = code.base else { return 0 }
      return (0x0700...0x09FF).contains(base) || (0x2700...0x27FF).contains(base) ? 1 : 0
    case .ev:
      // Motors and their inverter.
      guard let base = code.base else { return 0 }
      return (0x0A2A...0x0A7C).contains(base) ? 1 : 0
    case .truck:
      switch code.spn ?? 0 {
      case 123...127, 161, 177, 191, 522...527, 573, 574, 604: return 1
      case 70, 116...119, 575, 576, 904...909, 1121, 1067...1069: return 2
      case 38, 80, 96: return 3
      case 1761, 3031, 3216, 3226, 3230...3256, 3360...3364, 3480...3490, 3515...3520, 3695...3720, 4331...4376:
        return 4
      default: return 0
      }
    }
  }
}
