// The simulated vehicle's recording as a life in real time: what it sends of itself, and what its sensors show.
import Vocabulary
import VehicleSimulator

struct Life {
  private(set) var readings = Readings()

  private var vehicle: SimulatedVehicle
  private let speed: Double
  private var frames: [CANFrame] = []
  private var next = 0
  /// The recording's time at which the drive began, as far as it was without a pause.
  private var origin: Int64?

  /// A longer silence of the recording, ns, is a parked vehicle.
  private static let pause: Int64 = 60_000_000_000

  init(_ kind: SimulatedVehicle.Kind, seed: UInt64, speed: Double) {
    var configuration = SimulatedVehicle.Configuration(kind, seed: seed)
    // Nobody asks in the recording: here somebody else does.
    configuration.diagnostics = false
    vehicle = SimulatedVehicle(configuration)
    self.speed = speed
  }

  /// The frames that are due `seconds` after the drive began.
  mutating func due(at seconds: Double) -> [CANFrame] {
    var due: [CANFrame] = []
    while let frame = peek() {
      let time = frame.time.nanoseconds
      let begin = origin ?? time
      origin = begin
      if Double(time - begin) * 1e-9 > seconds * speed { break }
      take()
      if let unit = Life.unitAnswering(frame) {
        if unit { show(frame) }
      } else {
        due.append(frame)
      }
      // The next drive follows at once.
      if let following = peek()?.time.nanoseconds, following - time > Life.pause { origin = begin + following - time }
    }
    return due
  }

  /// The drive is over, wherever it is in the recording.
  mutating func park() {
    var last = peek()?.time.nanoseconds ?? 0
    while let frame = peek(), frame.time.nanoseconds - last <= Life.pause {
      last = frame.time.nanoseconds
      take()
    }
    origin = nil
    readings = Readings()
  }

  private mutating func peek() -> CANFrame? {
    if next == frames.count {
      let empty = CANFrame(time: .zero, id: CANID(standard: 0), length: 0, payload: CANPayload())
      frames = [CANFrame](repeating: empty, count: 256)
      let count = frames.withUnsafeMutableBufferPointer { vehicle.read(into: $0) }
      frames.removeLast(frames.count - count)
      next = 0
    }
    return next < frames.count ? frames[next] : nil
  }

  private mutating func take() { next += 1 }

  /// Nil for what a vehicle sends of itself; true for a single frame that answers.
  private static func unitAnswering(_ frame: CANFrame) -> Bool? {
    switch frame.id.key {
    case 0x7DF...0x7EF: frame[0] < 8
    case 0x98DA_0000...0x98DB_FFFF: frame[0] < 8
    default: nil
    }
  }

  /// The sensor behind an answer of service 01, so that what units answer agrees with what the vehicle sends of itself.
  private mutating func show(_ frame: CANFrame) {
    guard frame[1] == 0x41 else { return }
    let (a, b) = (Double(frame[3]), Double(frame[3]) * 256 + Double(frame[4]))
    switch frame[2] {
    case 0x04: readings.load = a / 255
    case 0x05: readings.coolant = a - 40
    case 0x0B: readings.manifoldPressure = a
    case 0x0C: readings.engineSpeed = b / 4
    case 0x0D: readings.speed = a
    case 0x0F: readings.intake = a - 40
    case 0x10: readings.airFlow = b / 100
    case 0x11: readings.throttle = a / 255
    case 0x1F: readings.runTime = b
    case 0x2F: readings.fuelLevel = a / 255
    case 0x42: readings.voltage = b / 1000
    case 0x46: readings.ambient = a - 40
    case 0x5B: readings.stateOfCharge = a / 255
    case 0x5C: readings.oil = a - 40
    default: break
    }
  }
}
