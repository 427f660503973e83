"""Does to the programs what the plan says, and takes it back."""
import json
import os
import random
import shutil
import signal
import sqlite3
import threading
import time

import ledger
from plan import YEAR_2038


class Chaos:
    """The hands of a run. One thread for each resource, so that the faults of different ones meet."""

    def __init__(self, scene, faults, monitor, seed):
        self.scene, self.faults, self.monitor = scene, faults, monitor
        self.random = random.Random(f"{seed} repeats")
        self.began = None
        self.stopping = threading.Event()
        self.errors = []
        self.link_locks = {name: threading.Lock() for name in scene.programs}
        self.images = os.path.join(scene.folder, "images")

    def run(self):
        """Begins all threads; `join` waits for them."""
        self.began = time.monotonic()
        queues = {}
        for fault in self.faults:
            queues.setdefault(fault.resource, []).append(fault)
        self.threads = [threading.Thread(target=self.work, args=(queue,), daemon=True) for queue in queues.values()]
        for thread in self.threads:
            thread.start()

    @property
    def is_over(self):
        return not any(thread.is_alive() for thread in self.threads)

    def now(self):
        return time.monotonic() - self.began

    def work(self, faults):
        for fault in faults:
            if self.stopping.wait(max(0.0, fault.at - self.now())):
                return
            fault.began = self.now()
            try:
                getattr(self, fault.kind.split()[-1])(fault)
            except (OSError, sqlite3.Error) as error:
                self.errors.append(f"fault {fault}: {type(error).__name__}: {error}")
            fault.ended = self.now()
            self.monitor.mark(fault, self.affected(fault))

    def pause(self, fault):
        self.stopping.wait(fault.lasts)

    def affected(self, fault):
        """The vehicles that a fault kept from their receiver."""
        return [fault.target] if fault.target in self.scene.daemons else list(self.scene.daemons)

    # MARK: Processes.

    def killed(self, fault):
        self.away(fault, signal.SIGKILL)

    def ended(self, fault):
        self.away(fault, signal.SIGTERM)

    def away(self, fault, number):
        program = self.scene.programs[fault.target]
        with program.lock:
            program.end(number)
            self.pause(fault)
            program.start()

    def stalled(self, fault):
        program = self.scene.programs[fault.target]
        program.stall()
        self.pause(fault)
        program.go_on()

    def restored(self, fault):
        """Puts an older image of the database in place. The first time there is none: then one is made."""
        daemon = self.scene.daemons[fault.target]
        with daemon.lock:
            daemon.end(signal.SIGKILL)
            rows = self.scene.snapshots.take(daemon)
            if os.path.isdir(self.images):
                copy = os.path.join(daemon.folder, "image-opened")
                shutil.copytree(self.images, copy)
                database = sqlite3.connect(os.path.join(copy, "telltale.sqlite"))
                image_rows = ledger.queued(database)
                database.close()
                shutil.rmtree(copy)
                self.scene.snapshots.destroy(daemon, rows, image_rows)
                daemon.replace_database(self.images)
                shutil.rmtree(self.images)
                fault.note = "an older image took its place"
            elif rows:
                os.makedirs(self.images)
                ledger.Snapshots.copy(daemon, self.images)
                fault.note = "image taken"
            self.pause(fault)
            daemon.start()

    # MARK: Disks and clocks.

    def full(self, fault):
        disk = self.scene.programs[fault.target].disk
        disk.fill()
        self.pause(fault)
        disk.free()

    def jump(self, fault):
        program = self.scene.programs[fault.target]
        now = int(time.time())
        program.set_clock({1970: -now + 5, 2038: YEAR_2038 - now}[fault.choice["year"]])
        self.pause(fault)
        program.set_clock(0)

    # MARK: The network.

    def cut(self, fault):
        self.disturb(fault, lambda link: link.cut())

    def drop(self, fault):
        self.disturb(fault, lambda link: link.drop(fault.choice["way"].split("+")))

    def link(self, fault):
        choice = fault.choice
        has_netem = self.scene.lab.has_netem
        self.disturb(fault, lambda link: link.slow(choice["kilobits"], choice["milliseconds"], has_netem))

    def disturb(self, fault, do):
        link = self.scene.programs[fault.target].link
        with self.link_locks[fault.target]:
            do(link)
            self.pause(fault)
            link.mend()

    def reconnects(self, fault):
        """Several go at once and come back one after the other, in the order drawn."""
        order = fault.choice["order"]
        # Always locked in the same order, so that two of these cannot wait for each other.
        for name in sorted(order):
            self.link_locks[name].acquire()
        try:
            for name in order:
                self.scene.programs[name].link.cut()
            for name in order:
                self.stopping.wait(fault.lasts / len(order))
                self.scene.programs[name].link.mend()
        finally:
            for name in order:
                self.link_locks[name].release()

    # MARK: The broker's rules, and strangers.

    def refusing(self, fault):
        broker = self.scene.broker
        broker.allow(False)
        broker.reload()
        self.pause(fault)
        broker.allow(True)
        broker.reload()

    def repeated(self, fault):
        stranger = self.scene.stranger
        with stranger.lock:
            heard = list(stranger.heard)
        sent = 0
        for _ in range(fault.choice["times"] if heard else 0):
            sent += stranger.publish(*self.random.choice(heard))
        fault.note = f"{sent} sent"

    def forged(self, fault):
        choice = fault.choice
        how = choice["how"]
        epoch, first, last = choice["epoch"], 1, 1_000_000
        if how in ("never given", "too much"):
            given = self.monitor.given(choice["vehicle"])
            if given:
                (epoch, _), highest = max(given.items(), key=lambda item: item[1])
                # A range that was never given at all, or one that begins within what was and ends beyond.
                first, last = highest + 1000, highest + 2000
                if how == "too much":
                    first = max(1, highest)
        ranges = {lane: [[first, last]] for lane in ledger.LANES}
        payload = json.dumps({"receiver": "forger", "epoch": epoch, "ranges": ranges}).encode()
        if how == "no document":
            payload = payload[: self.random.randrange(len(payload))] + bytes([self.random.randrange(256)])
        topic = f"telltale/v1/{choice['vehicle']}/ack".encode()
        fault.note = "sent" if self.scene.stranger.publish(topic, payload) else "the broker was away"
