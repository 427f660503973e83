// Addresses, storage locations and the configuration file, as a person writes them.
import ConfigurationFile
import Glibc
import TestSupport
import Testing

@testable import Receiver
@testable import telltale_receiver

@Test(arguments: [
  ("127.0.0.1:8080", ReceiverSettings.Listen.tcp(host: "127.0.0.1", port: 8080)),
  ("[::1]:0", .tcp(host: "::1", port: 0)), ("localhost:80", .tcp(host: "localhost", port: 80)),
  ("unix:/run/x.sock", .unix(path: "/run/x.sock")),
]) func readsListenAddresses(text: String, expected: ReceiverSettings.Listen) {
  #expect(ReceiverSettings.Listen(text) == expected)
}

@Test(arguments: [
  "", "8080", ":8080", "::1:80", "host:99999", "unix:relative", "unix:/" + String(repeating: "a", count: 110),
])
func refusesListenAddresses(text: String) { #expect(ReceiverSettings.Listen(text) == nil) }

/// A file of the folder `examples`.
func example(_ name: String) -> String {
  #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/examples/" + name
}

@Test func readsStorageLocations() {
  #expect(StorageLocation("sqlite:/var/x.db") == .sqlite(path: "/var/x.db"))
  for text in ["", "sqlite:", "/var/x.db", "postgres://host/db"] { #expect(StorageLocation(text) == nil) }
}

@Suite struct ConfigurationFileTests {
  private func settings(_ text: String) throws -> ReceiverSettings {
    let folder = try Folder()
    try folder.write(text, to: "receiver.yaml")
    let root = try Section.load(path: folder.path + "/receiver.yaml")
    _ = try root.logFormat()
    return try ReceiverSettings(configuration: root)
  }

  @Test func takesTheFileThatShips() throws {
    let settings = try ReceiverSettings(configuration: try Section.load(path: example("receiver.yaml")))
    #expect(settings.name == "depot")
    #expect(settings.storage == .sqlite(path: "/var/lib/telltale-receiver/receiver.sqlite"))
  }

  @Test func takesWhatItsCommentsShow() throws {
    let file = try #require(fopen(example("receiver.yaml"), "r"))
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = fread(&buffer, 1, buffer.count, file)
    let text = String(decoding: buffer[..<count], as: UTF8.self)
      .replacing(#/# (username|password_file|ca_file):/#) { "\($0.1):" }
    let broker = try settings(text).broker
    #expect(broker.username == "receiver")
    #expect(broker.passwordFile == "/etc/telltale/receiver.password")
    #expect(broker.tls?.caFile == "/etc/telltale/ca.pem")
  }

  @Test(arguments: [
    ("storage: postgres://db/fleet\nbroker: {host: b}", "PostgreSQL is not built into this version", "sqlite:PATH"),
    ("storage: mysql://db\nbroker: {host: b}", "is no storage of this version", "sqlite:PATH"),
    ("storage: sqlite:x\nbroker: {host: b, share_group: depot}", "a SQLite file has one", "remove it"),
    ("storage: sqlite:x\nbroker: {host: b}\nlog: {format: xml}", "xml", "json"),
    ("storage: sqlite:x\nbroker: {host: b}\nlog: {fromat: json}", "fromat", "format"),
  ]) func refusesWithTheMend(text: String, reason: String, mend: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try settings(text) }
    #expect(error?.description.contains(reason) == true)
    #expect(error?.description.contains(mend) == true)
  }
}

@Test func logLinesCannotBeForged() throws {
  let text = ReceiverLog(.text).textLine(.warning, "a\nb", [("vehicle", "x\r\ny")])
  #expect(text.filter { $0 == 0x0A }.count == 1)
  let line = ReceiverLog(.json).jsonLine(.warning, "a\n\"b", [("vehicle", "x")], wall: 0)
  #expect(
    String(decoding: line, as: UTF8.self)
      == #"{"time":"1970-01-01T00:00:00.000Z","level":"warning","message":"a\u000a\"b","vehicle":"x"}"# + "\n")
}
