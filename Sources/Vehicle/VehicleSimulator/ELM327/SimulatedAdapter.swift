// An ELM327 or one of its copies, the adapter's side: characters and time in, characters and their times out.
public import Vocabulary

/// A simulated adapter in front of a simulated vehicle, in virtual time and free of any port.
///
/// It behaves as the documentation of the ELM327 says and as its personality deviates from that. Calls must not go back
/// in time. The same seed, input and times give the same output.
public struct SimulatedAdapter: Sendable {
  /// What it is doing.
  enum Activity: Sendable {
    /// Collects characters up to a carriage return.
    case waiting
    /// A command is under way until then, ns. Any character ends one that can be interrupted.
    case busy(until: Int64, canBeInterrupted: Bool)
    /// Shows frames from this number of the vehicle's own on.
    case monitoring(next: Int64?, filtered: Bool)
    /// At a new baud rate until then, ns, unless a carriage return confirms it.
    case tryingBaudRate(former: Int, from: Int64, until: Int64)
    /// Takes no notice of anything until then, ns.
    case hanging(until: Int64)
    case asleep
  }

  public let personality: AdapterPersonality
  public var vehicle: AdapterVehicle
  /// The baud rate of the other side; nil where the link has none, as TCP has. Where the two differ both sides receive
  /// nonsense.
  public var clientBaudRate: Int?
  public internal(set) var baudRate: Int
  /// Whether it is plugged in; a link that is about to fail unplugs itself.
  public private(set) var isConnected = true
  public internal(set) var counters = AdapterCounters()

  var setup = AdapterSetup()
  var connection = AdapterConnection()
  /// The connection as it was before the request under way, and until when, ns, an interruption leaves it so.
  var undo = (connection: AdapterConnection(), until: Int64.min)
  var programmable = ProgrammableParameters()
  var activity = Activity.waiting
  var line = SerialLine()
  var random: RandomStream
  /// The last command, which a bare carriage return repeats.
  var lastCommand: [UInt8] = []
  /// 0...255, kept by `ATSD`.
  var storedByte: UInt8 = 0

  private var command: [UInt8] = []
  private var inbox: [(time: Int64, byte: UInt8, baudRate: Int?)] = []
  private var nextInbox = 0
  private var lastArrival = Int64.min
  private var lastCharacter = Int64.min
  private var now = Int64.min

  /// Characters of a command; more are no command.
  private static let longestCommand = 254
  /// Seconds after which an unfinished command is given up.
  private static let patience = 20.0

  /// Plugged in, past its greeting, at its prompt.
  public init(_ personality: AdapterPersonality, vehicle: AdapterVehicle, seed: UInt64 = 1) {
    self.personality = personality
    self.vehicle = vehicle
    baudRate = personality.baudRate
    random = RandomStream(seed: seed &+ 0xE327, for: .transport)
  }

  // MARK: The serial side

  /// Characters that the other side begins to send at `time`, one after another at its baud rate.
  public mutating func take(_ bytes: [UInt8], at time: Instant) {
    guard isConnected else { return }
    let pace = SerialLine.nanosecondsPerByte(clientBaudRate ?? baudRate)
    lastArrival = max(lastArrival, time.nanoseconds)
    for byte in bytes {
      lastArrival += pace
      inbox.append((lastArrival, byte, clientBaudRate))
    }
  }

  /// What has left it by `time`, in the order of the times at which the last of its characters has left.
  public mutating func output(until time: Instant) -> [(at: Instant, bytes: [UInt8])] {
    run(until: time.nanoseconds)
    var output: [(at: Instant, bytes: [UInt8])] = []
    while let piece = line.pop(until: time.nanoseconds) {
      let bytes = received(piece)
      if !bytes.isEmpty { output.append((Instant(nanoseconds: piece.end), bytes)) }
    }
    return output
  }

  /// When `output` is to be called again at the latest; nil while nothing comes without further input.
  public var nextOutput: Instant? {
    let times = [line.nextEnd, nextEvent].compactMap(\.self)
    return times.min().map { Instant(nanoseconds: max(now, $0)) }
  }

  /// What the other side receives of it.
  private mutating func received(_ piece: SerialLine.Piece) -> [UInt8] {
    let heard = misread(piece.bytes, sentAt: piece.baudRate, readAt: clientBaudRate)
    let troubles = personality.troubles
    guard troubles.losesByte + troubles.corruptsByte > 0 else { return heard }
    return heard.compactMap { worn($0) }
  }

  /// A character after a link that is about to fail; nil where it is lost.
  private mutating func worn(_ byte: UInt8) -> UInt8? {
    if random.chance(personality.troubles.losesByte) { return nil }
    guard random.chance(personality.troubles.corruptsByte) else { return byte }
    return byte ^ 1 << UInt8(random.next() & 7)
  }

  /// What a receiver makes of characters that come at another rate than its own: more or fewer ones, and others.
  private mutating func misread(_ bytes: [UInt8], sentAt sent: Int, readAt read: Int?) -> [UInt8] {
    guard let read, abs(read - sent) * 100 > sent * 4 else { return bytes }
    let ratio = min(8, Double(read) / Double(max(1, sent)))
    var heard: [UInt8] = []
    for byte in bytes {
      var count = Int(ratio)
      if random.chance(ratio - Double(count)) { count += 1 }
      for _ in 0..<count {
        let noise = UInt8(truncatingIfNeeded: random.next())
        heard.append(ratio > 1 ? (byte & 1 == 0 ? 0x80 | noise : 0xE0 | noise & 0x1F) : noise)
      }
    }
    return heard
  }

  // MARK: Power

  /// Pulls it out of the vehicle or its cable: nothing more comes, and nothing is taken.
  public mutating func unplug(at time: Instant) {
    run(until: time.nanoseconds)
    line.cut(at: time.nanoseconds)
    isConnected = false
    forgetInput()
    reset()
    activity = .waiting
  }

  /// Plugs it in again; it greets as after a reset.
  public mutating func plugIn(at time: Instant) {
    run(until: time.nanoseconds)
    guard !isConnected else { return }
    isConnected = true
    lastArrival = time.nanoseconds
    greet(at: time.nanoseconds)
  }

  /// The vehicle's voltage drops for a moment, as while the engine is started.
  public mutating func lowerVoltage(at time: Instant) {
    run(until: time.nanoseconds)
    if isConnected { restartAfterLowVoltage(at: time.nanoseconds) }
  }

  /// A reset from power-on: the baud rate of the board, and everything as it was made.
  mutating func greet(at time: Int64) {
    reset()
    baudRate = programmable.baudRate ?? personality.baudRate
    let ready = time + seconds(personality.resetTime)
    answer([[], [], Array(personality.banner.utf8)], at: ready)
  }

  mutating func reset() {
    setup = AdapterSetup()
    connection = AdapterConnection()
    undo = (connection, .min)
    command = []
    lastCommand = []
  }

  private mutating func restartAfterLowVoltage(at time: Int64) {
    line.cut(at: time)
    forgetInput()
    reset()
    baudRate = programmable.baudRate ?? personality.baudRate
    answer([[], [], Array("LV RESET".utf8)], at: time + seconds(personality.resetTime))
  }

  private mutating func forgetInput() {
    inbox = []
    nextInbox = 0
    command = []
  }

  // MARK: Time

  /// When something happens next without further input, ns.
  private var nextEvent: Int64? {
    var times: [Int64] = []
    if let at = nextCharacterTime { times.append(at) }
    switch activity {
    case .waiting:
      if !command.isEmpty { times.append(lastCharacter + seconds(SimulatedAdapter.patience)) }
      if let at = connection.wakeUpAt { times.append(at) }
    case .busy(let until, _): times.append(until)
    case .monitoring(let number?, _): times.append(vehicle.trafficTime(number).nanoseconds)
    case .tryingBaudRate(_, _, let until): times.append(until)
    case .hanging(let until): times.append(until)
    case .asleep, .monitoring: break
    }
    return times.min()
  }

  /// When the next character is looked at: what cannot be interrupted lets it wait.
  private var nextCharacterTime: Int64? {
    guard nextInbox < inbox.count else { return nil }
    if case .busy(let until, canBeInterrupted: false) = activity { return max(inbox[nextInbox].time, until) }
    return inbox[nextInbox].time
  }

  private mutating func run(until time: Int64) {
    while let event = nextEvent, event <= time {
      now = max(now, event)
      // What ends at the very moment of a character has ended.
      if let character = nextCharacterTime, character <= event, !endsActivity(at: event) {
        let (_, byte, rate) = inbox[nextInbox]
        nextInbox += 1
        if nextInbox == inbox.count { forgetTakenInput() }
        for byte in misread([byte], sentAt: rate ?? baudRate, readAt: baudRate) {
          if let byte = personality.troubles == .init() ? byte : worn(byte) { take(byte, at: event) }
        }
      } else {
        pass(event)
      }
    }
    now = max(now, time)
  }

  private mutating func forgetTakenInput() {
    inbox.removeAll(keepingCapacity: true)
    nextInbox = 0
  }

  private func endsActivity(at time: Int64) -> Bool {
    switch activity {
    case .busy(let until, _), .hanging(let until), .tryingBaudRate(_, _, let until): until <= time
    default: false
    }
  }

  /// What happens by itself at `time`.
  private mutating func pass(_ time: Int64) {
    switch activity {
    case .waiting:
      if let wakeUpAt = connection.wakeUpAt, wakeUpAt <= time {
        keepAwake(at: time)
      } else if !command.isEmpty {
        command = []
        answer([Array("?".utf8)], at: time)
      }
    case .busy: activity = .waiting
    case .hanging:
      command = []
      activity = .waiting
    case .monitoring(let number, let filtered):
      if let number { showTraffic(number, filtered: filtered, at: time) }
    case .tryingBaudRate(let former, _, _):
      baudRate = former
      answer([], at: time)
    case .asleep: break
    }
  }

  // MARK: Characters

  private mutating func take(_ byte: UInt8, at time: Int64) {
    switch activity {
    case .hanging: break
    case .asleep:
      reset()
      answer([[], [], Array(personality.banner.utf8)], at: time + seconds(0.05))
    case .busy:
      interrupt(at: time)
    case .monitoring:
      counters.interruptions += 1
      // The line under way is finished first.
      line.cancel(after: time)
      answer(personality.version >= 13 ? [Array("STOPPED".utf8)] : [], at: time)
    case .tryingBaudRate(let former, let begin, _):
      guard time >= begin else { break }
      if byte == 0x0D {
        answer([Array("OK".utf8)], at: time)
      } else {
        baudRate = former
        answer([], at: time)
      }
    case .waiting: collect(byte, at: time)
    }
  }

  /// A character ends the request under way and is itself forgotten.
  private mutating func interrupt(at time: Int64) {
    counters.interruptions += 1
    line.cancel(after: time)
    if time < undo.until { connection = undo.connection }
    answer([Array("STOPPED".utf8)], at: time + seconds(personality.commandTime.lowerBound))
  }

  private mutating func collect(_ byte: UInt8, at time: Int64) {
    lastCharacter = time
    // Zeros are noise of the line to it.
    if byte == 0 { return }
    if setup.echo { line.send(byte == 0x0D ? newLine : [byte], ready: time, baudRate: baudRate) }
    guard byte == 0x0D else {
      // Blanks, line feeds and other control characters are nothing.
      if byte > 0x20 && command.count <= SimulatedAdapter.longestCommand {
        command.append((0x61...0x7A).contains(byte) ? byte & 0xDF : byte)
      }
      return
    }
    if command.isEmpty {
      command = lastCommand
    } else {
      lastCommand = command
    }
    let text = command
    command = []
    guard !text.isEmpty else { return answer([], at: time) }
    guard !failed(at: time) else { return }
    let ready = time + seconds(random.uniform(personality.commandTime))
    carryOut(text, at: ready)
    if random.chance(personality.troubles.missesPrompt) { losePrompt() }
  }

  /// Whether a link that is about to fail does so now.
  private mutating func failed(at time: Int64) -> Bool {
    let troubles = personality.troubles
    if random.chance(troubles.drops) {
      line.cut(at: time)
      forgetInput()
      isConnected = false
    } else if random.chance(troubles.resets) {
      restartAfterLowVoltage(at: time)
    } else if random.chance(troubles.hangs) {
      activity = .hanging(until: time + seconds(random.uniform(1...20)))
    } else {
      return false
    }
    return true
  }

  // MARK: Answering

  var newLine: [UInt8] { setup.lineFeeds ? [0x0D, 0x0A] : [0x0D] }

  func seconds(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }

  /// Sends lines and the prompt; the next command is taken when that has left.
  mutating func answer(_ lines: [[UInt8]], at time: Int64) {
    for text in lines { line.send(text + newLine, ready: time, baudRate: baudRate) }
    prompt(at: time, canBeInterrupted: false)
  }

  mutating func answer(_ text: String, at time: Int64) { answer([Array(text.utf8)], at: time) }

  mutating func prompt(at time: Int64, canBeInterrupted: Bool) {
    let end = line.send(newLine + [0x3E], ready: time, baudRate: baudRate)
    activity = .busy(until: end, canBeInterrupted: canBeInterrupted)
  }

  private mutating func losePrompt() {
    guard case .busy = activity else { return }
    line.loseLastByte()
  }
}

/// What an adapter has done since it was made.
public struct AdapterCounters: Equatable, Sendable {
  /// Commands to itself, unknown ones included.
  public var commands = 0
  /// Requests to the vehicle that it was given.
  public var requests = 0
  /// Whole answers of control units that it heard.
  public var answers = 0
  /// Messages that it has put on the vehicle's bus: requests, searches, wake-ups, flow control.
  public var transmissions = 0
  /// Frames of the bus that it has shown while monitoring, and how often its buffer overflowed.
  public var monitored = 0
  public var overflows = 0
  /// Commands that a character has interrupted.
  public var interruptions = 0

  public init() {}
}
