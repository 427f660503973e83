// What comes again and again on the bus of each vehicle, and how often.

/// A message that is sent by itself, or to a logger whose questions the recording lacks.
enum BusMessage: Sendable {
  /// A parameter of service 01 from the control unit of that place.
  case reply(pid: UInt8, unit: Int)
  /// Data by identifier from the control unit of that place.
  case data(UnitData, unit: Int)
  case petrol(PetrolMessage)
  case group(TruckMessage)
  /// DM1 of the control unit of that place.
  case activeCodes(unit: Int)

  /// All messages in the order in which they follow each other on the bus, with the steps of half a second between two.
  static func schedule(of vehicle: SimulatedVehicle.Kind, _ rates: LoggerRates) -> [(message: BusMessage, period: Int)]
  {
    func steps(_ seconds: Double) -> Int { Int(max(1, min(7200, (seconds * 2).rounded()))) }
    func replies(_ pids: [UInt8], unit: Int = 0, each seconds: Double) -> [(message: BusMessage, period: Int)] {
      pids.map { (.reply(pid: $0, unit: unit), steps(seconds)) }
    }
    func groups(_ groups: [TruckMessage], each seconds: Double) -> [(message: BusMessage, period: Int)] {
      groups.map { (.group($0), steps(seconds)) }
    }
    switch vehicle {
    case .petrol:
      return replies([0x0C, 0x0D], each: rates.motion) + replies([0x10, 0x04], each: rates.air)
        + replies([0x05, 0x0B, 0x11, 0x42], each: rates.engine)
        + replies([0x0F, 0x1F, 0x2F, 0x46, 0x5C, 0xA6], each: rates.slow) + [
          (.petrol(.engineStatus), steps(rates.native)), (.petrol(.vehicleMotion), steps(rates.native)),
          (.petrol(.bodyStatus), steps(2 * rates.native)),
        ]
    case .diesel:
      return replies([0x0C, 0x0D], each: rates.motion) + replies([0x10, 0x04, 0x5E], each: rates.air)
        + replies([0x05, 0x0B, 0x23, 0x42], each: rates.engine) + replies([0x70, 0x78], each: 2 * rates.engine)
        + replies([0x0F, 0x1F, 0x2C, 0x2F, 0x33, 0x46, 0x5C, 0xA6], each: rates.slow)
        + replies([0x69, 0x6B, 0x7A, 0x7C, 0x83, 0x8B, 0x9D, 0x9E], each: 2 * rates.slow)
        + replies([0x85], each: 6 * rates.slow)
    case .ev:
      return replies([0x0D], unit: 1, each: rates.motion) + replies([0x42], unit: 1, each: rates.engine)
        + replies([0x9A], unit: 0, each: rates.engine) + replies([0x46, 0xA6], unit: 1, each: rates.slow)
        + replies([0x5B], unit: 0, each: rates.slow) + [
          (.data(.battery, unit: 0), steps(rates.engine)), (.data(.motor, unit: 1), steps(rates.air)),
          (.data(.cells, unit: 0), steps(12 * rates.slow)),
        ]
    case .truck:
      return groups([.engineController1, .vehicleSpeed], each: rates.motion)
        + groups([.engineController2, .fuelEconomy, .gasFlow], each: rates.air)
        + groups([.engineTemperature, .engineFluids, .inletAndExhaust, .electricalPower], each: rates.engine)
        + groups(
          [
            .ambientConditions, .engineHours, .fuelConsumption, .distance, .dashDisplay, .transmissionFluids,
            .aftertreatmentService, .exhaustFluidTank,
          ], each: rates.slow)
        + groups([.wheelSpeed], each: rates.native)
        + vehicle.unitNames.indices.map { (.activeCodes(unit: $0), steps(1)) }
    }
  }
}
