// What to say about a word that is not known: the nearest one that is, or all of them.

/// `did you mean "port"?`, or the list of known words when none is near.
/// - Parameter kind: what the list is called.
func suggestion(for word: String, among known: [String], called kind: String = "known keys") -> String {
  let nearest = known.map { (word: $0, distance: editDistance(word.lowercased(), $0.lowercased())) }
    .min { $0.distance < $1.distance }
  // A third of the letters may differ: beyond that a guess misleads more than it helps.
  if let nearest, nearest.distance <= max(1, max(word.count, nearest.word.count) / 3) {
    return "did you mean \(quoted(nearest.word))?"
  }
  return known.isEmpty ? "remove it" : "\(kind): \(known.sorted().joined(separator: ", "))"
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment).
func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.utf8.prefix(64))
  let b = Array(b.utf8.prefix(64))
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
      row.append(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
