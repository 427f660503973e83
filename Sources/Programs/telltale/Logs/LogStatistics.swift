// What a recording holds of each message and signal of a network description.
import DecoderCore
import Decoding
import Vocabulary

/// Counts frames by message and values by signal, one frame at a time.
struct LogStatistics {
  struct Counts {
    /// Data frames; remote requests and error frames are counted apart.
    var frames = 0
    var decoded = 0
    var noMessage = 0
    /// Of the decoded ones, those with fewer bytes than their message.
    var short = 0
    /// Frames with a multiplexor value that the description does not know; where these are refused, all that are.
    var unknownMultiplexor = 0
    var remote = 0
    var error = 0
  }

  struct SignalCounts {
    /// Values that count: in plain arithmetic all of them, else the valid ones.
    var n = 0
    var first = 0.0
    var min = 0.0
    var max = 0.0
    var sum = 0.0
    var last = 0.0
    var notAvailable = 0
    var error = 0
    var outOfRange = 0
    /// Exactly, for integers that a binary64 does not hold.
    var exact: WideIntegerCounts?

    /// - Parameter isRaw: every value counts, one that is not finite, too.
    mutating func add(_ sample: Sample, isRaw: Bool) {
      switch isRaw ? .valid : sample.validity {
      case .valid:
        let value = sample.value
        if n == 0 {
          first = value
          min = value
          max = value
        } else {
          min = value < min ? value : min
          max = value > max ? value : max
        }
        n += 1
        sum += value
        last = value
      case .notAvailable, .stale: notAvailable += 1
      case .error: error += 1
      case .outOfRange: outOfRange += 1
      }
    }

    mutating func add(exactly value: Int128) {
      if exact == nil { exact = WideIntegerCounts(value) } else { exact?.add(value) }
    }

    var isSeen: Bool { n + notAvailable + error + outOfRange > 0 }
  }

  struct Signal {
    var name: String
    var unit: String
    var counts = SignalCounts()
  }

  struct Message {
    var name: String
    var frames = 0
    /// In the order of the description.
    var signals: [Signal] = []
  }

  private(set) var counts = Counts()
  private var messages: [Message] = []
  /// Indices in `messages` in the order in which they were first seen.
  private var seen: [Int] = []
  private let table: DecoderTable
  private let isRaw: Bool
  private let isStrict: Bool
  /// For each message of the table whether it is shorter than its own signals.
  private let isTooSmall: [Bool]
  /// For each message of the table its index in `messages`, for each signal identifier its place.
  private let messagePlaces: [Int]
  private let signalPlaces: [(message: Int, signal: Int)]
  private let wideIntegers: [WideInteger?]
  private var samples: [Sample]

  /// - Parameters:
  ///   - j1939: match 29-bit frames by parameter group, whatever their source address.
  ///   - isRaw: plain arithmetic on the bits, the description taken as it stands: no valid range, no reserved values.
  ///   - isStrict: what cantools refuses gives nothing: a frame with an unknown multiplexor value, and every frame of
  ///     a message that the description makes shorter than its own signals.
  init(_ description: NetworkDescription, j1939: Bool, isRaw: Bool, isStrict: Bool) {
    let all = description.compileAll(j1939: j1939, validity: !isRaw)
    var problems: [DecoderTable.Problem] = []
    table = DecoderTable(all.messages, problems: &problems)
    self.isRaw = isRaw
    self.isStrict = isStrict
    samples = Array(
      repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: max(1, table.largestMessage))

    isTooSmall = all.sources.map { description.messages[$0].isTooShortForItsSignals }

    // Messages of one name are one line of the statistics, whatever their identifiers, and so are signals.
    var messages: [Message] = []
    var named: [String: Int] = [:]
    var placeOfMessage: [Int: Int] = [:]
    var signalNames: [[String: Int]] = []
    messagePlaces = all.sources.map { source in
      let name = description.messages[source].name
      let place = named[name] ?? messages.count
      if place == messages.count {
        named[name] = place
        messages.append(Message(name: name))
        signalNames.append([:])
      }
      placeOfMessage[source] = place
      return place
    }
    signalPlaces = all.signals.map { source in
      let place = placeOfMessage[source.message] ?? 0
      let signal = description.messages[source.message].signals[source.signal]
      if let known = signalNames[place][signal.name] { return (place, known) }
      signalNames[place][signal.name] = messages[place].signals.count
      messages[place].signals.append(Signal(name: signal.name, unit: signal.unit))
      return (place, messages[place].signals.count - 1)
    }
    wideIntegers = all.signals.map { WideInteger(description.messages[$0.message].signals[$0.signal]) }
    self.messages = messages
  }

  mutating func observe(_ frame: CANFrame) {
    guard !frame.id.isErrorFrame else {
      counts.error += 1
      return
    }
    guard !frame.id.isRemoteRequest else {
      counts.remote += 1
      return
    }
    counts.frames += 1
    let outcome = decode(frame)
    guard outcome.isKnown else {
      counts.noMessage += 1
      return
    }
    let message = messagePlaces[outcome.message]
    if messages[message].frames == 0 { seen.append(message) }
    messages[message].frames += 1
    let isRefused =
      isStrict && (outcome.hasUnknownSelector || isTooSmall[outcome.message])
    if outcome.hasUnknownSelector || isRefused { counts.unknownMultiplexor += 1 }
    if isRefused { return }
    counts.decoded += 1
    if outcome.isShort { counts.short += 1 }
    for sample in samples[..<outcome.count] {
      let place = signalPlaces[sample.signal.index]
      messages[place.message].signals[place.signal].counts.add(sample, isRaw: isRaw)
      if let wide = wideIntegers[sample.signal.index], isRaw || sample.validity == .valid {
        messages[place.message].signals[place.signal].counts.add(exactly: wide.value(in: frame))
      }
    }
  }

  private mutating func decode(_ frame: CANFrame) -> DecoderTable.Outcome {
    let table = table
    var out = samples.mutableSpan
    return table.decode(frame, into: &out)
  }

  /// The messages of which a frame was decoded, in the order in which they were first seen.
  var seenMessages: [Message] { seen.map { messages[$0] } }
}
