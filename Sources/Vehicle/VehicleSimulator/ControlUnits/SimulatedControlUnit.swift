// A control unit that answers OBD-II and UDS, free of frames: one whole request in, one whole answer out.
public import Vocabulary

/// A control unit as a tool sees it, whatever carries the messages: CAN frames, kernel ISO-TP or an ELM327.
///
/// Its state are values: what it finds wrong (`diagnosis`), what its sensors show (`readings`) and who it is. Requests
/// and answers are whole messages of SAE J1979 and ISO 14229-1 without length bytes. The unit has no clock: a session
/// lasts until another is asked for.
public struct SimulatedControlUnit: Sendable {
  public struct Identity: Equatable, Sendable {
    /// Nil for a unit that is not asked for it.
    public var vin: String?
    /// At most 16 characters each, with its verification number.
    public var calibrations: [Calibration] = []
    /// At most 20 characters, such as `ECM-EngineControl`.
    public var name: String
    public var partNumber: String
    public var serialNumber: String
    public var hardwareNumber: String
    public var softwareNumber: String
    public var supplier: String

    public init(
      name: String, partNumber: String, serialNumber: String, hardwareNumber: String, softwareNumber: String,
      supplier: String
    ) {
      self.name = name
      self.partNumber = partNumber
      self.serialNumber = serialNumber
      self.hardwareNumber = hardwareNumber
      self.softwareNumber = softwareNumber
      self.supplier = supplier
    }
  }

  public struct Calibration: Equatable, Sendable {
    public var id: String
    public var verification: UInt32

    public init(id: String, verification: UInt32) {
      self.id = id
      self.verification = verification
    }
  }

  /// ISO 14229-1 annex A.1.
  enum Refusal: UInt8, Error {
    case serviceNotSupported = 0x11
    case subFunctionNotSupported = 0x12
    case incorrectMessageLength = 0x13
    case conditionsNotCorrect = 0x22
    case requestOutOfRange = 0x31

    /// Whether a unit keeps it for itself where all units were asked.
    var isSilent: Bool { self != .incorrectMessageLength && self != .conditionsNotCorrect }
  }

  /// `engine`, as people call it.
  public let name: String
  /// What it is asked on, and what it answers on.
  public let request: CANID
  public let reply: CANID
  public var identity: Identity
  public var diagnosis: SelfDiagnosis
  /// What its sensors show now.
  public var readings = Readings()

  /// The services that it knows.
  public var services: Set<UInt8>
  /// Parameters of service 01, in ascending order, without those that say which are supported.
  public var parameters: [UInt8]
  /// Most parameters in one request; older units take one.
  public var mostParameters = 6
  /// Data of its maker's own.
  public var dataItems: [UnitData] = []
  public var monitorResults: [MonitorResult] = []
  /// Values of parameters that never change: kind of OBD, fuel, sensors present.
  public var constants: [UInt8: [UInt8]] = [:]

  /// ISO 14229-1: 1 default, 3 extended.
  private(set) var session: UInt8 = 1

  public init(
    name: String, request: CANID, reply: CANID, identity: Identity, diagnosis: SelfDiagnosis, services: Set<UInt8>,
    parameters: [UInt8] = []
  ) {
    self.name = name
    self.request = request
    self.reply = reply
    self.identity = identity
    self.diagnosis = diagnosis
    self.services = services
    self.parameters = parameters.sorted()
  }

  /// The unit as facts name it.
  public func controlUnit(bus: UInt8 = 0) -> ControlUnit { ControlUnit(bus: bus, answersOn: reply) }

  /// - Parameters:
  ///   - request: service and what belongs to it; any bytes.
  ///   - isFunctional: asked of all units: who cannot answer stays silent.
  /// - Returns: Nil where it stays silent.
  public mutating func answer(_ request: [UInt8], isFunctional: Bool = false) -> [UInt8]? {
    guard let service = request.first else { return nil }
    do throws(Refusal) {
      guard services.contains(service) else { throw Refusal.serviceNotSupported }
      return service < 0x10 ? try answerOBD(service, request) : try answerUDS(service, request)
    } catch {
      return isFunctional && error.isSilent ? nil : [0x7F, service, error.rawValue]
    }
  }

  mutating func enter(session: UInt8) { self.session = session }

  mutating func clear() throws(Refusal) {
    guard !diagnosis.isEngineRunning else { throw .conditionsNotCorrect }
    diagnosis.clear()
  }
}

extension SimulatedControlUnit {
  private mutating func answerOBD(_ service: UInt8, _ request: [UInt8]) throws(Refusal) -> [UInt8] {
    switch service {
    case 0x01: try currentData(request)
    case 0x02: try freezeFrame(request)
    case 0x03: codeList(0x43, diagnosis.memory.codes(.confirmed))
    case 0x04: try cleared()
    case 0x06: try monitoring(request)
    case 0x07: codeList(0x47, diagnosis.memory.codes(.pending))
    case 0x09: try vehicleInformation(request)
    case 0x0A: codeList(0x4A, diagnosis.memory.entries.filter(\.isPermanent))
    default: throw .serviceNotSupported
    }
  }

  private mutating func answerUDS(_ service: UInt8, _ request: [UInt8]) throws(Refusal) -> [UInt8]? {
    switch service {
    case 0x10: try changeSession(request)
    case 0x14: try clearInformation(request)
    case 0x19: try troubleCodes(request)
    case 0x22: try readData(request)
    case 0x3E: try testerPresent(request)
    default: throw .serviceNotSupported
    }
  }

  private mutating func cleared() throws(Refusal) -> [UInt8] {
    try clear()
    return [0x44]
  }
}
