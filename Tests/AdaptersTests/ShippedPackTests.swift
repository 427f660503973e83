// The packs that ship: without fault, alone and together, and right about the standards that they are written from.
import Decoding
import Health
import Pipeline
import Testing
import VehicleSimulator
import Vocabulary

@testable import Adapters

@Suite struct ShippedPackTests {
  @Test func thePacksAreThere() {
    let expected = [
      "canmod-gps", "elm327", "generic-diesel", "generic-ev", "generic-ice", "j1939", "obd2", "simulated-petrol",
    ]
    #expect(Set(expected).isSubset(of: shipped.names), "\(shipped.names)")
  }

  @Test(arguments: shipped.names)
  func everyPackIsWithoutAProblem(name: String) throws {
    let check = AdapterPack.check(directory: shipped.path + "/" + name)
    #expect(check.isUsable && check.problems.isEmpty && check.pack == name, "\(check.problems)")
    #expect(check.signals > 0 && check.parameters + check.messages + check.sensors > 0)
    let pack = try shippedPack(name)
    #expect(!pack.title.isEmpty && !pack.summary.isEmpty && !pack.covers.isEmpty)
    let vehicle = try VehicleDefinition(packs: [pack], overrides: [])
    #expect(vehicle.catalogue.count == Set(pack.signals.map(\.description.path)).count)
    for description in vehicle.catalogue.descriptions {
      #expect(description.range.lowerBound < description.range.upperBound && description.staleAfter > 0)
      #expect(description.range.upperBound < 1e12, "\(description.path) has no range")
    }
  }

  @Test func allPacksTogetherAreOneVehicle() throws {
    let packs = try shipped.names.map { try shippedPack($0) }
    let vehicle = try VehicleDefinition(
      packs: packs, overrides: [(.cooling, "failure_drop", 9)], displacementLitres: 2.2)
    #expect(vehicle.problems.isEmpty && vehicle.packs == packs.map(\.name), "\(vehicle.problems)")
    #expect(vehicle.parameters.displacementLitres == 2.2)
    #expect(vehicle.components[Int(ComponentID.cooling.rawValue)]["failure_drop"] == 9)
    #expect(vehicle.components[Int(ComponentID.engineOil.rawValue)]["interval_km"] == 15_000, "of generic-ice")
  }

  /// The combinations that the documentation names reach what every engine has.
  @Test(arguments: [["obd2"], ["obd2", "generic-ice"], ["elm327", "generic-diesel"], ["j1939"], ["simulated-petrol"]])
  func allInputsAreMapped(names: [String]) throws {
    let vehicle = try VehicleDefinition(packs: try names.map { try shippedPack($0) }, overrides: [])
    let paths = vehicle.catalogue.descriptions.map(\.path)
    for component in ComponentID.ofEveryEngine { #expect(isMapped(component, paths), "\(component.name)") }
  }

  @Test func anElectricCarHasNoEngine() throws {
    let explanation = try AdapterExplanation([try shippedPack("generic-ev")])
    let mapped = explanation.components.filter(\.isMapped).map(\.component)
    #expect(mapped == ["battery-12v", "tyre-tread", "traction-battery", "trouble-codes"])
    #expect(!explanation.signals.contains { $0.path.contains("CombustionEngine") })
  }

  // MARK: The worked example

  /// The native bus alone gives what every component needs, as the page on writing packs promises.
  @Test func theSimulatedCarGivesAllInputsWithoutAReply() throws {
    let vehicle = try VehicleDefinition(packs: [try shippedPack("simulated-petrol")], overrides: [])
    var configuration = SimulatedVehicle.Configuration(seed: 5)
    configuration.days = 2
    var car = SimulatedVehicle(configuration)
    var decoder = vehicle.decoder
    var valid: [String: Int] = [:]
    var others = 0
    let frames = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 512)
    defer { frames.deallocate() }
    var out = Array(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: 64)
    while case let count = car.read(into: frames), count > 0 {
      for frame in frames[..<count] where frame.id.value & ~7 != 0x7E8 {
        var room = out.mutableSpan
        let samples = decoder.decode(frame, into: &room) { _ in }
        for sample in out[..<samples] {
          if sample.validity == .valid {
            valid[vehicle.catalogue[sample.signal].path, default: 0] += 1
          } else {
            others += 1
          }
        }
      }
    }
    #expect(others == 0)
    for component in ComponentID.ofEveryEngine {
      for input in ComponentInput.of(component) where input.isRequired {
        #expect(input.paths.contains { valid[$0, default: 0] > 100 }, "\(component.name): \(input.paths)")
      }
    }
  }

  // MARK: J1939 as others wrote it down

  private func described(_ path: String) throws -> [UInt32: NetworkDescription.Message] {
    let file = try NetworkDescription.load(path: path)
    return Dictionary(file.messages.map { ($0.id.parameterGroup, $0) }, uniquingKeysWith: { first, _ in first })
  }

  @Test(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"))
  func theDemoFileOfJ1939SaysTheSame() throws {
    let ours = try described(shipped.path + "/j1939/j1939.dbc")
    let demo = try NetworkDescription.load(path: try #require(corpus) + "/can/css/CSS-Electronics-SAE-J1939-DEMO.dbc")
    for message in demo.messages {
      let mine = try #require(ours[message.id.parameterGroup])
      #expect(mine.id == message.id && mine.length == message.length)
      for signal in message.signals {
        let same = mine.signals.first { $0.startBit == signal.startBit && $0.length == signal.length }
        let found = try #require(same, "\(signal.name)")
        #expect(found.factor == signal.factor && found.offset == signal.offset && found.byteOrder == signal.byteOrder)
        #expect(found.unit == signal.unit && found.format == signal.format)
      }
    }
  }

  /// A larger list of parameter groups that knows places only: no signal of ours lies anywhere else.
  @Test(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"))
  func everySignalOfJ1939LiesWhereALargerListHasOne() throws {
    let ours = try described(shipped.path + "/j1939/j1939.dbc")
    let theirs = try described(try #require(corpus) + "/dbc/canmatrix/src/canmatrix/j1939.dbc")
    for (group, message) in ours {
      let other = try #require(theirs[group], "\(message.name)")
      for signal in message.signals {
        #expect(
          other.signals.contains { $0.startBit == signal.startBit && $0.length == signal.length },
          "\(message.name).\(signal.name)")
      }
    }
  }
}

/// Whether health takes a component's inputs for mapped when just these paths are.
func isMapped(_ component: ComponentID, _ paths: [String]) -> Bool {
  var catalogue = SignalCatalogue()
  for path in paths {
    _ = catalogue.add(
      SignalDescription(path: path, unit: VSSNames.unit(of: path) ?? "", range: 0...1, staleAfter: 1))
  }
  let monitor = HealthMonitor(inputs: FeatureInputs(catalogue), parameters: [], vehicle: VehicleParameters())
  let time = Timestamp(boot: BootID(high: 0, low: 0), uptime: .zero, wallNanoseconds: 0, quality: .none)
  if case .unmappedInput = monitor.report(component, at: time).reason { return false }
  return true
}

extension ComponentID {
  static let ofEveryEngine: [ComponentID] = [.engineOil, .cooling, .charging]
}
