// `sources:` of telltale.yaml: the interfaces and adapters to listen to, how they are set up, and whether they may be
// asked.
import ConfigurationFile
public import VehicleBus
public import Vocabulary

/// One CAN interface of the configuration, or one ELM327 adapter.
public struct SourceChoice: Sendable {
  /// The interface's name, or the adapter's address as the configuration has it.
  public var name: String
  /// Nil for a CAN interface.
  public var adapter: AdapterChoice?
  /// Whether Telltale may send on it, and how much. Nil, which is the default: it only listens.
  public var polling: PollingChoice?
  /// Set up by Telltale if a bit rate is given; else by whoever runs the system. This and what follows is for CAN.
  public var bitrate: Int?
  /// Of the data phase of CAN FD.
  public var dataBitrate: Int?
  public var samplePoint: Double?
  /// As the configuration says; nil when it does not.
  var listenOnly: Bool?
  /// After bus-off the controller is started again, ever more seldom.
  public var restarts = false
  /// The kernel hands over only what the packs can use.
  public var isFiltered = false
  public var stamps = TimeStamps.software

  /// The controller does not even acknowledge frames.
  public var isListenOnly: Bool { listenOnly ?? (polling == nil) }

  public enum TimeStamps: String, CaseIterable, Sendable { case software, hardware }
}

/// How an adapter is reached, and what its owner knows of it.
public struct AdapterChoice: Sendable {
  public var address: ELMAddress
  /// Nil to search.
  public var baudRate: Int?
  public var vehicleProtocol: ELMProtocol?
}

/// What Telltale may ask on one interface.
public struct PollingChoice: Sendable {
  public enum Addressing: String, CaseIterable, Sendable {
    case automatic
    case bits11 = "11-bit"
    case bits29 = "29-bit"
  }

  public var addressing = Addressing.automatic
  /// A unit that is known is asked alone.
  public var isPhysical = true
  /// Requests per second, on the bus and to each unit.
  public var perSecond = 10.0
  public var perUnit = 5.0
  /// Parameters in one request at the most.
  public var parametersAtOnce = 6
  /// Longest pause between two looks at a vehicle that is parked on a bus which is silent of itself; 0 for none.
  public var longestProbe = 900.0
  /// Seconds between two questions for trouble codes; 0 for never.
  public var troubleCodes = 300.0
  /// What this machine calls itself on SAE J1939.
  public var j1939Address: UInt8 = 249
  /// Units that may be asked beside those of the standards: request and answer identifier.
  public var units: [(request: CANID, answer: CANID)] = []
}

extension SourceChoice {
  /// What this machine calls itself there on SAE J1939, whether or not it asks.
  var testerAddress: UInt8 { polling?.j1939Address ?? PollingChoice().j1939Address }

  private enum Transmission: String, CaseIterable { case never, polling }

  /// Reads one entry of `sources`.
  init(_ source: Section) throws(ConfigurationError) {
    if source.contains("serial") {
      guard !source.contains("can") else {
        throw source.error("serial", "a source is one thing", mend: "make an entry of its own for `can`")
      }
      try self.init(adapter: source)
    } else {
      try self.init(interface: source)
    }
    let transmission: Transmission = try source.choice("transmit", default: .never)
    if transmission == .polling && listenOnly == true {
      throw source.error(
        "listen_only", "a controller that only listens cannot ask", mend: "leave it out, or write `transmit: never`")
    }
    guard transmission == .polling else {
      if source.contains("polling") {
        throw source.error(
          "polling", "this source may not transmit", mend: "write `transmit: polling` beside it to allow it")
      }
      return
    }
    polling = try PollingChoice(try source.section("polling"))
  }

  private init(adapter source: Section) throws(ConfigurationError) {
    name = try source.string("serial")
    do throws(ELMAddressError) {
      adapter = AdapterChoice(address: try ELMAddress(name))
    } catch {
      throw source.error("serial", "\"\(error.text)\" names no adapter's port", mend: error.mend)
    }
    adapter?.baudRate = try SourceChoice.baudRate(source)
    adapter?.vehicleProtocol = try SourceChoice.vehicleProtocol(source)
  }

  /// `auto`, or bit/s of the serial line.
  private static func baudRate(_ source: Section) throws(ConfigurationError) -> Int? {
    if try source.optionalString("baud") == "auto" { return nil }
    return try source.optionalInteger("baud", in: 1200...4_000_000)
  }

  /// `auto`, or the digit that the adapter's commands give it.
  private static func vehicleProtocol(_ source: Section) throws(ConfigurationError) -> ELMProtocol? {
    guard let text = try source.optionalString("protocol"), text != "auto" else { return nil }
    if text.utf8.count == 1, let digit = text.utf8.first, let known = ELMProtocol(digit: digit) { return known }
    throw source.error(
      "protocol", "\"\(text)\" is no protocol of an ELM327",
      mend: "write auto, or one of " + ELMProtocol.allCases.map(\.named).joined(separator: ", "))
  }

  private init(interface source: Section) throws(ConfigurationError) {
    name = try source.string("can")
    guard (1...15).contains(name.utf8.count), !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x2F }) else {
      throw source.error(
        "can", "an interface's name has 1 to 15 characters, none of them a blank or /",
        mend: "`ip -br link show type can` lists them")
    }
    bitrate = try source.optionalBitrate("bitrate", in: 10_000...1_000_000)
    dataBitrate = try source.optionalBitrate("data_bitrate", in: 10_000...8_000_000)
    samplePoint = try source.optionalNumber("sample_point", in: 0.5...0.95)
    listenOnly = try source.optionalBoolean("listen_only")
    restarts = try source.boolean("restart", default: false)
    isFiltered = try source.boolean("filter", default: true)
    stamps = try source.choice("timestamps", default: .software)
    for key in ["data_bitrate", "sample_point", "listen_only"] where bitrate == nil && source.contains(key) {
      throw source.error(
        key, "without a bit rate Telltale leaves the interface as it is",
        mend: "give `bitrate` beside it, or set both where the interface is brought up")
    }
  }
}

extension ELMProtocol {
  /// For people: `6 (CAN, 11 bits, 500 kbit/s)`.
  var named: String { String(decoding: [digit], as: UTF8.self) + " (\(title))" }
}

extension PollingChoice {
  init(_ section: Section) throws(ConfigurationError) {
    addressing = try section.choice("addressing", default: .automatic)
    isPhysical = try section.boolean("physical", default: isPhysical)
    perSecond = try section.number("requests_per_second", in: 0.1...50, default: perSecond)
    perUnit = try section.number("requests_per_unit", in: 0.1...50, default: min(perUnit, perSecond))
    parametersAtOnce = try section.integer("parameters_at_once", in: 1...6, default: parametersAtOnce)
    longestProbe = try section.seconds("probe", in: 0...86_400, default: longestProbe)
    if longestProbe > 0 && longestProbe < 10 {
      throw section.error("probe", "shorter than 10 s would keep the vehicle awake", mend: "give 10 s or more, or 0 s for never")
    }
    troubleCodes = try section.seconds("trouble_codes", in: 0...86_400, default: troubleCodes)
    if troubleCodes > 0 && troubleCodes < 5 {
      throw section.error("trouble_codes", "more often than every 5 s", mend: "give 5 s or more, or 0 s for never")
    }
    j1939Address = UInt8(try section.integer("j1939_address", in: 0...253, default: Int(j1939Address)))
    for unit in try section.sections("units") {
      let (request, answer) = (try PollingChoice.identifier(unit, "to"), try PollingChoice.identifier(unit, "answer"))
      guard request != answer else {
        throw unit.error("answer", "is the identifier of the request", mend: "give the one that the unit answers on")
      }
      units.append((request, answer))
    }
  }

  /// Up to 7FF an identifier of 11 bits; beyond that one of 29.
  private static func identifier(_ section: Section, _ key: String) throws(ConfigurationError) -> CANID {
    let value = UInt32(try section.integer(key, in: 0...0x1FFF_FFFF))
    return value <= 0x7FF ? CANID(standard: value) : CANID(extended: value)
  }
}
