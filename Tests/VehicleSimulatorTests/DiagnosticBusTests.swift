// Four vehicles on their buses: every message comes whole, in time and once, and says what the truth says.
import Testing
import Vocabulary

@testable import VehicleSimulator

@Suite struct DiagnosticBusTests {
  /// A vehicle with faults that come, stay, go and are cleared.
  private func configuration(_ kind: SimulatedVehicle.Kind, seed: UInt64 = 2) throws -> SimulatedVehicle.Configuration {
    var configuration = SimulatedVehicle.Configuration(kind, seed: seed)
    configuration.km = kind == .truck ? 1100 : 260
    configuration.diagnostics = true
    // Fewer sensor values, which are not looked at here.
    configuration.rates.motion = 4
    configuration.rates.air = 5
    configuration.rates.engine = 5
    configuration.rates.native = 4
    let scale = kind == .truck ? 5 : 1
    let faults =
      switch kind {
      case .petrol, .diesel: ["P0301", "U0100-87", "P0700", "P0A7E"]
      case .ev: ["P0A3C", "U0100-87", "P0A2C", "P0A7E"]
      case .truck: ["SPN110-FMI0", "SPN3226-FMI2", "SPN177-FMI0", "SPN1121-FMI2"]
      }
    try configuration.add(PlannedFault(faults[0] + "@\(20 * scale)"))
    try configuration.add(PlannedFault(faults[1] + "@\(30 * scale)..\(70 * scale)"))
    try configuration.add(PlannedFault(faults[2] + "@\(40 * scale)..\(60 * scale)"))
    try configuration.add(PlannedFault(faults[3] + "@\(25 * scale)..\(26 * scale)"))
    configuration.clear(atKm: Double(150 * scale))
    return configuration
  }

  @Test(arguments: SimulatedVehicle.Kind.allCases)
  func theSameSeedGivesTheSameFrames(kind: SimulatedVehicle.Kind) throws {
    let first = life(try configuration(kind)).frames
    #expect(digest(first) == digest(life(try configuration(kind)).frames))
    #expect(digest(first) != digest(life(try configuration(kind, seed: 3)).frames))
    var parted = SimulatedVehicle(try configuration(kind))
    #expect(digest(allFrames(&parted, batch: 7)) == digest(first))
    #expect(zip(first, first.dropFirst()).allSatisfy { $0.time < $1.time })
    #expect(first.allSatisfy { $0.time.nanoseconds % 1000 == 0 && $0.bus == 0 })
  }

  /// Whatever control units and tools say to each other, the car's own frames stay what they are.
  @Test func diagnosticsOnlyAdd() throws {
    var plain = try configuration(.petrol)
    let all = life(plain).frames
    plain.diagnostics = false
    let quiet = life(plain).frames
    let added = all.count - quiet.count
    #expect(added > 1000)
    var next = 0
    for frame in all where next < quiet.count {
      if frame.time == quiet[next].time && frame.id == quiet[next].id
        && frame.payload.words[0] == quiet[next].payload.words[0]
      {
        next += 1
      }
    }
    #expect(next == quiet.count)
  }

  @Test(arguments: [.petrol, .diesel, .ev] as [SimulatedVehicle.Kind])
  func everyMessageOfACarComesWhole(kind: SimulatedVehicle.Kind) throws {
    let (vehicle, frames) = life(try configuration(kind))
    var bus = StrictISOTP()
    for frame in frames { bus.take(frame) }
    #expect(bus.faults.isEmpty, "\(bus.faults.prefix(5))")
    #expect(bus.openSessions == 0 && bus.longMessages > 100)
    // The VIN, once from each unit that has one after each start, whole.
    let vin = try #require(vehicle.controlUnits.compactMap(\.identity.vin).first)
    let told = bus.messages.filter {
      $0.bytes.starts(with: [0x49, 0x02]) || $0.bytes.starts(with: [0x62, 0xF1, 0x90])
    }
    #expect(told.count >= vehicle.trips.count)
    #expect(told.allSatisfy { $0.bytes.suffix(17) == Array(vin.utf8)[...] })
    // Who is asked alone and cannot answer says so.
    #expect(bus.messages.contains { $0.bytes == [0x7F, 0x22, 0x11] } == (kind != .ev))
    #expect(bus.messages.contains { $0.bytes == [0x44] || $0.bytes == [0x54] })
  }

  /// What services 03, 07 and 0A and UDS 19 list is what the truth says of that moment.
  @Test(arguments: [.petrol, .diesel, .ev] as [SimulatedVehicle.Kind])
  func theListsOfACarAreTheTruth(kind: SimulatedVehicle.Kind) throws {
    let (vehicle, frames) = life(try configuration(kind))
    var bus = StrictISOTP()
    for frame in frames { bus.take(frame) }
    var kinds: Set<UInt8> = []
    for message in bus.messages {
      guard let unit = vehicle.controlUnits.first(where: { $0.reply.value == message.id })?.controlUnit() else {
        continue
      }
      func truth(_ status: TroubleCodeStatus) -> Set<String> {
        Set(
          vehicle.statusEpisodes.filter {
            $0.unit == unit && $0.status == status && $0.begin <= message.time && ($0.end ?? .max) > message.time
          }.map(\.code.name))
      }
      func base(_ names: Set<String>) -> Set<String> { Set(names.map { String($0.prefix(5)) }) }
      switch message.bytes[0] {
      case 0x43, 0x47, 0x4A:
        let codes = stride(from: 2, to: message.bytes.count, by: 2).map {
          TroubleCode(obd: UInt16(message.bytes[$0]) << 8 | UInt16(message.bytes[$0 + 1])).name
        }
        #expect(Int(message.bytes[1]) == codes.count)
        let status: TroubleCodeStatus =
          message.bytes[0] == 0x43 ? .confirmed : message.bytes[0] == 0x47 ? .pending : .permanent
        #expect(Set(codes) == base(truth(status)), "\(message)")
        if !codes.isEmpty { kinds.insert(message.bytes[0]) }
      case 0x59 where message.bytes[1] == 0x02:
        for i in stride(from: 3, to: message.bytes.count, by: 4) {
          let code = UInt32(message.bytes[i]) << 16 | UInt32(message.bytes[i + 1]) << 8 | UInt32(message.bytes[i + 2])
          let name = code & 0xFF == 0 ? TroubleCode(obd: UInt16(code >> 8)).name : TroubleCode(uds: code).name
          let status = TestStatus(rawValue: message.bytes[i + 3])
          #expect(status.contains(.failed) == truth(.active).contains(name))
          #expect(status.contains(.pending) == truth(.pending).contains(name))
          #expect(status.contains(.confirmed) == truth(.confirmed).contains(name))
          #expect(status.contains(.warningIndicator) == truth(.lampRequested).contains(name))
          if status.contains(.confirmed) { kinds.insert(0x59) }
        }
      default: break
      }
    }
    #expect(kinds == [0x43, 0x47, 0x4A, 0x59])
  }

  @Test func everyMessageOfATruckComesWhole() throws {
    let (vehicle, frames) = life(try configuration(.truck))
    var bus = StrictJ1939()
    for frame in frames { bus.take(frame) }
    #expect(bus.faults.isEmpty, "\(bus.faults.prefix(5))")
    #expect(bus.openSessions == 0)
    let vins = bus.groups.filter { $0.number == 0xFEEC }
    #expect(vins.count == vehicle.trips.count)
    #expect(vins.allSatisfy { $0.isLong && $0.destination == 249 && $0.source == 0 && $0.bytes.count == 18 })
    for unit in vehicle.truckUnits {
      let own = bus.groups.filter { $0.source == unit.sourceAddress }
      // Each second while the bus is awake.
      let active = own.filter { $0.number == 0xFECA }
      let gaps = zip(active, active.dropFirst()).map { $1.time - $0.time }.filter { $0 < 60_000_000_000 }
      #expect(gaps.allSatisfy { (800_000_000...1_250_000_000).contains($0) }, "\(gaps.min() ?? 0) \(gaps.max() ?? 0)")
      for number in [0xFEEB, 0xFEDA, 0xFECB, 0xEE00] as [UInt32] { #expect(own.contains { $0.number == number }) }
    }
    // Acknowledgements: codes cleared, and what some do not have.
    let acknowledged = bus.groups.filter { $0.number == 0xE800 }
    #expect(acknowledged.filter { $0.bytes == [0, 0xFF, 0xFF, 0xFF, 249, 0xD3, 0xFE, 0x00] }.count == 5)
    #expect(acknowledged.contains { $0.bytes == [1, 0xFF, 0xFF, 0xFF, 249, 0xCF, 0xFE, 0x00] })
  }

  /// DM1 at every second, and DM2, DM6, DM12 and DM28 when asked for, list what the truth says of that moment.
  @Test func theListsOfATruckAreTheTruth() throws {
    let (vehicle, frames) = life(try configuration(.truck))
    var bus = StrictJ1939()
    for frame in frames { bus.take(frame) }
    let statuses: [UInt32: TroubleCodeStatus] = [
      0xFECA: .active, 0xFECB: .previouslyActive, 0xFECF: .pending, 0xFED4: .confirmed, 0xFD80: .permanent,
    ]
    var seen: Set<UInt32> = []
    var longest = 0
    for group in bus.groups {
      guard let status = statuses[group.number] else { continue }
      let unit = ControlUnit(sourceAddress: group.source)
      // A message that changes while it is on its way may be of before or after.
      let span = (group.isLong ? 300_000_000 : 0) + 500_000_000 as Int64
      func truth(_ time: Int64) -> Set<String> {
        Set(
          vehicle.statusEpisodes.filter {
            $0.unit == unit && $0.status == status && $0.begin <= time && ($0.end ?? .max) > time
          }.map(\.code.name))
      }
      var codes: Set<String> = []
      for i in stride(from: 2, to: group.bytes.count - 3, by: 4) {
        let spn =
          UInt32(group.bytes[i]) | UInt32(group.bytes[i + 1]) << 8 | UInt32(group.bytes[i + 2] >> 5) << 16
        if spn > 0 { codes.insert(TroubleCode(spn: spn, fmi: group.bytes[i + 2] & 0x1F).name) }
      }
      #expect([truth(group.time), truth(group.time - span)].contains(codes), "\(group)")
      if !codes.isEmpty { seen.insert(group.number) }
      longest = max(longest, codes.count)
    }
    #expect(seen == Set(statuses.keys) && longest >= 1)
  }

  @Test func twoCodesOfATruckAreAnnounced() throws {
    var configuration = SimulatedVehicle.Configuration(.truck, seed: 5)
    configuration.km = 500
    try configuration.add(PlannedFault("SPN110-FMI0"))
    try configuration.add(PlannedFault("SPN100-FMI1"))
    try configuration.add(PlannedFault("SPN102-FMI18"))
    let (vehicle, frames) = life(configuration)
    var bus = StrictJ1939()
    for frame in frames { bus.take(frame) }
    #expect(bus.faults.isEmpty)
    let announced = bus.groups.filter { $0.number == 0xFECA && $0.isLong }
    #expect(announced.count > 1000 && announced.allSatisfy { $0.destination == 255 && $0.bytes.count == 14 })
    // With the first code in pending at the end of the first drive, lamps in the second, and no lamp before.
    let lamp = try #require(announced.first).time
    #expect(lamp > vehicle.trips[1].start && lamp < vehicle.trips[1].end)
  }

  /// Without diagnostics a vehicle answers its logger and says nothing of itself.
  @Test(arguments: SimulatedVehicle.Kind.allCases)
  func withoutDiagnosticsNobodyAsks(kind: SimulatedVehicle.Kind) {
    var configuration = SimulatedVehicle.Configuration(kind, seed: 2)
    configuration.days = 2
    configuration.diagnostics = false
    let frames = life(configuration).frames
    #expect(frames.count > 1000)
    let asked: Set<UInt32> = [0x7DF, 0x18DB_33F1]
    #expect(frames.allSatisfy { !asked.contains($0.id.value) && $0.id.value & 0xFF != 249 })
    #expect(!frames.contains { kind == .truck && [0xFECA, 0xEE00, 0xEA00].contains($0.id.parameterGroup) })
  }

  @Test func theTruthDocumentNamesUnitsFaultsAndCodes() throws {
    let (vehicle, _) = life(try configuration(.diesel))
    let truth = VehicleTruth(vehicle)
    let diagnostics = try #require(truth.diagnostics)
    #expect(diagnostics.units.map(\.name) == ["engine", "transmission"])
    #expect(diagnostics.units.map(\.address) == ["18DAF110", "18DAF118"])
    #expect(diagnostics.vin?.utf8.count == 17)
    #expect(diagnostics.faults.map(\.code) == ["P0301", "U0100-87", "P0700", "P0A7E"])
    #expect(diagnostics.faults[2].unit == "18DAF118")
    let misfire = try #require(diagnostics.codes.first { $0.code == "P0301" })
    let confirmed = try #require(misfire.statuses.first { $0.status == "confirmed" })
    // It is there all the time: cleared, and confirmed again two drives later.
    #expect(confirmed.beginKm > 20 && confirmed.endKm.map { $0 >= 150 } == true)
    #expect(misfire.statuses.filter { $0.status == "confirmed" }.count == 2)
    #expect(misfire.statuses.filter { $0.status == "permanent" }.count == 1)
    // Seen in one drive only: pending, and forgotten.
    let once = try #require(diagnostics.codes.first { $0.code == "P0A7E" })
    #expect(Set(once.statuses.map(\.status)) == ["active", "pending"])
    #expect(truth.components != nil)
    #expect(VehicleTruth(SimulatedVehicle(.init(.ev, seed: 1))).components == nil)
  }
}
