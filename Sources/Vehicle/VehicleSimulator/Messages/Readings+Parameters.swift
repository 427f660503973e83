// Sensor readings as the parameters of OBD-II service 01 give them (SAE J1979, J1979-DA): raw bytes, the highest first.

extension Readings {
  /// The data of a parameter that a sensor stands behind; nothing is appended for the others.
  func appendParameter(_ pid: UInt8, to data: inout [UInt8]) {
    func put(_ value: Double, bytes: Int) { data.appendNumber(value, bytes: bytes) }
    /// With `support` first, the byte that says which of the parameter's values there are.
    func put(support: UInt8, _ values: [Double], bytes: Int, of size: Int) {
      let end = data.count + size
      data.append(support)
      for value in values { put(value, bytes: bytes) }
      while data.count < end { data.append(0) }
    }
    switch pid {
    case 0x03: data += [engineSpeed == 0 ? 0 : coolant < 40 ? 1 : isFuelCut ? 4 : 2, 0]
    case 0x04: put(load * 255, bytes: 1)
    case 0x05: put(coolant + 40, bytes: 1)
    case 0x06: put(128 + 3 * (load - 0.4), bytes: 1)
    case 0x07: put(129.5, bytes: 1)
    case 0x0B: put(manifoldPressure, bytes: 1)
    case 0x0C: put(engineSpeed * 4, bytes: 2)
    case 0x0D: put(speed, bytes: 1)
    case 0x0E: put((12 + 18 * (1 - load) + 64) * 2, bytes: 1)
    case 0x0F: put(intake + 40, bytes: 1)
    case 0x10: put(airFlow * 100, bytes: 2)
    case 0x11: put(throttle * 255, bytes: 1)
    case 0x1F: put(runTime.rounded(.down), bytes: 2)
    case 0x23: put(railPressure / 10, bytes: 2)
    case 0x2C: put(recirculation * 255, bytes: 1)
    case 0x2F: put(fuelLevel * 255, bytes: 1)
    case 0x33: put(barometricPressure, bytes: 1)
    case 0x42: put(voltage * 1000, bytes: 2)
    case 0x46: put(ambient + 40, bytes: 1)
    case 0x49: put(demand * 200 + 30, bytes: 1)
    case 0x5B: put(stateOfCharge * 255, bytes: 1)
    case 0x5C: put(oil + 40, bytes: 1)
    case 0x5E: put(fuelRate * 20, bytes: 2)
    case 0x61: put(demand * 100 + 125, bytes: 1)
    case 0x62: put((fullTorque > 0 ? torque / fullTorque : 0) * 100 + 125, bytes: 1)
    case 0x63: put(fullTorque, bytes: 2)
    case 0x69: put(support: 0x07, [recirculation * 255, recirculation * 250, 128], bytes: 1, of: 7)
    case 0x6B: put(support: 0x01, [ambient + (exhaust - ambient) * 0.3 + 40], bytes: 1, of: 5)
    case 0x70:
      put(support: 0x03, [(manifoldPressure + 2) * 32, manifoldPressure * 32], bytes: 2, of: 10)
    case 0x78:
      let temperatures = [exhaust + 60, exhaust, filter].map { ($0 + 40) * 10 }
      put(support: 0x07, temperatures, bytes: 2, of: 9)
    case 0x7A: put(support: 0x03, [filterPressure * 100, (barometricPressure + filterPressure) * 100], bytes: 2, of: 7)
    case 0x7C: put(support: 0x03, [(exhaust + 40) * 10, (filter + 40) * 10], bytes: 2, of: 9)
    case 0x83: put(support: 0x03, [nitrogenOxides, tailpipeNitrogenOxides], bytes: 2, of: 9)
    case 0x85:
      data.append(0x07)
      put(fuelRate * 0.04 * 200, bytes: 2)
      put(fuelRate * 0.04 * 200, bytes: 2)
      put(exhaustFluid * 255, bytes: 1)
      data += [0, 0, 0, 0]
    case 0x8B:
      data += [0x11, isRegenerating ? 1 : 0]
      put(soot * 255, bytes: 1)
      data += [0, 0, 0, 0]
    case 0x8E: put(130, bytes: 1)
    case 0x9A:
      data += [0x06, 0]
      put(packVoltage * 64, bytes: 2)
      // What leaves the battery counts as positive.
      data.appendSigned(packCurrent * 10)
    // 832 g to a litre of diesel.
    case 0x9D:
      put(fuelRate * 832 / 3600 * 50, bytes: 2)
      put(fuelRate * 832 / 3600 * 50, bytes: 2)
    case 0x9E: put(airFlow * 3.6 * 5, bytes: 2)
    case 0xA6: put((odometerKm * 10).rounded(.down), bytes: 4)
    default: break
    }
  }
}

extension [UInt8] {
  /// Rounded to a whole number that fits in `bytes`, 1...4, the highest byte first.
  mutating func appendNumber(_ value: Double, bytes: Int) {
    let number = rawNumber(value, bytes: bytes)
    for i in (0..<bytes).reversed() { append(UInt8(truncatingIfNeeded: number >> UInt32(8 * i))) }
  }

  /// Rounded to a whole number that fits in two bytes with a sign, the higher byte first.
  mutating func appendSigned(_ value: Double) {
    let number = signedNumber(value)
    self += [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
  }
}

/// Rounded to a whole number that fits in `bytes`, 1...4; what is no number counts as 0.
func rawNumber(_ value: Double, bytes: Int) -> UInt32 {
  let most = bytes >= 4 ? Double(UInt32.max) : Double(1 << (8 * bytes) - 1)
  return value.isNaN ? 0 : UInt32(max(0, min(most, value.rounded())))
}

private func signedNumber(_ value: Double) -> Int16 {
  value.isNaN ? 0 : Int16(max(-32_768, min(32_767, value.rounded())))
}
