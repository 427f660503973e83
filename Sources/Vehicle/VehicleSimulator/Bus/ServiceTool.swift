// A tool at the diagnostic socket of a truck: asks the control units after each engine start, clears when told to.
import Vocabulary

struct ServiceTool: Sendable {
  /// The first address of off-board tools (SAE J1939-81).
  static let address: UInt8 = 249

  private var sender = J1939Sender(source: ServiceTool.address)
  private var random: RandomStream

  /// How long it waits for an answer, ns.
  private static let patience: Int64 = 200_000_000

  init(seed: UInt64) { random = RandomStream(seed: seed, for: .scanTool) }

  /// Who the units are, what they keep of trouble codes beside DM1, and readiness.
  mutating func inspect(
    _ units: inout [SimulatedTruckUnit], senders: inout [J1939Sender], at time: Int64, queue: inout FrameQueue
  ) {
    typealias Group = SimulatedTruckUnit.Group
    var now = ask(Group.addressClaimed, units: &units, &senders, at: time, &queue)
    now = ask(Group.readiness, units: &units, &senders, at: now, &queue)
    for place in units.indices {
      var groups = [Group.componentIdentification, Group.softwareIdentification, Group.previouslyActiveCodes]
      if units[place].identity.vin != nil { groups.append(Group.vehicleIdentification) }
      if units[place].isEmissionRelated {
        groups += [
          Group.controlUnitIdentification, Group.calibrations, Group.pendingCodes, Group.confirmedCodes,
          Group.permanentCodes, Group.freezeFrames,
        ]
      }
      for group in groups { now = ask(group, of: place, units: &units, &senders, at: now, &queue) }
    }
    // What emission law does not watch has no such codes, and refuses.
    if let other = units.firstIndex(where: { !$0.isEmissionRelated }) {
      _ = ask(Group.pendingCodes, of: other, units: &units, &senders, at: now, &queue)
    }
  }

  /// Clears by DM11, unit by unit, so that each acknowledges.
  mutating func clear(
    _ units: inout [SimulatedTruckUnit], senders: inout [J1939Sender], at time: Int64, queue: inout FrameQueue
  ) {
    var now = time
    for place in units.indices {
      now = ask(
        SimulatedTruckUnit.Group.clearActiveCodes, of: place, units: &units, &senders, at: now, &queue)
    }
  }

  /// Asks one unit, or all, for a parameter group and returns when the next question may follow.
  private mutating func ask(
    _ group: UInt32, of place: Int? = nil, units: inout [SimulatedTruckUnit], _ senders: inout [J1939Sender],
    at time: Int64, _ queue: inout FrameQueue
  ) -> Int64 {
    let isGlobal = place == nil
    let asked = place.map { units[$0].sourceAddress } ?? J1939Sender.everybody
    let sent = sender.send(
      J1939Sender.bytes(of: group), group: J1939Sender.request, to: asked, at: time, queue: &queue, random: &random)
    var last = sent + ServiceTool.patience
    var hasAnswer = false
    for i in units.indices where isGlobal || place == i {
      guard let answer = units[i].answer(request: group, isGlobal: isGlobal) else { continue }
      let begin = sent + ISOTPSender.microseconds(5_000...30_000, &random)
      let end: Int64
      switch answer {
      case .message(let group, let data):
        end = senders[i].send(
          data, group: group, to: isGlobal ? J1939Sender.everybody : ServiceTool.address, at: begin, queue: &queue,
          random: &random)
      case .acknowledgement(let isPositive):
        end = senders[i].send(
          [isPositive ? 0 : 1, 0xFF, 0xFF, 0xFF, ServiceTool.address] + J1939Sender.bytes(of: group),
          group: J1939Sender.acknowledgement, at: begin, queue: &queue, random: &random)
      }
      last = hasAnswer ? max(last, end) : end
      hasAnswer = true
    }
    return last + ISOTPSender.microseconds(15_000...40_000, &random)
  }
}
