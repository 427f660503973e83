// What the histories tell of a state whose checkpoint is lost: so that no number is given a second time.
import SQLite

/// The alerts as they stand, and the number of the last trip.
public struct StandingHistories: Sendable {
  public struct Alert: Sendable {
    public var id: String
    public var state: String
    /// Wall nanoseconds of the last change.
    public var changed: Int64
  }

  /// In the order of their last change.
  public var alerts: [Alert]
  /// 0 where none is stored.
  public var lastTrip: Int64
}

extension Store {
  /// - Throws: `StoreError`: the file cannot be read.
  public func standingHistories() throws(StoreError) -> StandingHistories {
    do throws(SQLiteError) {
      let alerts = try connection.prepare("SELECT id, state, changed FROM alert ORDER BY changed")
      var standing = StandingHistories(alerts: [], lastTrip: 0)
      while try alerts.step() {
        standing.alerts.append(.init(id: alerts.text(0), state: alerts.text(1), changed: alerts.int64(2)))
      }
      let trips = try connection.prepare("SELECT coalesce(max(number), 0) FROM trip")
      if try trips.step() { standing.lastTrip = trips.int64(0) }
      return standing
    } catch {
      throw StoreError(error)
    }
  }
}
