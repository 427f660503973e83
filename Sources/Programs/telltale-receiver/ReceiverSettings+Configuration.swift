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
    let storage = try root.string("storage")
    guard storage.hasPrefix("sqlite:"), storage.utf8.count > 7 else {
      throw root.error("storage", "'\(storage)' is no storage of this version", mend: "use sqlite:PATH")
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
      databasePath: String(storage.dropFirst(7)), listen: listen, portFile: try http?.optionalString("port_file"))
    if let id = try broker.optionalString("client_id") { self.broker.clientID = id }
    self.broker.username = try broker.optionalString("username")
    self.broker.password = try broker.optionalFirstLine(ofFileAt: "password_file")
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
