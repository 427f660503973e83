// What the recorder works with, on its way from the thread that opened it.
import Store

/// The store and what goes with it, handed from the thread that opened them to the recorder's.
// @unchecked: the main thread makes it before the recorder starts and never looks at it again.
final class RecorderShelf: @unchecked Sendable {
  let store: Store
  let telemetry: TelemetryRecorder

  init(_ store: Store, _ telemetry: TelemetryRecorder) {
    self.store = store
    self.telemetry = telemetry
  }
}
