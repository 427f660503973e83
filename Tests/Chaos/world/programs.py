"""The programs under test: how they are configured, started, ended, and what they leave behind."""
import os
import shutil
import signal
import struct
import subprocess
import threading
import time

from world.feed import Feed

# Wall seconds of free running before a kill of which nothing need be there afterwards: a commit's group of one second,
# and the commit itself on a machine that is busy.
UNCOMMITTED = 2.0
# Between a start that failed and the next one, seconds, like a service manager's.
RESTART_PAUSE = 0.5


class Program:
    """A process that may be ended and started again at any time. `lock` guards its life."""

    def __init__(self, name, command, folder, link=None, shim=None):
        self.name, self.command, self.folder, self.link = name, command, folder, link
        self.lock = threading.RLock()
        self.process = None
        self.is_stopped = False
        self.started = 0.0
        self.unasked = []
        self.log = os.path.join(folder, name + ".log")
        self.clock = os.path.join(folder, name + ".clock")
        self.environment = dict(os.environ)
        self.set_clock(0)
        if shim:
            self.environment |= {"LD_PRELOAD": shim, "TELLTALE_CHAOS_CLOCK": self.clock}

    def set_clock(self, seconds):
        """Moves the wall clock that the program sees away from the machine's."""
        with open(self.clock, "r+b" if os.path.exists(self.clock) else "w+b") as file:
            file.write(struct.pack("<q", seconds))

    @property
    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def start(self, stdin=subprocess.DEVNULL):
        with self.lock, open(self.log, "ab") as log:
            self.started = time.monotonic()
            self.is_stopped = False
            self.process = subprocess.Popen(
                (self.link.prefix if self.link else []) + self.command, stdin=stdin, stdout=log, stderr=log,
                env=self.environment, cwd=self.folder)

    def end(self, number=signal.SIGTERM, patience=20):
        """Ends the process; a second one that does not answer SIGTERM in time is reported and killed."""
        with self.lock:
            if self.process is None:
                return
            self.go_on()
            if self.process.poll() is None:
                self.process.send_signal(number)
            else:
                self.note_end()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.unasked.append(f"{self.name} did not end within {patience} s of SIGTERM")
                self.process.kill()
                self.process.wait()
            self.gone()
            self.process = None

    def gone(self):
        """The process has ended; what is to be noted before the next one begins."""

    def stall(self):
        with self.lock:
            if self.is_alive:
                self.is_stopped = True
                self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        with self.lock:
            if self.is_alive and self.is_stopped:
                self.process.send_signal(signal.SIGCONT)
            self.is_stopped = False

    @property
    def is_excused(self):
        """Whether a fault explains that the process has ended by itself."""
        return False

    def note_end(self):
        """Takes down that the process has ended by itself, unless that is no wonder."""
        if not self.is_excused:
            self.unasked.append(f"{self.name} ended by itself with code {self.process.returncode}: {self.last_words()}")

    def watch(self):
        """Starts a process again that has ended by itself."""
        with self.lock:
            if self.process is None or self.process.poll() is None or time.monotonic() < self.started + RESTART_PAUSE:
                return
            self.note_end()
            self.gone()
            self.start()

    def last_words(self):
        with open(self.log, "rb") as file:
            file.seek(max(0, os.path.getsize(self.log) - 400))
            return file.read().decode(errors="replace").strip().splitlines()[-1:]


class Broker(Program):
    """mosquitto without persistence: what it had in hand is gone with it."""

    def __init__(self, program, folder, port, has_links):
        self.port = port
        self.rules = os.path.join(folder, "broker.acl")
        self.allow(True)
        with open(os.path.join(folder, "broker.conf"), "w", encoding="utf-8") as file:
            file.write(f"listener {port} {'0.0.0.0' if has_links else '127.0.0.1'}\nallow_anonymous true\n"
                       f"persistence false\nacl_file {self.rules}\nlog_type error\nlog_type warning\n"
                       + ("user root\n" if os.getuid() == 0 else ""))
        super().__init__("broker", [program, "-c", os.path.join(folder, "broker.conf")], folder)

    def allow(self, everything):
        """The rules for what may be published: everything, or nothing but `status`."""
        with open(self.rules, "w", encoding="utf-8") as file:
            file.write("topic readwrite #\n" if everything else "topic readwrite telltale/v1/+/status\ntopic read #\n")
        os.chmod(self.rules, 0o600)

    def reload(self):
        with self.lock:
            if self.is_alive:
                self.process.send_signal(signal.SIGHUP)

    @property
    def is_excused(self):
        # A signal to read the rules again ends a broker that has only just begun.
        return self.process.returncode == -signal.SIGHUP


class Receiver(Program):
    def __init__(self, program, folder, broker, link, disk, shim):
        self.disk = disk
        self.state = os.path.join(folder, "receiver")
        self.database = os.path.join(self.state, "receiver.sqlite")
        self.socket = os.path.join(folder, "receiver.sock")
        with open(os.path.join(folder, "receiver.yaml"), "w", encoding="utf-8") as file:
            file.write(f"name: chaos\nbroker: {{host: {link.broker if link else '127.0.0.1'}, port: {broker.port}}}\n"
                       f"storage: sqlite:{self.database}\nhttp: {{listen: \"unix:{self.socket}\"}}\n")
        super().__init__("receiver", [program, "--config", os.path.join(folder, "receiver.yaml")], folder, link, shim)

    def start(self, stdin=subprocess.DEVNULL):
        with self.lock:
            if os.path.exists(self.socket):
                os.unlink(self.socket)
            super().start(stdin)

    @property
    def is_excused(self):
        return self.disk is not None and (self.disk.is_full or time.monotonic() < self.disk.freed + 2)


class Daemon(Program):
    """telltaled of one vehicle, fed from its recording; notes which recorded times each end may have cost."""

    def __init__(self, program, packs, folder, vehicle, broker, link, disk, shim):
        self.vehicle, self.disk = vehicle, disk
        self.state = os.path.join(folder, vehicle.name)
        self.database = os.path.join(self.state, "state", "telltale.sqlite")
        self.feed = Feed(vehicle.recording, vehicle.speed)
        # Each end of a process: how (`killed` or `ended`), and the recorded times between which nothing need be there.
        self.breaks = []
        self.snapshots = None
        # A daemon locks the folder of its socket while it starts to listen.
        run = os.path.join(folder, vehicle.name + ".run")
        os.mkdir(run)
        with open(os.path.join(folder, vehicle.name + ".yaml"), "w", encoding="utf-8") as file:
            file.write(f"vehicle: {{id: {vehicle.name}}}\nadapters: [{', '.join(vehicle.life.packs)}]\n"
                       f"adapters_path: {packs}\nstate: {self.state}/state\nsocket: {run}/socket\n"
                       f"mqtt: {{host: {link.broker if link else '127.0.0.1'}, port: {broker.port}}}\n"
                       "log: {level: warning}\n")
        command = [program, "--config", os.path.join(folder, vehicle.name + ".yaml"), "--replay", "-", "--speed", "max"]
        super().__init__(vehicle.name, command, folder, link, shim)

    @property
    def is_out_of_disk(self):
        """Also a little later: the recorder tries again each second, and has what waited to catch up with."""
        return self.disk is not None and (self.disk.is_full or time.monotonic() < self.disk.freed + 2.5)

    @property
    def is_excused(self):
        return self.is_out_of_disk

    @property
    def runs_freely(self):
        return self.is_alive and not self.is_stopped and not self.is_out_of_disk

    def start(self, stdin=subprocess.DEVNULL):
        with self.lock:
            pipe = self.feed.open()
            super().start(pipe)

    def end(self, number=signal.SIGTERM, patience=20):
        with self.lock:
            self.ending = "killed" if number == signal.SIGKILL else "ended"
            super().end(number, patience)

    def watch(self):
        with self.lock:
            self.ending = "failed"
            super().watch()

    def gone(self):
        feed, recording = self.feed, self.vehicle.recording
        # A start that fails, for want of disk say, has judged none of the frames that it looked at.
        never_ran = self.ending == "failed" and self.process.returncode == 1
        began = feed.begin
        margin = UNCOMMITTED if self.ending == "killed" or self.is_out_of_disk else 0.5
        safe = feed.before(margin)
        consumed = feed.close(never_ran)
        if consumed > began:
            self.breaks.append(
                (self.ending, recording.time(safe), recording.time(consumed), recording.time(feed.begin)))
        if self.snapshots:
            self.snapshots.take(self)

    def replace_database(self, image):
        """Puts an older image of the database in place, as who restores a backup does. The process is not running."""
        folder = os.path.dirname(self.database)
        for name in os.listdir(folder):
            if name.startswith("telltale.sqlite"):
                os.unlink(os.path.join(folder, name))
        for name in os.listdir(image):
            shutil.copy(os.path.join(image, name), folder)
