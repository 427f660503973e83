// The turning of the starter as the voltage shows it at the rate of the bus.
import CMath
import Vocabulary

/// Follows voltage and current through the start of an engine.
///
/// A start is a sudden drop of the voltage that ends when it recovers or the engine runs, and that a running engine
/// confirms. The mean over the turning is taken rather than the lowest value: the inrush of the first tenth of a second
/// depends on where the sampling falls. With a current sensor the ratio of both drops is the resistance, whatever
/// the load.
struct CrankCapture: BitwiseCopyable, Sendable {
  // Slow means of what was before the start. A sample moves them no further than a small load would, so that the first
  // of a start do not.
  private var level = Double.nan
  private var levelCurrent = Double.nan
  private var last = Instant.zero
  private var lastOfCurrent = Instant.zero
  private var current = Double.nan
  /// Usual seconds between two voltages.
  private var interval = Double.nan
  private var engineRan = Instant(nanoseconds: .min)

  private var isTurning = false
  private var begun = Instant.zero
  /// End of the last start; before the first one the distant past.
  private var ended = Instant(nanoseconds: .min)
  private var base = 0.0
  private var baseCurrent = Double.nan
  private var lowest = 0.0
  private var deepestDrop = 0.0
  private var samples = 0.0
  private var longestPause = 0.0
  private var count = 0.0
  private var dropSum = 0.0
  private var pairs = 0.0
  private var pairedDropSum = 0.0
  private var pairedCurrentSum = 0.0

  /// A drop that may be a starter's, V for each 12 V block.
  static let step = 0.5
  /// Above it, for each 12 V block, something charges: no starter turns.
  static let charged = 13.5
  /// Seconds of the inrush.
  static let inrush = 0.1
  /// Seconds after which a drop is a load, not a start.
  static let longest = 10.0
  /// Seconds within which a current belongs to a voltage.
  static let together = 0.06
  /// Seconds over which the means before the start reach.
  static let memory = 0.3

  mutating func take(engineSpeed: Double, at time: Instant) {
    guard engineSpeed >= 400 else { return }
    engineRan = time
    if isTurning { end(at: time) }
  }

  mutating func take(current amperes: Double, at time: Instant) {
    guard amperes.isFinite, abs(amperes) < 5000 else { return }
    let gap = time.seconds(since: lastOfCurrent)
    lastOfCurrent = time
    current = amperes
    guard !levelCurrent.isNaN, gap >= 0, gap < 5 else {
      levelCurrent = amperes
      return
    }
    levelCurrent += (1 - exp(-gap / CrankCapture.memory)) * max(-10, min(10, amperes - levelCurrent))
  }

  mutating func take(voltage volts: Double, at time: Instant) {
    guard volts.isFinite, volts > 2, volts < 70 else { return }
    let gap = time.seconds(since: last)
    if gap == 0 { return }
    last = time
    guard !level.isNaN, gap > 0, gap < 60 else {
      level = volts
      isTurning = false
      return
    }
    interval = interval.isNaN ? gap : interval + 0.1 * (gap - interval)
    let blocks = CrankFeatures.blocks(atVoltage: isTurning ? base : level)
    if isSudden(volts, at: time, blocks) {
      begin(volts, at: time)
    } else if isTurning {
      follow(volts, after: gap, at: time, blocks)
    }
    let limit = 0.3 * blocks
    level += (1 - exp(-gap / CrankCapture.memory)) * max(-limit, min(limit, volts - level))
  }

  /// Whether the voltage has just fallen as behind a starter. Glowing or lights may have pulled it down before: then
  /// the start is the second fall.
  private func isSudden(_ volts: Double, at time: Instant, _ blocks: Double) -> Bool {
    guard volts < level - CrankCapture.step * blocks, level < CrankCapture.charged * blocks else { return false }
    if isTurning {
      return time.seconds(since: begun) > 0.5 && volts < lowest - 0.3 * blocks
    }
    return engineRan.nanoseconds == .min || abs(time.seconds(since: engineRan)) > 2
  }

  private mutating func begin(_ volts: Double, at time: Instant) {
    isTurning = true
    begun = time
    base = level
    baseCurrent = levelCurrent
    lowest = volts
    deepestDrop = 0
    (samples, longestPause) = (1, 0)
    (count, dropSum) = (0, 0)
    (pairs, pairedDropSum, pairedCurrentSum) = (0, 0, 0)
  }

  private mutating func follow(_ volts: Double, after gap: Double, at time: Instant, _ blocks: Double) {
    samples += 1
    longestPause = max(longestPause, gap)
    lowest = min(lowest, volts)
    let age = time.seconds(since: begun)
    guard age <= CrankCapture.longest else {
      isTurning = false
      level = volts
      return
    }
    guard age >= CrankCapture.inrush else { return }
    let drop = base - volts
    deepestDrop = max(deepestDrop, drop)
    if drop < 0.35 * deepestDrop {
      end(at: time)
      level = volts
      return
    }
    // Strokes of compression make the load swing; what is nearer to no load is the engine that fires.
    guard drop >= 0.5 * deepestDrop else { return }
    count += 1
    dropSum += drop
    if abs(time.seconds(since: lastOfCurrent)) <= CrankCapture.together, !baseCurrent.isNaN {
      pairs += 1
      pairedDropSum += drop
      pairedCurrentSum += baseCurrent - current
    }
  }

  private mutating func end(at time: Instant) {
    isTurning = false
    ended = time
  }

  /// Tells of the start that a running engine confirms.
  /// - Parameter running: when the engine was first seen running.
  mutating func tell(_ features: inout CrankFeatures, before running: Instant) {
    features.sampleRate = 1 / interval
    let isSeen = ended.nanoseconds != .min && (-10...3).contains(ended.seconds(since: running))
    defer { ended = Instant(nanoseconds: .min) }
    let seconds = ended.seconds(since: begun)
    guard isSeen, seconds > 0 else { return }
    let rate = (samples - 1) / seconds
    // One long pause hides a start as well as a slow bus does; a single lost sample does not.
    features.sampleRate = longestPause > 3 / CrankFeatures.leastSampleRate ? min(rate, 1 / longestPause) : rate
    guard features.sampleRate >= CrankFeatures.leastSampleRate, count >= 3 else { return }
    features.voltageBefore = base
    features.voltageDrop = dropSum / count
    features.lowestVoltage = lowest
    features.seconds = seconds
    guard pairs >= max(3, count / 2), pairedCurrentSum / pairs >= 40 else { return }
    features.current = pairedCurrentSum / pairs
    features.resistance = 1000 * pairedDropSum / pairedCurrentSum
  }
}
