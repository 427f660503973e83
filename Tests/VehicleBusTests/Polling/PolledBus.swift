// A bus in virtual time: units that answer as they are scripted, and the loop that a poller runs.
import Vocabulary

@testable import VehicleBus

/// What a unit sends after a request: delay in seconds, and bytes; several where it asks for patience first.
typealias Script = (_ request: [UInt8], _ isFunctional: Bool, _ now: Double) -> [(Double, [UInt8])]

struct ScriptedUnit {
  var request: CANID
  var answer: CANID
  var script: Script

  /// With 11 bits: 0 is 7E0 and 7E8.
  init(_ number: UInt32, script: @escaping Script) {
    request = CANID(standard: 0x7E0 + number)
    answer = CANID(standard: 0x7E8 + number)
    self.script = script
  }

  /// With 29 bits.
  init(address: UInt32, script: @escaping Script) {
    request = CANID(extended: 0x18DA_00F1 | address << 8)
    answer = CANID(extended: 0x18DA_F100 | address)
    self.script = script
  }
}

/// Data bytes that tests agree on.
let lengths: [UInt8: Int] = [
  0x04: 1, 0x05: 1, 0x0B: 1, 0x0C: 2, 0x0D: 1, 0x0F: 1, 0x10: 2, 0x11: 1, 0x1F: 2, 0x21: 2, 0x2F: 1, 0x31: 2, 0x42: 2,
  0x46: 1, 0x5C: 1, 0xA6: 4,
]

/// Answers service 01 as the standard has it.
func standardUnit(
  _ parameters: Set<UInt8>, most: Int = 6, delay: Double = 0.01, hasRanges: Bool = true
) -> Script {
  { request, isFunctional, _ in
    guard request.first == 0x01, request.count > 1 else {
      return isFunctional ? [] : [(delay, [0x7F, request[0], 0x11])]
    }
    var answer: [UInt8] = [0x41]
    if request.count - 1 <= most {
      for pid in request.dropFirst() {
        if pid & 0x1F == 0 {
          guard hasRanges, pid == 0 || parameters.contains(where: { $0 > pid }) else { continue }
          answer += [pid] + bits(of: parameters, after: pid)
        } else if parameters.contains(pid) {
          answer += [pid] + [UInt8](repeating: 0x55, count: lengths[pid] ?? 1)
        }
      }
    }
    if answer.count > 1 { return [(delay, answer)] }
    return isFunctional ? [] : [(delay, [0x7F, 0x01, 0x12])]
  }
}

func bits(of parameters: Set<UInt8>, after range: UInt8) -> [UInt8] {
  var word: UInt32 = 0
  for pid in parameters where pid > range {
    let place = UInt32(pid - range)
    word |= place < 32 ? 1 << (32 - place) : 1
  }
  return (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
}

struct PolledBus {
  struct Asked {
    var time: Double
    var address: RequestAddress
    var bytes: [UInt8]
    /// Seconds until the planner was told.
    var lasted: Double
    var answers: [[UInt8]]
  }

  var planner: PollPlanner
  var units: [ScriptedUnit]
  var now: Double
  var log: [Asked] = []
  var groups: [(time: Double, group: UInt32, address: RequestAddress)] = []
  /// What the guard says, nil to let it go out.
  var guarding: (PollRequest, Double) -> Refusal? = { _, _ in nil }
  /// Answers to requests for parameter groups.
  var truck: (UInt32, RequestAddress) -> [PollAnswer] = { _, _ in [] }
  /// Times at which `next` gave nothing though it was due.
  var vainCalls = 0
  var calls = 0

  init(_ items: [PollItem], _ options: PollOptions = options(), at now: Double = 1000, units: [ScriptedUnit]) {
    planner = PollPlanner(items, options)
    self.units = units
    self.now = now
  }

  static func options(_ change: (inout PollOptions) -> Void = { _ in }) -> PollOptions {
    var options = PollOptions(parameterLengths: lengths)
    options.requestsPerSecondOfUnit = 10
    change(&options)
    return options
  }

  var instant: Instant { Instant.zero.advanced(seconds: now) }

  /// Runs for so many seconds.
  mutating func run(_ seconds: Double) {
    let end = now + seconds
    while now < end {
      guard let due = planner.dueAt(after: instant) else { break }
      // A poller wakes a little late.
      now = max(now, Double(due.nanoseconds) * 1e-9 + 0.000_5)
      guard now < end else { break }
      calls += 1
      guard let request = planner.next(at: instant) else {
        vainCalls += 1
        now += 0.01
        continue
      }
      perform(request)
    }
    now = max(now, end)
  }

  mutating func perform(_ request: PollRequest) {
    if let refusal = guarding(request, now) {
      planner.finish(request, .refused(refusal), at: instant)
      return
    }
    var coming: [PollAnswer] = []
    switch request.content {
    case .parameterGroup(let group):
      groups.append((now, group, request.address))
      coming = truck(group, request.address)
    case .service(let asked):
      let isFunctional = request.address == .everybody11 || request.address == .everybody29
      for unit in units where unit.hears(request.address) {
        for (delay, bytes) in unit.script(asked.bytes, isFunctional, now) {
          coming.append(PollAnswer(id: unit.answer, bytes: bytes, delay: delay))
        }
      }
    }
    coming.sort { $0.delay < $1.delay }
    var received: [PollAnswer] = []
    var deadline = request.patience
    var time = 0.0
    for answer in coming where answer.delay <= deadline {
      received.append(answer)
      time = answer.delay
      if answer.bytes.count == 3, answer.bytes[0] == 0x7F, answer.bytes[2] == 0x78 {
        deadline = 5
      }
      if planner.isComplete(request, received) { break }
    }
    if !planner.isComplete(request, received) { time = deadline }
    if case .service(let asked) = request.content {
      log.append(
        Asked(time: now, address: request.address, bytes: asked.bytes, lasted: time, answers: received.map(\.bytes)))
    }
    now += time
    planner.finish(request, .answers(received), at: instant)
  }

  // MARK: What was asked

  func times(of pid: UInt8, from start: Double = 0) -> [Double] {
    log.filter { $0.time >= start && $0.bytes[0] == 1 && $0.bytes.dropFirst().contains(pid) }.map(\.time)
  }

  /// Answers per second of a parameter.
  func rate(of pid: UInt8, from start: Double) -> Double {
    let hits = log.filter { asked in
      asked.time >= start && asked.bytes[0] == 1 && asked.bytes.dropFirst().contains(pid)
        && asked.answers.contains { $0.first == 0x41 }
    }
    return Double(hits.count) / (now - start)
  }

  func state(of question: PollItem.Question) -> PollReport.State? {
    planner.report.items.first { $0.question == question }?.state
  }

  func state(of pid: UInt8) -> PollReport.State? { state(of: .parameter(pid)) }

  /// Most requests in any window of so many seconds.
  func mostRequests(within seconds: Double) -> Int {
    var most = 0
    var first = 0
    for (i, asked) in log.enumerated() {
      while asked.time - log[first].time >= seconds { first += 1 }
      most = max(most, i - first + 1)
    }
    return most
  }
}

extension ScriptedUnit {
  func hears(_ address: RequestAddress) -> Bool {
    switch address {
    case .everybody11: !request.isExtended
    case .everybody29: request.isExtended
    case .unit(let id, _): id == request
    case .j1939: false
    }
  }
}

func plan(_ wanted: [(UInt8, Double)]) -> [PollItem] { wanted.map { PollItem(.parameter($0.0), every: $0.1) } }

let usualPlan = plan([
  (0x0C, 1), (0x0D, 1), (0x04, 1), (0x10, 2), (0x05, 2), (0x0F, 5), (0x2F, 5), (0x42, 5), (0x46, 5), (0x5C, 5),
  (0xA6, 10),
])
let usualParameters = Set(usualPlan.compactMap { if case .parameter(let pid) = $0.question { pid } else { nil } })

/// At most eight.
func requestBytes(_ bytes: [UInt8]) -> RequestBytes { RequestBytes(bytes) ?? RequestBytes() }

extension PollPlanner {
  /// Units that were found.
  var knownUnits: [RequestAddress] { units.filter(\.isFound).map(\.address) }
}
