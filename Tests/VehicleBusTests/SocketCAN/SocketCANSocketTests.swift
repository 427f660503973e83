// Opening CAN sockets where it fails: each failure has a code and one line with its mend, and leaks nothing.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct SocketCANSocketTests {
  @Test(arguments: ["telltale-no", "a-name-that-no-interface-can-have"])
  func anInterfaceThatIsNotThereCannotBeOpened(name: String) {
    let error = #expect(throws: SocketCANError.self) { try SocketCANSocket.open(name, SocketOptions()) }
    #expect(error?.interface == name && error?.code ?? 0 > 0)
    #expect(throws: SocketCANError.self) { try TrafficSentinel(interface: name) }
  }

  @Test func noDescriptorLeaksFromAnInterfaceThatStaysAway() {
    let before = dup(STDIN_FILENO)
    close(before)
    for _ in 0..<200 {
      _ = try? SocketCANSocket.open("telltale-no", SocketOptions())
      _ = try? TrafficSentinel(interface: "telltale-no")
    }
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
    let text = SocketCANError(code: code, interface: "can0").description
    #expect(text.hasPrefix("can0: ") && text.contains(what) && text.contains(mend) && !text.contains("\n"))
  }

  @Test func anyOtherFailureIsInTheSystemsWords() {
    #expect(SocketCANError(code: ENOMEM, interface: "can0").description == "can0: Cannot allocate memory")
  }

  @Test func moreFiltersThanTheKernelTakesMeanEverything() {
    var options = SocketOptions()
    options.filters = (0..<512).map { CANFilter(exactly: CANID(standard: $0)) }
    #expect(options.effectiveFilters.count == 512)
    options.filters.append(CANFilter(exactly: CANID(standard: 600)))
    #expect(options.effectiveFilters.isEmpty)
  }
}
