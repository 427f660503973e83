// How a log tells its format: by content before its name, from any first lines, through a pipe.
import Glibc
import Testing
import Vocabulary

@testable import Recordings

@Suite struct RecordingFormatTests {
  @Test func knowsNamesAndEndings() {
    #expect(RecordingFormat(name: "TRC") == .trc && RecordingFormat(name: "pcap") == nil)
    #expect(RecordingFormat(path: "a/b.c/drive.LOG") == .candump && RecordingFormat(path: "drive") == nil)
    for format in RecordingFormat.allCases {
      #expect(RecordingFormat(name: format.rawValue) == format)
      #expect(RecordingFormat(path: "x." + format.rawValue) == format)
    }
  }

  /// Each format's rows tell it without its header, but for the two tables that could be anything.
  @Test func tellsAFormatByItsRows() throws {
    for format in RecordingFormat.allCases {
      let text = try written(Samples.classic, format: format, channels: ["can0"])
      #expect(recordingFormat(of: text) == format)
      guard format != .genericid && format != .csv else { continue }
      let lines = text.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
      let rows = lines.dropFirst(lines.count / 2).joined(separator: [format == .canhacker ? 0x0D : 0x0A])
      #expect(recordingFormat(of: Array(rows)) == format)
    }
  }

  private func recordingFormat(of text: [UInt8]) -> RecordingFormat? {
    let log = recording(text)
    guard (try? allFrames(log)) != nil else { return nil }
    return log.format
  }

  @Test func looksBehindDamageMarksAndBlankLines() throws {
    let log = recording("\u{FEFF}\r\n???\r\n(1.0) can0 123#11\r\n")
    #expect(try allFrames(log).count == 1)
    #expect(log.format == .candump && log.damage.first == RecordingDamage.Place(line: 2, kind: .time))
  }

  @Test func aByteOrderMarkIsNoDamage() throws {
    let log = recording("\u{FEFF}(1.0) can0 123#11\n")
    #expect(try allFrames(log).count == 1)
    #expect(log.damage.total == 0)
  }

  @Test func theStatedFormatIsTaken() throws {
    let log = recording("(1.0) can0 123#11\n", format: .trc)
    #expect(try allFrames(log).isEmpty)
    #expect(log.format == .trc && log.damage.total == 1)
  }

  @Test func refusesWhatIsNoLog() throws {
    let log = recording("some text\nabout something\n")
    let error = #expect(throws: RecordingError.self) { try allFrames(log) }
    #expect(
      error?.description == "test: is no log of a known format (candump, trc, asc, gvret, genericid, canhacker, crtd, "
        + "microchip, busmaster, csv); name its format with --from")
  }

  @Test(arguments: [("log", true), ("asc", true), ("csv", false), ("txt", false)])
  func aFileOfDamageAloneIsWhatItsEndingSays(ending: String, isTaken: Bool) throws {
    var template = Array("/tmp/telltale-recordings-XXXXXX.\(ending)".utf8CString)
    let descriptor = mkstemps(&template, Int32(ending.utf8.count + 1))
    try #require(descriptor >= 0)
    let path = template.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { String(cString: $0) } ?? "" }
    defer {
      close(descriptor)
      unlink(path)
    }
    try #require(write(descriptor, "1,2\n3,4\n", 8) == 8)
    if isTaken {
      let log = try RecordingReader(path: path)
      #expect(try log.format == RecordingFormat(path: path) && allFrames(log).isEmpty && log.damage.total == 2)
    } else {
      #expect(throws: RecordingError.self) { try RecordingReader(path: path) }
    }
  }

  @Test func nothingAtAllIsAnEmptyLog() throws {
    let log = recording("\n\n")
    #expect(try allFrames(log).isEmpty)
    #expect(log.lines == 0)
  }

  /// A pipe's reader waits for the first line that tells the format, and for no more.
  @Test func tellsTheFormatOfAPipeByItsFirstLine() throws {
    for (line, format) in [
      ("(1.0) can0 123#11\n", .candump), ("1,00000123,false,0,1,11\n", .gvret), ("1.0 R11 123 11\n", .crtd),
    ] as [(String, RecordingFormat)] {
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      let log = RecordingReader(descriptor: ends[0], name: "pipe")
      let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 8)
      defer {
        buffer.deallocate()
        close(ends[0])
        close(ends[1])
      }
      #expect(log.wouldWait)
      let bytes = Array(line.utf8)
      try #require(write(ends[1], bytes, bytes.count) == bytes.count)
      #expect(!log.wouldWait)
      #expect(try log.read(into: buffer) == 1)
      #expect(log.format == format && log.wouldWait)
    }
  }
}
