// An adapter pack: what a folder below adapters/ says about a kind of vehicle, read and checked.
public import ConfigurationFile
import Decoding
import Health
public import Vocabulary

/// One signal that a pack maps, whatever it comes from.
public struct PackSignal: Sendable {
  /// VSS path, unit, valid range and age limit.
  public var description: SignalDescription
  /// Turns the source's unit into the description's: `value * factor + offset`.
  public var factor: Double
  public var offset: Double
  public var source: Source
  /// For errors: where in the pack it stands.
  public var line: Int

  public enum Source: Sendable {
    /// A service 01 parameter of OBD-II.
    case parameter(UInt8)
    /// A signal of a DBC file: file, message and signal name.
    case dbc(file: String, message: String, signal: String)
  }
}

/// A pack as it was read from `pack.yaml`; the DBC files it names are not opened yet.
public struct AdapterPack: Sendable {
  public var name: String
  /// The folder that DBC files are named relative to.
  public var directory: String
  public var title: String
  public var signals: [PackSignal] = []
  /// Component parameters for this kind of vehicle: component, name, value.
  public var parameters: [(component: ComponentID, name: String, value: Double)] = []
  public var displacementLitres: Double?

  /// Reads `DIRECTORY/pack.yaml`.
  /// - Throws: `ConfigurationError` naming file, line and key: unknown keys, values out of range, a PID that is not
  ///   known, a component or parameter that there is not, and `transmit` that is anything but `never`, since a pack can
  ///   never grant transmission.
  public static func load(directory: String) throws(ConfigurationError) -> AdapterPack {
    let file = directory + "/pack.yaml"
    // A pack is knowledge about a kind of vehicle: the environment of one gateway must not change it.
    let root = try Section(root: try YAML.load(path: file), file: file, environment: [:])
    var pack = AdapterPack(
      name: try root.string("pack"), directory: directory, title: try root.string("title", default: ""))
    _ = try root.optionalString("description")
    let transmit = try root.string("transmit", default: "never")
    guard transmit == "never" else {
      throw root.error(
        "transmit", "a pack cannot grant transmission", mend: "write `transmit: never`; polling is the user's to switch on")
    }
    for entry in try root.sections("obd2") { pack.signals.append(try parameter(entry)) }
    for file in try root.sections("dbc") {
      let name = try file.string("file")
      for entry in try file.sections("signals") { pack.signals.append(try dbcSignal(entry, file: name)) }
    }
    let vehicle = try root.section("vehicle")
    pack.displacementLitres = try vehicle.optionalNumber("displacement_l", in: 0.1...30)
    pack.parameters = try ComponentKeys.read(try root.section("components"))
    try root.finish()
    return pack
  }

  private static func parameter(_ entry: Section) throws(ConfigurationError) -> PackSignal {
    let pid = UInt8(try entry.integer("pid", in: 0...255))
    guard let known = OBDParameter.of(pid: pid) else {
      throw entry.error(
        "pid", "PID \(String(pid, radix: 16, uppercase: true)) is not among those that Telltale decodes",
        mend: "leave it out; `docs/write-an-adapter.md` lists the known ones")
    }
    return try signal(entry, source: .parameter(pid), unit: known.unit, range: known.range, staleAfter: 15)
  }

  private static func dbcSignal(_ entry: Section, file: String) throws(ConfigurationError) -> PackSignal {
    let from = try entry.string("from")
    let parts = from.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw entry.error("from", "\"\(from)\" is not MESSAGE.SIGNAL", mend: "write for example `from: ENGINE_1.CoolantTemp`")
    }
    return try signal(
      entry, source: .dbc(file: file, message: parts[0], signal: parts[1]), unit: "",
      range: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, staleAfter: 5)
  }

  private static func signal(
    _ entry: Section, source: PackSignal.Source, unit: String, range: ClosedRange<Double>, staleAfter: Double
  ) throws(ConfigurationError) -> PackSignal {
    let path = try entry.string("signal")
    guard path.hasPrefix("Vehicle."), path.utf8.allSatisfy(isPathByte) else {
      throw entry.error(
        "signal", "\"\(path)\" is no VSS path", mend: "write a path like Vehicle.Speed; what VSS lacks goes below Vehicle.Telltale")
    }
    let factor = try entry.number("factor", default: 1)
    let offset = try entry.number("offset", default: 0)
    guard (factor == 1 && offset == 0) || unit.isEmpty || entry.contains("unit") else {
      throw entry.error("unit", "is missing beside factor or offset", mend: "say what unit the conversion leads to")
    }
    let ends = (range.lowerBound * factor + offset, range.upperBound * factor + offset)
    var valid = min(ends.0, ends.1)...max(ends.0, ends.1)
    if let given = try entry.numbers("range") {
      guard given.count == 2, given[0] <= given[1] else {
        throw entry.error("range", "not two ascending numbers", mend: "write for example `range: [0, 250]`")
      }
      valid = given[0]...given[1]
    }
    return PackSignal(
      description: SignalDescription(
        path: path, unit: try entry.string("unit", default: unit), range: valid,
        staleAfter: try entry.seconds("stale_after", in: 0.01...86_400, default: staleAfter)),
      factor: factor, offset: offset, source: source, line: entry.line ?? 0)
  }

  private static func isPathByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

/// The `components:` section, which packs and configurations share.
public enum ComponentKeys {
  /// Reads parameters by component; the values are in the unit of their description.
  public static func read(
    _ section: Section
  ) throws(ConfigurationError) -> [(component: ComponentID, name: String, value: Double)] {
    var parameters: [(component: ComponentID, name: String, value: Double)] = []
    for component in ComponentID.allCases {
      let keys = try section.section(component.name)
      for description in ComponentParameters.descriptions(of: component) {
        let value: Double?
        if description.name == "last_service" {
          value = try date(keys, description.name)
        } else {
          value = try keys.optionalNumber(description.name, in: description.range)
        }
        if let value { parameters.append((component, description.name, value)) }
      }
    }
    return parameters
  }

  /// A date as YYYY-MM-DD, in seconds since 1970 (UTC midnight).
  private static func date(_ section: Section, _ key: String) throws(ConfigurationError) -> Double? {
    guard let text = try section.optionalString(key) else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    let days =
      parts.count == 3 && (1990...2099).contains(parts[0]) && (1...12).contains(parts[1]) && (1...31).contains(parts[2])
      ? daysSince1970(year: parts[0], month: parts[1], day: parts[2]) : 0
    // The way back tells the 31st of a month that has 30 days.
    guard days > 0, civilDate(daysSince1970: days).day == parts[2] else {
      throw section.error(key, "\"\(text)\" is no date", mend: "write the day of the service as YYYY-MM-DD")
    }
    return Double(days) * 86_400
  }
}
