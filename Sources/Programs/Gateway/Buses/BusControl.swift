// The control thread: opens and keeps the buses, asks the vehicle what may be asked, takes in what sensors send.
import Adapters
import CLinux
import Clock
import Decoding
import Diagnostics
import Glibc
import MQTT
import Pipeline
import Synchronization
import VehicleBus
import Vocabulary

/// Everything about the buses that may block, allocate or transmit, on one thread. `run` is its body; the rest may be
/// called from any thread.
// @unchecked: what is not `shared` or `link` is touched by `run` alone once it has begun.
final class BusControl: @unchecked Sendable {
  /// What this thread leaves for others to read.
  struct Snapshot: Sendable {
    /// By bus; adapters are not among them.
    var links: [UInt8: BusLinkStatus] = [:]
    /// By bus.
    var adapters: [UInt8: (status: ELMStatus, lost: UInt64)] = [:]
    /// Whether the kernel holds frames back, by bus.
    var isFiltered: [Bool] = []
    /// What interfaces themselves lost, by bus, since the start and in the last hour.
    var losses: [InterfaceLosses] = []
    var recentLosses: [UInt64] = []
    /// Bytes of receive buffer that the kernel gave, by bus; 0 while there is no socket.
    var receiveBuffers: [Int] = []
    var transmit: TransmitReport?
    /// By bus; empty while nothing is polled there.
    var polls: [UInt8: PollReport] = [:]
    var sensors: SensorCounters?
    /// What stands in the way, one line each with its mend.
    var problems: [String] = []
    var time = Instant.zero
  }

  private struct Order {
    var command: DiagnosticsCommand
    var isAuthorised: Bool
    var reply: @Sendable (CommandReply) -> Void
  }

  private struct Shared {
    var snapshot = Snapshot()
    var orders: [Order] = []
    /// Packs of SenML from the vehicle's broker.
    var packs: [[UInt8]] = []
  }

  private let sources: [SourceChoice]
  private let link: BusLink
  private let technicians: [String]
  private let log: @Sendable (String) -> Void
  private let shared = Mutex(Shared())
  private let isStopping = Atomic<Bool>(false)
  private let ended = Atomic<Bool>(false)
  private var bell: Int32 { link.controlBell }

  private let keeper: BusKeeper<KernelLinks>
  private let adapters: [AdapterControl]
  private let watch: LinkWatch?
  private var transmitGuard: TransmitGuard
  private let plan: PollPlan
  private let pollers: [Poller]
  /// By bus, with the number of the interface that each is bound to: another one may take over its name.
  private var sentinels: [UInt8: (sentinel: TrafficSentinel, index: Int32)] = [:]
  private let sensorSocket: SensorSocket?
  private var sensors: SensorIntake
  private let isFiltered: [Bool]
  private var losses: [InterfaceLosses]
  private var quality: [DataQuality]
  private let buffers: ReceiveBuffers
  /// An adapter became ready, or is no more.
  private var isAdapterNews = false
  private var standing: [String] = []
  private var lostSamples: UInt64 = 0

  private static let mostOrders = 16
  static let mostPacks = 64
  private static let bellTag: UInt64 = .max
  private static let watchTag: UInt64 = .max - 1
  private static let sensorTag: UInt64 = .max - 2
  /// Below it pollers are counted.
  private static let firstAdapterTag: UInt64 = 256

  /// - Parameters:
  ///   - memory: what earlier runs found out about adapters.
  ///   - log: who commanded what.
  /// - Throws: `GatewayError`: a socket for sensors that cannot be made, adapter knowledge that cannot be read.
  init(
    _ configuration: GatewayConfiguration, _ vehicle: VehicleDefinition, link: BusLink, memory: AdapterMemory,
    log: @escaping @Sendable (String) -> Void
  ) throws(GatewayError) {
    self.log = log
    let sources = configuration.sources
    self.sources = sources
    self.link = link
    technicians = configuration.technicians
    let filters = sources.indices.map { bus in
      sources[bus].isFiltered ? vehicle.kernelFilters(bus: UInt8(bus)) : []
    }
    isFiltered = filters.map { !$0.isEmpty && !$0.contains(.everything) }
    losses = sources.map { _ in InterfaceLosses() }
    quality = sources.map { _ in DataQuality() }
    let buffers = ReceiveBuffers(buses: sources.count)
    self.buffers = buffers
    var connections: [BusConnection] = []
    for (bus, source) in sources.enumerated() where source.adapter == nil {
      var options = SocketOptions()
      options.filters = filters[bus]
      options.receiveBufferBytes = configuration.receiveBuffer
      options.stamps = source.stamps == .hardware ? .hardware : .software
      let slot = link.slots[bus]
      connections.append(
        BusConnection(
          bus: UInt8(bus), interface: source.name, setup: source.setup, restarts: source.restarts,
          open: { openSocket(source.name, options, slot) { buffers.bytes[bus] = $0 } },
          offer: { descriptor in
            if let older = slot.offer(descriptor) { close(older) }
            link.descriptorOffered()
          }))
    }
    keeper = BusKeeper(connections, links: KernelLinks())
    do throws(LinkError) {
      watch = try LinkWatch()
    } catch {
      // Interfaces are looked at once a second all the same.
      watch = nil
      standing.append(error.description)
    }
    transmitGuard = TransmitGuard(TransmitPolicy(sources))
    if let end = StandingPause.take() { transmitGuard.pause(until: end) }
    plan = PollPlan(polls: vehicle.polls, speaksJ1939: vehicle.speaksJ1939, sources: sources)
    let items = plan.items
    let adapters = try AdapterControl.all(configuration, link: link, memory: memory)
    self.adapters = adapters
    pollers = sources.enumerated().compactMap { bus, source in
      let bus = UInt8(bus)
      return Poller(source, bus: bus, items: items[bus] ?? [], adapter: adapters.first { $0.bus == bus }?.port)
    }
    let catalogue = SensorCatalogue(vehicle.sensors)
    sensors = SensorIntake(catalogue)
    do throws(SensorSocketError) {
      sensorSocket = try configuration.sensorSocket.map { path throws(SensorSocketError) in
        try SensorSocket(path: path, catalogue: catalogue)
      }
    } catch {
      throw GatewayError(error)
    }
  }

  var snapshot: Snapshot { shared.withLock { $0.snapshot } }
  var hasEnded: Bool { ended.load(ordering: .acquiring) }

  func stop() {
    isStopping.store(true, ordering: .releasing)
    telltale_eventfd_signal(bell)
  }

  /// Takes a person's command; `reply` is called when it is carried out or refused.
  func carryOut(
    _ command: DiagnosticsCommand, for caller: Caller, _ reply: @escaping @Sendable (CommandReply) -> Void
  ) {
    let isAuthorised = caller.isAmong(technicians)
    let who = "\(caller.user ?? "user \(caller.uid)"), process \(caller.pid)"
    let reply = { @Sendable [log] (outcome: CommandReply) in
      log("\(command.name) by \(who)\(isAuthorised ? ", a technician" : ""): \(outcome.summary)")
      reply(outcome)
    }
    let isTaken = shared.withLock { shared in
      guard shared.orders.count < BusControl.mostOrders, !hasEnded else { return false }
      shared.orders.append(Order(command: command, isAuthorised: isAuthorised, reply: reply))
      return true
    }
    guard isTaken else {
      return reply(.failed(reason: "too many commands wait, or the daemon is ending", mend: "try again in a moment"))
    }
    telltale_eventfd_signal(bell)
  }

  /// Takes a pack of SenML; false when there is no room.
  func takePack(_ pack: [UInt8]) -> Bool {
    let isTaken = shared.withLock { shared in
      guard shared.packs.count < BusControl.mostPacks else { return false }
      shared.packs.append(pack)
      return true
    }
    telltale_eventfd_signal(bell)
    return isTaken
  }

  // MARK: The thread

  /// The thread's body.
  func run() {
    let epoll = telltale_epoll_create()
    telltale_epoll_add(epoll, bell, BusControl.bellTag)
    if let watch { telltale_epoll_add(epoll, watch.descriptor, BusControl.watchTag) }
    if let sensorSocket { telltale_epoll_add(epoll, sensorSocket.descriptor, BusControl.sensorTag) }
    var registered = [Int32](repeating: -1, count: pollers.count)
    // Adapters watch over their own ports.
    let asked = pollers.indices.filter { i in !adapters.contains { $0.bus == pollers[i].bus } }
    var tags = [UInt64](repeating: 0, count: 16)
    var lookDue = Instant.zero
    var news = LinkNews(concernsCAN: true)
    while !isStopping.load(ordering: .acquiring) {
      let now = Instant(nanoseconds: telltale_clock_boottime_ns())
      var wake = min(keepBuses(at: now, news), keepAdapters(at: now, epoll))
      takeSensors(at: now)
      let isOrdered = carryOutOrders(at: now)
      if link.takeAlarm() || isOrdered || isAdapterNews || now >= lookDue {
        isAdapterNews = false
        lookAround(at: now)
        lookDue = now.advanced(seconds: 1)
      }
      for poller in pollers { wake = min(wake, poll(poller, at: now)) }
      // What pollers asked adapters has deadlines of its own.
      for adapter in adapters { wake = min(wake, adapter.step(at: now)) }
      for i in asked {
        // A port opens sockets anew for each request; those that were closed have left the set by themselves.
        let descriptor = pollers[i].descriptor ?? -1
        if descriptor != registered[i] {
          if descriptor >= 0 { telltale_epoll_add(epoll, descriptor, UInt64(i)) }
          registered[i] = descriptor
        }
      }
      let pause = min(wake, lookDue).seconds(since: now)
      let count = telltale_epoll_wait(epoll, &tags, Int32(tags.count), Int32(max(0, min(1, pause)) * 1000) + 1)
      news = LinkNews()
      for i in 0..<Int(max(0, count)) {
        if tags[i] == BusControl.bellTag { telltale_eventfd_clear(bell) }
        if tags[i] == BusControl.watchTag, let watch { news = watch.drain() }
      }
    }
    for poller in pollers { poller.stop() }
    for adapter in adapters { adapter.close() }
    StandingPause.leave(transmitGuard.pausedUntil)
    ended.store(true, ordering: .releasing)
    carryOutOrders(at: Instant(nanoseconds: telltale_clock_boottime_ns()))
    close(epoll)
  }

  /// Returns when to look again at the latest.
  private func keepBuses(at now: Instant, _ news: LinkNews) -> Instant {
    for (bus, slot) in link.slots.enumerated() {
      if let dead = slot.collect() {
        close(dead)
        keeper.descriptorReturned(bus: UInt8(bus))
      }
    }
    var isNews = false
    let next = keeper.step(at: now, news: news) { notice in
      // A full ring means that capture has news enough; the state as it is then comes with the next refresh.
      if link.notices.push(notice) { isNews = true }
    }
    if isNews { link.ring() }
    return next
  }

  /// Returns when to look again at the latest.
  private func poll(_ poller: Poller, at now: Instant) -> Instant {
    if let adapter = adapters.first(where: { $0.bus == poller.bus }) {
      poller.limit(parametersAtOnce: adapter.port.status.mostParameters)
      // Asked in vain, the plan would wait longer than the adapter takes to get ready.
      guard adapter.port.isReady || poller.isWaitedFor else { return now.advanced(seconds: 1) }
    }
    return poller.step(at: now, &transmitGuard)
  }

  /// Returns when to look again at the latest.
  private func keepAdapters(at now: Instant, _ epoll: Int32) -> Instant {
    var next = now.advanced(seconds: 1)
    var isNews = false
    for (place, adapter) in adapters.enumerated() {
      next = min(next, adapter.step(at: now))
      adapter.watch(by: epoll, tag: BusControl.firstAdapterTag + UInt64(place))
      if adapter.takeHeard() { isNews = true }
      // A vehicle that answers may be awake: the next look is due at once.
      if adapter.takeAnswer(at: now), transmitGuard.vehicle != .awake { isAdapterNews = true }
      if let notice = adapter.notice(at: now) {
        _ = link.notices.push(notice)
        isNews = true
        // The guard must not wait for the next second to hear of it.
        isAdapterNews = true
      }
      if adapter.wantsLook(at: now) { transmitGuard.hastenProbe(of: adapter.bus, at: now) }
    }
    if isNews { link.ring() }
    return next
  }

  /// What capture saw and what the sentinels heard goes to the guard; what there is to show goes to the snapshot.
  private func lookAround(at now: Instant) {
    var signs = link.signs
    for bus in pollers.map(\.bus) where isFiltered[Int(bus)] {
      listen(on: bus, at: now)
      if let heard = sentinels[bus]?.sentinel.lastTraffic {
        signs.buses[Int(bus)].lastTraffic = max(signs.buses[Int(bus)].lastTraffic, heard)
      }
    }
    // Capture hears of an adapter's condition through this thread, and later.
    for adapter in adapters {
      let bus = Int(adapter.bus)
      signs.buses[bus].condition = adapter.condition
      signs.buses[bus].lastAnswer = max(signs.buses[bus].lastAnswer, adapter.lastAnswer)
    }
    if signs.time > .zero { transmitGuard.note(signs) }
    for status in keeper.statuses {
      let bus = Int(status.bus)
      losses[bus].note(status.report)
      quality[bus].observe(frames: 0, lost: losses[bus].dropped, isBlind: false, at: now)
    }
    for adapter in adapters {
      quality[Int(adapter.bus)].observe(frames: 0, lost: adapter.lost, isBlind: false, at: now)
      adapter.heed(isQuiet: isQuiet(at: now), at: now)
    }
    var snapshot = Snapshot()
    for adapter in adapters { snapshot.adapters[adapter.bus] = (adapter.port.status, adapter.lost) }
    snapshot.losses = losses
    snapshot.recentLosses = quality.map(\.hour.lost)
    snapshot.receiveBuffers = buffers.bytes
    snapshot.time = now
    for status in keeper.statuses { snapshot.links[status.bus] = status }
    snapshot.isFiltered = isFiltered
    if !pollers.isEmpty {
      snapshot.transmit = transmitGuard.report(at: now)
      for poller in pollers { snapshot.polls[poller.bus] = poller.report }
    }
    let counters = sensorSocket?.counters ?? sensors.counters
    snapshot.sensors = counters.datagrams > 0 || sensors.catalogue.count > 0 ? counters : nil
    snapshot.problems =
      standing + keeper.statuses.compactMap(\.problem?.description) + adapters.compactMap(\.problem)
      + pollers.filter { poller in !adapters.contains { $0.bus == poller.bus } }.compactMap(\.problem)
    if lostSamples > 0 { snapshot.problems.append("values of sensors were lost: more came at once than can be taken") }
    shared.withLock { $0.snapshot = snapshot }
  }

  /// Whether nothing is to be asked for a while. Of a vehicle of which nothing is known the first look is due.
  private func isQuiet(at now: Instant) -> Bool {
    transmitGuard.vehicle == .parked || transmitGuard.pausedUntil.map { now < $0 } ?? false
  }

  private func listen(on bus: UInt8, at now: Instant) {
    let index = keeper.statuses.first { $0.bus == bus }?.report.index ?? 0
    if let (sentinel, bound) = sentinels[bus], bound == index, sentinel.problem == nil {
      _ = sentinel.lastTrafficSeen(at: now)
    } else {
      let source = sources[Int(bus)]
      let sentinel = try? TrafficSentinel(interface: source.name, testerAddress: source.testerAddress)
      sentinels[bus] = sentinel.map { ($0, index) }
    }
  }

  // MARK: Sensors

  private func takeSensors(at now: Instant) {
    let clock = RealClock().now()
    let wall = clock.quality.isTrusted ? clock.wallNanoseconds : nil
    var isNews = false
    func deliver(_ sample: Sample) {
      if link.samples.push(sample) { isNews = true } else { lostSamples += 1 }
    }
    sensorSocket?.drain(at: now, wall: wall, deliver)
    let packs = shared.withLock { shared in
      defer { shared.packs.removeAll(keepingCapacity: true) }
      return shared.packs
    }
    for pack in packs {
      if let sensorSocket {
        sensorSocket.intake.take(pack, at: now, wall: wall, deliver)
      } else {
        sensors.take(pack, at: now, wall: wall, deliver)
      }
    }
    if isNews { link.ring() }
  }

  // MARK: Commands

  /// Returns whether there were any.
  @discardableResult private func carryOutOrders(at now: Instant) -> Bool {
    let orders = shared.withLock { shared in
      defer { shared.orders.removeAll(keepingCapacity: true) }
      return shared.orders
    }
    for order in orders { carryOut(order, at: now) }
    return !orders.isEmpty
  }

  private func carryOut(_ order: Order, at now: Instant) {
    guard !hasEnded else {
      return order.reply(.failed(reason: "the daemon is ending", mend: "try again when it runs"))
    }
    guard !pollers.isEmpty else {
      return order.reply(
        .refused(
          code: Refusal.listenOnly.code, reason: Refusal.listenOnly.reason, mend: Refusal.listenOnly.mend))
    }
    switch order.command {
    case .pausePolling(let seconds):
      transmitGuard.pause(until: seconds.map { now.advanced(seconds: $0) })
      var end = RealClock().now()
      end.wallNanoseconds &+= Int64((seconds ?? 0) * 1e9)
      order.reply(
        .done(
          CommandDocument(
            order.command, text: "Nothing is asked on any bus" + (seconds == nil ? " until polling is resumed." : "."),
            until: seconds.map { _ in end.rfc3339 })))
    case .resumePolling:
      transmitGuard.resume()
      order.reply(.done(CommandDocument(order.command, text: "Polling goes on when the vehicle is awake.")))
    case .clearTroubleCodes(let bus): clear(bus, order, at: now)
    case .measure, .service:
      order.reply(.failed(reason: "\(order.command.name) is no command for a bus", mend: "report this"))
    }
  }

  /// Service 04 to all units of OBD-II, DM11 and DM3 to all of SAE J1939, whatever each bus speaks.
  private func clear(_ bus: UInt8?, _ order: Order, at now: Instant) {
    let origin: Transmission.Origin = order.isAuthorised ? .technician : .visitor
    let asked = pollers.filter { bus == nil || $0.bus == bus }
    guard !asked.isEmpty else {
      return order.reply(
        .refused(
          code: Refusal.listenOnly.code, reason: "bus \(bus ?? 0) is none that may be asked",
          mend: "buses that may: " + pollers.map { "\($0.bus)" }.joined(separator: ", ")))
    }
    let clearing = Clearing(order.command, reply: order.reply)
    for poller in asked {
      for (content, address) in clearingRequests(of: poller) {
        clearing.begin()
        poller.ask(content, of: address, by: origin, at: now) { clearing.end($0) }
      }
    }
    clearing.close()
  }

  private func clearingRequests(of poller: Poller) -> [(Transmission.Content, RequestAddress)] {
    var requests: [(Transmission.Content, RequestAddress)] = []
    if plan.speaksOBD.contains(poller.bus), let clear = RequestBytes([0x04]) {
      let isLong = poller.report.units.contains { unit in
        if case .unit(let request, _) = unit.address { request.isExtended } else { unit.address == .everybody29 }
      }
      requests.append((.service(clear), isLong ? .everybody29 : .everybody11))
    }
    if plan.speaksJ1939.contains(poller.bus) {
      for group: UInt32 in [65_235, 65_228] { requests.append((.parameterGroup(group), .j1939(255))) }
    }
    return requests
  }
}

extension CommandReply {
  /// For the log.
  fileprivate var summary: String {
    switch self {
    case .done(let document): "done. " + document.text
    case .refused(let code, let reason, _): "refused (\(code)): \(reason)"
    case .misunderstood(let error, _): "misunderstood: \(error)"
    case .failed(let reason, _): "failed: \(reason)"
    }
  }
}

/// What the kernel gave each bus's socket; touched by the control thread alone.
private final class ReceiveBuffers {
  var bytes: [Int]

  init(buses: Int) { bytes = Array(repeating: 0, count: buses) }
}

/// Opens a socket for the keeper; why it cannot be goes to capture, which shows it.
private func openSocket(
  _ interface: String, _ options: SocketOptions, _ slot: DescriptorSlot, _ granted: (_ bytes: Int) -> Void
) -> Int32 {
  do throws(SocketCANError) {
    let socket = try SocketCANSocket.open(interface, options)
    granted(socket.receiveBufferBytes)
    return socket.descriptor
  } catch {
    slot.fail(error.code)
    return -error.code
  }
}
