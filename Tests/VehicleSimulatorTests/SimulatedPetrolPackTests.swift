// The pack's DBC file fits the frames: decoded by it, the native messages say what the OBD-II replies say.
import DecoderCore
import Decoding
import Testing
import Vocabulary

@testable import VehicleSimulator

@Suite struct SimulatedPetrolPackTests {
  private static let adapters = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/adapters"

  @Test(arguments: ["canmod-gps/canmod-gps.dbc", "simulated-petrol/simulated-petrol.dbc"])
  func parsesWithoutAProblem(file: String) throws {
    let file = try NetworkDescription.load(path: Self.adapters + "/" + file)
    #expect(file.problems.isEmpty && !file.messages.isEmpty)
    var problems: [DecoderTable.Problem] = []
    _ = DecoderTable(file.compileAll().messages, problems: &problems)
    #expect(problems.isEmpty)
  }

  @Test func nativeMessagesAgreeWithTheReplies() throws {
    let file = try NetworkDescription.load(path: Self.adapters + "/simulated-petrol/simulated-petrol.dbc")
    let everything = file.compileAll()
    var problems: [DecoderTable.Problem] = []
    let table = DecoderTable(everything.messages, problems: &problems)
    let names = everything.signals.map { file.messages[$0.message].signals[$0.signal].name }

    var counts: [String: Int] = [:]
    var now: [UInt8: Reply] = [:]
    var sawOverrun = false
    var lastSpeed: (time: Double, value: Double)?
    var samples = Array(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: 32)
    for frame in life(seed: 13, days: 4).frames {
      if let reply = Reply(frame) {
        // What was seen before the car was parked says nothing now.
        if let last = now[0x0C], reply.time > last.time + 120 { now = [:] }
        now[reply.pid] = reply
        continue
      }
      var room = samples.mutableSpan
      let outcome = table.decode(frame, into: &room)
      #expect(outcome.isKnown && !outcome.isShort && !outcome.hasUnknownSelector)
      let values = Dictionary(
        uniqueKeysWithValues: samples[..<outcome.count].map { (names[$0.signal.index], $0.value) })
      for name in values.keys { counts[name, default: 0] += 1 }

      // The reply is from the same half second where the rates are equal, else up to five seconds old.
      func agrees(_ name: String, _ pid: UInt8, within tolerance: Double) -> Bool {
        guard let value = values[name], let reply = now[pid] else { return true }
        return abs(value - reply.value) <= tolerance
      }
      #expect(agrees("EngineSpeed", 0x0C, within: 0))
      #expect(agrees("VehicleSpeed", 0x0D, within: 0.501))
      #expect(agrees("CoolantTemperature", 0x05, within: 3))
      #expect(agrees("OilTemperature", 0x5C, within: 2))
      #expect(agrees("AmbientTemperature", 0x46, within: 1))
      #expect(agrees("FuelLevel", 0x2F, within: 4))
      #expect(agrees("Odometer", 0xA6, within: 0.3))
      if let torque = values["EngineTorque"], let isCut = values["FuelCut"] {
        #expect(torque >= -28 && torque <= 150 && (isCut == 0 || torque <= 0))
        sawOverrun = sawOverrun || isCut == 1 && torque < -5
      }
      if let speed = values["VehicleSpeed"], let acceleration = values["LongitudinalAcceleration"] {
        let time = Double(frame.time.nanoseconds) * 1e-9
        if let lastSpeed, time - lastSpeed.time < 1 {
          #expect(abs((speed - lastSpeed.value) / 3.6 / 0.5 - acceleration) < 0.02)
        }
        lastSpeed = (time, speed)
        // At the limit itself rounding decides.
        if abs(acceleration + 0.4) > 0.006 { #expect(values["BrakePressed"] == (acceleration < -0.4 ? 1 : 0)) }
      }
    }
    #expect(sawOverrun)
    #expect(counts.count == names.count)
    #expect(counts.values.allSatisfy { $0 > 100 })
  }
}
