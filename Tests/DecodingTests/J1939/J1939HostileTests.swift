// Messages that are cut off at each length, and random ones: nothing traps, nothing is told that the bytes do not hold.

import Decoding
import Testing
import Vocabulary

struct J1939HostileTests {
  static let messages: [(J1939Diagnostics.Group, [UInt8])] = [
    (.activeCodes, bytes(hex: "47FF 6E000001 64000102 A0F0837F BE001F00")),
    (.pendingCodes, bytes(hex: "00FF A8001101 FFFF")),
    (.freezeFrames, bytes(hex: "0D 64000105 02 50 4038 64 82 0050 11 0C 6E000001 03 10 4038 64 82 0050")),
    (.expandedFreezeFrames, bytes(hex: "05 64000105 AA 04 6E000001 07 BE000302 010203")),
    (.readiness, bytes(hex: "03011327C10C0104")),
    (.codeCounts, bytes(hex: "0000000000FFFFFF")),
    (.calibrations, bytes(hex: "A6F47AC1") + bytes(ascii: "BT00092.01ABCDEF") + bytes(hex: "01000000")
      + bytes(ascii: "ABCDEFGHIJKLMNOP")),
    (.vehicleIdentification, bytes(ascii: "1XKYDP9X0FJ400001*")),
    (.componentIdentification, bytes(ascii: "CMMNS*6C u07D08*12345678*unit 7*")),
    (.softwareIdentification, [3] + bytes(ascii: "04993120*00033706*05317106*")),
    (.controlUnitIdentification, bytes(ascii: "4993120*S-77*LEFT FRAME*ECM*CUMMINS*CM2350*")),
    (.addressClaimed, bytes(hex: "0123456789ABCDEF")), (.acknowledgement, bytes(hex: "00FFFFFFF9D3FE00")),
    (.request, bytes(hex: "CAFE00")),
  ]

  /// A piece tells what the whole tells, in the same order, or less; its last text may have lost its end.
  @Test(arguments: messages) func everyPiece(group: J1939Diagnostics.Group, message: [UInt8]) {
    let whole = lines(message, group)
    #expect(isWhole(message, group))
    for length in 0..<message.count {
      let piece = Array(message[..<length])
      var facts = lines(piece, group)
      if !isWhole(piece, group) { #expect(facts.isEmpty) }
      if facts.last == whole.last, whole.last?.hasPrefix("ended") == true { facts.removeLast() }
      for (told, held) in zip(facts, whole) { #expect(held.hasPrefix(told), "\(length) bytes") }
      #expect(facts.count <= whole.count)
      #expect(zip(facts, whole).dropLast().allSatisfy { $0 == $1 })
    }
  }

  /// Half of the bytes are of messages that are right, since random ones alone get nowhere.
  @Test func randomMessages() {
    var random = Seeded(state: 4)
    var diagnostics = J1939Diagnostics()
    var told = 0
    let groups = J1939Diagnostics.Group.allCases
    for round in 0..<150_000 {
      let group = groups[Int(random.next() % UInt64(groups.count))]
      let (_, right) = Self.messages[Int(random.next() % UInt64(Self.messages.count))]
      let most: UInt64 = round % 100 == 0 ? 1786 : round % 3 == 0 ? 61 : 9
      var message = [UInt8](repeating: 0, count: Int(random.next() % most))
      for i in message.indices {
        let bits = random.next()
        message[i] = bits & 1 == 0 ? UInt8(truncatingIfNeeded: bits >> 8) : right[Int(bits >> 16) % right.count]
      }
      let unit = ControlUnit(bus: UInt8(truncatingIfNeeded: random.next()), sourceAddress: UInt8(round & 0xFF))
      let time = Instant(nanoseconds: round % 7 == 0 ? Int64(bitPattern: random.next()) : Int64(round))
      var (facts, open) = (0, 0)
      let isWhole = diagnostics.decode(message.span, parameterGroup: group.rawValue, from: unit, at: time) { fact in
        facts += 1
        switch fact.content {
        case .listBegan: open += 1
        case .listEnded: open -= 1
        case .listed(let code, _, let occurrences):
          if open != 1 || code.spn == 0 || code.spn == 0x7FFFF || occurrences == 127 { Issue.record("\(message)") }
        case .identity(let item, _, let text):
          if !text.bytes.allSatisfy({ 0x20...0x7E ~= $0 }) || text.count == 0 { Issue.record("\(message)") }
          if item == .vin, !VehicleIdentification.isValid(text) { Issue.record("\(message)") }
        default: break
        }
        if fact.unit != unit || fact.time != time { Issue.record("\(message)") }
      }
      if open != 0 || !isWhole && facts > 0 { Issue.record("\(group) \(message)") }
      told += facts
    }
    #expect(told > 50_000)
  }

  @Test func onlyItsOwnGroups() {
    let own = Set(J1939Diagnostics.Group.allCases.map(\.rawValue))
    #expect((0...UInt32(0x3FFFF)).allSatisfy { J1939Diagnostics.isDiagnostic($0) == own.contains($0) })
    var diagnostics = J1939Diagnostics()
    let message: [UInt8] = [0, 0xFF, 110, 0, 0, 1]
    let unit = ControlUnit(sourceAddress: 0)
    // The same group on the other data page is none of J1939's.
    #expect(diagnostics.decode(message.span, parameterGroup: 0x1FECA, from: unit, at: .zero) { _ in Issue.record() })
  }
}
