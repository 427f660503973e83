// How good the prognoses of one unit were from the first one to its end (Saxena et al., IJPHM 1, 2010).

/// The predictions of one unit, in order of its usage, and where it ended.
public struct PrognosisTrack: Sendable {
  /// Usage at each prediction, ascending.
  public let usage: [Double]
  /// Remaining usage that was predicted there.
  public let predictions: [Double]
  /// Usage at the end of life.
  public let end: Double

  /// - Parameters:
  ///   - usage: ascending, below the end; at least one.
  ///   - predictions: one for each.
  public init(usage: [Double], predictions: [Double], end: Double) {
    precondition(!usage.isEmpty && usage.count == predictions.count, "one prediction for each usage")
    precondition(zip(usage, usage.dropFirst()).allSatisfy { $0 < $1 }, "usage must ascend")
    precondition(usage.allSatisfy { $0 < end }, "predictions are made before the end")
    self.usage = usage
    self.predictions = predictions
    self.end = end
  }

  /// How long before the end predictions became good for good: usage from the first one after which no error exceeds
  /// α times the whole life; 0 if the last one does.
  public func prognosticHorizon(alpha: Double = 0.1) -> Double {
    var horizon = 0.0
    for i in usage.indices.reversed() {
      let left = end - usage[i]
      guard abs(predictions[i] - left) <= alpha * end else { break }
      horizon = left
    }
    return horizon
  }

  /// The prediction in force at a share λ of the way from the first one to the end, and what was true then.
  ///
  /// - Parameter lambda: 0..<1.
  public func prediction(atShare lambda: Double) -> (prediction: Double, truth: Double) {
    precondition(lambda >= 0 && lambda < 1, "the share of the way must lie within 0..<1")
    let moment = usage[0] + lambda * (end - usage[0])
    // The sum may round to just below the first.
    let i = usage.lastIndex { $0 <= moment } ?? 0
    return (predictions[i], end - usage[i])
  }

  /// Whether the prediction at a share λ of the way lies within (1 ± α) of the truth.
  public func isAlphaLambdaAccurate(lambda: Double, alpha: Double = 0.2) -> Bool {
    let (prediction, truth) = prediction(atShare: lambda)
    return PrognosticMetrics.isWithinCone(prediction, truth: truth, alpha: alpha)
  }

  /// Relative accuracy at a share λ of the way.
  public func relativeAccuracy(lambda: Double) -> Double {
    let (prediction, truth) = prediction(atShare: lambda)
    return PrognosticMetrics.relativeAccuracy(prediction, truth: truth)
  }

  /// How fast the error vanishes: distance of the centroid of the area below |error| from the first prediction, in the
  /// unit of usage; less is faster. 0 without any error or with one prediction.
  public var convergence: Double {
    var area = 0.0
    var moment = 0.0
    var height = 0.0
    for i in usage.indices.dropLast() {
      let error = abs(predictions[i] - (end - usage[i]))
      let width = usage[i + 1] - usage[i]
      area += width * error
      moment += width * (usage[i] + usage[i + 1]) / 2 * error
      height += width * error * error / 2
    }
    guard area > 0 else { return 0 }
    let along = moment / area - usage[0]
    let up = height / area
    return (along * along + up * up).squareRoot()
  }
}
