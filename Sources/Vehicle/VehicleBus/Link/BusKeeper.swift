// Keeps the configured CAN interfaces readable: opens, sets up, restarts, and tells how each bus is.
public import Vocabulary

/// Looks after up to 256 interfaces. Belongs to the control thread and has none of its own; time is given to it.
///
/// It looks at each interface once a second, and at most ten times a second however many news come. A socket is opened
/// as soon as the interface is there, up or not, since one that is bound hears the first frame after `up`; it is opened
/// anew for each new interface of the same name. Nothing is set or restarted unless the configuration says so, and a
/// setting is made once for each time that an interface appears: who changes it later has their reasons.
public final class BusKeeper<Links: LinkAccess> {
  private let links: Links
  private var kept: [KeptBus]
  private var lastLook: Instant?
  private var nextLook: Instant?

  private static var period: Double { 1 }
  private static var shortestPeriod: Double { 0.1 }

  public init(_ buses: [BusConnection], links: Links) {
    self.links = links
    kept = buses.prefix(256).map(KeptBus.init)
  }

  /// How each bus was at the last look, in the order in which they were given.
  public var statuses: [BusLinkStatus] { kept.map(\.status) }

  /// Capture has given the descriptor of this bus back: it is dead.
  public func descriptorReturned(bus: UInt8) {
    guard let place = kept.firstIndex(where: { $0.connection.bus == bus }) else { return }
    kept[place].forgetSocket()
    hurry()
  }

  /// Looks at the interfaces when it is time for it.
  /// - Parameters:
  ///   - news: what `LinkWatch` told since the last call.
  ///   - tell: gets a notice for each bus whose condition or counters moved, and for each bus every ten seconds.
  /// - Returns: when to call again at the latest.
  public func step(at now: Instant, news: LinkNews = LinkNews(), tell: (BusNotice) -> Void) -> Instant {
    for index in news.removed {
      for place in kept.indices { kept[place].forget(index: index) }
    }
    if news.concernsCAN { hurry() }
    if let nextLook, now < nextLook { return nextLook }
    var isMoving = false
    for place in kept.indices {
      let (condition, isNew, isChanging) = kept[place].look(at: now, links: links)
      if isNew { tell(BusNotice(bus: kept[place].connection.bus, condition: condition, at: now)) }
      isMoving = isMoving || isChanging
    }
    lastLook = now
    let next = now.advanced(seconds: isMoving ? Self.shortestPeriod : Self.period)
    nextLook = next
    return next
  }

  /// As soon as the shortest period allows.
  private func hurry() {
    guard let lastLook, let next = nextLook else { return }
    nextLook = min(next, lastLook.advanced(seconds: Self.shortestPeriod))
  }
}
