// Traction battery: charge against state of charge, resistance, cell spread.
import Vocabulary

/// A charge or a discharge: how far the state of charge moved, and what went through meanwhile.
public struct CapacityWindow: BitwiseCopyable, Sendable {
  /// Of the battery's charge, 0.15...1.
  public var share: Double
  /// Ampere hours, above 0.
  public var charge: Double

  public init(share: Double, charge: Double) {
    self.share = share
    self.charge = charge
  }
}

/// What one trip, and the rest before it, says; NaN is "not observed".
public struct TractionFeatures: BitwiseCopyable, Sendable {
  /// Windows that are kept of one trip and the rest before it.
  public static let capacity = 4

  public private(set) var windowCount = 0
  private var windows = InlineArray<4, CapacityWindow>(repeating: CapacityWindow(share: 0, charge: 0))
  /// Of the pack, from steps of the current, ohms, and the pack's temperature meanwhile, Celsius.
  public var resistance = Double.nan
  public var resistanceTemperature = Double.nan
  /// Between the highest and the lowest cell at little current, V.
  public var cellSpread = Double.nan
  /// As the battery's own computer says, percent.
  public var stateOfHealth = Double.nan

  public init() {}

  public func window(_ index: Int) -> CapacityWindow {
    precondition(index >= 0 && index < windowCount)
    return windows[index]
  }

  /// Adds a window; when four are in, the narrowest gives way.
  public mutating func add(_ window: CapacityWindow) {
    if windowCount < TractionFeatures.capacity {
      windows[windowCount] = window
      windowCount += 1
      return
    }
    var narrowest = 0
    for i in 1..<TractionFeatures.capacity where windows[i].share < windows[narrowest].share { narrowest = i }
    if windows[narrowest].share < window.share { windows[narrowest] = window }
  }
}

/// Gathers `TractionFeatures` from ticks and samples in fixed memory.
struct TractionGatherer: BitwiseCopyable, Sendable {
  private var features = TractionFeatures()
  private var counter = ChargeCounter()
  private var steps = ResistanceSteps()
  private var spreadSum = 0.0
  private var spreadSeconds = 0.0

  /// A trip begins: what was charged before is one window, what is driven now another.
  mutating func begin(at stamp: Timestamp) { close() }

  /// Takes one second in, driving or parked.
  mutating func observe(_ tick: VehicleTick, at stamp: Timestamp, isDriving: Bool) {
    var share = Double.nan
    if let percent = tick[.tractionCharge], percent >= 0, percent <= 100 {
      share = percent / 100
      if let window = counter.observe(share: share, at: tick.time) { features.add(window) }
    }
    steps.isChargeUsable = share >= 0.1 && share <= 0.9
    steps.temperature = tick[.tractionTemperature] ?? .nan
    // 0 is what a battery computer says that does not know.
    if let percent = tick[.tractionHealth], percent >= 10, percent <= 110 { features.stateOfHealth = percent }
    if let low = tick[.tractionCellLowest], let high = tick[.tractionCellHighest], low > 0.5, high >= low, high < 6,
      let current = tick[.tractionCurrent], abs(current) < TractionGatherer.littleCurrent, share >= 0.3, share <= 0.9
    {
      spreadSum += (high - low) * tick.seconds
      spreadSeconds += tick.seconds
    }
  }

  /// Takes one sample in at the rate of the bus.
  mutating func take(_ input: FeatureInput, _ value: Double, at time: Instant) {
    switch input {
    case .tractionCurrent:
      guard abs(value) <= TractionGatherer.mostCurrent else { return }
      if let window = counter.count(current: value, at: time) { features.add(window) }
      steps.take(current: value, at: time)
    case .tractionVoltage:
      guard value > 10, value <= TractionGatherer.mostVoltage else { return }
      steps.take(voltage: value, at: time)
    default: break
    }
  }

  /// The trip is over.
  mutating func finish() -> TractionFeatures {
    close()
    var result = features
    (result.resistance, result.resistanceTemperature) = steps.finish()
    if spreadSeconds >= TractionGatherer.spreadSeconds { result.cellSpread = spreadSum / spreadSeconds }
    features = TractionFeatures()
    spreadSum = 0
    spreadSeconds = 0
    return result
  }

  private mutating func close() {
    if let window = counter.close() { features.add(window) }
  }

  /// Amperes below which the cells' voltages are nearly those at rest.
  private static var littleCurrent: Double { 15 }
  private static var mostCurrent: Double { 5_000 }
  private static var mostVoltage: Double { 2_000 }
  private static var spreadSeconds: Double { 30 }
}

/// Counts ampere hours between two steps of the displayed state of charge.
///
/// A window begins and ends where the display steps, since there, and only there, the true state of charge is known
/// better than the display's resolution: it is half-way between both readings.
private struct ChargeCounter: BitwiseCopyable, Sendable {
  /// Ampere hours since the anchor; the sign is the pack's own.
  private var charge = 0.0
  private var lastCurrent = Double.nan
  private var lastTime = Instant.zero
  private var lastShare = Double.nan
  private var anchor = Double.nan
  private var anchored = Instant.zero
  /// The display's last step, and the charge counted until then.
  private var reached = Double.nan
  private var reachedCharge = 0.0

  /// Seconds without a current after which the count has a hole.
  static var longestHole: Double { 3 }
  static var leastShare: Double { 0.15 }
  /// A window that wide is as good as it gets; a longer one only gathers the current sensor's offset.
  static var fullShare: Double { 0.5 }
  static var longestWindow: Double { 6 * 3600 }
  /// A display that steps further than this has been corrected, not charged.
  static var longestStep: Double { 0.03 }

  mutating func count(current: Double, at time: Instant) -> CapacityWindow? {
    var window: CapacityWindow?
    let seconds = time.seconds(since: lastTime)
    if !lastCurrent.isNaN && seconds > 0 && seconds <= ChargeCounter.longestHole {
      charge += (current + lastCurrent) / 2 * seconds / 3600
    } else if !lastCurrent.isNaN && seconds != 0 {
      window = close()
    }
    lastCurrent = current
    lastTime = time
    return window
  }

  mutating func observe(share: Double, at time: Instant) -> CapacityWindow? {
    var window: CapacityWindow?
    let silence = time.seconds(since: lastTime)
    guard !lastCurrent.isNaN, silence >= -1, silence <= ChargeCounter.longestHole else {
      window = close()
      lastCurrent = .nan
      return window
    }
    defer { lastShare = share }
    guard !lastShare.isNaN, share != lastShare else { return nil }
    if abs(share - lastShare) > ChargeCounter.longestStep {
      window = close()
      return window
    }
    let edge = (share + lastShare) / 2
    if anchor.isNaN {
      begin(at: edge, time)
      return nil
    }
    reached = edge
    reachedCharge = charge
    if abs(edge - anchor) >= ChargeCounter.fullShare || time.seconds(since: anchored) > ChargeCounter.longestWindow {
      window = close()
      begin(at: edge, time)
    }
    return window
  }

  /// Ends the window at the display's last step.
  mutating func close() -> CapacityWindow? {
    let share = abs(reached - anchor)
    let charge = abs(reachedCharge)
    anchor = .nan
    reached = .nan
    lastShare = .nan
    guard share >= ChargeCounter.leastShare, charge > 0 else { return nil }
    return CapacityWindow(share: share, charge: charge)
  }

  private mutating func begin(at edge: Double, _ time: Instant) {
    anchor = edge
    anchored = time
    charge = 0
    reached = .nan
    reachedCharge = 0
  }
}

/// Resistance from steps of the current and what the voltage does within the same second, by least squares.
private struct ResistanceSteps: BitwiseCopyable, Sendable {
  var isChargeUsable = false
  var temperature = Double.nan
  private var voltage = Double.nan
  private var voltageTime = Instant.zero
  private var current = Double.nan
  private var currentTime = Instant.zero
  private var startVoltage = Double.nan
  private var startCurrent = 0.0
  private var startTime = Instant.zero
  private var crossSum = 0.0
  private var squareSum = 0.0
  private var count = 0.0
  private var temperatureSum = 0.0
  private var temperatureCount = 0.0

  /// Amperes: a fifth of the capacity of most packs per hour, and much to a small one.
  static var leastStep: Double { 25 }
  static var longestStep: Double { 1 }
  /// Voltage and current count as one moment within so many seconds.
  static var moment: Double { 0.05 }
  static var leastCount: Double { 10 }

  mutating func take(current value: Double, at time: Instant) {
    current = value
    currentTime = time
    pair(at: time)
  }

  mutating func take(voltage value: Double, at time: Instant) {
    voltage = value
    voltageTime = time
    pair(at: time)
  }

  private mutating func pair(at time: Instant) {
    guard isChargeUsable, !voltage.isNaN, !current.isNaN,
      abs(voltageTime.seconds(since: currentTime)) <= ResistanceSteps.moment
    else { return }
    let step = current - startCurrent
    let seconds = time.seconds(since: startTime)
    if !startVoltage.isNaN && seconds >= 0 && seconds <= ResistanceSteps.longestStep {
      guard abs(step) > ResistanceSteps.leastStep else { return }
      crossSum += step * (voltage - startVoltage)
      squareSum += step * step
      count += 1
      if !temperature.isNaN {
        temperatureSum += temperature
        temperatureCount += 1
      }
    }
    startVoltage = voltage
    startCurrent = current
    startTime = time
  }

  /// Ohms and Celsius; begins anew.
  mutating func finish() -> (resistance: Double, temperature: Double) {
    let resistance = count >= ResistanceSteps.leastCount ? abs(crossSum / squareSum) : .nan
    let mean = temperatureCount > 0 ? temperatureSum / temperatureCount : .nan
    self = ResistanceSteps()
    return (resistance, mean)
  }
}
