// What the kernel says of a link: read in full, believed in nothing that is cut short.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct LinkReportTests {
  private func parse(_ bytes: [UInt8]) -> LinkReport? { try? answer(bytes).get() }
  private func answer(_ bytes: [UInt8]) -> Result<LinkReport, LinkError> {
    LinkReport.answer(bytes.span.bytes, about: "can0")
  }

  /// A CAN FD controller with everything that a driver can say.
  private static let controller = LinkMessage([
    attribute(3, Array("can0\0".utf8)), attribute(4, le(UInt32(72))),
    attribute(
      18,
      nested: [
        attribute(1, Array("can\0".utf8)),
        attribute(3, [11, 12, 13, 14, 15, 16].flatMap { le(UInt32($0)) }),
        attribute(
          2,
          nested: [
            attribute(1, [500_000, 875, 1, 1, 1, 1, 1, 1].flatMap { le(UInt32($0)) }),
            attribute(4, le(UInt32(1))), attribute(5, le(UInt32.max) + le(UInt32(0x2A))),
            attribute(6, le(UInt32(200))), attribute(8, le(UInt16(97)) + le(UInt16(300))),
            attribute(9, [2_000_000, 750].flatMap { le(UInt32($0)) }),
          ]),
      ]),
    attribute(23, (0..<24).flatMap { le(UInt64(1000 + $0)) }),
  ]).bytes

  @Test func everythingThatADriverSaysIsRead() throws {
    let report = try #require(parse(LinkReportTests.controller))
    #expect(report.exists && report.index == 7 && report.isCAN && report.isUp && report.isRunning && report.isFD)
    #expect(report.kind == "can" && report.hasBitTiming && report.controllerState == .errorWarning)
    #expect(report.bitRate == 500_000 && report.samplePoint == 0.875 && report.dataBitRate == 2_000_000)
    #expect(report.restartMilliseconds == 200 && report.isListenOnly)
    #expect(report.transmitErrors == 97 && report.receiveErrors == 300)
    let s = report.statistics
    #expect((s.receivedPackets, s.transmittedPackets, s.receiveErrors) == (1000, 1001, 1004))
    #expect((s.receiveDropped, s.receiveOverruns) == (1006, 1011))
    #expect((s.busErrors, s.errorWarnings, s.errorPassives, s.busOffs) == (11, 12, 13, 14))
    #expect((s.arbitrationLosses, s.restarts) == (15, 16))
    let condition = report.condition
    #expect(condition.state == .errorWarning && condition.transmitErrors == 97 && condition.receiveErrors == 255)
  }

  @Test func realInterfacesAreRead() throws {
    let vcan = try #require(parse(RecordedLinks.vcan))
    #expect(vcan.kind == "vcan" && vcan.isCAN && vcan.isUp && vcan.isRunning && vcan.isFD && !vcan.hasBitTiming)
    #expect(vcan.controllerState == nil && vcan.condition.state == .errorActive)
    let down = try #require(parse(RecordedLinks.slcanDown))
    #expect(down.kind == "can" && down.isCAN && !down.isUp && !down.isFD && down.bitRate == 0)
    #expect(down.controllerState == .stopped && down.condition.state == .down)
    let passive = try #require(parse(RecordedLinks.slcanPassive))
    #expect(passive.bitRate == 500_000 && passive.isListenOnly && passive.condition.state == .errorPassive)
    let off = try #require(parse(RecordedLinks.slcanBusOff))
    #expect(off.isUp && !off.isRunning && off.condition.state == .busOff && off.statistics.busOffs == 1)
    #expect(off.statistics.receivedPackets > passive.statistics.receivedPackets)
  }

  @Test(arguments: RecordedLinks.all + [controller])
  func whatIsCutShortIsNotBelieved(bytes: [UInt8]) throws {
    let whole = try #require(parse(bytes))
    for length in 0..<bytes.count {
      // The length in the message itself then says more than is there.
      #expect(parse(Array(bytes.prefix(length))) == nil)
      // And here it says what is there: some attributes are whole, the head is or is not.
      guard length >= 16 else { continue }
      let part = parse(le(UInt32(length)) + bytes[4..<length])
      #expect((part != nil) == (length >= 32))
      if let part {
        #expect(part.index == whole.index && ["", whole.kind].contains(part.kind))
        #expect([0, whole.bitRate].contains(part.bitRate))
        #expect([nil, whole.controllerState].contains(part.controllerState))
      }
    }
  }

  @Test func noBytesDoHarm() {
    var numbers = SeededNumbers(state: 5)
    for seed in RecordedLinks.all + [LinkReportTests.controller] {
      for _ in 0..<2000 {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...8, using: &numbers) {
          // Small and very large bytes are what lengths and types break at.
          let value = [0, 1, 3, 4, 255, UInt8.random(in: 0...255, using: &numbers)].randomElement(using: &numbers)
          bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = value ?? 0
        }
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &numbers) / 8)
        if let report = parse(bytes) { #expect(report.index > 0) }
        var news = LinkNews()
        news.read(bytes.span.bytes)
        #expect(news.removed.count < 64)
      }
    }
  }

  @Test func whatAnotherKindOfLinkSaysIsNotTakenForCAN() throws {
    let data = attribute(2, nested: [attribute(1, le(UInt32(123))), attribute(4, le(UInt32(3)))])
    let message = LinkMessage(hardware: 1, [attribute(18, nested: [attribute(1, Array("bond\0".utf8)), data])])
    let report = try #require(parse(message.bytes))
    #expect(!report.isCAN && report.kind == "bond" && report.bitRate == 0 && report.controllerState == nil)
    #expect(report.condition.state == .absent)
  }

  @Test func aRefusalIsAnAnswerToo() {
    #expect(answer(LinkMessage.refusal(ENODEV)) == .success(LinkReport()))
    #expect(answer(LinkMessage.refusal(ENOMEM)) == .failure(LinkError("can0", .unreadable(ENOMEM))))
    #expect(answer([]) == .failure(LinkError("can0", .unreadable(EPROTO))))
  }

  @Test(arguments: [
    (0x41 as UInt32, nil as UInt32?, BusState.errorActive), (0x01, nil, .down), (0x40, nil, .down), (0, 0, .down),
    (0x41, 0, .errorActive), (0x41, 1, .errorWarning), (0x41, 2, .errorPassive), (0x41, 3, .busOff), (0x01, 3, .busOff),
    // The kernel sets IFF_RUNNING late: what the controller says counts.
    (0x01, 0, .errorActive), (0x41, 4, .down), (0x41, 5, .down), (0, 3, .down), (0x41, 99, .errorActive),
  ])
  func theConditionFollowsFromSwitchAndController(flags: UInt32, state: UInt32?, expected: BusState) throws {
    let data = state.map { [attribute(2, nested: [attribute(4, le($0))])] } ?? []
    let message = LinkMessage(flags: flags, [attribute(18, nested: [attribute(1, Array("can\0".utf8))] + data)])
    #expect(try #require(parse(message.bytes)).condition.state == expected)
  }

  @Test(arguments: ["telltale-none", "a-name-that-no-interface-can-have", ""])
  func anInterfaceThatIsNotThereIsAbsent(name: String) {
    switch LinkReport.read(name) {
    case .success(let report): #expect(!report.exists && report.condition.state == .absent)
    // Where the tests may not open netlink sockets.
    case .failure(let error): #expect(error.cause == .noNetlink)
    }
  }
}

@Suite struct LinkNewsTests {
  private func news(_ bytes: [UInt8]) -> LinkNews {
    var news = LinkNews()
    news.read(bytes.span.bytes)
    return news
  }

  @Test func onlyCANInterfacesConcernUs() {
    #expect(news(LinkMessage().bytes) == LinkNews(concernsCAN: true))
    #expect(news(LinkMessage(hardware: 1).bytes) == LinkNews())
    #expect(news(LinkMessage(type: 17, hardware: 1).bytes) == LinkNews())
    #expect(news(LinkMessage(type: 24).bytes) == LinkNews())
    #expect(news(RecordedLinks.slcanBusOff).concernsCAN)
  }

  @Test func removedInterfacesAreNamed() {
    let bytes = [LinkMessage(hardware: 1), LinkMessage(type: 17, index: 4), LinkMessage(type: 17, index: 9)]
    #expect(news(bytes.flatMap(\.bytes)) == LinkNews(concernsCAN: true, removed: [4, 9]))
  }

  @Test func theWatchDoesNotBlock() throws {
    let watch: LinkWatch
    do { watch = try LinkWatch() } catch {
      #expect(error.cause == .noNetlink)
      return
    }
    #expect(watch.descriptor >= 0)
    #expect(watch.drain().removed.isEmpty)
  }
}

// MARK: - Netlink messages put together by hand

/// Bytes of one message, with its lengths filled in. Native byte order, as netlink has it.
private struct LinkMessage {
  var bytes: [UInt8] = []

  init(
    type: UInt16 = 16, index: Int32 = 7, hardware: UInt16 = 280, flags: UInt32 = 0x41, _ attributes: [[UInt8]] = []
  ) {
    bytes = le(UInt32(0)) + le(type)
    bytes += [UInt8](repeating: 0, count: 12) + le(hardware)
    bytes += le(UInt32(bitPattern: index)) + le(flags) + le(UInt32(0))
    for attribute in attributes { bytes += attribute }
    bytes.replaceSubrange(0..<4, with: le(UInt32(bytes.count)))
  }

  /// NLMSG_ERROR.
  static func refusal(_ code: Int32) -> [UInt8] {
    le(UInt32(20)) + le(UInt16(2)) + [UInt8](repeating: 0, count: 10) + le(UInt32(bitPattern: -code))
  }
}

private func le<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

private func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
  le(UInt16(4 + value.count)) + le(type) + value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
}

private func attribute(_ type: UInt16, nested: [[UInt8]]) -> [UInt8] {
  attribute(type | 0x8000, nested.flatMap(\.self))
}

/// Seeded, so that a failure comes again (splitmix64).
private struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
