// Recordings as a source: all frames, time that never runs back, the pace, what is told of damage.
import Glibc
import Recordings
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct RecordingSourceTests {
  /// A wall time in seconds that a recording of 2026 would carry.
  private static let start = 1_795_228_080.0

  private func line(_ seconds: Double, _ id: Int = 0x123, channel: String = "can0") -> String {
    let whole = Int(seconds)
    let micros = String(Int(((seconds - Double(whole)) * 1e6).rounded()) + 1_000_000).dropFirst()
    return "(\(whole).\(micros)) \(channel) \(String(id, radix: 16, uppercase: true))#0102\n"
  }

  /// Reads until nothing comes; the frames in order.
  private func drain(_ source: RecordingSource, batch: Int = 256) -> [CANFrame] {
    let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: batch)
    defer { buffer.deallocate() }
    var frames: [CANFrame] = []
    while true {
      let count = source.read(into: buffer)
      if count == 0 { return frames }
      frames += buffer[..<count]
      if source.clock.now().uptime != buffer[count - 1].time { Issue.record("the clock is not at the last frame") }
    }
  }

  private func seconds(_ frames: [CANFrame]) -> [Double] { frames.map { $0.time.seconds(since: .zero) } }

  @Test(arguments: [1, 7, 256, 5000])
  func everyLineIsAFrame(batch: Int) throws {
    let folder = try Folder()
    let lines = (0..<3000).map { line(Self.start + Double($0) * 0.01, 0x100 + $0 % 0x600) }
    let path = try folder.write("a.log", lines.joined())
    let source = try RecordingSource(paths: [path])
    #expect(source.kind == "recording" && source.descriptor == nil && source.state == .open)
    let frames = drain(source, batch: batch)
    #expect(frames.count == 3000 && source.lines == 3000 && source.counters.frames == 3000)
    #expect(frames.enumerated().allSatisfy { $0.element.id.value == UInt32(0x100 + $0.offset % 0x600) })
    #expect(source.state == .ended && source.problem == nil && source.counters.damagedLines == 0)
    #expect(source.nanosecondsUntilReady() == 0)
  }

  @Test func theFirstFrameIsSecondOneAndWallTimeIsTheRecordings() throws {
    let folder = try Folder()
    let source = try RecordingSource(paths: [try folder.write("a.log", line(Self.start) + line(Self.start + 2.5))])
    let frames = drain(source)
    #expect(seconds(frames) == [1, 3.5])
    let now = source.clock.now()
    #expect(now.quality == .ntp && now.wallNanoseconds == Int64((Self.start + 2.5) * 1e9))
  }

  @Test func aRecordingOf1970HasNoClock() throws {
    let folder = try Folder()
    let source = try RecordingSource(paths: [try folder.write("a.log", line(12) + line(13))])
    #expect(seconds(drain(source)) == [1, 2] && source.clock.now().quality == .none)
    #expect(source.clock.now().wallNanoseconds == 13_000_000_000)
  }

  @Test func aSmallStepBackWaitsForTimeToCatchUp() throws {
    let folder = try Folder()
    let offsets = [0.0, 10, 5, 9, 12]
    let source = try RecordingSource(
      paths: [try folder.write("a.log", offsets.map { line(Self.start + $0) }.joined())])
    #expect(seconds(drain(source)) == [1, 11, 11, 11, 13])
    #expect(source.jumpsBack == 0 && source.problem == nil)
    #expect(source.clock.now().wallNanoseconds == Int64((Self.start + 12) * 1e9))
  }

  @Test func aLargeStepBackIsPlayedOnAndTold() throws {
    let folder = try Folder()
    let offsets = [0.0, 100, 0, 1, 2]
    let source = try RecordingSource(
      paths: [try folder.write("a.log", offsets.map { line(Self.start + $0) }.joined())])
    #expect(seconds(drain(source)) == [1, 101, 101, 102, 103])
    #expect(source.jumpsBack == 1 && source.problem?.contains("jumps back") == true)
  }

  @Test func recordingsFollowOneAnother() throws {
    let folder = try Folder()
    let paths = [
      try folder.write("a.log", line(Self.start) + line(Self.start + 1)),
      try folder.write("b.log", line(Self.start + 3) + "rubbish\n"),
      try folder.write("c.log", ""),
      try folder.write("d.log", line(Self.start + 4) + line(Self.start + 5)),
    ]
    let source = try RecordingSource(paths: paths)
    #expect(seconds(drain(source)) == [1, 2, 4, 5, 6])
    #expect(source.lines == 6 && source.counters.frames == 5 && source.counters.damagedLines == 1)
    #expect(source.state == .ended && source.name == paths.joined(separator: " "))
  }

  @Test func yearsBetweenRecordingsPassOnTheAxis() throws {
    let folder = try Folder()
    let years = 3 * 365.25 * 86_400
    let source = try RecordingSource(paths: [
      try folder.write("a.log", line(Self.start - years)), try folder.write("b.log", line(Self.start)),
    ])
    #expect(seconds(drain(source)) == [1, 1 + years] && source.jumpsBack == 0)
    #expect(source.clock.now().wallNanoseconds == Int64(Self.start * 1e9))
  }

  @Test func anOlderSecondRecordingIsPlayedOn() throws {
    let folder = try Folder()
    let source = try RecordingSource(paths: [
      try folder.write("a.log", line(Self.start) + line(Self.start + 1)),
      try folder.write("b.log", line(Self.start - 1e8) + line(Self.start - 1e8 + 4)),
    ])
    #expect(seconds(drain(source)) == [1, 2, 2, 6] && source.jumpsBack == 1)
  }

  /// Two loggers with clocks 300 days apart in one file: the axis must not grow by 300 days with each change.
  @Test func twoClocksInOneRecordingDoNotRunAway() throws {
    let folder = try Folder()
    let apart = 300 * 86_400.0
    let lines = (0..<2000).map { line(Self.start + Double($0) * 0.1 + ($0 % 2 == 0 ? 0 : apart)) }
    let source = try RecordingSource(paths: [try folder.write("a.log", lines.joined())])
    let times = seconds(drain(source))
    #expect(times.count == 2000 && times == times.sorted())
    #expect(try #require(times.last) < apart * Double(RecordingSource.toleratedJumps + 2))
  }

  // MARK: Pace

  /// A host clock that stands where the test puts it.
  private final class Host {
    var nanoseconds: Int64 = 77_000_000_000
    func advance(_ seconds: Double) { nanoseconds += Int64(seconds * 1e9) }
  }

  @Test(arguments: [1.0, 10, 0.5])
  func framesComeAtTheirPace(speed: Double) throws {
    let folder = try Folder()
    let path = try folder.write("a.log", (0...4).map { line(Self.start + Double($0)) }.joined())
    let host = Host()
    let source = try RecordingSource(paths: [path], speed: speed, hostNanoseconds: { host.nanoseconds })
    #expect(seconds(drain(source)) == [1])
    #expect(source.nanosecondsUntilReady() == Int64(1e9 / speed))
    host.advance(0.999 / speed)
    #expect(drain(source).isEmpty && source.state == .open)
    host.advance(0.001 / speed)
    #expect(source.nanosecondsUntilReady() == 0)
    #expect(seconds(drain(source)) == [2])
    host.advance(2.5 / speed)
    #expect(seconds(drain(source)) == [3, 4])
    host.advance(10 / speed)
    #expect(seconds(drain(source)) == [5])
    #expect(drain(source).isEmpty && source.state == .ended)
  }

  @Test func thePaceDoesNotWaitBetweenRecordings() throws {
    let folder = try Folder()
    let paths = [
      try folder.write("a.log", line(Self.start - 1e8)),
      try folder.write("b.log", line(Self.start) + line(Self.start + 2)),
    ]
    let host = Host()
    let source = try RecordingSource(paths: paths, speed: 1, hostNanoseconds: { host.nanoseconds })
    #expect(seconds(drain(source)) == [1, 1 + 1e8])
    #expect(source.nanosecondsUntilReady() == 2_000_000_000)
    host.advance(2)
    #expect(seconds(drain(source)) == [3 + 1e8])
  }

  @Test func aVerySlowPaceDoesNotOverflow() throws {
    let folder = try Folder()
    let path = try folder.write("a.log", line(Self.start) + line(Self.start + 1e8))
    let source = try RecordingSource(paths: [path], speed: 1e-6, hostNanoseconds: { 0 })
    #expect(drain(source).count == 1)
    #expect(source.nanosecondsUntilReady() == 3_600_000_000_000)
  }

  /// Two recordings of one gateway name their channels in another order; a third interface is not in the configuration.
  @Test func busesAreToldByTheirNames() throws {
    let folder = try Folder()
    let source = try RecordingSource(
      paths: [
        try folder.write("a.log", line(Self.start, 0x101, channel: "can1") + line(Self.start + 1, 0x102, channel: "can0")),
        try folder.write("b.log", line(Self.start + 2, 0x103, channel: "vcan7") + line(Self.start + 3, 0x104, channel: "can1")),
      ], buses: ["can0", "can1"])
    #expect(drain(source).map(\.bus) == [1, 0, 2, 1])
    #expect(source.channels == ["can0", "can1", "vcan7"])
  }

  // MARK: Trouble

  @Test func damagedLinesAreCountedAndToldOnce() throws {
    let folder = try Folder()
    let text = line(Self.start) + "\n(\(Self.start)) can0 XYZ#00\n" + line(Self.start + 1) + "nonsense\n"
    let path = try folder.write("a.log", text)
    let source = try RecordingSource(paths: [path])
    #expect(drain(source).count == 2)
    #expect(source.counters.damagedLines == 2 && source.lines == 4)
    #expect(
      source.problem == "\(path):3: identifier is missing, not of the log's form or too large; "
        + "lines like this are skipped and counted")
  }

  @Test func damageInALaterRecordingAddsUp() throws {
    let folder = try Folder()
    let source = try RecordingSource(paths: [
      try folder.write("a.log", "x\n" + line(Self.start)), try folder.write("b.log", "x\ny\n" + line(Self.start)),
    ])
    #expect(source.counters.damagedLines == 1 && source.lines == 2)
    #expect(drain(source).count == 2)
    #expect(source.counters.damagedLines == 3 && source.lines == 5)
    #expect(source.problem?.contains("a.log:1: ") == true)
  }

  @Test(arguments: [
    ("", "holds no CAN frame; give a recording with frames"),
    (";$FILEVERSION=1.1\n", "holds no CAN frame; give a recording with frames"),
  ])
  func aRecordingWithoutFramesIsRefused(text: String, reason: String) throws {
    let folder = try Folder()
    let path = try folder.write("a.trc", text)
    let error = #expect(throws: RecordingError.self) { _ = try RecordingSource(paths: [path]) }
    #expect(error?.description == path + ": " + reason)
  }

  @Test func aMissingRecordingIsRefusedAtTheStartWhereverItStands() throws {
    let folder = try Folder()
    let here = try folder.write("a.log", line(Self.start))
    for paths in [[folder.path + "/no.log"], [here, folder.path + "/no.log"]] {
      let error = #expect(throws: RecordingError.self) { _ = try RecordingSource(paths: paths) }
      #expect(
        error?.description == "\(folder.path)/no.log: cannot open: No such file or directory; check the path")
    }
  }

  @Test func aRecordingThatVanishesIsToldAndTheNextIsPlayed() throws {
    let folder = try Folder()
    let paths = try ["a.log", "b.log", "c.log"].map { try folder.write($0, line(Self.start)) }
    let source = try RecordingSource(paths: paths)
    unlink(paths[1])
    #expect(drain(source).count == 2 && source.lines == 2 && source.state == .ended)
    #expect(source.problem == "\(paths[1]): cannot open: No such file or directory; check the path")
  }

  @Test func frameBusIsTheChannel() throws {
    let folder = try Folder()
    let text = line(Self.start, channel: "can0") + line(Self.start, channel: "vcan7")
    let source = try RecordingSource(paths: [try folder.write("a.log", text)])
    #expect(source.channels == ["can0", "vcan7"])
    #expect(drain(source).map(\.bus) == [0, 1])
  }
}

/// A folder of a test's own, gone when the test ends.
private struct Folder: ~Copyable {
  let path: String

  init() throws {
    var template = Array("/tmp/telltale-bus-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func write(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw Failure(code: errno) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(code: errno) }
    return file
  }

  deinit {
    for name in ["a.log", "b.log", "c.log", "d.log", "a.trc"] { unlink(path + "/" + name) }
    rmdir(path)
  }

  struct Failure: Error { let code: Int32 }
}
