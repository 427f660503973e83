// What the day's byte budget has spent, kept beyond a restart.
import Store
import Sync

/// Read at the start, written by the recorder together with what it commits anyway. May be used from any thread.
struct BudgetMemory: Sendable {
  /// What earlier processes spent; nil where none did.
  let spent: SpentBytes?
  private let recorder: Recorder

  private static let note = "mqtt.spent"

  init(_ store: borrowing Store, _ recorder: Recorder) {
    // What cannot be read counts as nothing spent.
    spent = (try? store.note(BudgetMemory.note)).flatMap { $0 }.flatMap(SpentBytes.init(text:))
    self.recorder = recorder
  }

  func keep(_ spent: SpentBytes) { recorder.note(BudgetMemory.note, spent.text) }
}
