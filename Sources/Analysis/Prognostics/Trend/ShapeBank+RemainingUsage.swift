// What a shape bank says: how much usage is left, how much of the life is gone, and what course it has taken.
import CMath

extension ShapeBank {
  /// Quantiles of the usage that is left until the failure level is reached, at the seven published levels.
  ///
  /// See `remainingUsage(at:_:)`.
  public func remainingUsage(_ model: ShapeBankModel) -> QuantileSet {
    remainingUsage(at: QuantileLevels.seven, model)
  }

  /// Quantiles of the usage that is left until the failure level is reached.
  ///
  /// Under one hypothesis the remaining usage follows in closed form; all are mixed with their weights and three nodes
  /// of the failure level, on 160 amounts from 0.2 % of the middle duration to four times the longest: results outside
  /// are limited to it. The weight of "no onset yet" ends an onset by the hazard and a whole duration later.
  /// - Parameter levels: probabilities, 0...1.
  /// - Returns: usage at each level, above 0, ascending with the levels.
  public func remainingUsage<let count: Int>(
    at levels: InlineArray<count, Double>, _ model: ShapeBankModel
  ) -> InlineArray<count, Double> {
    var cumulative = InlineArray<160, Double>(repeating: 0)
    let sound = soundWeight
    var total = sound
    let first = model.grid[0]
    forEachCourse(model, above: Self.negligible) { course in
      let weight = exp(course.logWeight)
      for node in 0..<3 {
        let level = model.failureLevel + Self.nodes[node] * model.failureLevelScatter
        let growth = max(level - course.base, 0.02 * model.failureLevel)
        let end = ShapeTable.position(of: growth, in: model.tables.span, shape: course.shape)
        let left = end * model.durationValues[course.duration] - course.age
        let share = weight * Self.nodeWeights[node]
        total += share
        let cell = left <= first ? 0 : log(left / first) / model.logGridRatio + 1
        if cell < Double(ShapeBankGrid.size) { cumulative[Int(cell)] += share }
      }
    }
    let soundShare = sound / total
    var sum = 0.0
    for i in 0..<ShapeBankGrid.size {
      sum += cumulative[i]
      cumulative[i] = sum / total + (soundShare > 1e-6 ? soundShare * model.failuresFromNoOnset[i] : 0)
    }
    return tabulatedQuantiles(at: levels, of: cumulative.span, over: model.grid.span)
  }

  /// How far the unit has come.
  ///
  /// - Returns: `mean`: the consumed fraction of life, 0 sound, 1 at the failure level; `onsetProbability`: that the
  ///   degradation has begun, 0...1.
  public func consumed(_ model: ShapeBankModel) -> (mean: Double, onsetProbability: Double) {
    var total = soundWeight
    var begun = 0.0
    var mean = soundWeight * soundBase / model.failureLevel
    forEachCourse(model, above: -60) { course in
      let weight = exp(course.logWeight)
      begun += weight
      total += weight
      let place = ShapeTable.Place(of: SIMD4(repeating: course.age * model.segmentsPerUsage[course.duration]))
      let grown = place.value(in: model.tables.span, shape: course.shape)[0]
      mean += weight * (course.base + grown) / model.failureLevel
    }
    return (mean / total, begun / total)
  }

  /// The likeliest course, as evidence for people.
  ///
  /// - Returns: `shape`: index of the likeliest shape in the model; `onsetAge`: usage since its onset, in the mean;
  ///   `probability`: the shape's, among all shapes and "no onset yet", 0...1.
  public func dominant(_ model: ShapeBankModel) -> (shape: Int, onsetAge: Double, probability: Double) {
    var total = soundWeight
    var best = (shape: 0, onsetAge: 0.0, weight: 0.0)
    var current = best
    forEachCourse(model, above: -60) { course in
      if course.shape != current.shape { current = (course.shape, 0, 0) }
      let weight = exp(course.logWeight)
      total += weight
      current.weight += weight
      current.onsetAge += weight * course.age
      if current.weight > best.weight { best = current }
    }
    return (best.shape, best.weight > 0 ? best.onsetAge / best.weight : 0, best.weight / total)
  }

  /// Hypotheses whose weight is below a millionth of the best one's cannot move a quantile.
  private static var negligible: Double { -14 }
  /// Three-point Gauss-Hermite rule for the failure level.
  private static var nodes: InlineArray<3, Double> { [-1.732_050_8, 0, 1.732_050_8] }
  private static var nodeWeights: InlineArray<3, Double> { [1.0 / 6, 2.0 / 3, 1.0 / 6] }

  private var soundWeight: Double { exp(max(soundLogWeight - largestLogWeight, -60)) }

  private struct Course {
    var shape: Int
    var duration: Int
    var age: Double
    var base: Double
    var logWeight: Double
  }

  /// Visits the hypotheses whose onset has come and whose log weight is at least so much, one shape after the other.
  @inline(__always)
  private func forEachCourse(_ model: ShapeBankModel, above least: Double, _ visit: (Course) -> Void) {
    var h = 0
    for shape in 0..<model.shapes.count {
      for duration in 0..<model.durations {
        for onset in 0..<model.onsets {
          let logWeight = Double(logWeights[h]) - largestLogWeight
          if ages[onset] >= 0 && logWeight >= least {
            visit(
              Course(
                shape: shape, duration: duration, age: Double(ages[onset]), base: Double(bases[h]),
                logWeight: logWeight))
          }
          h += 1
        }
      }
    }
  }
}
