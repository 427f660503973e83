// What a step of the filter costs on this machine.
import Prognostics

extension SeriesModel {
  /// Nanoseconds that the bank takes for a tick: the mean over 2,000 steps, in the quickest of ten rounds, since what
  /// else the machine does only ever adds to it.
  public func nanosecondsPerUpdate() -> Double {
    let model = bank()
    return isOfOneCurve ? time(ShapeBank<24>(model), model) : time(ShapeBank<80>(model), model)
  }

  private func time<let count: Int>(_ start: ShapeBank<count>, _ model: ShapeBankModel) -> Double {
    let steps = 2_000
    var bank = start
    var best = Double.infinity
    for _ in 0..<10 {
      let began = ContinuousClock.now
      for step in 0..<steps { bank.step(Double(step) / Double(steps), usage: 0.01, model) }
      best = min(best, (ContinuousClock.now - began) / .nanoseconds(1) / Double(steps))
    }
    // The state is used, or there would be nothing to time.
    return bank.noise > 0 ? best : .nan
  }
}
