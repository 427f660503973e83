// Whether the vehicle is parked, since when, and what speaks for it in plain words.
public import Vocabulary

public struct ParkedVerdict: Hashable, Sendable {
  public enum State: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case awake = 0
    case parked
    /// Nothing was seen yet. Counts as parked for whoever wants to transmit.
    case unknown

    public var name: String {
      switch self {
      case .awake: "awake"
      case .parked: "parked"
      case .unknown: "unknown"
      }
    }
  }

  public var state: State
  public var since: Instant
  public var evidence: [ParkedEvidence]

  public init(_ state: State, since: Instant, evidence: [ParkedEvidence] = []) {
    self.state = state
    self.since = since
    self.evidence = evidence
  }
}

/// One sign, for or against.
public enum ParkedEvidence: Hashable, Sendable {
  case engineRuns(rpm: Double)
  case engineOff(seconds: Double)
  /// Seconds since the last value.
  case engineSpeedStale(seconds: Double)
  case engineSpeedNeverSeen
  case moves(kilometresPerHour: Double)
  case standsStill
  /// No speed within the last seconds, or never.
  case speedUnknown
  case charges
  case doesNotCharge
  /// Frames of its own, `seconds` ago.
  case traffic(bus: UInt8, seconds: Double)
  case silence(bus: UInt8, seconds: Double)
  case neverHeard(bus: UInt8)
  /// Control units answer requests, the last time `seconds` ago.
  case unitsAnswer(seconds: Double)
  /// Neither engine nor motion nor charging for so long.
  case nothingHappens(seconds: Double)
  /// V. Never decides.
  case voltage(Double)

  /// One sign in plain words, for example `can0 silent for 8 s`; `name` gives a bus's name by its number.
  public func text(name: (UInt8) -> String) -> String {
    switch self {
    case .engineRuns(let rpm): "engine runs at \(whole(rpm)) rpm"
    case .engineOff(let seconds): "engine off for \(whole(seconds)) s"
    case .engineSpeedStale(let seconds): "engine speed not heard for \(whole(seconds)) s"
    case .engineSpeedNeverSeen: "engine speed never seen"
    case .moves(let speed): "moves at \(whole(speed)) km/h"
    case .standsStill: "stands still"
    case .speedUnknown: "speed not known"
    case .charges: "charging"
    case .doesNotCharge: "not charging"
    case .traffic(let bus, let seconds): "\(name(bus)) has traffic, \(whole(seconds)) s ago"
    case .silence(let bus, let seconds): "\(name(bus)) silent for \(whole(seconds)) s"
    case .neverHeard(let bus): "\(name(bus)) silent so far"
    case .unitsAnswer(let seconds): "control units answer, \(whole(seconds)) s ago"
    case .nothingHappens(let seconds): "no engine, motion or charging for \(whole(seconds)) s"
    case .voltage(let volts): "\((volts * 10).rounded() / 10) V, which alone says nothing"
    }
  }
}

/// Rounded to a whole number; what is no number, or beyond a billion, stays as it is.
private func whole(_ value: Double) -> String {
  abs(value) < 1e9 ? String(Int(value.rounded())) : String(value)
}
