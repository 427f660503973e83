"""A run's programs together: a broker, a receiver, and the daemons of a fleet that drives."""
import os
import shutil
import socket
import subprocess
import time

from ledger import Snapshots
from world import vehicles
from world.mqtt import Stranger
from world.programs import Broker, Daemon, Receiver

# What the last drive is held back for, so that every start of a daemon has something to read. Recorded seconds.
HELD_BACK = 600.0
STEP = 0.05
DAEMON_DISK, RECEIVER_DISK = 48, 128


class Scene:
    def __init__(self, lab, folder, binaries, packs, seed, wall_seconds):
        self.lab, self.folder = lab, folder
        self.shim = self.build_shim()
        self.fleet = vehicles.build(os.path.join(binaries, "telltale"), folder, seed, wall_seconds)
        mosquitto = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.broker = Broker(mosquitto, folder, 1883 if lab.has_links else free_port(), lab.has_links)
        link = lab.link if lab.has_links else lambda name: None
        self.receiver = Receiver(
            os.path.join(binaries, "telltale-receiver"), folder, self.broker, link("receiver"),
            lab.disk("receiver", RECEIVER_DISK), self.shim)
        self.daemons = {
            vehicle.name: Daemon(
                os.path.join(binaries, "telltaled"), packs, folder, vehicle, self.broker, link(vehicle.name),
                lab.disk(vehicle.name, DAEMON_DISK), self.shim)
            for vehicle in self.fleet}
        self.snapshots = Snapshots()
        self.programs = {program.name: program for program in [self.broker, self.receiver, *self.daemons.values()]}
        for daemon in self.daemons.values():
            daemon.snapshots = self.snapshots
            daemon.feed.limit = max(0.0, daemon.feed.recording.seconds - HELD_BACK)
        self.stranger = Stranger(self.broker.port)

    def build_shim(self):
        """The library that moves wall clocks; None without a compiler."""
        library = os.path.join(self.folder, "clock.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock.c")
        try:
            subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.lab.refused.append("clock jumps: no C compiler")
            return None
        return library

    def start(self):
        self.broker.start()
        self.stranger.start()
        self.receiver.start()
        for daemon in self.daemons.values():
            daemon.start()

    def drive(self, is_over):
        """Feeds all daemons, and starts again what has ended by itself, until `is_over`. Belongs to one thread."""
        before = time.monotonic()
        while not is_over():
            time.sleep(STEP)
            now = time.monotonic()
            for daemon in self.daemons.values():
                # A daemon that is being ended or started is its fault's.
                if daemon.lock.acquire(blocking=False):
                    try:
                        daemon.feed.pump(now - before, daemon.runs_freely)
                        daemon.watch()
                    finally:
                        daemon.lock.release()
            for program in (self.broker, self.receiver):
                if program.lock.acquire(blocking=False):
                    try:
                        program.watch()
                    finally:
                        program.lock.release()
            before = now

    def release(self):
        """Lets the recordings come to their ends."""
        for daemon in self.daemons.values():
            daemon.feed.limit = daemon.feed.recording.seconds + 1

    def close_feeds(self):
        """Tells each daemon whose recording is through that it is; whether all are."""
        are_through = True
        for daemon in self.daemons.values():
            with daemon.lock:
                if daemon.feed.is_held and daemon.feed.is_through:
                    daemon.feed.finish()
                else:
                    are_through = False
        return are_through

    def end(self):
        """Ends all programs, the daemons in good order."""
        self.stranger.end()
        for program in [*self.daemons.values(), self.receiver, self.broker]:
            program.end()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
