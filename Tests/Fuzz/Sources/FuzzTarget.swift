// The readers of foreign files, of traffic and of what comes to the daemon's sockets, one target each, and what has to
// hold for any bytes at all.
import Adapters
import CFuzzer
import DecoderCore
import Decoding
import Glibc
import Recordings
import Vocabulary

enum FuzzTarget: String, CaseIterable {
  case dbc, kcd, sym
  case candump, trc, asc, gvret, genericid, canhacker, crtd, microchip, busmaster, csv
  /// A recording whose format is told by its content.
  case recording
  case pack
  /// Frames of ISO-TP and of the transport protocol of J1939.
  case isotp, j1939
  /// Whole messages: replies of OBD-II and UDS, and diagnostic messages of J1939.
  case reply, group
  /// What sensors and people send to the local sockets.
  case senml, command
  /// A bus below the decoder: news of the kernel, error frames, answers under way.
  case link, errorframe, requests
  /// Answers of a vehicle that is polled, and wishes to transmit.
  case planner, `guard`
  /// An adapter: its text, and a dialogue with it.
  case elmtext, elmsession
  /// What crosses the air, as a receiver and a gateway read it.
  case telemetry, cloudevent, acknowledgement, status

  /// Set once by the main program, before the first input; libFuzzer calls on the same thread.
  nonisolated(unsafe) static var chosen = FuzzTarget.dbc

  func run(_ bytes: [UInt8]) {
    switch self {
    case .dbc, .kcd, .sym: describe(bytes)
    case .recording: replay(bytes, as: nil)
    case .pack: check(bytes)
    case .isotp: FuzzTarget.diagnostics.feedFrames(bytes, j1939: false)
    case .j1939: FuzzTarget.diagnostics.feedFrames(bytes, j1939: true)
    case .reply: FuzzTarget.diagnostics.feedReply(bytes)
    case .group: FuzzTarget.diagnostics.feedGroup(bytes)
    case .senml: FuzzTarget.sensors.feed(bytes)
    case .command: CommandInputs.feed(bytes)
    case .link: BusInputs.feedLink(bytes)
    case .errorframe: BusInputs.feedErrors(bytes)
    case .requests: BusInputs.feedRequests(bytes)
    case .planner:
      var inputs = PlannerInputs(bytes)
      inputs.run()
    case .guard:
      var inputs = GuardInputs(bytes)
      inputs.run()
    case .elmtext: AdapterInputs.feedText(bytes)
    case .elmsession:
      var dialogue = AdapterDialogue(bytes)
      dialogue.run()
    case .telemetry: FleetInputs.feedTelemetry(bytes)
    case .cloudevent: FleetInputs.feedEvent(bytes)
    case .acknowledgement: FleetInputs.feedAcknowledgement(bytes)
    case .status: FleetInputs.feedStatus(bytes)
    default: replay(bytes, as: RecordingFormat(rawValue: rawValue))
    }
  }

  /// A description, the tables made of it, and frames of its own messages through them.
  private func describe(_ bytes: [UInt8]) {
    let description = NetworkDescription.parse(
      bytes: bytes, name: "fuzz", format: NetworkDescription.Format(rawValue: rawValue))
    for (j1939, validity) in [(false, false), (true, true)] {
      let all = description.compileAll(j1939: j1939, validity: validity)
      var problems: [DecoderTable.Problem] = []
      let table = DecoderTable(all.messages, problems: &problems)
      var samples = Array(
        repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: max(1, table.largestMessage))
      for message in all.messages.prefix(32) {
        for (length, word) in [(8, UInt64.max), (UInt8(clamping: min(64, message.length)), 0x0102_0304_0506_0708)] {
          var payload = CANPayload()
          for i in 0..<8 { payload.words[i] = word }
          var out = samples.mutableSpan
          let outcome = table.decode(
            CANFrame(time: .zero, id: message.id, length: UInt8(length), payload: payload), into: &out)
          precondition(outcome.isKnown, "a frame of a message is not known")
          precondition(outcome.count <= samples.count, "more samples than there can be")
          for sample in samples[..<outcome.count] {
            precondition(sample.signal.index < all.signals.count, "a signal that is none")
          }
        }
      }
    }
  }

  /// A recording, and what was read written again in the same format.
  private func replay(_ bytes: [UInt8], as format: RecordingFormat?) {
    let file = FuzzTarget.scratch
    ftruncate(file, 0)
    pwrite(file, bytes, bytes.count, 0)
    lseek(file, 0, SEEK_SET)
    let reader = RecordingReader(descriptor: file, name: "fuzz", format: format)
    let batch = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 64)
    defer { batch.deallocate() }
    var writer = RecordingWriter(descriptor: FuzzTarget.nowhere, name: "null", format: format ?? .csv, channels: ["can0"])
    do {
      while true {
        let count = try reader.read(into: batch)
        if count == 0 { break }
        writer.channels = reader.channels
        for frame in batch[..<count] {
          precondition(frame.length <= 64, "a frame of more than 64 bytes")
          precondition(Int(frame.bus) < reader.channels.count, "a bus without a name")
          try writer.write(frame)
        }
      }
      try writer.finish()
    } catch {
      // A file of no known format is an error and no crash.
    }
    precondition(reader.frames + reader.damage.total <= reader.lines, "more frames and damage than lines")
  }

  /// A pack beside a small network description that it may name.
  private func check(_ bytes: [UInt8]) {
    // Not the devices of this machine, which a path in a pack may lead to.
    guard !String(decoding: bytes, as: UTF8.self).contains("/dev") else { return }
    let folder = FuzzTarget.packFolder
    let file = open(folder + "/pack.yaml", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    write(file, bytes, bytes.count)
    close(file)
    let check = AdapterPack.check(directory: folder)
    precondition(check.isUsable || !check.problems.isEmpty, "refused without a reason")
  }

  /// One for all inputs: whatever an earlier one did to its state, the next must hold too.
  private nonisolated(unsafe) static let diagnostics = DiagnosticInputs()
  private nonisolated(unsafe) static let sensors = SensorInputs()

  private static let scratch = fuzz_scratch_file()
  private static let nowhere = open("/dev/null", O_WRONLY)

  private static let packFolder: String = {
    var name = Array("/dev/shm/telltale-fuzz-XXXXXX".utf8CString)
    mkdtemp(&name)
    let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let dbc = "BO_ 256 ENGINE: 8 X\n SG_ Speed : 0|16@1+ (0.25,0) [0|8000] \"rpm\" X\n"
    let file = open(folder + "/car.dbc", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    write(file, dbc, dbc.utf8.count)
    close(file)
    return folder
  }()
}
