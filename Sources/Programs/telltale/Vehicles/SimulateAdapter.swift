// `telltale simulate --elm327`: the simulated adapter in real time, until it is interrupted or its time is over.
import CLinux
import Glibc
import VehicleSimulator
import Vocabulary

/// Plays an adapter at a port.
struct SimulateAdapter: ~Copyable {
  private var adapter: SimulatedAdapter
  private var port: SimulatePort
  private var changes: [IgnitionChange]
  private let end: Double?
  private let start = telltale_clock_monotonic_ns()
  private var summary: Summary
  /// When a link that dropped comes back.
  private var returnsAt: Instant?

  /// Seconds for which a link that dropped is gone.
  private static let absence = 3.0
  /// Seconds after which a new baud rate of the program is noticed at the latest.
  private static let longestSleep = 0.02

  init(
    _ personality: AdapterPersonality, _ options: SimulateAdapterOptions, kind: SimulatedVehicle.Kind, seed: UInt64
  ) throws(SimulatePortError) {
    var personality = personality
    if let baud = options.baud { personality.baudRate = baud }
    changes = options.ignition ?? []
    // A script that begins with off@ means a vehicle that is on until then.
    let first = changes.first
    let isOn = first.map { $0.time == 0 ? $0.isOn : !$0.isOn } ?? true
    let vehicle = AdapterVehicle(kind, speaking: options.obdProtocol, seed: seed, isIgnitionOn: isOn)
    adapter = SimulatedAdapter(personality, vehicle: vehicle, seed: seed)
    port = try SimulatePort(options.tcp.map { .tcp($0) } ?? .pty(link: options.pty))
    end = options.duration
    summary = Summary(
      adapter: personality.name, vehicle: kind.rawValue,
      spoken: String(UnicodeScalar(vehicle.obdProtocol.digit)), port: options.pty ?? port.name)
  }

  /// What a program opens.
  var portName: String { port.name }

  /// Returns when it is over.
  /// - Throws: when a link that dropped cannot be opened again, or signals cannot be waited for.
  mutating func run() throws(SimulatePortError) -> Summary {
    let signals = telltale_signalfd()
    guard signals >= 0 else {
      throw SimulatePortError("cannot wait for signals", code: -signals, mend: "check the limit of open files")
    }
    defer { close(signals) }
    var isInterrupted = false
    while !isInterrupted && now.nanoseconds < endTime {
      turnKey()
      try exchange()
      wait(signals)
      isInterrupted = telltale_signalfd_read(signals) > 0
    }
    summary.seconds = (now.seconds(since: .zero) * 10).rounded() / 10
    summary.count(adapter)
    return summary
  }

  private var now: Instant { Instant(nanoseconds: telltale_clock_monotonic_ns() - start) }
  private var endTime: Int64 { end.map { Int64($0 * 1e9) } ?? .max }

  private mutating func turnKey() {
    while let change = changes.first, change.time <= now.seconds(since: .zero) {
      changes.removeFirst()
      send(until: now)
      adapter.vehicle.turnIgnition(on: change.isOn, at: now)
    }
  }

  private mutating func exchange() throws(SimulatePortError) {
    adapter.clientBaudRate = port.baudRate
    let bytes = port.read()
    if !bytes.isEmpty {
      summary.bytesTaken += bytes.count
      adapter.take(bytes, at: now)
    }
    send(until: now)
    if let back = returnsAt {
      guard now >= back else { return }
      try port.reopen()
      adapter.plugIn(at: now)
      returnsAt = nil
    } else if !adapter.isConnected {
      port.hangUp()
      summary.dropped += 1
      returnsAt = now.advanced(seconds: SimulateAdapter.absence)
    }
  }

  private mutating func send(until time: Instant) {
    for (_, bytes) in adapter.output(until: time) {
      port.write(bytes)
      summary.bytesGiven += bytes.count
    }
  }

  /// Until something comes or is due.
  private func wait(_ signals: Int32) {
    var due = min(now.advanced(seconds: SimulateAdapter.longestSleep).nanoseconds, endTime)
    if let next = adapter.nextOutput { due = min(due, next.nanoseconds) }
    if let change = changes.first { due = min(due, Int64(change.time * 1e9)) }
    telltale_pty_wait(port.polled, signals, max(0, due - now.nanoseconds))
  }
}

extension SimulateAdapter {
  /// What happened, for people and as one JSON document.
  struct Summary: Encodable {
    let adapter: String
    let vehicle: String
    /// The digit of the vehicle's protocol.
    let spoken: String
    let port: String
    var seconds = 0.0
    var commands = 0
    var requests = 0
    var answers = 0
    var transmissions = 0
    var monitored = 0
    var overflows = 0
    var interruptions = 0
    var dropped = 0
    var bytesTaken = 0
    var bytesGiven = 0

    enum CodingKeys: String, CodingKey {
      case adapter, vehicle, port, seconds, commands, requests, answers, transmissions, interruptions, dropped
      case spoken = "protocol"
      case monitored = "monitored_frames"
      case overflows = "buffer_overflows"
      case bytesTaken = "bytes_in"
      case bytesGiven = "bytes_out"
    }

    mutating func count(_ adapter: SimulatedAdapter) {
      let counters = adapter.counters
      commands = counters.commands
      requests = counters.requests
      answers = counters.answers
      transmissions = counters.transmissions
      monitored = counters.monitored
      overflows = counters.overflows
      interruptions = counters.interruptions
    }

    /// One line.
    var text: String {
      "\(adapter) adapter: \(commands) commands, \(requests) requests, \(answers) answers, \(monitored) frames shown"
        + " in \(Int(seconds.rounded())) s"
    }
  }
}
