// One attempt to connect, on a thread of its own. Even libmosquitto's asynchronous connect resolves the host's name
// before it returns, and a dead name server would hold the caller up for many seconds. On its own thread the attempt
// may block, so the one call that can send CONNECT properties is used.
import CMosquitto
import Glibc
import Synchronization

/// An attempt. Who waits no longer lets go of it: the thread ends in its own time, and the handle with it.
final class Dialling: Sendable {
  enum Outcome: Sendable {
    /// The TCP connection stands and CONNECT is sent.
    case sent
    /// A `MOSQ_ERR_…` and the errno beside it.
    case failed(Int32, errno: Int32)
  }

  let handle: Handle
  private let outcome = Mutex<Outcome?>(nil)
  private let options: BrokerOptions
  private let wakeup: Wakeup

  /// Connects `handle`. The wake-up rings when there is an outcome; until then nobody else may use the handle.
  init(_ handle: Handle, _ options: BrokerOptions, wakeup: Wakeup) {
    self.handle = handle
    self.options = options
    self.wakeup = wakeup
  }

  func start() {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    // Name resolution keeps large buffers on the stack.
    pthread_attr_setstacksize(&attributes, 512 * 1024)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let context = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let result = pthread_create(&thread, &attributes, diallingThread, context.toOpaque())
    if result != 0 {
      context.release()
      post(.failed(MOSQ_ERR_ERRNO.rawValue, errno: result))
    }
  }

  /// What the attempt came to; nil while nothing is known.
  var result: Outcome? { outcome.withLock { $0 } }

  fileprivate func dial() {
    // The broker keeps larger packets from us; without this anybody could make libmosquitto allocate 256 MB.
    var properties: OpaquePointer?
    mosquitto_property_add_int32(
      &properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), UInt32(options.largestPacket))
    errno = 0
    let result = mosquitto_connect_bind_v5(
      handle.pointer, options.host, Int32(options.port), Int32(options.keepAlive), nil, properties)
    let reason = errno
    mosquitto_property_free_all(&properties)
    post(result == MOSQ_ERR_SUCCESS.rawValue ? .sent : .failed(result, errno: reason))
  }

  private func post(_ result: Outcome) {
    outcome.withLock { $0 = result }
    wakeup.ring()
  }
}

/// The body of the dialling thread.
private func diallingThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<Dialling>.fromOpaque(context).takeRetainedValue().dial()
  return nil
}
