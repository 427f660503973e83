// Reading a simulated car in tests: its frames, and its OBD-II replies decoded by hand.
import Recordings
import Vocabulary

@testable import VehicleSimulator

/// Frames of a car up to its end, `batch` at a time.
func allFrames(_ car: inout SimulatedVehicle, batch: Int = 1000) -> [CANFrame] {
  var frames: [CANFrame] = []
  let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: batch)
  defer { buffer.deallocate() }
  while true {
    let count = car.read(into: buffer)
    if count == 0 { return frames }
    frames += buffer[..<count]
  }
}

/// A vehicle that has lived to its end, with its frames.
func life(_ configuration: SimulatedVehicle.Configuration) -> (vehicle: SimulatedVehicle, frames: [CANFrame]) {
  var vehicle = SimulatedVehicle(configuration)
  let frames = allFrames(&vehicle)
  return (vehicle, frames)
}

/// A car that has lived for so many days or kilometres, with its frames.
func life(
  seed: UInt64, days: Double? = nil, km: Double? = nil, wear: WearRates = WearRates()
) -> (car: SimulatedVehicle, frames: [CANFrame]) {
  var configuration = SimulatedVehicle.Configuration(seed: seed)
  configuration.days = days
  configuration.km = km
  configuration.wear = wear
  var car = SimulatedVehicle(configuration)
  let frames = allFrames(&car)
  return (car, frames)
}

/// A service 01 reply in the unit of its PID, written down from SAE J1979 a second time.
struct Reply {
  let time: Double
  let pid: UInt8
  let value: Double

  init?(_ frame: CANFrame) {
    guard frame.id.value == 0x7E8, frame.length == 8, frame[1] == 0x41 else { return nil }
    time = Double(frame.time.nanoseconds) * 1e-9
    pid = frame[2]
    let a = Double(frame[3])
    let word = a * 256 + Double(frame[4])
    switch (pid, frame[0]) {
    case (0x04, 3), (0x11, 3), (0x2F, 3): value = a / 2.55
    case (0x05, 3), (0x0F, 3), (0x46, 3), (0x5C, 3): value = a - 40
    case (0x0B, 3), (0x0D, 3): value = a
    case (0x0C, 4): value = word / 4
    case (0x10, 4): value = word / 100
    case (0x1F, 4): value = word
    case (0x42, 4): value = word / 1000
    case (0xA6, 6): value = (word * 65_536 + Double(frame[5]) * 256 + Double(frame[6])) / 10
    default: return nil
    }
  }
}

/// One drive as its replies tell it: values by PID, parted where the bus was silent for two minutes.
struct Drive {
  var replies: [UInt8: [Reply]] = [:]
  var end = 0.0

  static func all(_ frames: [CANFrame]) -> [Drive] {
    var drives: [Drive] = []
    var last = -Double.infinity
    for reply in frames.lazy.compactMap(Reply.init) {
      if reply.time > last + 120 { drives.append(Drive()) }
      last = reply.time
      drives[drives.count - 1].replies[reply.pid, default: []].append(reply)
      drives[drives.count - 1].end = reply.time
    }
    return drives
  }

  subscript(pid: UInt8) -> [Reply] { replies[pid] ?? [] }

  /// Distance from vehicle speed, km.
  var km: Double { self[0x0D].reduce(0) { $0 + $1.value / 3.6 * 0.5 } / 1000 }

  /// Median of the coolant from two minutes after it first came near `near`; nil for a drive too short to tell.
  func steadyCoolant(near: Double) -> Double? {
    guard let warm = self[0x05].first(where: { $0.value >= near - 4 }) else { return nil }
    return median(self[0x05].filter { $0.time > warm.time + 120 }.map(\.value), atLeast: 60)
  }

  /// Median of the system voltage with the engine running for a minute, brought to 30 degrees Celsius.
  var runningVoltage: Double? {
    let turning = self[0x0C].filter { $0.value > 500 }
    guard let running = turning.first, let stop = turning.last else { return nil }
    let intake = self[0x0F].map(\.value)
    let air = intake.reduce(0, +) / Double(max(1, intake.count))
    let volts = self[0x42].filter { $0.time > running.time + 60 && $0.time < stop.time }.map(\.value)
    return median(volts, atLeast: 30).map { $0 + 0.0134 * (air - 30) }
  }
}

func median(_ values: [Double], atLeast least: Int = 1) -> Double? {
  values.count >= least ? values.sorted()[values.count / 2] : nil
}

/// FNV-1a over all that a log would show.
func digest(_ frames: [CANFrame]) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for frame in frames {
    for word in [UInt64(bitPattern: frame.time.nanoseconds), UInt64(frame.id.rawValue), frame.payload.words[0]] {
      hash = (hash ^ word) &* 0x100_0000_01B3
    }
  }
  return hash
}
