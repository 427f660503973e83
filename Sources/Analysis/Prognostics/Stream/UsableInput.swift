// What an estimator lets in.

extension Double {
  /// Finite, and small enough (1e100) for sums of squares to stay finite over any number of inputs.
  var isUsable: Bool { abs(self) <= 1e100 }
}
