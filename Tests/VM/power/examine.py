"""What must hold of the two databases after a power cut, given what had been promised."""
import os
import sqlite3
import subprocess

from databases import Receiver, Vehicle, without

VEHICLE_FILE = "vehicle/telltale.sqlite"
RECEIVER_FILE = "receiver/receiver.sqlite"
NOTHING = {"lasts": {}, "acknowledged": {}, "words": 0, "generation": 0, "alerts": 0}


def unpack(image, folder):
    """Copies the files out of a disk after the file system's own recovery, as a mount would find them.

    In user space, so that it needs neither root nor a loop device. Returns what is wrong with the file system.
    """
    path = folder + "/disk"
    with open(path, "wb") as file:
        file.write(image)
    recovery = subprocess.run(["e2fsck", "-p", path], capture_output=True, text=True, check=False)
    if recovery.returncode > 1:
        return [f"the file system cannot be recovered: {recovery.stdout.strip().splitlines()[-1:]}"]
    check = subprocess.run(["e2fsck", "-fn", path], capture_output=True, text=True, check=False)
    if check.returncode:
        return [f"the file system is not consistent: {check.stdout.strip().splitlines()[1:3]}"]
    os.makedirs(folder + "/files")
    copy = subprocess.run(
        ["debugfs", "-R", f"rdump / {folder}/files", path], capture_output=True, text=True, check=False)
    os.unlink(path)
    return [] if copy.returncode == 0 else [f"debugfs: {copy.stderr.strip()}"]


class Examination:
    """One state of the disk: what was found wrong, and how many promised rows are there."""

    def __init__(self, files, promise, limit, truth):
        """`limit`: what the witness saw after the cut, nothing can be newer. `truth`: digests of all that there was."""
        self.promise, self.limit, self.truth = promise, limit, truth
        self.flaws = []
        self.promised = 0
        self.coverage = {}
        self.generation = self.alerts = None
        try:
            self._receiver(f"{files}/{RECEIVER_FILE}")
            self._vehicle(f"{files}/{VEHICLE_FILE}")
        except sqlite3.DatabaseError as error:
            self.flaws.append(f"unreadable: {error}")

    def _open(self, kind, path):
        """The database, or None when it is not there yet, which nobody may have relied on."""
        if not os.path.exists(path):
            return None
        database = kind(path)
        self.flaws += [f"integrity of {os.path.basename(path)}: {flaw}" for flaw in database.flaws()]
        if database.is_there():
            return database
        database.close()
        return None

    def _receiver(self, path):
        receiver = self._open(Receiver, path)
        stored = {}
        if receiver is not None:
            self.coverage = receiver.coverage()
            for _, stream, sequence, content in receiver.records(0):
                stored.setdefault(stream, set()).add(sequence)
                if self.truth["records"].get(stream, {}).get(sequence, content) != content:
                    self.flaws.append(f"the receiver's {stream} {sequence} is another than was committed")
            if receiver.conflicts():
                self.flaws.append("the receiver has conflicts")
            receiver.close()
        for stream, ranges in self.coverage.items():
            covered = {sequence for first, last in ranges for sequence in range(first, last + 1)}
            if covered != stored.get(stream, set()):
                self.flaws.append(f"the receiver's ledger of {stream} is not what it has stored")
        for stream, ranges in self.promise["acknowledged"].items():
            for first, last in ranges:
                for lost in without(first, last, self.coverage.get(stream, [])):
                    self.flaws.append(f"LOST: {stream} {lost[0]} to {lost[1]} were acknowledged")

    def _vehicle(self, path):
        vehicle = self._open(Vehicle, path)
        lasts, outbox = {}, {}
        if vehicle is not None:
            lasts, outbox = vehicle.lasts(), vehicle.outbox({})
            self._states(vehicle)
            vehicle.close()
        elif self.promise["generation"] or self.promise["words"]:
            self.flaws.append("LOST: the vehicle's database")
        for stream in lasts.keys() | self.promise["lasts"].keys():
            self._stream(stream, lasts.get(stream, 0), outbox.get(stream, {}))

    def _stream(self, stream, last, outbox):
        promised = self.promise["lasts"].get(stream, 0)
        self.promised += promised
        if last < promised:
            self.flaws.append(f"LOST: {stream} ends with {last}, committed were {promised}")
        if last > self.limit["lasts"].get(stream, last):
            self.flaws.append(f"{stream} ends with {last}, of which nobody knows")
        there = sorted([sequence, sequence] for sequence in outbox)
        there = sorted(there + self.coverage.get(stream, []))
        for hole in without(1, last, there):
            self.flaws.append(f"LOST: {stream} {hole[0]} to {hole[1]} are neither in the outbox nor at the receiver")
        if there and max(b for _, b in there) > last:
            self.flaws.append(f"{stream} has rows behind its last sequence {last}")
        for sequence, content in outbox.items():
            if self.truth["rows"].get(stream, {}).get(sequence, content) != content:
                self.flaws.append(f"the outbox's {stream} {sequence} is another than was committed")

    def _states(self, vehicle):
        """Alert row, alert state and checkpoint are one transaction."""
        self.generation, self.alerts = vehicle.generation(), vehicle.alerts()
        for alert in vehicle.alerts_at_odds():
            self.flaws.append(f"alert {alert} is not in the state that its last event told")
        for generation in vehicle.damaged_checkpoints():
            self.flaws.append(f"checkpoint {generation} is damaged")
        if self.generation < self.promise["generation"]:
            self.flaws.append(f"LOST: checkpoint {self.promise['generation']}, the newest is {self.generation}")
        seen = self.truth["alerts"].get(self.generation, self.alerts)
        if seen != self.alerts:
            self.flaws.append(f"checkpoint {self.generation} stands beside other alerts than it was committed with")
        if vehicle.words() < self.promise["words"]:
            told = self.promise["words"]
            self.flaws.append(f"LOST: {told} words of a person were answered, kept are {vehicle.words()}")
