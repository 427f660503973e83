// Units of all kinds by a seed, and the control units of the simulator.
import Decoding
import Testing
import VehicleSimulator
import Vocabulary

@testable import VehicleBus

@Suite struct PlannerPropertyTests {
  /// Whatever the units are like: what they have is served, what they have not is left alone, and the budget holds.
  @Test(arguments: 0..<60 as Range<UInt64>) func servesWhatThereIs(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let wanted = Array(lengths.keys).sorted().shuffled(using: &random).prefix(.random(in: 1...14, using: &random))
    let items = plan(wanted.map { ($0, [1, 2, 5, 10].randomElement(using: &random) ?? 1) })
    let isExtended = Bool.random(using: &random)
    let budget = Double.random(in: 2...20, using: &random)
    var had: Set<UInt8> = []
    let units = (0..<UInt32.random(in: 1...4, using: &random)).map { number -> ScriptedUnit in
      var parameters = Set(lengths.keys.filter { _ in Bool.random(using: &random) })
      parameters.insert(0x1F)
      had.formUnion(parameters)
      let script = standardUnit(
        parameters, most: [1, 2, 3, 6].randomElement(using: &random) ?? 6,
        delay: .random(in: 0.002...0.2, using: &random))
      return isExtended ? ScriptedUnit(address: 0x10 + number, script: script) : ScriptedUnit(number, script: script)
    }
    var bus = PolledBus(
      items,
      PolledBus.options {
        $0.requestsPerSecond = budget
        $0.requestsPerSecondOfUnit = budget
        $0.asksUnitsAlone = seed % 4 != 0
      }, units: units)
    bus.run(200)
    for pid in wanted {
      #expect(bus.state(of: pid) == (had.contains(pid) ? .served : .unsupported), "\(pid)")
      if !had.contains(pid) { #expect(bus.times(of: pid).count <= 3) }
    }
    for window in [1.0, 5, 60] {
      #expect(Double(bus.mostRequests(within: window)) <= budget * window + 1)
    }
    #expect(bus.vainCalls == 0)
  }

  /// Random answers of random units, wakings and parkings at random: no trap, and no more requests than allowed.
  @Test(arguments: 0..<40 as Range<UInt64>) func survivesAnything(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let items =
      usualPlan + [
        PollItem(.request(requestBytes([0x03]), .everybody11), every: 5),
        PollItem(
          .request(
            requestBytes([0x22, 0xF1, 0x90]), .unit(request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8))),
          every: .infinity),
        PollItem(.parameterGroup(0xFEE5, of: 0), every: 3), PollItem(.request(RequestBytes(), .everybody29), every: 2),
      ]
    var planner = PollPlanner(items, PolledBus.options())
    var now = 100.0
    var sent: [Double] = []
    for _ in 0..<1500 {
      let instant = Instant.zero.advanced(seconds: now)
      switch random.next() % 200 {
      case 0: planner.vehicleParked(at: instant)
      case 1, 2: planner.vehicleWoke(at: instant)
      default: break
      }
      let isProbe = random.next() % 20 == 0
      guard let request = isProbe ? planner.probe(at: instant) : planner.next(at: instant) else {
        let due = planner.dueAt(after: instant)
        #expect(due.map { $0 > instant } ?? true)
        now = min(due.map { Double($0.nanoseconds) * 1e-9 } ?? .infinity, now + 20) + 0.001
        continue
      }
      sent.append(now)
      now += .random(in: 0...0.4, using: &random)
      let end = Instant.zero.advanced(seconds: now)
      switch random.next() % 12 {
      case 0: planner.finish(request, .failed(Int32.random(in: 1...130, using: &random)), at: end)
      case 1: planner.finish(request, .refused(Refusal.allCases.randomElement(using: &random) ?? .paused), at: end)
      case 2: break
      default: planner.finish(request, .answers(anything(request, &random)), at: end)
      }
    }
    #expect(planner.report.units.count <= PollPlanner.mostUnits)
    for (i, time) in sent.enumerated() where i >= 11 { #expect(time - sent[i - 11] >= 1) }
    #expect(planner.report.requests == UInt64(sent.count))
  }

  /// Answers that are half right: their identifier, their first bytes, or neither.
  private func anything(_ request: PollRequest, _ random: inout SplitMix) -> [PollAnswer] {
    (0..<Int(random.next() % 4)).map { _ in
      let ids = [
        CANID(standard: 0x7E8), CANID(standard: 0x7E9), CANID(standard: 0x7EF), CANID(extended: 0x18DA_F110),
        CANID(extended: 0x18DA_F100 | UInt32(random.next() & 0xFF)), CANID(extended: 0x18FE_E500),
        CANID(extended: 0x18E8_F900), CANID(standard: UInt32(random.next() & 0x7FF)),
      ]
      var bytes: [UInt8] = []
      if case .service(let asked) = request.content, random.next() % 5 != 0 {
        bytes = random.next() % 3 == 0 ? [0x7F, asked[0]] : [asked[0] | 0x40] + asked.bytes.dropFirst().prefix(1)
      }
      for _ in 0..<random.next() % 12 { bytes.append(UInt8(truncatingIfNeeded: random.next() >> 3)) }
      if bytes.count > 2, bytes[0] == 0x7F, random.next() % 2 == 0 {
        bytes[2] = [0x11, 0x12, 0x21, 0x22, 0x31, 0x78].randomElement(using: &random) ?? 0x10
      }
      let id = ids.randomElement(using: &random) ?? ids[0]
      let delay = random.next() % 50 == 0 ? Double.nan : .random(in: 0...1, using: &random)
      return PollAnswer(id: id, bytes: bytes, delay: delay)
    }
  }

  /// The simulator's cars: all that the engine has and is wanted, at the rates wanted.
  @Test(arguments: [SimulatedVehicle.Kind.petrol, .diesel], [1, 6])
  func servesTheSimulatorsCars(kind: SimulatedVehicle.Kind, most: Int) throws {
    let vehicle = SimulatedVehicle(SimulatedVehicle.Configuration(kind, seed: 7))
    var lengths: [UInt8: Int] = [:]
    for parameter in OBDParameter.all where parameter.otherDataBytes == nil {
      lengths[parameter.pid] = parameter.dataBytes
    }
    let wanted = plan([(0x0C, 1), (0x0D, 1), (0x04, 2), (0x05, 5), (0x0F, 5), (0x2F, 10), (0x42, 5), (0x46, 10)])
    let units = vehicle.controlUnits.map { control -> ScriptedUnit in
      var control = control
      control.mostParameters = most
      let script: Script = { request, isFunctional, _ in
        control.answer(request, isFunctional: isFunctional).map { [(0.015, $0)] } ?? []
      }
      var unit = ScriptedUnit(0, script: script)
      unit.request = control.request
      unit.answer = control.reply
      return unit
    }
    let codes = PollItem(.request(requestBytes([0x03]), .everybody11), every: 60)
    let vin = PollItem(.request(requestBytes([0x09, 0x02]), .everybody11), every: .infinity)
    var bus = PolledBus(
      wanted + [codes, vin], PolledBus.options { $0.parameterLengths = lengths }, units: units)
    bus.run(1200)
    let had = Set(vehicle.controlUnits.flatMap(\.parameters))
    for item in wanted {
      guard case .parameter(let pid) = item.question else { continue }
      #expect(bus.state(of: pid) == (had.contains(pid) ? .served : .unsupported))
      if had.contains(pid) { #expect(abs(bus.rate(of: pid, from: 1010) * item.period - 1) < 0.05) }
    }
    #expect(bus.state(of: codes.question) == .served)
    #expect(bus.state(of: vin.question) == .served)
    #expect(bus.log.filter { $0.bytes == [9, 2] }.count == 1)
    #expect(bus.log.filter { $0.answers.contains([0x7F, 0x01, 0x12]) }.count == (most == 1 ? 2 : 0))
  }
}
