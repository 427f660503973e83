// What to ask a vehicle next, and whom: the plan of one bus, for CAN and serial adapters alike.
public import Vocabulary

/// Finds out which units there are and what they have, asks each thing of one unit in its own period, and stays within
/// its budget.
///
/// A plain value without clock or bus: whoever owns it calls `next` when `dueAt` says, sends what it gets, and tells
/// with `finish` how that ended. It asks from the start; parked vehicles are the guard's concern and the caller's, who
/// says so with `vehicleParked` and `vehicleWoke`.
///
/// What is due of one unit goes into one request, whatever the length of the answer: parameters that share a request
/// never need more frames, flow control included, than the same in several requests with short answers, and every
/// request costs budget. Due times keep their rhythm, so that what once came due together stays together.
public struct PollPlanner: Sendable {
  /// Most different items; further ones are left out and counted.
  public static let mostItems = 512
  /// Most units; further ones are not asked, and counted.
  public static let mostUnits = 16

  let options: PollOptions
  /// Parameters in one request at the most, as whoever carries it allows.
  private(set) var mostParameters: Int
  var items: [PlannedItem] = []
  var units: [PollUnit] = []
  var looks: Looks
  /// Items that no single unit is asked for.
  var common = Stretch()
  /// For units that are busy, where all were asked.
  var commonBusy = Backoff.busy

  var isAwake = true
  var wokeAt = Instant(nanoseconds: .min)
  /// The budget, a bus in trouble or a silent one allow nothing before.
  var budgetAt = Instant(nanoseconds: .min)
  var heldUntil = Instant(nanoseconds: .min)
  var lastAnswer = Instant(nanoseconds: .min)
  /// Intervals that span this instant are not the planner's making.
  var gap = Instant(nanoseconds: .min)
  var silentRequests = 0
  var silence = Backoff.silence
  var trouble = Backoff(first: 1, longest: 30)

  var underWay: UnderWay?
  var counts = Counts()

  /// The request that is not finished yet.
  struct UnderWay: Sendable {
    enum Purpose: Sendable {
      case look
      case probe
      case range(UInt8, of: Int)
      case parameters([Int], of: Int)
      case item(Int)
    }

    let request: PollRequest
    let purpose: Purpose
    let asked: Instant
  }

  struct Counts: Sendable {
    var requests: UInt64 = 0
    var unanswered: UInt64 = 0
    var negative: UInt64 = 0
    var foreign: UInt64 = 0
    var refusals: UInt64 = 0
    var beyondCapacity: UInt64 = 0
  }

  /// - Parameter items: of several with the same question the shortest period counts. A period below 0.05 s counts as
  ///   that.
  public init(_ items: [PollItem], _ options: PollOptions) {
    let options = options.clamped
    self.options = options
    mostParameters = options.mostParameters
    var places: [PollItem.Question: Int] = [:]
    var wanted: [PollItem] = []
    for item in items {
      if let place = places[item.question] {
        if item.period < wanted[place].period { wanted[place].period = item.period }
      } else if wanted.count < PollPlanner.mostItems {
        places[item.question] = wanted.count
        wanted.append(item)
      } else {
        counts.beyondCapacity += 1
      }
    }
    self.items = wanted.map { PlannedItem($0, due: .zero) }
    looks = Looks(options.addressing, parameters: self.items.compactMap(\.parameter).filter { $0 & 0x1F != 0 })
    for i in self.items.indices { self.items[i].unit = namedUnit(self.items[i].address) }
  }

  /// The unit that an item names. Beyond capacity it has none and is asked as if it were for all.
  private mutating func namedUnit(_ address: RequestAddress?) -> Int? {
    guard let address, !address.isEverybody, address != .j1939(255) else { return nil }
    if let known = units.firstIndex(where: { $0.address == address }) { return known }
    return add(PollUnit(address, isFound: false, pack: PackSize(most: options.mostParameters)))
  }

  mutating func add(_ unit: PollUnit) -> Int? {
    guard units.count < PollPlanner.mostUnits else {
      counts.beyondCapacity += 1
      return nil
    }
    units.append(unit)
    return units.count - 1
  }

  /// What carries the requests turns out to take no more parameters in one, 1...6. Never more than the options say.
  public mutating func limit(parametersAtOnce most: Int) { mostParameters = min(max(1, most), options.mostParameters) }

  // MARK: The vehicle

  /// It is awake again: what was refused is tried once more, and who is there is looked up, since it may be another
  /// vehicle. What is known stays in use until it is contradicted.
  public mutating func vehicleWoke(at now: Instant) {
    forgetStrangers()
    isAwake = true
    wokeAt = now
    gap = now
    heldUntil = now
    silentRequests = 0
    silence.reset()
    trouble.reset()
    commonBusy.reset()
    underWay = nil
    for i in units.indices { units[i].wake() }
    for i in items.indices { items[i].wake(at: now) }
    looks.wake(at: now)
    assignUnits()
  }

  /// Nothing is asked until it wakes, except by `probe`.
  public mutating func vehicleParked(at now: Instant) {
    isAwake = false
    gap = now
    underWay = nil
  }

  /// Units that said nothing since the last waking while others did are not of this vehicle any more.
  private mutating func forgetStrangers() {
    guard units.contains(where: { $0.isFound && $0.lastAnswer > wokeAt }) else { return }
    let isNamed = units.indices.map { unit in
      items.contains { $0.parameter == nil && $0.unit == unit }
    }
    var places: [Int?] = []
    var kept: [PollUnit] = []
    for (i, unit) in units.enumerated() {
      let stays = isNamed[i] || unit.lastAnswer > wokeAt
      places.append(stays ? kept.count : nil)
      if stays { kept.append(unit) }
    }
    units = kept
    for i in items.indices { items[i].unit = items[i].unit.flatMap { places[$0] } }
  }

  // MARK: Which unit is asked

  /// Gives every parameter the unit that it is asked of: one that says it has it before one that does not tell, the
  /// engine's before others, then the one with the lowest identifier.
  mutating func assignUnits() {
    for i in items.indices {
      guard let pid = items[i].parameter else { continue }
      let old = items[i].unit
      items[i].unit = units.indices.filter { mayAsk(pid, of: $0, item: i) }.min { rank($0, pid) < rank($1, pid) }
      if items[i].unit != old { items[i].misses = 0 }
    }
  }

  private func mayAsk(_ pid: UInt8, of place: Int, item: Int) -> Bool {
    let unit = units[place]
    return unit.isFound && !unit.isSilent && !unit.deniedServices.contains(0x01) && !items[item].isDropped(by: place)
      && (unit.has(pid) || unit.ranges == .untold)
  }

  private func rank(_ place: Int, _ pid: UInt8) -> (Int, Int, UInt32) {
    let unit = units[place]
    return (unit.has(pid) ? 0 : 1, unit.isEngine ? 0 : 1, unit.answerKey)
  }

  /// Somebody is to be found before all can be asked.
  var needsUnits: Bool {
    items.contains { item in
      switch item.question {
      case .parameter: true
      case .request(_, let address): options.addressing == .automatic && address.isEverybody
      case .parameterGroup: false
      }
    }
  }
}

extension RequestAddress {
  var isEverybody: Bool { self == .everybody11 || self == .everybody29 }
}

extension PollOptions {
  var clamped: PollOptions {
    var options = self
    options.mostParameters = min(max(1, mostParameters), 6)
    options.requestsPerSecond = PollOptions.clamped(requestsPerSecond)
    options.requestsPerSecondOfUnit = PollOptions.clamped(requestsPerSecondOfUnit)
    return options
  }

  private static func clamped(_ rate: Double) -> Double { rate > 0.01 ? min(rate, 100) : 0.01 }
}
