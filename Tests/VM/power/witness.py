"""Run in the virtual machine: lets a daemon, a broker and a receiver live on the logged disk, and writes down on that
same disk what they have promised so far.

A mark is one write to the disk, behind the file system and past all caches. It says what was promised before it was
written, so it stands in the disk's write log behind every write and flush that the promise rests on: whoever cuts the
power anywhere after the mark must find all that it tells. Marks are found in the log, never read from the disk: it does
not matter whether they survive.

What counts as a promise:
  * rows of the vehicle that another connection can read: they are published from then on;
  * ranges that a receiver acknowledges on the broker, for then the vehicle deletes its rows;
  * words of a person (`telltale service`) that the daemon has answered.
"""
import http.client
import json
import mmap
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

from broker import Acknowledgements
from databases import Receiver, Vehicle, merged
from writelog import FILE_SYSTEM_BYTES, MARK_BYTES, MARK_MAGIC, MARK_SLOTS

DISK = "/disk"
DEVICE = "/dev/vda"
STATE = DISK + "/vehicle"
RECEIVER = DISK + "/receiver"
SOCKET = "/run/telltale.sock"
PORT = 1883
DRIVE_LIMIT = 300  # seconds
WORD_EVERY = 0.5  # seconds between two words of a person
SERVICED = "battery-12v"  # nothing of this drive depends on it


class Failure(Exception):
    """The run is of no use; the text says why."""


class Marks:
    """The part of the disk behind the file system."""

    def __init__(self):
        self.device = os.open(DEVICE, os.O_WRONLY | os.O_DIRECT)
        self.buffer = mmap.mmap(-1, MARK_BYTES)  # aligned, as O_DIRECT asks
        self.count = 0

    def write(self, promise):
        text = MARK_MAGIC + json.dumps(promise, separators=(",", ":")).encode()
        if len(text) > MARK_BYTES:
            raise Failure(f"a mark of {len(text)} bytes does not fit")
        self.buffer[:] = text.ljust(MARK_BYTES, b"\0")
        os.pwrite(self.device, self.buffer, FILE_SYSTEM_BYTES + self.count % MARK_SLOTS * MARK_BYTES)
        self.count += 1


class Witness:
    """Looks at both databases and at the broker again and again, and writes a mark after each look that shows news."""

    def __init__(self, acknowledgements, person):
        self.marks = Marks()
        self.person = person
        self.acknowledgements = acknowledgements
        self.promise = {"lasts": {}, "acknowledged": {}, "words": 0, "generation": 0, "alerts": 0}
        self.rows = {}  # what the rows are, by stream and sequence
        self.records = {}
        self.seen = {}  # the last sequence looked at, by stream
        self.number = 0
        self.vehicle = None
        self.receiver = None

    def look(self):
        before = json.dumps(self.promise)
        self.promise["words"] = self.person.answered
        # In this order: what a receiver has said was sent before, so it can be read now.
        for document in self.acknowledgements.arrived():
            told = json.loads(document)
            for lane, ranges in told["ranges"].items():
                stream = f"{told['epoch']}/{lane}"
                known = self.promise["acknowledged"].get(stream, [])
                self.promise["acknowledged"][stream] = merged(known + [list(pair) for pair in ranges])
        self._look_at_vehicle()
        self._look_at_receiver()
        if json.dumps(self.promise) != before:
            self.marks.write(self.promise)

    def _look_at_vehicle(self):
        if self.vehicle is None:
            if not os.path.exists(STATE + "/telltale.sqlite-wal"):
                return
            self.vehicle = Vehicle(STATE + "/telltale.sqlite")
        try:
            self.vehicle.begin()
            if self.vehicle.is_there():
                self.promise["lasts"] = self.vehicle.lasts()
                self.promise["generation"] = self.vehicle.generation()
                self.promise["alerts"] = self.vehicle.alerts()
                for stream, rows in self.vehicle.outbox(self.seen).items():
                    self.rows.setdefault(stream, {}).update(rows)
                    self.seen[stream] = max(rows)
            self.vehicle.end()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            self.leave_vehicle()  # the daemon makes the file, or recovers it, at this moment

    def leave_vehicle(self):
        if self.vehicle is not None:
            self.vehicle.close()
        self.vehicle = None

    def _look_at_receiver(self):
        if self.receiver is None:
            self.receiver = Receiver(RECEIVER + "/receiver.sqlite")
        for self.number, stream, sequence, content in self.receiver.records(self.number):
            self.records.setdefault(stream, {})[sequence] = content


class Daemon:
    def __init__(self, recording, speed, log):
        self.process = subprocess.Popen(
            ["./telltaled", "--config", "telltale.yaml", "--state", STATE, "--socket", SOCKET, "--replay", recording,
             "--speed", speed], stdout=log, stderr=log)

    def ask(self, method, path, body=None):
        """The answer, or None while the daemon cannot be asked."""
        connection = http.client.HTTPConnection("localhost", timeout=10)
        try:
            connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.sock.settimeout(10)
            connection.sock.connect(SOCKET)
            connection.request(method, path, body and json.dumps(body))
            answer = connection.getresponse()
            text = answer.read()
            return json.loads(text) if answer.status == 200 else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def has_replayed(self):
        sources = self.ask("GET", "/v1/sources")
        return sources is not None and all(source["state"] == "ended" for source in sources)


class Person(threading.Thread):
    """Tells the daemon again and again that a part was replaced, and counts the answers."""

    def __init__(self):
        super().__init__(daemon=True)
        self.answered = 0
        self.daemon_told = None

    def run(self):
        while True:
            time.sleep(WORD_EVERY)
            if self.daemon_told and self.daemon_told.ask("POST", "/v1/service", {"component": SERVICED}) is not None:
                self.answered += 1


def live(witness, daemon, until, seconds):
    """Looks on until `until` holds; it is asked twice a second."""
    end, ask = time.monotonic() + seconds, 0
    while True:
        witness.look()
        now = time.monotonic()
        if daemon.process.poll() is not None:
            raise Failure(f"telltaled ended with code {daemon.process.returncode}")
        if now >= ask:
            if until():
                return
            ask = time.monotonic() + 0.5
        if now > end:
            raise Failure(f"the drive is not over after {seconds} s")
        time.sleep(0.02)


def run(speed):
    subprocess.run(["modprobe", "-a", "virtio_blk", "ext4"], check=True)
    while not os.path.exists(DEVICE):
        time.sleep(0.05)
    os.makedirs(DISK)
    subprocess.run(["mount", "-t", "ext4", DEVICE, DISK], check=True)
    os.makedirs(RECEIVER)
    log = open("programs.log", "w", encoding="utf-8")
    broker = subprocess.Popen(["mosquitto", "-c", "mosquitto.conf"], stdout=log, stderr=log)
    acknowledgements = Acknowledgements(PORT)
    receiver = subprocess.Popen(["./telltale-receiver", "--config", "receiver.yaml"], stdout=log, stderr=log)
    end = time.monotonic() + 20
    while not os.path.exists("/run/receiver.sock"):
        if receiver.poll() is not None or time.monotonic() > end:
            raise Failure("the receiver does not start")
        time.sleep(0.05)
    person = Person()
    person.start()
    witness = Witness(acknowledgements, person)

    daemon = person.daemon_told = Daemon("first.log", speed, log)
    live(witness, daemon, daemon.has_replayed, DRIVE_LIMIT)
    # Without a goodbye and with nobody else at the file: the second one finds a log to recover from.
    witness.leave_vehicle()
    daemon.process.kill()
    daemon.process.wait()

    daemon = person.daemon_told = Daemon("second.log", speed, log)
    live(witness, daemon, daemon.has_replayed, DRIVE_LIMIT)
    person.daemon_told = None
    live(witness, daemon, lambda: not witness.vehicle.outbox({}), DRIVE_LIMIT)
    witness.receiver.close()
    witness.leave_vehicle()  # whoever closes the file last writes the log back: that is to be the daemon
    for process in (daemon.process, receiver, broker):
        process.send_signal(signal.SIGTERM)
        if process.wait(20) != 0 and process is not broker:
            raise Failure(f"{process.args[0]} ended with code {process.returncode}")
    subprocess.run(["umount", DISK], check=True)
    with open("truth.json", "w", encoding="utf-8") as file:
        json.dump({"rows": witness.rows, "records": witness.records}, file)


try:
    run(sys.argv[1])
except Failure as failure:
    print(failure)
    sys.exit(1)
