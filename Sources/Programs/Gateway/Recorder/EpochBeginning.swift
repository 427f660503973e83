// Whether opening the store began an epoch, and why.
import FleetContract
import Store
import Vocabulary

/// The first row of the current epoch, if it was written since a moment of this boot.
struct EpochBeginning: Sendable {
  var reason: EpochReason

  /// - Parameter moment: on the clock that the store was given; before it was opened.
  init?(of store: borrowing Store, since moment: Timestamp) throws(StoreError) {
    let outbox = try OutboxReader(path: store.path)
    guard let epoch = try outbox.epochs().last,
      let row = try outbox.rows(.events, of: epoch, after: 0, limit: 1).first, row.sequence == 1,
      row.time.boot == moment.boot, row.time.uptime >= moment.uptime,
      let reason = (try? JSONSlice(row.data, limit: CloudEvent.sizeLimit))?["reason"]?.string.flatMap(EpochReason.init)
    else { return nil }
    self.reason = reason
  }

  /// What the log says of it; nil where the store has told it already.
  var news: String? {
    reason == .cloned
      ? "another machine wrote this state: it goes on under a new epoch, so that two vehicles never speak as one; give "
        + "each copy of an image a `vehicle.id` of its own"
      : nil
  }
}
