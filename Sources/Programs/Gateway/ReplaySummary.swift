// What a replay says of itself: progress while it runs, and a summary at its end.
public import Diagnostics
public import Documents
import Glibc
import VehicleBus

/// What came of a replay.
public struct ReplaySummary: Codable, Sendable {
  public var frames: UInt64
  /// Lines of the recordings, blank ones not counted.
  public var lines: Int
  public var damagedLines: UInt64
  public var decoded: UInt64
  public var trips: Int
  public var distanceKm: Double
  /// Rows given to the outbox, by lane, and those that no receiver has acknowledged yet.
  public var produced: StatusDocument.Sync.Queued
  public var waiting: StatusDocument.Sync.Queued
  public var health: [HealthDocument]

  init(_ status: StatusDocument, recording: RecordingSource, _ recorded: RecorderSnapshot, _ health: [HealthDocument]) {
    frames = status.frames.received
    lines = recording.lines
    damagedLines = recording.counters.damagedLines
    decoded = status.frames.decoded
    trips = status.trips
    distanceKm = status.distanceKm
    produced = .init(
      alerts: Int(recorded.produced[0]), events: Int(recorded.produced[1]), telemetry: Int(recorded.produced[2]))
    waiting = status.sync.queued
    self.health = health
  }

  /// One line for a person.
  public var text: String {
    let rows = produced.alerts + produced.events + produced.telemetry
    let left = waiting.alerts + waiting.events + waiting.telemetry
    return "replay: frames \(frames) lines \(lines) damaged \(damagedLines) decoded \(decoded) trips \(trips) "
      + "km \(decimal(distanceKm, 1)) produced \(rows) waiting \(left)"
  }
}

/// Progress of a replay on standard error, once it has taken two seconds: in place on a terminal, else a line now and then.
struct ReplayProgress {
  private let isShown: Bool
  private let isTerminal: Bool
  private var calls = 0
  /// Once the recordings are through there is nothing to report any more.
  var isOver = false

  init(isShown: Bool) {
    self.isShown = isShown
    isTerminal = isatty(STDERR_FILENO) == 1
  }

  /// Call it four times a second.
  mutating func show(_ status: @autoclosure () -> StatusDocument) {
    guard isShown, !isOver else { return }
    calls += 1
    guard calls >= 8, isTerminal || calls % 40 == 8 else { return }
    let status = status()
    let day = status.clock.now.prefix(10)
    let line = "\(day)  \(status.frames.received) frames  \(status.trips) trips  \(decimal(status.distanceKm, 0)) km"
    let text = isTerminal ? "\r\u{1B}[K" + line : line + "\n"
    _ = text.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
