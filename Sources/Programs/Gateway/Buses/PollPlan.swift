// What is asked on each bus: what the packs say is worth it, and the standing questions of diagnostics.
import Adapters
import Decoding
import VehicleBus
import Vocabulary

/// The plan of each bus that may be asked.
struct PollPlan: Sendable {
  /// By bus.
  let items: [UInt8: [PollItem]]
  /// Buses that may be asked and on which there is something to ask by OBD-II, or that speak SAE J1939.
  let speaksOBD: Set<UInt8>
  let speaksJ1939: Set<UInt8>

  /// Parameters that show whether the vehicle is parked are asked at least this often, seconds: the guard must know
  /// within ten.
  static let signsEvery = 2.0

  /// - Parameter polls: from the packs, each for one bus or, without one, for the first that may be asked.
  init(
    polls: [(item: PollItem, bus: UInt8?)], speaksJ1939: (UInt8) -> Bool, sources: [SourceChoice]
  ) {
    var items: [UInt8: [PollItem]] = [:]
    let asked = sources.indices.filter { sources[$0].polling != nil }.map { UInt8($0) }
    // Parameter groups cannot be asked for through an ELM327.
    func asksGroups(_ bus: UInt8) -> Bool { sources[Int(bus)].adapter == nil && speaksJ1939(bus) }
    for bus in asked { items[bus] = [] }
    for (item, bus) in polls {
      guard let bus = bus ?? asked.first, items[bus] != nil else { continue }
      if case .parameterGroup = item.question, sources[Int(bus)].adapter != nil { continue }
      if items[bus]?.contains(where: { $0.question == item.question }) != true { items[bus]?.append(item) }
    }
    var speaksOBD: Set<UInt8> = []
    for bus in asked {
      let choice = sources[Int(bus)].polling ?? PollingChoice()
      let isOBD = items[bus]?.contains { $0.question.isParameter } ?? false
      if isOBD { speaksOBD.insert(bus) }
      var own = items[bus] ?? []
      if isOBD { PollPlan.quicken(&own) }
      own += PollPlan.standing(choice, isOBD: isOBD, isJ1939: asksGroups(bus))
      items[bus] = own
    }
    self.items = items
    self.speaksOBD = speaksOBD
    self.speaksJ1939 = Set(asked.filter(asksGroups))
  }

  /// Engine and vehicle speed, often enough to tell a parked vehicle.
  private static func quicken(_ items: inout [PollItem]) {
    for pid: UInt8 in [0x0C, 0x0D] {
      if let at = items.firstIndex(where: { $0.question == .parameter(pid) }) {
        items[at].period = min(items[at].period, signsEvery)
      } else {
        items.append(PollItem(.parameter(pid), every: signsEvery))
      }
    }
  }

  private static func standing(_ choice: PollingChoice, isOBD: Bool, isJ1939: Bool) -> [PollItem] {
    guard choice.troubleCodes > 0 else { return [] }
    let often = choice.troubleCodes
    var items: [PollItem] = []
    let everybody = choice.addressing == .bits29 ? RequestAddress.everybody29 : .everybody11
    func ask(_ bytes: [UInt8], every period: Double) {
      if let request = RequestBytes(bytes) { items.append(PollItem(.request(request, everybody), every: period)) }
    }
    if isOBD {
      // Readiness and the lamp, confirmed, pending and permanent codes, the code that stored the freeze frame.
      items.append(PollItem(.parameter(0x01), every: often))
      ask([0x03], every: often)
      ask([0x07], every: often)
      ask([0x0A], every: often * 3)
      ask([0x02, 0x02, 0x00], every: often)
      // VIN, calibrations and the unit's name.
      for id: UInt8 in [0x02, 0x04, 0x0A] { ask([0x09, id], every: .infinity) }
    }
    if isJ1939 {
      // Previously active codes and readiness; active ones are broadcast. VIN, component and software identification.
      for group: UInt32 in [65_227, 65_230] { items.append(PollItem(.parameterGroup(group, of: 255), every: often)) }
      for group: UInt32 in [65_260, 65_259, 65_242] {
        items.append(PollItem(.parameterGroup(group, of: 255), every: .infinity))
      }
    }
    return items
  }
}

extension PollItem.Question {
  /// For people: `01 0C Engine speed`.
  var text: String {
    switch self {
    case .parameter(let pid): "01 " + hexadecimal(pid) + (OBDParameter.of(pid: pid).map { " " + $0.title } ?? "")
    case .request(let bytes, _):
      bytes.bytes.map { hexadecimal($0) }.joined(separator: " ") + (title(bytes).map { " " + $0 } ?? "")
    case .parameterGroup(let group, _): "PGN \(group)"
    }
  }

  private func title(_ bytes: RequestBytes) -> String? {
    switch (bytes[0], bytes[1]) {
    case (0x02, 0x02): "Code that stored the freeze frame"
    case (0x03, _): "Confirmed trouble codes"
    case (0x07, _): "Pending trouble codes"
    case (0x0A, _): "Permanent trouble codes"
    case (0x09, 0x02): "VIN"
    case (0x09, 0x04): "Calibrations"
    case (0x09, 0x0A): "Name of the unit"
    default: nil
    }
  }

  fileprivate var isParameter: Bool { if case .parameter = self { true } else { false } }
}
