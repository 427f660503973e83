// `telltale simulate`: a candump log of a vehicle with known wear, and the truth beside it.
import ArgumentParser
import FoundationEssentials
import Recordings
import VehicleSimulator
import Vocabulary

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Write a candump log of a simulated vehicle with known wear.",
    discussion: """
      The vehicle lives by its owner's calendar: commutes, errands and weekend drives through the seasons, parked in \
      between. Its bus carries OBD-II replies on 7E8 and a few native messages (adapters/simulated-petrol). The same \
      seed gives the same log.

      Beside the log stands the truth, LOG.truth.json: the true state of each component at the end, where its fault \
      began, and the distance at which its life is over.

      Wear is given as a multiple of an ordinary car's: 1 is ordinary, 0 is none. The components are engine-oil, \
      cooling (a thermostat that begins to leak) and charging (an alternator whose voltage sags).

      EXAMPLES
        Four months of a healthy car, about 2.5 million frames:
          telltale simulate --days 120 --seed 1 --out healthy.log
        A thermostat that fails within 2,000 km:
          telltale simulate --km 2500 --seed 7 --wear cooling=16 --out leaking.log
        Straight into the daemon, the truth kept in a file:
          telltale simulate --km 5000 --out - --truth truth.json | telltaled --config t.yaml --replay -
      """)

  enum Vehicle: String, ExpressibleByArgument, CaseIterable {
    case petrol
  }

  @Option(help: "Which vehicle.")
  var vehicle = Vehicle.petrol

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
    help: ArgumentHelp("Begin of the recording (default: 2026-01-05T06:00:00Z).", valueName: "date-time"),
    transform: SimulateCommand.nanoseconds)
  var start: Int64?

  @Option(name: .customLong("out"), help: ArgumentHelp("The log to write; - is standard output.", valueName: "log"))
  var output: String

  @Option(
    name: .customLong("truth"),
    help: ArgumentHelp("Where the truth goes (default: beside the log, nowhere with --out -).", valueName: "file"))
  var truthFile: String?

  @Flag(help: "Print a summary as one JSON document.")
  var json = false

  private var truthPath: String? { truthFile ?? (output == "-" ? nil : output + ".truth.json") }

  func validate() throws {
    guard km != nil || days != nil else {
      throw ValidationError("nothing says where the log ends; give --km or --days")
    }
    if let km, !(km > 0 && km <= 1_000_000) { throw ValidationError("--km must be above 0 and at most 1000000") }
    if let days, !(days > 0 && days <= 3660) { throw ValidationError("--days must be above 0 and at most 3660") }
    if json && output == "-" { throw ValidationError("--json and --out - both want standard output; name a file") }
  }

  func run() throws {
    var configuration = SimulatedPetrolCar.Configuration(seed: seed)
    configuration.km = km
    configuration.days = days
    if let start { configuration.start = start }
    for argument in wear { configuration.wear[argument.component] = argument.rate }
    var car = SimulatedPetrolCar(configuration)
    do {
      try record(&car)
    } catch {
      if !error.isBrokenPipe { complain("telltale simulate: \(error)") }
      throw ExitCode(1)
    }
    let truth = PetrolTruth(car)
    if let truthPath { try save(truth, to: truthPath) }
    try report(truth)
  }

  private func record(_ car: inout SimulatedPetrolCar) throws(RecordingError) {
    var log = try RecordingWriter(path: output, channels: SimulatedPetrolCar.channels)
    let begin = car.now
    var progress = Progress()
    let batch = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 512)
    defer { batch.deallocate() }
    while true {
      let count = car.read(into: batch)
      if count == 0 { break }
      for frame in batch[..<count] { try log.write(frame) }
      progress.update(progressText(of: car, since: begin))
    }
    try log.flush()
    progress.finish()
  }

  private func progressText(of car: borrowing SimulatedPetrolCar, since begin: Int64) -> String {
    let byKm = km.map { car.distanceKm / $0 } ?? 0
    let byDays = days.map { Double(car.now - begin) / 86_400e9 / $0 } ?? 0
    let percent = Int(min(100, 100 * max(byKm, byDays)))
    return "simulating: \(percent) %, \(Int(car.distanceKm)) km, \(car.frames) frames"
  }

  private func save(_ truth: PetrolTruth, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try (encoder.encode(truth) + Data([0x0A])).write(to: URL(filePath: path))
    } catch {
      complain("telltale simulate: \(path): cannot write the truth; check the folder and its permissions")
      throw ExitCode(1)
    }
  }

  private func report(_ truth: PetrolTruth) throws {
    if json {
      let summary = Summary(
        log: output, truth: truthPath, frames: truth.frames, km: truth.km, days: truth.days, trips: truth.trips.count)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try put(Array(encoder.encode(summary)) + [0x0A])
    } else if output != "-" {
      let km = Int(truth.km.rounded())
      complain("\(output): \(truth.frames) frames, \(truth.trips.count) trips, \(km) km in \(Int(truth.days)) days")
    }
  }

  private struct Summary: Encodable {
    let log: String
    let truth: String?
    let frames: Int
    let km: Double
    let days: Double
    let trips: Int
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
    guard let component = ComponentID(name: String(parts[0])) else {
      let names = ComponentID.allCases.map(\.name).joined(separator: ", ")
      throw ValidationError("no component is called \"\(parts[0])\"; there are \(names)")
    }
    self.component = component
    self.rate = rate
  }
}
