// How a dialogue with an adapter ended, when its exchanges ended differently.
import VehicleBus

/// What counts, in this order:
/// 1. Something that says nothing of what only an ELM327 says, and something else, is none: a modem, a shell, a listing
///    of frames.
/// 2. The last word on the vehicle: an answer of it is ok whatever came before, and so is a line heard while listening;
///    an error that follows an answer is the outcome. Within one exchange an answer outweighs errors beside it, of
///    other units or protocols that were tried; but not that the adapter began anew or is about to sleep, nor that it
///    lost frames while it was to listen.
/// 3. Where nothing was said clearly on the vehicle, what its silence suggests: a prompt alone is no data, a search
///    without an end no bus; nothing at all, or nonsense, is the adapter's error.
/// 4. Without any request, the last word on the adapter: confirmed is ok, not understood is its error.
struct DialogueOutcome {
  private var onVehicle: ELMOutcome?
  private var suggested: ELMOutcome?
  private var onAdapter: ELMOutcome?
  /// Something came that only an adapter says.
  private var isAdapter = false
  /// Something came that an adapter may say and another one is likelier to.
  private var isStranger = false

  /// - Parameters:
  ///   - answers: whole messages of the vehicle, or lines heard while listening.
  mutating func take(_ reply: ELMReply, to command: SentCommand, answers: Int) {
    recognise(reply, command, answers)
    if reply.notices.contains(where: { $0.endsAnswers || command == .monitor && $0 == .bufferFull }) {
      onVehicle = .adapterError
    } else if answers > 0 {
      onVehicle = .ok
    } else if let error = reply.notices.last(where: \.isOnVehicle)?.outcome {
      onVehicle = error
    } else if !command.isForVehicle {
      if let last = reply.notices.last { onAdapter = last.isRefusal ? .adapterError : .ok }
    } else if reply.notices.contains(where: { $0.isRefusal || $0.isName }) {
      onVehicle = .adapterError
    } else {
      suggested = DialogueOutcome.suggestion(reply)
    }
  }

  private static func suggestion(_ reply: ELMReply) -> ELMOutcome {
    if reply.damagedLines > 0 { return .adapterError }
    switch reply.notices.last {
    case .searching: return .noBus
    case .busInitialised: return .noData
    case nil where reply.isPrompted: return .noData
    default: return .adapterError
    }
  }

  private mutating func recognise(_ reply: ELMReply, _ command: SentCommand, _ answers: Int) {
    let isConfirmed = reply.notices.contains(.ok)
    let isWord = isConfirmed || reply.notices.contains(.plainError)
    if answers > 0 || reply.notices.contains(where: \.isAdapters) { isAdapter = true }
    // Others prompt with that sign, too, and others say OK and ERROR; no modem is known that does both.
    if reply.isPrompted && isWord && !command.asksForName { isAdapter = true }
    if reply.notices.contains(where: { !$0.isAdapters && $0 != .ok }) { isStranger = true }
    // Digits after a request are a vehicle's, be they damaged.
    if reply.damagedLines > 0 { if case .request = command { isAdapter = true } else { isStranger = true } }
    // An adapter answers with its name, a modem with this.
    if isConfirmed && command.asksForName { isStranger = true }
  }

  var verdict: ELMOutcome {
    if !isAdapter && isStranger { return .notELM327 }
    return onVehicle ?? suggested ?? onAdapter ?? (isAdapter ? .ok : .adapterError)
  }
}

extension ELMNotice {
  /// What an ELM327 says and hardly anybody else.
  fileprivate var isAdapters: Bool {
    switch self {
    case .ok, .plainError: false
    case .other(let text): ELMProtocol(described: text) != nil
    default: true
    }
  }

  /// The command was not understood.
  fileprivate var isRefusal: Bool { self == .unknownCommand || self == .plainError }

  /// Where nobody asked for it the adapter began anew.
  fileprivate var isName: Bool { if case .identity = self { true } else { false } }

  /// Nothing that was said before it holds any longer.
  fileprivate var endsAnswers: Bool { self == .lowVoltageReset || self == .sleepAlert }

  /// What went wrong on the way to the vehicle. An adapter that does not know a command says nothing of it.
  fileprivate var isOnVehicle: Bool { outcome != nil && !isRefusal }
}
