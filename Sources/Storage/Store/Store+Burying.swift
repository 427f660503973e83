// Declares lost what a receiver asks for and the vehicle does not have.
import SQLite
public import Vocabulary

extension Store {
  /// Of `ranges`, each sequence that was given and is neither queued nor within a tombstone becomes part of a tombstone
  /// whose count is not known. One commit; asked again, it changes nothing.
  ///
  /// Ranges may overlap, be in any order, and reach beyond what was given: that is left out.
  /// - Parameter epoch: `OutboxEpoch.number`; of one that the file does not know nothing is declared.
  /// - Returns: how many sequences were declared lost now.
  /// - Throws: `StoreError`, `.full` when the disk has no room.
  @discardableResult
  public func bury(
    _ ranges: [ClosedRange<Int64>], _ lane: Lane, of epoch: Int32
  ) throws(StoreError) -> Int64 {
    var declared: Int64 = 0
    try transaction { () throws(SQLiteError) in
      guard let epoch = try outbox.epoch(epoch) else { return }
      let last = try OutboxTable.last(of: epoch.number, on: connection)[Int(lane.rawValue)]
      for range in ranges where range.lowerBound <= last && range.upperBound >= 1 {
        let range = max(1, range.lowerBound)...min(last, range.upperBound)
        for missing in try outbox.missing(lane, range, of: epoch.number) {
          try outbox.bury(lane, missing, count: nil, of: epoch, settings.now())
          declared += missing.upperBound - missing.lowerBound + 1
        }
      }
    }
    return declared
  }
}
