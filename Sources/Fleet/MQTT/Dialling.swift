// One attempt to connect, on a thread of its own. Even libmosquitto's asynchronous connect resolves the host's name
// before it returns, and a dead name server would hold the caller up for many seconds. On its own thread the attempt
// may block, so the one call that can send CONNECT properties is used.
import CMosquitto
import Glibc
import Synchronization

/// A client handle that is on its way from one thread to another.
///
/// Sendable because it has one owner at a time: the dialling thread until it posts the outcome, then whoever takes the
/// outcome, or the dialling thread again when nobody will.
struct Handle: @unchecked Sendable {
  let pointer: OpaquePointer
}

final class Dialling: Sendable {
  enum Outcome: Sendable {
    /// The TCP connection stands and CONNECT is sent.
    case sent(Handle)
    /// A `MOSQ_ERR_…` and the errno beside it.
    case failed(Int32, errno: Int32)
  }

  private enum State: Sendable {
    case dialling
    case done(Outcome)
    case abandoned
  }

  private let state = Mutex(State.dialling)
  private let handle: Handle
  private let options: BrokerOptions
  private let wakeup: Wakeup

  /// Takes `handle` over and starts to connect it. The wake-up rings when there is an outcome.
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

  /// The outcome, once; nil while there is none yet.
  func take() -> Outcome? {
    state.withLock { state in
      guard case .done(let outcome) = state else { return nil }
      state = .abandoned
      return outcome
    }
  }

  /// Nobody waits any longer: whoever comes last destroys the handle.
  func abandon() {
    let left: Handle? = state.withLock { state in
      defer { state = .abandoned }
      guard case .done(.sent(let handle)) = state else { return nil }
      return handle
    }
    if let left { mosquitto_destroy(left.pointer) }
  }

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
    if result == MOSQ_ERR_SUCCESS.rawValue {
      post(.sent(handle))
    } else {
      mosquitto_destroy(handle.pointer)
      post(.failed(result, errno: reason))
    }
  }

  private func post(_ outcome: Outcome) {
    let isWanted = state.withLock { state in
      guard case .dialling = state else { return false }
      state = .done(outcome)
      return true
    }
    if isWanted { wakeup.ring() } else if case .sent(let handle) = outcome { mosquitto_destroy(handle.pointer) }
  }
}

/// The body of the dialling thread.
private func diallingThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<Dialling>.fromOpaque(context).takeRetainedValue().dial()
  return nil
}
