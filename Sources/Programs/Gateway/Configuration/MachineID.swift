// The machine's own identity: what tells a copied image from the original.
import CLinux
import Vocabulary

enum MachineID {
  /// `/etc/machine-id` (systemd's machine-id(5)): 32 hexadecimal digits; nil where there is none.
  static func read() -> String? {
    var text = [CChar](repeating: 0, count: 64)
    let length = telltale_read_file("/etc/machine-id", &text, text.count)
    guard length > 0 else { return nil }
    let digits = String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return BootID(String(digits.prefix { $0.isHexDigit }))?.description
  }
}
