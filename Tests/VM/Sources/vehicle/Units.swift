// The vehicle's control units behind the kernel's transport: whole requests in, whole answers out.
import Vocabulary
import VehicleSimulator

struct Units {
  private(set) var answers = 0
  /// What is not sent yet because the unit takes its time, or is still sending.
  private var waiting: [(due: Double, place: Int, message: [UInt8])] = []
  private var units: [SimulatedControlUnit] = []
  private var sockets: [Socket] = []
  private var truckUnits: [SimulatedTruckUnit] = []
  private var truckSockets: [Socket] = []
  private let delay: Double

  init(_ arguments: Arguments, interface: Int32) throws(SocketError) {
    delay = arguments.delay
    var configuration = SimulatedVehicle.Configuration(arguments.kind, seed: arguments.seed)
    configuration.diagnostics = true
    let vehicle = SimulatedVehicle(configuration)
    for (place, var unit) in vehicle.controlUnits.enumerated() {
      if arguments.isExtended { unit = Units.extended(unit, address: UInt32(0x10 + 8 * place)) }
      if arguments.refusesMany { unit.mostParameters = 1 }
      sockets.append(try Socket.isotp(interface, request: unit.request, reply: unit.reply))
      units.append(unit)
    }
    for unit in vehicle.truckUnits {
      truckSockets.append(try Socket.j1939(interface, address: unit.sourceAddress))
      truckUnits.append(unit)
    }
  }

  var descriptors: [Int32] { (sockets + truckSockets).map(\.descriptor) }

  /// Identifiers that the units send on are not those of others.
  func isOwn(_ id: CANID) -> Bool {
    if units.contains(where: { $0.reply == id }) { return true }
    return truckUnits.contains { id.isExtended && UInt32($0.sourceAddress) == id.value & 0xFF }
  }

  mutating func feel(_ readings: Readings, isRunning: Bool) {
    for i in units.indices {
      units[i].readings = readings
      units[i].diagnosis.isEngineRunning = isRunning
    }
    for i in truckUnits.indices { truckUnits[i].diagnosis.isEngineRunning = isRunning }
  }

  /// Requests to one unit come from its own socket; asleep, it forgets them.
  mutating func listen(at time: Double, isAwake: Bool) {
    for i in units.indices {
      while let message = sockets[i].receive() {
        guard isAwake, let answer = units[i].answer(message) else { continue }
        waiting.append((time + delay, i, answer))
      }
    }
    for socket in truckSockets { while socket.receive() != nil {} }
  }

  /// A request that all units hear, or one of a truck.
  mutating func hear(_ request: Witness.Request, at time: Double) {
    if let group = request.group {
      for i in truckUnits.indices where request.asked == 255 || request.asked == truckUnits[i].sourceAddress {
        answer(group, i, request)
      }
    } else if request.unit == nil {
      for i in units.indices where units[i].request.isExtended == request.isExtended {
        guard let answer = units[i].answer(request.message, isFunctional: true) else { continue }
        waiting.append((time + delay, i, answer))
      }
    }
  }

  private mutating func answer(_ group: UInt32, _ place: Int, _ request: Witness.Request) {
    let isGlobal = request.asked == 255
    switch truckUnits[place].answer(request: group, isGlobal: isGlobal) {
    case .message(let group, let data):
      let padded = data + [UInt8](repeating: 0xFF, count: max(0, 8 - data.count))
      truckSockets[place].send(padded, group: group, to: isGlobal ? 255 : request.asker)
    case .acknowledgement(let isPositive):
      let number = [UInt8(group & 0xFF), UInt8(group >> 8 & 0xFF), UInt8(group >> 16)]
      let bytes = [isPositive ? 0 : 1, 0xFF, 0xFF, 0xFF, request.asker] + number
      truckSockets[place].send(bytes, group: 0xE800, to: 255)
    case nil: return
    }
    answers += 1
  }

  /// Sends what is due and returns when to be called again.
  mutating func speak(at time: Double) -> Double {
    var left: [(due: Double, place: Int, message: [UInt8])] = []
    for entry in waiting {
      if entry.due > time {
        left.append(entry)
      } else if sockets[entry.place].send(entry.message) {
        answers += 1
      } else if time - entry.due < 2 {
        left.append(entry)
      }
    }
    waiting = left
    return waiting.map { max($0.due, time + 0.001) }.min() ?? .infinity
  }

  mutating func fallAsleep() { waiting = [] }

  private static func extended(_ unit: SimulatedControlUnit, address: UInt32) -> SimulatedControlUnit {
    var other = SimulatedControlUnit(
      name: unit.name, request: CANID(extended: 0x18DA_00F1 | address << 8),
      reply: CANID(extended: 0x18DA_F100 | address), identity: unit.identity, diagnosis: unit.diagnosis,
      services: unit.services, parameters: unit.parameters)
    other.mostParameters = unit.mostParameters
    other.dataItems = unit.dataItems
    other.monitorResults = unit.monitorResults
    other.constants = unit.constants
    return other
  }
}
