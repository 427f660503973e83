// A vehicle's answers to the poll planner, as wild as they come, with checks that have to hold for any bytes at all.
import Decoding
import Vocabulary

@testable import VehicleBus

struct PlannerInputs {
  private var input: InputBytes
  private var planner: PollPlanner
  private let rate: Double
  private var now = Instant.zero.advanced(seconds: 100)
  private var sent: [Instant] = []

  private static let lengths: [UInt8: Int] = Dictionary(
    OBDParameter.all.filter { $0.otherDataBytes == nil }.map { ($0.pid, $0.dataBytes) },
    uniquingKeysWith: { first, _ in first })

  private static let items: [PollItem] = {
    let parameters: [UInt8] = [0x04, 0x05, 0x0B, 0x0C, 0x0D, 0x0F, 0x10, 0x1F, 0x2F, 0x42, 0x46, 0x5C]
    let engine = RequestAddress.unit(request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8))
    return parameters.map { PollItem(.parameter($0), every: $0 < 0x10 ? 0.2 : 5) } + [
      PollItem(.request(RequestBytes([0x22, 0xF1, 0x90]) ?? RequestBytes(), engine), every: .infinity),
      PollItem(.request(RequestBytes([0x03]) ?? RequestBytes(), .everybody11), every: 2),
      PollItem(.parameterGroup(0xFEE5, of: 0), every: 3),
    ]
  }()

  /// The first two bytes choose how units are addressed and the rate.
  init(_ bytes: [UInt8]) {
    input = InputBytes(bytes)
    var options = PollOptions(parameterLengths: PlannerInputs.lengths)
    let choice = input.byte()
    options.addressing = [.automatic, .everybody11, .everybody29][Int(choice & 3) % 3]
    options.asksUnitsAlone = choice & 4 == 0
    options.mostParameters = Int(choice >> 4)
    rate = input.choose([10, 10, 1, 20, 100])
    options.requestsPerSecond = rate
    options.requestsPerSecondOfUnit = rate / 2
    planner = PollPlanner(PlannerInputs.items, options)
  }

  mutating func run() {
    while !input.isOver { turn() }
    check()
  }

  private mutating func turn() {
    let choice = input.byte()
    now = now.advanced(seconds: input.step())
    switch choice & 0x1F {
    case 0: planner.vehicleParked(at: now)
    case 1: planner.vehicleWoke(at: now)
    default: break
    }
    guard let request = choice >> 5 == 0 ? planner.probe(at: now) : planner.next(at: now) else {
      // The loop of the control thread would spin otherwise.
      if choice >> 5 != 0, let due = planner.dueAt(after: now) { precondition(due > now, "due now, and nothing to do") }
      return
    }
    note(request)
    let outcome = outcome(of: request)
    now = now.advanced(seconds: input.step() / 4)
    if let outcome {
      if case .answers(let answers) = outcome { _ = planner.isComplete(request, answers) }
      planner.finish(request, outcome, at: now)
    }
  }

  private mutating func note(_ request: PollRequest) {
    precondition(request.patience > 0 && request.patience <= 5, "a patience without an end")
    let plan = Transmission(
      bus: 0, address: request.address == .j1939(0) ? request.address : .everybody11, content: request.content)
    precondition(plan.effect(pairs: []) == .reads, "a request that nobody wants and nobody allows")
    sent.append(now)
    let most = Int(rate) + 1
    if sent.count > most {
      precondition(sent[sent.count - 1 - most].advanced(seconds: 0.999_999) <= now, "more requests than the budget has")
    }
  }

  /// Nil for a request that is never finished.
  private mutating func outcome(of request: PollRequest) -> PollOutcome? {
    let kind = input.byte()
    switch kind & 0xF {
    case 0: return .failed(Int32(input.byte()))
    case 1: return .refused(input.choose(Refusal.allCases))
    case 2: return nil
    default: return .answers((0..<Int(kind & 0xF) % 5).map { _ in answer(to: request) })
    }
  }

  /// The request's own beginning comes before the input's bytes as often as not, so that the fuzzer need not find it.
  private mutating func answer(to request: PollRequest) -> PollAnswer {
    let choice = input.byte()
    let id =
      switch choice & 7 {
      case 0, 1: CANID(standard: 0x7E8)
      case 2: CANID(standard: 0x7E9)
      case 3: CANID(extended: 0x18DA_F110)
      case 4: CANID(extended: 0x18DA_F100 | UInt32(input.byte()))
      case 5: CANID(extended: 0x18E8_F900 | UInt32(input.byte() & 3))
      case 6: CANID(extended: 0x18FE_E500)
      default: CANID(rawValue: input.word())
      }
    var bytes: [UInt8] = []
    if case .service(let asked) = request.content {
      switch choice >> 6 {
      case 0: bytes = [asked[0] | 0x40] + asked.bytes.dropFirst()
      case 1: bytes = [asked[0] | 0x40] + asked.bytes.dropFirst().prefix(1)
      case 2: bytes = [0x7F, asked[0]]
      default: break
      }
    }
    bytes += input.take(Int(input.byte()) % 65)
    let delay = input.byte()
    let delays: [UInt8: Double] = [255: .nan, 254: .infinity, 253: -1, 252: 1e300]
    return PollAnswer(id: id, bytes: bytes, delay: delays[delay] ?? Double(delay) / 256)
  }

  private func check() {
    let report = planner.report
    precondition(report.units.count <= PollPlanner.mostUnits, "more units than there is room for")
    precondition(report.items.count == PlannerInputs.items.count, "an item that is lost")
    precondition(report.requests == UInt64(sent.count), "a request that is not counted")
    precondition(report.stretch >= 1 && report.stretch.isFinite, "periods that are no more to be measured")
    for unit in report.units { precondition(1...6 ~= unit.packSize, "a request of no parameter, or of too many") }
  }
}
