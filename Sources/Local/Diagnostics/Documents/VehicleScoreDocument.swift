// The vehicle's score as JSON: one number, and which components make it what it is.

/// The vehicle's score and its grounds.
public struct VehicleScoreDocument: Codable, Hashable, Sendable {
  /// 0 (failed) to 100 (as new); null while no component says anything certain.
  public var score: Double?
  /// How many components count.
  public var components: Int
  /// What pulls the score down, the most first; a component that pulls nothing is left out.
  public var pulls: [Pull]

  public struct Pull: Codable, Hashable, Sendable {
    public var component: String
    /// Of all that pulls, 0...1.
    public var share: Double

    public init(component: String, share: Double) {
      self.component = component
      self.share = share
    }
  }

  public init(score: Double?, components: Int, pulls: [Pull]) {
    self.score = score
    self.components = components
    self.pulls = pulls
  }

  // Written out so that a vehicle without a score says `"score": null`.
  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: CodingKeys.self)
    try c.encode(score, forKey: .score)
    try c.encode(components, forKey: .components)
    try c.encode(pulls, forKey: .pulls)
  }
}
