// One connection and libmosquitto's callbacks on it. Everything here runs on the thread that steps the client.
import CMosquitto
import Glibc

/// A connection from the moment its CONNECT is sent until it ends. A handle is never used for a second one, so nothing
/// that libmosquitto queued for one can turn up in the next.
final class Session {
  /// What callbacks have put down since the client looked last.
  var events: [Client.Event] = []
  /// The broker's answer to CONNECT.
  private(set) var answer: UInt8?
  private(set) var limits = BrokerLimits()
  /// Why the connection ended: a `MOSQ_ERR_…`, or a reason code of 0x80 and above that the broker sent.
  private(set) var end: (code: Int32, errno: Int32)?
  private(set) var pendingSubscriptions: [Int32: String] = [:]
  private(set) var refusedSubscription: (filter: String, code: UInt8)?
  /// Messages published and not yet acknowledged.
  private(set) var inFlight = 0
  /// When the broker was heard last, nanoseconds on the client's clock.
  var heard: Int64
  private let handle: Handle

  init(_ handle: Handle, at now: Int64) {
    self.handle = handle
    heard = now
    handle.session = self
    mosquitto_connect_v5_callback_set(handle.pointer, onConnect)
    mosquitto_disconnect_v5_callback_set(handle.pointer, onDisconnect)
    mosquitto_subscribe_v5_callback_set(handle.pointer, onSubscribe)
    mosquitto_publish_v5_callback_set(handle.pointer, onPublish)
    mosquitto_message_v5_callback_set(handle.pointer, onMessage)
  }

  // MARK: Driving.

  var socket: Int32 { mosquitto_socket(handle.pointer) }
  var wantsToWrite: Bool { mosquitto_want_write(handle.pointer) }
  /// Whether input waits that the socket does not show: one TLS record may hold several packets.
  var hasBufferedInput: Bool { OpenSSL.hasPending(mosquitto_ssl_get(handle.pointer)) }
  var tlsFault: TLSFault? { handle.tlsFault }
  /// The quality of service that messages go with: 1, unless the broker takes less.
  var qos: Int32 { min(1, limits.maximumQoS) }

  func read() { note(mosquitto_loop_read(handle.pointer, 1)) }
  func write() { note(mosquitto_loop_write(handle.pointer, 1)) }
  /// Pings when it is time.
  func keepAlive() { note(mosquitto_loop_misc(handle.pointer)) }

  private func note(_ result: Int32) {
    if result != MOSQ_ERR_SUCCESS.rawValue && end == nil { end = (result, errno) }
  }

  func subscribe(_ filter: String) throws(MQTTError) {
    var message: Int32 = 0
    let result = mosquitto_subscribe_v5(handle.pointer, &message, filter, qos, 0, nil)
    guard result == MOSQ_ERR_SUCCESS.rawValue else {
      throw .invalidOption(name: "subscription \(filter)", reason: Handle.text(of: result, errno: errno))
    }
    pendingSubscriptions[message] = filter
  }

  func publish(_ topic: String, _ payload: [UInt8], retain: Bool) throws(MQTTError) -> Int32 {
    var message: Int32 = 0
    // Counted first: at quality 0 the callback comes before the call returns.
    inFlight += 1
    let result = mosquitto_publish_v5(
      handle.pointer, &message, topic, Int32(clamping: payload.count), payload, qos,
      retain && limits.keepsRetained, nil)
    if result == MOSQ_ERR_SUCCESS.rawValue { return message }
    inFlight -= 1
    if result == MOSQ_ERR_NO_CONN.rawValue || result == MOSQ_ERR_CONN_LOST.rawValue { throw .notConnected }
    throw .unsendable(topic: topic, reason: Handle.text(of: result, errno: errno))
  }

  /// Sends DISCONNECT, after which the broker does not publish the will.
  func disconnect() { _ = mosquitto_disconnect_v5(handle.pointer, 0, nil) }

  // MARK: What the callbacks tell.

  fileprivate func connected(_ code: Int32, _ properties: OpaquePointer?) {
    answer = UInt8(truncatingIfNeeded: code)
    var byte: UInt8 = 0
    var short: UInt16 = 0
    var long: UInt32 = 0
    func has(_ read: OpaquePointer?) -> Bool { read != nil }
    if has(mosquitto_property_read_int16(properties, MQTT_PROP_RECEIVE_MAXIMUM.identifier, &short, false)) {
      limits.receiveMaximum = Int(short)
    }
    if has(mosquitto_property_read_int32(properties, MQTT_PROP_MAXIMUM_PACKET_SIZE.identifier, &long, false)) {
      limits.largestPacket = Int(long)
    }
    if has(mosquitto_property_read_byte(properties, MQTT_PROP_MAXIMUM_QOS.identifier, &byte, false)) {
      limits.maximumQoS = Int32(byte)
    }
    if has(mosquitto_property_read_byte(properties, MQTT_PROP_RETAIN_AVAILABLE.identifier, &byte, false)) {
      limits.keepsRetained = byte != 0
    }
    if has(mosquitto_property_read_int16(properties, MQTT_PROP_SERVER_KEEP_ALIVE.identifier, &short, false)) {
      limits.keepAlive = Int(short)
    }
  }

  fileprivate func disconnected(_ code: Int32) {
    if end == nil { end = (code, errno) }
  }

  fileprivate func subscribed(_ message: Int32, granted: Int32) {
    guard let filter = pendingSubscriptions.removeValue(forKey: message) else { return }
    if granted >= 0x80 { refusedSubscription = (filter, UInt8(truncatingIfNeeded: granted)) }
  }

  fileprivate func published(_ message: Int32, _ code: Int32) {
    inFlight = max(0, inFlight - 1)
    events.append(code >= 0x80 ? .refused(message, code: UInt8(truncatingIfNeeded: code)) : .delivered(message))
  }

  fileprivate func received(_ message: Message) { events.append(.message(message)) }
}

extension mqtt5_property {
  fileprivate var identifier: Int32 { Int32(rawValue) }
}

// The callbacks proper: free functions, because a closure could inherit the isolation of the place it is written in.

private func session(_ context: UnsafeMutableRawPointer?) -> Session? {
  context.flatMap { Unmanaged<Handle>.fromOpaque($0).takeUnretainedValue().session }
}

private func onConnect(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ code: Int32, _: Int32, _ properties: OpaquePointer?
) { session(context)?.connected(code, properties) }

private func onDisconnect(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ code: Int32, _: OpaquePointer?
) { session(context)?.disconnected(code) }

private func onSubscribe(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ message: Int32, _ count: Int32,
  _ granted: UnsafePointer<Int32>?, _: OpaquePointer?
) { session(context)?.subscribed(message, granted: count > 0 ? granted?.pointee ?? 0x80 : 0x80) }

private func onPublish(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ message: Int32, _ code: Int32, _: OpaquePointer?
) { session(context)?.published(message, code) }

private func onMessage(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ message: UnsafePointer<mosquitto_message>?,
  _: OpaquePointer?
) {
  guard let message = message?.pointee, let topic = message.topic else { return }
  let payload = [UInt8](UnsafeRawBufferPointer(start: message.payload, count: Int(max(0, message.payloadlen))))
  session(context)?.received(
    Message(topic: String(cString: topic), payload: payload, isRetained: message.retain))
}
