// The table of parameters: that each line is read, and that its layouts, scales and states are the standard's.

import Decoding
import Testing
import Vocabulary

@Suite struct OBDParameterTests {
  @Test func theTableIsWholeAndInOrder() {
    let pids = OBDParameter.all.map(\.pid)
    #expect(pids == Array(Set(pids)).sorted())
    #expect(OBDParameter.all.count == 172)
    #expect(OBDParameter.all.reduce(0) { $0 + $1.values.count } == 456)
    // All of 00...94, and those from there on for which sources agree.
    #expect(Array(pids.prefix(0x95)) == Array(UInt8(0)...0x94))
    #expect(
      Array(pids.dropFirst(0x95)) == [
        0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9,
        0xAA, 0xB2, 0xC0, 0xD2, 0xD3,
      ])
    #expect(OBDParameter.of(pid: 0x95) == nil)
  }

  @Test func everyValueIsInItsParametersBytes() {
    for parameter in OBDParameter.all {
      let subject = hexadecimal(parameter.pid)
      #expect((1...41).contains(parameter.dataBytes), "\(subject)")
      #expect(!parameter.title.isEmpty)
      let longest = max(parameter.dataBytes, parameter.otherDataBytes ?? 0)
      #expect(Set(parameter.values.map(\.name)).count == parameter.values.count, "\(subject): names twice")
      #expect(Set(parameter.values.map(\.title)).count == parameter.values.count, "\(subject): titles twice")
      for value in parameter.values {
        #expect(value.firstByte + value.byteCount <= longest, "\(subject) \(value.name)")
        #expect(value.lowestBit + value.bitCount <= 8 * value.byteCount, "\(subject) \(value.name)")
        #expect(value.byteCount == 1 || value.lowestBit == 0, "\(subject) \(value.name)")
        #expect(value.scale > 0 && value.range.lowerBound < value.range.upperBound, "\(subject) \(value.name)")
        #expect(value.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }, "\(subject) \(value.name)")
        #expect(value.name.first?.isLowercase == true, "\(subject) \(value.name)")
        #expect(value.title.allSatisfy(\.isASCII) && value.title.utf8.count <= 80, "\(subject) \(value.title)")
        #expect(value.states.map(\.raw) == value.states.map(\.raw).sorted(), "\(subject) \(value.name)")
        #expect(value.support.map { 0...7 ~= $0 } ?? true)
      }
      // Values that lie over each other are the same sensor in another scale or kind, told apart by their bits.
      for (i, a) in parameter.values.enumerated() {
        for b in parameter.values[(i + 1)...] where a.firstByte == b.firstByte && a.byteCount == b.byteCount {
          let isApart = a.lowestBit + a.bitCount <= b.lowestBit || b.lowestBit + b.bitCount <= a.lowestBit
          #expect(isApart || a.support != b.support, "\(subject): \(a.name) and \(b.name)")
        }
      }
    }
  }

  /// What every byte means is said once: with support bits set, no data byte of the sensors is left over.
  @Test func noDataByteIsForgotten() {
    // Reserved by the standard.
    let reserved: [UInt8: Set<Int>] = [0x41: [0], 0x50: [1, 2, 3]]
    for parameter in OBDParameter.all {
      let usesA = parameter.values.contains { $0.support != nil }
      let length = max(parameter.dataBytes, parameter.otherDataBytes ?? 0)
      let told = Set(parameter.values.flatMap { $0.firstByte..<($0.firstByte + $0.byteCount) })
      let missing = Set(0..<length).subtracting(told).subtracting(usesA ? [0] : [])
      #expect(missing == reserved[parameter.pid] ?? [], "\(hexadecimal(parameter.pid))")
    }
  }

  @Test func aValueIsFoundByItsName() {
    let fuelTrim = OBDParameter.of(pid: 0x08)
    #expect(fuelTrim?.title == "Short-term fuel trim, bank 2" && fuelTrim?.dataBytes == 1)
    #expect(fuelTrim?.otherDataBytes == 2)
    #expect(fuelTrim?.value(named: "bank4")?.title == "Short-term fuel trim, bank 4")
    #expect(fuelTrim?.value(named: "bank3") == nil)
    #expect(OBDParameter.of(pid: 0x0C)?.values.first?.title == "Engine speed")
    #expect(OBDParameter.of(pid: 0x9A)?.values.first?.unit == "V")
    #expect(OBDParameter.of(pid: 0x9A)?.value(named: "current")?.range.lowerBound == -3276.8)
    #expect(OBDParameter.of(pid: 0x05)?.values.first?.range == -40...215)
    #expect(OBDParameter.of(pid: 0x01)?.value(named: "codeCount")?.range == 0...127)
  }

  @Test func statesHaveNames() {
    let fuel = OBDParameter.of(pid: 0x51)?.values.first
    #expect(fuel?.state(of: 4) == "diesel" && fuel?.state(of: 8) == "electric" && fuel?.state(of: 200) == nil)
    #expect(fuel?.states.count == 33)
    #expect(OBDParameter.of(pid: 0x03)?.value(named: "system2")?.state(of: 2) == "closed loop")
    #expect(OBDParameter.of(pid: 0x1C)?.values.first?.state(of: 33) == "heavy-duty EOBD stage VI")
    #expect(OBDParameter.of(pid: 0x12)?.values.first?.state(of: 3) == nil)
    #expect(OBDParameter.of(pid: 0x0C)?.values.first?.state(of: 0) == nil)
  }

  @Test func scalingsOfMonitorResults() {
    #expect(OBDScaling.of(0x0B)?.value(of: 450) == 0.45 && OBDScaling.of(0x0B)?.unit == "V")
    #expect(OBDScaling.of(0x16)?.value(of: 1400) == 100 && OBDScaling.of(0x16)?.unit == "celsius")
    #expect(OBDScaling.of(0x39)?.value(of: 0x8000) == 0)
    #expect(OBDScaling.of(0x96)?.value(of: 0xFFFF) == -0.1 && OBDScaling.of(0x96)?.isSigned == true)
    #expect(OBDScaling.of(0xFE)?.value(of: 0x8000) == -8192)
    #expect(OBDScaling.of(0x24)?.unit == "")
    #expect(OBDScaling.of(0x00) == nil && OBDScaling.of(0x80) == nil && OBDScaling.of(0xFF) == nil)
    let known = (UInt8(1)...0xFE).filter { OBDScaling.of($0) != nil }
    #expect(known.count == 65 + 27 && Array(known.prefix(65)) == Array(UInt8(0x01)...0x41))
  }

  @Test func namesOfMonitorsTestsAndCounters() {
    #expect(OBDNames.monitor(0x01) == "Exhaust gas sensor, bank 1 sensor 1")
    #expect(OBDNames.monitor(0x10) == "Exhaust gas sensor, bank 4 sensor 4")
    #expect(OBDNames.monitor(0x46) == "Exhaust gas sensor heater, bank 2 sensor 2")
    #expect(OBDNames.monitor(0xA2) == "Misfire of cylinder 1" && OBDNames.monitor(0xAD) == "Misfire of cylinder 12")
    for mask in stride(from: UInt8(0), to: 0xE0, by: 0x20) { #expect(OBDNames.monitor(mask) == nil) }
    let monitors = (UInt8(0)...0xE0).compactMap(OBDNames.monitor)
    #expect(monitors.count == Set(monitors).count && monitors.count == 90)
    #expect(OBDNames.test(0x0B)?.contains("ten driving cycles") == true && OBDNames.test(0x20) == nil)
    #expect(OBDNames.performance(1, isCompressionIgnition: true) == "Ignition cycles")
    #expect(OBDNames.performance(2, isCompressionIgnition: false) == "Catalyst, bank 1, completed")
    #expect(OBDNames.performance(17, isCompressionIgnition: true) == "Fuel system, conditions met")
    #expect(OBDNames.performance(18, isCompressionIgnition: true) == nil)
    #expect(OBDNames.performance(28, isCompressionIgnition: false) == nil)
  }
}
