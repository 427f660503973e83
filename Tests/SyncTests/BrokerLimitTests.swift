// What brokers say that they take, and brokers that say nothing or no.
import Glibc
import TestSupport
import Testing

@testable import MQTT

@Suite struct BrokerLimitTests {
  private func options(_ port: UInt16) -> BrokerOptions {
    var options = BrokerOptions(host: "127.0.0.1", port: port, clientID: "van")
    options.subscriptions = ["telltale/v1/van/ack"]
    return options
  }

  private func publishes(_ broker: ScriptedBroker) -> [[UInt8]] { broker.packets.filter { $0[0] >> 4 == 3 } }

  @Test func sizesOfPacketsAreThoseOnTheWire() throws {
    let broker = try ScriptedBroker()
    let client = try SteppedClient(options(broker.port), of: broker)
    try client.turn(broker, until: { client.client.isConnected }, "no connection")
    for payload in [0, 117, 118, 119, 16_372, 16_373, 16_374, 40_000] {
      let before = client.client.bytesPublished
      try client.client.publish("a/b", [UInt8](repeating: 7, count: payload))
      let count = publishes(broker).count
      try client.turn(broker, until: { publishes(broker).count > count }, "nothing came")
      let body = try #require(publishes(broker).last).count - 1
      let length = body < 128 ? 1 : body < 16_384 ? 2 : 3
      #expect(client.client.bytesPublished - before == UInt64(1 + length + body))
      #expect(publishSize(topic: "a/b", payload: payload, qos: 1) == 1 + length + body)
    }
    #expect(publishSize(topic: "a", payload: 300, qos: 0) == publishSize(topic: "a", payload: 300, qos: 1) - 2)
  }

  @Test func handsOverNoMoreThanTheBrokerTakesAtOnce() throws {
    let broker = try ScriptedBroker()
    broker.answer = [0, 0, 3, 0x21, 0, 2]  // Receive maximum 2.
    let client = try SteppedClient(options(broker.port), of: broker)
    try client.turn(broker, until: { client.client.isConnected }, "no connection")
    #expect(client.client.room == 2)
    try client.client.publish("a", [1])
    try client.client.publish("a", [2])
    #expect(throws: MQTTError.windowFull(2)) { try client.client.publish("a", [3]) }
    try client.turn(broker, until: { client.client.room == 2 }, "no acknowledgement")
    #expect(publishes(broker).count == 2)
  }

  @Test func refusesToTheByteWhatIsTooLargeForTheBroker() throws {
    let broker = try ScriptedBroker()
    broker.answer = [0, 0, 5, 0x27, 0, 0, 0, 200]  // Maximum packet size 200.
    let client = try SteppedClient(options(broker.port), of: broker)
    try client.turn(broker, until: { client.client.isConnected }, "no connection")
    // Two bytes of fixed header need one more from 128 on.
    let fits = 200 - publishSize(topic: "a", payload: 150, qos: 1) + 150
    #expect(throws: MQTTError.tooLarge(bytes: 201, limit: 200)) {
      try client.client.publish("a", [UInt8](repeating: 0, count: fits + 1))
    }
    try client.client.publish("a", [UInt8](repeating: 0, count: fits))
    try client.turn(broker, until: { publishes(broker).count == 1 }, "nothing came")
    #expect(client.client.isConnected)
  }

  @Test func sendsAtQualityZeroAndUnretainedWhereTheBrokerTakesNoMore() throws {
    let broker = try ScriptedBroker()
    broker.answer = [0, 0, 4, 0x24, 0, 0x25, 0]  // Maximum QoS 0, retain not available.
    let client = try SteppedClient(options(broker.port), of: broker)
    try client.turn(broker, until: { client.client.isConnected }, "no connection")
    try client.client.publish("a", [1], retain: true)
    try client.turn(broker, until: { publishes(broker).count == 1 && client.client.inFlight == 0 }, "nothing came")
    #expect(publishes(broker)[0][0] == 0x30)
  }

  @Test(arguments: [(UInt8(0x9A), UInt8(0x0E)), (0x9B, 0x26)])
  func leavesOutOfTheWillWhatTheBrokerRefuses(code: UInt8, flags: UInt8) throws {
    let broker = try ScriptedBroker()
    broker.answer = [0, code, 0]
    var options = options(broker.port)
    options.will = BrokerOptions.Will(topic: "telltale/v1/van/status", payload: [1])
    let client = try SteppedClient(options, of: broker)
    try client.turn(broker, until: { !client.failures.isEmpty }, "no refusal")
    broker.answer = [0, 0, 0]
    client.clock.push(seconds: 2)
    try client.turn(broker, until: { client.client.isConnected }, "no connection")
    // Connect flags follow the protocol's name and version.
    let connects = broker.packets.filter { $0[0] >> 4 == 1 }.map { $0[8] & 0x3E }
    #expect(connects == [0x2E, flags])
  }

  @Test(.enabled(if: Broker.isInstalled, "/usr/sbin/mosquitto is not installed"))
  func readsWhatMosquittoSays() throws {
    let folder = try Folder()
    let broker = try Broker(
      "allow_anonymous true\nmax_inflight_messages 3\nmax_packet_size 4000\nretain_available false", in: folder)
    var options = options(broker.port)
    options.will = BrokerOptions.Will(topic: "telltale/v1/van/status", payload: [1])
    let client = try SteppedClient(options, of: broker)
    try client.turn(until: { !client.failures.isEmpty }, "no refusal of a retained will")
    client.clock.push(seconds: 2)
    try client.turn(until: { client.client.isConnected }, "no connection")
    #expect(client.client.room == 3)
    #expect(throws: MQTTError.tooLarge(bytes: 4008, limit: 4000)) {
      try client.client.publish("a", [UInt8](repeating: 0, count: 3999))
    }
    try client.client.publish("a", [UInt8](repeating: 0, count: 3991), retain: true)
    try client.turn(until: { client.client.inFlight == 0 }, "no acknowledgement")
    #expect(client.failures.count == 1)
  }
}

@Suite struct BrokerRefusalTests {
  private func options(_ port: UInt16) -> BrokerOptions {
    BrokerOptions(host: "127.0.0.1", port: port, clientID: "van")
  }

  @Test(arguments: [UInt8(0x86), 0x87]) func stopsForAnHourAfterARefusal(code: UInt8) throws {
    let broker = try ScriptedBroker()
    broker.answer = [0, code, 0]
    let client = try SteppedClient(options(broker.port), of: broker)
    for (attempt, hours) in [1.0, 2, 4].enumerated() {
      try client.turn(broker, until: { client.failures.count > attempt }, "no refusal")
      #expect(client.failures[attempt].error == .notAuthorised(host: "127.0.0.1", port: broker.port, code: code))
      #expect(client.failures[attempt].wait == hours * 3600)
      client.clock.push(seconds: hours * 3600 - 60)
      client.turn(broker, times: 20)
      #expect(broker.connections == attempt + 1)
      client.clock.push(seconds: 61)
    }
  }

  @Test func triesAgainWhenTheCredentialsChange() throws {
    let folder = try Folder()
    let broker = try ScriptedBroker()
    broker.answer = [0, 0x86, 0]
    var options = options(broker.port)
    options.username = "van"
    options.passwordFile = try folder.write("first\nnot the password\n", to: "password")
    let client = try SteppedClient(options, of: broker)
    try client.turn(broker, until: { !client.failures.isEmpty }, "no refusal")
    for _ in 0..<5 {
      client.clock.push(seconds: 11)
      client.turn(broker, times: 5)
    }
    #expect(broker.connections == 1)
    broker.answer = [0, 0, 0]
    try folder.write("second one\n", to: "password")
    client.clock.push(seconds: 11)
    try client.turn(broker, until: { client.client.isConnected }, "no attempt with the new password")
    let passwords = broker.packets.filter { $0[0] >> 4 == 1 }.map { String(decoding: $0.suffix(10), as: UTF8.self) }
    #expect(passwords[0].hasSuffix("first") && passwords[1] == "second one")
  }

  @Test func waitsLongerEachTimeThatAnotherTakesItsIdentity() throws {
    let broker = try ScriptedBroker()
    let client = try SteppedClient(options(broker.port), of: broker)
    for (count, minutes) in [5.0, 10, 20].enumerated() {
      try client.turn(broker, until: { client.client.isConnected }, "no connection")
      client.clock.push(seconds: 20)
      broker.send([0xE0, 0x02, 0x8E, 0x00])
      try client.turn(broker, until: { client.failures.count > count }, "no takeover")
      #expect(client.failures[count].error == .takenOver(clientID: "van"))
      #expect(client.failures[count].wait == minutes * 60)
      client.clock.push(seconds: minutes * 60 + 1)
    }
  }

  @Test(arguments: [(nil, 30.0), (UInt8(60), 60)])
  func noticesACutLinkWithinOneAndAHalfKeepAlivePeriods(ofBroker: UInt8?, period: Double) throws {
    let broker = try ScriptedBroker()
    if let ofBroker { broker.answer = [0, 0, 3, 0x13, 0, ofBroker] }
    let client = try SteppedClient(options(broker.port), of: broker)
    try client.turn(broker, until: { client.client.isConnected }, "no connection")
    client.clock.push(seconds: period * 1.5 - 5)
    client.turn(broker, times: 5)
    #expect(client.client.isConnected)
    try client.client.publish("a", [1])
    try client.turn(broker, until: { client.client.inFlight == 0 }, "no acknowledgement")
    // Heard just now: the count begins again. From here on the link is cut.
    broker.isSilent = true
    client.clock.push(seconds: period * 1.5 - 5)
    try client.client.publish("a", [2])
    client.turn(broker, times: 5)
    #expect(client.client.isConnected)
    client.clock.push(seconds: 5.1)
    try client.turn(broker, until: { !client.failures.isEmpty }, "not noticed")
    #expect(client.failures[0].error.description.contains("lost: nothing was heard for \(Int(period * 1.5)) s"))
  }
}
