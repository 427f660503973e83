// How a shape bank is set up for a series: with the curve of its kind or with the general shapes, quick or slow.
public import Prognostics

/// The settings that are chosen by cross-validation.
public struct SeriesSettings: Equatable, Sendable {
  /// Whether the curve of the kind is the only shape, or the four general shapes are weighed against each other.
  public var usesCurve: Bool
  /// See `ShapeBankModel`.
  public var forgetting: Double
  public var learning: Double
  /// What the noise that was found is multiplied by: ticks of one unit hang together, and no curve fits each unit.
  public var noiseFactor: Double

  public init(usesCurve: Bool, forgetting: Double, learning: Double, noiseFactor: Double) {
    self.usesCurve = usesCurve
    self.forgetting = forgetting
    self.learning = learning
    self.noiseFactor = noiseFactor
  }

  /// What is used while there are too few units to choose by.
  public static func usual(usesCurve: Bool) -> SeriesSettings {
    usesCurve
      ? SeriesSettings(usesCurve: true, forgetting: 0.96, learning: 0.8, noiseFactor: 1)
      : SeriesSettings(usesCurve: false, forgetting: 0.98, learning: 0.4, noiseFactor: 2)
  }

  /// What is chosen from; the usual ones first, which win where nothing is better.
  static func candidates(hasCurve: Bool, mustUseCurve: Bool) -> [SeriesSettings] {
    var all: [SeriesSettings] = []
    if hasCurve {
      for (forgetting, learning) in [(0.96, 0.8), (0.98, 0.4)] {
        for factor in [1, 0.7, 0.5] {
          all.append(.init(usesCurve: true, forgetting: forgetting, learning: learning, noiseFactor: factor))
        }
      }
    }
    if !mustUseCurve {
      let usual = usual(usesCurve: false)
      var quick = usual
      quick.noiseFactor = 1
      all += [usual, quick]
    }
    return all
  }
}

/// What a stream of ticks is evaluated with; this is what ships for a kind of part.
public struct SeriesModel: Sendable {
  public var prior: SeriesPrior
  public var settings: SeriesSettings
  /// How prognoses turned out on units left out, in lives of the prior; nil where too few units tell.
  public var correction: ConformalTable?

  public init(prior: SeriesPrior, settings: SeriesSettings, correction: ConformalTable? = nil) {
    self.prior = prior
    self.settings = settings
    self.correction = correction
  }

  /// Whether the bank weighs 24 durations of one curve against each other, or 80 hypotheses: four shapes, four onsets
  /// and five durations.
  var isOfOneCurve: Bool { settings.usesCurve && prior.curve != nil }

  /// The life in ticks, which are the unit of usage of the filters.
  var ticksOfLife: Double { prior.life / prior.tick }

  func bank() -> ShapeBankModel {
    if settings.usesCurve, let curve = prior.curve {
      // One onset, when the unit was new, that is never given up.
      return ShapeBankModel(
        shapes: [(.table(curve.values), 1)], failureLevel: prior.failureLevel,
        failureLevelScatter: prior.failureLevelScatter, noise: prior.curveNoise * settings.noiseFactor,
        baseScatter: 0.05, duration: ticksOfLife, durationScatter: prior.lifeScatter,
        durations: 24, onsets: 1, span: 1e9, hazard: 1e-6, onsetAlready: 0.999,
        forgetting: settings.forgetting, learning: settings.learning)
    }
    return ShapeBankModel(
      failureLevel: prior.failureLevel, failureLevelScatter: prior.failureLevelScatter,
      noise: prior.noise * settings.noiseFactor, baseScatter: 0.05, duration: ticksOfLife,
      durationScatter: prior.lifeScatter, durations: 5, onsets: 4, onsetAlready: 0.7, forgetting: settings.forgetting,
      learning: settings.learning)
  }
}
