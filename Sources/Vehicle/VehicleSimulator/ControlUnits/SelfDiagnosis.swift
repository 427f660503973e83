// What a control unit finds out by itself: trouble codes, readiness, and what it counts since they were cleared.
public import Vocabulary

public struct SelfDiagnosis: Sendable {
  /// A monitor that runs now and then, and in how many drives after clearing it has come to an end.
  public struct Monitor: Sendable {
    public var monitor: ReadinessMonitors
    public var drives: Int

    public init(_ monitor: ReadinessMonitors, drives: Int) {
      self.monitor = monitor
      self.drives = drives
    }
  }

  public internal(set) var memory: TroubleMemory
  /// Codes are not cleared while it runs.
  public var isEngineRunning = false
  public let ignition: Readiness.Ignition
  public let monitors: [Monitor]

  /// Since trouble codes were cleared.
  public internal(set) var km = 0.0
  public internal(set) var minutes = 0.0
  public internal(set) var warmUps = 0
  public internal(set) var drives = 0
  /// With the malfunction lamp on.
  public internal(set) var lampKm = 0.0
  public internal(set) var lampMinutes = 0.0
  /// In the unit's life.
  public internal(set) var ignitions = 0

  /// A drive that is too short for a monitor, seconds.
  private static let shortest = 300.0

  public init(codes: [TroubleCode], ignition: Readiness.Ignition = .unknown, monitors: [Monitor] = []) {
    memory = TroubleMemory(codes: codes)
    self.ignition = ignition
    self.monitors = monitors
  }

  /// Begins with a life behind it: all monitors complete, all counters on.
  mutating func age(drives: Int, km: Double) {
    self.drives = drives
    ignitions = drives
    self.km = km
    minutes = km * 1.4
    warmUps = min(255, drives * 2 / 3)
  }

  public var supported: ReadinessMonitors { monitors.reduce(into: []) { $0.formUnion($1.monitor) } }

  public var incomplete: ReadinessMonitors {
    monitors.reduce(into: []) { if drives < $1.drives { $0.formUnion($1.monitor) } }
  }

  mutating func beginDrive() {
    isEngineRunning = true
    ignitions += 1
    memory.beginDrive()
  }

  mutating func advance(km: Double, seconds: Double) {
    self.km += km
    minutes += seconds / 60
    guard memory.isLampOn else { return }
    lampKm += km
    lampMinutes += seconds / 60
  }

  mutating func endDrive(seconds: Double, isWarmUp: Bool) {
    isEngineRunning = false
    memory.endDrive(isWarmUp: isWarmUp)
    if seconds >= SelfDiagnosis.shortest { drives += 1 }
    if isWarmUp { warmUps = min(255, warmUps + 1) }
    if !memory.isLampOn { (lampKm, lampMinutes) = (0, 0) }
  }

  /// Clears trouble codes and begins all counts anew, as a tool asks for.
  public mutating func clear() {
    memory.clear()
    (km, minutes, warmUps, drives, lampKm, lampMinutes) = (0, 0, 0, 0, 0, 0)
  }
}
