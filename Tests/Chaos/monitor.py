"""Watches during a run how far each vehicle's rows have come, and when what a fault held up had arrived."""
import sqlite3
import threading

import ledger


class Monitor:
    def __init__(self, scene):
        self.scene = scene
        self.lock = threading.Lock()
        # Faults whose backlog has not arrived.
        self.open = []
        self.last_given = {}
        # Highest queue seen in a vehicle, rows.
        self.deepest = 0

    def mark(self, fault, vehicles):
        """From now on: when is at the receiver what these vehicles had committed at this moment?"""
        with self.lock:
            fault.waiting = set(vehicles)
            self.open.append(fault)

    def given(self, vehicle):
        return self.last_given.get(vehicle, {})

    def look(self, now):
        """One round over all databases. `now`: seconds since the run began."""
        for name, daemon in self.scene.daemons.items():
            try:
                database = ledger.connect(daemon.database)
                self.last_given[name] = ledger.given(database)
                self.deepest = max(self.deepest, database.execute("SELECT count(*) FROM outbox").fetchone()[0])
                database.close()
            except sqlite3.Error:
                # Not there yet, or a disk without room for its index.
                continue
            with self.lock:
                for fault in self.open:
                    if name in fault.waiting and name not in fault.marks:
                        fault.marks[name] = dict(self.last_given[name])
        try:
            database = ledger.connect(self.scene.receiver.database)
            runs = ledger.coverage(database)
            database.close()
        except sqlite3.Error:
            return
        with self.lock:
            for fault in self.open:
                fault.waiting = {name for name in fault.waiting if name not in fault.marks or any(
                    ledger.covered(runs.get((name, epoch, lane), [])) < last
                    for (epoch, lane), last in fault.marks[name].items())}
                if not fault.waiting:
                    fault.converged = now - fault.ended
            self.open = [fault for fault in self.open if fault.converged is None]

    def is_settled(self):
        """Whether nothing waits on any vehicle, and the receiver's ledger has no hole."""
        try:
            database = ledger.connect(self.scene.receiver.database)
            runs = ledger.coverage(database)
            database.close()
            for name, daemon in self.scene.daemons.items():
                database = ledger.connect(daemon.database)
                waiting = database.execute("SELECT count(*) FROM outbox").fetchone()[0]
                given = ledger.given(database)
                database.close()
                holes = (ledger.missing(runs.get((name, *stream), []), last) for stream, last in given.items())
                if waiting or any(holes):
                    return False
            return True
        except sqlite3.Error:
            return False

    def follow(self, chaos, stopping):
        """The body of a thread."""
        while not stopping.wait(0.4):
            self.look(chaos.now())
