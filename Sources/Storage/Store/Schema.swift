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
  ]

  static var version: Int32 { Int32(steps.count) }

  static func migrate(_ connection: Connection) throws(StoreError) {
    do throws(SQLiteError) {
      let found = try connection.userVersion
      guard found <= version else {
        throw SQLiteError(
          code: .mismatch, message: "schema \(found) is newer than this version's \(version)", path: connection.path)
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
      throw StoreError(error)
    }
  }
}
