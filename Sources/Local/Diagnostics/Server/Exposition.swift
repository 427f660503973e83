// Prometheus' text exposition format 0.0.4, line by line.
import Documents

/// Writes metric families; a family's head is written with its first sample, so that an empty one leaves no trace.
struct Exposition {
  var lines = ""
  private var name = ""
  private var head = ""

  mutating func family(_ name: String, _ type: String, _ help: String) {
    self.name = name
    head = "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  mutating func sample(_ labels: KeyValuePairs<String, String>, _ value: Double?, more: String? = nil) {
    guard let value, value.isFinite else { return }
    var inside = labels.map { "\($0)=\"\(escaped($1))\"" }
    if let more { inside.append(more) }
    let number = value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    lines += head + name + (inside.isEmpty ? "" : "{" + inside.joined(separator: ",") + "}") + " " + number + "\n"
    head = ""
  }

  mutating func quantiles(_ labels: KeyValuePairs<String, String>, _ q: QuantilesDocument?) {
    guard let q else { return }
    for (level, value) in [
      ("0.05", q.p05), ("0.1", q.p10), ("0.25", q.p25), ("0.5", q.p50), ("0.75", q.p75), ("0.9", q.p90),
      ("0.95", q.p95),
    ] { sample(labels, value, more: "quantile=\"\(level)\"") }
  }

  /// A label's value with backslash, quote and newline escaped, as the format asks.
  private func escaped(_ value: String) -> String {
    var result = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
