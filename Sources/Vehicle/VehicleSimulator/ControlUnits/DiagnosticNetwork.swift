// The control units of a simulated vehicle through its drives: tests that fail and pass, and the tool that asks.
import Vocabulary

struct DiagnosticNetwork: Sendable {
  /// Of cars and vans, or of a truck; the other one is empty.
  private(set) var units: [SimulatedControlUnit]
  private(set) var truckUnits: [SimulatedTruckUnit]
  private(set) var ledger = FaultLedger()

  private let faults: [(fault: PlannedFault, unit: Int)]
  /// Whether units test, broadcast and are asked; without that they answer their logger only.
  private let isActive: Bool
  private var scanTool: ScanTool
  private var serviceTool: ServiceTool
  private var senders: [J1939Sender]
  private var times: [SendingTimes]
  /// What the answers of each unit go through.
  private let replies: [ISOTPSender]
  /// The message being made, so that each does not need memory of its own.
  private var message: [UInt8] = []
  private var random: RandomStream
  /// Distances at which a tool clears that are still to come, the next one last.
  private var clearings: [Double]

  // Of the drive under way.
  private var steps = 0
  private var hasInspected = false
  private var lastKm = 0.0
  private var coolantAtStart = 0.0
  private var readings = Readings()

  /// The tool asks soon after the start, before any test has run; tests need an engine that has settled.
  private static let inspectionStep = 16
  private static let testStep = 60
  private static let stepsBetweenTests = 10

  init(_ configuration: SimulatedVehicle.Configuration) {
    let kind = configuration.vehicle
    let catalogue = UnitCatalogue(kind, seed: configuration.seed, faults: configuration.faults)
    units = catalogue.units
    truckUnits = catalogue.truckUnits
    faults = configuration.faults.compactMap { fault in kind.unit(of: fault).map { (fault, $0) } }
    isActive = configuration.diagnostics
    scanTool = ScanTool(hasExtendedIdentifiers: kind == .diesel, seed: configuration.seed)
    serviceTool = ServiceTool(seed: configuration.seed)
    senders = truckUnits.map { J1939Sender(source: $0.sourceAddress) }
    times = units.map { _ in SendingTimes() }
    let tool = scanTool
    replies = units.map {
      ISOTPSender(id: $0.reply, flowControl: $0.request, padding: tool.padding, blockSize: tool.blockSize)
    }
    random = RandomStream(seed: configuration.seed, for: .transport)
    clearings = configuration.clearAtKm.sorted(by: >)
  }

  // MARK: The drive

  /// Key on, engine off: the truck's units claim their addresses, and a tool may clear.
  mutating func turnKey(at time: Int64, km: Double, queue: inout FrameQueue) {
    guard isActive else { return }
    for i in truckUnits.indices {
      guard case .message(let group, let data)? = truckUnits[i].answer(request: SimulatedTruckUnit.Group.addressClaimed)
      else { continue }
      _ = senders[i].send(data, group: group, at: time + Int64(i) * 7_000_000, queue: &queue, random: &random)
    }
    guard let next = clearings.last, km >= next else { return }
    while let next = clearings.last, km >= next { clearings.removeLast() }
    let begin = time + 700_000_000
    if truckUnits.isEmpty {
      scanTool.clear(units, at: begin)
    } else {
      serviceTool.clear(&truckUnits, senders: &senders, at: begin, queue: &queue)
      note(at: begin, km: km)
    }
  }

  mutating func startEngine(km: Double, _ readings: Readings) {
    guard isActive else { return }
    steps = 0
    hasInspected = false
    lastKm = km
    coolantAtStart = readings.coolant
    forEachUnit { unit, _ in unit.beginDrive() }
  }

  /// Half a second with the engine running.
  mutating func advance(km: Double, at time: Int64, _ readings: Readings, queue: inout FrameQueue) {
    guard isActive else { return }
    let driven = km - lastKm
    lastKm = km
    self.readings = readings
    forEachUnit { unit, _ in unit.advance(km: driven, seconds: DrivingLife.secondsPerStep) }
    if steps >= DiagnosticNetwork.inspectionStep && !hasInspected {
      hasInspected = true
      inspect(at: time, queue: &queue)
    }
    if steps >= DiagnosticNetwork.testStep
      && (steps - DiagnosticNetwork.testStep) % DiagnosticNetwork.stepsBetweenTests == 0
    {
      test(km: km)
      note(at: time, km: km)
    }
    steps += 1
  }

  mutating func stopEngine(km: Double, at time: Int64) {
    guard isActive else { return }
    scanTool.stop()
    let seconds = Double(steps) * DrivingLife.secondsPerStep
    // Without coolant each longer drive counts.
    let isWarmUp =
      readings.coolant == 0 ? seconds > 300 : readings.coolant >= 70 && readings.coolant >= coolantAtStart + 22
    forEachUnit { unit, _ in unit.endDrive(seconds: seconds, isWarmUp: isWarmUp) }
    note(at: time, km: km)
  }

  private mutating func test(km: Double) {
    let readings = readings
    let faults = faults
    forEachUnit { unit, place in
      for code in unit.memory.entries.map(\.code) {
        let isPresent = faults.contains { $0.unit == place && $0.fault.code == code && $0.fault.isPresent(km: km) }
        if isPresent { unit.memory.fail(code, readings) } else { unit.memory.pass(code) }
      }
    }
  }

  private mutating func inspect(at time: Int64, queue: inout FrameQueue) {
    if truckUnits.isEmpty {
      scanTool.inspect(units, at: time)
    } else {
      serviceTool.inspect(&truckUnits, senders: &senders, at: time, queue: &queue)
    }
  }

  /// What the tool still asks in the half second from `time` on, after all else that the units send in it.
  mutating func converse(at time: Int64, km: Double, _ readings: Readings, queue: inout FrameQueue) {
    if scanTool.isAsking {
      for i in units.indices { units[i].readings = readings }
      let end = time + DrivingLife.nanosecondsPerStep
      scanTool.ask(&units, through: replies, before: end, times: &times, queue: &queue)
      note(at: time, km: km)
    }
    for i in times.indices { times[i].forget(before: time + DrivingLife.nanosecondsPerStep) }
  }

  private mutating func note(at time: Int64, km: Double) {
    for unit in units { ledger.note(unit.held, of: unit.controlUnit(), at: time, km: km) }
    for unit in truckUnits { ledger.note(unit.held, of: unit.controlUnit(), at: time, km: km) }
  }

  private mutating func forEachUnit(_ body: (inout SelfDiagnosis, Int) -> Void) {
    for i in units.indices { body(&units[i].diagnosis, i) }
    for i in truckUnits.indices { body(&truckUnits[i].diagnosis, i) }
  }

  // MARK: What units send without being asked, or to a logger whose questions the recording lacks

  /// A parameter that a sensor stands behind.
  mutating func sendReply(_ pid: UInt8, of unit: Int, _ readings: Readings, at time: Int64, queue: inout FrameQueue) {
    message.removeAll(keepingCapacity: true)
    message.append(0x41)
    message.append(pid)
    readings.appendParameter(pid, to: &message)
    sendMessage(of: unit, at: time, &queue)
  }

  mutating func sendData(_ item: UnitData, of unit: Int, _ readings: Readings, at time: Int64, queue: inout FrameQueue)
  {
    message = [0x62, UInt8(item.identifier >> 8), UInt8(item.identifier & 0xFF)] + item.bytes(readings)
    sendMessage(of: unit, at: time, &queue)
  }

  private mutating func sendMessage(of unit: Int, at time: Int64, _ queue: inout FrameQueue) {
    if let frame = replies[unit].singleFrame(of: message) {
      queue.add([frame], at: times[unit].take(from: time, lasting: 0), isDialogue: false)
    } else {
      let frames = replies[unit].frames(of: message, random: &random)
      let begin = times[unit].take(from: time, lasting: frames.last?.time.nanoseconds ?? 0)
      queue.add(frames, at: begin, isDialogue: false)
    }
  }

  mutating func sendActiveCodes(of unit: Int, at time: Int64, queue: inout FrameQueue) {
    guard isActive else { return }
    _ = senders[unit].send(
      truckUnits[unit].activeCodes, group: SimulatedTruckUnit.Group.activeCodes, at: time, queue: &queue,
      isDialogue: false, random: &random)
  }
}
