// The configuration file's keys, read into what the room `Receiver` is told.
import ConfigurationFile
import Receiver

extension ReceiverSettings {
  /// Reads all keys; refuses the ones that nobody asked for.
  init(configuration root: Section) throws(ConfigurationError) {
    let name = try root.string("name", default: "receiver")
    guard (1...64).contains(name.utf8.count) else {
      throw root.error("name", "has \(name.utf8.count) bytes", mend: "use 1 to 64 bytes")
    }
    guard let broker = try root.optionalSection("broker") else {
      throw root.error("broker", "no broker is configured", mend: "add broker: {host: HOST}")
    }
    let location = try root.string("storage")
    guard let storage = StorageLocation(location) else {
      if location.hasPrefix("postgres") {
        throw root.error("storage", "PostgreSQL is not built into this version", mend: "use sqlite:PATH")
      }
      throw root.error("storage", "'\(location)' is no storage of this version", mend: "use sqlite:PATH")
    }
    if try broker.optionalString("share_group") != nil {
      throw broker.error(
        "share_group", "a shared subscription spreads records over several receivers, and a SQLite file has one",
        mend: "remove it")
    }
    let http = try root.optionalSection("http")
    let address = try http?.string("listen", default: "127.0.0.1:8080") ?? "127.0.0.1:8080"
    guard let listen = Listen(address) else {
      throw (http ?? root).error(
        "listen", "'\(address)' is no address to listen on", mend: "use HOST:PORT or unix:/absolute/path")
    }
    self.init(
      name: name, host: try broker.string("host"),
      port: UInt16(clamping: try broker.integer("port", in: 1...65_535, default: 1883)),
      storage: storage, listen: listen, portFile: try http?.optionalString("port_file"))
    if let id = try broker.optionalString("client_id") { self.broker.clientID = id }
    self.broker.username = try broker.optionalString("username")
    self.broker.passwordFile = try broker.optionalString("password_file")
    // The same keys as the daemon's `mqtt:` section.
    let ca = try broker.optionalString("ca_file")
    let certificate = try broker.optionalString("cert_file")
    let key = try broker.optionalString("key_file")
    if try broker.boolean("tls", default: ca != nil || certificate != nil) {
      self.broker.tls = BrokerOptions.TLS(caFile: ca, certificateFile: certificate, keyFile: key)
    }
    try root.finish()
  }
}

extension Section {
  /// How the receiver's log is written; known before the rest is read, so that it says what is wrong there.
  func logFormat() throws(ConfigurationError) -> ReceiverLog.Format {
    try section("log").choice("format", default: .text)
  }
}
