// What a hostile bus can say in diagnostic protocols: frames out of the input's bytes, and whole messages.
import Alerting
import DecoderCore
import Decoding
import Vocabulary

/// The daemon's way from a frame to what is kept of it, with checks that have to hold for any bytes at all.
final class DiagnosticInputs {
  private var decoder: FrameDecoder
  private var obd: OBDReplyDecoder
  private var uds = UDSReplyDecoder()
  private var groups = J1939Diagnostics()
  private var book = DiagnosticBook()
  private let bookBytes: Int
  private var samples: [Sample]
  private var stamp = Timestamp(
    boot: BootID(high: 0, low: 0), uptime: .zero, wallNanoseconds: 0, quality: .none)

  /// Every parameter of OBD-II is wanted, and every bus may speak J1939.
  init() {
    var diagnostics = DiagnosticDecoder.Configuration()
    diagnostics.j1939Buses = .max
    for parameter in OBDParameter.all {
      for value in parameter.values {
        diagnostics.parameters.append(
          .init(
            pid: parameter.pid, field: value.name, target: SignalID(rawValue: UInt16(diagnostics.parameters.count)),
            range: value.range))
      }
    }
    var problems: [MappingProblem] = []
    var defects: [DecoderTable.Problem] = []
    obd = OBDReplyDecoder(diagnostics.parameters, problems: &problems)
    bookBytes = book.memoryBytes
    decoder = FrameDecoder(
      table: DecoderTable([], problems: &defects), diagnostic: DiagnosticDecoder(diagnostics, problems: &problems),
      signals: diagnostics.parameters.count)
    precondition(problems.isEmpty, "a parameter cannot be mapped")
    samples = Array(
      repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: max(1, decoder.largestMessage))
  }

  /// Each frame takes two bytes for the identifier, one for length and time, and its data.
  func feedFrames(_ bytes: [UInt8], j1939: Bool) {
    var place = 0
    while place + 3 <= bytes.count {
      let (first, second, third) = (UInt32(bytes[place]), UInt32(bytes[place + 1]), bytes[place + 2])
      place += 3
      let length = min(Int(third & 0xF) > 8 ? 64 : Int(third & 0xF), bytes.count - place)
      stamp.uptime = stamp.uptime.advanced(seconds: [0, 0.001, 0.1, 2][Int(third >> 6)])
      var payload = CANPayload()
      for i in 0..<length { payload[i] = bytes[place + i] }
      place += length
      feed(
        CANFrame(
          time: stamp.uptime, id: j1939 ? groupID(first, second) : requestID(first, second), bus: UInt8(third >> 4 & 1),
          length: UInt8(length), payload: payload))
    }
    tick()
  }

  /// Identifiers of diagnostics mostly, so that the fuzzer need not find them.
  private func requestID(_ first: UInt32, _ second: UInt32) -> CANID {
    switch first >> 6 {
    case 0: CANID(standard: 0x7DF + second & 0x1F)
    case 1: CANID(standard: 0x700 | second)
    case 2: CANID(extended: 0x18DA_00F1 | second << 8)
    default: CANID(extended: 0x18DA_F100 | second)
    }
  }

  private func groupID(_ first: UInt32, _ second: UInt32) -> CANID {
    let groups: [UInt32] = [
      0xECFF00, 0xEBFF00, 0xEC0300, 0xEB0300, 0xEC0003, 0xFECA00, 0xFECB00, 0xFECD00, 0xFECE00, 0xFECF00, 0xFED300,
      0xFED400, 0xFEEC00, 0xFEEB00, 0xE8FF00, 0xEEFF00, 0xC8FF00, 0xC7FF00, 0xFDC500, 0xFEDA00, 0xD30000, 0xFD8000,
    ]
    let group = first < 200 ? groups[Int(first) % groups.count] : first << 16 | second << 8
    return CANID(extended: 0x1800_0000 | group ^ (second & 3))
  }

  private func feed(_ frame: CANFrame) {
    var out = samples.mutableSpan
    let count = decoder.decode(frame, into: &out) { book.take($0, at: stamp) }
    precondition(count <= samples.count, "more samples than there can be")
    if frame.payload[0] == 0xFF { tick() }
  }

  private func tick() {
    stamp.uptime = stamp.uptime.advanced(seconds: 1)
    let told = book.tick(at: stamp, room: 16) { change in
      if case .event(let event) = change { precondition(event.lane == .events, "a trouble code in another lane") }
    }
    precondition(told <= 16, "more changes than there was room for")
    precondition(book.memoryBytes == bookBytes && book.count <= book.capacity, "the book has grown")
  }

  /// The input is one message of a reply.
  func feedReply(_ bytes: [UInt8]) {
    let unit = ControlUnit(answersOn: CANID(standard: 0x7E8))
    let time = stamp.uptime
    var out = samples.mutableSpan
    var lists = 0
    func take(_ fact: DiagnosticFact) {
      switch fact.content {
      case .listBegan: lists += 1
      case .listEnded: lists -= 1
      case .identity(.vin, _, let text): precondition(VehicleIdentification.isValid(text), "a VIN that is none")
      default: break
      }
      book.take(fact, at: stamp)
    }
    let count = obd.decode(bytes.span, from: unit, at: time, into: &out, from: 0, take).count
    precondition(count <= obd.largestReply && count <= samples.count, "more samples than are mapped")
    if bytes.count > 2 {
      let split = Int(bytes[0]) % bytes.count
      uds.note(request: bytes.span.extracting(0..<split), to: unit, at: time)
      _ = uds.decode(bytes.span.extracting(split..<bytes.count), from: unit, at: time, take)
    }
    precondition(lists == 0, "a list without an end")
    if let code = TroubleCode(name: String(decoding: bytes, as: UTF8.self)) {
      precondition(TroubleCode(name: code.name) == code, "a name that is another's")
    }
    tick()
  }

  /// Three bytes choose the parameter group, the rest is one message of it.
  func feedGroup(_ bytes: [UInt8]) {
    guard bytes.count >= 2 else { return }
    let group = UInt32(bytes[0]) << 8 | UInt32(bytes[1])
    let unit = ControlUnit(sourceAddress: 0)
    let time = stamp.uptime
    _ = groups.decode(bytes.span.extracting(2..<bytes.count), parameterGroup: group, from: unit, at: time) {
      book.take($0, at: stamp)
    }
    tick()
  }
}
