// The receiver's tables. A stream is one vehicle's lane in one epoch: the unit of sequence and of the gap ledger.
import SQLite

enum Schema {
  static let version: Int32 = 1

  /// Makes the tables in a new file.
  /// - Throws: `newerDatabase` for a file of a later version.
  static func prepare(_ connection: Connection) throws(ReceiverError) {
    do throws(SQLiteError) {
      try connection.pragma("journal_mode", "WAL")
      // Acknowledged means that it survives a power cut here.
      try connection.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192")
      let found = try connection.userVersion
      if found == 0 {
        try connection.transaction { () throws(SQLiteError) in
          try connection.execute(tables)
          try connection.setUserVersion(version)
        }
        return
      }
      if found == version { return }
    } catch { throw .database(error.description) }
    let found = (try? connection.userVersion) ?? 0
    throw .newerDatabase(path: connection.path, found: found, known: version)
  }

  private static let tables = """
    CREATE TABLE vehicle (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
      first_seen INTEGER NOT NULL,  -- receiver's wall clock, ns since 1970, as all times of this table
      last_seen INTEGER,            -- NULL while only retained messages were seen
      online INTEGER, status TEXT, status_at INTEGER, health TEXT, health_at INTEGER);

    CREATE TABLE stream (
      id INTEGER PRIMARY KEY, vehicle INTEGER NOT NULL REFERENCES vehicle, epoch TEXT NOT NULL, lane INTEGER NOT NULL,
      duplicates INTEGER NOT NULL DEFAULT 0, conflicts INTEGER NOT NULL DEFAULT 0, UNIQUE (vehicle, epoch, lane));

    -- number: order of arrival, what `since` counts by.
    CREATE TABLE record (
      number INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES stream, sequence INTEGER NOT NULL,
      vehicle INTEGER NOT NULL, lane INTEGER NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL, subject TEXT,
      time TEXT NOT NULL, boot TEXT NOT NULL, uptime INTEGER NOT NULL, quality INTEGER NOT NULL,
      received INTEGER NOT NULL, data TEXT NOT NULL,
      UNIQUE (stream, sequence), UNIQUE (vehicle, event_id));
    CREATE INDEX record_by_lane ON record (vehicle, lane, number);
    CREATE INDEX record_trips ON record (vehicle, number) WHERE type IN ('trip.started', 'trip.ended');

    -- Runs of committed sequences; what lies between two runs of a stream is missing.
    CREATE TABLE coverage (
      stream INTEGER NOT NULL REFERENCES stream, first INTEGER NOT NULL, last INTEGER NOT NULL,
      PRIMARY KEY (stream, first)) WITHOUT ROWID;

    -- Other content under a key that is taken, kept aside for somebody to look at.
    CREATE TABLE conflict (
      id INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES stream, sequence INTEGER NOT NULL,
      event_id TEXT NOT NULL, type TEXT NOT NULL, subject TEXT, time TEXT NOT NULL, received INTEGER NOT NULL,
      data TEXT NOT NULL);
    CREATE INDEX conflict_by_key ON conflict (stream, sequence);
    """
}
