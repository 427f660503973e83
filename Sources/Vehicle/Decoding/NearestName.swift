// Which of the names that exist somebody probably meant.

/// `; did you mean X?`, or nothing when no candidate is near.
func nearest(to name: String, in candidates: [String]) -> String {
  let wanted = name.lowercased()
  let limit = max(2, wanted.utf8.count / 3)
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(wanted, candidate.lowercased())
    if distance <= limit && distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best.map { "; did you mean \($0.name)?" } ?? ""
}

/// Levenshtein's distance: insertions, deletions and replacements of bytes.
private func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.utf8)
  let b = Array(b.utf8)
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
