// Ports where there is no bus, the progress of answers, and the proof that nobody else can write to a bus.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct PortTests {
  /// Permits are the guard's to give, also here.
  private func send(_ transmission: Transmission, through port: any RequestPort) throws -> Bool {
    var policy = TransmitPolicy.Bus()
    policy.mayTransmit = true
    var transmitGuard = TransmitGuard(TransmitPolicy([policy]))
    var signs = VehicleSigns(time: .zero)
    signs.engineSpeed = TimedValue(value: 900, time: .zero)
    signs.buses[0].condition = BusCondition(.errorActive)
    signs.buses[0].lastTraffic = .zero
    transmitGuard.note(signs)
    switch transmitGuard.judge(transmission, at: .zero) {
    case .refused(let reason):
      Issue.record("refused: \(reason)")
      return false
    case .granted(let permit):
      try port.send(permit)
      return true
    }
  }

  @Test(arguments: [
    Transmission(bus: 0, address: .everybody11, content: .asking(0x01, 0x00)),
    Transmission(bus: 0, address: .everybody29, content: .asking(0x01, 0x00)),
    Transmission(bus: 0, address: .engineUnit, content: .asking(0x01, 0x0C)),
    Transmission(bus: 0, address: .j1939(0), content: .parameterGroup(0xFEEE)),
  ])
  func withoutABusNothingIsSentAndNothingStaysOpen(transmission: Transmission) throws {
    let name = "telltale-no-can"
    for port in [ISOTPPort(interface: name), J1939Port(interface: name)] as [any RequestPort] {
      let before = dup(STDIN_FILENO)
      close(before)
      for _ in 0..<150 {
        #expect {
          _ = try send(transmission, through: port)
        } throws: { error in
          guard let error = error as? RequestPortError else { return false }
          return error.code != 0 && error.description.hasPrefix("telltale-no-can: ") && error.description.contains("; ")
            || error.code == EINVAL || error.code == EMSGSIZE
        }
        #expect(port.descriptor == nil)
      }
      let after = dup(STDIN_FILENO)
      close(after)
      #expect(after < before + 100)
      #expect(throws: Never.self) { try port.receive { _, _ in } }
      port.finish()
    }
  }

  @Test(arguments: [
    (ENODEV, "no such CAN interface"), (ENETDOWN, "ip link set can3 up"), (EAFNOSUPPORT, "modprobe can-isotp"),
    (EPROTONOSUPPORT, "modprobe can-isotp"), (EPERM, "RestrictAddressFamilies"), (ENOBUFS, "wiring"),
    (ECOMM, "broke an answer off"), (EILSEQ, "lost or damaged"), (EBADMSG, "lost or damaged"), (EMSGSIZE, "4095"),
    (ENOMEM, "Cannot allocate memory"),
  ])
  func everyFailureIsOneLineWithItsMend(code: Int32, mend: String) {
    let error = RequestPortError(Errno(code: code), interface: "can3", module: "can-isotp")
    #expect(error.code == code && error.description.hasPrefix("can3: ") && error.description.contains(mend))
    #expect(!error.description.contains("\n"))
  }

  @Test func identifiersOfUnits() {
    func request(_ answer: CANID) -> UInt32 { ISOTPPort.request(for: answer).value }
    #expect(request(CANID(standard: 0x7E8)) == 0x7E0 && request(CANID(standard: 0x7EF)) == 0x7E7)
    #expect(request(CANID(extended: 0x18DA_F110)) == 0x18DA_10F1)
    #expect(request(CANID(extended: 0x18DA_F1FF)) == 0x18DA_FFF1)
    // Nothing else has one: 7E8 with 29 bits is some other frame.
    for other in [CANID(extended: 0x7E8), CANID(standard: 0x7E7), CANID(extended: 0x18DA_F210)] {
      #expect(ISOTPPort.request(for: other) == other)
    }
  }

  @Test func knownUnitsNarrowWhatIsListenedTo() {
    func listened(_ units: [CANID], _ isExtended: Bool, _ request: [UInt8] = [0x09, 0x02]) -> [CANID] {
      ISOTPPort.listened(units, isExtended: isExtended, for: RequestBytes(request) ?? RequestBytes())
    }
    let engine = CANID(standard: 0x7E8)
    let other = CANID(extended: 0x18DA_F110)
    #expect(listened([], false).map(\.value) == Array(0x7E8...0x7EF))
    #expect(listened([], true).isEmpty)
    #expect(listened([other, engine], false) == [engine])
    #expect(listened([other, engine], true) == [other])
    // A unit on identifiers of its owner's list has no request of the standard.
    #expect(listened([CANID(standard: 0x6F1)], false).count == 8)
    // Looks are answered by single frames; single parameters may not be.
    for look in [[0x01, 0x00], [0x01, 0x20], [0x01, 0xE0]] as [[UInt8]] {
      #expect(listened([engine], false, look).isEmpty)
    }
    for request in [[0x01, 0x0C], [0x09, 0x00], [0x01, 0x00, 0x20], [0x03]] as [[UInt8]] {
      #expect(listened([engine], false, request) == [engine])
    }
  }

  // MARK: Progress

  @Test func singleFramesAreMessagesAndLongOnesAreUnderWay() {
    var progress = ISOTPProgress()
    let id = CANID(standard: 0x7E9)
    #expect(progress.note(id, [0x03, 0x41, 0x0D, 0x1E, 0xAA, 0xAA, 0xAA, 0xAA], at: .zero) == [0x41, 0x0D, 0x1E])
    #expect(!progress.underWay.isAny(at: .zero))
    #expect(progress.note(id, [0x10, 0x14, 0x49, 0x02, 0x01, 0x31, 0x54, 0x39], at: .zero) == nil)
    #expect(progress.underWay.isAny(at: Instant.zero.advanced(seconds: 0.99)))
    #expect(!progress.underWay.isAny(at: Instant.zero.advanced(seconds: 1.01)))
    _ = progress.note(id, [0x21, 0, 0, 0, 0, 0, 0, 0], at: Instant.zero.advanced(seconds: 0.9))
    #expect(progress.underWay.isAny(at: Instant.zero.advanced(seconds: 1.8)))
    progress.end(id)
    #expect(!progress.underWay.isAny(at: .zero))
    // A consecutive frame without a first one is no answer of ours.
    _ = progress.note(id, [0x22, 0, 0, 0, 0, 0, 0, 0], at: .zero)
    #expect(!progress.underWay.isAny(at: .zero))
  }

  @Test(arguments: [
    [], [0x00], [0x08, 1, 2, 3, 4, 5, 6, 7], [0x03, 1, 2], [0x0F], [0x30, 0, 0], [0x70, 1],
  ] as [[UInt8]])
  func damagedFramesAreNoMessages(data: [UInt8]) {
    var progress = ISOTPProgress()
    #expect(progress.note(CANID(standard: 0x7E8), data, at: .zero) == nil)
    #expect(!progress.underWay.isAny(at: .zero))
  }

  @Test func forgedBeginningsDoNotKeepARequestOpen() {
    var progress = ISOTPProgress()
    let id = CANID(standard: 0x7E8)
    for tenth in 0..<100 {
      _ = progress.note(id, [0x10, 20, 0, 0, 0, 0, 0, 0], at: Instant.zero.advanced(seconds: Double(tenth) / 10))
    }
    #expect(progress.underWay.isAny(at: Instant.zero.advanced(seconds: 0.9)))
    #expect(!progress.underWay.isAny(at: Instant.zero.advanced(seconds: 1.1)))
    // Nor do more frames than the first one told of: two of 20 bytes.
    var other = ISOTPProgress()
    _ = other.note(id, [0x10, 20, 0, 0, 0, 0, 0, 0], at: .zero)
    _ = other.note(id, [0x21, 0, 0, 0, 0, 0, 0, 0], at: .zero)
    #expect(other.underWay.isAny(at: .zero))
    for _ in 0..<3 { _ = other.note(id, [0x22, 0, 0, 0, 0, 0, 0, 0], at: .zero) }
    #expect(!other.underWay.isAny(at: .zero))
  }

  @Test func floodsOfForgedUnitsStayBounded() {
    var progress = ISOTPProgress()
    for unit in 0..<100_000 as Range<UInt32> {
      _ = progress.note(CANID(extended: unit), [0x10, 0x20, 0, 0, 0, 0, 0, 0], at: .zero)
    }
    #expect(!progress.underWay.hasBegun(CANID(extended: 64).key))
    #expect(progress.underWay.hasBegun(CANID(extended: 63).key))
  }

  @Test func announcedGroupsAreUnderWay() {
    let announced: [UInt8] = [0x20, 22, 0, 4, 0xFF, 0xEB, 0xFE, 0]
    func id(to receiver: UInt32, from sender: UInt32) -> CANID {
      CANID(extended: 0x1CEC_0000 | receiver << 8 | sender)
    }
    var progress = J1939Progress(group: 0xFEEB, address: 249)
    // Another group, another receiver, half a frame.
    progress.note(id(to: 255, from: 0), [0x20, 22, 0, 4, 0xFF, 0xCA, 0xFE, 0], at: .zero)
    progress.note(id(to: 11, from: 0), [0x10] + announced.dropFirst(), at: .zero)
    progress.note(id(to: 255, from: 0), announced.prefix(7), at: .zero)
    #expect(!progress.underWay.isAny(at: .zero))
    progress.note(id(to: 255, from: 0), announced, at: .zero)
    progress.note(id(to: 249, from: 3), [0x10] + announced.dropFirst(), at: .zero)
    #expect(progress.underWay.isAny(at: Instant.zero.advanced(seconds: 2)))
    #expect(!progress.underWay.isAny(at: Instant.zero.advanced(seconds: 2.1)))
    progress.end(sender: 0)
    #expect(progress.underWay.isAny(at: .zero))
    progress.note(id(to: 249, from: 3), [0xFF, 3, 0xFF, 0xFF, 0xFF, 0xEB, 0xFE, 0], at: .zero)
    #expect(!progress.underWay.isAny(at: .zero))
  }
}
