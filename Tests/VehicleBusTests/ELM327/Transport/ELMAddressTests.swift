// The words by which a configuration names an adapter's port.
import Testing

@testable import VehicleBus

@Suite struct ELMAddressTests {
  @Test(arguments: [
    ("/dev/ttyUSB0", ELMAddress.path("/dev/ttyUSB0")),
    ("/dev/serial/by-id/usb-FTDI_OBDLink-if00", .path("/dev/serial/by-id/usb-FTDI_OBDLink-if00")),
    ("obd-1234", .link("obd-1234")),
    ("obd-*", .anyLink(prefix: "obd-")),
    ("obd-STN*", .anyLink(prefix: "obd-STN")),
    ("rfcomm:00:1D:A5:68:98:8B", .bluetooth(address: [0x00, 0x1D, 0xA5, 0x68, 0x98, 0x8B], channel: 1)),
    ("rfcomm:AA:BB:CC:DD:EE:0F/30", .bluetooth(address: [0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0x0F], channel: 30)),
    ("tcp:127.0.0.1:35000", .tcp(host: "127.0.0.1", port: 35000)),
    ("tcp:[fe80::1]:1", .tcp(host: "fe80::1", port: 1)),
    ("tcp:10.0.0.1:65535", .tcp(host: "10.0.0.1", port: 65535)),
  ])
  func wordsAndAddressesAreOneAnothers(word: String, address: ELMAddress) throws {
    #expect(try ELMAddress(word) == address)
    #expect(address.description == word)
  }

  @Test func whatIsWrittenOtherwiseIsTheSame() throws {
    #expect(try ELMAddress("tcp:localhost:35000") == .tcp(host: "127.0.0.1", port: 35000))
    #expect(try ELMAddress("rfcomm:aa:bb:cc:dd:ee:ff/1").description == "rfcomm:AA:BB:CC:DD:EE:FF")
  }

  @Test func onlySerialPortsHaveABaudRate() throws {
    for word in ["/dev/ttyACM0", "obd-7", "obd-*"] { #expect(try ELMAddress(word).isSerialPort) }
    for word in ["tcp:10.0.0.1:1", "rfcomm:AA:BB:CC:DD:EE:FF"] { #expect(try !ELMAddress(word).isSerialPort) }
  }

  @Test(arguments: [
    "", "/", "/dev/", "ttyUSB0", "dev/ttyUSB0", "/dev/tty USB0", "/dev/tty\n", "obd-", "obd-a/b", "obd-*a", "obd-**",
    "obd-../../etc/x", "can0", "rfcomm:", "rfcomm:AA:BB:CC:DD:EE", "rfcomm:AA:BB:CC:DD:EE:FF:00",
    "rfcomm:AA:BB:CC:DD:EE:GG", "rfcomm:AA:BB:CC:DD:EE:FF/0", "rfcomm:AA:BB:CC:DD:EE:FF/31",
    "rfcomm:AA:BB:CC:DD:EE:FF/", "rfcomm:A:BB:CC:DD:EE:FFF",
    "rfcomm:+A:BB:CC:DD:EE:FF", "rfcomm:AA:BB:CC:DD:EE:FF/1/1", "rfcomm::AA:BB:CC:DD:EE:F", "tcp:", "tcp:127.0.0.1",
    "tcp:127.0.0.1:", "tcp:127.0.0.1:0", "tcp:127.0.0.1:65536", "tcp:127.0.0.1:-1", "tcp:example.org:35000",
    "tcp:fe80::1:35000", "tcp:[127.0.0.1]:35000", "tcp:[localhost]:1", "tcp:[]:1", "tcp:127.1:1", "tcp:1.2.3.4.5:1",
    "udp:127.0.0.1:1", "/dev/\u{e4}", "/" + String(repeating: "x", count: 300),
  ])
  func anythingElseIsRefusedWithTheMend(word: String) {
    #expect {
      _ = try ELMAddress(word)
    } throws: { error in
      let text = "\(error)"
      return text.hasPrefix("\"\(word)\" names no adapter's port; give ")
    }
  }

  @Test func theMendIsTheWordsOwn() {
    #expect(throws: ELMAddressError(text: "ttyUSB0", mend: "give the whole path: /dev/ttyUSB0")) {
      _ = try ELMAddress("ttyUSB0")
    }
  }
}
