// Scalars out of a section. Each kind comes three times: required, with a default, and optional.
// Errors name the file and line, or the variable, the dotted key, what was found, what is allowed and the mend.

extension Section {
  // MARK: Text

  /// Any text; numbers and truth values too are text as written.
  public func string(_ key: String) throws(ConfigurationError) -> String {
    try required(key, optionalString(key))
  }
  public func string(_ key: String, default value: String) throws(ConfigurationError) -> String {
    try optionalString(key) ?? value
  }
  public func optionalString(_ key: String) throws(ConfigurationError) -> String? {
    try scalar(key)
  }

  /// A list of texts; `default` when it is absent.
  public func strings(_ key: String, default value: [String] = []) throws(ConfigurationError) -> [String] {
    try elements(key, of: "a text") { $0 } ?? value
  }

  /// One of the words that are `Choice`'s raw values.
  public func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ key: String, default value: Choice
  ) throws(ConfigurationError) -> Choice {
    try optionalChoice(key) ?? value
  }
  public func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ key: String
  ) throws(ConfigurationError) -> Choice {
    try required(key, optionalChoice(key))
  }
  public func optionalChoice<Choice: CaseIterable & RawRepresentable<String>>(
    _ key: String
  ) throws(ConfigurationError) -> Choice? {
    guard let text = try scalar(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    throw error(key, "\(quoted(text)) is not known here", mend: suggestion(for: text, among: words, called: "choices"))
  }

  // MARK: Numbers

  /// A whole number, decimal or hexadecimal with `0x`.
  public func integer(
    _ key: String, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(ConfigurationError) -> Int {
    try required(key, optionalInteger(key, in: range))
  }
  public func integer(
    _ key: String, in range: ClosedRange<Int> = Int.min...Int.max, default value: Int
  ) throws(ConfigurationError) -> Int {
    try optionalInteger(key, in: range) ?? value
  }
  public func optionalInteger(
    _ key: String, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(ConfigurationError) -> Int? {
    let allowed =
      range == Int.min...Int.max ? "a whole number" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return try value(key, "a whole number", allowed, in: range, Quantity.integer)
  }

  /// A finite decimal number.
  public func number(
    _ key: String, in range: ClosedRange<Double> = Section.anyNumber
  ) throws(ConfigurationError) -> Double {
    try required(key, optionalNumber(key, in: range))
  }
  public func number(
    _ key: String, in range: ClosedRange<Double> = Section.anyNumber, default value: Double
  ) throws(ConfigurationError) -> Double {
    try optionalNumber(key, in: range) ?? value
  }
  public func optionalNumber(
    _ key: String, in range: ClosedRange<Double> = Section.anyNumber
  ) throws(ConfigurationError) -> Double? {
    let allowed = range == Section.anyNumber ? "a number" : "a number from \(range.lowerBound) to \(range.upperBound)"
    return try value(key, "a number", allowed, in: range, Quantity.number)
  }

  /// A list of finite numbers; nil when it is absent.
  public func numbers(_ key: String) throws(ConfigurationError) -> [Double]? {
    try elements(key, of: "a number", Quantity.number)
  }

  /// Every finite number.
  public static var anyNumber: ClosedRange<Double> { -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude }

  // MARK: Truth values

  /// `true`, `yes`, `on` or `false`, `no`, `off`, in any case.
  public func boolean(_ key: String) throws(ConfigurationError) -> Bool {
    try required(key, optionalBoolean(key))
  }
  public func boolean(_ key: String, default value: Bool) throws(ConfigurationError) -> Bool {
    try optionalBoolean(key) ?? value
  }
  public func optionalBoolean(_ key: String) throws(ConfigurationError) -> Bool? {
    try value(key, "a truth value", "true or false", Quantity.boolean)
  }

  // MARK: Quantities with units

  /// A number of bytes: `65536`, `512 KiB`, `16 MiB`, `1 GiB` (powers of 1024), `20 MB` (powers of 1000).
  public func size(_ key: String, in range: ClosedRange<Int> = 0...Int.max) throws(ConfigurationError) -> Int {
    try required(key, optionalSize(key, in: range))
  }
  public func size(
    _ key: String, in range: ClosedRange<Int> = 0...Int.max, default value: Int
  ) throws(ConfigurationError) -> Int {
    try optionalSize(key, in: range) ?? value
  }
  public func optionalSize(
    _ key: String, in range: ClosedRange<Int> = 0...Int.max
  ) throws(ConfigurationError) -> Int? {
    let allowed =
      range == 0...Int.max
      ? "a size such as 16 MiB"
      : "a size from \(Quantity.describe(bytes: range.lowerBound)) to \(Quantity.describe(bytes: range.upperBound))"
    return try value(key, "a size", allowed, in: range, Quantity.bytes)
  }

  /// A duration in seconds. The unit is required, as a bare number could be anything: `200 ms`, `30 s`, `5 min`,
  /// `2 h`, `7 d`.
  public func seconds(
    _ key: String, in range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude
  ) throws(ConfigurationError) -> Double {
    try required(key, optionalSeconds(key, in: range))
  }
  public func seconds(
    _ key: String, in range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude, default value: Double
  ) throws(ConfigurationError) -> Double {
    try optionalSeconds(key, in: range) ?? value
  }
  public func optionalSeconds(
    _ key: String, in range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude
  ) throws(ConfigurationError) -> Double? {
    let allowed =
      range == 0...Double.greatestFiniteMagnitude
      ? "a duration such as 30 s or 5 min"
      : "a duration from \(Quantity.describe(seconds: range.lowerBound)) to "
        + Quantity.describe(seconds: range.upperBound)
    return try value(key, "a duration with its unit", allowed, in: range, Quantity.seconds)
  }

  /// Bits per second: `500 kbit/s`, `1 Mbit/s`, or a bare number of bits.
  public func optionalBitrate(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
    let allowed =
      "a bit rate from \(Quantity.describe(bitrate: range.lowerBound)) to "
      + Quantity.describe(bitrate: range.upperBound)
    return try value(key, "a bit rate", allowed, in: range, Quantity.bitrate)
  }

  // MARK: Inside

  /// The text of a scalar, the environment's before the file's; nil when neither has one.
  private func scalar(_ key: String) throws(ConfigurationError) -> String? {
    note(key)
    if let text = environment[variable(key)], !text.isEmpty { return text }
    guard let value = try filled(key)?.value else { return nil }
    guard let text = value.text else {
      throw error(key, "\(value.kind) where one value is expected", mend: "write \"\(key): value\" on one line")
    }
    return text
  }

  private func required<Value>(_ key: String, _ value: Value?) throws(ConfigurationError) -> Value {
    guard let value else {
      throw error(key, "missing", mend: path.isEmpty ? "add \"\(key): ...\"" : "add \"\(key): ...\" to \"\(path)\"")
    }
    return value
  }

  private func value<Value>(
    _ key: String, _ kind: String, _ allowed: String, _ parse: (String) -> Value?
  ) throws(ConfigurationError) -> Value? {
    guard let text = try scalar(key) else { return nil }
    guard let value = parse(text) else {
      throw error(key, "\(quoted(text)) is not \(kind)", mend: "give \(allowed)")
    }
    return value
  }

  private func value<Value>(
    _ key: String, _ kind: String, _ allowed: String, in range: ClosedRange<Value>, _ parse: (String) -> Value?
  ) throws(ConfigurationError) -> Value? {
    guard let value = try value(key, kind, allowed, parse) else { return nil }
    guard range.contains(value) else {
      throw error(key, "\(quoted(try scalar(key) ?? "")) is out of range", mend: "give \(allowed)")
    }
    return value
  }

  /// The elements of a list of scalars; nil when it is absent.
  private func elements<Value>(
    _ key: String, of kind: String, _ parse: (String) -> Value?
  ) throws(ConfigurationError) -> [Value]? {
    let nodes = try list(key)
    guard entry(key) != nil else { return nil }
    var values: [Value] = []
    for (index, node) in nodes.enumerated() {
      guard let text = node.text, let value = parse(text) else {
        throw ConfigurationError(
          file: file, line: node.line, key: "\(dotted(key))[\(index)]", reason: "\(node.kind) is not \(kind)",
          mend: "give \(kind) behind each \"-\"")
      }
      values.append(value)
    }
    return values
  }
}
