// What an evaluation of series found, for people and for scripts.
import Diagnostics
import Documents
import Evaluation

struct SeriesReport {
  /// Where what is known of a unit beforehand comes from.
  enum Prior: String {
    case leaveOneOut = "leave-one-out"
    case curveFile = "curve-file"
    case guess
  }

  var evaluation: SeriesEvaluation
  var outcome: SeriesEvaluation.Outcome
  var prior: Prior
  var problems: [SeriesRows.Problem]

  // MARK: JSON

  var json: [UInt8] {
    var text = JSONText(reserving: 16_384)
    text.beginObject()
    if let bank = outcome.figures[.shapeBank] { write(bank, to: &text) }
    if let model = outcome.models.first {
      text.member("bytes_of_state", Int64(model.bytesOfState))
      text.key("ns_per_update")
      text.value(model.nanosecondsPerUpdate())
    }
    text.member("errors_in", "percent of life")
    text.member("prior", prior.rawValue)
    text.member("usage_is", evaluation.counting.rawValue)
    text.member("indicator", evaluation.rises ? "rises" : "falls")
    text.key("baselines")
    text.beginObject()
    for estimator in Estimator.allCases where estimator != .shapeBank {
      guard let figures = outcome.figures[estimator] else { continue }
      text.key(estimator.rawValue)
      text.beginObject()
      write(figures, to: &text)
      text.endObject()
    }
    text.endObject()
    writeUnits(to: &text)
    text.key("problems")
    text.beginArray()
    for problem in problems {
      text.beginObject()
      text.member("file", problem.file)
      text.member("line", Int64(problem.line))
      text.member("reason", problem.reason)
      text.endObject()
    }
    text.endArray()
    text.endObject()
    return text.bytes + [0x0A]
  }

  private func writeUnits(to text: inout JSONText) {
    text.key("units")
    text.beginArray()
    for (unit, model) in zip(evaluation.units, outcome.models) {
      text.beginObject()
      text.member("unit", unit.name)
      text.key("life")
      text.value(unit.life ?? .nan)
      text.member("measurements", Int64(unit.points.count))
      text.member("curve", model.settings.usesCurve)
      for (key, value) in [
        ("prior_life", model.prior.life), ("prior_life_scatter", model.prior.lifeScatter),
        ("forgetting", model.settings.forgetting), ("learning", model.settings.learning),
        ("noise_factor", model.settings.noiseFactor),
      ] {
        text.key(key)
        text.value(value)
      }
      text.endObject()
    }
    text.endArray()
    text.key("left_out")
    text.beginArray()
    for unit in evaluation.leftOut {
      text.beginObject()
      text.member("unit", unit.name)
      text.member("reason", unit.reason)
      text.endObject()
    }
    text.endArray()
  }

  private func write(_ figures: SeriesEvaluation.Figures, to text: inout JSONText) {
    write(figures.all, to: &text)
    text.key("stages")
    text.beginArray()
    for (life, scores) in zip(SeriesEvaluation.stages, figures.stages) {
      text.beginObject()
      text.key("life")
      text.value(life)
      write(scores, to: &text)
      text.endObject()
    }
    text.endArray()
  }

  /// Figures of no prognosis are null.
  private func write(_ scores: PrognosisScores, to text: inout JSONText) {
    text.member("prognoses", Int64(scores.count))
    let score = scores.count > 0 ? scores.nasaScore : .nan
    for (key, value) in [
      ("rmse", scores.rmse), ("nasa_score", score), ("coverage80", scores.coverage80),
      ("coverage90", scores.coverage90), ("width80", scores.width80), ("bias", scores.bias), ("crps", scores.crps),
    ] {
      text.key(key)
      text.value(value)
    }
  }

  // MARK: For people

  func text(colour: Bool) -> String {
    var table = TextTable(columns: [
      "ESTIMATOR": .left, "LIFE": .right, "N": .right, "RMSE %": .right, "BIAS %": .right, "IN 80 %": .right,
      "IN 90 %": .right, "WIDTH 80 %": .right, "CRPS %": .right,
    ])
    for estimator in Estimator.allCases {
      guard let figures = outcome.figures[estimator] else { continue }
      let name = estimator.rawValue.split(separator: "_").joined(separator: " ")
      table.add(row(name, "all", figures.all, estimator == .shapeBank ? .good : .plain))
      for (life, scores) in zip(SeriesEvaluation.stages, figures.stages) {
        table.add(row("", decimal(life, 2), scores, .faint))
      }
    }
    var lines = [
      "\(evaluation.units.count) units with a known end, errors in percent of life; indicator "
        + (evaluation.rises ? "rises" : "falls") + ", usage is "
        + (evaluation.counting == .running ? "a running total" : "what each row added") + "; prior: \(prior.rawValue)"
    ]
    if let model = outcome.models.first {
      let cost = model.nanosecondsPerUpdate()
      lines.append("state \(model.bytesOfState) bytes, \(decimal(cost, 0)) ns per update")
    }
    let without = evaluation.leftOut.map { "left out: \($0.name) \($0.reason)" }
    return table.rendered(colour: colour) + (lines + without).joined(separator: "\n") + "\n"
  }

  private func row(
    _ name: String, _ life: String, _ scores: PrognosisScores, _ meaning: StyledText.Meaning
  ) -> [StyledText] {
    let figures = [
      decimal(scores.rmse, 1), decimal(scores.bias, 1), decimal(scores.coverage80, 2), decimal(scores.coverage90, 2),
      decimal(scores.width80, 1), decimal(scores.crps, 2),
    ]
    let known = scores.count > 0 ? figures : Array(repeating: "–", count: figures.count)
    return ([name, life, "\(scores.count)"] + known).map { StyledText($0, meaning) }
  }
}
