// What sensors and people may send to the daemon's local sockets, with checks that have to hold for any bytes at all.
import Adapters
import Vocabulary

@testable import Diagnostics
@testable import VehicleBus

/// Packs of SenML on their way to samples of the shipped pack's signals.
final class SensorInputs {
  private let mappings: [SignalID: SensorMapping]
  private var intake: SensorIntake
  private var now = Instant.zero

  init() {
    let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    let pack = try? AdapterPack.load(directory: root + "/adapters/aftermarket-sensors")
    let sensors = pack.flatMap { try? VehicleDefinition(packs: [$0], overrides: []).sensors } ?? []
    precondition(!sensors.isEmpty, "the pack of aftermarket sensors cannot be read")
    mappings = Dictionary(sensors.map { ($0.signal, $0) }, uniquingKeysWith: { first, _ in first })
    intake = SensorIntake(SensorCatalogue(sensors))
  }

  /// The input is one pack.
  func feed(_ bytes: [UInt8]) {
    read(bytes)
    now = now.advanced(seconds: 1)
    // A clock that was set in 2027, or none.
    let wall = bytes.count % 8 == 7 ? nil : 1_800_000_000_000_000_000 + now.nanoseconds
    intake.take(bytes, at: now, wall: wall) { sample in
      guard let mapping = mappings[sample.signal] else { preconditionFailure("a signal that is none") }
      precondition(!sample.value.isNaN, "a value that is none")
      precondition((sample.validity == .valid) == mapping.range.contains(sample.value), "a value out of range")
      precondition(0...SensorCatalogue.mostBehind ~= now.seconds(since: sample.time), "a time that is not now")
    }
    check(intake.counters)
  }

  private func read(_ bytes: [UInt8]) {
    do throws(SenMLError) {
      let records = try SenMLReader.read(bytes)
      precondition(records.count <= SenMLReader.mostRecords, "more records than are read")
      for record in records {
        precondition(SenMLRecord.isName(record.name.utf8), "a name that is none")
        precondition(!record.time.isNaN, "a time that is none")
      }
    } catch {
      precondition(0...bytes.count ~= error.offset, "an offset outside of the pack")
    }
  }

  private func check(_ counters: SensorCounters) {
    let refused = SensorRefusal.allCases.filter {
      $0.rawValue >= SensorRefusal.unknownName.rawValue && $0 != .outOfRange
    }
    precondition(
      counters.records == counters.samples + refused.reduce(0) { $0 + counters.refused($1) },
      "a record that is counted twice, or never")
    for example in SensorRefusal.allCases.compactMap({ counters.example(of: $0) }) {
      precondition(example.utf8.count <= 200 && example.utf8.allSatisfy { 0x20...0x7E ~= $0 }, "no plain line")
    }
  }
}

/// Bodies of the socket's commands, and the paths that they are sent to.
enum CommandInputs {
  /// The input is the body of each command in turn, and a request's target.
  static func feed(_ bytes: [UInt8]) {
    for path in CommandPath.allCases {
      do throws(CommandBody.Flaw) {
        check(try path.command(bytes), bytes)
      } catch {
        precondition(!error.error.isEmpty && !error.mend.isEmpty, "refused without a reason")
      }
    }
    let target = String(decoding: bytes, as: UTF8.self)
    if let path = Routes.path(of: target) {
      precondition(path.utf8.count <= max(1, target.utf8.count), "a path longer than its target")
    }
  }

  private static func check(_ command: DiagnosticsCommand, _ bytes: [UInt8]) {
    switch command {
    case .pausePolling(let seconds): precondition(seconds.map { 1...604_800 ~= $0 } ?? true, "a pause without an end")
    case .resumePolling: precondition((try? CommandBody(bytes))?.members.isEmpty == true, "members that nobody read")
    case .clearTroubleCodes:
      precondition((try? CommandBody(bytes))?.members["confirm"] == .text("clear"), "cleared without confirmation")
    case .measure(let component, _, let value, let deviation):
      precondition(!component.isEmpty && value.isFinite, "measured what is nothing")
      precondition(deviation?.isFinite ?? true, "a scatter without an end")
    case .service(let component): precondition(!component.isEmpty, "renewed nothing")
    }
  }
}
