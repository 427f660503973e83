"""The vehicle's and the receiver's database as another program reads them. Streams are written EPOCH/LANE."""
import sqlite3
import zlib

LANES = ("alerts", "events", "telemetry")


def digest(*values):
    """A checksum over columns of a row."""
    crc = 0
    for value in values:
        text = value if isinstance(value, bytes) else str(value).encode()
        crc = zlib.crc32(text, zlib.crc32(str(len(text)).encode(), crc))
    return crc


def merged(ranges):
    """The same sequences as ascending ranges without neighbours."""
    result = []
    for first, last in sorted(ranges):
        if result and first <= result[-1][1] + 1:
            result[-1][1] = max(result[-1][1], last)
        else:
            result.append([first, last])
    return result


def without(first, last, ranges):
    """What of `first`...`last` the ascending `ranges` leave out, as ranges."""
    left = []
    for a, b in ranges:
        if b < first or a > last:
            continue
        if a > first:
            left.append([first, a - 1])
        first = b + 1
    return left + ([[first, last]] if first <= last else [])


class Database:
    """A reader that never writes rows. Not read-only: it must be able to make the shared index of a WAL database."""

    def __init__(self, path):
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.connection.execute("PRAGMA query_only = ON")

    def close(self):
        self.connection.close()

    def rows(self, sql, *values):
        return self.connection.execute(sql, values).fetchall()

    def begin(self):
        """All that is read until `end` is one committed state."""
        self.connection.execute("BEGIN")

    def end(self):
        self.connection.execute("COMMIT")

    def has(self, *tables):
        return all(self.rows("SELECT 1 FROM sqlite_schema WHERE name = ?", table) for table in tables)

    def flaws(self):
        """What SQLite finds wrong with the file."""
        found = [" ".join(row[0].split()) for row in self.rows("PRAGMA integrity_check(1)") if row[0] != "ok"]
        return found + [f"foreign key: {row}" for row in self.rows("PRAGMA foreign_key_check")]


class Vehicle(Database):
    """telltaled's database."""

    def is_there(self):
        return self.has("epoch", "lane", "outbox") and bool(self.rows("SELECT 1 FROM epoch"))

    def lasts(self):
        """The last sequence given, by stream."""
        return {f"{epoch}/{LANES[lane]}": last for epoch, lane, last in self.rows(
            "SELECT epoch.id, lane, last FROM lane JOIN epoch ON epoch.number = lane.epoch")}

    def outbox(self, after):
        """Digests of the outbox's rows whose sequence is above `after[stream]`, by stream and sequence."""
        found = {}
        for number, epoch in self.rows("SELECT number, id FROM epoch"):
            for lane, name in enumerate(LANES):
                stream = f"{epoch}/{name}"
                for row in self.connection.execute(
                        "SELECT sequence, type, subject, wall, data FROM outbox "
                        "WHERE epoch = ? AND lane = ? AND sequence > ?", (number, lane, after.get(stream, 0))):
                    found.setdefault(stream, {})[row[0]] = digest(*row[1:])
        return found

    def generation(self):
        """The newest checkpoint's number, 0 when there is none."""
        return self.rows("SELECT coalesce(max(generation), 0) FROM checkpoint")[0][0]

    def damaged_checkpoints(self):
        """The generations whose bytes are not those that were written."""
        damaged = []
        for slot, generation, length, crc in self.rows("SELECT slot, generation, bytes, crc FROM checkpoint"):
            parts = self.rows(
                "SELECT data FROM checkpoint_part WHERE number BETWEEN ? AND ? ORDER BY number", 65536 * slot,
                65536 * slot + 65535)
            data = b"".join(part[0] for part in parts)[:length]
            if len(data) != length or zlib.crc32(data) != crc:
                damaged.append(generation)
        return damaged

    def alerts(self):
        """A digest of all alerts' states."""
        return digest(*(value for row in self.rows("SELECT id, state, data FROM alert ORDER BY id") for value in row))

    def alerts_at_odds(self):
        """The alerts whose state is not what their last event told."""
        told = dict(self.rows("SELECT subject, data FROM event WHERE type LIKE 'alert.%' ORDER BY id"))
        states = dict(self.rows("SELECT id, data FROM alert"))
        return [alert for alert in told.keys() | states.keys() if told.get(alert) != states.get(alert)]

    def words(self):
        """How many words of a person are kept."""
        return self.rows("SELECT count(*) FROM event WHERE type = 'component.serviced'")[0][0]


class Receiver(Database):
    """telltale-receiver's database."""

    def is_there(self):
        return self.has("stream", "record", "coverage")

    def records(self, after):
        """The records from a number on: number, stream, sequence, digest."""
        for number, epoch, lane, sequence, *content in self.connection.execute(
                "SELECT number, epoch, stream.lane, sequence, type, subject, time, data "
                "FROM record JOIN stream ON stream.id = record.stream WHERE number > ? ORDER BY number", (after,)):
            yield number, f"{epoch}/{LANES[lane]}", sequence, digest(*content)

    def coverage(self):
        """Ascending ranges of committed sequences, by stream."""
        found = {}
        for epoch, lane, first, last in self.rows(
                "SELECT epoch, lane, first, last FROM coverage JOIN stream ON stream.id = coverage.stream "
                "ORDER BY stream, first"):
            found.setdefault(f"{epoch}/{LANES[lane]}", []).append([first, last])
        return found

    def conflicts(self):
        return self.rows("SELECT coalesce(sum(conflicts), 0) FROM stream")[0][0]
