// The parameter groups that the simulated truck's control units send of themselves (SAE J1939-71).
import Vocabulary

/// Addresses of the truck's control units (SAE J1939-81, industry group 0 and on-highway).
enum TruckAddress {
  static let engine: UInt8 = 0
  static let transmission: UInt8 = 3
  static let brakes: UInt8 = 11
  static let cluster: UInt8 = 23
  static let aftertreatment: UInt8 = 61
}

enum TruckMessage: Sendable, CaseIterable {
  case engineController1
  case engineController2
  case vehicleSpeed
  case wheelSpeed
  case fuelEconomy
  case gasFlow
  case engineTemperature
  case engineFluids
  case inletAndExhaust
  case electricalPower
  case ambientConditions
  case engineHours
  case fuelConsumption
  case distance
  case dashDisplay
  case transmissionFluids
  case aftertreatmentService
  case exhaustFluidTank

  /// Priority, parameter group and source address.
  private var header: (priority: UInt32, group: UInt32, source: UInt8) {
    switch self {
    case .engineController1: (3, 0xF004, TruckAddress.engine)
    case .engineController2: (3, 0xF003, TruckAddress.engine)
    case .vehicleSpeed: (6, 0xFEF1, TruckAddress.engine)
    case .wheelSpeed: (6, 0xFEBF, TruckAddress.brakes)
    case .fuelEconomy: (6, 0xFEF2, TruckAddress.engine)
    case .gasFlow: (6, 0xF00A, TruckAddress.engine)
    case .engineTemperature: (6, 0xFEEE, TruckAddress.engine)
    case .engineFluids: (6, 0xFEEF, TruckAddress.engine)
    case .inletAndExhaust: (6, 0xFEF6, TruckAddress.engine)
    case .electricalPower: (6, 0xFEF7, TruckAddress.engine)
    case .ambientConditions: (6, 0xFEF5, TruckAddress.engine)
    case .engineHours: (6, 0xFEE5, TruckAddress.engine)
    case .fuelConsumption: (6, 0xFEE9, TruckAddress.engine)
    case .distance: (6, 0xFEC1, TruckAddress.cluster)
    case .dashDisplay: (6, 0xFEFC, TruckAddress.cluster)
    case .transmissionFluids: (6, 0xFEF8, TruckAddress.transmission)
    case .aftertreatmentService: (6, 0xFD7B, TruckAddress.aftertreatment)
    case .exhaustFluidTank: (6, 0xFE56, TruckAddress.aftertreatment)
    }
  }

  func frame(_ now: Readings, time: Instant) -> CANFrame {
    let (priority, group, source) = header
    let id = CANID(extended: priority << 26 | group << 8 | UInt32(source))
    return CANFrame(time: time, id: id, length: 8, payload: CANPayload(word: data(now).word))
  }

  private func data(_ now: Readings) -> GroupData {
    var data = GroupData()
    let torque = now.fullTorque > 0 ? 100 * now.torque / now.fullTorque : 0
    switch self {
    case .engineController1:
      // Torque mode: idle governor or accelerator pedal.
      data.put(bits: now.demand > 0.02 ? 1 : 0, at: 0, count: 4)
      data.put(100 * now.demand + 125, at: 1)
      data.put(torque + 125, at: 2)
      data.put(now.engineSpeed / 0.125, at: 3, bytes: 2)
    case .engineController2:
      data.put(now.demand * 100 / 0.4, at: 1)
      data.put(now.load * 100, at: 2)
    case .vehicleSpeed:
      data.put(bits: now.engineSpeed == 0 ? 1 : 0, at: 2, count: 2)
      data.put(now.speed * 256, at: 1, bytes: 2)
      data.put(bits: now.isBraking ? 1 : 0, at: 28, count: 2)
    case .wheelSpeed:
      data.put(now.speed * 256, at: 0, bytes: 2)
      // Left and right wheel as fast as their axle.
      data.put(125, at: 2)
      data.put(125, at: 3)
    case .fuelEconomy:
      data.put(now.fuelRate * 20, at: 0, bytes: 2)
      data.put(now.fuelRate > 0 ? min(125, now.speed / now.fuelRate) * 512 : 125.4 * 512, at: 2, bytes: 2)
    case .gasFlow:
      data.put(now.airFlow * 3.6 * now.recirculation * 20, at: 0, bytes: 2)
      data.put(now.airFlow * 3.6 * 20, at: 2, bytes: 2)
    case .engineTemperature:
      data.put(now.coolant + 40, at: 0)
      data.put(now.ambient + (now.coolant - now.ambient) * 0.4 + 40, at: 1)
      data.put((now.oil + 273) * 32, at: 2, bytes: 2)
    case .engineFluids:
      data.put((now.engineSpeed > 0 ? 420 : 0) / 4, at: 0)
      data.put(oilPressure(now) / 4, at: 3)
      data.put(96 / 0.4, at: 7)
    case .inletAndExhaust:
      let boost = max(0, now.manifoldPressure - now.barometricPressure)
      data.put(boost / 2, at: 1)
      data.put(now.intake + boost * 0.12 + 40, at: 2)
      data.put((now.exhaust + 273) * 32, at: 5, bytes: 2)
    case .electricalPower:
      data.put(now.voltage / 0.05, at: 4, bytes: 2)
      data.put((now.voltage - 0.2) / 0.05, at: 6, bytes: 2)
    case .ambientConditions:
      data.put(now.barometricPressure / 0.5, at: 0)
      data.put((now.ambient + 273) * 32, at: 3, bytes: 2)
      data.put(now.intake + 40, at: 5)
    case .engineHours:
      data.put(now.engineHours * 20, at: 0, bytes: 4)
    case .fuelConsumption:
      data.put(now.fuelUsed * 2, at: 4, bytes: 4)
    case .distance:
      data.put((now.odometerKm * 200).rounded(.down), at: 0, bytes: 4)
    case .dashDisplay:
      data.put(now.fuelLevel * 100 / 0.4, at: 1)
    case .transmissionFluids:
      data.put((now.engineSpeed > 0 ? 560 : 0) / 16, at: 3)
      data.put((now.transmissionOil + 273) * 32, at: 4, bytes: 2)
    case .aftertreatmentService:
      data.put(now.soot * 100, at: 0)
      data.put(now.ash * 100, at: 1)
    case .exhaustFluidTank:
      data.put(now.exhaustFluid * 100 / 0.4, at: 0)
      data.put(now.ambient + 45, at: 1)
    }
    return data
  }

  /// Above atmosphere, kPa; thin where the oil is hot.
  private func oilPressure(_ now: Readings) -> Double {
    now.engineSpeed > 0 ? min(520, 90 + now.engineSpeed * 0.22 + max(0, 80 - now.oil) * 1.5) : 0
  }
}

/// The eight bytes of a parameter group; what is not put in says "not available".
struct GroupData {
  private(set) var word = UInt64.max

  /// A measurement of 1, 2 or 4 bytes from byte `start` on, the lowest first; at most the largest that is valid.
  mutating func put(_ value: Double, at start: Int, bytes: Int = 1) {
    let largest = Double(0xFB << (8 * (bytes - 1)) - 1)
    put(bits: UInt64(rawNumber(min(value, largest), bytes: bytes)), at: 8 * start, count: 8 * bytes)
  }

  /// `bits` must fit in `count`, at most 32.
  mutating func put(bits: UInt64, at bit: Int, count: Int) {
    word = word & ~((1 << UInt64(count) - 1) << UInt64(bit)) | bits << UInt64(bit)
  }
}
