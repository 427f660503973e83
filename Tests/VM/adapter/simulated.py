"""The simulated adapter with its vehicle, one process of `telltale simulate --elm327` behind a TCP port."""
import json
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time

from daemon import Failure, await_true

SEED = os.environ.get("SEED", "7")


class SimulatedAdapter:
    """Switched on when it is made. `options` are those of `telltale simulate`; with port 0 it picks one."""

    def __init__(self, *options, port=0, program="bin/telltale"):
        self.connection = None
        self.process = subprocess.Popen(
            [program, "simulate", "--elm327", "genuine", "--tcp", str(port), "--json", "--seed", SEED, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = self.process.stderr.readline().strip()
        # Times of an ignition script count from about here.
        self.began = time.monotonic()
        _, _, number = said.rpartition(":")
        if not number.isdigit():
            raise Failure(f"the simulated adapter does not start: {said} {self.process.stderr.read()}")
        self.port = int(number)

    def connect(self):
        """Takes the only connection, and returns this."""
        self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.settimeout(None)
        return self

    # What a person would type, while nobody else speaks with it.

    def ask(self, command):
        """Everything up to the prompt, without blanks."""
        self.connection.sendall(command.encode() + b"\r")
        said = b""
        while not said.endswith(b">"):
            if not select.select([self.connection], [], [], 10)[0]:
                raise Failure(f"the simulated adapter does not answer {command}: {said}")
            data = self.connection.recv(4096)
            if not data:
                raise Failure(f"the simulated adapter has ended at {command}: {self.process.poll()}")
            said += data
        return re.sub(r"\s", "", said.decode("ascii", "replace"))

    def power_cycle(self):
        """It begins anew, as after the power was gone; the vehicle goes on."""
        # The first of these characters may end what it is doing.
        self.connection.sendall(b"AT\r")
        while select.select([self.connection], [], [], 0.3)[0] and self.connection.recv(4096):
            pass
        said = self.ask("ATZ")
        if "ELM327" not in said:
            raise Failure(f"the simulated adapter does not begin anew: {said}")

    def start_engine(self):
        """The first request turns the key; returns when the engine runs."""
        def runs():
            speed = re.search("410C([0-9A-F]{4})", self.ask("010C"))
            return speed and int(speed[1], 16) / 4 > 300
        await_true(runs, 30, "a running engine")
        self.power_cycle()

    def age(self):
        return time.monotonic() - self.began

    def wait_until(self, age):
        time.sleep(max(0.0, age - self.age()))

    def end(self):
        """What it has counted."""
        self.disconnect()
        self.process.send_signal(signal.SIGTERM)
        told, errors = self.process.communicate(timeout=20)
        if self.process.returncode != 0:
            raise Failure(f"the simulated adapter ended with code {self.process.returncode}: {errors.strip()}")
        return json.loads(told)

    def disconnect(self):
        if self.connection:
            self.connection.close()

    def kill(self):
        self.disconnect()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Heard:
    """Every line that the daemon has sent to an adapter, with its time."""

    def __init__(self):
        self.lock = threading.Lock()
        self.lines = []
        self.partial = b""

    def take(self, data):
        """Returns the lines that these bytes have ended."""
        *ended, self.partial = (self.partial + data).split(b"\r")
        now = time.monotonic()
        texts = [line.decode("ascii", "backslashreplace").strip().upper() for line in ended]
        with self.lock:
            self.lines += [(now, text) for text in texts if text]
        return texts

    def forget_partial(self):
        """The connection is gone, and with it the line under way. What was in it counts."""
        if self.partial:
            self.take(b"\r")

    def since(self, begin=0.0, end=float("inf")):
        with self.lock:
            return [(at, text) for at, text in self.lines if begin <= at < end]

    def requests(self, begin=0.0, end=float("inf")):
        """What went to the vehicle and not to the adapter itself."""
        return [(at, text) for at, text in self.since(begin, end) if not is_for_adapter(text)]


def is_for_adapter(text):
    return text.startswith(("AT", "ST"))
