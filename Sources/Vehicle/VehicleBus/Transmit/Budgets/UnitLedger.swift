// The units of one bus: what each was asked of late, and which are left alone for a while.
import Vocabulary

/// Budgets and back-offs by address, in bounded memory. A request to everybody reaches each unit, so it costs each
/// unit's budget.
struct UnitLedger: Sendable {
  /// More than any vehicle has diagnostic units on one bus; what finds no room is not asked.
  static let capacity = 64
  /// The longest back-off, s.
  static let longestBackOff = 60.0

  private struct Unit: Sendable {
    var key: UInt32
    var bucket: TokenBucket
    /// Refusals since the last positive answer.
    var refusals = 0
    var silences = 0
    var backOffUntil = BusSigns.never

    mutating func backOff(step: Int, at now: Instant) {
      let pause = min(UnitLedger.longestBackOff, Double(1 << min(max(step, 0), 6)))
      backOffUntil = max(backOffUntil, now.advanced(seconds: pause))
    }

    mutating func forgive() {
      refusals = 0
      silences = 0
      backOffUntil = BusSigns.never
    }
  }

  private var units: [Unit] = []
  /// What requests to everybody have left; a unit that is asked for the first time has had those too.
  private var everybody = TokenBucket()

  func backOff(of address: RequestAddress) -> Instant {
    units.first { $0.key == address.ledgerKey }?.backOffUntil ?? BusSigns.never
  }

  /// Requests that `address` may be sent now, as far as units go.
  func tokens(for address: RequestAddress, at now: Instant, _ budget: TokenBucket.Budget) -> Double {
    if address.isForEverybody {
      return units.reduce(everybody.level(at: now, budget)) { min($0, $1.bucket.level(at: now, budget)) }
    }
    if let unit = units.first(where: { $0.key == address.ledgerKey }) { return unit.bucket.level(at: now, budget) }
    return hasRoom(at: now, budget) ? everybody.level(at: now, budget) : 0
  }

  mutating func take(for address: RequestAddress, at now: Instant, _ budget: TokenBucket.Budget) {
    if address.isForEverybody {
      everybody.take(at: now, budget)
      for i in units.indices { units[i].bucket.take(at: now, budget) }
    } else if let i = index(of: address, at: now, budget) {
      units[i].bucket.take(at: now, budget)
    }
  }

  mutating func noteAnswer(from address: RequestAddress) {
    guard let i = units.firstIndex(where: { $0.key == address.ledgerKey }) else { return }
    units[i].forgive()
  }

  mutating func noteRefusal(
    from address: RequestAddress, code: UInt8, at now: Instant, _ budget: TokenBucket.Budget
  ) {
    guard let i = index(of: address, at: now, budget) else { return }
    units[i].silences = 0
    switch code {
    // Busy, conditions not correct, response pending.
    case 0x21, 0x22, 0x78:
      units[i].backOff(step: units[i].refusals, at: now)
      units[i].refusals += 1
    default: break
    }
  }

  mutating func noteSilence(of address: RequestAddress, at now: Instant, _ budget: TokenBucket.Budget) {
    guard let i = index(of: address, at: now, budget) else { return }
    // One answer may always get lost.
    if units[i].silences > 0 { units[i].backOff(step: units[i].silences - 1, at: now) }
    units[i].silences += 1
  }

  /// Ends all back-offs; what was spent stays spent.
  mutating func forgive() {
    for i in units.indices { units[i].forgive() }
  }

  /// The unit's place, made where there is none; nil when all places are taken.
  private mutating func index(
    of address: RequestAddress, at now: Instant, _ budget: TokenBucket.Budget
  ) -> Int? {
    let key = address.ledgerKey
    if let i = units.firstIndex(where: { $0.key == key }) { return i }
    let bucket = address.isForEverybody ? TokenBucket() : everybody
    let unit = Unit(key: key, bucket: bucket)
    if units.count < UnitLedger.capacity {
      units.append(unit)
      return units.count - 1
    }
    guard let i = units.firstIndex(where: { isForgettable($0, at: now, budget) }) else { return nil }
    units[i] = unit
    return i
  }

  private func hasRoom(at now: Instant, _ budget: TokenBucket.Budget) -> Bool {
    units.count < UnitLedger.capacity || units.contains { isForgettable($0, at: now, budget) }
  }

  /// Whose entry says nothing that a new one would not say.
  private func isForgettable(_ unit: Unit, at now: Instant, _ budget: TokenBucket.Budget) -> Bool {
    unit.bucket.level(at: now, budget) >= budget.burst && unit.backOffUntil <= now
  }
}

extension RequestAddress {
  /// The identifier that a request goes out on, less the sender's address in SAE J1939: one unit, one key, whatever
  /// identifier its answers are said to come on.
  var ledgerKey: UInt32 {
    switch self {
    case .everybody11: 0x7DF
    case .everybody29: CANID(extended: 0x18DB_33F1).key
    case .unit(let request, _): request.key
    case .j1939(let address): CANID(extended: 0x18EA_0000 | UInt32(address) << 8).key
    }
  }

  var isForEverybody: Bool {
    switch ledgerKey {
    case RequestAddress.everybody11.ledgerKey, RequestAddress.everybody29.ledgerKey,
      RequestAddress.j1939(255).ledgerKey:
      true
    default: false
    }
  }
}
