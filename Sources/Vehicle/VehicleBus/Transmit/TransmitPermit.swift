// The right to send one thing, once. Only the guard gives it, and whatever writes to a bus takes one and uses it up.

/// Allows one transmission. It cannot be copied, kept or made by anybody but `TransmitGuard`.
public struct TransmitPermit: ~Copyable, Sendable {
  public let transmission: Transmission

  /// For `TransmitGuard` alone: no other file of this room may call it, and a test looks.
  init(grantedByGuard transmission: Transmission) { self.transmission = transmission }
}
