"""The broker and the receiver under measurement, and what the kernel says about them."""
import asyncio
import os
import shutil
import socket
import subprocess
import time
import urllib.request

from wire import Failure, Vehicle

MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin") or "mosquitto"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process, what):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(what))


class Bench:
    def __init__(self, folder, receiver, port=None):
        self.folder, self.port = folder, port or free_port()
        conf, yaml, http = (os.path.join(folder, name) for name in ("mosquitto.conf", "receiver.yaml", "port"))
        with open(conf, "w") as file:
            # As examples/mosquitto.conf has it, without accounts.
            file.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
                       "set_tcp_nodelay true\nmax_queued_messages 10000\nmax_inflight_messages 200\n")
        with open(yaml, "w") as file:
            file.write(f"broker: {{host: 127.0.0.1, port: {self.port}}}\n"
                       f"storage: sqlite:{folder}/receiver.sqlite\n"
                       f"http: {{listen: \"127.0.0.1:0\", port_file: {http}}}\n")
        log = open(os.path.join(folder, "log"), "ab")
        self.broker = subprocess.Popen([MOSQUITTO, "-c", conf], stdout=log, stderr=log)
        self.receiver = None
        try:
            self.wait(lambda: self.listens())
            self.receiver = subprocess.Popen([receiver, "--config", yaml], stdout=log, stderr=log)
            self.wait(lambda: os.path.exists(http) and os.path.getsize(http) > 0)
            with open(http) as file:
                self.address = f"http://127.0.0.1:{file.read().strip()}/metrics"
            self.wait(lambda: self.metrics()["broker_connected"] == 1)
        except BaseException:
            self.end()
            raise

    def wait(self, condition):
        deadline = time.monotonic() + 20
        while not condition():
            if time.monotonic() > deadline:
                raise Failure("broker or receiver does not start: see the log in " + self.folder)
            time.sleep(0.05)

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def metrics(self):
        """Sums by name, labels left out."""
        sums = {}
        with urllib.request.urlopen(self.address, timeout=30) as answer:
            for line in answer.read().decode().splitlines():
                if not line.startswith("#"):
                    name, value = line.rsplit(" ", 1)
                    name = name.split("{")[0].removeprefix("telltale_receiver_")
                    sums[name] = sums.get(name, 0) + float(value)
        return sums

    async def connect(self, count, acknowledged):
        loop = asyncio.get_running_loop()
        vehicles = []
        for start in range(0, count, 200):
            made = await asyncio.gather(*(
                loop.create_connection(lambda i=i: Vehicle(f"van-{i}", acknowledged), "127.0.0.1", self.port)
                for i in range(start, min(count, start + 200))))
            await asyncio.gather(*(vehicle.ready for _, vehicle in made))
            vehicles += [vehicle for _, vehicle in made]
        return vehicles

    def end(self):
        for process in (self.receiver, self.broker):
            if process:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else float("nan")


async def until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True
