// `telltale convert`: what comes out, and what is refused before anything is written.
import ArgumentParser
import Glibc
import Recordings
import Testing
import Vocabulary

@testable import telltale

final class ConvertTests {
  private let folder: String

  init() throws {
    var name = Array("/tmp/telltale-convert-XXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in ["in.log", "out.trc", "back.log", "out.gvret", "out.csv", "out"] { unlink(folder + "/" + name) }
    rmdir(folder)
  }

  private func frames(_ path: String) throws -> [String] {
    let reader = try RecordingReader(path: path)
    let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 8)
    defer { buffer.deallocate() }
    var found: [String] = []
    while true {
      let count = try reader.read(into: buffer)
      if count == 0 { return found }
      for frame in buffer[..<count] {
        found.append("\(frame.time.nanoseconds) \(frame.id.rawValue) \(reader.channels[Int(frame.bus)]) \(frame.payload.words[0])")
      }
    }
  }

  private func convert(_ arguments: [String]) throws {
    let command = try ConvertCommand.parse(arguments)
    try command.run()
  }

  private func write(_ text: String, to name: String) throws -> String {
    let path = folder + "/" + name
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try #require(file >= 0 && Glibc.write(file, text, text.utf8.count) == text.utf8.count)
    close(file)
    return path
  }

  private static let log = """
    (1795228080.000100) can1 123#1122
    (1795228080.000200) can0 18FEF100#0102030405060708
    (1795228080.000300) can1 200#R

    """

  @Test func thereAndBackAgainIsTheSame() throws {
    let log = try write(Self.log, to: "in.log")
    try convert([log, folder + "/out.csv"])
    try convert([folder + "/out.csv", folder + "/back.log"])
    #expect(try frames(folder + "/back.log") == frames(log))
    try convert([log, folder + "/out.trc"])
    #expect(try frames(folder + "/out.trc").count == 3)
  }

  @Test func oneChannelAloneCanBeTaken() throws {
    let log = try write(Self.log, to: "in.log")
    try convert([log, folder + "/back.log", "--channel", "can0"])
    #expect(try frames(folder + "/back.log").count == 1)
    #expect(throws: ChannelError.self) { try convert([log, folder + "/back.log", "--channel", "can7"]) }
  }

  @Test func theRecordingItselfIsNeverOverwritten() throws {
    let log = try write(Self.log, to: "in.log")
    #expect(throws: (any Error).self) { try convert([log, log]) }
    #expect(try frames(log).count == 3)
  }

  /// 00000123 would come back as 123, another message.
  @Test(arguments: ["genericid", "microchip"])
  func anIdentifierThatWouldBecomeAnotherIsLeftOut(format: String) throws {
    let log = try write("(1.0) can0 00000123#11\n(2.0) can0 00000800#22\n", to: "in.log")
    try convert([log, folder + "/out", "--to", format])
    #expect(try frames(folder + "/out").count == 1)
  }

  @Test func aNameThatSaysNoFormatNeedsOne() throws {
    let log = try write(Self.log, to: "in.log")
    #expect(throws: (any Error).self) { try convert([log, folder + "/out"]) }
    try convert([log, folder + "/out", "--to", "gvret"])
    // GVRET knows no remote requests: that frame is left out.
    #expect(try frames(folder + "/out").count == 2)
  }

  @Test func aMissingRecordingLeavesNothingBehind() {
    #expect(throws: RecordingError.self) { try convert([folder + "/none.log", folder + "/out.trc"]) }
    #expect(access(folder + "/out.trc", F_OK) != 0)
  }
}
