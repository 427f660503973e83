"""What the databases of vehicles and receiver hold, read from outside."""
import os
import shutil
import sqlite3
import tempfile
import threading

LANES = ["alerts", "events", "telemetry"]
TELEMETRY = 2


def connect(path):
    """Reads a database that is in use. Cannot write, so it leaves the log of a program that was killed alone."""
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)


def given(database):
    """(epoch, lane): the last sequence that a vehicle's database ever gave."""
    return {(epoch, lane): last for epoch, lane, last in database.execute(
        "SELECT id, lane, last FROM lane JOIN epoch ON number = epoch WHERE last > 0")}


def queued(database):
    """(epoch, lane, sequence): type, subject, data of each row that waits; None for a range that is no more."""
    return {(epoch, lane, sequence): None if first is not None else text(content)
            for epoch, lane, first, sequence, *content in database.execute(
                "SELECT id, lane, first, sequence, type, subject, data FROM outbox JOIN epoch ON number = epoch")}


def text(content):
    """Type, subject and data, as they are compared: the line end after a document is not part of it; telemetry is no text."""
    kind, subject, data = content
    if isinstance(data, bytes):
        try:
            data = data.decode()
        except UnicodeDecodeError:
            data = data.hex()
    return kind, subject, data.rstrip()


def history(database):
    """What the technician's history says happened: type, subject, data."""
    return [text(content) for content in database.execute("SELECT type, subject, data FROM event ORDER BY id")]


class Snapshots:
    """What each vehicle's database had committed whenever its daemon was down: none of it may be missing at the end."""

    def __init__(self):
        # Vehicle: (key, content) with epoch, lane and sequence for a key. A restored vehicle gives a key twice.
        self.committed = {}
        # The same of what went with a database that a backup replaced.
        self.destroyed = {}
        self.lock = threading.Lock()

    def take(self, daemon):
        """Copies the files first: opening them would do the daemon's recovery for it."""
        with tempfile.TemporaryDirectory(dir=daemon.folder) as folder:
            copy = self.copy(daemon, folder)
            if copy is None:
                return {}
            try:
                database = sqlite3.connect(copy)
                rows = queued(database)
                database.close()
            except sqlite3.OperationalError:
                # Killed before there were tables.
                return {}
        with self.lock:
            self.committed.setdefault(daemon.name, set()).update(rows.items())
        return rows

    @staticmethod
    def copy(daemon, folder):
        """The copied database; None while there is none."""
        if not os.path.exists(daemon.database):
            return None
        for suffix in ["", "-wal"]:
            if os.path.exists(daemon.database + suffix):
                shutil.copy(daemon.database + suffix, folder)
        return os.path.join(folder, os.path.basename(daemon.database))

    def destroy(self, daemon, rows, image_rows):
        """Rows that were still on the vehicle alone when an older image took their place."""
        with self.lock:
            self.destroyed.setdefault(daemon.name, set()).update(rows.items() - image_rows.items())


def coverage(database):
    """(vehicle, epoch, lane): the runs of sequences that the receiver has or knows to be lost, ascending."""
    runs = {}
    for vehicle, epoch, lane, first, last in database.execute(
            "SELECT vehicle.name, epoch, lane, first, last FROM coverage JOIN stream ON stream.id = coverage.stream"
            " JOIN vehicle ON vehicle.id = stream.vehicle ORDER BY coverage.stream, first"):
        runs.setdefault((vehicle, epoch, lane), []).append((first, last))
    return runs


def covered(runs):
    """How far a stream is complete from its beginning."""
    return runs[0][1] if runs and runs[0][0] == 1 else 0


def missing(runs, last):
    """The ranges of 1...last that are in no run."""
    holes, expected = [], 1
    for begin, end in runs:
        if begin > expected:
            holes.append((expected, min(begin - 1, last)))
        expected = max(expected, end + 1)
    if expected <= last:
        holes.append((expected, last))
    return [hole for hole in holes if hole[0] <= hole[1]]


def received(database):
    """(vehicle, epoch, lane, sequence): type, subject, data, time of each record at the receiver."""
    return {(vehicle, epoch, lane, sequence): (*text(content), time)
            for vehicle, epoch, lane, sequence, time, *content in database.execute(
                "SELECT vehicle.name, epoch, stream.lane, sequence, time, type, subject, data FROM record"
                " JOIN stream ON stream.id = record.stream JOIN vehicle ON vehicle.id = stream.vehicle")}


def conflicts(database):
    """(vehicle, epoch, lane, sequence): the contents that were kept aside."""
    kept = {}
    for vehicle, epoch, lane, sequence, *content in database.execute(
            "SELECT vehicle.name, epoch, stream.lane, sequence, type, subject, data FROM conflict"
            " JOIN stream ON stream.id = conflict.stream JOIN vehicle ON vehicle.id = stream.vehicle"):
        kept.setdefault((vehicle, epoch, lane, sequence), []).append(text(content))
    return kept


def losses(database):
    """Vehicle: (lane, first, last, reason) of what it declared lost."""
    found = {}
    for vehicle, *loss in database.execute(
            "SELECT vehicle.name, stream.lane, first, last, reason FROM loss JOIN stream ON stream.id = loss.stream"
            " JOIN vehicle ON vehicle.id = stream.vehicle"):
        found.setdefault(vehicle, []).append(loss)
    return found
