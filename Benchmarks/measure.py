"""Measures of `telltaled`, each taken from outside on the binary that ships. What `bench` and `check` are made of."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

# Text that only all of Foundation brings, whether linked statically and stripped or not: CoreFoundation's run loop,
# the room that holds the calendars, and the name of ICU's data. FoundationEssentials has none of it.
FOUNDATION_TRACES = (b"CFRunLoop", b"FoundationInternationalization", b"icudt")
FOUNDATION_LIBRARY = re.compile(r"lib_?(CoreFoundation|Foundation(?!Essentials))\w*\.so")


class Failure(Exception):
    """A measurement that could not be taken, as one line."""


class Bench:
    """The binaries of one build and a scratch folder."""

    def __init__(self, binaries, adapters, folder):
        self.daemon = os.path.join(binaries, "telltaled")
        self.simulator = os.path.join(binaries, "telltale")
        self.receiver = os.path.join(binaries, "telltale-receiver")
        self.adapters = adapters
        self.folder = folder
        for needed in (self.daemon, self.simulator):
            if not os.access(needed, os.X_OK):
                raise Failure(f"{needed} is missing; run `make build`, or name the folder with --binaries")

    def path(self, name):
        return os.path.join(self.folder, name)

    def simulate(self, name, *arguments):
        """A recording of the simulated petrol car. Returns its path and its number of frames."""
        log = self.path(name)
        run([self.simulator, "simulate", *arguments, "--out", log])
        with open(log + ".truth.json") as truth:
            return log, json.load(truth)["frames"]

    def command(self, log, *arguments, broker=None):
        """The daemon's command line for a replay that starts from an empty database."""
        shutil.rmtree(self.path("state"), ignore_errors=True)
        with open(self.path("telltale.yaml"), "w") as file:
            file.write("vehicle: {id: bench}\nadapters: [obd2, simulated-petrol]\nlog: {level: error}\n")
            file.write(f"adapters_path: {json.dumps(self.adapters)}\nstate: state\nsocket: socket\n")
            if broker:
                file.write(f"mqtt: {{host: 127.0.0.1, port: {broker}}}\n")
        return [self.daemon, "--config", self.path("telltale.yaml"), "--replay", log, *arguments]

    @contextlib.contextmanager
    def running(self, log, *arguments, broker=None):
        """The daemon, until the block ends."""
        command = self.command(log, *arguments, broker=broker)
        with ended(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)) as process:
            yield process

    def get(self, path):
        """A document of the daemon's socket; None while nobody answers."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(self.path("socket"))
                client.sendall(f"GET /v1/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                reply = b"".join(iter(lambda: client.recv(65536), b""))
            except OSError:
                return None
        head, _, body = reply.partition(b"\r\n\r\n")
        return json.loads(body) if b" 200 " in head[:16] else None

    @contextlib.contextmanager
    def fleet(self):
        """A broker and a receiver on this machine; yields the broker's port, or None when one of them is missing."""
        mosquitto = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        if not mosquitto or not os.access(self.receiver, os.X_OK):
            yield None
            return
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with open(self.path("mosquitto.conf"), "w") as file:
            file.write(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        with open(self.path("receiver.yaml"), "w") as file:
            file.write(f"name: bench\nbroker: {{host: 127.0.0.1, port: {port}}}\n")
            file.write(f"storage: sqlite:{self.path('receiver.db')}\n")
            file.write(f"http: {{listen: 'unix:{self.path('receiver')}'}}\n")
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with ended(subprocess.Popen([mosquitto, "-c", self.path("mosquitto.conf")], **silent)):
            wait_for(lambda: accepts(port), 10, "mosquitto does not listen")
            with ended(subprocess.Popen([self.receiver, "--config", self.path("receiver.yaml")], **silent)):
                yield port


def run(command, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode:
        raise Failure(f"{' '.join(command)}: exit {result.returncode}: {result.stderr.strip()[-300:]}")
    return result.stdout


@contextlib.contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def accepts(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition, seconds, complaint):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise Failure(f"{complaint} within {seconds} s")
        time.sleep(0.005)
    return result


def throughput(bench, log):
    """One replay as fast as possible, through decoding, pipeline, health and database, the process's start included:
    frames per second of wall time and of CPU time of all threads, and CPU nanoseconds per frame of the capture thread
    (None on a kernel without schedstat)."""
    command = bench.command(log, "--exit-at-end", "--json")
    began = time.monotonic()
    with open(bench.path("summary.json"), "w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
    # The thread is gone before the process is, so its clock is read as long as it runs.
    task = capture = usage = None
    while usage is None:
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            usage = used
            process.returncode = os.waitstatus_to_exitcode(status)
            break
        task = task or thread(process.pid, "capture")
        if task:
            with contextlib.suppress(OSError), open(task + "/schedstat") as file:
                capture = int(file.read().split()[0])
        time.sleep(0.002)
    wall = time.monotonic() - began
    if process.returncode:
        raise Failure(f"{' '.join(command)}: exit {process.returncode}")
    with open(bench.path("summary.json")) as file:
        frames = json.load(file)["frames"]
    return frames / wall, frames / (usage.ru_utime + usage.ru_stime), capture and capture / frames


def thread(process, name):
    """The /proc folder of a thread; None while there is none of that name."""
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/comm") as file:
                if file.read().strip() == name:
                    return f"/proc/{process}/task/{task}"
    return None


def allocations(bench, log, source):
    """Heap allocations of the capture thread during one replay, all of them and those after its start, and the daemon's
    summary. All the while a client asks for documents, so that the snapshots it is given are part of the proof."""
    counter = bench.path("count.so")
    if not os.path.exists(counter):
        run(["cc", "-O2", "-shared", "-fPIC", "-o", counter, source])
    report = bench.path("allocations.json")
    environment = {**os.environ, "LD_PRELOAD": counter, "ALLOCATIONS_REPORT": report}
    command = bench.command(log, "--exit-at-end", "--json")
    with open(bench.path("summary.json"), "w") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        for path in ("status", "signals", "sources", "health"):
            bench.get(path)
    if process.returncode:
        raise Failure(f"telltaled under the allocation counter: exit {process.returncode}")
    with open(bench.path("summary.json")) as file:
        summary = json.load(file)
    with open(report) as file:
        counted = json.load(file)
    if counted["uncounted"]:
        raise Failure("the allocation counter ran out of slots for threads")
    if not any(t["name"] == "recorder" and t["late_calls"] for t in counted["threads"]):
        raise Failure("the allocation counter saw no recorder: it counts nothing, or the thread has another name")
    capture = [t for t in counted["threads"] if t["name"] == "capture"]
    return sum(t["calls"] for t in capture), sum(t["late_calls"] for t in capture), summary


def memory(bench, log, frames, broker):
    """Peak resident and private memory in MiB once a replay is through and, with a broker, all of it acknowledged."""
    with bench.running(log, broker=broker) as process:

        def is_through():
            if process.poll() is not None:
                raise Failure(f"telltaled ended by itself: exit {process.returncode}")
            status = bench.get("status")
            if not status or status["frames"]["received"] < frames:
                return False
            return not broker or (status["sync"]["acknowledged"] > 0 and not any(status["sync"]["queued"].values()))

        wait_for(is_through, 300, "the replay is not through and acknowledged")
        with open(f"/proc/{process.pid}/status") as file:
            kib = {line.split(":")[0]: int(line.split()[1]) for line in file if line.endswith("kB\n")}
    return kib["VmHWM"] / 1024, kib["RssAnon"] / 1024


def start(bench, log):
    """Milliseconds from the start of the process to its first answer on the socket."""
    began = time.monotonic()
    with bench.running(log):
        wait_for(lambda: bench.get("status"), 10, "the socket does not answer")
        return (time.monotonic() - began) * 1000


def foundation(binary):
    """What shows that all of Foundation is linked into `binary`, in either way."""
    with open(binary, "rb") as file:
        content = file.read()
    found = [trace.decode() for trace in FOUNDATION_TRACES if trace in content]
    return found + sorted({match.group() for match in FOUNDATION_LIBRARY.finditer(run(["ldd", binary]))})
