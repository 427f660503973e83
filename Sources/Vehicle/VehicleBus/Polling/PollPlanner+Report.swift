// How the planner's work goes, for people.
import Vocabulary

extension PollPlanner {
  public var report: PollReport {
    PollReport(
      items: items.indices.map { i in
        PollReport.Item(
          question: items[i].question, periodWanted: items[i].period, periodMet: items[i].periodMet,
          state: state(of: i), unit: items[i].unit.map { units[$0].address })
      },
      units: units.map {
        PollReport.Unit(
          address: $0.address, answerTime: $0.answerTime, packSize: min($0.pack.size, mostParameters), supported: $0.supported,
          isSilent: $0.isSilent)
      },
      stretch: units.map(\.stretch.factor).reduce(common.factor, max), requests: counts.requests,
      unanswered: counts.unanswered, negative: counts.negative, foreign: counts.foreign, refusals: counts.refusals,
      beyondCapacity: counts.beyondCapacity)
  }

  private func state(of place: Int) -> PollReport.State {
    let item = items[place]
    guard let pid = item.parameter else {
      if item.refusedBy != 0 { return .refused }
      if let unit = item.unit, let service = item.service, units[unit].deniedServices.contains(service) {
        return .refused
      }
      return item.unansweredBy != 0 ? .silent : item.isServed ? .served : .waiting
    }
    if item.unit != nil { return item.isServed ? .served : .waiting }
    let found = units.filter(\.isFound)
    let mayCome = found.contains { $0.isSilent || $0.nextRange != nil && !$0.deniedServices.contains(0x01) }
    if item.refusedBy != 0 { return .refused }
    if item.unansweredBy != 0 { return .silent }
    if found.isEmpty || mayCome { return .waiting }
    return found.contains { $0.has(pid) } ? .refused : .unsupported
  }
}
