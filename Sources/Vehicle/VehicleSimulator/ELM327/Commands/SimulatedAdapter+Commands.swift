// What the commands of the ELM327 do.
import Vocabulary

extension SimulatedAdapter {
  /// One command, upper case and without blanks, whose effect begins at `time`, ns.
  mutating func carryOut(_ text: [UInt8], at time: Int64) {
    guard text.count <= 254, text.allSatisfy({ $0 < 0x7F }) else { return refuse(at: time) }
    if text.starts(with: [0x41, 0x54]) {
      counters.commands += 1
      return command(String(decoding: text[2...], as: UTF8.self), at: time)
    }
    if text.starts(with: [0x53, 0x54]) {
      counters.commands += 1
      guard personality.stIdentity != nil else { return refuse(at: time) }
      return stCommand(String(decoding: text[2...], as: UTF8.self), at: time)
    }
    guard text.allSatisfy(isHexDigit) else {
      counters.commands += 1
      return refuse(at: time)
    }
    request(text, at: time)
  }

  mutating func refuse(at time: Int64) { answer("?", at: time) }

  private mutating func command(_ text: String, at time: Int64) {
    guard let (command, argument) = ATCommand.find(text, version: personality.version) else {
      return refuse(at: time)
    }
    switch command.name {
    case "Z": greet(at: time)
    case "WS":
      reset()
      answer([[], [], Array(personality.banner.utf8)], at: time + seconds(0.02))
    case "I": answer(personality.banner, at: time)
    case "@1": answer(personality.description, at: time)
    case "RV":
      vehicle.advance(to: Instant(nanoseconds: time))
      answer(oneDecimal(personality.fixedVoltage ?? vehicle.voltage) + "V", at: time)
    case "IGN": answer(vehicle.isIgnitionOn ? "ON" : "OFF", at: time)
    case "DP": answer(describedProtocol, at: time)
    case "DPN":
      let digit = connection.obdProtocol.map { String(UnicodeScalar($0.digit)) } ?? "0"
      answer((connection.isAutomatic ? "A" : "") + digit, at: time)
    case "PPS": answer(programmable.lines.map { Array($0.utf8) }, at: time)
    case "RD": answer(hexadecimal(storedByte), at: time)
    case "LP":
      answer("OK", at: time)
      closeProtocol()
      activity = .asleep
    case "MA": monitor(filtered: false, at: time)
    case "BRD": tryBaudRate(argument, at: time)
    case "CS":
      answer("T:00 R:00 ", at: time)
    case "KW" where argument.isEmpty: answer(connection.isOpen ? keyWords : "1:-- 2:-- ", at: time)
    case "BD": answer("00 00 00 00 00 00 00 00 00 00 00 00 ", at: time)
    // Nobody has given it an identifier.
    case "@2": refuse(at: time)
    case "AMC": answer("00", at: time)
    case "SI" where connection.obdProtocol?.isKLine != true || connection.obdProtocol == .kwpFastInit,
      "FI" where connection.obdProtocol != .kwpFastInit:
      refuse(at: time)
    case "SI", "FI": initialise(at: time)
    default:
      if apply(command.name, argument) { answer("OK", at: time) } else { refuse(at: time) }
    }
  }

  // MARK: Settings

  /// False for an argument that makes no sense.
  private mutating func apply(_ name: String, _ argument: String) -> Bool {
    let isOn = argument == "1"
    let value = UInt32(argument, radix: 16) ?? 0
    switch name {
    case "D" where argument.isEmpty:
      reset()
      return true
    case "E": setup.echo = isOn
    case "L": setup.lineFeeds = isOn
    case "S": setup.spaces = isOn
    case "H": setup.headers = isOn
    case "D": setup.dataLength = isOn
    case "R": setup.waitsForAnswers = isOn
    case "AL": setup.takesLongMessages = true
    case "NL": setup.takesLongMessages = false
    case "AT": setup.adaptiveTiming = Int(value)
    case "ST": setup.timeout = value == 0 ? 0x32 : Int(value)
    case "BRT": setup.baudRateTimeout = Int(value)
    case "SW": setup.wakeUp = Int(value)
    case "SD": storedByte = UInt8(truncatingIfNeeded: value)
    case "CAF": setup.formatsCAN = isOn
    case "CFC": setup.sendsFlowControl = isOn
    case "CSM": setup.isSilentMonitor = isOn
    case "CP": setup.priority = value & 0x1F
    case "SP", "TP": return choose(argument)
    case "PC": closeProtocol()
    case "SH": setup.header = bytes(hex: argument.utf8.count == 3 ? "0" + argument : argument)
    case "PP": return programmable.set(argument)
    case "CEA": return argument.isEmpty
    case "AR": setFilter(nil, nil)
    case "CRA", "CF", "CM", "RA", "SR": filter(name, argument, value)
    case "FCSH", "FCSD", "FCSM": return flowControl(name, argument, value)
    default: break
    }
    return true
  }

  private mutating func filter(_ name: String, _ argument: String, _ value: UInt32) {
    switch name {
    case "CRA" where !argument.isEmpty: setFilter(value, nil)
    case "CRA": setFilter(nil, nil)
    case "CF": setFilter(value, setup.mask)
    case "CM": setFilter(setup.filter, value)
    // Of K-line and J1850, where this vehicle's units answer nobody else.
    default: break
    }
  }

  private mutating func setFilter(_ filter: UInt32?, _ mask: UInt32?) {
    setup.filter = filter
    setup.mask = mask
  }

  /// Mode 1 needs both, mode 2 the data.
  private mutating func flowControl(_ name: String, _ argument: String, _ value: UInt32) -> Bool {
    switch name {
    case "FCSD": setup.flowControlData = bytes(hex: argument)
    case "FCSH":
      let isLong = connection.obdProtocol?.isExtended ?? (argument.utf8.count > 3)
      let id = argument.utf8.count == 6 ? setup.priority << 24 | value : value
      setup.flowControlID = isLong ? CANID(extended: id) : CANID(standard: value)
    default:
      if value > 0 && setup.flowControlData == nil || value == 1 && setup.flowControlID == nil { return false }
      setup.flowControlMode = Int(value)
    }
    return true
  }

  /// `0`, `6`, `A6`: with a leading A (or as 0) others are tried where it fails. Headers and what was learned are
  /// forgotten.
  private mutating func choose(_ argument: String) -> Bool {
    var digits = Array(argument.utf8)
    let isAutomatic = digits.count == 2 || digits == [0x30]
    if digits.count == 2 {
      // Both A6 and 6A stand for the same.
      guard let place = digits.firstIndex(of: 0x41) ?? digits.firstIndex(of: 0x30) else { return false }
      digits.remove(at: place)
    }
    let obdProtocol = OBDProtocol(digit: digits[0])
    guard obdProtocol != nil || digits == [0x30] else { return false }
    connection = AdapterConnection(obdProtocol: obdProtocol, isAutomatic: isAutomatic)
    setup.header = nil
    return true
  }

  mutating func closeProtocol() {
    connection.isOpen = false
    connection.wakeUpAt = nil
    connection.learned = nil
  }

  private var describedProtocol: String {
    guard let obdProtocol = connection.obdProtocol else { return "AUTO" }
    return connection.isAutomatic ? "AUTO, " + obdProtocol.title : obdProtocol.title
  }

  private var keyWords: String { connection.obdProtocol?.isKWP == true ? "1:E9 2:8F " : "1:08 2:08 " }

  private func oneDecimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  // MARK: Baud rates

  /// OK at the old rate, who it is at the new one, and back unless a carriage return comes in time.
  private mutating func tryBaudRate(_ argument: String, at time: Int64) {
    guard let divisor = Int(argument, radix: 16), divisor >= 8 else { return refuse(at: time) }
    tryBaudRate(4_000_000 / divisor, identity: personality.banner, at: time)
  }

  mutating func tryBaudRate(_ rate: Int, identity: String, at time: Int64) {
    let former = baudRate
    let changed = line.send(Array("OK".utf8) + newLine, ready: time, baudRate: baudRate)
    let wait = Int64(setup.baudRateTimeout) * 5_000_000
    baudRate = rate
    let said = line.send(Array(identity.utf8) + newLine, ready: changed + wait, baudRate: rate)
    activity = .tryingBaudRate(former: former, from: changed, until: said + wait)
  }

  /// At once and without asking.
  mutating func changeBaudRate(_ rate: Int, at time: Int64) {
    line.send(Array("OK".utf8) + newLine, ready: time, baudRate: baudRate)
    baudRate = rate
    answer([], at: time)
  }
}
