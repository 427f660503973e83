// A fade curve as a file: what ships for a kind of part, or the bare 81 values from elsewhere.
import Documents
import Evaluation
import Prognostics

/// What a file says of a kind of part: at least the curve, at best all that was learnt with it.
struct FadeCurveFile {
  var curve: FadeCurve
  /// Nil where the file holds no life of the kind.
  var model: SeriesModel?

  /// Reads `[0, ...]`, `{"curve": [0, ...]}` or what `text(of:)` made.
  init(path: String) throws(SeriesError) {
    do throws(Flaw) {
      self = try Self(bytes: try Self.contents(of: path))
    } catch {
      throw .malformed(file: path, reason: error.reason + "; wanted 81 values, or a file made with --store-curve")
    }
  }

  private static func contents(of path: String) throws(Flaw) -> [UInt8] {
    do { return try fileBytes(path: path) } catch { throw Flaw(reason: error.description) }
  }

  struct Flaw: JSONFailure {
    var reason: String

    init(reason: String) { self.reason = reason }
    init(notJSON reason: String, at offset: Int) { self.reason = "byte \(offset + 1): \(reason)" }
  }

  private init(bytes: [UInt8]) throws(Flaw) {
    var cursor = try JSONCursor<Flaw>(bytes)
    var values: [Double]?
    var numbers: [String: Double] = [:]
    var correction: ConformalTable?
    cursor.skipSpace()
    if cursor.next == UInt8(ascii: "[") {
      values = try Self.list(&cursor)
    } else {
      try cursor.members { cursor, name throws(Flaw) in
        let name = String(decoding: name, as: UTF8.self)
        if name == "curve" || name == "psi" {
          values = try Self.list(&cursor)
        } else if name == "correction", cursor.next == UInt8(ascii: "[") {
          correction = try Self.correction(&cursor)
        } else if let next = cursor.next, 0x30...0x39 ~= next {
          numbers[name] = try cursor.number()
        } else {
          try cursor.skipValue(depth: 8)
        }
      }
    }
    cursor.skipSpace()
    guard cursor.next == nil else { throw cursor.malformed("something behind the end") }
    guard let values else { throw Flaw(reason: "there is no \"curve\" in it") }
    do { curve = try FadeCurve(values: values) } catch { throw Flaw(reason: error.reason) }
    model = try Self.model(numbers, curve)
    model?.correction = correction
  }

  /// Three edges, then four rows of 39 quantiles.
  private static func correction(_ cursor: inout JSONCursor<Flaw>) throws(Flaw) -> ConformalTable {
    let numbers = try list(&cursor)
    guard numbers.count == 3 + 4 * 39, numbers.allSatisfy(\.isFinite) else {
      throw Flaw(reason: "\"correction\" holds \(numbers.count) numbers where 159 belong")
    }
    return ConformalTable(
      edges: InlineArray { numbers[$0] },
      quantiles: InlineArray { row in InlineArray { numbers[3 + 39 * row + $0] } })
  }

  private static func list(_ cursor: inout JSONCursor<Flaw>) throws(Flaw) -> [Double] {
    var values: [Double] = []
    try cursor.elements { cursor throws(Flaw) in values.append(try cursor.number()) }
    return values
  }

  private static func model(_ numbers: [String: Double], _ curve: FadeCurve) throws(Flaw) -> SeriesModel? {
    guard let life = numbers["life"] else { return nil }
    func number(_ key: String, _ usual: Double) throws(Flaw) -> Double {
      let value = numbers[key] ?? usual
      guard value > 0, value.isFinite else { throw Flaw(reason: "\"\(key)\" must be above 0") }
      return value
    }
    guard life > 0 else { throw Flaw(reason: "\"life\" must be above 0") }
    var prior = SeriesPrior.guess(life: life)
    prior.units = Int(exactly: try number("units", 1)) ?? 1
    prior.lifeScatter = try number("life_scatter", prior.lifeScatter)
    prior.failureLevel = try number("failure_level", prior.failureLevel)
    prior.failureLevelScatter = try number("failure_level_scatter", prior.failureLevelScatter)
    prior.curveNoise = try number("curve_noise", prior.curveNoise)
    prior.noise = try number("noise", prior.noise)
    prior.tick = try number("tick", prior.tick)
    prior.curve = curve
    let usual = SeriesSettings.usual(usesCurve: true)
    let forgetting = try number("forgetting", usual.forgetting)
    guard forgetting <= 1 else { throw Flaw(reason: "\"forgetting\" must be at most 1") }
    let settings = SeriesSettings(
      usesCurve: true, forgetting: forgetting, learning: try number("learning", usual.learning),
      noiseFactor: try number("noise_factor", usual.noiseFactor))
    return SeriesModel(prior: prior, settings: settings)
  }

  /// A model with a curve as a file that `init(path:)` reads back exactly.
  static func text(of model: SeriesModel, _ curve: FadeCurve) -> [UInt8] {
    var text = JSONText(reserving: 4096)
    text.beginObject()
    let numbers = [
      ("units", Double(model.prior.units)), ("life", model.prior.life), ("life_scatter", model.prior.lifeScatter),
      ("failure_level", model.prior.failureLevel), ("failure_level_scatter", model.prior.failureLevelScatter),
      ("curve_noise", model.prior.curveNoise), ("noise", model.prior.noise), ("tick", model.prior.tick),
      ("forgetting", model.settings.forgetting), ("learning", model.settings.learning),
      ("noise_factor", model.settings.noiseFactor),
    ]
    for (key, value) in numbers {
      text.key(key)
      text.value(value)
    }
    text.key("curve")
    text.beginArray()
    for value in curve.values { text.value(value) }
    text.endArray()
    if let correction = model.correction {
      text.key("correction")
      text.beginArray()
      for i in correction.edges.indices { text.value(correction.edges[i]) }
      for row in correction.quantiles.indices {
        for level in 0..<39 { text.value(correction.quantiles[row][level]) }
      }
      text.endArray()
    }
    text.endObject()
    return text.bytes + [0x0A]
  }
}
