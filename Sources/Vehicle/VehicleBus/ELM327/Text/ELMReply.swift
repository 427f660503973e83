// What an adapter said up to its prompt, understood: who answered what, and what went wrong.
public import Vocabulary

/// How a command to an adapter ended, as people and other programs are told.
public enum ELMOutcome: String, Sendable, CaseIterable {
  case ok
  /// The vehicle did not answer: NO DATA.
  case noData = "no-data"
  /// No vehicle there, or none that the adapter could find: UNABLE TO CONNECT, BUS INIT: ERROR.
  case noBus = "no-bus"
  /// The vehicle's bus is disturbed: CAN ERROR, BUS ERROR, FB ERROR, BUS BUSY, DATA ERROR, RX ERROR.
  case busError = "bus-error"
  /// The adapter itself: STOPPED, BUFFER FULL, ERR93, LV RESET, a command that it does not know, nonsense.
  case adapterError = "adapter-error"
  /// Something else is at the other end: a modem, a receiver for satellites, a shell.
  case notELM327 = "not-elm327"
}

/// One line of an adapter that is no data, understood.
public enum ELMNotice: Hashable, Sendable {
  case ok
  /// `?`
  case unknownCommand
  case searching
  /// `BUS INIT: OK`, `BUS INIT: ...OK`.
  case busInitialised
  /// `BUS INIT: ERROR`, `BUS INIT: ...ERROR`.
  case busInitFailed
  case noData
  case unableToConnect
  case canError
  case busError
  case busBusy
  case feedbackError
  case dataError
  case rxError
  case stopped
  case bufferFull
  case lowVoltageReset
  /// `ACT ALERT`, `LP ALERT`: it is about to sleep.
  case sleepAlert
  /// `ERRnn`.
  case internalError(UInt8)
  /// `ERROR` alone, as modems say it.
  case plainError
  /// `ELM327 v1.5`, `STN1110 v4.0.1`, `OBDLink MX+ r3.1` and the like, as it stands there.
  case identity(String)
  /// Volts: `14.8V`.
  case voltage(Double)
  /// Of `ATDPN`; whether the adapter chose it by itself.
  case protocolNumber(ELMProtocol, isAutomatic: Bool)
  /// What is none of these, printable.
  case other(String)

  /// What the notice means for the command that was given; nil for what decides nothing (OK, SEARCHING..., identities,
  /// and text that nobody knows).
  public var outcome: ELMOutcome? {
    switch self {
    case .noData: .noData
    case .unableToConnect, .busInitFailed: .noBus
    case .canError, .busError, .busBusy, .feedbackError, .dataError, .rxError: .busError
    case .unknownCommand, .stopped, .bufferFull, .lowVoltageReset, .sleepAlert, .internalError: .adapterError
    case .plainError: .notELM327
    case .ok, .searching, .busInitialised, .identity, .voltage, .protocolNumber, .other: nil
    }
  }
}

/// Who sent a message, as far as the text tells.
public enum ELMSender: Hashable, Sendable {
  /// Headers are off.
  case untold
  /// A CAN identifier.
  case can(CANID)
  /// A unit on K-line or J1850, by its address.
  case address(UInt8)
}

/// One whole answer of one unit, as SAE J1979 and ISO 14229-1 have it on CAN: no header, no length bytes, no padding, no
/// checksum. Answers of K-line and J1850 in several messages are put together and brought into CAN's form: 43 and 47 with
/// the count of codes, 49 xx with the count of items.
public struct ELMMessage: Hashable, Sendable {
  public var sender: ELMSender
  public var bytes: [UInt8]

  public init(sender: ELMSender, bytes: [UInt8]) {
    self.sender = sender
    self.bytes = bytes
  }
}

/// What an adapter said between a command and its prompt.
public struct ELMReply: Hashable, Sendable {
  /// In the order in which they came.
  public var notices: [ELMNotice] = []
  /// Whole answers, the first of each unit first; repeated ones left out. After a command to listen each message is one
  /// line as it stood.
  public var messages: [ELMMessage] = []
  /// Lines that hold data and cannot be trusted: marked damaged, cut off, an odd number of digits, a wrong checksum, a
  /// piece of an answer that never became whole.
  public var damagedLines = 0
  /// The prompt came: the adapter takes the next command.
  public var isPrompted = false

  public init() {}
}
