// `telltale evaluate drives`: real drives over and over, to see that healthy vehicles raise no alarm and faults are found.
import Adapters
import ArgumentParser
import Decoding
import DecoderCore
import Documents
import Evaluation
import Pipeline
import Recordings
import Vocabulary

struct EvaluateDrivesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drives",
    abstract: "Live through many drives made of real ones, healthy and with faults put in.",
    discussion: """
      Blocks of the given drives follow each other in random order, two drives a day, so that what hangs together from \
      drive to drive stays together. The models see them as they would in the vehicle. A component that stays unknown has \
      shown nothing. Parts that people replace are replaced when they are worn.

      Drives are recordings that --pack decodes, or tables whose columns --column maps to signals; in a table without times \
      --rate says how many rows a second has. With --fault the first 500 drives are healthy.

      Examples:
        telltale evaluate drives --pack obd2 drive-1.log drive-2.log
        telltale evaluate drives --rate 2 --column 'RPM=Vehicle.Powertrain.CombustionEngine.Speed' drives/*.csv
        telltale evaluate drives --pack obd2 --fault thermostat=-5 --fault trim=4 drive-*.log
      """)

  @Argument(help: ArgumentHelp("Recordings or tables, a drive each.", valueName: "drive"))
  var files: [String]

  @Option(help: ArgumentHelp("An adapter pack that decodes the recordings; may be given several times.", valueName: "name"))
  var pack: [String] = []

  @OptionGroup var packs: PackOptions

  @Option(
    help: ArgumentHelp("A table's column and the signal that it is.", valueName: "column=path"),
    transform: DriveColumn.init)
  var column: [DriveColumn] = []

  @Option(help: ArgumentHelp("A table's column of times, in seconds or as hh:mm:ss.", valueName: "column"))
  var time: String?

  @Option(help: ArgumentHelp("Rows a second, of a table without times.", valueName: "number"))
  var rate = 1.0

  @Option(help: ArgumentHelp("Engine displacement, for air flow where only a pressure is recorded.", valueName: "litres"))
  var displacement = 1.6

  @Option(help: ArgumentHelp("Drives to live through.", valueName: "number"))
  var drives = 2000

  @Option(help: ArgumentHelp("Drives that stay together.", valueName: "number"))
  var block = 10

  @Option(help: ArgumentHelp("Seed of the order.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "A fault: thermostat (kelvin), trim (percent) or voltage (volts); a second number is the drives over which it grows.",
      valueName: "kind=amount[,drives]"),
    transform: DriveFault.init(text:))
  var fault: [DriveFault] = []

  @Flag(help: "Print one JSON document and nothing else.")
  var json = false

  func validate() throws {
    guard pack.isEmpty != column.isEmpty else {
      throw ValidationError("give --pack for recordings, or --column for tables")
    }
    guard (1...1_000_000).contains(drives), (1...1000).contains(block), (0.01...1000).contains(rate),
      (0.1...30).contains(displacement)
    else { throw ValidationError("--drives 1 to 1000000, --block 1 to 1000, --rate 0.01 to 1000, --displacement 0.1 to 30") }
  }

  func run() throws {
    var records: [DriveRecord] = []
    for file in files { records.append(try pack.isEmpty ? table(file) : recording(file)) }
    let useful = records.filter { $0.seconds >= 60 }
    for (file, record) in zip(files, records) where record.seconds < 60 {
      complain("\(file): less than a minute of drive; left out")
    }
    guard !useful.isEmpty else { throw EvaluationFailure("no drive of a minute or more in what was given") }
    var accounts = [account(useful, nil)]
    for fault in fault {
      complain("with \(fault.text) ...")
      accounts.append(account(useful, fault))
    }
    if json { try put(try jsonText(accounts)) } else { try put(DriveAccount.text(of: accounts)) }
  }

  private func account(_ records: [DriveRecord], _ fault: DriveFault?) -> DriveAccount {
    DriveAccount(
      drives: drives, real: records.count, km: records.reduce(0) { $0 + $1.km } / Double(records.count) * Double(drives),
      fault: fault,
      DriveBootstrap.run(
        records, count: drives, block: block, seed: seed, fault: fault, displacementLitres: displacement))
  }

  // MARK: Reading

  private func table(_ path: String) throws -> DriveRecord {
    let text = try DelimitedText.read(path: path)
    guard let header = text.rows.first else { throw EvaluationFailure("\(path): is empty") }
    let names = (0..<text.filledCount(of: header)).map { text.text($0, of: header) }
    func index(of name: String) throws -> Int {
      if let index = names.firstIndex(of: name) { return index }
      throw EvaluationFailure("\(path):1: no column \"\(name)\"; there are \(names.joined(separator: ", "))")
    }
    let places = try column.map { try index(of: $0.name) }
    let timePlace = try time.map { try index(of: $0) }
    var record = DriveRecord(inputs: column.map(\.input))
    for (number, row) in text.rows.dropFirst().enumerated() {
      let values = places.map { place -> Double in
        if case .value(let value) = MeasuredNumber(text.field(place, of: row)) { value } else { .nan }
      }
      let seconds = timePlace.map { clockSeconds(text.text($0, of: row)) } ?? Double(number) / rate
      if let seconds { record.add(values, at: seconds) }
    }
    return record
  }

  /// Seconds, or hours, minutes and seconds with colons.
  private func clockSeconds(_ text: String) -> Double? {
    var seconds = 0.0
    for part in text.split(separator: ":", omittingEmptySubsequences: false) {
      guard let number = Double(part), number.isFinite else { return nil }
      seconds = seconds * 60 + number
    }
    return seconds
  }

  /// A row a second of the last valid values.
  private func recording(_ path: String) throws -> DriveRecord {
    let vehicle = try VehicleDefinition(packs: try pack.map { try packs.load($0) }, overrides: [])
    let signals = FeatureInputs(vehicle.catalogue)
    let inputs = FeatureInput.allCases.filter { signals[$0] != nil }
    var decoder = vehicle.decoder
    var table = SignalTable(vehicle.catalogue)
    var record = DriveRecord(inputs: inputs)
    var samples = Array(
      repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: max(1, decoder.largestMessage))
    var next: Instant?
    var first = Instant.zero
    let log = try LogOptions.parse(["--", path])
    _ = try log.forEachFrame("reading \(path)") { frame, _ in
      if let due = next, frame.time >= due {
        record.add(inputs.map { table.value(signals[$0], at: due) ?? .nan }, at: due.seconds(since: first))
        next = max(due.advanced(seconds: 1), frame.time)
      } else if next == nil {
        first = frame.time
        next = frame.time.advanced(seconds: 1)
      }
      var out = samples.mutableSpan
      let count = decoder.decode(frame, into: &out) { _ in }
      for sample in samples[..<count] { table.update(sample) }
    }
    return record
  }
}

/// `COOLANT_TEMPERATURE ()=Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature`.
struct DriveColumn {
  let name: String
  let input: FeatureInput

  init(_ text: String) throws {
    guard let split = text.lastIndex(of: "="), split != text.startIndex else {
      throw ValidationError("wanted column=path, such as RPM=Vehicle.Powertrain.CombustionEngine.Speed")
    }
    let path = text[text.index(after: split)...]
    guard let input = FeatureInput.allCases.first(where: { $0.signal.path == path }) else {
      throw ValidationError("no feature reads \"\(path)\"")
    }
    name = String(text[..<split])
    self.input = input
  }
}

extension DriveFault {
  /// `thermostat=-5` or `trim=4,400`.
  init(text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1)
    let numbers = parts.last?.split(separator: ",").map { Double($0) } ?? []
    guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), (1...2).contains(numbers.count),
      let amount = numbers[0], abs(amount) <= 100, let ramp = numbers.count == 2 ? numbers[1] : 0, (0...100_000).contains(ramp)
    else {
      let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("wanted kind=amount[,drives], such as thermostat=-5; kinds are \(kinds)")
    }
    self.init(kind, amount, ramp: Int(ramp))
  }
}

struct EvaluationFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// What became of one run, as JSON.
struct DriveAccount: Codable {
  struct Component: Codable {
    var component: String
    var state: String
    var ticks: Int
    var alarms: Int
    var watchDrives: Int
    var services: Int
  }

  var drives: Int
  var realDrives: Int
  var km: Double
  var fault: String?
  /// The component that should tell the fault, and drives from its begin until a detector and a band did.
  var faultComponent: String?
  var seenAfter: Int?
  var toldAfter: Int?
  var alarms: Int
  var components: [Component]

  init(drives: Int, real: Int, km: Double, fault: DriveFault?, _ outcomes: [DriveOutcome]) {
    self.drives = drives
    realDrives = real
    self.km = km
    self.fault = fault?.text
    faultComponent = fault?.component.name
    let concerned = outcomes.first { $0.component == fault?.component }
    seenAfter = concerned?.seenAfter
    toldAfter = concerned?.toldAfter
    alarms = outcomes.reduce(0) { $0 + ($1.component == fault?.component ? 0 : $1.alarms) }
    components = outcomes.filter { $0.state != .unknown }.map {
      Component(
        component: $0.component.name, state: $0.state.name, ticks: $0.ticks, alarms: $0.alarms,
        watchDrives: $0.watchDrives, services: $0.services)
    }
  }

  static func text(of accounts: [DriveAccount]) -> String {
    var lines: [String] = []
    for account in accounts {
      let what = account.fault.map { "with \($0) from drive 500 on" } ?? "healthy"
      lines.append(
        "\(account.drives) drives (\(decimal(account.km, 0)) km) of \(account.realDrives) real ones, \(what): "
          + "\(account.alarms) false alarms")
      if let component = account.faultComponent {
        let seen = account.seenAfter.map { "a change is seen after \($0) drives" } ?? "no change is seen"
        let told = account.toldAfter.map { "a worse band is told after \($0)" } ?? "no worse band is told"
        lines.append("  \(component): \(seen), \(told)")
      }
      for row in account.components {
        lines.append(
          "  \(row.component): \(row.state), \(row.ticks) observations, \(row.alarms) alarms, \(row.watchDrives) drives not ok"
            + (row.services > 0 ? ", serviced \(row.services) times" : ""))
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
