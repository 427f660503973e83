// What a control unit says about itself beside its signals: who it is, its trouble codes, tests, freeze frames.

/// A control unit of the vehicle: where it is and by which protocol it speaks of itself.
public struct ControlUnit: Hashable, BitwiseCopyable, Sendable {
  public enum Language: UInt8, BitwiseCopyable, Sendable {
    /// OBD-II and UDS over ISO-TP (ISO 15765).
    case iso15765 = 0
    /// SAE J1939.
    case j1939 = 1
  }

  /// As `CANFrame.bus`.
  public var bus: UInt8
  public var language: Language
  /// ISO 15765: `CANID.key` of the identifier that it answers on. J1939: its source address, 0...253.
  public var address: UInt32

  public init(bus: UInt8 = 0, answersOn id: CANID) {
    self.bus = bus
    language = .iso15765
    address = id.key
  }

  public init(bus: UInt8 = 0, sourceAddress: UInt8) {
    self.bus = bus
    language = .j1939
    address = UInt32(sourceAddress)
  }

  /// `7E8`, `18DAF110` or, for J1939, `SA 0`; without the bus.
  public var name: String {
    switch language {
    case .j1939: "SA " + String(address)
    case .iso15765: String(address & 0x1FFF_FFFF, radix: 16, uppercase: true)
    }
  }
}

/// At most 64 bytes of text or data without a heap: VIN, part numbers, calibration identifications.
public struct ShortText: Hashable, BitwiseCopyable, Sendable {
  public static let capacity = 64

  public private(set) var count: UInt8 = 0
  // Four words of 16 bytes would do too; this way it needs no larger alignment than a word.
  private var words: InlineArray<8, UInt64> = InlineArray(repeating: 0)

  public init() {}

  /// Bytes beyond the 64th are dropped.
  public init(_ bytes: some Sequence<UInt8>) { for byte in bytes where !append(byte) { return } }

  /// False, and nothing happens, when 64 bytes are in.
  @discardableResult public mutating func append(_ byte: UInt8) -> Bool {
    guard count < 64 else { return false }
    words[Int(count) >> 3] |= UInt64(byte) &<< UInt64((count & 7) &* 8)
    count += 1
    return true
  }

  /// Byte `index`, 0..<count; 0 beyond.
  public subscript(index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: words[index >> 3] &>> UInt64((index & 7) &* 8))
  }

  public var bytes: [UInt8] { (0..<Int(count)).map { self[$0] } }

  /// As text: ASCII, whatever else replaced by a question mark.
  public var string: String {
    String(decoding: bytes.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }

  public static func == (a: ShortText, b: ShortText) -> Bool {
    guard a.count == b.count else { return false }
    for i in 0..<8 where a.words[i] != b.words[i] { return false }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for i in 0..<8 { hasher.combine(words[i]) }
  }
}

/// What a text of a control unit is about.
public enum IdentityItem: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// ISO 3779: 17 characters.
  case vin = 0
  case calibration = 1
  case unitName = 2
  case make = 3
  case model = 4
  case serialNumber = 5
  case unitNumber = 6
  case softwareNumber = 7
  case hardwareNumber = 8
  case partNumber = 9
  case supplier = 10
  case engineType = 11
  case location = 12
  case programmingDate = 13

  public var name: String {
    switch self {
    case .vin: "vin"
    case .calibration: "calibration"
    case .unitName: "name"
    case .make: "make"
    case .model: "model"
    case .serialNumber: "serial-number"
    case .unitNumber: "unit-number"
    case .softwareNumber: "software-number"
    case .hardwareNumber: "hardware-number"
    case .partNumber: "part-number"
    case .supplier: "supplier"
    case .engineType: "engine-type"
    case .location: "location"
    case .programmingDate: "programming-date"
    }
  }
}

/// Self-tests of emission control that a unit runs by itself (PID 01 of SAE J1979, DM5 of SAE J1939-73).
public struct ReadinessMonitors: OptionSet, Hashable, BitwiseCopyable, Sendable {
  public var rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let misfire = ReadinessMonitors(rawValue: 1 << 0)
  public static let fuelSystem = ReadinessMonitors(rawValue: 1 << 1)
  public static let components = ReadinessMonitors(rawValue: 1 << 2)
  public static let catalyst = ReadinessMonitors(rawValue: 1 << 3)
  public static let heatedCatalyst = ReadinessMonitors(rawValue: 1 << 4)
  public static let evaporativeSystem = ReadinessMonitors(rawValue: 1 << 5)
  public static let secondaryAir = ReadinessMonitors(rawValue: 1 << 6)
  public static let airConditioning = ReadinessMonitors(rawValue: 1 << 7)
  public static let oxygenSensor = ReadinessMonitors(rawValue: 1 << 8)
  public static let oxygenSensorHeater = ReadinessMonitors(rawValue: 1 << 9)
  public static let exhaustGasRecirculation = ReadinessMonitors(rawValue: 1 << 10)
  public static let hydrocarbonCatalyst = ReadinessMonitors(rawValue: 1 << 11)
  public static let nitrogenOxideTreatment = ReadinessMonitors(rawValue: 1 << 12)
  public static let boostPressure = ReadinessMonitors(rawValue: 1 << 13)
  public static let exhaustGasSensor = ReadinessMonitors(rawValue: 1 << 14)
  public static let particulateFilter = ReadinessMonitors(rawValue: 1 << 15)
  public static let coldStartAid = ReadinessMonitors(rawValue: 1 << 16)
  public static let gasolineParticulateFilter = ReadinessMonitors(rawValue: 1 << 17)

  /// One name for each member, in the order of the bits.
  public var names: [String] {
    let all = [
      "misfire", "fuel-system", "components", "catalyst", "heated-catalyst", "evaporative-system", "secondary-air",
      "air-conditioning", "oxygen-sensor", "oxygen-sensor-heater", "exhaust-gas-recirculation", "hydrocarbon-catalyst",
      "nitrogen-oxide-treatment", "boost-pressure", "exhaust-gas-sensor", "particulate-filter", "cold-start-aid",
      "gasoline-particulate-filter",
    ]
    return all.indices.filter { rawValue &>> UInt32($0) & 1 == 1 }.map { all[$0] }
  }
}

/// Whether a unit is ready for an inspection.
public struct Readiness: Hashable, BitwiseCopyable, Sendable {
  public enum Ignition: UInt8, BitwiseCopyable, Sendable {
    case spark = 0
    case compression = 1
    /// Not said, as in DM5.
    case unknown = 2
  }

  /// The malfunction lamp is commanded on; nil where the message does not say.
  public var isLampOn: Bool?
  /// Confirmed (OBD-II) or active (DM5) trouble codes.
  public var codeCount: UInt8
  public var ignition: Ignition
  public var supported: ReadinessMonitors
  /// A subset of `supported`.
  public var incomplete: ReadinessMonitors

  public init(
    isLampOn: Bool?, codeCount: UInt8, ignition: Ignition, supported: ReadinessMonitors, incomplete: ReadinessMonitors
  ) {
    self.isLampOn = isLampOn
    self.codeCount = codeCount
    self.ignition = ignition
    self.supported = supported
    self.incomplete = incomplete.intersection(supported)
  }

  public var isReady: Bool { incomplete.isEmpty }
}

/// What a number of a freeze frame is the value of.
public enum FreezeFrameParameter: Hashable, BitwiseCopyable, Sendable {
  /// A value of a service 01 parameter: `OBDParameter.values[field]`.
  case pid(UInt8, field: UInt8)
  /// A suspect parameter of SAE J1939.
  case spn(UInt32)
}

/// One result of an on-board monitor: service 06 of SAE J1979 (ISO 15031-5), scaled by its unit and scaling identifier.
public struct MonitorResult: Hashable, BitwiseCopyable, Sendable {
  /// OBDMID.
  public var monitor: UInt8
  /// TID.
  public var test: UInt8
  /// UASID: how the three numbers are scaled.
  public var scaling: UInt8
  public var value: UInt16
  public var low: UInt16
  public var high: UInt16

  public init(monitor: UInt8, test: UInt8, scaling: UInt8, value: UInt16, low: UInt16, high: UInt16) {
    self.monitor = monitor
    self.test = test
    self.scaling = scaling
    self.value = value
    self.low = low
    self.high = high
  }
}

/// One thing that a control unit said about itself, as it was decoded.
public struct DiagnosticFact: BitwiseCopyable, Sendable {
  public enum Content: BitwiseCopyable, Sendable {
    /// A list of trouble codes begins; until `listEnded` each `listed` of this unit belongs to it.
    /// `isBroadcast`: nobody asked for it (DM1); it comes again and again, and a single one proves little.
    case listBegan(lamps: WarningLamps?, isBroadcast: Bool)
    /// - Parameter status: what this list says of the code; for a list of one kind that kind.
    case listed(TroubleCode, status: TroubleCodeStatus, occurrences: UInt8?)
    /// - Parameters:
    ///   - complete: a code of this unit with one of these that was not listed does not have it any more.
    ///   - notation: of this list's codes. A unit may tell one fault in two notations, each in lists of its own, and the
    ///     lists of one say nothing of the codes of the other.
    case listEnded(complete: TroubleCodeStatus, notation: TroubleCode.Notation)
    /// The unit has cleared its trouble codes, freeze frames and test results (service 04, UDS 14, DM11).
    case cleared
    case readiness(Readiness)
    /// The trouble code that caused freeze frame `frame`.
    case freezeFrameCode(TroubleCode, frame: UInt8)
    /// - Parameter value: in the unit of the parameter; NaN where the unit says that it has none.
    case freezeFrameValue(FreezeFrameParameter, frame: UInt8, value: Double)
    case monitor(MonitorResult)
    /// - Parameter index: from 0, where a unit has several.
    case identity(IdentityItem, index: UInt8, ShortText)
    /// Calibration verification number.
    case verification(index: UInt8, UInt32)
    /// In-use performance tracking (service 09, 08 and 0B): item `index` of the list, from 0.
    case performance(index: UInt8, isCompressionIgnition: Bool, UInt16)
    /// A data identifier of UDS whose meaning only its maker knows.
    case data(identifier: UInt16, ShortText)
    /// A negative response: the service that was asked for and ISO 14229's reason.
    case refused(service: UInt8, reason: UInt8)
    /// SAE J1939-81: the 64-bit NAME that claims the address.
    case addressClaimed(name: UInt64)
  }

  public var time: Instant
  public var unit: ControlUnit
  public var content: Content

  public init(time: Instant, unit: ControlUnit, _ content: Content) {
    self.time = time
    self.unit = unit
    self.content = content
  }
}

/// Something that a control unit said and that is worth keeping: the newest of its kind, unit and index.
public struct DiagnosticRecord: BitwiseCopyable, Sendable {
  public enum Content: BitwiseCopyable, Sendable {
    /// A trouble code as it stands; with an empty status once it is cleared.
    case code(TroubleCodeReport)
    /// Any fact but a listed code. A `listEnded` with one status says when the unit last told its whole list of that
    /// status, a `listBegan` which lamps stand.
    case fact(DiagnosticFact.Content)
  }

  public var unit: ControlUnit
  public var content: Content
  /// When it became what it is.
  public var changed: Timestamp

  public init(unit: ControlUnit, content: Content, changed: Timestamp) {
    self.unit = unit
    self.content = content
    self.changed = changed
  }
}
