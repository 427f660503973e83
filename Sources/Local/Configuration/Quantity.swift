// Numbers, truth values, sizes and durations as people write them, and back.

enum Quantity {
  /// Decimal, or hexadecimal with `0x`.
  static func integer(_ text: String) -> Int? {
    text.hasPrefix("0x") || text.hasPrefix("0X") ? Int(text.dropFirst(2), radix: 16) : Int(text)
  }

  /// A finite decimal number; Swift's own parser would take `nan` and hexadecimal too.
  static func number(_ text: String) -> Double? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  static func boolean(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on": true
    case "false", "no", "off": false
    default: nil
    }
  }

  private static let byteUnits: KeyValuePairs<String, Double> = [
    "": 1, "b": 1, "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "kb": 1e3, "mb": 1e6, "gb": 1e9,
  ]
  private static let timeUnits: KeyValuePairs<String, Double> = [
    "ms": 1e-3, "s": 1, "min": 60, "h": 3_600, "d": 86_400,
  ]

  /// Bytes; a fraction is rounded to whole ones. Nil beyond 2^53, where `Double` is no longer exact.
  static func bytes(_ text: String) -> Int? {
    guard let bytes = scaled(text.lowercased(), by: byteUnits), bytes >= 0, bytes <= 0x1p53 else { return nil }
    return Int(bytes.rounded())
  }

  static func seconds(_ text: String) -> Double? { scaled(text, by: timeUnits) }

  private static let bitrateUnits: KeyValuePairs<String, Double> = ["": 1, "bit/s": 1, "kbit/s": 1e3, "mbit/s": 1e6]

  /// Whole bits per second; nil for fractions of one.
  static func bitrate(_ text: String) -> Int? {
    guard let bits = scaled(text.lowercased(), by: bitrateUnits), bits >= 0, bits <= 1e12, bits == bits.rounded() else {
      return nil
    }
    return Int(bits)
  }

  static func describe(bitrate: Int) -> String {
    for (unit, scale) in [("Mbit/s", 1_000_000), ("kbit/s", 1000)] where bitrate >= scale && bitrate % scale == 0 {
      return "\(bitrate / scale) \(unit)"
    }
    return "\(bitrate) bit/s"
  }

  static func describe(bytes: Int) -> String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes >= 1 << shift {
      if bytes & (1 << shift - 1) == 0 { return "\(bytes >> shift) \(unit)" }
    }
    return "\(bytes) bytes"
  }

  static func describe(seconds: Double) -> String {
    for (unit, scale) in [("d", 86_400.0), ("h", 3_600), ("min", 60), ("s", 1)] where seconds >= scale {
      let count = seconds / scale
      if count == count.rounded(), count < 1e6 { return "\(Int(count)) \(unit)" }
    }
    return seconds == 0 ? "0 s" : "\(seconds) s"
  }

  /// A number, perhaps a space, and a unit of `units`.
  private static func scaled(_ text: String, by units: KeyValuePairs<String, Double>) -> Double? {
    let digits = text.prefix { $0.isNumber || $0 == "." || $0 == "-" || $0 == "+" }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    guard let value = number(String(digits)), let scale = units.first(where: { $0.key == unit })?.value else {
      return nil
    }
    return value * scale
  }
}
