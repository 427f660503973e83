// What is asked on which bus: only where the user allows it, each thing once, and what shows a parked vehicle often.
import Adapters
import ConfigurationFile
import Foundation
import Testing
import VehicleBus

@testable import Gateway

@Suite struct PollPlanTests {
  private func configuration(_ text: String) throws -> GatewayConfiguration {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tt-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("telltale.yaml")
    try ("vehicle: {id: a}\nadapters_path: \(packFolder)\n" + text).write(to: path, atomically: true, encoding: .utf8)
    return try GatewayConfiguration.load(path: path.path, environment: [:])
  }

  private func plan(_ text: String) throws -> (plan: PollPlan, configuration: GatewayConfiguration) {
    let configuration = try configuration(text)
    let vehicle = try configuration.vehicleDefinition()
    return (
      PollPlan(polls: vehicle.polls, speaksJ1939: vehicle.speaksJ1939, sources: configuration.sources), configuration
    )
  }

  private func parameters(_ items: [PollItem]) -> [UInt8: Double] {
    var found: [UInt8: Double] = [:]
    for item in items { if case .parameter(let pid) = item.question { found[pid] = item.period } }
    return found
  }

  @Test func nothingIsAskedWithoutTheKey() throws {
    let (plan, configuration) = try plan("sources: [{can: can0}, {can: can1}]\nadapters: [obd2, j1939]\n")
    #expect(plan.items.isEmpty && plan.speaksOBD.isEmpty && plan.speaksJ1939.isEmpty)
    let policy = TransmitPolicy(configuration.sources)
    #expect((0...255).allSatisfy { !policy[UInt8($0)].mayTransmit })
  }

  @Test func whatShowsAParkedVehicleIsAskedOften() throws {
    let (plan, _) = try plan("sources: [{can: can0, transmit: polling}]\nadapters: [elm327]\n")
    let asked = parameters(plan.items[0] ?? [])
    // The pack wants engine speed each second, which is often enough already.
    #expect(asked[0x0C] == 1 && asked[0x0D] == 1 && asked[0x05] == 10)
    let (slow, _) = try self.plan(
      "sources: [{can: can0, transmit: polling}]\nadapters: [{pack: generic-diesel, bus: can0}]\n")
    for pid: UInt8 in [0x0C, 0x0D] {
      let period = try #require(parameters(slow.items[0] ?? [])[pid])
      #expect(period <= PollPlan.signsEvery)
    }
  }

  @Test func eachBusIsAskedForItsOwn() throws {
    let (plan, _) = try plan(
      """
      sources: [{can: can0}, {can: can1, transmit: polling}, {can: can2, transmit: polling}]
      adapters: [obd2, {pack: j1939, bus: can2}]

      """)
    #expect(Set(plan.items.keys) == [1, 2])
    // A pack that is bound to no bus is asked for on the first that may be asked.
    #expect(plan.speaksOBD == [1] && plan.speaksJ1939.contains(2))
    #expect(parameters(plan.items[2] ?? []).isEmpty)
    let groups = (plan.items[2] ?? []).compactMap { item in
      if case .parameterGroup(let group, of: 255) = item.question { group } else { nil }
    }
    #expect(Set(groups).isSuperset(of: [65_227, 65_260]))
    for (_, items) in plan.items { #expect(Set(items.map(\.question)).count == items.count) }
  }

  @Test func troubleCodesCanBeLeftOut() throws {
    func services(_ more: String) throws -> Set<[UInt8]> {
      let (plan, _) = try plan("sources: [{can: can0, transmit: polling\(more)}]\nadapters: [obd2]\n")
      return Set((plan.items[0] ?? []).compactMap { if case .request(let bytes, _) = $0.question { bytes.bytes } else { nil } })
    }
    #expect(try services("").isSuperset(of: [[0x03], [0x07], [0x0A], [0x09, 0x02]]))
    #expect(try services(", polling: {trouble_codes: 0 s}").isEmpty)
  }

  /// Whatever a plan holds, the guard lets it through by its form: a plan of things that are never sent helps nobody.
  @Test func theGuardKnowsEverythingThatIsPlanned() throws {
    let (plan, configuration) = try plan(
      """
      sources: [{can: can0, transmit: polling}, {can: can1, transmit: polling, polling: {addressing: 29-bit}}]
      adapters: [obd2, generic-ice, generic-ev, {pack: j1939, bus: can1}, {pack: obd2, bus: can1}]

      """)
    let policy = TransmitPolicy(configuration.sources)
    for (bus, items) in plan.items {
      #expect(!items.isEmpty)
      for item in items { #expect(policy.mayAsk(item, on: bus), "\(item)") }
    }
  }

  /// A unit of a maker's own is asked only when the user lists it.
  @Test func otherUnitsNeedTheUsersWord() throws {
    let request = try #require(RequestBytes([0x22, 0x01, 0x01]))
    let item = PollItem(.request(request, .unit(request: .init(standard: 0x7A0), answer: .init(standard: 0x7A8))), every: 5)
    let without = try configuration("sources: [{can: can0, transmit: polling}]\n")
    #expect(!TransmitPolicy(without.sources).mayAsk(item, on: 0))
    let with = try configuration(
      "sources: [{can: can0, transmit: polling, polling: {units: [{to: 0x7A0, answer: 0x7A8}]}}]\n")
    #expect(TransmitPolicy(with.sources).mayAsk(item, on: 0) && !TransmitPolicy(with.sources).mayAsk(item, on: 1))
  }
}
