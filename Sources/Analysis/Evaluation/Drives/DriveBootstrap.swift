// Many drives out of a few real ones: blocks of them in random order, so that what hangs together from drive to drive stays
// together, with or without a fault put in.
import Alerting
public import Health
import Pipeline
public import Vocabulary

/// What a component said over many drives.
public struct DriveOutcome: Sendable {
  public var component: ComponentID
  /// After the last drive.
  public var state = HealthState.unknown
  /// Drives that were observations of it.
  public var ticks = 0
  /// Alerts that were raised.
  public var alarms = 0
  /// Drives after which it was in a band worse than ok.
  public var watchDrives = 0
  /// Services done because its wear by use or age had come near the end.
  public var services = 0
  /// Drives from the fault's begin until a detector told a change, and until a band worse than ok; nil when none did.
  public var seenAfter: Int?
  public var toldAfter: Int?
}

public enum DriveBootstrap {
  /// Lets a health monitor live through `count` drives.
  ///
  /// - Parameters:
  ///   - drives: real ones, in the order in which they were driven.
  ///   - block: drives that stay together.
  ///   - fault: put in from `faultAt` on.
  ///   - displacementLitres: of the engine, for the air flow where only a pressure is recorded.
  public static func run(
    _ drives: [DriveRecord], count: Int = 2000, block: Int = 10, seed: UInt64 = 1, fault: DriveFault? = nil,
    faultAt: Int = 500, displacementLitres: Double = 1.6, parameters: [ComponentParameters] = []
  ) -> [DriveOutcome] {
    guard !drives.isEmpty else { return [] }
    var draws = SeededDraws(seed: seed)
    var life = DriveLife(drives[0].inputs, displacementLitres, parameters)
    var next = 0
    for number in 0..<count {
      if number % block == 0 { next = Int(draws.uniform() * Double(drives.count)) }
      let age = number - faultAt
      life.live(drives[next % drives.count], number: number, fault: age >= 0 ? fault : nil, faultAge: age)
      next += 1
    }
    return ComponentID.allCases.map { life.outcomes[Int($0.rawValue)] }
  }
}

/// A monitor and its features, drive after drive.
private struct DriveLife {
  private var monitor: HealthMonitor
  private var observer: TripObserver
  private var alerts = AlertBook()
  private let displacementLitres: Double
  private(set) var outcomes = ComponentID.allCases.map { DriveOutcome(component: $0) }
  /// Parts that people replace before their end: their wear is no fault.
  private static let wearing: Set<ComponentID> = [
    .engineOil, .brakePadsFront, .brakePadsRear, .transmissionFluid, .tyreTread, .airFilter, .battery, .particulateFilter,
  ]

  init(_ inputs: [FeatureInput], _ displacementLitres: Double, _ parameters: [ComponentParameters]) {
    var catalogue = SignalCatalogue()
    for input in inputs {
      let signal = input.signal
      _ = catalogue.add(SignalDescription(path: signal.path, unit: signal.unit, range: -1e9...1e9, staleAfter: 60))
    }
    var vehicle = VehicleParameters()
    vehicle.displacementLitres = displacementLitres
    monitor = HealthMonitor(inputs: FeatureInputs(catalogue), parameters: parameters, vehicle: vehicle)
    let cooling = parameters.first { $0.component == .cooling } ?? ComponentParameters(.cooling)
    let charging = parameters.first { $0.component == .charging } ?? ComponentParameters(.charging)
    observer = TripObserver(
      regulatedTemperature: cooling["regulated_temperature"] ?? 88, normalVoltage: charging["normal_voltage"] ?? 14)
    self.displacementLitres = displacementLitres
    for component in DriveLife.wearing { monitor.serviced(component, at: stamp(-1, 0)) }
  }

  /// Two drives a day, from 2026-01-01 on, in one boot.
  private func stamp(_ number: Int, _ seconds: Double) -> Timestamp {
    let time = Double(number + 1) * 43_200 + seconds
    return Timestamp(
      boot: BootID(high: 0, low: 1), uptime: Instant.zero.advanced(seconds: time),
      wallNanoseconds: 1_767_225_600_000_000_000 + Int64(time * 1e9), quality: .ntp)
  }

  mutating func live(_ drive: DriveRecord, number: Int, fault: DriveFault?, faultAge: Int) {
    let begin = drive.times.first ?? 0
    var last = InlineArray<68, (value: Double, time: Double)>(repeating: (.nan, -.infinity))
    var nextTick = 0.0
    for row in drive.times.indices {
      let time = drive.times[row] - begin
      for (column, input) in drive.inputs.enumerated() {
        var value = drive.value(row, column)
        guard value.isFinite else { continue }
        if let fault { value = fault.apply(input, value, drives: faultAge) }
        last[Int(input.rawValue)] = (value, time)
        if input.isFast { observer.take(input, value, at: stamp(number, time).uptime) }
      }
      guard time >= nextTick else { continue }
      tick(last, drive.inputs, stamp(number, time), seconds: row == 0 ? 1 : time - (nextTick - 1), at: time)
      nextTick = time + 1
    }
    // The engine is off for as long as ends a trip.
    var rest = 0.0
    while observer.isDriving && rest <= TripObserver.pause + 1 {
      rest += 1
      let now = stamp(number, drive.seconds + rest)
      settle(observer.observe(VehicleTick(time: now.uptime, seconds: 1), stamp: now), now, faultAge)
    }
  }

  private mutating func tick(
    _ last: InlineArray<68, (value: Double, time: Double)>, _ inputs: [FeatureInput], _ stamp: Timestamp, seconds: Double,
    at time: Double
  ) {
    var tick = VehicleTick(time: stamp.uptime, seconds: seconds)
    for input in inputs {
      let (value, seen) = last[Int(input.rawValue)]
      if time - seen <= 5 { tick[input] = value }
    }
    tick.deriveAirFlow(displacementLitres: displacementLitres)
    let outcome = observer.observe(tick, stamp: stamp)
    if case .started = outcome { monitor.tripStarted() }
    if observer.isDriving { monitor.observe(tick) }
    settle(outcome, stamp, 0)
  }

  private mutating func settle(_ outcome: TripObserver.Outcome, _ stamp: Timestamp, _ faultAge: Int) {
    guard case .ended(let features) = outcome else { return }
    monitor.tripEnded(features)
    for component in ComponentID.allCases {
      let i = Int(component.rawValue)
      var report = monitor.report(component, at: stamp)
      if DriveLife.wearing.contains(component), report.consumed > 0.6 {
        monitor.serviced(component, at: stamp)
        outcomes[i].services += 1
        report = monitor.report(component, at: stamp)
      }
      alerts.judge(&report) { event in if case .alertCreated = event.kind { outcomes[i].alarms += 1 } }
      outcomes[i].state = report.state
      outcomes[i].ticks = Int(report.ticks)
      let isWorse = report.state.isBand && report.state != .ok
      if isWorse { outcomes[i].watchDrives += 1 }
      guard faultAge > 0 else { continue }
      let isSeen = (0..<report.evidence.count).contains { report.evidence[$0].sinceKm.isFinite }
      if isSeen && outcomes[i].seenAfter == nil { outcomes[i].seenAfter = faultAge }
      if isWorse && outcomes[i].toldAfter == nil { outcomes[i].toldAfter = faultAge }
    }
  }
}
