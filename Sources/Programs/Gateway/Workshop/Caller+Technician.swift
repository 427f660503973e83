// Whether the configuration knows who calls.
import Diagnostics

extension Caller {
  /// - Parameter users: names or numbers.
  func isAmong(_ users: [String]) -> Bool { users.contains("\(uid)") || user.map { users.contains($0) } ?? false }
}
