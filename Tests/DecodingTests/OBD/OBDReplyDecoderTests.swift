// Values out of replies: formulas, several parameters in one reply, who owns a parameter, and what is malformed.

import Decoding
import Testing
import Vocabulary

@Suite struct OBDReplyDecoderTests {
  /// A decoder in which each parameter's first value becomes the signal of its own number.
  func decoder(bus: UInt8? = nil) -> OBDReplyDecoder {
    var problems: [MappingProblem] = []
    let mappings = OBDParameter.all.map {
      OBDReplyDecoder.Mapping(
        pid: $0.pid, target: SignalID(rawValue: UInt16($0.pid)), range: $0.values.first?.range ?? 0...0)
    }
    let decoder = OBDReplyDecoder(mappings, bus: bus, problems: &problems)
    #expect(problems.isEmpty)
    return decoder
  }

  func counters(_ set: (inout OBDReplyDecoder.Counters) -> Void) -> OBDReplyDecoder.Counters {
    var counters = OBDReplyDecoder.Counters()
    set(&counters)
    return counters
  }

  /// First values by the standard's own scaling, worked out by hand.
  static let formulas: [(pid: UInt8, data: [UInt8], value: Double)] = [
    (0x04, [0xFF], 100), (0x05, [0], -40), (0x05, [0x7B], 83), (0x06, [0x80], 0), (0x07, [0], -100),
    (0x0A, [100], 300), (0x0B, [101], 101), (0x0C, [0x1A, 0xF8], 1726), (0x0D, [0xFF], 255), (0x0E, [0], -64),
    (0x0E, [0xFF], 63.5), (0x0F, [0x3C], 20), (0x10, [0x01, 0xF4], 5), (0x11, [51], 20), (0x1F, [0x01, 0x00], 256),
    (0x21, [0xFF, 0xFF], 65535), (0x2F, [0x80], 12800.0 / 255), (0x31, [0x10, 0x00], 4096), (0x33, [0x65], 101),
    (0x3C, [0x11, 0x94], 410), (0x42, [0x37, 0x14], 14.1), (0x43, [0, 0xFF], 100), (0x44, [0x80, 0], 1),
    (0x45, [0], 0), (0x46, [60], 20), (0x49, [0xFF], 100), (0x4C, [51], 20), (0x5C, [0x82], 90),
    (0x5D, [0x69, 0], 0), (0x5E, [0x00, 0x64], 5), (0x61, [125], 0), (0x62, [0], -125), (0x63, [0x01, 0x90], 400),
    (0xA6, [0x00, 0x12, 0xD6, 0x87], 123_456.7), (0x32, [0xFF, 0xFC], -1), (0x54, [0x80, 0x00], -32768),
    (0x53, [0x4E, 0x20], 100), (0x22, [0x03, 0xE8], 79), (0xAA, [130], 130), (0xB2, [0xFF], 100), (0x84, [0], -40),
    (0xA2, [0x01, 0x00], 8), (0x9E, [0x00, 0x05], 1), (0x51, [8], 8), (0x41, [0, 0x08, 0, 0], 1),
  ]

  @Test(arguments: formulas)
  func formula(pid: UInt8, data: [UInt8], value: Double) {
    var decoder = decoder()
    let samples = decoder.tell([0x41, pid] + data).samples
    #expect(samples.map(\.signal.rawValue) == [UInt16(pid)])
    #expect(abs((samples.first?.value ?? .nan) - value) < 1e-9)
    #expect(samples.first?.validity == .valid)
    #expect(decoder.counters == counters { $0.replies = 1 })
    // SAE J1979-2 asks for the same by a data identifier.
    #expect(decoder.tell([0x62, 0xF4, pid] + data).values == samples.map(\.value))
  }

  /// Values of parameters with several, worked out by hand: name, message, value; nil where the unit has none.
  static let severals: [(name: String, message: [UInt8], value: Double?)] = [
    ("14.voltage", [0x41, 0x14, 90, 0x80], 0.45), ("14.trim", [0x41, 0x14, 90, 0x80], 0),
    ("14.trim", [0x41, 0x14, 90, 0xFF], nil), ("24.ratio", [0x41, 0x24, 0x80, 0, 0x40, 0], 1),
    ("24.voltage", [0x41, 0x24, 0x80, 0, 0x40, 0], 2), ("34.current", [0x41, 0x34, 0x80, 0, 0x81, 0x80], 1.5),
    ("01.codeCount", [0x41, 0x01, 0x83, 0, 0, 0], 3), ("01.lamp", [0x41, 0x01, 0x83, 0, 0, 0], 1),
    ("13.bank2", [0x41, 0x13, 0x31], 3), ("1D.bank4", [0x41, 0x1D, 0x80], 2),
    ("4F.pressure", [0x41, 0x4F, 0, 0, 0, 12], 120),
    ("65.recommendedGear", [0x41, 0x65, 0x10, 0x50], 5), ("65.glowLamp", [0x41, 0x65, 0x10, 0x58], nil),
    ("66.sensorA", [0x41, 0x66, 1, 0x01, 0x00, 0, 0], 8), ("66.sensorB", [0x41, 0x66, 1, 0x01, 0x00, 1, 0], nil),
    ("6B.wideA", [0x41, 0x6B, 0x10, 100, 0, 0, 0], 360), ("6B.sensorA", [0x41, 0x6B, 0x10, 100, 0, 0, 0], nil),
    ("70.controlB", [0x41, 0x70, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0x08], 2),
    ("75.turbineOut", [0x41, 0x75, 8, 0, 0, 0, 0, 0x11, 0x94], 410),
    ("78.sensor4", [0x41, 0x78, 8, 0, 0, 0, 0, 0, 0, 0x11, 0x94], 410),
    ("7A.difference", [0x41, 0x7A, 1, 0xFF, 0x9C, 0, 0, 0, 0], -1),
    ("7F.powerTakeOff", [0x41, 0x7F, 4] + [0, 0, 0, 0, 0, 0, 0, 0] + [0, 1, 0, 0], 65536),
    ("81.device5Timer2", [0x41, 0x81, 0x10] + [UInt8](repeating: 0, count: 36) + [0, 0, 1, 2], 258),
    ("83.bank1Sensor2", [0x41, 0x83, 0x02, 0, 0, 1, 0, 0, 0, 0, 0], 256),
    ("83.bank1Sensor2", [0x41, 0x83, 0x22, 0, 0, 1, 0, 0, 0, 0, 0], nil),
    ("8B.trigger", [0x41, 0x8B, 0x10, 0, 51, 0, 0, 0, 0], 20),
    ("8C.oxygen11", [0x41, 0x8C, 1, 0x35, 0x9A] + [UInt8](repeating: 0, count: 14), 20.939772),
    ("90.lamp", [0x41, 0x90, 0x0C, 0, 0], 3),
    ("94.level2", [0x41, 0x94, 1, 0x10] + [UInt8](repeating: 0, count: 10), 2),
    ("9A.voltage", [0x41, 0x9A, 0x06, 0, 0x59, 0x90, 0xFF, 0x9C], 358.25),
    ("9A.current", [0x41, 0x9A, 0x06, 0, 0x59, 0x90, 0xFF, 0x9C], -10),
    ("9A.charge", [0x41, 0x9A, 0x06, 1, 0x59, 0x90, 0xFF, 0x9C], nil),
    ("9B.concentration", [0x41, 0x9B, 0x02, 130, 0, 0], 32.5), ("9D.vehicle", [0x41, 0x9D, 0, 0, 0x01, 0x00], 5.12),
    ("A3.wideA", [0x41, 0xA3, 0x02, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0], -2),
    ("A4.gear", [0x41, 0xA4, 0x03, 0x31, 0x0B, 0xB8], 3), ("A4.ratio", [0x41, 0xA4, 0x03, 0x31, 0x0B, 0xB8], 3),
    ("A5.used", [0x41, 0xA5, 0x02, 0, 0x07, 0xD0], 1), ("D2.energy", [0x41, 0xD2, 0x01, 0xFF, 0], 100),
  ]

  @Test(arguments: severals)
  func severalValues(name: String, message: [UInt8], value: Double?) throws {
    var decoder = WholeOBDTable.decoder()
    let place = UInt16(try #require(WholeOBDTable.names.firstIndex(of: name)))
    let sample = try #require(decoder.tell(message).samples.first { $0.signal.rawValue == place })
    if let value {
      #expect(abs(sample.value - value) < 1e-9 && sample.validity == .valid)
    } else {
      #expect(sample.validity == .notAvailable && sample.value.isNaN)
    }
  }

  /// Every value of the table: with all data bits set it is the upper end of its range, with none the lower; by two's
  /// complement -1 and 0 in its scale.
  @Test func theEndsOfEveryRange() {
    var decoder = WholeOBDTable.decoder()
    for parameter in OBDParameter.all {
      for fill in [UInt8(0), 0xFF] {
        var data = [UInt8](repeating: fill, count: max(parameter.dataBytes, parameter.otherDataBytes ?? 0))
        // Support bits alone, so that nothing is left out.
        let isConditional = parameter.values.contains { $0.support != nil }
        if isConditional { data[0] = parameter.values.contains { $0.absence != nil } ? 0x0F : 0xFF }
        let samples = decoder.tell([0x41, parameter.pid] + data).samples
        #expect(samples.count == parameter.values.count, "\(hexadecimal(parameter.pid))")
        for (sample, value) in zip(samples, parameter.values) where !value.isAbsentAllOnes || fill == 0 {
          let isInA = value.firstByte == 0 && isConditional
          let expected =
            fill == 0
            ? (value.isSigned ? value.offset : value.range.lowerBound)
            : value.isSigned ? value.offset - value.scale : value.range.upperBound
          #expect(isInA || sample.value == expected, "\(hexadecimal(parameter.pid)) \(value.name)")
          #expect(sample.validity == .valid, "\(hexadecimal(parameter.pid)) \(value.name)")
        }
      }
    }
  }

  @Test func severalParametersInOneReply() {
    var decoder = decoder()
    #expect(decoder.tell([0x41, 0x05, 0x7B, 0x0C, 0x1A, 0xF8, 0]).samples.isEmpty)  // A byte too many.
    #expect(decoder.tell([0x41, 0x05, 0x7B, 0x0C, 0x1A, 0xF8]).values == [83, 1726])
    #expect(decoder.tell([0x41, 0x05, 0x7B, 0x0D, 60, 0x0F, 60]).values == [83, 60, 20])
    // Six parameters over several frames, the most that a request may ask for.
    let six: [UInt8] = [0x41, 0x05, 0x7B, 0x0C, 0x1A, 0xF8, 0x0D, 60, 0x0F, 60, 0x10, 0x01, 0xF4, 0xA6, 0, 0, 0, 10]
    #expect(decoder.tell(six).values == [83, 1726, 60, 20, 5, 1])
    #expect(decoder.tell([0x62, 0xF4, 0x05, 0x7B, 0xF4, 0x0C, 0x1A, 0xF8]).values == [83, 1726])
    // One parameter twice is none: the standard asks for different ones.
    #expect(decoder.tell([0x41, 0x0D, 60, 0x0D, 61]).samples.isEmpty)
    #expect(
      decoder.counters
        == counters {
          $0.replies = 4
          $0.malformed = 2
        })
  }

  @Test func carsWithThreeOrFourBanksSendMore() {
    var decoder = WholeOBDTable.decoder()
    func told(_ message: [UInt8]) -> [String] {
      decoder.tell(message).samples.map { "\(WholeOBDTable.names[$0.signal.index]) \($0.value)" }
    }
    #expect(told([0x41, 0x06, 0x80]) == ["06.bank1 0.0"])
    #expect(told([0x41, 0x06, 0x80, 0xC0]) == ["06.bank1 0.0", "06.bank3 50.0"])
    #expect(told([0x41, 0x55, 0x80, 0xC0]) == ["55.bank1 0.0", "55.bank3 50.0"])
    #expect(told([0x41, 0x55, 0x80]) == ["55.bank1 0.0"])
    // 07 is the next parameter here, and no second byte.
    #expect(told([0x41, 0x06, 0x80, 0x07, 0xC0]) == ["06.bank1 0.0", "07.bank1 50.0"])
    #expect(told([0x41, 0x06, 0x80, 0xC0, 0x07, 0xC0, 0x80]).count == 4)
    #expect(decoder.counters == counters { $0.replies = 6 })
  }

  @Test(arguments: [
    [], [0x41], [0x41, 0x0D], [0x41, 0x0C, 0x1A], [0x41, 0x0D, 60, 0x05], [0x41, 0x0D, 60, 0, 0], [0x62], [0x62, 0xF4],
    [0x62, 0xF4, 0x0C, 0x1A], [0x42], [0x42, 0x0C], [0x42, 0x0C, 0], [0x42, 0x0C, 0, 0x1A], [0x43], [0x44, 0], [0x46],
    [0x46, 0x01], [0x46, 0x01, 0x01, 0x0A, 0, 0, 0, 0, 0], [0x46, 0, 0, 0, 0], [0x49], [0x49, 2], [0x49, 2, 1],
    [0x49, 4, 1], [0x49, 6, 1, 0, 0, 0], [0x49, 6, 0], [0x49, 8, 2, 0, 1, 0], [0x7F], [0x7F, 1], [0x7F, 1, 0x12, 0],
  ] as [[UInt8]])
  func malformedRepliesGiveNothing(message: [UInt8]) {
    var decoder = WholeOBDTable.decoder()
    let told = decoder.tell(message)
    #expect(told.samples.isEmpty && told.facts.isEmpty, "\(message)")
    #expect(told.verdict == .malformed, "\(message)")
    #expect(decoder.counters == counters { $0.malformed = 1 }, "\(message)")
  }

  @Test func whatIsNoReplyIsCountedApart() {
    var decoder = decoder()
    #expect(decoder.tell([0x41, 0xEE, 1, 2]).verdict == .other)
    #expect(decoder.tell([0x41, 0x0D, 60, 0xEE, 2]).samples.isEmpty)
    #expect(decoder.tell([0x62, 0xF4, 0x0D, 60, 0xF1, 0x90, 1]).samples.isEmpty)
    #expect(decoder.tell([0x62, 0xF1, 0x90, 1]).verdict == .other)
    #expect(decoder.tell([0x59, 0x02, 0xFF]).verdict == .other)
    #expect(decoder.tell([0x7F, 0x22, 0x31]).verdict == .other)
    // A piece of a text by the protocols before CAN.
    #expect(decoder.tell([0x49, 0x02, 2, 0x41, 0x42, 0x43, 0x44]).verdict == .other)
    #expect(
      decoder.counters
        == counters {
          $0.unknownParameter = 3
          $0.otherService = 4
        })
  }

  @Test func theFirstResponderOwnsAParameterUntilItIsSilent() {
    var decoder = WholeOBDTable.decoder()
    func values(_ speed: UInt8, ecu: UInt32, at seconds: Double, bus: UInt8 = 0) -> [Double] {
      decoder.tell([0x41, 0x0D, speed], from: obdUnit(ecu, bus: bus), seconds: seconds).values
    }
    #expect(values(60, ecu: 1, at: 100) == [60])
    #expect(values(0, ecu: 0, at: 100.1) == [])
    #expect(values(0, ecu: 1, at: 100.1, bus: 1) == [])
    #expect(values(61, ecu: 1, at: 105) == [61])
    #expect(values(0, ecu: 0, at: 114.9) == [])
    #expect(values(62, ecu: 0, at: 115) == [62])
    #expect(values(63, ecu: 1, at: 116) == [])
    #expect(values(64, ecu: 1, at: 3) == [64])  // The time axis jumped back.
    // Another parameter has another owner; all values of one have the same.
    let oxygen: [UInt8] = [0x41, 0x14, 90, 0x80]
    #expect(decoder.tell(oxygen, from: obdUnit(7), seconds: 3).values == [0.45, 0])
    #expect(decoder.tell(oxygen, from: obdUnit(0), seconds: 4).values == [])
    #expect(decoder.counters.otherResponder == 4 + 2)
    // A 29-bit identifier of the same low bits is another unit.
    let extended = ControlUnit(answersOn: CANID(extended: 0x7E8 + 7))
    #expect(decoder.tell(oxygen, from: extended, seconds: 4).values == [])
  }

  @Test func repliesOfOtherBusesTellFactsAlone() {
    var decoder = decoder(bus: 1)
    let status: [UInt8] = [0x41, 0x01, 0x81, 0x07, 0x65, 0x04]
    let near = decoder.tell(status, from: obdUnit(bus: 1))
    let far = decoder.tell(status, from: obdUnit(bus: 0))
    #expect(near.samples.count == 1 && near.facts.count == 1)
    #expect(far.samples.isEmpty && far.facts.count == 1)
  }

  @Test func valuesOutsideOfTheRangeSaySo() {
    var problems: [MappingProblem] = []
    var decoder = OBDReplyDecoder(
      [.init(pid: 0x05, target: SignalID(rawValue: 0), factor: 1.8, offset: 32, range: 0...200)], problems: &problems)
    let cold = decoder.tell([0x41, 0x05, 0]).samples.first
    #expect(cold?.value == -40 && cold?.validity == .outOfRange)
    let warm = decoder.tell([0x41, 0x05, 60]).samples.first
    #expect(warm?.value == 68 && warm?.validity == .valid)
  }

  @Test func mappingsThatCannotBeAreNamed() {
    var problems: [MappingProblem] = []
    func mapping(_ pid: UInt8, _ field: String? = nil) -> OBDReplyDecoder.Mapping {
      .init(pid: pid, field: field, target: SignalID(rawValue: UInt16(pid)), range: 0...1)
    }
    let decoder = OBDReplyDecoder(
      [
        mapping(0x95), mapping(0x0C), mapping(0x0C), mapping(0x14, "trimm"), mapping(0x14, "trim"), mapping(0x14),
        mapping(0x14, "voltage"), mapping(0x66, "elephant"),
      ], problems: &problems)
    #expect(
      problems.map(\.description) == [
        "PID 95: no parameter of service 01 that Telltale knows", "PID 0C: mapped twice; the first mapping stays",
        "PID 14 trimm: the parameter has no such value; did you mean trim?",
        "PID 14 voltage: mapped twice; the first mapping stays", "PID 66 elephant: the parameter has no such value",
      ])
    let room = decoder.largestReply
    #expect(room == 3)
  }

  @Test func samplesWithoutRoomAreLeftOut() {
    var decoder = WholeOBDTable.decoder()
    var buffer = Array(repeating: blank, count: 3)
    var out = buffer.mutableSpan
    let message: [UInt8] = [0x41, 0x05, 0x7B, 0x0C, 0x1A, 0xF8, 0x0D, 60]
    let count = decoder.decode(message.span, from: obdUnit(), at: .zero, into: &out, from: 1) { _ in }.count
    #expect(count == 2 && buffer[1].value == 83 && buffer[2].value == 1726)
    let bytes = decoder.memoryBytes
    #expect((20_000..<60_000).contains(bytes), "\(bytes)")
  }
}
