// A simulated vehicle on a virtual CAN bus of the kernel, for tests: it drives and parks by a script, sends what cars
// send of themselves, answers what it is asked, and says at the end what others have sent to it, as JSON.
import Glibc
import Vocabulary
import VehicleSimulator

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func say(_ text: String) { _ = write(STDERR_FILENO, "vehicle: \(text)\n", text.utf8.count + 10) }

func live(_ arguments: Arguments, interface: Int32) throws(SocketError) -> String {
  let bus = try Socket.raw(interface)
  var units = try Units(arguments, interface: interface)
  var life = Life(arguments.kind, seed: arguments.seed, speed: arguments.speed)
  var witness = Witness()
  var ownFrames = 0
  var waited = ([bus.descriptor] + units.descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  // Vans and electric cars show their tester nothing but answers.
  let lacksTraffic = arguments.kind == .diesel || arguments.kind == .ev

  // Stands for what they, and a vehicle whose engine is off, send of themselves.
  func beat(at now: Double, _ pulse: inout Double) {
    guard arguments.hasOwnTraffic, now >= pulse else { return }
    bus.send(CANFrame(time: .zero, id: CANID(standard: 0x5A0), bytes: [UInt8(truncatingIfNeeded: ownFrames)]))
    ownFrames += 1
    pulse = now + 0.1
  }

  for phase in arguments.script {
    let begin = seconds()
    var pulse = begin
    var isOver = false
    if phase.kind == .park && !arguments.answersAsleep { units.fallAsleep() }
    while !isOver {
      let now = seconds()
      isOver = now - begin >= phase.seconds
      let isAwake = phase.kind != .park || arguments.answersAsleep
      if phase.kind == .stand { beat(at: now, &pulse) }
      if phase.kind == .drive {
        for frame in life.due(at: now - begin) where arguments.hasOwnTraffic {
          bus.send(frame)
          ownFrames += 1
        }
        units.feel(life.readings, isRunning: life.readings.engineSpeed > 300 || lacksTraffic)
        if lacksTraffic { beat(at: now, &pulse) }
      }
      while let frame = bus.receive() {
        guard frame.count == 16 else { continue }
        let id = CANID(rawValue: frame[0..<4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        guard !units.isOwn(id), !id.isErrorFrame else { continue }
        let data = frame[8..<8 + min(8, Int(frame[4]))]
        let parked = phase.kind == .park ? now - begin : nil
        guard let request = witness.note(id, data, at: now, parked: parked), isAwake else { continue }
        units.hear(request, at: now)
      }
      units.listen(at: now, isAwake: isAwake)
      let next = min(units.speak(at: now), now + 0.02, begin + phase.seconds)
      poll(&waited, nfds_t(waited.count), Int32(max(1, (next - now) * 1000)))
    }
    if phase.kind == .drive { life.park() }
    units.feel(life.readings, isRunning: false)
  }
  return witness.summary(answers: units.answers, ownFrames: ownFrames)
}

do {
  let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
  let interface = Int32(bitPattern: if_nametoindex(arguments.interface))
  let kind = InterfaceKind.of(interface)
  guard interface > 0, kind == "vcan" || kind == "vxcan" else {
    say("\(arguments.interface): not vcan or vxcan but \(kind ?? "unknown"); any other bus could be a real car's")
    exit(2)
  }
  print(try live(arguments, interface: interface))
} catch let error as ArgumentError {
  say("\(error)\n\(Arguments.usage)")
  exit(2)
} catch {
  say("\(error)")
  exit(1)
}
