// telltale.yaml: what the user says, checked, with defaults, before anything starts.
public import Adapters
public import ConfigurationFile
import FleetContract
public import MQTT
import Pipeline

public import Vocabulary

/// The daemon's configuration.
public struct GatewayConfiguration: Sendable {
  public var file: String
  public var vehicle: String
  /// In the order of the configuration; the index of a source is the frames' bus.
  public var sources: [SourceChoice]
  /// Longest that a frame waits in the kernel while more are gathered, seconds.
  public var linger: Double
  /// Of the capture thread among the real-time threads (`SCHED_FIFO`), 1...99; nil for an ordinary thread.
  public var capturePriority: Int?
  /// Where sensors send SenML to; nil for nowhere.
  public var sensorSocket: String?
  /// A local broker's topic that sensors publish SenML on.
  public var sensorTopic: SensorTopicChoice?
  /// Users that may have trouble codes cleared.
  public var technicians: [String]
  /// In order of precedence.
  public var packs: [PackChoice]
  /// Folder that holds the packs.
  public var packFolder: PackFolder
  public var state: String
  public var socket: String
  public var broker: BrokerOptions?
  /// Bytes a day that may go to the broker; nil for no limit.
  public var dailyBytes: Int?
  /// Bytes that the memory plan may reach, and the line where the configuration says so.
  public var memoryLimit: Int
  public var memoryLimitLine: Int?
  public var receiveBuffer: Int
  public var displacementLitres: Double?
  public var parameters: [(component: ComponentID, name: String, value: Double)]
  public var telemetry = TelemetryChoice()
  /// Bytes that the store may take on disk.
  public var diskLimit: Int
  public var logLevel: LogLevel

  /// A pack of the configuration and the bus that it speaks of.
  public struct PackChoice: Sendable {
    /// Below `packFolder`, or a folder when it holds a slash.
    public var name: String
    /// Index in `sources`; nil for all of them.
    public var bus: UInt8?
  }

  /// A topic of a broker on this machine or in this vehicle.
  public struct SensorTopicChoice: Sendable {
    public var broker: BrokerOptions
    public var topic: String
  }

  /// Names of the sources by bus.
  public var sourceNames: [String] { sources.map(\.name) }

  public enum LogLevel: String, CaseIterable, Sendable { case debug, info, warning, error }

  public static let standardMemoryLimit = 16 << 20
  public static let standardDiskLimit = 256 << 20

  /// Reads and checks the file. The environment may override scalars: `TELLTALE_MQTT_PORT` is `mqtt.port`.
  /// - Throws: `ConfigurationError`: file, line, key, what is wrong and the mend.
  public static func load(
    path: String, environment: [String: String] = Section.processEnvironment()
  ) throws(ConfigurationError) -> GatewayConfiguration {
    let root = try Section.load(path: path, environment: environment)
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    func resolved(_ name: String) -> String { name.hasPrefix("/") ? name : folder + "/" + name }

    let vehicleSection = try root.section("vehicle")
    let vehicle = try vehicleSection.string("id")
    guard VehicleID(vehicle) != nil else {
      throw vehicleSection.error(
        "id", "\"\(vehicle)\" cannot stand in a topic", mend: "use 1 to 64 of the characters A-Z a-z 0-9 . _ -")
    }
    let sources = try sourceChoices(root)
    let limits = try root.section("limits")
    let capture = try root.section("capture")
    let sensors = try root.section("sensors")
    let components = try root.section("components")
    let packs = try packChoices(root, sources.map(\.name))
    let packFolder = try root.optionalString("adapters_path").map(resolved)
    var configuration = GatewayConfiguration(
      file: path, vehicle: vehicle, sources: sources, linger: try capture.seconds("linger", in: 0...0.1, default: 0.02),
      capturePriority: try capture.optionalInteger("priority", in: 1...99),
      sensorSocket: try sensors.optionalString("socket").map(resolved),
      technicians: try root.strings("technicians"), packs: packs,
      packFolder: packFolder.map(PackFolder.init(path:)) ?? .installed,
      state: resolved(try root.string("state", default: "/var/lib/telltale")),
      socket: resolved(try root.string("socket", default: "/run/telltale/telltale.sock")), broker: nil,
      memoryLimit: try limits.size("memory", in: 1 << 20...1 << 34, default: standardMemoryLimit),
      memoryLimitLine: limits.line,
      receiveBuffer: try limits.size("receive_buffer", in: 1 << 16...1 << 26, default: 1 << 20),
      displacementLitres: try vehicleSection.optionalNumber("displacement_l", in: 0.1...30),
      parameters: try ComponentKeys.read(components), telemetry: try TelemetryChoice(root.section("telemetry")),
      diskLimit: try limits.size("disk", in: 4 << 20...1 << 40, default: standardDiskLimit),
      logLevel: try root.section("log").choice("level", default: .info))
    if let local = try sensors.optionalSection("mqtt") {
      var options = try broker(local, clientID: "telltale-sensors-" + vehicle, resolved)
      let topic = try local.string("topic")
      options.subscriptions = [topic]
      configuration.sensorTopic = SensorTopicChoice(broker: options, topic: topic)
    }
    if let mqtt = try root.optionalSection("mqtt") {
      configuration.broker = try broker(mqtt, clientID: "telltale-" + vehicle, resolved)
      configuration.dailyBytes = try mqtt.optionalSize("daily_bytes", in: 64 << 10...1 << 40)
    }
    try root.finish()
    return configuration
  }

  private static func sourceChoices(_ root: Section) throws(ConfigurationError) -> [SourceChoice] {
    var sources: [SourceChoice] = []
    for section in try root.sections("sources") {
      let source = try SourceChoice(section)
      guard !sources.contains(where: { $0.name == source.name }) else {
        throw section.error(
          source.adapter == nil ? "can" : "serial", "\(source.name) is listed twice",
          mend: "leave one out: its frames would count twice")
      }
      sources.append(source)
    }
    guard sources.count <= 8 else {
      throw root.error("sources", "\(sources.count) sources", mend: "at most 8 fit; run a second daemon for the rest")
    }
    return sources
  }

  private static func broker(
    _ mqtt: Section, clientID: String, _ resolved: (String) -> String
  ) throws(ConfigurationError) -> BrokerOptions {
    var options = BrokerOptions(
      host: try mqtt.string("host"), port: UInt16(try mqtt.integer("port", in: 1...65_535, default: 1883)),
      clientID: clientID)
    options.username = try mqtt.optionalString("username")
    options.passwordFile = try mqtt.optionalString("password_file").map(resolved)
    let ca = try mqtt.optionalString("ca_file").map(resolved)
    let certificate = try mqtt.optionalString("cert_file").map(resolved)
    let key = try mqtt.optionalString("key_file").map(resolved)
    let wantsTLS = try mqtt.boolean("tls", default: ca != nil || certificate != nil)
    if wantsTLS { options.tls = .init(caFile: ca, certificateFile: certificate, keyFile: key) }
    do throws(MQTTError) {
      try options.validate()
    } catch {
      throw mqtt.error(keyName(of: error), error.description, mend: "see `man 5 telltale.yaml`")
    }
    return options
  }

  /// The key of `mqtt:` that an option comes from.
  private static func keyName(of error: MQTTError) -> String {
    guard case .invalidOption(let name, _) = error else { return "host" }
    return switch name {
    case "port", "tls": name
    case "password", "password file": "password_file"
    default: "host"
    }
  }

  /// `adapters:` holds names, or `{pack: NAME, bus: INTERFACE}` for a pack that speaks of one bus.
  private static func packChoices(
    _ root: Section, _ names: [String]
  ) throws(ConfigurationError) -> [PackChoice] {
    guard root.contains("adapters") else {
      _ = try root.list("adapters")
      return [PackChoice(name: "obd2")]
    }
    var choices: [PackChoice] = []
    for (index, element) in try root.list("adapters").enumerated() {
      func wrong(_ key: String, _ line: Int, _ reason: String, mend: String) -> ConfigurationError {
        ConfigurationError(file: root.file, line: line, key: "adapters[\(index)]\(key)", reason: reason, mend: mend)
      }
      if let name = element.text {
        choices.append(PackChoice(name: name))
        continue
      }
      guard case .mapping(let entries) = element.content else {
        throw wrong("", element.line, "not the name of a pack", mend: "write `- obd2`, or `- {pack: my-van, bus: can1}`")
      }
      var choice = PackChoice(name: "")
      for entry in entries {
        guard let text = entry.value.text else {
          throw wrong(".\(entry.key)", entry.line, "not a name", mend: "write `{pack: my-van, bus: can1}`")
        }
        switch entry.key {
        case "pack": choice.name = text
        case "bus":
          guard let bus = names.firstIndex(of: text) else {
            throw wrong(
              ".bus", entry.line, "no source is called \"\(text)\"",
              mend: names.isEmpty
                ? "list it: `sources: [{can: \(text)}]`" : "sources has \(names.joined(separator: ", "))")
          }
          choice.bus = UInt8(bus)
        default: throw wrong(".\(entry.key)", entry.line, "unknown key", mend: "the keys are pack and bus")
        }
      }
      guard !choice.name.isEmpty else {
        throw wrong(".pack", element.line, "is missing", mend: "write `{pack: my-van, bus: can1}`")
      }
      choices.append(choice)
    }
    guard !choices.isEmpty else {
      throw root.error("adapters", "no pack, so no frame would mean anything", mend: "write for example `adapters: [obd2]`")
    }
    return choices
  }

  /// Reads the packs and builds the vehicle from them.
  public func vehicleDefinition() throws(ConfigurationError) -> VehicleDefinition {
    var loaded: [AdapterPack] = []
    for choice in packs {
      var pack = try packFolder.load(choice.name, file: file, key: "adapters")
      pack.bus = choice.bus
      loaded.append(pack)
    }
    let vehicle = try VehicleDefinition(
      packs: loaded, overrides: parameters, displacementLitres: displacementLitres, file: file)
    if let misfit = FeatureInputs.misfit(in: vehicle.catalogue) {
      throw ConfigurationError(
        file: file, key: "adapters", reason: "\(misfit.path) comes in \(misfit.unit.isEmpty ? "no unit" : misfit.unit)",
        mend: "the pack must give it in \(misfit.expected): set its unit, and factor and offset to convert")
    }
    return vehicle
  }
}
