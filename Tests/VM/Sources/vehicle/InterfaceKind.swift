// What kind an interface is by rtnetlink's word: this program speaks on virtual buses only, never to a real car.
import Glibc

enum InterfaceKind {
  /// `vcan`, `vxcan`, `can`, `slcan` ...; nil where the kernel names none.
  static func of(_ index: Int32) -> String? {
    let descriptor = socket(16, Int32(SOCK_RAW.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // RTM_GETLINK of one interface: a message header of 16 bytes and ifinfomsg of 16 bytes.
    var request = word(32) + half(18) + half(1) + word(1) + word(0)
    request += [0, 0, 0, 0] + word(UInt32(bitPattern: index)) + word(0) + word(0)
    guard write(descriptor, request, request.count) == request.count else { return nil }
    var buffer = [UInt8](repeating: 0, count: 32_768)
    let count = read(descriptor, &buffer, buffer.count)
    // RTM_NEWLINK.
    guard count > 32, Int(buffer[4]) | Int(buffer[5]) << 8 == 16 else { return nil }
    // IFLA_LINKINFO, and in it IFLA_INFO_KIND.
    guard let info = attribute(18, in: buffer[32..<count]), let kind = attribute(1, in: info) else { return nil }
    return String(decoding: kind.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func attribute(_ wanted: Int, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var at = bytes.startIndex
    while at + 4 <= bytes.endIndex {
      let size = Int(bytes[at]) | Int(bytes[at + 1]) << 8
      let type = Int(bytes[at + 2]) | Int(bytes[at + 3] & 0x3F) << 8
      guard size >= 4, at + size <= bytes.endIndex else { return nil }
      if type == wanted { return bytes[at + 4..<at + size] }
      at += (size + 3) & ~3
    }
    return nil
  }

  private static func word(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
  private static func half(_ value: UInt16) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
}
