// One second of the vehicle: what is bound, what is computed, what stays unknown.
import Pipeline
import Testing
import Vocabulary

@Suite struct VehicleTickTests {
  private static let engine = "Vehicle.Powertrain.CombustionEngine."
  private static let paths = [
    engine + "Speed", engine + "MAP", "Vehicle.Telltale.OBD.IntakeTemperature", engine + "MAF", "Vehicle.Speed",
  ]

  /// A tick at second 10 from values of second 9; nil is a signal that never came.
  private func tick(_ values: [Double?]) -> VehicleTick {
    var catalogue = SignalCatalogue()
    for path in Self.paths {
      _ = catalogue.add(SignalDescription(path: path, unit: "", range: -1e9...1e9, staleAfter: 5))
    }
    var table = SignalTable(catalogue)
    for (id, value) in zip(catalogue.ids, values) {
      if let value { table.update(Sample(time: Instant.zero.advanced(seconds: 9), value: value, signal: id)) }
    }
    return VehicleTick(
      table, FeatureInputs(catalogue), at: Instant.zero.advanced(seconds: 10), seconds: 1, displacementLitres: 1.6)
  }

  /// 1.6 l at 3,000 rpm draws 40 l/s; at 100 kPa and 25 Celsius a litre weighs 1.1687 g; 85 % of it gets in.
  @Test func airFlowBySpeedDensity() throws {
    let flow = try #require(tick([3000, 100, 25, nil, nil]).airFlow)
    #expect(abs(flow - 40 * 1.16866 * 0.85) < 0.01)
    #expect(tick([3000, 100, nil, nil, nil]).airFlow == flow)
    let cold = try #require(tick([3000, 100, -20, nil, nil]).airFlow)
    #expect(abs(cold / flow - 298.15 / 253.15) < 1e-9)
    let half = try #require(tick([1500, 100, 25, nil, nil]).airFlow)
    #expect(abs(half * 2 - flow) < 1e-9)
  }

  @Test func measuredAirFlowWins() { #expect(tick([3000, 100, 25, 12.5, nil]).airFlow == 12.5) }

  @Test func withoutInputsThereIsNoAirFlow() {
    #expect(tick([nil, 100, 25, nil, nil]).airFlow == nil && tick([3000, nil, 25, nil, nil]).airFlow == nil)
  }

  @Test func unknownStaysUnknown() {
    let tick = tick([nil, nil, nil, nil, nil])
    #expect(tick.speed == nil && tick.engineSpeed == nil && tick.coolant == nil && tick.voltage == nil)
    #expect(!tick.engineRuns)
  }

  @Test func whenTheEngineRuns() {
    #expect(tick([401, nil, nil, nil, nil]).engineRuns && !tick([400, nil, nil, nil, nil]).engineRuns)
    #expect(!tick([0, nil, nil, nil, 80]).engineRuns)
    #expect(tick([nil, nil, nil, nil, 5.1]).engineRuns && !tick([nil, nil, nil, nil, 5]).engineRuns)
  }

  @Test(arguments: [(1.0, 1.0), (5, 5), (3600, 5), (-2, 0), (0, 0)])
  func aTickIsAtMostFiveSeconds(given: Double, kept: Double) {
    #expect(VehicleTick(time: .zero, seconds: given).seconds == kept)
  }
}
