// What the dialogue with an adapter is about just now.
public import Vocabulary

public enum ELMState: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// There is no port to speak to.
  case closed = 0
  /// Looking for an adapter at the port: which baud rate, whether one is there at all.
  case probing
  /// Finding out what it is, and setting it up.
  case initialising
  /// Ready, and nobody knows yet what the vehicle speaks. The next request finds out.
  case searching
  /// Ready for requests.
  case polling
  /// Listening to the bus without a word.
  case listening
  /// Something went wrong; it is tried again at `ELMStatus.until`.
  case backingOff
  /// The vehicle is parked: the protocol is closed, only the voltage is read.
  case asleep

  public var name: String {
    switch self {
    case .closed: "closed"
    case .probing: "probing"
    case .initialising: "initialising"
    case .searching: "searching"
    case .polling: "polling"
    case .listening: "listening"
    case .backingOff: "backing off"
    case .asleep: "asleep"
    }
  }
}

/// Why there are no readings.
public enum ELMTrouble: Hashable, Sendable {
  /// No such port, refused, taken by another program, unplugged; one line with the mend.
  case port(String)
  /// Nothing at the port answers at any baud rate.
  case silentPort
  /// Something answers that is no ELM327; what it said.
  case notELM327(String)
  /// The adapter stopped answering in the middle.
  case adapterGone
  /// Its voltage fell and it began anew: LV RESET.
  case lowVoltage
  /// The vehicle does not answer and nothing says that it is switched on. Volts, where known.
  case ignitionOff(volts: Double?)
  /// The vehicle seems to be switched on, and no protocol finds anybody. Volts, where known.
  case noBus(volts: Double?)
  /// The protocol that the owner fixed finds nobody though the bus is there, or disturbs it.
  case wrongProtocol(ELMProtocol)
  /// The bus is disturbed; what the adapter said.
  case busErrors(String)
}

/// All that is to be known of an adapter, for people and for the rooms around.
public struct ELMStatus: Hashable, Sendable {
  public var state = ELMState.closed
  public var since = Instant.zero
  /// When a state that waits is over.
  public var until: Instant?
  public var trouble: ELMTrouble?
  /// What it calls itself: `ELM327 v1.5`; and what ST commands or `AT@1` told.
  public var banner: String?
  public var details: [String] = []
  /// The profile that fits.
  public var profile: ELMProfile?
  /// What it can do, as tests have shown.
  public var abilities: ELMAbilities = []
  /// What was claimed, by its version or its profile, and is not so.
  public var disproved: ELMAbilities = []
  public var baudRate: Int?
  public var vehicleProtocol: ELMProtocol?
  /// Parameters of service 01 in one request at the most.
  public var mostParameters = 1
  /// V at the vehicle's plug, and when that was read.
  public var voltage: Double?
  public var voltageAt = Instant.zero
  public var counters = ELMCounters()

  public init() {}
}

public struct ELMCounters: Hashable, BitwiseCopyable, Sendable {
  /// Requests to the vehicle, and those that had an answer.
  public var requests: UInt64 = 0
  public var answered: UInt64 = 0
  /// Requests that went out to find the protocol, one for each that was tried, among `requests`.
  public var searches: UInt64 = 0
  /// Commands to the adapter itself.
  public var commands: UInt64 = 0
  /// Lines that could not be trusted.
  public var damagedLines: UInt64 = 0
  /// Times that listening lost frames: BUFFER FULL, or lines that broke. Each is one or more frames.
  public var losses: UInt64 = 0
  /// Frames heard while listening.
  public var frames: UInt64 = 0
  /// Times that the adapter began anew by itself.
  public var resets: UInt64 = 0
  /// Times that it had to be brought back to its prompt.
  public var resynchronisations: UInt64 = 0
  /// Times that the port was opened.
  public var opened: UInt64 = 0

  public init() {}
}

/// What a session wants done with its port.
public enum ELMAction: Hashable, Sendable {
  case write([UInt8])
  /// At once, after everything that was written has left; what was received until then is thrown away.
  case setBaudRate(Int)
  /// Close the port and open it again: nothing else helps any more.
  case reopen
}
