// Numbers as people read them. What is not known is a dash, never a 0.
import Documents

enum Figures {
  static let unknown = "–"

  /// At most six decimals, closing zeros dropped: 13.98, 48.137154, 0.
  static func plain(_ value: Double?) -> String {
    guard let value else { return unknown }
    var text = decimal(value, 6)
    guard text.contains(".") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// A number and what it counts: `0 frames`, `1 frame`.
  static func count(_ count: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
    "\(count) " + (count == 1 ? noun : plural ?? noun + "s")
  }

  static func fixed(_ value: Double?, _ places: Int) -> String { value.map { decimal($0, places) } ?? unknown }

  /// The sign of a VSS unit identifier; other identifiers stand for themselves.
  static func unit(_ identifier: String) -> String {
    switch identifier {
    case "celsius": "°C"
    case "percent": "%"
    case "degrees": "°"
    default: identifier
    }
  }

  /// A span in its two largest units, or in tenths of a second below ten: `0.4 s`, `52 s`, `3 min 20 s`, `2 d 4 h`.
  static func span(seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, seconds >= 0, seconds < 1e12 else { return unknown }
    if seconds < 9.95 { return decimal(seconds, 1) + " s" }
    let total = Int(seconds.rounded())
    let parts = [(total / 86_400, "d"), (total / 3600 % 24, "h"), (total / 60 % 60, "min"), (total % 60, "s")]
    let first = parts.firstIndex { $0.0 > 0 } ?? 3
    return parts[first..<min(first + 2, 4)].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
  }

  /// Two decimals below ten, none from there on: `0`, `0.03`, `4.5`, `1200`.
  static func rate(perMillion rate: Double?) -> String {
    guard let rate else { return unknown }
    return plain((rate * (rate < 10 ? 100 : 1)).rounded() / (rate < 10 ? 100 : 1))
  }

  /// IEC 80000-13 binary multiples: `512 B`, `1.9 MiB`.
  static func bytes(_ count: some BinaryInteger) -> String {
    var value = Double(count)
    var unit = "B"
    for larger in ["KiB", "MiB", "GiB", "TiB"] where abs(value) >= 1024 {
      value /= 1024
      unit = larger
    }
    return decimal(value, unit == "B" ? 0 : 1) + " " + unit
  }

  /// Median with the 90 % interval behind it: `6400 (4100–9800)`.
  static func interval(_ q: QuantilesDocument?) -> String {
    guard let q else { return unknown }
    return "\(decimal(q.p50, 0)) (\(decimal(q.p05, 0))–\(decimal(q.p95, 0)))"
  }
}
