// A live bus as capture sees it, whatever stands between: more than frames, how the bus is and who speaks on it.
public import Vocabulary

/// A source whose bus comes and goes. What its condition is, control finds out and tells by `note`; what passes on it,
/// the source sees for itself.
public protocol BusSource: FrameSource {
  /// What the control thread found at `time`.
  func note(link: BusCondition, at time: Instant)

  /// The next change of the bus's state to be told; nil when there is none.
  func nextChange(at now: Instant) -> BusChange?

  /// What the transmit guard wants to know of this bus.
  var signs: BusSigns { get }

  /// The kinds of trouble that the controller reported; none where it reports nothing.
  var errors: BusErrorCounts { get }

  /// The last error frame, and when it came.
  var lastError: (frame: BusErrorFrame, time: Instant)? { get }

  /// Since when nothing can be received; nil while it can.
  var blindSince: Instant? { get }
}
