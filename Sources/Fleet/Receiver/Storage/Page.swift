// Long lists, read in pages.

/// A part of a list that is ordered by ascending numbers.
struct Stretch: Sendable {
  enum Bound: Sendable {
    /// The end of the list.
    case newest
    /// What comes next after a number.
    case after(Int64)
    /// What comes last before a number.
    case before(Int64)
  }

  var bound: Bound = .newest
  var limit: Int

  /// Whether it is read from its end to its beginning.
  var isBackward: Bool {
    if case .after = bound { false } else { true }
  }

  /// Numbers in it are greater than `above` and less than `below`.
  var above: Int64 { if case .after(let number) = bound { number } else { 0 } }
  var below: Int64 { if case .before(let number) = bound { number } else { .max } }
}

/// Some items of a list in the list's order.
struct Page<Item: Sendable>: Sendable {
  var items: [Item] = []
  /// Whether there are more, in the direction in which the list was read.
  var hasMore = false

  /// Items as they were read, up to one more than `limit`.
  init(read items: [Item], limit: Int, isBackward: Bool = false) {
    hasMore = items.count > limit
    self.items = isBackward ? items.prefix(limit).reversed() : Array(items.prefix(limit))
  }
}
