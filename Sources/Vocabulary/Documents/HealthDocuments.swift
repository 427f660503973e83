// Vocabulary's values as JSON documents. The socket, the broker and the receiver's pages show these same shapes, so
// they stand here once. Numbers that are not known are null, never NaN and never 0.
public import Vocabulary

extension Double {
  /// Nil instead of NaN or infinity, which JSON cannot say.
  var finite: Double? { isFinite ? self : nil }
}

/// `{p05,…,p95}` of a distribution.
public struct QuantilesDocument: Codable, Hashable, Sendable {
  public var p05, p10, p25, p50, p75, p90, p95: Double

  public init(_ q: Quantiles) {
    (p05, p10, p25, p50, p75, p90, p95) = (q.p05, q.p10, q.p25, q.p50, q.p75, q.p90, q.p95)
  }
}

/// Remaining useful life in kilometres and days.
public struct RemainingUsefulLifeDocument: Codable, Hashable, Sendable {
  public var km: QuantilesDocument
  public var days: QuantilesDocument
}

/// One ground for a score.
public struct EvidenceDocument: Codable, Hashable, Sendable {
  public var feature: String
  public var value: Double?
  public var unit: String
  public var reference: Double?
  /// Standard deviations between value and reference.
  public var z: Double?
  /// Share of the consumed life that this ground explains, 0...1.
  public var share: Double?
  public var sinceKm: Double?
  /// The same as a sentence.
  public var text: String

  public init(_ e: Evidence) {
    feature = e.feature.name
    value = e.value.finite
    unit = e.feature.unit
    reference = e.reference.finite
    z = e.z.finite
    share = e.share.finite
    sinceKm = e.sinceKm.finite
    text = EvidenceDocument.sentence(e)
  }

  enum CodingKeys: String, CodingKey {
    case feature, value, unit, reference, z, share, sinceKm, text
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(feature, forKey: .feature)
    try c.encode(value, forKey: .value)
    try c.encode(unit, forKey: .unit)
    try c.encode(reference, forKey: .reference)
    try c.encode(z, forKey: .z)
    try c.encode(share, forKey: .share)
    try c.encode(sinceKm, forKey: .sinceKm)
    try c.encode(text, forKey: .text)
  }

  static func sentence(_ e: Evidence) -> String {
    let unit: String
    switch e.feature.unit {
    case "celsius": unit = " °C"
    case "percent": unit = " %"
    case "": unit = ""
    default: unit = " " + e.feature.unit
    }
    var text = e.feature.title + ": " + decimal(e.value, 1 + (e.feature.unit == "V" ? 1 : 0)) + unit
    if e.reference.isFinite { text += " against " + decimal(e.reference, e.feature.unit == "V" ? 2 : 1) + unit }
    if e.z.isFinite && abs(e.z) >= 2 {
      text += ", \(decimal(abs(e.z), 1)) standard deviations " + (e.z < 0 ? "below" : "above")
    }
    if e.sinceKm.isFinite { text += ", since about km " + decimal(e.sinceKm, 0) }
    if e.share >= 0.005 { text += " (" + decimal(e.share * 100, 0) + " % of the wear)" }
    return text
  }
}

/// A number with a fixed count of decimals, without Foundation. NaN and values of 18 digits and more, decimals included,
/// become a dash.
public func decimal(_ value: Double, _ places: Int) -> String {
  var factor = 1.0
  for _ in 0..<places { factor *= 10 }
  guard abs(value) * factor < 1e18 else { return "–" }
  let scaled = Int64((abs(value) * factor).rounded())
  let sign = value < 0 && scaled != 0 ? "-" : ""
  guard places > 0 else { return sign + String(scaled) }
  let fraction = String(scaled % Int64(factor))
  return sign + String(scaled / Int64(factor)) + "." + String(repeating: "0", count: places - fraction.utf8.count)
    + fraction
}

/// The health of one component, as `/v1/health` and the `health` topic give it.
public struct HealthDocument: Codable, Hashable, Sendable {
  public var component: String
  public var title: String
  /// ok, watch, service, critical, learning or unknown.
  public var state: String
  public var score: Double?
  public var confidence: Double
  public var consumed: Double?
  public var rul: RemainingUsefulLifeDocument?
  public var evidence: [EvidenceDocument]
  public var reason: String?
  /// RFC 3339; null before the first observation.
  public var updated: String?
  public var atKm: Double?
  public var ticks: Int

  public init(_ r: HealthReport, _ catalogue: SignalCatalogue) {
    component = r.component.name
    title = r.component.title
    state = r.state.name
    score = r.score.finite
    confidence = r.confidence.finite ?? 0
    consumed = r.consumed.finite
    rul = r.remainingUsefulLife.map { .init(km: .init($0.km), days: .init($0.days)) }
    evidence = (0..<r.evidence.count).map { EvidenceDocument(r.evidence[$0]) }
    reason = r.reason.text(catalogue)
    updated = r.state == .unknown ? nil : r.updated.rfc3339
    atKm = r.atKm.finite
    ticks = Int(r.ticks)
  }

  enum CodingKeys: String, CodingKey {
    case component, title, state, score, confidence, consumed, rul, evidence, reason, updated, atKm, ticks
  }

  // Written out so that what is not known stands there as null: a missing key would read as "not asked".
  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(component, forKey: .component)
    try c.encode(title, forKey: .title)
    try c.encode(state, forKey: .state)
    try c.encode(score, forKey: .score)
    try c.encode(confidence, forKey: .confidence)
    try c.encode(consumed, forKey: .consumed)
    try c.encode(rul, forKey: .rul)
    try c.encode(evidence, forKey: .evidence)
    try c.encode(reason, forKey: .reason)
    try c.encode(updated, forKey: .updated)
    try c.encode(atKm, forKey: .atKm)
    try c.encode(ticks, forKey: .ticks)
  }
}

/// A change of a component's state.
public struct HealthChangeDocument: Codable, Hashable, Sendable {
  public var from: String
  public var health: HealthDocument

  public init(_ report: HealthReport, from: HealthState, _ catalogue: SignalCatalogue) {
    self.from = from.name
    health = HealthDocument(report, catalogue)
  }
}
