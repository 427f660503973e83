// One libmosquitto client from its making to its destruction, and what libmosquitto says while it works.
import CMosquitto
import Glibc

/// A client handle, for one connection only.
///
/// Sendable because it has one user at a time: the dialling thread until it posts the outcome, then the thread that
/// steps the client. Whoever lets go of it last destroys it.
final class Handle: @unchecked Sendable {
  let pointer: OpaquePointer
  private let hasCertificate: Bool
  /// What the callbacks report to; nil while dialling.
  weak var session: Session?
  /// What libmosquitto has logged of errors, the first lines of it.
  private var errors: [String] = []
  private var verdict = 0

  /// - Throws: `MQTTError.invalidOption`.
  init(_ options: BrokerOptions, _ concessions: WillConcessions) throws(MQTTError) {
    _ = Handle.mosquittoIsReady
    guard let made = mosquitto_new(options.clientID, true, nil) else {
      throw .invalidOption(name: "client id", reason: "libmosquitto refuses '\(options.clientID)'")
    }
    pointer = made
    hasCertificate = options.tls?.certificateFile != nil
    mosquitto_user_data_set(made, Unmanaged.passUnretained(self).toOpaque())
    mosquitto_log_callback_set(made, onLog)
    try configure(options, concessions)
  }

  deinit {
    mosquitto_user_data_set(pointer, nil)
    mosquitto_destroy(pointer)
  }

  private static let mosquittoIsReady: Void = { _ = mosquitto_lib_init() }()

  private func configure(_ options: BrokerOptions, _ concessions: WillConcessions) throws(MQTTError) {
    func check(_ result: Int32, _ name: String) throws(MQTTError) {
      if result == MOSQ_ERR_SUCCESS.rawValue { return }
      throw .invalidOption(name: name, reason: Handle.text(of: result, errno: errno))
    }
    try check(mosquitto_int_option(pointer, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5), "protocol version")
    // Nagle's algorithm would hold a small PUBLISH back until the broker's delayed ACK.
    try check(mosquitto_int_option(pointer, MOSQ_OPT_TCP_NODELAY, 1), "no delay")
    try check(mosquitto_int_option(pointer, MOSQ_OPT_SEND_MAXIMUM, Int32(options.window)), "window")
    if let username = options.username {
      try check(mosquitto_username_pw_set(pointer, username, try options.currentPassword()), "user name")
    }
    if let will = options.will {
      try check(
        mosquitto_will_set_v5(
          pointer, will.topic, Int32(will.payload.count), will.payload, concessions.qos, concessions.isRetained, nil),
        "will")
    }
    if let tls = options.tls {
      if tls.caFile == nil { try check(mosquitto_int_option(pointer, MOSQ_OPT_TLS_USE_OS_CERTS, 1), "tls") }
      if tls.caFile != nil || tls.certificateFile != nil {
        try check(
          mosquitto_tls_set(
            pointer, tls.caFile, tls.caFile == nil ? "/etc/ssl/certs" : nil, tls.certificateFile, tls.keyFile, nil),
          "tls")
      }
    }
  }

  /// What is known of a failure of TLS; nil: nothing.
  var tlsFault: TLSFault? { TLSFault(lines: errors, verdict: verdict, hasCertificate: hasCertificate) }

  fileprivate func logged(_ line: String) {
    // libmosquitto logs before it frees the connection's TLS, which is the one moment at which its verdict can be had.
    if verdict == 0 { verdict = OpenSSL.verdict(mosquitto_ssl_get(pointer)) }
    if errors.count < 8 { errors.append(line) }
  }

  static func text(of result: Int32, errno reason: Int32) -> String {
    if result == MOSQ_ERR_ERRNO.rawValue { return systemText(reason) }
    guard let text = mosquitto_strerror(result) else { return "libmosquitto error \(result)" }
    // Its sentences end with a full stop; here they stand within one.
    return String(String(cString: text).prefix { $0 != "." })
  }
}

private func onLog(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ level: Int32, _ text: UnsafePointer<CChar>?
) {
  guard level == MOSQ_LOG_ERR, let context, let text else { return }
  Unmanaged<Handle>.fromOpaque(context).takeUnretainedValue().logged(String(cString: text))
}
