// Names for people: each number of the tables is found and has a name of its own.

import Testing

@testable import Decoding

struct J1939NamesTests {
  @Test(arguments: [
    (84, "Vehicle speed by the wheels"), (94, "Fuel delivery pressure"), (100, "Engine oil pressure"),
    (110, "Engine coolant temperature"), (168, "Battery voltage"), (639, "J1939 network 1"),
    (651, "Injector, cylinder 1"), (674, "Injector, cylinder 24"), (1323, "Misfire, cylinder 1"),
    (1231, "J1939 network 2"),
    (1668, "J1939 network 4"), (1674, "J1939 network 10"), (2000, "Control unit at address 0"),
    (2255, "Control unit at address 255"), (3226, "NOx after aftertreatment 1"), (3364, "DEF quality"),
    (3509, "Sensor supply 1"), (5125, "Sensor supply 7"), (5136, "Sensor supply 18"),
    (4797, "Injector actuator 2, cylinder 9"),
    (5246, "SCR inducement"), (3251, "DPF differential pressure"), (4257, "Injector group 3"),
  ] as [(UInt32, String)])
  func parameters(spn: UInt32, name: String) { #expect(J1939Names.parameter(spn: spn) == name) }

  @Test(arguments: [0, 1, 650, 20_675, 520_192, 524_287, .max] as [UInt32]) func unknownParameters(spn: UInt32) {
    #expect(J1939Names.parameter(spn: spn) == nil)
  }

  /// Lines are in ascending order and can be found, and no two parameters have one name.
  @Test func tables() {
    var names: Set<String> = []
    for (i, table) in [J1939Names.engine, J1939Names.aftertreatment, J1939Names.vehicle].enumerated() {
      for range in ranges(of: table) {
        for spn in range.first...range.last {
          let name = J1939Names.parameter(spn: spn) ?? ""
          #expect(!name.isEmpty && !name.contains("#") && name == table[spn], "\(spn) in table \(i)")
          #expect(names.insert(name).inserted, "\(spn): \(name)")
        }
      }
    }
    #expect(names.count >= 1500)
    #expect(ranges(of: J1939Names.addresses).count > 80 && ranges(of: J1939Names.functions).count == 85)
  }

  func ranges(of table: NumberedTexts) -> [(first: UInt32, last: UInt32)] {
    var next: UInt32 = 0
    return table.lines.split(separator: "\n").compactMap { line in
      let text = String(line)
      guard let numbers = NumberedTexts.Line(text.utf8.span, from: 0).numbers else {
        Issue.record("\(line)")
        return nil
      }
      #expect(numbers.first >= next, "\(line)")
      #expect(numbers.last == numbers.first || line.contains("#"), "\(line)")
      #expect(line.utf8.count <= 70 && line.utf8.allSatisfy { 0x20...0x7E ~= $0 } && !line.hasSuffix(" "), "\(line)")
      next = numbers.last + 1
      return (numbers.first, numbers.last)
    }
  }

  @Test func numberedTexts() {
    let texts = NumberedTexts(
      lines: "3 three\n5-7 the # of three\n9-10=0 from #\nbroken\n12-11 back\n13- broken\n14=2 broken\n20 last")
    let found = [
      3: "three", 5: "the 1 of three", 6: "the 2 of three", 7: "the 3 of three", 9: "from 0", 10: "from 1", 20: "last",
    ]
    for number in 0...21 { #expect(texts[UInt32(number)] == found[number], "\(number)") }
  }

  @Test func failureModes() {
    let names = (0...31).map { J1939Names.failureMode(UInt8($0)) }
    #expect(Set(names).count == 32 && names.allSatisfy { !$0.isEmpty && $0.count <= 60 })
    #expect(names[0] == "too high, most severe" && names[18] == "too low, moderately severe")
    #expect(names[22] == "reserved failure mode 22" && names[31] == "condition exists")
    #expect(J1939Names.failureMode(0xE3) == names[3])
  }

  @Test func controlUnits() {
    #expect(J1939Names.controlUnit(address: 0) == "Engine 1" && J1939Names.controlUnit(address: 3) == "Transmission 1")
    #expect(J1939Names.controlUnit(address: 61) == "Exhaust emission control")
    #expect(J1939Names.controlUnit(address: 249) == "Service tool 1")
    #expect((0...255).count { J1939Names.controlUnit(address: UInt8($0)) != nil } == 98)
    #expect(J1939Names.function(0) == "Engine" && J1939Names.function(84) == "Starting aid")
    #expect((0...255).count { J1939Names.function(UInt8($0)) != nil } == 85)
    #expect(J1939Names.unit(spn: 190) == "rpm" && J1939Names.unit(spn: 899) == nil)
  }
}
