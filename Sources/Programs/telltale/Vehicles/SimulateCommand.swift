// `telltale simulate`: a candump log of a vehicle with known wear and faults and the truth beside it, or the vehicle
// behind an adapter in real time.
import ArgumentParser
import Documents
import FoundationEssentials
import Recordings
import VehicleSimulator
import Vocabulary

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Write a candump log of a simulated vehicle with known wear and faults, or play it behind an adapter.",
    discussion: """
      The vehicle lives by its owner's calendar: commutes, errands and weekend drives through the seasons (a truck: \
      tours on weekdays), parked in between. The same seed gives the same log.

      VEHICLES
        petrol  OBD-II replies of 7E8 and native messages      packs obd2, generic-ice, simulated-petrol
        diesel  OBD-II replies with 29-bit identifiers         packs obd2, generic-diesel
        ev      UDS data, little OBD-II, replies of 7EA, 7EC   pack generic-ev
        truck   SAE J1939 at 24 V, 250 kbit/s                  pack j1939

      Beside the log stands the truth, LOG.truth.json: the true state of each component at the end, where its fault \
      began, and the distance at which its life is over; who the control units are, and from when to when each trouble \
      code was pending, confirmed, permanent.

      Wear is given as a multiple of an ordinary vehicle's: 1 is ordinary, 0 is none. The components are engine-oil, \
      cooling (a thermostat that begins to leak) and charging (an alternator whose voltage sags).

      With --diagnostics control units test themselves, and after each engine start a tool on the bus asks them for \
      readiness, trouble codes, freeze frames, monitor results and who they are; a truck's units broadcast their codes \
      besides. All vehicles but petrol have that by default; --fault and --clear-at switch it on.

      FAULTS
        --fault CODE[@KM[..KM]][:UNIT]
      A code such as P0301, U0100-87 (with failure type) or SPN110-FMI0 (of a truck); from when to when its fault is \
      there; and which control unit finds it: engine or transmission, of the ev battery or drive, of the truck \
      engine, transmission, brakes, cluster or aftertreatment, or an address such as 7E9 or SA3. The code is pending \
      in the first drive with the fault, confirmed with the lamp on in the second one, permanent after that; three \
      good drives put the lamp out, forty warm-ups later the code is forgotten. The fault is told, not felt: the \
      sensors show what they would without it.

      ADAPTERS
        --elm327 ADAPTER
      plays an ELM327 in real time in front of the vehicle, at a pseudo-terminal that programs open as the adapter's \
      serial port, or at a TCP port.

        genuine      ELM327 v1.4b as documented, 38400 baud
        slow-clone   claims v1.5; 30 to 60 ms more a command, waits out its timeout, takes no notice of a count
        lying-clone  claims v2.1, knows what v1.0 knew; long answers break, the voltage never changes
        stn          STN2120 with ST commands, 115200 baud
        dying-link   loses and damages characters, misses prompts, hangs, resets, comes off

      EXAMPLES
        Four months of a healthy car, about 2.5 million frames:
          telltale simulate --days 120 --seed 1 --out healthy.log
        A thermostat that fails within 2,000 km:
          telltale simulate --km 2500 --seed 7 --wear cooling=16 --out leaking.log
        Misfires from 200 to 260 km, a code that a workshop clears after 400 km:
          telltale simulate --km 500 --fault P0301@200..260 --fault P0420@100 --clear-at 400 --out faults.log
        A truck with two codes at once, so that DM1 needs the transport protocol:
          telltale simulate --vehicle truck --km 900 --fault SPN110-FMI0@100 --fault SPN100-FMI1@300 --out truck.log
        Straight into the daemon, the truth kept in a file:
          telltale simulate --km 5000 --out - --truth truth.json | telltaled --config t.yaml --replay -
        A diesel van behind an adapter at ./obd, its key turned off after one minute:
          telltale simulate --vehicle diesel --elm327 genuine --pty ./obd --ignition on@0,off@60
      """)

  @Option(help: "Which vehicle: petrol, diesel, ev or truck.", transform: SimulateCommand.kind)
  var vehicle = SimulatedVehicle.Kind.petrol

  @Option(help: ArgumentHelp("End with the drive that reaches this distance.", valueName: "N"))
  var km: Double?

  @Option(help: ArgumentHelp("End after this many days.", valueName: "N"))
  var days: Double?

  @Option(help: ArgumentHelp("Seed of the vehicle, its owner, the traffic and the weather.", valueName: "N"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Wear rate of a component; may be given for several.", valueName: "component=rate"),
    transform: WearArgument.init)
  var wear: [WearArgument] = []

  @Option(
    help: ArgumentHelp("A fault to switch on; may be given several times.", valueName: "code[@km[..km]][:unit]"),
    transform: SimulateCommand.fault)
  var fault: [PlannedFault] = []

  @Option(
    help: ArgumentHelp("A tool clears trouble codes after so many km; may be given several times.", valueName: "km"))
  var clearAt: [Double] = []

  @Flag(inversion: .prefixedNo, help: "Whether control units are asked for what they know of themselves.")
  var diagnostics: Bool?

  @Option(
    help: ArgumentHelp("Begin of the recording (default: 2026-01-05T06:00:00Z).", valueName: "date-time"),
    transform: SimulateCommand.nanoseconds)
  var start: Int64?

  @Option(name: .customLong("out"), help: ArgumentHelp("The log to write; - is standard output.", valueName: "log"))
  var output: String?

  @Option(
    name: .customLong("truth"),
    help: ArgumentHelp("Where the truth goes (default: beside the log, nowhere with --out -).", valueName: "file"))
  var truthFile: String?

  @OptionGroup(title: "Adapter options")
  var adapter: SimulateAdapterOptions

  @Flag(help: "Print a summary as one JSON document.")
  var json = false

  func validate() throws {
    guard adapter.personality == nil else { return try validateAdapter() }
    guard output != nil else {
      throw ValidationError("nothing says what to make; give --out LOG, or --elm327 ADAPTER")
    }
    guard km != nil || days != nil else {
      throw ValidationError("nothing says where the log ends; give --km or --days")
    }
    if let km, !(km > 0 && km <= 1_000_000) { throw ValidationError("--km must be above 0 and at most 1000000") }
    if let days, !(days > 0 && days <= 3660) { throw ValidationError("--days must be above 0 and at most 3660") }
    if vehicle == .ev && !wear.isEmpty { throw ValidationError("--wear is for vehicles with an engine") }
    guard clearAt.allSatisfy({ (0...1_000_000).contains($0) }) else {
      throw ValidationError("--clear-at must be 0 to 1000000 km")
    }
    if diagnostics == false && !(fault.isEmpty && clearAt.isEmpty) {
      throw ValidationError("--fault and --clear-at need --diagnostics")
    }
    do {
      _ = try simulation()
    } catch {
      throw ValidationError("\(error)")
    }
    if json && output == "-" { throw ValidationError("--json and --out - both want standard output; name a file") }
  }

  func run() throws {
    if let personality = adapter.personality {
      try play(personality)
    } else if let output {
      try record(to: output)
    }
  }

  // MARK: Adapter

  private func validateAdapter() throws {
    let isForLogs =
      output != nil || truthFile != nil || km != nil || days != nil || start != nil || diagnostics != nil
      || !(wear.isEmpty && fault.isEmpty && clearAt.isEmpty)
    guard !isForLogs else {
      throw ValidationError(
        "--elm327 plays a healthy vehicle and writes no log; leave out --out, --truth, --km, --days, --start, --wear, "
          + "--fault, --clear-at and --diagnostics")
    }
  }

  private func play(_ personality: AdapterPersonality) throws {
    let summary: SimulateAdapter.Summary
    do {
      var player = try SimulateAdapter(personality, adapter, kind: vehicle, seed: seed)
      if json {
        complain("\(player.portName)")
      } else if adapter.pty == nil {
        try put(player.portName + "\n")
      }
      summary = try player.run()
    } catch let error as SimulatePortError {
      complain("telltale simulate: \(error)")
      throw ExitCode(1)
    }
    if json { try put(jsonLine(summary)) } else { complain(summary.text) }
  }

  // MARK: Log

  private func record(to output: String) throws {
    var vehicle = SimulatedVehicle(try simulation())
    do {
      try record(&vehicle, to: output)
    } catch {
      if !error.isBrokenPipe { complain("telltale simulate: \(error)") }
      throw ExitCode(1)
    }
    let truth = VehicleTruth(vehicle)
    let truthPath = truthFile ?? (output == "-" ? nil : output + ".truth.json")
    if let truthPath { try save(truth, to: truthPath) }
    try report(truth, output, truthPath)
    for fault in fault where fault.beginKm > truth.km {
      let begin = decimal(fault.beginKm, 1)
      complain(
        "telltale simulate: fault \(fault.code.name) never began: it is planned at \(begin) km, and the recording ends "
          + "at \(decimal(truth.km, 1)) km; give more --km or --days")
    }
  }

  private func simulation() throws(PlannedFaultError) -> SimulatedVehicle.Configuration {
    var configuration = SimulatedVehicle.Configuration(vehicle, seed: seed)
    configuration.km = km
    configuration.days = days
    if let start { configuration.start = start }
    for argument in wear { configuration.wear[argument.component] = argument.rate }
    if let diagnostics { configuration.diagnostics = diagnostics }
    for fault in fault { try configuration.add(fault) }
    for km in clearAt { configuration.clear(atKm: km) }
    return configuration
  }

  private func record(_ vehicle: inout SimulatedVehicle, to output: String) throws(RecordingError) {
    var log = try RecordingWriter(path: output, channels: SimulatedVehicle.channels)
    let begin = vehicle.now
    var progress = Progress()
    let batch = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 512)
    defer { batch.deallocate() }
    while true {
      let count = vehicle.read(into: batch)
      if count == 0 { break }
      for frame in batch[..<count] { try log.write(frame) }
      progress.update(progressText(of: vehicle, since: begin))
    }
    try log.flush()
    progress.finish()
  }

  private func progressText(of vehicle: borrowing SimulatedVehicle, since begin: Int64) -> String {
    let byKm = km.map { vehicle.distanceKm / $0 } ?? 0
    let byDays = days.map { Double(vehicle.now - begin) / 86_400e9 / $0 } ?? 0
    let percent = Int(min(100, 100 * max(byKm, byDays)))
    return "simulating: \(percent) %, \(Int(vehicle.distanceKm)) km, \(vehicle.frames) frames"
  }

  private func save(_ truth: VehicleTruth, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try (encoder.encode(truth) + Data([0x0A])).write(to: URL(filePath: path))
    } catch {
      complain("telltale simulate: \(path): cannot write the truth; check the folder and its permissions")
      throw ExitCode(1)
    }
  }

  private func report(_ truth: VehicleTruth, _ output: String, _ truthPath: String?) throws {
    if json {
      let summary = Summary(
        log: output, truth: truthPath, frames: truth.frames, km: truth.km, days: truth.days, trips: truth.trips.count)
      try put(jsonLine(summary))
    } else if output != "-" {
      let km = Int(truth.km.rounded())
      complain("\(output): \(truth.frames) frames, \(truth.trips.count) trips, \(km) km in \(Int(truth.days)) days")
    }
  }

  private func jsonLine(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(value)) + [0x0A]
  }

  private struct Summary: Encodable {
    let log: String
    let truth: String?
    let frames: Int
    let km: Double
    let days: Double
    let trips: Int
  }

  private static func kind(_ text: String) throws -> SimulatedVehicle.Kind {
    guard let kind = SimulatedVehicle.Kind(rawValue: text) else {
      let kinds = SimulatedVehicle.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("no vehicle is called \"\(text)\"; there are \(kinds)")
    }
    return kind
  }

  private static func fault(_ text: String) throws -> PlannedFault {
    do {
      return try PlannedFault(text)
    } catch {
      throw ValidationError(error.reason)
    }
  }

  /// RFC 3339 in UTC, nanoseconds since 1970.
  private static func nanoseconds(_ text: String) throws -> Int64 {
    guard let date = try? Date(text, strategy: .iso8601), (0..<4_102_444_800).contains(date.timeIntervalSince1970)
    else {
      throw ValidationError("not a date and time of 1970...2099 such as 2026-01-05T06:00:00Z")
    }
    return Int64(date.timeIntervalSince1970) * 1_000_000_000
  }
}

/// `cooling=8`.
struct WearArgument {
  let component: ComponentID
  let rate: Double

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let rate = Double(parts[1]), rate.isFinite, (0...1000).contains(rate) else {
      throw ValidationError("wanted component=rate with a rate of 0 to 1000, such as cooling=8")
    }
    guard let component = ComponentID(name: String(parts[0])), WearRates.components.contains(component) else {
      let names = WearRates.components.map(\.name).joined(separator: ", ")
      throw ValidationError("no component that wears here is called \"\(parts[0])\"; there are \(names)")
    }
    self.component = component
    self.rate = rate
  }
}
