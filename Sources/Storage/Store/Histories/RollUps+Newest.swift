// The newest roll-ups first: how a start finds again what was under way.
import SQLite

extension Store {
  /// Roll-ups by the number of their row, newest first. Damaged ones are left out.
  /// - Parameters:
  ///   - number: where to go on from: only rows before it; nil begins with the newest.
  ///   - limit: the most that come.
  public func newestRollUps(
    _ resolution: RollUpResolution, before number: Int64? = nil, limit: Int
  ) throws(StoreError) -> [(number: Int64, rollUps: StoredRollUps)] {
    do throws(SQLiteError) {
      let table = SealedTable.rollUps(resolution)
      let select = try connection.prepare(
        "SELECT \(table.selection), id FROM \(table.name) WHERE id < ?1 ORDER BY id DESC LIMIT ?2")
      try select.bind(number ?? .max, at: 1)
      try select.bind(limit, at: 2)
      var rows: [(number: Int64, rollUps: StoredRollUps)] = []
      while try select.step() {
        guard table.values(in: select) != nil else { continue }
        let stored = StoredRollUps(
          startWall: select.int64(0), version: Int32(clamping: select.int64(1)), chunk: select.blob(2))
        rows.append((select.int64(select.columnCount - 1), stored))
      }
      return rows
    } catch {
      throw StoreError(error)
    }
  }
}
