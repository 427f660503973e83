// An adapter that does as it is told, at a pseudo-terminal or a socket, and the port that speaks with it.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

/// The least that an ELM327 does: settings are OK, one control unit answers 01 00 and 01 0C, all else is NO DATA.
struct PlainAdapter {
  /// Answers stop after their first frame, and no prompt comes.
  var breaksOff = false
  /// Nothing is ever said.
  var isSilent = false
  private var line: [UInt8] = []
  private var echoes = true
  private var hasSpaces = true
  private var hasHeaders = false

  init() {}

  /// What it says to `bytes`.
  mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    if isSilent { return [] }
    var said: [UInt8] = []
    for byte in bytes {
      if echoes { said.append(byte) }
      guard byte == 0x0D else {
        if byte > 0x20 { line.append(byte) }
        continue
      }
      let command = String(decoding: line, as: UTF8.self).uppercased()
      line = []
      said += Array(answer(command).utf8)
    }
    return said
  }

  private mutating func answer(_ command: String) -> String {
    switch command {
    case "": return ">"
    case "ATZ", "ATWS", "ATD":
      (echoes, hasSpaces, hasHeaders) = (true, true, false)
      return "\r\rELM327 v1.5\r\r>"
    case "ATI": return "ELM327 v1.5\r\r>"
    case "AT@1": return "OBDII to RS232 Interpreter\r\r>"
    case "ATRV": return "14.1V\r\r>"
    case "ATIGN": return "ON\r\r>"
    case "ATDPN": return "A6\r\r>"
    case "ATE0", "ATE1": echoes = command.hasSuffix("1")
    case "ATS0", "ATS1": hasSpaces = command.hasSuffix("1")
    case "ATH0", "ATH1": hasHeaders = command.hasSuffix("1")
    default:
      if command.hasPrefix("ST") { return "?\r\r>" }
      if !command.hasPrefix("AT") { return vehicle(command) }
    }
    return "OK\r\r>"
  }

  private func vehicle(_ command: String) -> String {
    if breaksOff { return frame("7E8", "10 14 49 02 01 31 44 34") }
    if command.hasPrefix("0100") { return frame("7E8", "06 41 00 BE 3F A8 13") + "\r>" }
    if command.hasPrefix("010C") { return frame("7E8", "04 41 0C 0B B8") + "\r>" }
    return "NO DATA\r\r>"
  }

  /// With headers the length is told too, without them neither.
  private func frame(_ id: String, _ bytes: String) -> String {
    let text = hasHeaders ? id + " " + bytes : String(bytes.dropFirst(3))
    return (hasSpaces ? text : text.filter { $0 != " " }) + "\r"
  }
}

/// A port and its adapter under virtual time, which stands still while bytes are on their way through the kernel:
/// nothing hangs on how fast the machine is.
final class PluggedAdapter {
  let folder: TemporaryFolder
  private(set) var port: ELMPort
  private(set) var adapter = PlainAdapter()
  private(set) var now = second(0)
  private(set) var frames: [CANFrame] = []
  /// Frames that capture still takes.
  var room = Int.max
  private(set) var conditions: [BusState] = []
  private var plug: PseudoTerminal?
  private var socket: Int32 = -1
  /// Bytes on their way, less what the port's counters say.
  private var toAdapter: Int64 = 0
  private var toPort: Int64 = 0

  init(_ word: String = "obd-1", memory: ELMMemory = ELMMemory()) throws {
    var settings = ELMSettings()
    settings.mayTransmit = true
    settings.memory = memory
    let folder = try TemporaryFolder()
    self.folder = folder
    // The port's closures need this object, which is not whole before there is a port.
    let owner = Owner()
    port = ELMPort(
      address: try ELMAddress(word), session: ELMSession(settings, bus: 0, profiles: []), folder: folder.path,
      clock: { owner.bench?.now ?? second(0) }, deliver: { owner.bench?.take($0) ?? false })
    owner.bench = self
  }

  private final class Owner {
    weak var bench: PluggedAdapter?
  }

  deinit { if socket >= 0 { close(socket) } }

  private func take(_ frame: CANFrame) -> Bool {
    guard frames.count < room else { return false }
    frames.append(frame)
    return true
  }

  func plugIn(breaksOff: Bool = false, isSilent: Bool = false) throws {
    plug = nil
    plug = try PseudoTerminal("obd-1", in: folder)
    begin()
    adapter.breaksOff = breaksOff
    adapter.isSilent = isSilent
  }

  func accept(_ listener: Listener) throws {
    socket = try listener.accept()
    begin()
  }

  private func begin() {
    adapter = PlainAdapter()
    toAdapter = Int64(port.counters.bytesWritten)
    toPort = Int64(port.counters.bytesRead)
  }

  func pullOut() {
    plug = nil
    if socket >= 0 { close(socket) }
    socket = -1
  }

  private var far: Int32? { plug?.master ?? (socket >= 0 ? socket : nil) }

  /// One step of the port, and what the adapter says to it. The time at which the next is due.
  @discardableResult func step() -> Instant {
    let next = port.step(at: now)
    if conditions.last != port.condition.state { conditions.append(port.condition.state) }
    guard let far else { return next }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(far, &buffer, buffer.count)
    guard count > 0 else { return next }
    toAdapter += Int64(count)
    let said = adapter.take(Array(buffer.prefix(count)))
    writeBytes(far, said)
    toPort += Int64(said.count)
    return next
  }

  private var isOnTheWay: Bool {
    guard far != nil, port.descriptor != nil else { return false }
    return Int64(port.counters.bytesWritten) > toAdapter || toPort > Int64(port.counters.bytesRead)
  }

  /// Until `isDone`, at most `seconds` of virtual time and `steps`; whether it came about.
  func run(seconds: Double = 30, steps: Int = 10_000, until isDone: () -> Bool = { false }) -> Bool {
    let end = now.advanced(seconds: seconds)
    for _ in 0..<steps {
      let next = step()
      if isDone() { return true }
      if isOnTheWay {
        guard waitForBytes([far, port.descriptor].compactMap(\.self)) else { return false }
      } else if next > now {
        guard next <= end else { break }
        now = next
      }
    }
    now = max(now, end)
    return isDone()
  }

  /// Fills all that the kernel holds on the way to the adapter, with blanks of which it takes no notice.
  func fill(_ descriptor: Int32) {
    let blanks = [UInt8](repeating: 0x20, count: 65_536)
    for size in [blanks.count, 1] {
      while case let count = write(descriptor, blanks, size), count > 0 { toAdapter -= Int64(count) }
    }
  }

  /// Asks, with the guard's leave.
  func ask(_ bytes: UInt8...) throws {
    var transmitGuard = TransmitGuard(policy())
    transmitGuard.note(driving(at: now))
    let content = Transmission.Content.service(RequestBytes(bytes) ?? RequestBytes())
    switch transmitGuard.judge(VehicleBusTests.ask(content), at: now) {
    case .refused(let reason): Issue.record("refused: \(reason)")
    case .granted(let permit): try port.send(permit)
    }
  }

  /// What the port has for the asker.
  func receive() throws -> [(id: CANID, bytes: [UInt8])] {
    var answers: [(id: CANID, bytes: [UInt8])] = []
    try port.receive { answers.append(($0, $1)) }
    return answers
  }
}
