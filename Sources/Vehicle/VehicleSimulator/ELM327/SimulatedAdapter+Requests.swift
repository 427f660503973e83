// Requests to the vehicle: finding its protocol, sending, and waiting for answers as long as an ELM327 waits.
import Vocabulary

extension SimulatedAdapter {
  /// Why a request ends without having been heard.
  private enum Failure {
    case noData
    case canError
    case busInit
    case unableToConnect

    var text: String {
      switch self {
      case .noData: "NO DATA"
      case .canError: "CAN ERROR"
      case .busInit: "ERROR"
      case .unableToConnect: "UNABLE TO CONNECT"
      }
    }
  }

  /// Seconds that come to nothing, or to a K-line that is awake.
  private static let slowInit = 2.4
  private static let fastInit = 0.35
  private static let j1850Trial = 0.1
  private static let busErrorTrial = 0.12
  /// A K-line's unit goes back to sleep, seconds.
  private static let sessionTimeout: Int64 = 5_000_000_000
  /// Between what the bus brings and what the serial line gets, ns.
  private static let handling: Int64 = 200_000

  /// Bytes in digits, and a digit for the count of answers behind them.
  mutating func request(_ digits: [UInt8], at time: Int64) {
    var digits = digits
    var count: Int?
    if !digits.count.isMultiple(of: 2) {
      guard digits.count > 1, personality.answerCount != .unknown, let last = digits.popLast() else {
        return refuse(at: time)
      }
      if personality.answerCount == .honoured && last != 0x30 { count = Int(nibble(last)) }
    }
    let data = stride(from: 0, to: digits.count, by: 2).map { nibble(digits[$0]) << 4 | nibble(digits[$0 + 1]) }
    let most = setup.formatsCAN && connection.obdProtocol?.isCAN != false && !setup.takesLongMessages ? 7 : 8
    guard data.count <= most else { return refuse(at: time) }
    counters.requests += 1
    ask(data, count: count, at: time)
  }

  /// Sends `data`, and shows what comes until `count` frames are there or nothing comes any more.
  mutating func ask(_ data: [UInt8], count: Int?, at time: Int64) {
    undo = (connection, time)
    var now = time
    if !connection.isOpen {
      let failure = open(at: &now)
      undo = (undo.connection, now)
      if let failure { return fail(failure, at: now) }
    }
    guard let obdProtocol = connection.obdProtocol else { return fail(.unableToConnect, at: now) }
    guard setup.waitsForAnswers else {
      counters.transmissions += 1
      return prompt(at: now, canBeInterrupted: true)
    }
    vehicle.advance(to: Instant(nanoseconds: now))
    if case .busError = vehicle.greeting(in: obdProtocol) {
      counters.transmissions += 1
      return fail(.canError, at: now + seconds(SimulatedAdapter.busErrorTrial))
    }
    let sent = obdProtocol.isCAN ? now : max(now, connection.readyAt)
    let heard = obdProtocol.isCAN ? askCAN(data, obdProtocol, at: sent) : askBeforeCAN(data, obdProtocol, at: sent)
    show(heard, count: count, asked: sent, obdProtocol)
  }

  private mutating func fail(_ failure: Failure, at time: Int64) {
    line.send(Array(failure.text.utf8) + newLine, ready: time, baudRate: baudRate)
    prompt(at: time, canBeInterrupted: true)
  }

  // MARK: Finding the protocol

  /// Opens the protocol in force, or looks for one; `time` is then when that is over.
  private mutating func open(at time: inout Int64) -> Failure? {
    if connection.isAutomatic { return find(at: &time) ? nil : .unableToConnect }
    guard let obdProtocol = connection.obdProtocol else { return .unableToConnect }
    guard obdProtocol.isKLine else {
      // Nothing is to be opened: the request itself shows who is there.
      connection.isOpen = true
      return nil
    }
    let dots = obdProtocol == .kwpFastInit ? "" : "..."
    line.send(Array("BUS INIT: \(dots)".utf8), ready: time, baudRate: baudRate)
    guard attempt(obdProtocol, at: &time) else { return .busInit }
    line.send(Array("OK".utf8) + newLine, ready: time, baudRate: baudRate)
    return nil
  }

  /// Tries the protocol in force first, then all others, and says so.
  mutating func find(at time: inout Int64) -> Bool {
    line.send(Array("SEARCHING...".utf8), ready: time, baudRate: baudRate)
    let first = [connection.obdProtocol].compactMap(\.self)
    let order = first + OBDProtocol.searchOrder.filter { !first.contains($0) }
    let isFound = order.contains { attempt($0, at: &time) }
    line.send(newLine, ready: time, baudRate: baudRate)
    return isFound
  }

  /// Asks once in some protocol, and keeps it where somebody answers.
  private mutating func attempt(_ obdProtocol: OBDProtocol, at time: inout Int64) -> Bool {
    counters.transmissions += 1
    vehicle.advance(to: Instant(nanoseconds: time))
    let greeting = vehicle.greeting(in: obdProtocol)
    switch greeting {
    case .answers: time += seconds(vehicle.answerDelay)
    case .silence: time += seconds(obdProtocol.isCAN ? Double(setup.timeout) * 0.004 : SimulatedAdapter.j1850Trial)
    case .busError: time += seconds(SimulatedAdapter.busErrorTrial)
    case .initFailed: break
    }
    if obdProtocol.isKLine {
      time += seconds(obdProtocol == .kwpFastInit ? SimulatedAdapter.fastInit : SimulatedAdapter.slowInit)
    }
    guard case .answers = greeting else { return false }
    connection.obdProtocol = obdProtocol
    connection.isOpen = true
    connection.readyAt = time
    scheduleWakeUp(after: time)
    return true
  }

  /// `ATSI`, `ATFI`, `STPO`.
  mutating func initialise(at time: Int64) {
    undo = (connection, time)
    var now = time
    if let failure = open(at: &now) { return fail(failure, at: now) }
    if connection.obdProtocol?.isKLine != true { line.send(Array("OK".utf8) + newLine, ready: now, baudRate: baudRate) }
    undo = (connection, now)
    prompt(at: now, canBeInterrupted: true)
  }

  private mutating func scheduleWakeUp(after time: Int64) {
    guard connection.obdProtocol?.isKLine == true, setup.wakeUp > 0 else { return }
    connection.wakeUpAt = time + Int64(setup.wakeUp) * 20_480_000
  }

  /// The message that keeps a K-line awake.
  mutating func keepAwake(at time: Int64) {
    connection.wakeUpAt = nil
    guard let obdProtocol = connection.obdProtocol else { return }
    counters.transmissions += 1
    guard case .answers = vehicle.greeting(in: obdProtocol) else { return closeProtocol() }
    connection.readyAt = time
    scheduleWakeUp(after: time)
  }

  // MARK: Asking

  private mutating func askCAN(_ data: [UInt8], _ obdProtocol: OBDProtocol, at time: Int64) -> [HeardMessage] {
    counters.transmissions += 1
    let message: [UInt8]
    if setup.formatsCAN {
      message = data
    } else {
      // The owner makes the frame: only single ones are understood.
      guard let size = data.first.map(Int.init), (1...7).contains(size), data.count > size else { return [] }
      message = Array(data[1...size])
    }
    guard obdProtocol == vehicle.obdProtocol else { return [] }
    let id = setup.requestID(obdProtocol)
    let isFunctional = id == CANID(standard: 0x7DF) || id == CANID(extended: 0x18DB_33F1)
    let frame = obdProtocol.duration(bytes: 8)
    let sent = Instant(nanoseconds: time + frame)
    var heard: [HeardMessage] = []
    for answer in vehicle.ask(message, isFunctional ? .everybody : .unit(id), at: sent) {
      let unit = vehicle.units[answer.unit]
      guard setup.hears(unit.reply, as: obdProtocol) else { continue }
      counters.answers += 1
      var due = answer.time.nanoseconds + frame
      let frames = segments(of: answer.message)
      heard.append(HeardMessage(time: Instant(nanoseconds: due), id: unit.reply, bytes: frames[0]))
      guard frames.count > 1, let pause = flowControl(to: unit) else { continue }
      counters.transmissions += 1
      due += seconds(0.001)
      for bytes in frames[1...] {
        due += max(600_000, pause) + frame
        if random.chance(personality.frameLoss) { continue }
        heard.append(HeardMessage(time: Instant(nanoseconds: due), id: unit.reply, bytes: bytes))
      }
    }
    return heard.sorted { $0.time < $1.time }
  }

  /// Nanoseconds that a unit is to leave between two frames; nil where it gets no flow control that it listens to.
  private func flowControl(to unit: SimulatedControlUnit) -> Int64? {
    guard setup.sendsFlowControl else { return nil }
    let data = setup.flowControlMode == 0 ? [0x30, 0, 0] : setup.flowControlData ?? []
    guard data.first == 0x30 else { return nil }
    let reply = unit.reply.value
    let own =
      unit.reply.isExtended
      ? CANID(extended: 0x18DA_00F1 | (reply & 0xFF) << 8) : CANID(standard: reply >= 8 ? reply - 8 : 0)
    guard (setup.flowControlMode == 1 ? setup.flowControlID : own) == unit.request else { return nil }
    return data.count > 2 && data[2] < 0x80 ? Int64(data[2]) * 1_000_000 : 0
  }

  private mutating func askBeforeCAN(_ data: [UInt8], _ obdProtocol: OBDProtocol, at time: Int64) -> [HeardMessage] {
    counters.transmissions += 1
    guard case .answers = vehicle.greeting(in: obdProtocol), !isForgotten(obdProtocol, at: time) else {
      if obdProtocol.isKLine { closeProtocol() }
      return []
    }
    let header = setup.header?.suffix(3) ?? obdProtocol.functionalHeader[...]
    let address = header.dropFirst().first ?? 0
    let isFunctional = address == (obdProtocol.isKWP ? 0x33 : 0x6A)
    // A K-line's tester leaves 5 ms between the bytes of its request.
    let spacing: Int64 = obdProtocol.isKLine ? 5_000_000 : 0
    let sent = time + obdProtocol.duration(bytes: data.count + 4) + spacing * Int64(data.count + 3)
    let pause: Int64 = obdProtocol.isKLine ? 25_000_000 : 4_000_000
    var heard: [HeardMessage] = []
    var free = sent
    for answer in vehicle.ask(data, isFunctional ? .everybody : .address(address), at: Instant(nanoseconds: sent)) {
      counters.answers += 1
      var begin = max(answer.time.nanoseconds, heard.isEmpty ? free : free + pause)
      for part in messagesBeforeCAN(answer.message) {
        let bytes = obdProtocol.message(of: part, from: vehicle.units[answer.unit].address)
        free = begin + obdProtocol.duration(bytes: bytes.count)
        heard.append(HeardMessage(time: Instant(nanoseconds: free), id: nil, bytes: bytes))
        begin = free + pause
      }
    }
    if obdProtocol.isKLine {
      connection.readyAt = free + 55_000_000
      scheduleWakeUp(after: free)
    }
    return heard
  }

  /// Whether a K-line's unit has waited too long for its tester.
  private func isForgotten(_ obdProtocol: OBDProtocol, at time: Int64) -> Bool {
    obdProtocol.isKLine && connection.readyAt > .min && time - connection.readyAt > SimulatedAdapter.sessionTimeout
  }

  // MARK: Waiting

  /// Shows what comes until nothing comes for as long as it waits, or `count` frames are there.
  private mutating func show(_ heard: [HeardMessage], count: Int?, asked: Int64, _ obdProtocol: OBDProtocol) {
    let wait = patience
    var deadline = asked + wait
    var end: Int64?
    var shown = 0
    var longest: Int64 = 0
    var last = asked
    for message in heard where end == nil {
      let time = message.time.nanoseconds
      if time > deadline { break }
      for text in setup.lines(of: message) {
        line.send(text + newLine, ready: time + SimulatedAdapter.handling, baudRate: baudRate)
      }
      longest = max(longest, time - last)
      last = time
      deadline = time + wait
      shown += 1
      if shown == count { end = time }
    }
    if shown == 0 {
      connection.learned = min(Double(setup.timeout) * 0.004, (connection.learned ?? 1) * 2)
      return fail(.noData, at: deadline)
    }
    let took = Double(longest) * 1e-9
    connection.learned = connection.learned.map { $0 + (took - $0) / 4 } ?? took
    prompt(at: (end ?? deadline) + SimulatedAdapter.handling, canBeInterrupted: true)
  }

  /// How long it waits for the next frame, ns.
  private var patience: Int64 {
    let longest = Double(setup.timeout) * 0.004
    guard personality.hasAdaptiveTiming, setup.adaptiveTiming > 0, let learned = connection.learned else {
      return seconds(longest)
    }
    let wait = setup.adaptiveTiming == 1 ? max(0.032, learned * 2 + 0.020) : max(0.016, learned * 1.5 + 0.008)
    return seconds(min(longest, wait))
  }
}
