// Control units as JSON: who each is, what its self-tests found, and what it noted when it set a trouble code.
public import Vocabulary

/// What a control unit noted when it set a trouble code.
public struct FreezeFrameDocument: Codable, Hashable, Sendable {
  /// Counted as the unit does.
  public var frame: Int
  /// The trouble code that caused it; null where the unit does not say.
  public var code: String?
  public var values: [Value]

  public struct Value: Codable, Hashable, Sendable {
    public var name: String
    /// Null where the unit says that it has none.
    public var value: Double?
    /// VSS unit identifier; empty for a number without unit.
    public var unit: String

    public init(name: String, value: Double?, unit: String) {
      self.name = name
      self.value = value
      self.unit = unit
    }

    enum CodingKeys: String, CodingKey { case name, value, unit }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(name, forKey: .name)
      try c.encode(value, forKey: .value)
      try c.encode(unit, forKey: .unit)
    }
  }

  enum CodingKeys: String, CodingKey { case frame, code, values }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(frame, forKey: .frame)
    try c.encode(code, forKey: .code)
    try c.encode(values, forKey: .values)
  }

  /// The freeze frames of each unit, by their numbers, with their values by parameter.
  static func all(in records: [DiagnosticRecord], _ texts: DiagnosticTexts) -> [ControlUnit: [FreezeFrameDocument]] {
    var frames: [ControlUnit: [FreezeFrameDocument]] = [:]
    func change(_ frame: UInt8, of unit: ControlUnit, _ body: (inout FreezeFrameDocument) -> Void) {
      var all = frames[unit] ?? []
      let i = all.firstIndex { $0.frame == Int(frame) } ?? all.count
      if i == all.count { all.append(FreezeFrameDocument(frame: Int(frame), code: nil, values: [])) }
      body(&all[i])
      frames[unit] = all
    }
    var values: [(parameter: FreezeFrameParameter, frame: UInt8, unit: ControlUnit, value: Double)] = []
    for record in records {
      switch record.content {
      case .fact(.freezeFrameCode(let code, let frame)): change(frame, of: record.unit) { $0.code = code.name }
      case .fact(.freezeFrameValue(let parameter, let frame, let value)):
        values.append((parameter, frame, record.unit, value))
      default: break
      }
    }
    for v in values.sorted(by: { $0.parameter.order < $1.parameter.order }) {
      let known = texts.parameter(v.parameter)
      let value = Value(name: known?.name ?? v.parameter.plainName, value: v.value.finite, unit: known?.unit ?? "")
      change(v.frame, of: v.unit) { $0.values.append(value) }
    }
    return frames.mapValues { $0.sorted { $0.frame < $1.frame } }
  }
}

extension FreezeFrameParameter {
  fileprivate var order: UInt64 {
    switch self {
    case .pid(let pid, let field): UInt64(pid) << 8 | UInt64(field)
    case .spn(let spn): 1 << 32 | UInt64(spn)
    }
  }

  /// What it is called by those who do not know it.
  fileprivate var plainName: String {
    switch self {
    case .pid(let pid, let field): "PID " + hexadecimal(pid) + (field == 0 ? "" : " value \(field)")
    case .spn(let spn): "SPN \(spn)"
    }
  }
}

/// The self-tests of one control unit.
public struct ReadinessDocument: Codable, Hashable, Sendable {
  public var ready: Bool
  /// Whether the unit commands the malfunction lamp on; null where it does not say.
  public var malfunctionLamp: Bool?
  /// Trouble codes that it counts.
  public var codes: Int
  /// spark or compression; null where it does not say.
  public var ignition: String?
  public var complete: [String]
  public var incomplete: [String]

  public init(_ r: Readiness) {
    ready = r.isReady
    malfunctionLamp = r.isLampOn
    codes = Int(r.codeCount)
    ignition =
      switch r.ignition {
      case .spark: "spark"
      case .compression: "compression"
      case .unknown: nil
      }
    complete = r.supported.subtracting(r.incomplete).names
    incomplete = r.incomplete.names
  }

  enum CodingKeys: String, CodingKey { case ready, malfunctionLamp, codes, ignition, complete, incomplete }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(ready, forKey: .ready)
    try c.encode(malfunctionLamp, forKey: .malfunctionLamp)
    try c.encode(codes, forKey: .codes)
    try c.encode(ignition, forKey: .ignition)
    try c.encode(complete, forKey: .complete)
    try c.encode(incomplete, forKey: .incomplete)
  }
}

/// One result of an on-board monitor with its limits.
public struct MonitorDocument: Codable, Hashable, Sendable {
  /// Monitor, test and scaling as the unit numbers them, two hexadecimal digits each.
  public var monitor: String
  public var test: String
  public var scaling: String
  public var name: String?
  /// In `unit`; numbers as they came when the scaling is not known.
  public var value: Double?
  public var low: Double?
  public var high: Double?
  /// Empty for a number without unit; null when the scaling is not known.
  public var unit: String?
  /// Whether the value lies within its limits; null when the scaling is not known, for then its sign is not.
  public var passed: Bool?

  public init(_ r: MonitorResult, _ texts: DiagnosticTexts) {
    monitor = hexadecimal(r.monitor)
    test = hexadecimal(r.test)
    scaling = hexadecimal(r.scaling)
    let scaled = texts.monitor(r)
    name = scaled?.name
    value = scaled.map(\.value.finite) ?? Double(r.value)
    low = scaled.map(\.low.finite) ?? Double(r.low)
    high = scaled.map(\.high.finite) ?? Double(r.high)
    unit = scaled?.unit
    passed = scaled.map { $0.low <= $0.value && $0.value <= $0.high }
  }

  enum CodingKeys: String, CodingKey { case monitor, test, scaling, name, value, low, high, unit, passed }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(monitor, forKey: .monitor)
    try c.encode(test, forKey: .test)
    try c.encode(scaling, forKey: .scaling)
    try c.encode(name, forKey: .name)
    try c.encode(value, forKey: .value)
    try c.encode(low, forKey: .low)
    try c.encode(high, forKey: .high)
    try c.encode(unit, forKey: .unit)
    try c.encode(passed, forKey: .passed)
  }
}

/// A control unit and all that it said about itself, as `/v1/units` gives it.
public struct ControlUnitDocument: Codable, Hashable, Sendable {
  public var bus: Int
  /// As in `UnitDocument`.
  public var address: String
  /// iso15765 or j1939.
  public var language: String
  public var name: String?
  /// Texts by what they are about, for example `calibration`; several where the unit has several.
  public var identity: [String: [String]]
  /// Calibration verification numbers, eight hexadecimal digits each.
  public var verificationNumbers: [String]
  /// The NAME of SAE J1939-81, 16 hexadecimal digits; null where none was claimed.
  public var claimedName: String?
  /// What it does by its NAME, whatever its address; null where none was claimed, or the function is no common one.
  public var claimedFunction: String?
  /// Null where the unit said nothing of it.
  public var readiness: ReadinessDocument?
  /// As they stand; null where the unit said nothing of them.
  public var lamps: LampsDocument?
  /// When the unit told its whole list of trouble codes of each status last, RFC 3339.
  public var listsTold: [String: String]
  /// When it cleared its trouble codes last, RFC 3339; null where that was not seen.
  public var cleared: String?
  public var freezeFrames: [FreezeFrameDocument]
  public var monitors: [MonitorDocument]
  public var performance: [Performance]
  /// Data identifiers of UDS that only the maker can read, as hexadecimal digits.
  public var data: [String: String]
  public var refusals: [Refusal]

  /// One counter of in-use performance tracking.
  public struct Performance: Codable, Hashable, Sendable {
    /// From 0, in the order in which the unit tells them.
    public var index: Int
    public var name: String?
    public var count: Int

    enum CodingKeys: String, CodingKey { case index, name, count }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(index, forKey: .index)
      try c.encode(name, forKey: .name)
      try c.encode(count, forKey: .count)
    }
  }

  /// A service that the unit refused, and why.
  public struct Refusal: Codable, Hashable, Sendable {
    /// Two hexadecimal digits each.
    public var service: String
    public var reason: String
    public var text: String?

    enum CodingKeys: String, CodingKey { case service, reason, text }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: CodingKeys.self)
      try c.encode(service, forKey: .service)
      try c.encode(reason, forKey: .reason)
      try c.encode(text, forKey: .text)
    }
  }

  /// The units that said something, by bus, language and address.
  public static func all(
    in records: some Sequence<DiagnosticRecord>, _ texts: DiagnosticTexts
  ) -> [ControlUnitDocument] {
    let units = Dictionary(grouping: records, by: \.unit)
    return units.keys.sorted { $0.order < $1.order }.map { ControlUnitDocument($0, units[$0] ?? [], texts) }
  }

  private init(_ unit: ControlUnit, _ records: [DiagnosticRecord], _ texts: DiagnosticTexts) {
    bus = Int(unit.bus)
    address = unit.name
    language = unit.language == .j1939 ? "j1939" : "iso15765"
    name = texts.unit(unit)
    (identity, verificationNumbers, listsTold, data) = ([:], [], [:], [:])
    (monitors, performance, refusals) = ([], [], [])
    freezeFrames = FreezeFrameDocument.all(in: records, texts)[unit] ?? []
    var texted: [(item: IdentityItem, index: UInt8, text: String)] = []
    var verified: [(index: UInt8, number: UInt32)] = []
    for record in records {
      guard case .fact(let fact) = record.content else { continue }
      switch fact {
      case .readiness(let r): readiness = ReadinessDocument(r)
      case .listBegan(let told, _): lamps = told.map { LampsDocument($0) }
      case .listEnded(let complete, _): for status in complete.names { listsTold[status] = record.changed.rfc3339 }
      case .cleared: cleared = record.changed.rfc3339
      case .monitor(let result): monitors.append(MonitorDocument(result, texts))
      case .identity(let item, let index, let text): texted.append((item, index, text.string))
      case .verification(let index, let number): verified.append((index, number))
      case .performance(let index, let isCompressionIgnition, let count):
        performance.append(
          Performance(index: Int(index), name: texts.performance(index, isCompressionIgnition), count: Int(count)))
      case .data(let identifier, let bytes):
        let number = hexadecimal(UInt8(identifier >> 8)) + hexadecimal(UInt8(truncatingIfNeeded: identifier))
        data[number] = bytes.bytes.map { hexadecimal($0) }.joined()
      case .refused(let service, let reason):
        refusals.append(
          Refusal(service: hexadecimal(service), reason: hexadecimal(reason), text: texts.refusal(service, reason)))
      case .addressClaimed(let name):
        claimedName = hexadecimal(name).uppercased()
        claimedFunction = texts.function(name)
      case .freezeFrameCode, .freezeFrameValue, .listed: break
      }
    }
    for t in texted.sorted(by: { $0.index < $1.index }) { identity[t.item.name, default: []].append(t.text) }
    verificationNumbers = verified.sorted { $0.index < $1.index }.map {
      String(hexadecimal(UInt64($0.number)).suffix(8)).uppercased()
    }
    monitors.sort { ($0.monitor, $0.test) < ($1.monitor, $1.test) }
    performance.sort { $0.index < $1.index }
    refusals.sort { $0.service < $1.service }
  }

  enum CodingKeys: String, CodingKey {
    case bus, address, language, name, identity, verificationNumbers, claimedName, claimedFunction, readiness, lamps, listsTold, cleared
    case freezeFrames, monitors, performance, data, refusals
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(bus, forKey: .bus)
    try c.encode(address, forKey: .address)
    try c.encode(language, forKey: .language)
    try c.encode(name, forKey: .name)
    try c.encode(identity, forKey: .identity)
    try c.encode(verificationNumbers, forKey: .verificationNumbers)
    try c.encode(claimedName, forKey: .claimedName)
    try c.encode(claimedFunction, forKey: .claimedFunction)
    try c.encode(readiness, forKey: .readiness)
    try c.encode(lamps, forKey: .lamps)
    try c.encode(listsTold, forKey: .listsTold)
    try c.encode(cleared, forKey: .cleared)
    try c.encode(freezeFrames, forKey: .freezeFrames)
    try c.encode(monitors, forKey: .monitors)
    try c.encode(performance, forKey: .performance)
    try c.encode(data, forKey: .data)
    try c.encode(refusals, forKey: .refusals)
  }
}

/// Diagnostic traffic that was heard and not taken, and why.
public struct RejectedTrafficDocument: Codable, Hashable, Sendable {
  /// iso-tp, j1939, obd or uds.
  public var transport: String
  public var reason: String
  public var count: UInt64

  public init(transport: String, reason: String, count: UInt64) {
    self.transport = transport
    self.reason = reason
    self.count = count
  }
}

/// What became of diagnostic traffic.
public struct DiagnosticTrafficDocument: Codable, Hashable, Sendable {
  /// Messages put together, single frames of ISO-TP included.
  public var messages: UInt64
  public var rejected: [RejectedTrafficDocument]
  /// Tellings of trouble codes that did not come often enough to be believed.
  public var unconfirmed: UInt64
  /// Facts for which there was no room.
  public var refused: UInt64
  /// Units that were silent for long and gave their place to another.
  public var gaveWay: UInt64
  /// Values left out because another control unit of a J1939 bus owns the signal.
  public var otherSource: UInt64

  public init(
    messages: UInt64, rejected: [RejectedTrafficDocument], unconfirmed: UInt64, refused: UInt64, gaveWay: UInt64,
    otherSource: UInt64
  ) {
    self.messages = messages
    self.rejected = rejected
    self.unconfirmed = unconfirmed
    self.refused = refused
    self.gaveWay = gaveWay
    self.otherSource = otherSource
  }
}
