// A topic of a broker in the vehicle, on which sensors publish packs of SenML.
public import MQTT
import Synchronization

/// Subscribes to one topic and hands on what comes.
///
/// `run()` is the body of one thread; everything else may be called from any thread at any time and does not block. A
/// broker that is away is looked for again after waits that double, one that refuses this client only after an
/// hour, then up to a day, as `BackOff` says: whatever else it would do to insist.
public final class SensorTopic: Sendable {
  /// News for the log.
  public enum Report: Sendable, CustomStringConvertible {
    case connected(host: String, port: UInt16, topic: String)
    /// Not connected, why, and seconds until the next attempt; nil when there will be none.
    case disconnected(reason: String, retryAfter: Double?)

    public var description: String {
      switch self {
      case .connected(let host, let port, let topic): "sensors are heard on \(topic) of the broker at \(host):\(port)"
      case .disconnected(let reason, let seconds):
        "sensors are not heard: \(reason)"
          + (seconds.map { "; trying again in \(max(1, Int($0.rounded()))) s" } ?? "; mend the configuration")
      }
    }
  }

  public struct Snapshot: Sendable {
    public var isConnected = false
    /// Why the last connection ended or failed; nil while there was no failure.
    public var lastError: String?
    /// Messages handed on.
    public var delivered: UInt64 = 0
    /// Messages that the receiver had no room for.
    public var dropped: UInt64 = 0
    /// Messages of more bytes than are read.
    public var tooLarge: UInt64 = 0
    /// Messages that the broker kept from before: nobody knows how old they are.
    public var retained: UInt64 = 0

    public init() {}
  }

  private struct Shared {
    var snapshot = Snapshot()
    var isStopping = false
  }

  private let broker: BrokerOptions
  private let topic: String
  private let largestPayload: Int
  private let backOff: BackOff
  private let monotonic: @Sendable () -> Int64
  private let deliver: @Sendable ([UInt8]) -> Bool
  private let report: @Sendable (Report) -> Void
  private let wakeup: Wakeup
  private let shared = Mutex(Shared())

  /// - Parameters:
  ///   - broker: its will and subscriptions are overwritten. The client id must be another one than the courier's.
  ///   - topic: a topic filter.
  ///   - largestPayload: bytes; the broker keeps most of what is larger to itself.
  ///   - monotonic: nanoseconds of a host clock that never goes back.
  ///   - deliver: takes a payload; false when there is no room for it. Called by `run()`.
  ///   - report: called by `run()`.
  /// - Throws: `MQTTError.invalidOption`, before any thread starts.
  public init(
    _ broker: BrokerOptions, topic: String, largestPayload: Int = 16 << 10, backOff: BackOff = BackOff(),
    monotonic: @escaping @Sendable () -> Int64, deliver: @escaping @Sendable ([UInt8]) -> Bool,
    report: @escaping @Sendable (Report) -> Void
  ) throws(MQTTError) {
    var broker = broker
    broker.will = nil
    broker.subscriptions = [topic]
    // Beside the payload a packet holds its topic, at most 65,535 bytes and seldom more than a hundred, and properties.
    broker.largestPacket = max(1024, largestPayload + 512)
    try broker.validate()
    self.broker = broker
    self.topic = topic
    self.largestPayload = largestPayload
    self.backOff = backOff
    self.monotonic = monotonic
    self.deliver = deliver
    self.report = report
    wakeup = try Wakeup()
  }

  /// The thread's body: returns soon after `stop()`, disconnected cleanly.
  public func run() {
    let client: Client
    do throws(MQTTError) {
      client = try Client(broker, backOff: backOff, wakeup: wakeup, monotonic: monotonic)
    } catch {
      // The options were looked at before; what is left is a topic that the library refuses.
      shared.withLock { $0.snapshot.lastError = error.description }
      return report(.disconnected(reason: error.description, retryAfter: nil))
    }
    while !shared.withLock({ $0.isStopping }) {
      for event in client.step(timeout: 1000) { handle(event) }
    }
    client.disconnect(timeout: 500)
    shared.withLock { $0.snapshot.isConnected = false }
  }

  /// Ends `run()`.
  public func stop() {
    shared.withLock { $0.isStopping = true }
    wakeup.ring()
  }

  public var snapshot: Snapshot { shared.withLock { $0.snapshot } }

  private func handle(_ event: Client.Event) {
    switch event {
    case .connected:
      shared.withLock { $0.snapshot.isConnected = true }
      report(.connected(host: broker.host, port: broker.port, topic: topic))
    case .disconnected(let error, let seconds):
      shared.withLock {
        $0.snapshot.isConnected = false
        $0.snapshot.lastError = error.description
      }
      report(.disconnected(reason: error.description, retryAfter: seconds))
    case .message(let message): take(message)
    case .delivered, .refused: break  // Nothing is published here.
    }
  }

  private func take(_ message: Message) {
    if message.isRetained {
      shared.withLock { $0.snapshot.retained += 1 }
    } else if message.payload.count > largestPayload {
      shared.withLock { $0.snapshot.tooLarge += 1 }
    } else if deliver(message.payload) {
      shared.withLock { $0.snapshot.delivered += 1 }
    } else {
      shared.withLock { $0.snapshot.dropped += 1 }
    }
  }
}
