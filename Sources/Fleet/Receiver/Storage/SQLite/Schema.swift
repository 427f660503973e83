// The receiver's tables in SQLite. A stream is one vehicle's lane in one epoch: the unit of sequence and of the gap
// ledger.
import SQLite

enum Schema {
  static let version: Int32 = 3

  /// Makes the tables in a new file, or brings those of an earlier version up to this one.
  /// - Throws: `newerDatabase` for a file of a later version.
  static func prepare(_ connection: Connection) throws(ReceiverError) {
    let found: Int32
    do throws(SQLiteError) {
      try connection.pragma("journal_mode", "WAL")
      // Acknowledged means that it survives a power cut here.
      try connection.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192")
      found = try connection.userVersion
      if (0..<version).contains(found) {
        try connection.transaction { () throws(SQLiteError) in
          try bring(connection, from: found, to: version)
          try connection.setUserVersion(version)
        }
        return
      }
    } catch { throw .database(error.receiversLine) }
    if found != version { throw .newerDatabase(path: connection.path, found: found, known: version) }
  }

  /// Makes in a database of the version `found` (0: an empty one) what later ones have up to `wanted`.
  static func bring(_ connection: Connection, from found: Int32, to wanted: Int32) throws(SQLiteError) {
    for step in [tables, second, third][Int(found)..<Int(wanted)] { try connection.execute(step) }
  }

  /// Version 1.
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

    -- Runs of sequences that are committed or, since version 2, declared lost; what lies between two is missing.
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

  /// What version 2 adds: losses, where epochs come from, since when a status has said the same.
  private static let second = """
    -- Runs of covered sequences that never came: the vehicle declared them lost. They do not overlap.
    CREATE TABLE loss (
      stream INTEGER NOT NULL REFERENCES stream, first INTEGER NOT NULL, last INTEGER NOT NULL,
      reason TEXT NOT NULL, time TEXT NOT NULL, received INTEGER NOT NULL,
      PRIMARY KEY (stream, first)) WITHOUT ROWID;

    -- How an outbox began, as its first event says.
    CREATE TABLE epoch (
      vehicle INTEGER NOT NULL REFERENCES vehicle, epoch TEXT NOT NULL, reason TEXT NOT NULL, predecessor TEXT,
      received INTEGER NOT NULL, PRIMARY KEY (vehicle, epoch)) WITHOUT ROWID;
    CREATE INDEX epoch_by_predecessor ON epoch (vehicle, predecessor);

    ALTER TABLE stream ADD COLUMN given INTEGER;  -- the last sequence, as a successor says; NULL while none has
    ALTER TABLE vehicle ADD COLUMN status_since INTEGER;
    UPDATE vehicle SET status_since = status_at;
    """

  /// What version 3 adds: records that nobody can read, conflicts by vehicle.
  private static let third = """
    -- Records whose data is not what the contract says, and what is wrong with it.
    CREATE TABLE malformed (
      vehicle INTEGER NOT NULL REFERENCES vehicle, number INTEGER NOT NULL REFERENCES record, reason TEXT NOT NULL,
      PRIMARY KEY (vehicle, number)) WITHOUT ROWID;

    ALTER TABLE stream ADD COLUMN malformed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE conflict ADD COLUMN vehicle INTEGER;
    UPDATE conflict SET vehicle = (SELECT vehicle FROM stream WHERE stream.id = conflict.stream);
    CREATE INDEX conflict_by_vehicle ON conflict (vehicle, id);
    """
}
