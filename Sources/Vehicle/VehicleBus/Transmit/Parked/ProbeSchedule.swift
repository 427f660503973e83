// When a bus that is silent of itself may be looked at while the vehicle is parked.
import Vocabulary

/// A bus behind a gateway module carries nothing but answers, so nothing on it can tell that the car woke. It is
/// probed, ever more rarely: 10 s after parking, then after twice the pause each time. A bus with traffic of its own
/// is not while it is silent: its traffic will tell. While it speaks although the vehicle counts as parked, which may be
/// an electric car in a jam, it is probed too, the first time after the detector's patience: a bus that speaks sleeps
/// not, so one question wakes nobody.
struct ProbeSchedule: Sendable {
  static let firstPause = 10.0
  private static let hasteningPause = 2.0
  private var isSilentBus = false
  private var isSpeaking = false
  private var wasAwake = false
  private var last: Instant?
  private var pause = ProbeSchedule.firstPause
  /// No pause before the first look after the start.
  private var isFirst = true
  private var hastened: Instant?
  private var lastHastening = BusSigns.never

  /// To be called with each note, after the detector has seen it.
  mutating func note(_ detector: ParkedDetector, lastTraffic: Instant, at now: Instant) {
    isSilentBus = detector.awakeFrom.map { lastTraffic < $0 } ?? (lastTraffic == BusSigns.never)
    isSpeaking = lastTraffic.secondsAgo(at: now) < ParkedDetector.silence
    if detector.state == .awake {
      isFirst = false
    } else if wasAwake {
      last = now
      pause = ProbeSchedule.firstPause
    } else if last == nil {
      last = now
    }
    wasAwake = detector.state == .awake
  }

  /// From when on a probe is allowed; nil where there is nothing to probe. `longest` is the longest pause in seconds,
  /// 0 or less for never.
  func due(longest: Double) -> Instant? {
    guard longest > 0, isSilentBus || isSpeaking, !wasAwake, let last else { return nil }
    if let hastened { return hastened }
    let least = isSilentBus ? 0 : ParkedDetector.patience
    return isFirst ? last : last.advanced(seconds: min(max(pause, least), longest))
  }

  /// Something speaks for a look before its time. A sign that comes again and again is heard every two seconds.
  mutating func hasten(at now: Instant) {
    guard lastHastening.secondsAgo(at: now) >= ProbeSchedule.hasteningPause else { return }
    lastHastening = now
    hastened = now
  }

  /// A probe was granted.
  mutating func take(at now: Instant, longest: Double) {
    guard !wasAwake else { return }
    if !isFirst, hastened == nil { pause = min(pause * 2, max(longest, 0)) }
    isFirst = false
    hastened = nil
    last = now
  }
}
