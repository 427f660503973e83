// One connection's libmosquitto handle and its callbacks. Everything here runs on the thread that steps the client.
import CMosquitto
import Glibc

/// A handle from the moment its CONNECT is sent until the connection ends. A handle is never used for a
/// second connection, so nothing that libmosquitto queued for one can turn up in the next.
final class Session {
  /// What callbacks have put down since the client looked last.
  var events: [Client.Event] = []
  /// The broker's answer to CONNECT.
  private(set) var answer: UInt8?
  /// Why the connection ended: a `MOSQ_ERR_…`, or a reason code of 0x80 and above that the broker sent.
  private(set) var end: (code: Int32, errno: Int32)?
  private(set) var pendingSubscriptions: [Int32: String] = [:]
  private(set) var refusedSubscription: (filter: String, code: UInt8)?
  /// Messages published and not yet acknowledged.
  private(set) var inFlight = 0
  private let handle: OpaquePointer

  init(_ owned: Handle) {
    handle = owned.pointer
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    mosquitto_connect_v5_callback_set(handle, onConnect)
    mosquitto_disconnect_v5_callback_set(handle, onDisconnect)
    mosquitto_subscribe_v5_callback_set(handle, onSubscribe)
    mosquitto_publish_v5_callback_set(handle, onPublish)
    mosquitto_message_v5_callback_set(handle, onMessage)
  }

  deinit { mosquitto_destroy(handle) }

  /// Makes a handle that is ready to dial.
  static func handle(for options: BrokerOptions) throws(MQTTError) -> Handle {
    _ = libraryIsReady
    guard let made = mosquitto_new(options.clientID, true, nil) else {
      throw .invalidOption(name: "client id", reason: "libmosquitto refuses '\(options.clientID)'")
    }
    do throws(MQTTError) { try configure(made, options) } catch {
      mosquitto_destroy(made)
      throw error
    }
    return Handle(pointer: made)
  }

  private static let libraryIsReady: Void = { _ = mosquitto_lib_init() }()

  private static func configure(_ handle: OpaquePointer, _ options: BrokerOptions) throws(MQTTError) {
    func check(_ result: Int32, _ name: String) throws(MQTTError) {
      if result == MOSQ_ERR_SUCCESS.rawValue { return }
      throw .invalidOption(name: name, reason: text(of: result, errno: errno))
    }
    try check(mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5), "protocol version")
    // Nagle's algorithm would hold a small PUBLISH back until the broker's delayed ACK.
    try check(mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1), "no delay")
    try check(mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, Int32(options.window)), "window")
    if let username = options.username {
      try check(mosquitto_username_pw_set(handle, username, options.password), "user name")
    }
    if let will = options.will {
      try check(
        mosquitto_will_set_v5(handle, will.topic, Int32(will.payload.count), will.payload, 1, true, nil), "will")
    }
    if let tls = options.tls {
      if tls.caFile == nil { try check(mosquitto_int_option(handle, MOSQ_OPT_TLS_USE_OS_CERTS, 1), "tls") }
      if tls.caFile != nil || tls.certificateFile != nil {
        try check(
          mosquitto_tls_set(handle, tls.caFile, tls.caFile == nil ? "/etc/ssl/certs" : nil, tls.certificateFile,
            tls.keyFile, nil), "tls")
      }
    }
  }

  // MARK: Driving.

  var socket: Int32 { mosquitto_socket(handle) }
  var wantsToWrite: Bool { mosquitto_want_write(handle) }

  func read() { note(mosquitto_loop_read(handle, 1)) }
  func write() { note(mosquitto_loop_write(handle, 1)) }
  /// Pings when it is time, and notices a broker that no longer answers pings.
  func keepAlive() { note(mosquitto_loop_misc(handle)) }

  private func note(_ result: Int32) {
    if result != MOSQ_ERR_SUCCESS.rawValue && end == nil { end = (result, errno) }
  }

  func subscribe(_ filter: String) throws(MQTTError) {
    var message: Int32 = 0
    let result = mosquitto_subscribe_v5(handle, &message, filter, 1, 0, nil)
    guard result == MOSQ_ERR_SUCCESS.rawValue else {
      throw .invalidOption(name: "subscription \(filter)", reason: Session.text(of: result, errno: errno))
    }
    pendingSubscriptions[message] = filter
  }

  func publish(_ topic: String, _ payload: [UInt8], retain: Bool) throws(MQTTError) -> Int32 {
    var message: Int32 = 0
    let result = mosquitto_publish_v5(
      handle, &message, topic, Int32(clamping: payload.count), payload, 1, retain, nil)
    if result == MOSQ_ERR_NO_CONN.rawValue || result == MOSQ_ERR_CONN_LOST.rawValue { throw .notConnected }
    guard result == MOSQ_ERR_SUCCESS.rawValue else {
      throw .unsendable(topic: topic, reason: Session.text(of: result, errno: errno))
    }
    inFlight += 1
    return message
  }

  /// Sends DISCONNECT, after which the broker does not publish the will.
  func disconnect() { _ = mosquitto_disconnect_v5(handle, 0, nil) }

  static func text(of result: Int32, errno reason: Int32) -> String {
    if result == MOSQ_ERR_ERRNO.rawValue { return systemText(reason) }
    guard let text = mosquitto_strerror(result) else { return "libmosquitto error \(result)" }
    // Its sentences end with a full stop; here they stand within one.
    return String(String(cString: text).prefix { $0 != "." })
  }

  // MARK: What the callbacks tell.

  fileprivate func connected(_ code: Int32) { answer = UInt8(truncatingIfNeeded: code) }

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

// The callbacks proper: free functions, because a closure could inherit the isolation of the place it is written in.

private func session(_ context: UnsafeMutableRawPointer?) -> Session? {
  context.map { Unmanaged<Session>.fromOpaque($0).takeUnretainedValue() }
}

private func onConnect(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ code: Int32, _: Int32, _: OpaquePointer?
) { session(context)?.connected(code) }

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
