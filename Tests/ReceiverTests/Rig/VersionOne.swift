// A receiver's database as version 1 of the schema left it: the dump of a file that the program of that version wrote.

/// `van-7`: events 1, 2, 4, 5 and 9, of which 2 came twice and 4 with other content as well; alerts 1 and 2.
let versionOneDump = #"""
  CREATE TABLE conflict (
    id INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES stream, sequence INTEGER NOT NULL,
    event_id TEXT NOT NULL, type TEXT NOT NULL, subject TEXT, time TEXT NOT NULL, received INTEGER NOT NULL,
    data TEXT NOT NULL);
  INSERT INTO "conflict" VALUES(1,1,4,'0123456789abcdef0123456789abcdef.events.4','trip.ended',NULL,
    '2026-11-21T02:28:00.000Z',1795319319182046435,'{"n":"other"}');
  CREATE TABLE coverage (
    stream INTEGER NOT NULL REFERENCES stream, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (stream, first)) WITHOUT ROWID;
  INSERT INTO "coverage" VALUES(1,1,2);
  INSERT INTO "coverage" VALUES(1,4,5);
  INSERT INTO "coverage" VALUES(1,9,9);
  INSERT INTO "coverage" VALUES(2,1,2);
  CREATE TABLE record (
    number INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES stream, sequence INTEGER NOT NULL,
    vehicle INTEGER NOT NULL, lane INTEGER NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL, subject TEXT,
    time TEXT NOT NULL, boot TEXT NOT NULL, uptime INTEGER NOT NULL, quality INTEGER NOT NULL,
    received INTEGER NOT NULL, data TEXT NOT NULL,
    UNIQUE (stream, sequence), UNIQUE (vehicle, event_id));
  INSERT INTO "record" VALUES(1,1,1,1,1,'0123456789abcdef0123456789abcdef.events.1','trip.ended',NULL,
    '2026-11-21T02:28:00.000Z','00000000000000000000000000000001',1000,2,1795319319181660879,'{"n":1}');
  INSERT INTO "record" VALUES(2,1,2,1,1,'0123456789abcdef0123456789abcdef.events.2','trip.ended',NULL,
    '2026-11-21T02:28:00.000Z','00000000000000000000000000000001',2000,2,1795319319181772125,'{"n":2}');
  INSERT INTO "record" VALUES(3,1,4,1,1,'0123456789abcdef0123456789abcdef.events.4','trip.ended',NULL,
    '2026-11-21T02:28:00.000Z','00000000000000000000000000000001',4000,2,1795319319181780638,'{"n":4}');
  INSERT INTO "record" VALUES(4,1,5,1,1,'0123456789abcdef0123456789abcdef.events.5','trip.ended',NULL,
    '2026-11-21T02:28:00.000Z','00000000000000000000000000000001',5000,2,1795319319181850202,'{"n":5}');
  INSERT INTO "record" VALUES(5,1,9,1,1,'0123456789abcdef0123456789abcdef.events.9','trip.ended',NULL,
    '2026-11-21T02:28:00.000Z','00000000000000000000000000000001',9000,2,1795319319181930442,'{"n":9}');
  INSERT INTO "record" VALUES(6,2,1,1,0,'0123456789abcdef0123456789abcdef.alerts.1','alert.created',
    'cooling-1','2026-11-21T02:28:00.000Z','00000000000000000000000000000001',1000,2,1795319319182108057,
    '{"severity":"critical"}');
  INSERT INTO "record" VALUES(7,2,2,1,0,'0123456789abcdef0123456789abcdef.alerts.2','alert.created',
    'cooling-2','2026-11-21T02:28:00.000Z','00000000000000000000000000000001',2000,2,1795319319182152112,
    '{"severity":"critical"}');
  CREATE TABLE stream (
    id INTEGER PRIMARY KEY, vehicle INTEGER NOT NULL REFERENCES vehicle, epoch TEXT NOT NULL,
     lane INTEGER NOT NULL,
    duplicates INTEGER NOT NULL DEFAULT 0, conflicts INTEGER NOT NULL DEFAULT 0, UNIQUE (vehicle, epoch, lane));
  INSERT INTO "stream" VALUES(1,1,'0123456789abcdef0123456789abcdef',1,1,1);
  INSERT INTO "stream" VALUES(2,1,'0123456789abcdef0123456789abcdef',0,0,0);
  CREATE TABLE vehicle (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    first_seen INTEGER NOT NULL,  -- receiver's wall clock, ns since 1970, as all times of this table
    last_seen INTEGER,            -- NULL while only retained messages were seen
    online INTEGER, status TEXT, status_at INTEGER, health TEXT, health_at INTEGER);
  INSERT INTO "vehicle" VALUES(1,'van-7',1795319319181660879,1795319319182197570,1,'{"state": "online",
     "version": "1", "boot": "00000000000000000000000000000001", "epoch": "0123456789abcdef0123456789abcdef",
     "queued": {"alerts": 0, "events": 0, "telemetry": 0}, "started": "2026-11-21T02:00:00.000Z"}',
    1795319319182197570,NULL,NULL);
  CREATE INDEX record_by_lane ON record (vehicle, lane, number);
  CREATE INDEX record_trips ON record (vehicle, number) WHERE type IN ('trip.started', 'trip.ended');
  CREATE INDEX conflict_by_key ON conflict (stream, sequence);
  """#
