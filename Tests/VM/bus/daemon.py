"""The daemon under test, seen from outside: its socket, its database, its log and what the kernel counts of it."""
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time


class Failure(Exception):
    """A test has failed; the text says how."""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


def await_true(condition, seconds, what):
    """Asks until `condition` holds; fails with `what` when it does not within `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"{what} did not come within {seconds:g} s")
        time.sleep(0.05)


def confined(processors):
    """For a process to be started: keeps it on these processors; None keeps it on none in particular."""
    return processors and (lambda: os.sched_setaffinity(0, processors))


def process_cpu_ns(pid):
    """User and system time of all living threads, as the scheduler counts it."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        except FileNotFoundError:
            continue
    return total


class Daemon:
    """One run of telltaled with fresh state. Programs, packs and the folder for its log are in the current folder.

    Its own folder is a temporary one: neither WAL nor Unix sockets work in the folder that the guest shares.
    """

    def __init__(self, name, packs, sources, extra=""):
        self.folder = tempfile.mkdtemp(prefix="bus-suite.")
        self.log_path = f"logs/{name}.log"
        self.process = None
        lines = ["vehicle:", "  id: bus-suite", "sources:"]
        lines += [f"  - {source}" for source in sources]
        lines += [f"adapters: [{', '.join(packs)}]", f"adapters_path: {os.path.abspath('adapters')}", extra]
        with open(self.path("telltale.yaml"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, processors=None):
        """`processors`: those that it may run on; None for all."""
        with open(self.log_path, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["bin/telltaled", "--config", self.path("telltale.yaml"),
                 "--state", self.path("state"), "--socket", self.path("socket")], stdout=log, stderr=log,
                preexec_fn=confined(processors))

        def answers():
            if self.process.poll() is not None:
                raise Failure(f"telltaled ended with code {self.process.returncode}: {self.log()[-1:]}")
            try:
                return self.get("status")
            except OSError:
                return None
        await_true(answers, 30, "telltaled's socket")
        return self

    def get(self, what):
        return self.ask("GET", what)

    def post(self, what):
        return self.ask("POST", what)

    def ask(self, method, what):
        connection = UnixConnection(self.path("socket"))
        try:
            connection.request(method, "/v1/" + what)
            answer = connection.getresponse()
            body = answer.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()
        if answer.status != 200:
            raise Failure(f"/v1/{what} answers {answer.status}: {body.decode()}")
        return json.loads(body)

    def sources(self):
        """The sources by name."""
        return {source["name"]: source for source in self.get("sources")}

    def received(self, interfaces):
        sources = self.sources()
        return {name: sources[name]["frames"] for name in interfaces}

    def settled(self, interfaces, wanted=None, patience=3.0):
        """Frames by interface when no more come, or at once when they are the `wanted` ones."""
        last, since = None, time.monotonic()
        while True:
            now = self.received(interfaces)
            if now == wanted or (now == last and time.monotonic() - since > patience):
                return now
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.1)

    def cpu_ns(self):
        return process_cpu_ns(self.process.pid)

    def threads_cpu_ns(self):
        """Thread name: CPU time."""
        names = {}
        folder = f"/proc/{self.process.pid}/task"
        for task in os.listdir(folder):
            with open(f"{folder}/{task}/comm", encoding="utf-8") as file:
                name = file.read().strip()
            with open(f"{folder}/{task}/schedstat", encoding="ascii") as file:
                names[name] = names.get(name, 0) + int(file.read().split()[0])
        return names

    def memory_kib(self, kind="VmRSS"):
        """Memory in RAM; RssAnon leaves out what is mapped from files, such as code that runs for the first time; VmData
        is what was asked for, touched or not."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(kind + ":"))

    def query(self, text, *values):
        database = sqlite3.connect(f"file:{self.path('state/telltale.sqlite')}?mode=ro", uri=True, timeout=10)
        try:
            return database.execute(text, values).fetchall()
        finally:
            database.close()

    def events(self, kind):
        """The data of all stored events of a type, oldest first."""
        return [json.loads(row[0]) for row in self.query("SELECT data FROM event WHERE type = ? ORDER BY id", kind)]

    def event_counts(self):
        """Event type: how many are stored."""
        return dict(self.query("SELECT type, count(*) FROM event GROUP BY type"))

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()

    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        """Ends it as the service manager does; fails when it does not end well."""
        if self.process is None:
            return
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure("telltaled did not end within 10 s of SIGTERM") from None
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        if code != 0:
            raise Failure(f"telltaled ended with code {code}: {' / '.join(self.log()[-2:])}")
