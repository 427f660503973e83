// Sees a tyre lose air while the vehicle drives: means of two minutes against those of the ten minutes before.
import Pipeline
import Vocabulary

/// The pressures of one trip's last twelve minutes. A loss counts where the tyre loses it alone: what falls in all of
/// them is the road that climbs or the weather.
struct PressureLossWatch: BitwiseCopyable {
  private struct Wheel: BitwiseCopyable {
    var sum = 0.0
    var rawSum = 0.0
    var seconds = 0.0
    /// Means of the stretches before, the youngest first; NaN where there was none.
    var means: InlineArray<6, Float> = InlineArray(repeating: .nan)
    var rawMeans: InlineArray<6, Float> = InlineArray(repeating: .nan)
    var isCompensated = false

    mutating func close() {
      for i in stride(from: 5, to: 0, by: -1) {
        means[i] = means[i - 1]
        rawMeans[i] = rawMeans[i - 1]
      }
      means[0] = seconds > 0 ? Float(sum / seconds) : .nan
      rawMeans[0] = seconds > 0 ? Float(rawSum / seconds) : .nan
      (sum, rawSum, seconds) = (0, 0, 0)
    }

    /// Loss of the youngest stretch against the fullest of those before: compensated, and as it was read.
    var loss: (compensated: Float, raw: Float) {
      var loss: (Float, Float) = (0, 0)
      for i in 1..<6 {
        loss.0 = max(loss.0, means[i] - means[0])
        loss.1 = max(loss.1, rawMeans[i] - rawMeans[0])
      }
      return loss
    }
  }

  private var wheels: PerWheel<Wheel> = InlineArray(repeating: Wheel())
  private var elapsed = 0.0
  private var fast: PerWheel<Bool> = InlineArray(repeating: false)

  static let stretch = 120.0

  /// Takes a second in; true when a stretch has ended and there is something to ask.
  mutating func observe(_ tick: VehicleTick, limit: Double) -> Bool {
    for wheel in 0..<4 {
      guard let pressure = TyreGas.absolutePressure(tick, wheel: wheel) else { continue }
      let celsius = TyreGas.temperature(tick, wheel: wheel)
      // A thermometer that comes or goes within a trip makes a step of its own.
      if wheels[wheel].isCompensated != (celsius != nil) {
        wheels[wheel] = Wheel()
        wheels[wheel].isCompensated = celsius != nil
      }
      wheels[wheel].sum += (celsius.map { TyreGas.atReference(pressure, celsius: $0) } ?? pressure) * tick.seconds
      wheels[wheel].rawSum += pressure * tick.seconds
      wheels[wheel].seconds += tick.seconds
    }
    elapsed += tick.seconds
    guard elapsed >= PressureLossWatch.stretch else { return false }
    elapsed = 0
    for wheel in 0..<4 { wheels[wheel].close() }
    for wheel in 0..<4 { fast[wheel] = loses(wheel, limit: Float(limit)) }
    return true
  }

  private func loses(_ wheel: Int, limit: Float) -> Bool {
    let own = wheels[wheel]
    // Of a truck's 800 kPa 15 are noise.
    let limit = max(limit, 0.04 * own.means[0])
    guard own.loss.compensated > limit, own.loss.raw > 0.6 * limit else { return false }
    var least = Float.infinity
    for other in 0..<4 where other != wheel && wheels[other].means[0].isFinite {
      least = min(least, wheels[other].loss.raw)
    }
    return least.isInfinite || own.loss.raw - least > 0.6 * limit
  }

  /// Whether the tyre has just lost more than the limit within ten minutes.
  func isFast(_ wheel: Int) -> Bool { fast[wheel] }

  /// Mean of the last stretch, kPa over the atmosphere; nil where nothing was heard in it.
  func gauge(_ wheel: Int) -> Double? {
    let mean = wheels[wheel].means[0]
    return mean.isFinite ? Double(mean) - TyreGas.atmosphere : nil
  }

  /// Whether the last two stretches stood below a pressure, kPa over the atmosphere.
  func isBelow(_ gauge: Double, wheel: Int) -> Bool {
    let limit = Float(gauge + TyreGas.atmosphere)
    return wheels[wheel].means[0] < limit && wheels[wheel].means[1] < limit
  }
}
