// What is known of how an adapter writes its answers, before one is read.

/// What is nil is inferred from each reply by itself.
public struct ELMFormat: Hashable, Sendable {
  /// `ATH1`, `ATH0`.
  public var hasHeaders: Bool?
  public var vehicleProtocol: ELMProtocol?

  public init(hasHeaders: Bool? = nil, vehicleProtocol: ELMProtocol? = nil) {
    self.hasHeaders = hasHeaders
    self.vehicleProtocol = vehicleProtocol
  }
}
