// An adapter pack: what a folder below adapters/ says about a kind of vehicle.
public import ConfigurationFile
public import VehicleBus
public import Vocabulary

/// One signal that a pack maps, whatever it comes from.
public struct PackSignal: Sendable {
  /// VSS path, unit, valid range and age limit.
  public var description: SignalDescription
  /// Turns the source's unit into the description's: `value * factor + offset`.
  public var factor: Double
  public var offset: Double
  /// Seconds between two values: how often the vehicle sends it, or how often it is worth asking for. Nil: not known.
  public var period: Double?
  public var source: Source
  /// Where in `pack.yaml` it stands.
  public var line: Int

  public enum Source: Sendable {
    /// A value of a service 01 parameter of OBD-II, by its name; nil for the first.
    case parameter(UInt8, value: String?)
    /// A signal of `networks[network]`.
    case message(network: Int, message: String, signal: String)
    /// A record of a sensor's SenML by its name, and the unit that it is expected in; see `SensorMapping`.
    case sensor(name: String, unit: String)
  }
}

/// What carries the messages of a network description.
public enum PackProtocol: String, CaseIterable, Sendable {
  case can
  /// Frames match by parameter group, and reserved values are no values (SAE J1939).
  case j1939
  /// Messages over ISO-TP by the identifier that the unit answers on; their first byte is the message's length.
  case isotp
}

/// A network description that a pack names.
public struct PackNetwork: Sendable {
  /// As the pack says it: relative to its folder.
  public var file: String
  /// Nil: CAN or SAE J1939, as the file says.
  public var transport: PackProtocol?
  public var line: Int
}

/// Something beside OBD-II parameters that is worth asking a vehicle of this kind, if the user lets Telltale ask at
/// all.
public struct PackQuestion: Sendable {
  public var item: PollItem
  public var line: Int
}

/// A pack as it was read from `pack.yaml`; the network descriptions that it names are not opened yet.
public struct AdapterPack: Sendable {
  public var name: String
  /// The folder that network descriptions are named relative to.
  public var directory: String
  public var title: String
  /// What it is for, in sentences; may be empty.
  public var summary: String
  /// Makes, models and years that it covers, or the kind of vehicle, one text each.
  public var covers: [String]
  public var networks: [PackNetwork] = []
  public var signals: [PackSignal] = []
  public var questions: [PackQuestion] = []
  /// Component parameters for this kind of vehicle: component, name, value.
  public var parameters: [(component: ComponentID, name: String, value: Double)] = []
  public var displacementLitres: Double?
  /// What is wrong with it although it can be used.
  public var problems: [PackProblem] = []
  /// The only bus that it is about; nil for every bus. No pack knows how a gateway is wired: the configuration says it.
  public var bus: UInt8?

  /// `DIRECTORY/pack.yaml`.
  public var file: String { directory + "/pack.yaml" }

  /// Reads `DIRECTORY/pack.yaml`.
  /// - Throws: `ConfigurationError` naming file, line and key: unknown keys, values out of range, a PID that is not
  ///   known, a VSS name in another unit than its own, a component or parameter that there is not, and `transmit` that
  ///   is anything but `never`, since a pack can never grant transmission.
  public static func load(directory: String) throws(ConfigurationError) -> AdapterPack {
    let reader = PackReader(directory: directory)
    if let error = reader.errors.first { throw error }
    return reader.pack
  }

  func path(of network: PackNetwork) -> String {
    network.file.hasPrefix("/") ? network.file : directory + "/" + network.file
  }
}
