// Signs, wishes and answers before the transmit guard, with what it may never grant.
import Vocabulary

@testable import VehicleBus

/// Bus 0 may transmit, bus 1 may not, bus 2 may, to units of the owner's too, and bus 3 is named by nobody.
struct GuardInputs: ~Copyable {
  private var input: InputBytes
  private var transmitGuard: TransmitGuard
  private var now = Instant.zero.advanced(seconds: 1000)
  /// The last signs that count.
  private var signs: VehicleSigns?
  private var pausedUntil: Instant?
  private var granted: [[Instant]] = [[], [], [], []]

  private static let pair = TransmitPolicy.Pair(request: CANID(standard: 0x6F1), answer: CANID(standard: 0x612))

  init(_ bytes: [UInt8]) {
    input = InputBytes(bytes)
    var policy = TransmitPolicy([TransmitPolicy.Bus(), TransmitPolicy.Bus(), TransmitPolicy.Bus()])
    policy.buses[0].mayTransmit = true
    policy.buses[0].requestsPerSecond = input.choose([10, 50, 1, 0, .nan, .infinity])
    policy.buses[0].burst = Int(input.byte()) - 100
    policy.buses[2].mayTransmit = true
    policy.buses[2].pairs = [GuardInputs.pair]
    policy.longestProbePause = input.choose([900, 10, 0, -1, .nan, .infinity])
    transmitGuard = TransmitGuard(policy)
  }

  mutating func run() {
    while !input.isOver { turn() }
    let report = transmitGuard.report(at: now)
    for (bus, times) in granted.enumerated() {
      precondition(transmitGuard.granted(on: UInt8(bus)) == UInt64(times.count), "a permit that is not counted")
    }
    precondition(report.buses.count == 3 && !report.buses[1].mayTransmit, "a bus that nobody named")
    for sign in report.parked.evidence {
      precondition(BusInputs.isOneLine(sign.text { "can\($0)" }), "no plain line")
    }
  }

  private mutating func turn() {
    let choice = input.byte()
    now = now.advanced(seconds: input.step())
    switch choice & 7 {
    case 0, 1: note(isSpoilt: choice & 0x80 != 0, engineSpeed: choice & 0x40 == 0 ? 800 : 0)
    case 2: feedBack(choice >> 3)
    case 3:
      pausedUntil = input.choose([nil, now.advanced(seconds: 5), Instant(nanoseconds: .max)])
      if let pausedUntil {
        transmitGuard.pause(until: pausedUntil.nanoseconds == .max ? nil : pausedUntil)
      } else {
        transmitGuard.resume()
      }
    default: ask(transmission())
    }
  }

  // MARK: Signs

  /// A vehicle that stands with nothing wrong, so that the fuzzer need not find it; or anything at all.
  private mutating func note(isSpoilt: Bool, engineSpeed: Double) {
    var new = VehicleSigns(time: now)
    new.engineSpeed = TimedValue(value: engineSpeed, time: now)
    new.speed = TimedValue(value: 0, time: now)
    if isSpoilt {
      new.time = instant()
      new.engineSpeed = timedValue()
      new.speed = timedValue()
      new.charging = timedValue()
      new.voltage = timedValue()
    }
    for i in 0..<3 {
      new.buses[i].condition = BusCondition(.errorActive)
      new.buses[i].lastTraffic = now
      guard isSpoilt else { continue }
      new.buses[i].condition = BusCondition(
        input.choose(BusState.allCases), transmitErrors: input.byte(), receiveErrors: input.byte())
      new.buses[i].lastTraffic = instant()
      new.buses[i].lastAnswer = instant()
      new.buses[i].lastForeignRequest = instant()
      new.buses[i].errorFrames = counter()
      new.buses[i].transmitted = counter()
    }
    transmitGuard.note(new)
    if signs.map({ new.time >= $0.time }) ?? true { signs = new }
  }

  private mutating func instant() -> Instant {
    switch input.byte() & 7 {
    case 0, 1: now
    case 2: now.advanced(seconds: -input.step())
    case 3: now.advanced(seconds: input.step())
    case 4: Instant(nanoseconds: Int64(bitPattern: input.doubleWord()))
    default: BusSigns.never
    }
  }

  private mutating func timedValue() -> TimedValue {
    let value = input.choose([0, 0.4, 0.6, 2, -30, 120, 301, 2000, .nan, .infinity, -1e300])
    return TimedValue(value: value, time: instant())
  }

  private mutating func counter() -> UInt64 {
    let choice = input.byte()
    return choice < 200 ? UInt64(choice) : input.doubleWord()
  }

  // MARK: What is asked

  private mutating func address() -> RequestAddress {
    switch input.byte() & 15 {
    case 0...3: .everybody11
    case 4: .everybody29
    case 5, 6: .unit(request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8))
    case 7:
      .unit(request: CANID(standard: UInt32(input.word())), answer: CANID(standard: UInt32(input.word())))
    case 8: .unit(request: GuardInputs.pair.request, answer: GuardInputs.pair.answer)
    case 9: extendedUnit(input.byte())
    case 10: .unit(request: CANID(rawValue: input.word()), answer: CANID(rawValue: input.word()))
    default: .j1939(input.byte())
    }
  }

  private func extendedUnit(_ unit: UInt8) -> RequestAddress {
    .unit(
      request: CANID(extended: 0x18DA_00F1 | UInt32(unit) << 8), answer: CANID(extended: 0x18DA_F100 | UInt32(unit)))
  }

  private mutating func transmission() -> Transmission {
    let address = address()
    let choice = input.byte()
    let content: Transmission.Content
    if choice & 1 == 0 {
      content = .service(RequestBytes(input.take(Int(choice >> 1) % 9)) ?? RequestBytes())
    } else {
      let groups: [UInt32] = [65_226, 65_228, 65_235, 65_240, 54_016, 60_928, 0xFEE5, 0xFF21]
      content = .parameterGroup(choice & 2 == 0 ? groups[Int(choice >> 2) % groups.count] : input.word())
    }
    let origin = Transmission.Origin(rawValue: input.byte() & 3) ?? .plan
    return Transmission(bus: input.byte() & 3, address: address, content: content, origin: origin)
  }

  private mutating func ask(_ transmission: Transmission) {
    guard isGranted(transmission) else { return }
    let isTechnician = transmission.origin == .technician
    let bus = Int(transmission.bus)
    precondition(bus == 0 || bus == 2, "a permit for a bus that may only be listened to")
    precondition(isTechnician || !(pausedUntil.map { now < $0 } ?? false), "a permit while polling is paused")
    precondition(signs?.buses[bus].condition.state == .errorActive, "a permit for a bus in trouble")
    check(transmission.content, to: transmission.address, mayClear: isTechnician)
    if bus == 2, case .unit(GuardInputs.pair.request, GuardInputs.pair.answer) = transmission.address {
    } else {
      check(transmission.address)
    }
    granted[bus].append(now)
    let budget = transmitGuard.policy.buses[bus].budget
    let recent = granted[bus].reversed().prefix { now.seconds(since: $0) <= 1 }.count
    precondition(Double(recent) <= budget.rate + budget.burst + 1e-6, "more permits than the budget has")
  }

  /// Not inlined, see the extension of `TransmitGuard` in its tests.
  @inline(never) private mutating func isGranted(_ transmission: Transmission) -> Bool {
    switch transmitGuard.judge(transmission, at: now) {
    case .granted(let permit):
      precondition(permit.transmission == transmission, "a permit for something else")
      return true
    case .refused: return false
    }
  }

  /// The allow-list once more, in the words of the standards.
  private func check(_ content: Transmission.Content, to address: RequestAddress, mayClear: Bool) {
    switch content {
    case .service(let bytes):
      let isReading = [0x01, 0x02, 0x03, 0x06, 0x07, 0x09, 0x0A, 0x19, 0x22].contains(bytes[0])
      let isClearing = bytes[0] == 0x04 || bytes[0] == 0x14
      precondition(bytes.count > 0 && bytes.count <= 7, "a permit for a request that is no single frame")
      precondition(isReading || isClearing && mayClear, "a permit for a service that changes something")
      if isClearing { checkStanding() }
    case .parameterGroup(let group):
      guard case .j1939 = address else { preconditionFailure("a permit for a group that nobody has") }
      let isClearing = group == 65_228 || group == 65_235
      let isPeerToPeer = group >> 8 & 0xFF < 240
      precondition(!isPeerToPeer || [54_016, 49_664, 49_408, 40_448].contains(group), "a permit for a command")
      precondition(group <= 0x1FFFF && group >> 8 & 0xFF != 0xFF && group != 65_240, "a permit for a maker's group")
      precondition(!isClearing || mayClear, "a permit to clear for nobody who may")
      if isClearing { checkStanding() }
    }
  }

  private func checkStanding() {
    guard let signs else { preconditionFailure("a permit to clear a vehicle that nobody sees") }
    let (speed, engine) = (signs.speed, signs.engineSpeed)
    precondition(isFresh(speed) && abs(speed.value) <= 0.5, "a permit to clear while it moves")
    precondition(
      engine.time == BusSigns.never || isFresh(engine) && engine.value < 100, "a permit to clear while the engine runs")
  }

  private func isFresh(_ value: TimedValue) -> Bool {
    value.time > now || Double(now.nanoseconds) - Double(value.time.nanoseconds) <= 6e9 + 1
  }

  private func check(_ address: RequestAddress) {
    switch address {
    case .everybody11, .everybody29, .j1939: break
    case .unit(let request, let answer):
      let isShort = 0x7E0...0x7E7 ~= request.rawValue && answer.rawValue == request.rawValue + 8
      let unit = request.rawValue >> 8 & 0xFF
      let isLong = unit != 0xF1 && address == extendedUnit(UInt8(unit))
      precondition(isShort || isLong, "a permit for an identifier that may be anybody's")
    }
  }

  // MARK: What came of it

  private mutating func feedBack(_ choice: UInt8) {
    let (address, bus) = (address(), input.byte() & 0x0F)
    switch choice % 3 {
    case 0: transmitGuard.noteAnswer(from: address, bus: bus)
    case 1: transmitGuard.noteRefusal(from: address, bus: bus, code: input.byte(), at: now)
    default: transmitGuard.noteSilence(of: address, bus: bus, at: now)
    }
  }
}
