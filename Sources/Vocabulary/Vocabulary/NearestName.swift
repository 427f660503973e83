// Which known name somebody may have meant, for errors that name the mend.

/// The name among `names` that takes the fewest single-letter edits (Levenshtein distance, upper and lower case alike),
/// or nil when even that one differs in more than a third of its letters.
public func nearestName(to wrong: String, among names: some Sequence<String>) -> String? {
  // Hostile input: a name of 8 KiB against a thousand signals must not hold up the event loop.
  guard wrong.utf8.count <= 128 else { return nil }
  let wanted = Array(wrong.lowercased().utf8)
  var best: (name: String, distance: Int)?
  for name in names {
    let candidate = Array(name.lowercased().utf8)
    let allowed = max(1, candidate.count / 3)
    guard abs(candidate.count - wanted.count) <= min(allowed, (best?.distance ?? .max) - 1) else { continue }
    let distance = editDistance(wanted, candidate)
    if distance <= allowed && distance < best?.distance ?? .max { best = (name, distance) }
  }
  return best?.name
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for i in 0..<a.count {
    var diagonal = row[0]
    row[0] = i + 1
    for j in 0..<b.count {
      let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
