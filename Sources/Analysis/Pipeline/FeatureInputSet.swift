// Which inputs are known, or have been: a bit each.

/// Some of the feature inputs, a bit each.
public struct FeatureInputSet: BitwiseCopyable, Sendable {
  private var bits: UInt64 = 0

  public init() {}

  /// Whether the input with this number is in the set.
  public subscript(index: Int) -> Bool {
    get { bits >> UInt64(index) & 1 == 1 }
    set { bits = newValue ? bits | 1 << UInt64(index) : bits & ~(1 << UInt64(index)) }
  }

  public subscript(input: FeatureInput) -> Bool { self[Int(input.rawValue)] }

  public mutating func formUnion(_ other: FeatureInputSet) { bits |= other.bits }
}
