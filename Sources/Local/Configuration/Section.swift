// A typed cursor over one mapping of a configuration: sub-sections, lists, unknown keys. Values: Section+Values.swift.
internal import Glibc

/// One mapping of the configuration, read key by key; remembers what was asked for, so that `finish()` can refuse
/// the rest.
///
///     let root = try Section.load(path: "/etc/telltale/telltale.yaml")
///     let mqtt = try root.section("mqtt")
///     let port = try mqtt.integer("port", in: 1...65535, default: 1883)
///     try root.finish()
///
/// A scalar can be overridden by the environment: `mqtt.port` by `TELLTALE_MQTT_PORT` (upper case, hyphens as
/// underscores, list elements by index: `TELLTALE_SOURCES_0_INTERFACE` for an element that the file has). An empty
/// variable counts as unset. Variables that name no key are ignored. A key of a value or of a list with nothing behind
/// it is refused, as nobody can tell what was meant; a group of keys may be empty.
///
/// Not Sendable: copies share the record of keys. Read the configuration on one thread, keep the values.
public struct Section {
  /// The path of keys from the root, as errors show it; empty for the root.
  public let path: String
  /// Where the section starts; nil when the file does not have it.
  public let line: Int?
  /// What errors call the file.
  public let file: String
  let environment: [String: String]
  private let entries: [Node.Entry]
  private let record = Record()

  /// What was asked for, and the sections opened from this one.
  private final class Record {
    var keys: [String] = []
    var children: [Section] = []
  }

  /// A cursor over the root of a tree.
  /// - Parameters:
  ///   - file: what errors call it.
  ///   - environment: where overrides come from.
  /// - Throws: `ConfigurationError` when `root` is no mapping.
  public init(
    root: Node, file: String, environment: [String: String] = Section.processEnvironment()
  ) throws(ConfigurationError) {
    try self.init(root, path: "", file: file, environment: environment)
  }

  /// Reads the file at `path`; see `YAML` for its limits.
  public static func load(
    path: String, environment: [String: String] = Section.processEnvironment()
  ) throws(ConfigurationError) -> Section {
    try Section(root: try YAML.load(path: path), file: path, environment: environment)
  }

  private init(
    _ node: Node?, path: String, file: String, environment: [String: String]
  ) throws(ConfigurationError) {
    self.path = path
    self.file = file
    self.environment = environment
    line = node?.line
    guard let node, !node.isNull else {
      entries = []
      return
    }
    guard case .mapping(let entries) = node.content else {
      throw ConfigurationError(
        file: file, line: node.line, key: path, reason: "\(node.kind) where a group of keys is expected",
        mend: "write \"name: value\" lines")
    }
    self.entries = entries
  }

  /// The environment this process was started with.
  public static func processEnvironment() -> [String: String] {
    // Not through `environ`: a mutable C global is out of reach for strictly concurrent code.
    let file = open("/proc/self/environ", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [:] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while case let count = read(file, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
    var variables: [String: String] = [:]
    for entry in bytes.split(separator: 0) {
      guard let sign = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      variables[String(decoding: entry[..<sign], as: UTF8.self)] = String(decoding: entry[(sign + 1)...], as: UTF8.self)
    }
    return variables
  }

  // MARK: Keys

  /// The keys that the file has here, in its order, null ones included. Asking for them marks none as read.
  public var keys: [String] { entries.map(\.key) }

  /// True when the file, or a variable, gives `key` or a key below it a value.
  public func contains(_ key: String) -> Bool {
    let name = variable(key)
    return entry(key) != nil
      || environment.contains { !$0.value.isEmpty && ($0.key == name || $0.key.hasPrefix(name + "_")) }
  }

  /// The subtree behind `key` as it is, for shapes that the typed accessors do not know; nil when absent.
  public func node(_ key: String) -> Node? {
    note(key)
    return entry(key)?.value
  }

  /// The section behind `key`; an empty one when it is absent, so that its defaults and variables hold.
  public func section(_ key: String) throws(ConfigurationError) -> Section {
    note(key)
    let child = try Section(entry(key)?.value, path: dotted(key), file: file, environment: environment)
    record.children.append(child)
    return child
  }

  /// The section behind `key`; nil when neither the file nor a variable mentions it.
  public func optionalSection(_ key: String) throws(ConfigurationError) -> Section? {
    note(key)
    // `mqtt: {}` and a bare `mqtt:` are both there: only a missing key is absent.
    guard keys.contains(key) || contains(key) else { return nil }
    return try section(key)
  }

  /// The sections of a list; none when it is absent.
  public func sections(_ key: String) throws(ConfigurationError) -> [Section] {
    var sections: [Section] = []
    for (index, element) in try list(key).enumerated() {
      sections.append(
        try Section(element, path: "\(dotted(key))[\(index)]", file: file, environment: environment))
    }
    record.children += sections
    return sections
  }

  /// The elements of a list as they are; none when it is absent.
  public func list(_ key: String) throws(ConfigurationError) -> [Node] {
    note(key)
    guard let value = try filled(key)?.value else { return [] }
    guard case .sequence(let elements) = value.content else {
      throw ConfigurationError(
        file: file, line: value.line, key: dotted(key), reason: "\(value.kind) where a list is expected",
        mend: "write one \"- item\" line for each")
    }
    return elements
  }

  /// Refuses the first key, in the order of lines, that neither this section nor one opened from it asked for.
  ///
  /// Call it once, at the root, after everything has been read.
  public func finish() throws(ConfigurationError) {
    guard let unknown = firstUnknown() else { return }
    throw unknown
  }

  /// An error about `key` for checks that the caller makes itself: names its variable, its line, or its section's.
  public func error(_ key: String, _ reason: String, mend: String) -> ConfigurationError {
    if environment[variable(key)].map({ !$0.isEmpty }) == true {
      return ConfigurationError(file: variable(key), key: dotted(key), reason: reason, mend: mend)
    }
    return ConfigurationError(
      file: file, line: entries.first { $0.key == key }?.line ?? line, key: dotted(key), reason: reason, mend: mend)
  }

  // MARK: Inside

  /// The entry for `key` when it has a value.
  func entry(_ key: String) -> Node.Entry? {
    entries.first { $0.key == key && !$0.value.isNull }
  }

  /// The entry for `key`, which must not be one with nothing behind it.
  func filled(_ key: String) throws(ConfigurationError) -> Node.Entry? {
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    guard !entry.value.isNull else {
      throw ConfigurationError(
        file: file, line: entry.line, key: dotted(key), reason: "nothing stands behind it",
        mend: "give a value, or take the line out")
    }
    return entry
  }

  func note(_ key: String) {
    if !record.keys.contains(key) { record.keys.append(key) }
  }

  func dotted(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The variable that overrides `key`: `TELLTALE_`, then the path in upper case, everything else as underscores.
  func variable(_ key: String) -> String {
    var name = "TELLTALE_"
    for character in dotted(key).uppercased() where character != "]" {
      name.append(character.isASCII && (character.isLetter || character.isNumber) ? character : "_")
    }
    return name
  }

  private func firstUnknown() -> ConfigurationError? {
    var first: ConfigurationError?
    if let entry = entries.first(where: { !record.keys.contains($0.key) }) {
      first = ConfigurationError(
        file: file, line: entry.line, key: dotted(entry.key), reason: "unknown key",
        mend: suggestion(for: entry.key, among: record.keys))
    }
    for child in record.children {
      guard let other = child.firstUnknown() else { continue }
      if first.map({ ($0.line ?? 0) > (other.line ?? 0) }) ?? true { first = other }
    }
    return first
  }
}
