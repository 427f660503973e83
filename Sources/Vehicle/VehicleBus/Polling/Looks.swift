// Looking for units: questions to everybody, and when.
import Vocabulary

/// A round asks everybody for the first range of parameters (01 00), and for a wanted parameter, for units that do not
/// know ranges; with 11 bits and with 29 where that is not known.
struct Looks: Sendable {
  /// The form in which somebody answered last.
  private(set) var spoken: RequestAddress?
  private let addresses: [RequestAddress]
  private let parameters: [UInt8]
  private var count = 0
  private var probes = 0
  private var pause = Backoff.silence
  private(set) var at = Instant(nanoseconds: .min)
  /// Looks to come though nobody is missing: after a waking it may be another vehicle, and units wake one by one.
  private(set) var toCome = Looks.afterWaking
  private static let afterWaking = 2
  private static let secondLook = 10.0

  init(_ addressing: PollOptions.Addressing, parameters: [UInt8]) {
    switch addressing {
    case .everybody11: addresses = [.everybody11]
    case .everybody29: addresses = [.everybody29]
    case .automatic: addresses = [.everybody11, .everybody29]
    }
    self.parameters = parameters
    if addresses.count == 1 { spoken = addresses.first }
  }

  /// Looks that follow each other without a pause.
  private var quick: Int { addresses.count * (1 + min(2, parameters.count)) }

  /// Whether nobody answers for so long that a slow unit deserves more patience.
  var isPatient: Bool { count >= addresses.count }

  /// - Parameter isSomebodyThere: whoever is missing speaks as the others do.
  func question(isSomebodyThere: Bool) -> (address: RequestAddress, pid: UInt8) {
    var order = addresses
    if let spoken, let place = order.firstIndex(of: spoken) { order.swapAt(0, place) }
    if isSomebodyThere { order = [order[0]] }
    let round = count / order.count
    let isRanges = round % 2 == 0 || parameters.isEmpty || isSomebodyThere && toCome > 0
    let pid = isRanges ? 0 : parameters[round / 2 % parameters.count]
    return (order[count % order.count], pid)
  }

  /// Whom to ask whether anybody is there: in the form last heard, or in each in turn.
  mutating func probed() -> RequestAddress {
    if let spoken { return spoken }
    probes += 1
    return addresses[(probes - 1) % addresses.count]
  }

  /// Somebody answered in this form.
  mutating func heard(_ address: RequestAddress) { spoken = address }

  /// - Parameter found: somebody new, or somebody who had been missing.
  mutating func finish(at now: Instant, found: Bool, answered: Bool) {
    if found {
      count = 0
      pause.reset()
    } else {
      count += 1
    }
    if answered || count >= quick {
      toCome = max(0, toCome - 1)
      at = now.advanced(seconds: found ? Looks.secondLook : pause.next())
    } else {
      at = now
    }
  }

  /// It could not be asked.
  mutating func postpone(to instant: Instant) { at = max(at, instant) }

  /// Somebody who was there does not answer any more.
  mutating func miss(at now: Instant) {
    count = 0
    pause.reset()
    at = now
  }

  mutating func wake(at now: Instant) {
    count = 0
    pause.reset()
    toCome = Looks.afterWaking
    at = now
  }
}
