// Every format: what is written is read back, to the format's own resolution; and no bytes bring a reader down.
import Testing
import Vocabulary

@testable import Recordings

enum Samples {
  private static func frame(_ index: Int, id: CANID, length: Int, flags: CANFrame.Flags = []) -> CANFrame {
    var frame = CANFrame(
      // Days apart, and with every digit down to the nanosecond.
      time: Instant(nanoseconds: 1_700_000_000_123_456_789 + Int64(index) * 43_200_001_001_001),
      id: id, bus: UInt8(index % 2), length: UInt8(length), flags: flags, payload: CANPayload())
    if !id.isRemoteRequest { for k in 0..<length { frame.payload[k] = UInt8(truncatingIfNeeded: index * 31 + k * 7) } }
    return frame
  }

  /// Data frames of every length, standard and extended.
  static let classic = (0..<18).map {
    frame($0, id: $0 < 9 ? CANID(standard: UInt32($0 * 200)) : CANID(extended: UInt32($0 * 20_000_000)), length: $0 % 9)
  }
  static let remote = [
    frame(20, id: CANID(rawValue: 0x123 | CANID.remoteFlag), length: 8),
    frame(21, id: CANID(rawValue: 0x9234_5678 | CANID.remoteFlag), length: 0),
  ]
  static let flexible = [0, 8, 12, 64].enumerated().map {
    frame(30 + $0.offset, id: CANID(standard: 0x7FF), length: $0.element, flags: .flexibleDataRate)
  }
  static let switched = [1, 2, 3].map {
    frame(39 + $0, id: CANID(extended: 0x1FFF_FFFF), length: 24, flags: CANFrame.Flags(rawValue: UInt8($0 | 4)))
  }
  static let error = [frame(50, id: CANID(rawValue: CANID.errorFlag | 0x8), length: 8)].map {
    var frame = $0
    frame.payload = CANPayload()
    return frame
  }
}

@Suite struct RoundTripTests {
  /// Nanoseconds of a format's last digit, which the writer cuts; nil where there are no times.
  static func resolution(_ format: RecordingFormat) -> Int64? {
    switch format {
    case .csv: 1
    case .busmaster: 100_000
    case .microchip: 1_000_000
    case .genericid: nil
    default: 1000
    }
  }

  private func roundTrip(_ frames: [CANFrame], _ format: RecordingFormat, leavingOut: Int = 0) throws -> [CANFrame] {
    let text = try written(frames, format: format, channels: ["can0", "can1"], leavingOut: leavingOut)
    let log = recording(text)
    let read = try allFrames(log)
    #expect(log.format == format && log.damage.total == 0, "\(format): \(String(describing: log.damage.first))")
    return read
  }

  private func expected(_ frames: [CANFrame], _ format: RecordingFormat) -> [String] {
    frames.map {
      var frame = $0
      frame.time.nanoseconds = Self.resolution(format).map { frame.time.nanoseconds / $0 * $0 } ?? 0
      if format == .genericid || format == .microchip {
        // These have neither buses nor a mark for an extended identifier below 800.
        frame.bus = 0
        if frame.id.value <= 0x7FF { frame.id = CANID(standard: frame.id.value) }
      }
      return describe(frame)
    }
  }

  @Test(arguments: RecordingFormat.allCases) func keepsDataFrames(format: RecordingFormat) throws {
    let read = try roundTrip(Samples.classic, format)
    #expect(read.map(describe) == expected(Samples.classic, format))
  }

  @Test(arguments: RecordingFormat.allCases) func keepsRemoteRequestsOrSaysSo(format: RecordingFormat) throws {
    let holds = ![RecordingFormat.gvret, .genericid, .crtd, .microchip].contains(format)
    let read = try roundTrip(Samples.remote, format, leavingOut: holds ? 0 : 2)
    #expect(read.map(describe) == (holds ? expected(Samples.remote, format) : []))
  }

  @Test(arguments: RecordingFormat.allCases) func keepsErrorFramesOrSaysSo(format: RecordingFormat) throws {
    let holds = [RecordingFormat.candump, .trc, .asc, .csv].contains(format)
    let read = try roundTrip(Samples.error, format, leavingOut: holds ? 0 : 1)
    #expect(read.map(describe) == (holds ? expected(Samples.error, format) : []))
  }

  @Test(arguments: RecordingFormat.allCases) func keepsFlexibleFramesOrSaysSo(format: RecordingFormat) throws {
    let holdsNone = [RecordingFormat.canhacker, .crtd, .microchip].contains(format)
    let read = try roundTrip(Samples.flexible, format, leavingOut: holdsNone ? 4 : 0)
    var frames = holdsNone ? [] : Samples.flexible
    // SavvyCAN's csv forms show it by the length alone.
    if format == .gvret || format == .genericid { for k in 0..<2 { frames[k].flags = [] } }
    #expect(read.map(describe) == expected(frames, format))
  }

  @Test(arguments: [RecordingFormat.candump, .trc, .asc, .csv])
  func keepsBitRateSwitchAndErrorState(format: RecordingFormat) throws {
    #expect(try roundTrip(Samples.switched, format).map(describe) == expected(Samples.switched, format))
  }

  /// An FD frame may carry a length that no code has: trc pads it.
  @Test func padsToTheNextLengthCode() throws {
    var frame = Samples.flexible[3]
    frame.length = 13
    for k in 13..<64 { frame.payload[k] = 0 }
    #expect(try roundTrip([frame], .trc).map(\.length) == [16])
  }

  @Test func keepsNumbersOfBusesAndCountsNames() throws {
    for (format, expected) in [(.trc, ["1", "2"]), (.gvret, ["0", "1"])] as [(RecordingFormat, [String])] {
      for (channels, names) in [(["can4", "can7"], expected), (["4", "7"], ["4", "7"])] {
        let log = recording(try written(Samples.classic, format: format, channels: channels))
        _ = try allFrames(log)
        #expect(log.channels == names)
      }
    }
  }

  @Test func aFrameBeforeTheStartGoesThere() throws {
    var late = Samples.classic[0]
    late.time = Instant(nanoseconds: 1_700_000_000_500_000_000)
    var early = late
    early.time = Instant(nanoseconds: 1_600_000_000_500_000_000)
    for format in [RecordingFormat.trc, .asc, .microchip, .busmaster] {
      let times = try roundTrip([late, early], format).map(\.time.nanoseconds)
      #expect(times == [1_700_000_000_500_000_000, 1_700_000_000_000_000_000])
    }
  }

  @Test(arguments: RecordingFormat.allCases) func aLogWithoutFramesIsStillOne(format: RecordingFormat) throws {
    let text = try written([], format: format, channels: [])
    let log = recording(text)
    #expect(try allFrames(log).isEmpty)
    #expect(log.format == format && log.damage.total == 0)
  }

  /// Whatever happens to a log's bytes, reading ends, and a line is a frame, damaged, or none.
  @Test(arguments: RecordingFormat.allCases) func survivesMutations(format: RecordingFormat) throws {
    let all = [Samples.classic, Samples.remote, Samples.flexible, Samples.switched, Samples.error].flatMap { $0 }
    let sample = try written(all, format: format, channels: ["can0", "can1"], leavingOut: nil)
    let telling = Array("0123456789ABCDEFabcdefxX#.,:;()[]{}-_ \t\r\n\0@*/'\"\u{FF}".utf8)
    var numbers = SeededNumbers(seed: UInt64(format.rawValue.utf8.reduce(7) { $0 &* 31 &+ Int($1) }))
    for round in 0..<400 {
      var text = sample
      for _ in 0..<(1 + numbers.next(30)) {
        let place = numbers.next(text.count)
        switch numbers.next(4) {
        case 0: text[place] = UInt8(numbers.next(256))
        case 1: text[place] = telling[numbers.next(telling.count)]
        case 2: text.remove(at: place)
        default: text.insert(contentsOf: repeatElement(UInt8(ascii: "9"), count: 1 + numbers.next(20)), at: place)
        }
      }
      if numbers.next(4) == 0 { text.removeSubrange(numbers.next(text.count)...) }
      let log = recording(text, format: round % 2 == 0 ? format : nil, pieces: [numbers.next(200) + 1], capacity: 1024)
      guard let frames = try? allFrames(log) else { continue }
      #expect(frames.count == log.frames && frames.count + log.damage.total <= log.lines)
      for frame in frames { #expect(frame.length <= (frame.flags.contains(.flexibleDataRate) ? 64 : 8)) }
    }
  }
}
