// SocketCAN where there is no CAN: the source is down, says why and how to mend it, and harms nothing.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct SocketCANSourceTests {
  @Test(arguments: ["telltale-no-can", "a-name-that-no-interface-can-have"])
  func anInterfaceThatIsNotThereIsDown(name: String) {
    let source = SocketCANSource(interface: name, bus: 3)
    #expect(source.name == name && source.kind == "socketcan")
    let buffer = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 4)
    defer { buffer.deallocate() }
    for _ in 0..<3 {
      #expect(source.state == .down && source.descriptor == nil)
      #expect(source.problem?.hasPrefix(name + ": ") == true && source.problem?.contains("; ") == true)
      #expect(source.read(into: buffer) == 0 && source.counters.frames == 0 && source.counters.dropped == 0)
      #expect(source.nanosecondsUntilReady() == nil)
      source.reopen()
    }
  }

  @Test func noDescriptorLeaksFromAnInterfaceThatStaysAway() throws {
    let source = SocketCANSource(interface: "telltale-no-can", bus: 0)
    let before = dup(STDIN_FILENO)
    close(before)
    for _ in 0..<200 { source.reopen() }
    let after = dup(STDIN_FILENO)
    close(after)
    // Other tests open files at the same time; two hundred they do not.
    #expect(after < before + 100)
  }

  @Test(arguments: [
    (ENODEV, "no such CAN interface", "ip -br link show type can"), (ENXIO, "no such CAN interface", "ip -br link"),
    (ENETDOWN, "the interface is down", "ip link set can0 up type can bitrate 500000"),
    (EAFNOSUPPORT, "no CAN sockets", "modprobe -a can can-raw"),
    (EPERM, "not permitted", "RestrictAddressFamilies"), (EACCES, "not permitted", "RestrictAddressFamilies"),
  ])
  func everyFailureNamesItsMend(code: Int32, what: String, mend: String) {
    let text = SocketCANSource.explain(code, interface: "can0")
    #expect(text.hasPrefix("can0: ") && text.contains(what) && text.contains(mend) && !text.contains("\n"))
  }

  @Test func anyOtherFailureIsInTheSystemsWords() {
    #expect(SocketCANSource.explain(ENOMEM, interface: "can0") == "can0: Cannot allocate memory")
  }
}
