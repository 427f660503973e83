// Decoded values as rows of CSV (RFC 4180), lines of JSON, or one JSON array.
import ArgumentParser
import Documents
import Vocabulary

enum RowFormat: String, ExpressibleByArgument, CaseIterable {
  case csv
  case jsonl
  /// One document: an array of what `jsonl` writes a line each.
  case json
}

/// What a signal's identifier stands for in a row.
struct RowSignal {
  private let csvName: [UInt8]
  private let csvUnit: [UInt8]
  private let jsonName: [UInt8]
  private let jsonUnit: [UInt8]
  /// What single values are called, as JSON.
  let labels: [Double: [UInt8]]

  init(name: String, unit: String, labels: [Double: String] = [:]) {
    csvName = RowSignal.csv(name)
    csvUnit = RowSignal.csv(unit)
    jsonName = RowSignal.json(name)
    jsonUnit = RowSignal.json(unit)
    self.labels = labels.mapValues(RowSignal.json)
  }

  func name(_ format: RowFormat) -> [UInt8] { format == .csv ? csvName : jsonName }
  func unit(_ format: RowFormat) -> [UInt8] { format == .csv ? csvUnit : jsonUnit }

  private static func csv(_ text: String) -> [UInt8] {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
      return Array(text.utf8)
    }
    return Array(("\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"").utf8)
  }

  private static func json(_ text: String) -> [UInt8] {
    var quoted = JSONText()
    quoted.value(text)
    return quoted.bytes
  }
}

/// Collects rows as text; whoever owns it takes the text away when enough has come together.
struct SampleRows {
  private let format: RowFormat
  private let signals: [RowSignal]
  private var bytes: [UInt8] = []
  private(set) var rows = 0
  /// Bytes that are worth a write.
  private static let enough = 65_536

  init(_ format: RowFormat, signals: [RowSignal]) {
    self.format = format
    self.signals = signals
    bytes.reserveCapacity(SampleRows.enough + 1024)
    switch format {
    case .csv: append("time,signal,value,unit,validity\n")
    case .json: append("[")
    case .jsonl: break
    }
  }

  var isFull: Bool { bytes.count >= SampleRows.enough }

  mutating func add(_ sample: Sample) {
    let signal = signals[sample.signal.index]
    let hasValue = (sample.validity == .valid || sample.validity == .outOfRange) && sample.value.isFinite
    switch format {
    case .csv:
      appendTime(sample.time)
      append(",")
      bytes += signal.name(format)
      append(",")
      if hasValue { appendNumber(sample.value) }
      append(",")
      bytes += signal.unit(format)
      append(",")
      append(sample.validity.name)
      append("\n")
    case .jsonl, .json:
      if format == .json { append(rows == 0 ? "\n" : ",\n") }
      append("{\"time\":")
      appendTime(sample.time)
      append(",\"signal\":")
      bytes += signal.name(format)
      append(",\"value\":")
      if hasValue { appendNumber(sample.value) } else { append("null") }
      append(",\"unit\":")
      bytes += signal.unit(format)
      append(",\"validity\":\"")
      append(sample.validity.name)
      append("\"")
      if hasValue, let label = signal.labels[sample.value] {
        append(",\"label\":")
        bytes += label
      }
      append(format == .json ? "}" : "}\n")
    }
    rows += 1
  }

  /// Closes the document. No row may follow.
  mutating func finish() {
    if format == .json { append(rows == 0 ? "]\n" : "\n]\n") }
  }

  /// The text so far, which is then forgotten.
  mutating func take() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// The shortest text that reads back as the same number.
  private mutating func appendNumber(_ value: Double) {
    append(value.description)
    if bytes.suffix(2).elementsEqual(".0".utf8) { bytes.removeLast(2) }
  }

  /// Seconds since 1970, or since the recording began where its format has no date.
  private mutating func appendTime(_ time: Instant) {
    let nanoseconds = time.nanoseconds
    if nanoseconds < 0 { append("-") }
    let (seconds, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    append(String(seconds))
    append(".")
    let isWhole = rest % 1000 == 0
    let digits = String(isWhole ? rest / 1000 : rest)
    append(String(repeating: "0", count: (isWhole ? 6 : 9) - digits.utf8.count))
    append(digits)
  }
}
