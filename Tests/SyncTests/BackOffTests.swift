// Waits between attempts to reach a broker.
import Testing

@testable import MQTT

@Suite struct BackOffTests {
  @Test func doublesFromOneSecondToFiveMinutes() {
    var backOff = BackOff()
    let waits = (0..<12).map { _ in backOff.next(.growing, random: 1) }
    #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
  }

  @Test func jittersOverTheUpperHalf() {
    var backOff = BackOff()
    #expect(backOff.next(.growing, random: 0) == 0.5)
    #expect(backOff.next(.growing, random: 0.5) == 1.5)
  }

  @Test func startsAgainOnlyAfterAConnectionThatLasted() {
    var backOff = BackOff()
    for _ in 0..<5 { _ = backOff.next(.growing, random: 1) }
    backOff.connectionLasted(9)
    #expect(backOff.next(.growing, random: 1) == 32)
    backOff.connectionLasted(10)
    #expect(backOff.next(.growing, random: 1) == 1)
  }

  @Test func pausesLongAfterARefusalAndATakeover() {
    var backOff = BackOff()
    #expect((0..<7).map { _ in backOff.next(.refusal, random: 1) / 3600 } == [1, 2, 4, 8, 16, 24, 24])
    #expect((0..<6).map { _ in backOff.next(.takeover, random: 1) / 60 } == [5, 10, 20, 40, 60, 60])
    // A connection proves the credentials at once, and the identity only after an hour without another claim to it.
    backOff.connectionLasted(1)
    #expect(backOff.next(.refusal, random: 1) == 3600)
    #expect(backOff.next(.takeover, random: 1) == 3600)
    backOff.connectionLasted(3600)
    #expect(backOff.next(.takeover, random: 1) == 300)
    #expect(MQTTError.notAuthorised(host: "h", port: 1, code: 0x86).pause == .refusal)
    #expect(MQTTError.takenOver(clientID: "c").pause == .takeover)
    #expect(MQTTError.tls(host: "h", port: 1, .expired).pause == .growing)
  }

  @Test func refusesOptionsThatCannotWork() {
    var options = BrokerOptions(host: "h", clientID: "c")
    #expect(throws: Never.self) { try options.validate() }
    options.password = "p"
    #expect(throws: MQTTError.invalidOption(name: "password", reason: "needs a user name")) { try options.validate() }
    options.password = nil
    options.passwordFile = "/nonexistent/password"
    #expect(throws: MQTTError.self) { try options.validate() }
    options.passwordFile = nil
    options.tls = BrokerOptions.TLS(certificateFile: "c.pem")
    #expect(throws: MQTTError.self) { try options.validate() }
    options.tls = BrokerOptions.TLS(caFile: "/nonexistent/ca.pem")
    let error = #expect(throws: MQTTError.self) { try options.validate() }
    #expect(error?.description.contains("cannot read '/nonexistent/ca.pem': No such file or directory") == true)
  }
}
