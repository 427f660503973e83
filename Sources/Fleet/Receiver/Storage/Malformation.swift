// Records that are what the contract says by their envelope, and by their data are not.

/// Why nobody can read a record's data.
///
/// Such a record is stored and acknowledged like any other, for its vehicle has no better one and would send it for
/// ever. It is marked, counted, and nothing that it claims is believed.
struct Malformation: Error, Hashable, Sendable {
  /// A few words for counters and log lines; the kinds are few and fixed.
  var kind: String
  /// One line that says what is wrong.
  var reason: String
}
