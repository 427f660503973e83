// When each trouble code had which status, as it truly was: what a listener should have found out.
public import Vocabulary

/// From when to when a control unit held a status of a trouble code.
public struct StatusEpisode: Equatable, Sendable {
  public var unit: ControlUnit
  public var code: TroubleCode
  /// One status.
  public var status: TroubleCodeStatus
  /// Nanoseconds since 1970, and km since the begin of the recording.
  public var begin: Int64
  public var beginKm: Double
  /// Nil: it still holds.
  public var end: Int64?
  public var endKm: Double?
}

struct FaultLedger: Sendable {
  private(set) var episodes: [StatusEpisode] = []

  /// - Parameter held: of a unit, each code with what is said of it; the codes without any status may be left out.
  mutating func note(
    _ held: [(code: TroubleCode, status: TroubleCodeStatus)], of unit: ControlUnit, at time: Int64, km: Double
  ) {
    for i in episodes.indices where episodes[i].unit == unit && episodes[i].end == nil {
      let holds = held.contains { $0.code == episodes[i].code && $0.status.contains(episodes[i].status) }
      if !holds { (episodes[i].end, episodes[i].endKm) = (time, km) }
    }
    for (code, status) in held {
      for bit in 0..<8 {
        let one = TroubleCodeStatus(rawValue: 1 << bit)
        guard status.contains(one) else { continue }
        let isOpen = episodes.contains { $0.unit == unit && $0.code == code && $0.status == one && $0.end == nil }
        if !isOpen {
          episodes.append(
            StatusEpisode(unit: unit, code: code, status: one, begin: time, beginKm: km, end: nil, endKm: nil))
        }
      }
    }
  }
}

extension SimulatedControlUnit {
  /// What its answers say of its codes.
  var held: [(code: TroubleCode, status: TroubleCodeStatus)] {
    diagnosis.memory.entries.map { entry in
      var status: TroubleCodeStatus = entry.isPermanent ? .permanent : []
      if entry.status.contains(.failed) { status.insert(.active) }
      if entry.status.contains(.pending) { status.insert(.pending) }
      if entry.status.contains(.confirmed) { status.insert(.confirmed) }
      if entry.isLampOn { status.insert(.lampRequested) }
      return (entry.code, status)
    }
  }
}

extension SimulatedTruckUnit {
  /// What its messages say of its codes: DM1, DM2, and where emission law watches it DM6, DM12 and DM28.
  var held: [(code: TroubleCode, status: TroubleCodeStatus)] {
    diagnosis.memory.entries.map { entry in
      var status: TroubleCodeStatus = []
      if entry.isLampOn { status.insert(.active) }
      if entry.status.contains(.confirmed) && !entry.isLampOn { status.insert(.previouslyActive) }
      guard isEmissionRelated else { return (entry.code, status) }
      if entry.isLampOn { status.insert(.confirmed) }
      if entry.status.contains(.pending) { status.insert(.pending) }
      if entry.isPermanent { status.insert(.permanent) }
      return (entry.code, status)
    }
  }
}
