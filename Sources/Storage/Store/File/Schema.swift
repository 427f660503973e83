// The schema of the store and how a file gets from one version to the next.
import SQLite

enum Schema {
  /// Each step brings the file from version `index` to `index + 1`, in one transaction with the version number. A step
  /// that has shipped never changes; a new version appends one.
  static let steps: [String] = [
    """
    -- What is said once about the file: epoch, vehicle.
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- The last sequence that each lane gave.
    CREATE TABLE lane (lane INTEGER PRIMARY KEY, last INTEGER NOT NULL);
    INSERT INTO lane VALUES (0, 0), (1, 0), (2, 0);

    -- Rows not yet acknowledged by a receiver.
    CREATE TABLE outbox (
      lane INTEGER NOT NULL, sequence INTEGER NOT NULL, type TEXT NOT NULL, subject TEXT,
      boot TEXT NOT NULL, uptime INTEGER NOT NULL, wall INTEGER NOT NULL, quality INTEGER NOT NULL,
      data BLOB NOT NULL, PRIMARY KEY (lane, sequence)) WITHOUT ROWID;

    -- What happened, for the technician.
    CREATE TABLE event (
      id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, sequence INTEGER NOT NULL, type TEXT NOT NULL, subject TEXT,
      wall INTEGER NOT NULL, data BLOB NOT NULL);

    CREATE TABLE alert (
      id TEXT PRIMARY KEY, state TEXT NOT NULL, changed INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;

    CREATE TABLE trip (number INTEGER PRIMARY KEY, started INTEGER NOT NULL, data BLOB NOT NULL);

    -- Health over time, one row for each report.
    CREATE TABLE health (
      id INTEGER PRIMARY KEY, component TEXT NOT NULL, wall INTEGER NOT NULL, data BLOB NOT NULL);

    -- A minute of all signals per row; the signals' names stand once.
    CREATE TABLE signal (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, unit TEXT NOT NULL);
    CREATE TABLE rollup (
      id INTEGER PRIMARY KEY, start INTEGER NOT NULL, seconds INTEGER NOT NULL, chunk BLOB NOT NULL);

    -- Two slots, written in turn: a torn write leaves the other whole.
    CREATE TABLE checkpoint (
      slot INTEGER PRIMARY KEY, generation INTEGER NOT NULL, version INTEGER NOT NULL, crc INTEGER NOT NULL,
      data BLOB NOT NULL);
    """,
    """
    -- What control units said about themselves: trouble codes, freeze frames, identity. The newest of each.
    CREATE TABLE diagnostic (
      unit TEXT NOT NULL, key TEXT NOT NULL, wall INTEGER NOT NULL, version INTEGER NOT NULL, crc INTEGER NOT NULL,
      block BLOB NOT NULL, data BLOB NOT NULL, PRIMARY KEY (unit, key)) WITHOUT ROWID;
    """,
    """
    -- The health of vehicles that this gateway was taken out of, until it is back in them.
    CREATE TABLE parked (
      vehicle TEXT PRIMARY KEY, version INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;

    -- What no new version may forget of a component, by name. The vehicle is its VIN, or empty while none is known.
    CREATE TABLE counter (
      vehicle TEXT NOT NULL, component TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL,
      PRIMARY KEY (vehicle, component, name)) WITHOUT ROWID;
    """,
    """
    -- Here and below: `seal` is a checksum over the row's values; NULL where an older version wrote the row.

    -- The identities that the outbox had, the present one last. `began` is wall time, 0 where an older version began it.
    CREATE TABLE epoch (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, machine TEXT, began INTEGER NOT NULL, reason TEXT NOT NULL,
      seal INTEGER);
    INSERT INTO epoch SELECT 1, value, NULL, 0, 'fresh', NULL FROM meta WHERE key = 'epoch';
    DELETE FROM meta WHERE key = 'epoch';

    -- The last sequence that each lane of each epoch gave.
    ALTER TABLE lane RENAME TO lane_3;
    CREATE TABLE lane (
      epoch INTEGER NOT NULL, lane INTEGER NOT NULL, last INTEGER NOT NULL, seal INTEGER, PRIMARY KEY (epoch, lane))
      WITHOUT ROWID;
    INSERT INTO lane SELECT 1, lane, last, NULL FROM lane_3 WHERE EXISTS (SELECT 1 FROM epoch);
    DROP TABLE lane_3;

    -- Rows not yet acknowledged by a receiver. One with a `first` is a tombstone: it stands for the sequences from there
    -- to its own, of which `count` rows were dropped, as far as that is known.
    ALTER TABLE outbox RENAME TO outbox_3;
    CREATE TABLE outbox (
      epoch INTEGER NOT NULL, lane INTEGER NOT NULL, sequence INTEGER NOT NULL, first INTEGER, count INTEGER,
      type TEXT NOT NULL, subject TEXT,
      boot TEXT NOT NULL, uptime INTEGER NOT NULL, wall INTEGER NOT NULL, quality INTEGER NOT NULL,
      seal INTEGER, data BLOB NOT NULL, PRIMARY KEY (epoch, lane, sequence)) WITHOUT ROWID;
    INSERT INTO outbox
      SELECT 1, lane, sequence, NULL, NULL, type, subject, boot, uptime, wall, quality, NULL, data FROM outbox_3;
    DROP TABLE outbox_3;

    ALTER TABLE event ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE event ADD COLUMN seal INTEGER;
    ALTER TABLE alert ADD COLUMN seal INTEGER;
    ALTER TABLE trip ADD COLUMN seal INTEGER;
    ALTER TABLE health ADD COLUMN seal INTEGER;
    ALTER TABLE diagnostic ADD COLUMN seal INTEGER;
    ALTER TABLE parked ADD COLUMN seal INTEGER;
    ALTER TABLE counter ADD COLUMN seal INTEGER;
    ALTER TABLE signal ADD COLUMN seal INTEGER;
    ALTER TABLE meta ADD COLUMN seal INTEGER;

    -- All signals over a second, a minute, an hour per row; `version` says how the chunk is laid out (0: as steps 1 to 3
    -- wrote it). Seconds are read from end to end: an index would cost each of them a page.
    CREATE TABLE rollup_second (
      id INTEGER PRIMARY KEY, start INTEGER NOT NULL, version INTEGER NOT NULL, seal INTEGER, chunk BLOB NOT NULL);
    CREATE TABLE rollup_minute (
      id INTEGER PRIMARY KEY, start INTEGER NOT NULL, version INTEGER NOT NULL, seal INTEGER, chunk BLOB NOT NULL);
    CREATE TABLE rollup_hour (
      id INTEGER PRIMARY KEY, start INTEGER NOT NULL, version INTEGER NOT NULL, seal INTEGER, chunk BLOB NOT NULL);
    CREATE INDEX rollup_minute_start ON rollup_minute (start);
    CREATE INDEX rollup_hour_start ON rollup_hour (start);
    INSERT INTO rollup_minute SELECT id, start, 0, NULL, chunk FROM rollup;
    DROP TABLE rollup;

    -- A checkpoint is kept in parts, of which only those are written that differ from what the slot held. A part's number
    -- is 65536 x slot + its place from 0.
    ALTER TABLE checkpoint RENAME TO checkpoint_3;
    CREATE TABLE checkpoint (
      slot INTEGER PRIMARY KEY, generation INTEGER NOT NULL, version INTEGER NOT NULL, bytes INTEGER NOT NULL,
      crc INTEGER NOT NULL);
    CREATE TABLE checkpoint_part (number INTEGER PRIMARY KEY, data BLOB NOT NULL);
    INSERT INTO checkpoint SELECT slot, generation, version, length(data), crc FROM checkpoint_3;
    WITH RECURSIVE piece (slot, place, data) AS (
      SELECT slot, 0, data FROM checkpoint_3 WHERE length(data) > 0
      UNION ALL SELECT slot, place + 1, data FROM piece WHERE (place + 1) * 960 < length(data))
    INSERT INTO checkpoint_part SELECT 65536 * slot + place, substr(data, place * 960 + 1, 960) FROM piece;
    DROP TABLE checkpoint_3;
    """,
    """
    -- By one number, which is epoch, lane and sequence: rows of more than a quarter of a page stay on it.
    ALTER TABLE outbox RENAME TO outbox_4;
    CREATE TABLE outbox (
      key INTEGER PRIMARY KEY, epoch INTEGER AS (key >> 42), lane INTEGER AS (key >> 40 & 3),
      sequence INTEGER AS (key & 1099511627775), first INTEGER, count INTEGER, type TEXT NOT NULL, subject TEXT,
      boot TEXT NOT NULL, uptime INTEGER NOT NULL, wall INTEGER NOT NULL, quality INTEGER NOT NULL, seal INTEGER,
      data BLOB NOT NULL);
    INSERT INTO outbox (key, first, count, type, subject, boot, uptime, wall, quality, seal, data)
      SELECT (epoch << 42) | (lane << 40) | sequence, first, count, type, subject, boot, uptime, wall, quality, seal, data
      FROM outbox_4 ORDER BY epoch, lane, sequence;
    DROP TABLE outbox_4;
    """,
  ]

  static var version: Int32 { Int32(steps.count) }

  /// A number that no version of ours will ever have: the header is damaged.
  static let absurd: Int32 = 1000

  /// That a reader, which must not change the file, finds the tables of this version.
  /// - Throws: `StoreError`, `.newerSchema` and, of an older file, `.database`.
  static func expectPresent(in connection: Connection) throws(StoreError) {
    let found: Int32
    do throws(SQLiteError) { found = try connection.userVersion } catch { throw StoreError(error) }
    if found > version {
      throw StoreError(
        kind: .newerSchema, path: connection.path,
        reason: "has schema \(found), newer than this version's \(version); use the telltale that came with its telltaled")
    }
    guard found == version else {
      throw StoreError(
        kind: .database, path: connection.path,
        reason: "has schema \(found), older than this version's \(version); start telltaled once: it brings the file up to date")
    }
  }

  /// Brings the file to this version.
  /// - Throws: `StoreError`: `.newerSchema`, and `.damaged` where the version cannot be what is in the file.
  static func migrate(_ connection: Connection) throws(StoreError) {
    do throws(SQLiteError) {
      let found = try connection.userVersion
      guard found <= version || found >= absurd else {
        throw SQLiteError(
          code: .mismatch, message: "schema \(found) is newer than this version's \(version)", path: connection.path)
      }
      let isEmpty = try connection.isEmpty
      guard found >= 0, found <= version, isEmpty == (found == 0) else {
        throw SQLiteError(code: .corrupt, message: "\(found) is no version of this schema", path: connection.path)
      }
      guard found < version else { return }
      try connection.transaction { () throws(SQLiteError) in
        for step in steps[Int(found)...] { try connection.execute(step) }
        try connection.setUserVersion(version)
      }
    } catch {
      if case .mismatch = error.code {
        throw StoreError(
          kind: .newerSchema, path: error.path,
          reason: "was written by a newer telltaled (\(error.message)); install that version, or give another --state")
      }
      throw StoreError(opening: error)
    }
  }
}

extension Connection {
  /// Whether the file holds no table at all.
  fileprivate var isEmpty: Bool {
    get throws(SQLiteError) { try !prepare("SELECT 1 FROM sqlite_schema").step() }
  }
}
