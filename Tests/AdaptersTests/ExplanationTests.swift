// What `adapter explain` prints: sources, rates, ages and components, as health has them.
import Documents
import Health
import Pipeline
import Testing
import Vocabulary

@testable import Adapters

@Suite struct ExplanationTests {
  /// The table of inputs must say what health does: without one that it calls required a component is not mapped.
  @Test(arguments: ComponentID.allCases)
  func requiredInputsAreThoseOfHealth(component: ComponentID) {
    let required = ComponentInput.of(component).filter(\.isRequired)
    #expect(isMapped(component, required.map { $0.paths[0] }))
    for missing in required.indices {
      // An input that stands for several requirements would meet the missing one, too.
      let others = required.indices.filter { $0 != missing }.compactMap { index in
        required[index].paths.first { !required[missing].paths.contains($0) }
      }
      #expect(!isMapped(component, others))
      for other in required[missing].paths.dropFirst() {
        #expect(isMapped(component, required.indices.map { $0 == missing ? other : required[$0].paths[0] }))
      }
    }
  }

  @Test func everyFeatureInputFeedsAComponent() {
    for input in FeatureInput.allCases where !FeatureInput.ofTrips.contains(input) {
      #expect(!ComponentInput.components(fedBy: input.signal.path).isEmpty, "\(input)")
    }
  }

  @Test func aSignalIsTracedToItsSources() throws {
    let explanation = try AdapterExplanation(
      try ["obd2", "simulated-petrol", "j1939", "generic-diesel"].map { try shippedPack($0) })
    let speed = try #require(explanation.signals.first { $0.path == "Vehicle.Speed" })
    #expect(speed.unit == "km/h" && speed.staleAfter == 15 && speed.components.starts(with: ["engine-oil", "cooling"]))
    #expect(
      speed.sources.map(\.from) == [
        "PID 0D", "VehicleMotion.VehicleSpeed of simulated-petrol.dbc, id 1A0",
        "CCVS1.WheelBasedVehicleSpeed of j1939.dbc, PGN 65265, SPN 84",
      ])
    #expect(
      speed.sources.map(\.every) == [0.5, 0.5, 0.1]
        && speed.sources.map(\.pack) == ["obd2", "simulated-petrol", "j1939"])
    let oil = try #require(explanation.components.first { $0.component == "engine-oil" })
    #expect(oil.isMapped)
    let interval = try #require(oil.parameters.first { $0.name == "interval_km" })
    #expect(interval.value == 20_000 && interval.pack == "generic-diesel")
    #expect(oil.parameters.first { $0.name == "unit_spread" }?.pack == nil)
    #expect(explanation.packs.allSatisfy { $0.transmit == "never" } && explanation.displacementLitres == 2)
  }

  @Test func whatIsMissingIsShown() throws {
    let folder = try TemporaryPack(
      "pack: p\nobd2:\n  - {pid: 0x05, signal: \(Self.coolant)}\n  - {pid: 0x0C, signal: Vehicle.X}")
    let explanation = try AdapterExplanation([try folder.load()])
    let cooling = try #require(explanation.components.first { $0.component == "cooling" })
    #expect(!cooling.isMapped)
    #expect(cooling.inputs.filter { $0.isRequired }.map(\.mapped) == [[Self.coolant], []])
    #expect(explanation.signals.first { $0.path == "Vehicle.X" }?.components == [])
    let text = String(decoding: try jsonText(explanation), as: UTF8.self)
    #expect(text.contains("\"from\":\"PID 05\"") && text.contains("\"range\":[-40,215]"), "\(text)")
  }

  private static let coolant = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature"
}
