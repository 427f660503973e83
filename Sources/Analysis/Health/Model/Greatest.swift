// The greatest of a few numbers, on threads that may not allocate.

/// The greatest number. Not `max`, whose further arguments are an array on the heap where the compiler builds for size.
func greatest(
  _ a: Double, _ b: Double, _ c: Double, _ d: Double = -.infinity, _ e: Double = -.infinity
) -> Double {
  max(max(max(a, b), max(c, d)), e)
}
