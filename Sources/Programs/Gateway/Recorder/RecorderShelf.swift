// What the recorder works with, on its way from the thread that opened it.
import Store

/// The store and what goes with it, handed from the thread that opened them to the recorder's.
// @unchecked: the main thread makes it before the recorder starts and never looks at it again.
final class RecorderShelf: @unchecked Sendable {
  let store: Store
  let telemetry: TelemetryRecorder
  /// Whether the opening wrote the row with which an epoch begins.
  let beganEpoch: Bool

  init(_ store: Store, _ telemetry: TelemetryRecorder, beganEpoch: Bool) {
    self.store = store
    self.telemetry = telemetry
    self.beganEpoch = beganEpoch
  }
}
