// A pause of polling on its way over a reload: who works on the car does not expect the bus to come alive because somebody
// changed the configuration.
import Glibc
import VehicleBus
import Vocabulary

/// Hands a pause to the program that takes this one's place in the same process, by the environment. BOOTTIME goes on.
enum StandingPause {
  private static let variable = "TELLTALE_PAUSED_UNTIL"

  /// - Parameter end: nil while there is no pause.
  static func leave(_ end: Instant?) {
    guard let end else { return }
    setenv(variable, String(end.nanoseconds), 1)
  }

  /// The pause that was left, once.
  static func take() -> Instant? {
    guard let text = getenv(variable).map({ String(cString: $0) }), let end = Int64(text) else { return nil }
    unsetenv(variable)
    return Instant(nanoseconds: end)
  }
}
