// Where an adapter is found, as the configuration says it in one word.
import Glibc

/// A port that the owner has named. Nothing else is ever opened or spoken to.
public enum ELMAddress: Hashable, CustomStringConvertible, Sendable {
  /// A serial port: `/dev/ttyUSB0`, `/dev/serial/by-id/...`.
  case path(String)
  /// A link that the udev rules make below `/dev/telltale`: `obd-1234`.
  case link(String)
  /// The first by name, and free, of the links with this beginning: `obd-*`.
  case anyLink(prefix: String)
  /// A Bluetooth device that was paired before: six bytes as they are written, and its channel of RFCOMM, 1...30.
  case bluetooth(address: [UInt8], channel: UInt8)
  /// `tcp:192.168.0.10:35000`, `tcp:[fe80::1]:35000`, `tcp:localhost:35000`: a numeric address, without brackets.
  case tcp(host: String, port: UInt16)

  /// - Parameter text: an absolute path; `obd-NAME`, `obd-*` or `obd-NAME*`; `rfcomm:AA:BB:CC:DD:EE:FF` with `/CHANNEL`
  ///   behind it unless that is 1; `tcp:HOST:PORT` with a numeric host or `localhost`, since looking a name up would
  ///   hold up everything else.
  /// - Throws: `ELMAddressError`.
  public init(_ text: String) throws(ELMAddressError) {
    let isPlain = text.utf8.allSatisfy { 0x21...0x7E ~= $0 } && text.utf8.count <= 255
    guard isPlain, let address = ELMAddress(plain: text) else {
      throw ELMAddressError(text: text, mend: ELMAddress.mend(text))
    }
    self = address
  }

  /// As the configuration would say it.
  public var description: String {
    switch self {
    case .path(let path): path
    case .link(let name): name
    case .anyLink(let prefix): prefix + "*"
    case .bluetooth(let address, let channel):
      "rfcomm:" + ELMAddress.text(address) + (channel == 1 ? "" : "/\(channel)")
    case .tcp(let host, let port): host.contains(":") ? "tcp:[\(host)]:\(port)" : "tcp:\(host):\(port)"
    }
  }

  /// Whether it is a serial port, which has a baud rate.
  public var isSerialPort: Bool {
    switch self {
    case .path, .link, .anyLink: true
    case .bluetooth, .tcp: false
    }
  }

  /// `AA:BB:CC:DD:EE:FF`.
  static func text(_ address: [UInt8]) -> String {
    address.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
  }

  private init?(plain text: String) {
    if text.hasPrefix("/") {
      guard !text.hasSuffix("/") else { return nil }
      self = .path(text)
    } else if text.hasPrefix("obd-") {
      self.init(link: text)
    } else if text.hasPrefix("rfcomm:") {
      self.init(bluetooth: text.dropFirst("rfcomm:".count))
    } else if text.hasPrefix("tcp:") {
      self.init(tcp: text.dropFirst("tcp:".count))
    } else {
      return nil
    }
  }

  private init?(link text: String) {
    let isAny = text.hasSuffix("*")
    let name = isAny ? String(text.dropLast()) : text
    guard !name.contains("/"), !name.contains("*"), isAny || name != "obd-" else { return nil }
    self = isAny ? .anyLink(prefix: name) : .link(name)
  }

  private init?(bluetooth text: Substring) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let bytes = parts[0].split(separator: ":", omittingEmptySubsequences: false)
      .compactMap { $0.utf8.count == 2 && $0.utf8.allSatisfy(isHexDigit) ? UInt8($0, radix: 16) : nil }
    let channel = parts.count == 1 ? 1 : parts.count == 2 ? number(parts[1]) : nil
    guard bytes.count == 6, parts[0].utf8.count == 17, let channel, 1...30 ~= channel else { return nil }
    self = .bluetooth(address: bytes, channel: UInt8(channel))
  }

  private init?(tcp text: Substring) {
    guard let colon = text.lastIndex(of: ":"), let port = number(text[text.index(after: colon)...]),
      1...65_535 ~= port
    else { return nil }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 2
    if isBracketed { host = host.dropFirst().dropLast() }
    let numeric = host == "localhost" && !isBracketed ? "127.0.0.1" : String(host)
    guard isNumeric(numeric, isBracketed ? AF_INET6 : AF_INET) else { return nil }
    self = .tcp(host: numeric, port: UInt16(port))
  }

  /// What would have been right in place of `text`.
  private static func mend(_ text: String) -> String {
    if text.hasPrefix("tcp:") {
      return "give tcp:HOST:PORT with a numeric address or localhost, for example tcp:192.168.0.10:35000"
    }
    if text.hasPrefix("rfcomm:") {
      return "give rfcomm:AA:BB:CC:DD:EE:FF, and its channel as in rfcomm:AA:BB:CC:DD:EE:FF/2 unless that is 1"
    }
    if text.hasPrefix("tty") { return "give the whole path: /dev/\(text)" }
    return "give a path such as /dev/ttyUSB0, a name below /dev/telltale such as obd-1234 or obd-*, "
      + "rfcomm:AA:BB:CC:DD:EE:FF or tcp:192.168.0.10:35000"
  }
}

/// Why a word of the configuration names no port.
public struct ELMAddressError: Error, Equatable, CustomStringConvertible, Sendable {
  public var text: String
  public var mend: String

  /// One line with the mend.
  public var description: String { "\"\(text)\" names no adapter's port; \(mend)" }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
  0x30...0x39 ~= byte || 0x41...0x46 ~= byte || 0x61...0x66 ~= byte
}

/// A decimal number without a sign, of at most five digits.
private func number(_ text: Substring) -> Int? {
  guard 1...5 ~= text.utf8.count, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
  return Int(text)
}

private func isNumeric(_ host: String, _ family: Int32) -> Bool {
  var address = in6_addr()
  return inet_pton(family, host, &address) == 1
}
