// One descriptor to an adapter, with a pseudo-terminal or a socket at the other end.
import CLinux
import Glibc
import Testing

@testable import VehicleBus

@Suite struct SerialLineTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func line(_ word: String) throws -> SerialLine { SerialLine(try ELMAddress(word), folder: folder.path) }

  private func code(_ line: inout SerialLine) -> Int32 {
    do throws(ELMPortError) {
      try line.open()
      return 0
    } catch {
      return error.code
    }
  }

  @Test func everyByteComesThroughBothWaysAsItIs() throws {
    let wire = try PseudoTerminal("obd-1", in: folder)
    var line = try line("obd-1")
    try line.open()
    #expect(line.isOpen && line.path == wire.link)
    let all = (0...255).map { UInt8($0) }
    #expect(try line.write(all) == 256)
    #expect(readBytes(wire.master, 256) == all)
    writeBytes(wire.master, all)
    #expect(readLine(&line, 256) == all)
    #expect(try line.read() == [])
  }

  private func readLine(_ line: inout SerialLine, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count, waitForBytes([line.descriptor]) {
      guard let more = try? line.read(), !more.isEmpty else { break }
      bytes += more
    }
    return bytes
  }

  @Test(arguments: [9600, 38400, 115_200, 500_000, 12_345, 2_000_000] as [UInt32])
  func anyBaudRateIsSet(baud: UInt32) throws {
    let wire = try PseudoTerminal("obd-1", in: folder)
    var line = try line("obd-1")
    try line.open()
    #expect(try line.setBaudRate(baud, atOnce: false))
    #expect(wire.baudRate == baud)
  }

  @Test func aNewBaudRateThrowsAwayWhatCameAtTheOldOne() throws {
    let wire = try PseudoTerminal("obd-1", in: folder)
    var line = try line("obd-1")
    try line.open()
    writeBytes(wire.master, [0x41, 0x42])
    try #require(waitForBytes([line.descriptor]))
    #expect(try line.setBaudRate(38400, atOnce: false))
    #expect(try line.read() == [])
  }

  @Test func aPortBelongsToOneAlone() throws {
    let wire = try PseudoTerminal("obd-1", in: folder)
    var first = try line("obd-1")
    var second = try line(wire.path)
    #expect(code(&first) == 0)
    #expect(code(&second) == EBUSY && !second.isOpen)
    first.close()
    #expect(code(&second) == 0)
  }

  @Test func theFirstFreeOneByNameIsTaken() throws {
    let b = try PseudoTerminal("obd-b", in: folder)
    let a = try PseudoTerminal("obd-a", in: folder)
    let other = try PseudoTerminal("gps-a", in: folder)
    var first = try line("obd-*")
    var second = try line("obd-*")
    var third = try line("obd-*")
    #expect(code(&first) == 0 && first.path == a.link)
    #expect(code(&second) == 0 && second.path == b.link)
    #expect(code(&third) == EBUSY && other.link.hasSuffix("gps-a"))
    first.close()
    #expect(code(&third) == 0 && third.path == a.link)
  }

  @Test func whatIsNoSerialPortIsLeftAlone() throws {
    var missing = try line("obd-1")
    #expect(code(&missing) == ENOENT)
    var any = try line("obd-*")
    #expect(code(&any) == ENOENT)
    for path in ["/dev/null", "/proc/self/status", "/tmp"] {
      var line = try line(path)
      #expect(code(&line) == ENOTTY, "\(path)")
    }
  }

  @Test func aPulledPlugEndsReadingAndWriting() throws {
    var line = try line("obd-1")
    var wire: PseudoTerminal? = try PseudoTerminal("obd-1", in: folder)
    #expect(code(&line) == 0 && wire != nil)
    wire = nil
    let gone = ELMPortError(code: ELMPortError.goneCode, address: .link("obd-1"), path: folder.path + "/obd-1")
    #expect(gone.isAbsent)
    #expect(throws: gone) { try line.read() }
    #expect { try line.write([0x0D]) } throws: { ($0 as? ELMPortError)?.isAbsent == true }
    // And what is not there any more says so.
    #expect(code(&line) == ENOENT)
  }

  @Test func aSocketConnectsWithoutWaiting() throws {
    let listener = try Listener()
    var line = try line("tcp:127.0.0.1:\(listener.port)")
    #expect(code(&line) == 0 && line.isConnecting && !line.isOpen)
    let far = try listener.accept()
    try line.finishConnecting()
    #expect(line.isOpen == true)
    #expect(try line.write([1, 2, 3]) == 3)
    #expect(readBytes(far, 3) == [1, 2, 3])
    close(far)
    #expect(readLine(&line, 1) == [])
    #expect(throws: ELMPortError(code: ELMPortError.goneCode, address: line.address)) { try line.read() }
    // Writing to a socket whose other side is gone is an error and no signal.
    for _ in 0..<2 { _ = try? line.write([4]) }
  }

  @Test func aSocketThatNobodyListensToIsRefused() throws {
    var line: SerialLine
    do {
      let port = try Listener().port
      line = try self.line("tcp:127.0.0.1:\(port)")
    }
    _ = code(&line)
    var look = pollfd(fd: line.descriptor, events: Int16(POLLOUT), revents: 0)
    #expect(line.descriptor < 0 || poll(&look, 1, 10_000) > 0)
    #expect(throws: ELMPortError(code: ECONNREFUSED, address: line.address)) { try line.finishConnecting() }
  }

  @Test func withoutBluetoothTheErrorSaysSo() throws {
    var line = try line("rfcomm:02:00:00:00:00:01")
    do throws(ELMPortError) {
      try line.open()
      // A kernel with Bluetooth begins to connect, or has no controller.
      #expect(line.isConnecting == true)
    } catch {
      #expect(error.description.hasPrefix("rfcomm:02:00:00:00:00:01: ") && error.description.contains("; "))
    }
  }

  @Test(arguments: [
    ("/dev/ttyUSB0", ENOENT, "no such port"), ("obd-*", ENOENT, "below /dev/telltale"),
    ("/dev/ttyUSB0", EACCES, "usermod -aG dialout telltale"), ("/dev/ttyUSB0", EBUSY, "fuser -v /dev/ttyUSB0"),
    ("/dev/ttyUSB0", ENOTTY, "no serial port"), ("obd-1", ECONNRESET, "plug the adapter in again"),
    ("obd-1", EIO, "plug the adapter in again"), ("tcp:10.0.0.1:35000", ECONNREFUSED, "refuses connections"),
    ("tcp:10.0.0.1:35000", ETIMEDOUT, "wireless network"), ("tcp:10.0.0.1:35000", ECONNRESET, "only one at a time"),
    ("rfcomm:AA:BB:CC:DD:EE:FF", EAFNOSUPPORT, "modprobe"), ("rfcomm:AA:BB:CC:DD:EE:FF", EHOSTDOWN, "bring it nearer"),
    ("rfcomm:AA:BB:CC:DD:EE:FF", EACCES, "bluetoothctl pair AA:BB:CC:DD:EE:FF"), ("/dev/ttyUSB0", EMFILE, "open files"),
  ])
  func troubleIsOneLineWithTheMend(word: String, code: Int32, text: String) throws {
    let error = ELMPortError(code: code, address: try ELMAddress(word))
    #expect(error.description.hasPrefix("\(word): ") && error.description.contains(text))
    #expect(!error.description.contains("\n"))
  }
}
