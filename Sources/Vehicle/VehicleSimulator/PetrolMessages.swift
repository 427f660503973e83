// What the simulated car puts on its bus: service 01 replies (SAE J1979, ISO 15765-4 single frames) and the three
// native messages of the pack `simulated-petrol`.
import Vocabulary

/// What the car's sensors show at one moment, in the units of their PIDs.
struct Readings: Sendable {
  var engineSpeed = 0.0
  var load = 0.0
  var torque = 0.0
  var manifoldPressure = 0.0
  var airFlow = 0.0
  var throttle = 0.0
  /// km/h.
  var speed = 0.0
  var acceleration = 0.0
  var isBraking = false
  var isFuelCut = false
  var coolant = 0.0
  var intake = 0.0
  var ambient = 0.0
  var oil = 0.0
  var voltage = 0.0
  /// 0...1.
  var fuelLevel = 0.0
  /// Seconds since engine start.
  var runTime = 0.0
  var odometerKm = 0.0
}

/// A frame that comes again and again.
enum PetrolMessage: Sendable {
  case reply(pid: UInt8)
  case engineStatus
  case vehicleMotion
  case bodyStatus

  /// All frames in the order in which they follow each other on the bus, with the steps of half a second between two.
  static func schedule(_ rates: LoggerRates) -> [(message: PetrolMessage, period: Int)] {
    func steps(_ seconds: Double) -> Int { Int(max(1, min(7200, (seconds * 2).rounded()))) }
    let replies: [(seconds: Double, pids: [UInt8])] = [
      (rates.motion, [0x0C, 0x0D]), (rates.air, [0x10, 0x04]), (rates.engine, [0x05, 0x0B, 0x11, 0x42]),
      (rates.slow, [0x0F, 0x1F, 0x2F, 0x46, 0x5C, 0xA6]),
    ]
    return replies.flatMap { group in group.pids.map { (PetrolMessage.reply(pid: $0), steps(group.seconds)) } } + [
      (.engineStatus, steps(rates.native)), (.vehicleMotion, steps(rates.native)),
      (.bodyStatus, steps(2 * rates.native)),
    ]
  }

  /// - Parameter count: how often this message has come before; native messages count and change pages by it.
  func frame(_ readings: Readings, time: Instant, count: Int) -> CANFrame {
    switch self {
    case .reply(let pid): OBDReply(pid: pid, readings).frame(time: time)
    case .engineStatus: native(0x120, readings.engineStatus(count: count), time)
    case .vehicleMotion: native(0x1A0, readings.vehicleMotion, time)
    case .bodyStatus: native(0x2F0, readings.bodyStatus(page: count % 3), time)
    }
  }

  private func native(_ id: UInt32, _ word: UInt64, _ time: Instant) -> CANFrame {
    CANFrame(time: time, id: CANID(standard: id), length: 8, payload: CANPayload(word: word))
  }
}

/// A service 01 reply: length, 0x41, PID, one to four data bytes with the highest first, padded with zeros.
private struct OBDReply {
  let pid: UInt8
  let value: UInt32
  let width: Int

  init(pid: UInt8, _ now: Readings) {
    self.pid = pid
    switch pid {
    case 0x04: (value, width) = (raw(now.load * 255, bytes: 1), 1)
    case 0x05: (value, width) = (raw(now.coolant + 40, bytes: 1), 1)
    case 0x0B: (value, width) = (raw(now.manifoldPressure, bytes: 1), 1)
    case 0x0C: (value, width) = (raw(now.engineSpeed * 4, bytes: 2), 2)
    case 0x0D: (value, width) = (raw(now.speed, bytes: 1), 1)
    case 0x0F: (value, width) = (raw(now.intake + 40, bytes: 1), 1)
    case 0x10: (value, width) = (raw(now.airFlow * 100, bytes: 2), 2)
    case 0x11: (value, width) = (raw(now.throttle * 255, bytes: 1), 1)
    case 0x1F: (value, width) = (raw(now.runTime.rounded(.down), bytes: 2), 2)
    case 0x2F: (value, width) = (raw(now.fuelLevel * 255, bytes: 1), 1)
    case 0x42: (value, width) = (raw(now.voltage * 1000, bytes: 2), 2)
    case 0x46: (value, width) = (raw(now.ambient + 40, bytes: 1), 1)
    case 0x5C: (value, width) = (raw(now.oil + 40, bytes: 1), 1)
    default: (value, width) = (raw((now.odometerKm * 10).rounded(.down), bytes: 4), 4)
    }
  }

  func frame(time: Instant) -> CANFrame {
    var payload = CANPayload()
    payload[0] = UInt8(2 + width)
    payload[1] = 0x41
    payload[2] = pid
    for i in 0..<width { payload[3 + i] = UInt8(truncatingIfNeeded: value >> UInt32((width - 1 - i) * 8)) }
    return CANFrame(time: time, id: CANID(standard: 0x7E8), length: 8, payload: payload)
  }
}

extension Readings {
  /// Little-endian (Intel) fields, one of them signed.
  fileprivate func engineStatus(count: Int) -> UInt64 {
    var word = UInt64(raw(engineSpeed * 4, bytes: 2))
    word |= UInt64(raw(throttle * 250, bytes: 1)) << 16
    word |= UInt64(UInt32(bitPattern: Int32((torque * 2).rounded())) & 0xFFF) << 24
    word |= UInt64(raw(manifoldPressure, bytes: 1)) << 36
    word |= (isFuelCut ? 1 : 0) << 44
    word |= UInt64(count & 0xF) << 60
    return word
  }

  /// Big-endian (Motorola) fields, one of them signed.
  fileprivate var vehicleMotion: UInt64 {
    var word = UInt64(raw(speed * 100, bytes: 2)) << 48
    // The left wheel runs a little larger than the right one.
    word |= UInt64(raw(speed * 99.8, bytes: 2)) << 32
    word |= UInt64(raw(speed * 100.2, bytes: 2)) << 16
    word |= UInt64(UInt32(bitPattern: Int32((acceleration * 100).rounded())) & 0xFFF) << 4
    word |= isBraking ? 8 : 0
    return word.byteSwapped
  }

  /// Multiplexed by its first byte.
  fileprivate func bodyStatus(page: Int) -> UInt64 {
    switch page {
    case 0:
      let outside = UInt64(UInt8(bitPattern: Int8(max(-120, min(120, (ambient * 2).rounded())))))
      return outside << 8 | UInt64(raw(fuelLevel * 250, bytes: 1)) << 16 | UInt64(raw(coolant + 40, bytes: 1)) << 24
    case 1:
      return 1 | UInt64(raw(voltage * 1000, bytes: 2)) << 8 | UInt64(raw(oil + 40, bytes: 1)) << 24
    default:
      return 2 | UInt64(raw((odometerKm * 10).rounded(.down), bytes: 4)) << 8
    }
  }
}

/// Rounded to a whole number that fits in `bytes`.
private func raw(_ value: Double, bytes: Int) -> UInt32 {
  let most = bytes == 4 ? Double(UInt32.max) : Double(1 << (8 * bytes) - 1)
  return UInt32(max(0, min(most, value.rounded())))
}
