// TLS with a real broker: what works, and what each failure says.
import TestSupport
import Testing

@testable import MQTT

@Suite(
  .serialized, .enabled(if: Broker.isInstalled, "/usr/sbin/mosquitto is not installed"),
  .enabled(if: Certificates.isInstalled, "/usr/bin/openssl is not installed"))
struct TLSTests {
  private let folder: Folder
  private let certificates: Certificates

  init() throws {
    folder = try Folder()
    certificates = try Certificates(in: folder)
    try certificates.makeAuthority("ca")
  }

  private func broker(_ certificate: String, _ more: String = "") throws -> Broker {
    try Broker(
      """
      certfile \(certificates.path(certificate + ".pem"))
      keyfile \(certificates.path(certificate + ".key"))
      cafile \(certificates.path("ca.pem"))
      \(more)
      allow_anonymous true
      """, in: folder)
  }

  private func client(
    _ broker: Broker, host: String = "localhost", ca: String = "ca", certificate: String? = nil, key: String? = nil
  ) throws -> SteppedClient {
    var options = BrokerOptions(host: host, port: broker.port, clientID: "van")
    options.tls = BrokerOptions.TLS(
      caFile: certificates.path(ca + ".pem"), certificateFile: certificate.map { certificates.path($0 + ".pem") },
      keyFile: key.map { certificates.path($0 + ".key") })
    options.subscriptions = ["telltale/v1/van/ack"]
    return try SteppedClient(options, of: broker)
  }

  /// The first failure's fault.
  private func fault(_ client: SteppedClient) throws -> TLSFault {
    try client.turn(until: { !client.failures.isEmpty || client.client.isConnected }, "nothing happens")
    let failure = try #require(client.failures.first, "it connected")
    // Queueing goes on and the next attempt comes soon: this is no refusal of credentials.
    #expect(failure.wait == 1)
    return try #require(failure.error.tlsFault, "\(failure.error)")
  }

  @Test func connectsWithAndWithoutAClientCertificate() throws {
    try certificates.make("broker", by: "ca")
    try certificates.make("van", by: "ca")
    let open = try broker("broker")
    let anonymous = try client(open)
    try anonymous.turn(until: { anonymous.client.isConnected }, "no connection")
    let known = try client(open, host: "127.0.0.1", certificate: "van", key: "van")
    try known.turn(until: { known.client.isConnected }, "no connection")
    #expect(anonymous.failures.isEmpty && known.failures.isEmpty)
  }

  @Test func namesAnotherAuthority() throws {
    try certificates.makeAuthority("other")
    try certificates.make("broker", by: "ca")
    let broker = try broker("broker")
    guard case .unknownAuthority(let words) = try fault(client(broker, ca: "other")) else {
      Issue.record("not the authority")
      return
    }
    #expect(words.contains("certificate"))
  }

  @Test func namesAnotherName() throws {
    try certificates.make("broker", by: "ca", names: "DNS:elsewhere.example")
    let broker = try broker("broker")
    let fault = try fault(client(broker))
    #expect(fault == .wrongName)
  }

  @Test func namesDatesAndTriesAgainWhenTheClockWasSet() throws {
    try certificates.make("old", by: "ca", years: 2020...2021)
    try certificates.make("new", by: "ca", years: 2048...2049)
    let old = try broker("old")
    #expect(try fault(client(old)) == .expired)
    let young = try broker("new")
    let waiting = try client(young)
    #expect(try fault(waiting) == .notYetValid)
    for _ in 0..<8 {
      waiting.clock.push(seconds: 300)
      let before = waiting.failures.count
      try waiting.turn(until: { waiting.failures.count > before }, "no attempt")
    }
    #expect(waiting.failures.last?.wait == 256)
    let before = waiting.failures.count
    waiting.clock.push(seconds: 6)
    _ = waiting.client.step(timeout: 0)
    waiting.client.wallClockChanged()
    waiting.clock.push(seconds: 6)
    try waiting.turn(until: { waiting.failures.count > before }, "no attempt after the clock was set")
  }

  @Test func namesAKeyOfAnotherCertificate() throws {
    try certificates.make("broker", by: "ca")
    try certificates.make("van", by: "ca")
    #expect(try fault(client(broker("broker"), certificate: "van", key: "broker")) == .keyMismatch)
  }

  @Test func namesAFileThatHoldsNoCertificate() throws {
    try certificates.make("broker", by: "ca")
    try certificates.make("van", by: "ca")
    try folder.write("nonsense\n", to: "bad.pem")
    let broker = try broker("broker")
    guard case .unusableFile(let words) = try fault(client(broker, certificate: "bad", key: "van")) else {
      Issue.record("not the file")
      return
    }
    #expect(words.contains("bad.pem"))
  }

  /// The broker sends its alert and hangs up at once, so the alert is lost now and then: one of several attempts says why.
  private func lastingFault(_ client: SteppedClient) throws -> TLSFault {
    var fault = try fault(client)
    for attempt in 1...10 where fault == .hungUp {
      client.clock.push(seconds: 300)
      try client.turn(until: { client.failures.count > attempt }, "no attempt")
      fault = try #require(client.failures.last?.error.tlsFault)
    }
    return fault
  }

  @Test(arguments: ["tlsv1.2", "tlsv1.3"]) func saysThatTheBrokerWantsACertificate(version: String) throws {
    try certificates.make("broker", by: "ca")
    let broker = try broker("broker", "require_certificate true\ntls_version \(version)")
    let fault = try lastingFault(client(broker))
    #expect(fault == .certificateWanted)
  }

  @Test(arguments: ["tlsv1.2", "tlsv1.3"], [false, true])
  func saysThatTheBrokerRefusesTheCertificate(version: String, isOld: Bool) throws {
    try certificates.makeAuthority("other")
    try certificates.make("broker", by: "ca")
    try certificates.make("van", by: isOld ? "ca" : "other", years: isOld ? 2020...2021 : 2020...2049)
    let broker = try broker("broker", "require_certificate true\ntls_version \(version)")
    let fault = try lastingFault(client(broker, certificate: "van", key: "van"))
    guard case .certificateRefused(let words) = fault else {
      Issue.record("\(fault)")
      return
    }
    #expect(words.contains(isOld ? "expired" : "unknown ca"))
  }

  @Test func saysThatThePortSpeaksNoTLS() throws {
    let broker = try Broker("allow_anonymous true", in: folder)
    let fault = try fault(client(broker))
    #expect(fault == .hungUp)
  }

  @Test func saysThatThePortSpeaksTLS() throws {
    try certificates.make("broker", by: "ca")
    let broker = try broker("broker")
    let plain = try SteppedClient(
      BrokerOptions(host: "localhost", port: broker.port, clientID: "van"), of: broker)
    try plain.turn(until: { !plain.failures.isEmpty }, "nothing happens")
    #expect(plain.failures.first?.error.description.contains("TLS only if tls is configured") == true)
  }
}
