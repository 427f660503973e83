// Reads the outbox on a connection of its own.
import SQLite
public import Vocabulary

/// Reads the outbox. Belongs to one thread, the courier's; sees committed rows only.
public final class OutboxReader {
  private let connection: Connection
  private let selectEpochs: Statement
  private let selectRows: Statement
  private let selectDepth: Statement

  /// - Throws: `StoreError` when there is no store at `path` yet.
  public init(path: String) throws(StoreError) {
    do throws(SQLiteError) {
      // Not `readOnly`: a reader of a WAL database must be able to write its shared-memory index.
      connection = try Connection(path: path, mode: .readWrite)
      try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -128")
      selectEpochs = try connection.prepare(
        """
        SELECT number, id, number = (SELECT max(number) FROM epoch) AS current FROM epoch
        WHERE current OR \(OutboxKey.exists(of: "number")) ORDER BY number
        """)
      selectRows = try connection.prepare(
        "SELECT \(OutboxTable.columns) FROM outbox WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3")
      selectDepth = try connection.prepare(
        """
        SELECT (SELECT count(*) FROM outbox WHERE key > ?3 AND key < ?4),
               (SELECT coalesce(first, sequence) FROM outbox WHERE key > ?3 AND key < ?4 ORDER BY key LIMIT 1),
               (SELECT last FROM lane WHERE epoch = ?1 AND lane = ?2)
        """)
    } catch {
      throw StoreError(error)
    }
  }

  /// The epochs that still have rows, and the current one; ascending.
  public func epochs() throws(StoreError) -> [OutboxEpoch] {
    var epochs: [OutboxEpoch] = []
    do throws(SQLiteError) {
      defer { selectEpochs.reset() }
      while try selectEpochs.step() {
        guard let id = Epoch(selectEpochs.text(1)) else { continue }
        epochs.append(
          OutboxEpoch(
            number: Int32(clamping: selectEpochs.int64(0)), id: id, isCurrent: selectEpochs.int64(2) == 1))
      }
    } catch {
      throw StoreError(error)
    }
    guard epochs.last?.isCurrent == true else {
      throw StoreError(
        kind: .damaged, path: connection.path, reason: "holds no epoch; restart telltaled: it saves what is readable")
    }
    return epochs
  }

  /// At most `limit` rows of an epoch's lane after `sequence`, in order. A tombstone that begins at or before `sequence`
  /// and ends after it is among them.
  public func rows(
    _ lane: Lane, of epoch: OutboxEpoch, after sequence: Int64, limit: Int
  ) throws(StoreError) -> [OutboxRow] {
    do throws(SQLiteError) {
      selectRows.reset()
      defer { selectRows.reset() }
      try selectRows.bind(OutboxKey.of(epoch.number, lane, sequence), at: 1)
      try selectRows.bind(OutboxKey.end(epoch.number, lane), at: 2)
      try selectRows.bind(limit, at: 3)
      var rows: [OutboxRow] = []
      while try selectRows.step() { rows.append(OutboxTable.row(in: selectRows, of: epoch.id, lane)) }
      return rows
    } catch {
      throw StoreError(error)
    }
  }

  public func depth(_ lane: Lane, of epoch: OutboxEpoch) throws(StoreError) -> OutboxDepth {
    do throws(SQLiteError) {
      selectDepth.reset()
      defer { selectDepth.reset() }
      try selectDepth.bind(Int64(epoch.number), at: 1)
      try selectDepth.bind(Int64(lane.rawValue), at: 2)
      try selectDepth.bind(OutboxKey.of(epoch.number, lane, 0), at: 3)
      try selectDepth.bind(OutboxKey.end(epoch.number, lane), at: 4)
      guard try selectDepth.step() else { return OutboxDepth(count: 0, lowest: 0, last: 0) }
      return OutboxDepth(count: Int(selectDepth.int64(0)), lowest: selectDepth.int64(1), last: selectDepth.int64(2))
    } catch {
      throw StoreError(error)
    }
  }
}
