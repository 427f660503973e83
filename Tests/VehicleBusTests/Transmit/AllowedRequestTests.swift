// The allow-list against a list of its own, over all services, lengths, origins and addresses.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct AllowedRequestTests {
  /// Everything at its best, so that only the allow-list and the person's rights can refuse.
  private static func refusal(_ transmission: Transmission, _ owner: TransmitPolicy = policy()) -> Refusal? {
    var fine = TransmitCircumstances()
    fine.observed = second(0)
    fine.vehicle = .awake
    fine.speed = TimedValue(value: 0, time: second(0))
    fine.engineSpeed = fine.speed
    fine.condition = BusCondition(.errorActive)
    fine.busTokens = 1
    fine.unitTokens = 1
    return TransmitGuard.decide(transmission, policy: owner, circumstances: fine, at: second(0))
  }

  @Test func noServiceOutsideTheListPasses() {
    // Service: the lengths that it may have, 19 by its subfunction below.
    let reads: [UInt8: [Int]] = [
      0x01: [2, 3, 4, 5, 6, 7], 0x02: [3, 5, 7], 0x03: [1], 0x06: [2, 3, 4, 5, 6, 7], 0x07: [1], 0x09: [2], 0x0A: [1],
      0x22: [3, 5, 7],
    ]
    let clears: [UInt8: [Int]] = [0x04: [1], 0x14: [4]]
    let lengths: [UInt8: Int] = [
      0x01: 3, 0x02: 3, 0x03: 2, 0x04: 6, 0x05: 3, 0x06: 6, 0x07: 4, 0x08: 4, 0x09: 5, 0x0A: 2, 0x0B: 2, 0x0C: 2,
      0x0D: 2, 0x0E: 2, 0x14: 2, 0x15: 2,
    ]
    let addresses: [RequestAddress] = [.everybody11, .everybody29, engineUnit]
    for first in UInt8.min...UInt8.max {
      for count in 0...8 {
        for second in first == 0x19 ? UInt8.min...UInt8.max : 0x0C...0x0C {
          let whole = [first, second, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07]
          guard let bytes = RequestBytes(whole.prefix(count)) else { continue }
          let mayRead =
            count > 0 && (reads[first]?.contains(count) == true || first == 0x19 && lengths[second] == count)
          let mayClear = count > 0 && clears[first]?.contains(count) == true
          for address in addresses {
            for origin in [Transmission.Origin.plan, .probe, .visitor, .technician] {
              let refusal = Self.refusal(ask(.service(bytes), address, as: origin))
              let expected: Refusal? =
                mayRead || mayClear && origin == .technician ? nil : mayClear ? .notAuthorised : .notAllowed
              guard refusal == expected else {
                Issue.record("\(bytes.bytes) to \(address) by \(origin): \(String(describing: refusal))")
                return
              }
            }
          }
        }
      }
    }
  }

  @Test func everyStandardIdentifierButTheDiagnosticOnesIsRefused() {
    for request in UInt32(0)...0x7FF {
      for offset in [UInt32(0), 1, 7, 8, 9, 0x6A] {
        let address = RequestAddress.unit(
          request: CANID(standard: request), answer: CANID(standard: request + offset))
        let isUnit = request >= 0x7E0 && request <= 0x7E7 && offset == 8
        guard (Self.refusal(ask(service(0x22, 0xF1, 0x90), address)) == nil) == isUnit else {
          Issue.record("\(address)")
          return
        }
      }
    }
  }

  @Test func extendedIdentifiersMustBeATestersPair() {
    func refusal(_ request: UInt32, _ answer: UInt32) -> Refusal? {
      Self.refusal(
        ask(service(0x03), .unit(request: CANID(extended: request), answer: CANID(extended: answer))))
    }
    for unit in UInt32(0)...0xFF {
      #expect((refusal(0x18DA_00F1 | unit << 8, 0x18DA_F100 | unit) == nil) == (unit != 0xF1))
    }
    #expect(refusal(0x18DA_10F1, 0x18DA_F111) == .notAllowed)
    #expect(refusal(0x18DA_10F2, 0x18DA_F210) == .notAllowed)
    #expect(refusal(0x18DB_33F1, 0x18DA_F110) == .notAllowed)
    #expect(refusal(0x0CDA_10F1, 0x18DA_F110) == .notAllowed)
    #expect(refusal(0x7E0, 0x7E8) == .notAllowed)
  }

  @Test func strayFlagsInAnIdentifierAreRefused() {
    for flag in [CANID.remoteFlag, CANID.errorFlag, 0x800] {
      let request = CANID(rawValue: 0x7E0 | flag)
      #expect(
        Self.refusal(ask(service(0x03), .unit(request: request, answer: CANID(standard: 0x7E8)))) == .notAllowed)
      let pair = TransmitPolicy.Pair(request: request, answer: CANID(standard: 0x7E8))
      let owner = policy { $0.pairs = [pair] }
      #expect(Self.refusal(ask(service(0x03), .unit(request: pair.request, answer: pair.answer)), owner) == .notAllowed)
    }
  }

  @Test func theOwnerMayNameFurtherUnits() {
    let gateway = RequestAddress.unit(request: CANID(standard: 0x710), answer: CANID(standard: 0x77A))
    #expect(Self.refusal(ask(service(0x22, 0xF1, 0x90), gateway)) == .notAllowed)
    let owner = policy {
      $0.pairs = [TransmitPolicy.Pair(request: CANID(standard: 0x710), answer: CANID(standard: 0x77A))]
    }
    #expect(Self.refusal(ask(service(0x22, 0xF1, 0x90), gateway), owner) == nil)
    #expect(Self.refusal(ask(service(0x2E, 0xF1, 0x90), gateway), owner) == .notAllowed)
    let other = RequestAddress.unit(request: CANID(standard: 0x710), answer: CANID(standard: 0x718))
    #expect(Self.refusal(ask(service(0x22, 0xF1, 0x90), other), owner) == .notAllowed)
  }

  @Test func everyParameterGroupInEveryRange() {
    let readings: Set<UInt32> = [54_016, 49_664, 49_408, 40_448]
    for group in UInt32(0)...0x40000 {
      let format = group >> 8 & 0xFF
      let isClear = group == 65_228 || group == 65_235
      let isRead =
        readings.contains(group) || group < 0x20000 && format >= 240 && format < 255 && !isClear && group != 65_240
      let asPlan = Self.refusal(ask(.parameterGroup(group), .j1939(0)))
      let asTechnician = Self.refusal(ask(.parameterGroup(group), .j1939(255), as: .technician))
      let plan: Refusal? = isRead ? nil : isClear ? .notAuthorised : .notAllowed
      guard asPlan == plan, asTechnician == (isRead || isClear ? nil : .notAllowed) else {
        Issue.record("group \(group): \(String(describing: asPlan)), \(String(describing: asTechnician))")
        return
      }
    }
    #expect(Self.refusal(ask(.parameterGroup(.max), .j1939(0))) == .notAllowed)
  }

  @Test func anAddressOfTheOtherKindIsRefused() {
    #expect(Self.refusal(ask(service(0x03), .j1939(0))) == .notAllowed)
    for address in [RequestAddress.everybody11, .everybody29, engineUnit, .j1939(254)] {
      #expect(Self.refusal(ask(.parameterGroup(65_262), address)) == .notAllowed)
    }
    #expect(Self.refusal(ask(.parameterGroup(65_262), .j1939(0))) == nil)
  }

  @Test func aBusThatThePolicyDoesNotNameIsListenOnly() {
    for bus in UInt8(1)...255 { #expect(Self.refusal(ask(bus: bus)) == .listenOnly) }
    let many = TransmitPolicy([TransmitPolicy.Bus](repeating: policy().buses[0], count: 300))
    #expect(Self.refusal(ask(bus: 7), many) == nil)
    #expect(Self.refusal(ask(bus: 8), many) == .listenOnly)
    var guardian = TransmitGuard(many)
    #expect(guardian.refusal(of: ask(bus: 255), at: second(0)) == .listenOnly)
    #expect(guardian.report(at: second(0)).buses.count == 8)
  }
}
