// Trouble codes as JSON, and what there is to say about them in one line each: lamp, counts, readiness, identity.
public import Vocabulary

/// What people call the things of diagnostics. The rooms that know the standards know the names; a nil has none.
public struct DiagnosticTexts: Sendable {
  /// A monitor's result in the unit of its scaling.
  public struct Monitor: Hashable, Sendable {
    public var name: String?
    /// Empty for a number without unit.
    public var unit: String
    public var value, low, high: Double

    public init(name: String?, unit: String, value: Double, low: Double, high: Double) {
      self.name = name
      self.unit = unit
      self.value = value
      self.low = low
      self.high = high
    }
  }

  public var code: @Sendable (TroubleCode) -> String?
  public var unit: @Sendable (ControlUnit) -> String?
  public var parameter: @Sendable (FreezeFrameParameter) -> (name: String, unit: String)?
  public var monitor: @Sendable (MonitorResult) -> Monitor?
  public var performance: @Sendable (_ index: UInt8, _ isCompressionIgnition: Bool) -> String?
  public var refusal: @Sendable (_ service: UInt8, _ reason: UInt8) -> String?
  /// What a unit does by its NAME of SAE J1939-81.
  public var function: @Sendable (_ name: UInt64) -> String?

  /// Without arguments nothing has a name.
  public init(
    code: @escaping @Sendable (TroubleCode) -> String? = { _ in nil },
    unit: @escaping @Sendable (ControlUnit) -> String? = { _ in nil },
    parameter: @escaping @Sendable (FreezeFrameParameter) -> (name: String, unit: String)? = { _ in nil },
    monitor: @escaping @Sendable (MonitorResult) -> Monitor? = { _ in nil },
    performance: @escaping @Sendable (UInt8, Bool) -> String? = { _, _ in nil },
    refusal: @escaping @Sendable (UInt8, UInt8) -> String? = { _, _ in nil },
    function: @escaping @Sendable (UInt64) -> String? = { _ in nil }
  ) {
    self.code = code
    self.unit = unit
    self.parameter = parameter
    self.monitor = monitor
    self.performance = performance
    self.refusal = refusal
    self.function = function
  }
}

/// Which control unit.
public struct UnitDocument: Codable, Hashable, Sendable {
  /// Counted from 0 in the order of the configuration.
  public var bus: Int
  /// The identifier that it answers on, `7E8` or `18DAF110`; for SAE J1939 its source address, `SA 0`.
  public var address: String
  public var name: String?

  public init(_ unit: ControlUnit, name: String?) {
    bus = Int(unit.bus)
    address = unit.name
    self.name = name
  }

  enum CodingKeys: String, CodingKey { case bus, address, name }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(bus, forKey: .bus)
    try c.encode(address, forKey: .address)
    try c.encode(name, forKey: .name)
  }
}

/// The warning lamps: off, on, slow-flash or fast-flash; null where the unit has no such lamp or does not say.
public struct LampsDocument: Codable, Hashable, Sendable {
  public var malfunction: String?
  public var redStop: String?
  public var amberWarning: String?
  public var protect: String?

  public init(_ lamps: WarningLamps) {
    func text(_ lamp: WarningLamps.Lamp) -> String? {
      switch lamps[lamp] {
      case .off: "off"
      case .on: "on"
      case .slowFlash: "slow-flash"
      case .fastFlash: "fast-flash"
      case nil: nil
      }
    }
    (malfunction, redStop) = (text(.malfunction), text(.redStop))
    (amberWarning, protect) = (text(.amberWarning), text(.protect))
  }

  enum CodingKeys: String, CodingKey { case malfunction, redStop, amberWarning, protect }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(malfunction, forKey: .malfunction)
    try c.encode(redStop, forKey: .redStop)
    try c.encode(amberWarning, forKey: .amberWarning)
    try c.encode(protect, forKey: .protect)
  }
}

/// A trouble code of one control unit, as `/v1/dtcs` and the events `dtc.set` and `dtc.cleared` give it.
public struct TroubleCodeDocument: Codable, Hashable, Sendable {
  /// `P0301`, `P0301-1C` or `SPN 110 FMI 0`.
  public var code: String
  /// obd, uds or j1939.
  public var notation: String
  /// What it means; null for a maker's own code.
  public var text: String?
  public var unit: UnitDocument
  /// active, confirmed, pending, permanent, previously-active, previously-confirmed, lamp-requested; empty once it is
  /// cleared.
  public var status: [String]
  /// Those that came with it; null where none did.
  public var lamps: LampsDocument?
  /// How often the fault came, as the unit counts; null where it does not.
  public var occurrences: Int?
  /// When it was first told in this episode, RFC 3339.
  public var since: String
  /// When its status changed last, RFC 3339.
  public var changed: String
  /// Only for j1939.
  public var spn: Int?
  public var fmi: Int?
  /// Two hexadecimal digits; only for uds.
  public var failureType: String?
  /// What the unit noted when it set the code; null where it told nothing.
  public var freezeFrame: FreezeFrameDocument?

  public init(_ r: TroubleCodeReport, _ texts: DiagnosticTexts, freezeFrame: FreezeFrameDocument? = nil) {
    code = r.code.name
    notation =
      switch r.code.notation {
      case .obd: "obd"
      case .uds: "uds"
      case .j1939: "j1939"
      }
    text = texts.code(r.code)
    unit = UnitDocument(r.unit, name: texts.unit(r.unit))
    status = r.status.names
    lamps = r.lamps.map { LampsDocument($0) }
    occurrences = r.occurrences.map { Int($0) }
    since = r.since.rfc3339
    changed = r.changed.rfc3339
    spn = r.code.spn.map { Int($0) }
    fmi = r.code.fmi.map { Int($0) }
    failureType = r.code.failureType.map { hexadecimal($0) }
    self.freezeFrame = freezeFrame
  }

  /// The codes among `records`: those that are there, the confirmed and the active ones first, then history. Within
  /// these by unit and code.
  public static func all(
    in records: some Sequence<DiagnosticRecord>, _ texts: DiagnosticTexts
  ) -> [TroubleCodeDocument] {
    let records = Array(records)
    var reports: [TroubleCodeReport] = []
    for record in records { if case .code(let report) = record.content { reports.append(report) } }
    reports.sort { order(of: $0) < order(of: $1) }
    let frames = FreezeFrameDocument.all(in: records, texts)
    return reports.map { report in
      let frame = frames[report.unit]?.first { $0.code == report.code.name }
      return TroubleCodeDocument(report, texts, freezeFrame: frame)
    }
  }

  private static func order(of report: TroubleCodeReport) -> (Int, UInt64, UInt32) {
    let rank = report.status.isSerious ? 0 : report.status.isPresent ? 1 : 2
    return (rank, report.unit.order, report.code.rawValue)
  }

  /// Whether it is there, and no history.
  public var isPresent: Bool {
    status.contains { ["active", "confirmed", "pending", "permanent"].contains($0) }
  }

  enum CodingKeys: String, CodingKey {
    case code, notation, text, unit, status, lamps, occurrences, since, changed, spn, fmi, failureType, freezeFrame
  }

  // Written out so that what is not known stands there as null; the parts of another notation are no question.
  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(code, forKey: .code)
    try c.encode(notation, forKey: .notation)
    try c.encode(text, forKey: .text)
    try c.encode(unit, forKey: .unit)
    try c.encode(status, forKey: .status)
    try c.encode(lamps, forKey: .lamps)
    try c.encode(occurrences, forKey: .occurrences)
    try c.encode(since, forKey: .since)
    try c.encode(changed, forKey: .changed)
    try c.encodeIfPresent(spn, forKey: .spn)
    try c.encodeIfPresent(fmi, forKey: .fmi)
    try c.encodeIfPresent(failureType, forKey: .failureType)
    try c.encode(freezeFrame, forKey: .freezeFrame)
  }
}

extension TroubleCodeStatus {
  var isSerious: Bool { !isDisjoint(with: [.active, .confirmed]) }
  var isPresent: Bool { !isDisjoint(with: [.active, .confirmed, .pending, .permanent]) }
}

extension ControlUnit {
  /// By bus, language and address.
  var order: UInt64 { UInt64(bus) << 40 | UInt64(language.rawValue) << 32 | UInt64(address) }
}

/// Which vehicle its control units say that it is.
public struct VehicleIdentityDocument: Codable, Hashable, Sendable {
  /// The one that stands.
  public var vin: String
  /// All that are told, when control units differ; absent when they agree.
  public var vins: [String]?
  public var make: String?
  public var model: String?

  public init(vin: String, vins: [String] = [], make: String? = nil, model: String? = nil) {
    self.vin = vin
    self.vins = vins.count > 1 ? vins : nil
    self.make = make
    self.model = model
  }
}

/// How many trouble codes there are; null where no control unit has told such a list: unknown is not zero.
public struct TroubleCodeCountsDocument: Codable, Hashable, Sendable {
  public var active: Int?
  public var confirmed: Int?
  public var pending: Int?
  public var permanent: Int?

  enum CodingKeys: String, CodingKey { case active, confirmed, pending, permanent }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(active, forKey: .active)
    try c.encode(confirmed, forKey: .confirmed)
    try c.encode(pending, forKey: .pending)
    try c.encode(permanent, forKey: .permanent)
  }
}

/// Whether the vehicle is ready for an inspection of its emissions.
public struct VehicleReadinessDocument: Codable, Hashable, Sendable {
  public var ready: Bool
  /// Self-tests that some unit has not completed.
  public var incomplete: [String]
}

/// Which unit has told its whole list of trouble codes of which status, and when last.
public struct ListToldDocument: Codable, Hashable, Sendable {
  public var unit: UnitDocument
  public var status: String
  /// RFC 3339.
  public var told: String
}

/// What there is to say about a vehicle's diagnosis at a glance.
public struct DiagnosisSummary: Hashable, Sendable {
  /// Nil while no unit has told one.
  public var vehicleIdentification: VehicleIdentityDocument?
  /// Whether some unit commands it on; nil while none says.
  public var malfunctionLamp: Bool?
  /// The lamps of J1939 beside it that some unit commands on: red-stop, amber-warning, protect.
  public var warningLamps: [String] = []
  public var troubleCodes = TroubleCodeCountsDocument()
  /// Nil while no unit that has self-tests says.
  public var readiness: VehicleReadinessDocument?
  public var listsTold: [ListToldDocument] = []

  /// Nothing is known.
  public init() {}

  /// - Parameter vin: The vehicle's identification that stands.
  public init(_ records: some Sequence<DiagnosticRecord>, vin: ShortText?, _ texts: DiagnosticTexts) {
    var vins: [String] = []
    var incomplete: ReadinessMonitors?
    var codes: [Set<Fault>] = [[], [], [], []]
    var told: TroubleCodeStatus = []
    let statuses: [TroubleCodeStatus] = [.active, .confirmed, .pending, .permanent]
    for record in records.sorted(by: { $0.unit.order < $1.unit.order }) {
      switch record.content {
      case .code(let report):
        for i in 0..<4 where report.status.contains(statuses[i]) { codes[i].insert(Fault(report)) }
        told.formUnion(report.status)
      case .fact(.listEnded(let complete, _)):
        told.formUnion(complete)
        let unit = UnitDocument(record.unit, name: texts.unit(record.unit))
        for status in complete.names { note(ListToldDocument(unit: unit, status: status, told: record.changed.rfc3339)) }
      case .fact(.listBegan(let lamps?, _)):
        // A unit that has no such lamp does not say that it is off.
        if let state = lamps[.malfunction] { note(isLampOn: state != .off) }
        for lamp in WarningLamps.Lamp.allCases where lamp != .malfunction && !warningLamps.contains(lamp.name) {
          if let state = lamps[lamp], state != .off { warningLamps.append(lamp.name) }
        }
      case .fact(.readiness(let readiness)):
        if let isOn = readiness.isLampOn { note(isLampOn: isOn) }
        if !readiness.supported.isEmpty { incomplete = (incomplete ?? []).union(readiness.incomplete) }
      case .fact(.identity(.vin, _, let text)):
        if !vins.contains(text.string) { vins.append(text.string) }
      default: break
      }
    }
    if let vin { vehicleIdentification = VehicleIdentityDocument(vin: vin.string, vins: vins) }
    readiness = incomplete.map { VehicleReadinessDocument(ready: $0.isEmpty, incomplete: $0.names) }
    troubleCodes.active = told.contains(.active) ? codes[0].count : nil
    troubleCodes.confirmed = told.contains(.confirmed) ? codes[1].count : nil
    troubleCodes.pending = told.contains(.pending) ? codes[2].count : nil
    troubleCodes.permanent = told.contains(.permanent) ? codes[3].count : nil
  }

  /// A fault of one unit: P0301 of OBD-II and P0301-00 of UDS are the same, told twice.
  private struct Fault: Hashable {
    var unit: ControlUnit
    var code: UInt32

    init(_ report: TroubleCodeReport) {
      unit = report.unit
      code = report.code.failureType == 0 ? UInt32(report.code.base ?? 0) : report.code.rawValue
    }
  }

  /// A unit may tell lists of one status in two notations; the newer one counts.
  private mutating func note(_ list: ListToldDocument) {
    guard let i = listsTold.firstIndex(where: { $0.unit == list.unit && $0.status == list.status }) else {
      return listsTold.append(list)
    }
    listsTold[i].told = max(listsTold[i].told, list.told)
  }

  private mutating func note(isLampOn: Bool) { malfunctionLamp = malfunctionLamp == true || isLampOn }
}
