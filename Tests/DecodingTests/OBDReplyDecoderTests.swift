// OBD-II replies: formulas, several parameters in one reply, and everything a bus can do wrong.

import Decoding
import Testing
import Vocabulary

@Suite struct OBDReplyDecoderTests {
  /// A decoder in which each known parameter becomes the signal of its own number.
  func decoder(bus: UInt8? = nil) -> OBDReplyDecoder {
    var problems: [MappingProblem] = []
    let mappings = OBDParameter.all.map {
      OBDReplyDecoder.Mapping(pid: $0.pid, target: SignalID(rawValue: UInt16($0.pid)), range: $0.range)
    }
    let decoder = OBDReplyDecoder(mappings, bus: bus, problems: &problems)
    #expect(problems.isEmpty)
    return decoder
  }

  func decode(_ decoder: inout OBDReplyDecoder, _ frame: CANFrame) -> [Sample] {
    guard decoder.isReply(frame) else { return [] }
    var buffer = Array(repeating: blank, count: OBDReplyDecoder.largestReply)
    var span = buffer.mutableSpan
    let count = decoder.decode(frame, into: &span).count
    return Array(buffer[..<count])
  }

  func reply(_ bytes: [UInt8], ecu: UInt32 = 0, seconds: Double = 0, bus: UInt8 = 0) -> CANFrame {
    frame(CANID(standard: 0x7E8 + ecu), bytes, bus: bus, seconds: seconds)
  }

  func counters(_ set: (inout OBDReplyDecoder.Counters) -> Void) -> OBDReplyDecoder.Counters {
    var counters = OBDReplyDecoder.Counters()
    set(&counters)
    return counters
  }

  /// Values of the standard's own scaling, worked out by hand.
  static let formulas: [(pid: UInt8, data: [UInt8], value: Double)] = [
    (0x04, [0xFF], 100), (0x05, [0], -40), (0x05, [0x7B], 83), (0x06, [0x80], 0), (0x07, [0], -100),
    (0x0A, [100], 300), (0x0B, [101], 101), (0x0C, [0x1A, 0xF8], 1726), (0x0D, [0xFF], 255), (0x0E, [0], -64),
    (0x0E, [0xFF], 63.5), (0x0F, [0x3C], 20), (0x10, [0x01, 0xF4], 5), (0x11, [51], 20), (0x1F, [0x01, 0x00], 256),
    (0x21, [0xFF, 0xFF], 65535), (0x2F, [0x80], 12800.0 / 255), (0x31, [0x10, 0x00], 4096), (0x33, [0x65], 101),
    (0x3C, [0x11, 0x94], 410), (0x42, [0x37, 0x14], 14.1), (0x43, [0, 0xFF], 100), (0x44, [0x80, 0], 1),
    (0x45, [0], 0), (0x46, [60], 20), (0x49, [0xFF], 100), (0x4C, [51], 20), (0x5C, [0x82], 90),
    (0x5D, [0x69, 0], 0), (0x5E, [0x00, 0x64], 5), (0x61, [125], 0), (0x62, [0], -125), (0x63, [0x01, 0x90], 400),
    (0xA6, [0x00, 0x12, 0xD6, 0x87], 123_456.7),
  ]

  @Test(arguments: formulas)
  func formula(pid: UInt8, data: [UInt8], value: Double) {
    var decoder = decoder()
    let bytes = [UInt8(2 + data.count), 0x41, pid] + data
    let samples = decode(&decoder, reply(bytes + Array(repeating: 0x55, count: 8 - bytes.count)))
    #expect(samples.map(\.signal.rawValue) == [UInt16(pid)])
    #expect(abs((samples.first?.value ?? .nan) - value) < 1e-9)
    #expect(samples.first?.validity == .valid)
    #expect(decoder.counters == counters { $0.replies = 1 })
  }

  @Test func severalParametersInOneReply() {
    var decoder = decoder()
    let samples = decode(&decoder, reply([7, 0x41, 0x05, 0x7B, 0x0C, 0x1A, 0xF8, 0]))
    #expect(samples.isEmpty)  // The length counts one byte more than the parameters fill.
    let right = decode(&decoder, reply([6, 0x41, 0x05, 0x7B, 0x0C, 0x1A, 0xF8, 0]))
    #expect(right.map(\.value) == [83, 1726])
    #expect(decode(&decoder, reply([7, 0x41, 0x05, 0x7B, 0x0D, 60, 0x0F, 60])).map(\.value) == [83, 60, 20])
    // Parameter 01 is no number, but its length is known.
    #expect(decode(&decoder, reply([7, 0x41, 0x01, 0x81, 0x07, 0x65, 0x04, 0x0D])).isEmpty)
    #expect(
      decoder.counters
        == counters {
          $0.replies = 2
          $0.malformed = 2
        })
  }

  @Test(arguments: [
    [], [3], [0], [0, 0x41], [1, 0x41], [2, 0x41, 0x0D], [3, 0x41, 0x0D], [3, 0x41, 0x0C, 0x1A, 0xF8],
    [9, 0x41, 0x0D, 60, 0, 0, 0, 0], [15, 0x41, 0x0D, 60, 0, 0, 0, 0], [7, 0x41, 0x0D, 60, 0x05, 60],
    [0x40, 0x41, 0x0D, 60, 0, 0, 0, 0], [0xF3, 0x41, 0x0D, 60, 0, 0, 0, 0], [4, 0x41, 0x0D, 60, 0x0C],
  ] as [[UInt8]])
  func malformedRepliesGiveNothing(bytes: [UInt8]) {
    var decoder = decoder()
    let samples = decode(&decoder, reply(bytes))
    #expect(samples.isEmpty)
    #expect(decoder.counters.replies == 0)
    let known = decoder.counters.malformed
    #expect(known == 1, "\(bytes)")
  }

  @Test func whatIsNoReplyToService01IsCountedApart() {
    var decoder = decoder()
    #expect(decode(&decoder, reply([3, 0x7F, 0x01, 0x12, 0, 0, 0, 0])).isEmpty)
    #expect(decode(&decoder, reply([3, 0x7F, 0x22, 0x31, 0, 0, 0, 0])).isEmpty)
    #expect(decode(&decoder, reply([4, 0x62, 0x0D, 60, 0x05, 0, 0, 0])).isEmpty)
    #expect(decode(&decoder, reply([4, 0x41, 0xEE, 1, 2, 0, 0, 0])).isEmpty)
    #expect(decode(&decoder, reply([0x10, 0x14, 0x49, 0x02, 1, 0x31, 0x47, 0x31])).isEmpty)
    #expect(decode(&decoder, reply([0x21, 1, 2, 3, 4, 5, 6, 7])).isEmpty)
    #expect(decode(&decoder, reply([0x30, 0, 0])).isEmpty)
    #expect(
      decoder.counters
        == counters {
          $0.unknownParameter = 1
          $0.refusals = 1
          $0.otherService = 2
          $0.firstFrames = 1
          $0.otherFrames = 2
        })
  }

  @Test func onlyTheReplyIdentifiersAreRead() {
    let decoder = decoder(bus: 1)
    func isReply(_ id: CANID, bus: UInt8 = 1) -> Bool { decoder.isReply(frame(id, [3, 0x41, 0x0D, 60], bus: bus)) }
    #expect(isReply(CANID(standard: 0x7E8)))
    #expect(isReply(CANID(standard: 0x7EF)))
    #expect(!isReply(CANID(standard: 0x7E7)))
    #expect(!isReply(CANID(standard: 0x7E0)))
    #expect(!isReply(CANID(extended: 0x7E8)))
    #expect(!isReply(CANID(standard: 0x7E8), bus: 0))
    // Replies that no pack asks for are frames like any other.
    var problems: [MappingProblem] = []
    let idle = OBDReplyDecoder([], problems: &problems)
    let isTaken = idle.isReply(frame(CANID(standard: 0x7E8), [3, 0x41, 0x0D, 60]))
    #expect(!isTaken)
  }

  @Test func theFirstResponderOwnsAParameterUntilItIsSilent() {
    var decoder = decoder()
    func values(_ speed: UInt8, ecu: UInt32, at seconds: Double, bus: UInt8 = 0) -> [Double] {
      decode(&decoder, reply([3, 0x41, 0x0D, speed, 0, 0, 0, 0], ecu: ecu, seconds: seconds, bus: bus)).map(\.value)
    }
    #expect(values(60, ecu: 1, at: 100) == [60])
    #expect(values(0, ecu: 0, at: 100.1) == [])
    #expect(values(0, ecu: 1, at: 100.1, bus: 1) == [])
    #expect(values(61, ecu: 1, at: 105) == [61])
    #expect(values(0, ecu: 0, at: 114.9) == [])
    #expect(values(62, ecu: 0, at: 115) == [62])
    #expect(values(63, ecu: 1, at: 116) == [])
    #expect(values(64, ecu: 1, at: 3) == [64])  // The time axis jumped back.
    // Another parameter has another owner.
    #expect(decode(&decoder, reply([3, 0x41, 0x05, 123], ecu: 7, seconds: 3)).map(\.value) == [83])
    #expect(decoder.counters.otherResponder == 4)
  }

  @Test func valuesOutsideOfTheRangeSaySo() {
    var problems: [MappingProblem] = []
    var decoder = OBDReplyDecoder(
      [.init(pid: 0x05, target: SignalID(rawValue: 0), factor: 1.8, offset: 32, range: 0...200)], problems: &problems)
    let cold = decode(&decoder, reply([3, 0x41, 0x05, 0]))
    #expect(cold.first?.value == -40 && cold.first?.validity == .outOfRange)
    let warm = decode(&decoder, reply([3, 0x41, 0x05, 60]))
    #expect(warm.first?.value == 68 && warm.first?.validity == .valid)
  }

  @Test func mappingsThatCannotBeAreNamed() {
    var problems: [MappingProblem] = []
    let target = SignalID(rawValue: 0)
    _ = OBDReplyDecoder(
      [
        .init(pid: 0x01, target: target, range: 0...1), .init(pid: 0x0C, target: target, range: 0...1),
        .init(pid: 0x0C, target: target, range: 0...1),
      ], problems: &problems)
    #expect(problems.map(\.subject) == ["PID 01", "PID 0C"])
  }

  @Test func randomFramesNeverCrashAndAreAllCounted() {
    var decoder = decoder()
    var random = Seeded(state: 3)
    for i in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if !bytes.isEmpty && i % 2 == 0 { bytes[0] &= 7 }
      if bytes.count > 1 && i % 4 == 0 { bytes[1] = 0x41 }
      _ = decode(&decoder, reply(bytes, ecu: UInt32(i % 8), seconds: Double(i)))
    }
    let c = decoder.counters
    #expect(c.replies > 0 && c.malformed > 0 && c.unknownParameter > 0)
    #expect(
      c.replies + c.malformed + c.unknownParameter + c.refusals + c.otherService + c.firstFrames + c.otherFrames
        == 20_000)
  }

  @Test func theTableIsInOrderAndItsLengthsAgree() {
    let pids = OBDParameter.all.map(\.pid)
    #expect(pids == Array(Set(pids)).sorted())
    var decoder = decoder()
    for parameter in OBDParameter.all {
      let data = [UInt8](repeating: 0xFF, count: parameter.dataBytes)
      let samples = decode(&decoder, reply([UInt8(2 + data.count), 0x41, parameter.pid] + data))
      #expect(samples.first?.value == parameter.range.upperBound, "PID \(parameter.pid)")
    }
  }
}
