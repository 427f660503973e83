"""Daemons under measurement: the way of a word from a frame to the receiver's commit, and 48 hours without a broker."""
import asyncio
import json
import os
import random
import subprocess
import time
from datetime import datetime

from programs import Bench, cpu_seconds, free_port, memory, quantile, until
from wire import Connection, Failure, frame_of

HERE = os.path.dirname(os.path.abspath(__file__))
DAY = 86_400
# A recording's clock: when the first frame is said to have been.
BEGIN = 1_790_000_000.0


class Listener(Connection):
    """Hears what all vehicles say and what the receiver has committed.

    `told(vehicle, record, moment)` is called when the receiver's word on a record of the alerts or events comes.
    """

    def __init__(self, told):
        super().__init__("bench-listener", ["telltale/v1/+/" + kind for kind in ("alerts", "events", "telemetry", "ack")])
        self.told = told
        self.open = {}
        self.frames = []
        self.bytes = 0
        self.committed = {"alerts": 0, "events": 0, "telemetry": 0}

    def heard(self, topic, payload):
        vehicle, kind = topic.split("/")[2:]
        if kind != "ack":
            # What MQTT puts around it: head, length, topic, packet identifier, properties.
            self.bytes += len(payload) + len(topic) + 8
            if kind == "telemetry":
                self.frames = (self.frames + [frame_of(payload)])[-32:]
            else:
                record = json.loads(payload)
                self.open[(vehicle, kind, int(record["sequence"]))] = record
            return
        now = time.monotonic()
        for lane, ranges in json.loads(payload)["ranges"].items():
            for first, last in ranges:
                self.committed[lane] += last - first + 1
                for number in range(first, last + 1) if lane != "telemetry" else ():
                    record = self.open.pop((vehicle, lane, number), None)
                    if record:
                        self.told(vehicle, record, now)

    @classmethod
    async def on(cls, bench, told):
        _, listener = await asyncio.get_running_loop().create_connection(lambda: cls(told), "127.0.0.1", bench.port)
        await listener.ready
        return listener


class Daemon:
    """telltaled of one vehicle, fed through its standard input."""

    def __init__(self, program, name, folder, packs, port, more=""):
        self.name = name
        run = os.path.join(folder, name + ".run")
        os.mkdir(run)
        self.socket = os.path.join(run, "socket")
        config = os.path.join(folder, name + ".yaml")
        with open(config, "w") as file:
            file.write(f"vehicle: {{id: {name}}}\nadapters: [{packs[1]}]\nadapters_path: {packs[0]}\n"
                       f"state: {folder}/{name}\nsocket: {self.socket}\nmqtt: {{host: 127.0.0.1, port: {port}}}\n"
                       f"log: {{level: warning}}\n{more}")
        with open(os.path.join(folder, name + ".log"), "ab") as log:
            self.process = subprocess.Popen(
                [program, "--config", config, "--replay", "-", "--exit-at-end"], stdin=subprocess.PIPE, stdout=log,
                stderr=log)

    async def feed(self, lines):
        """Writes without keeping others waiting."""
        await asyncio.to_thread(self.write, "".join(lines).encode())

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def end(self):
        if not self.process.stdin.closed:
            self.process.stdin.close()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


def frame(at, identifier, data):
    return f"({at:.6f}) can0 {identifier:03X}#{data.hex().upper()}\n"


# From a frame to the receiver's commit.

class Road:
    """A car with four tyres. Its recorded time runs as fast as is asked; what it sends is known to the second."""

    def __init__(self, daemon):
        self.daemon, self.at = daemon, BEGIN
        self.sent = {}

    def second(self, speed, pressures):
        lines = [frame(self.at, 0x100, (speed * 100).to_bytes(2, "little") + (speed * 100).to_bytes(2, "little")),
                 frame(self.at + 0.1, 0x101, bytes(pressure // 2 for pressure in pressures))]
        self.at += 1
        return lines

    def trip(self, seconds, pressures):
        lines = [line for _ in range(seconds) for line in self.second(80, pressures)]
        lines += [line for _ in range(20) for line in self.second(0, pressures)]
        self.at += DAY
        return lines

    async def flat_tyre(self, alerted):
        """Six days on good tyres, then a drive in which one goes flat; in a pace of its own until that is told."""
        good = [240] * 4
        for _ in range(6):
            await self.daemon.feed(self.trip(200, good))
        await self.daemon.feed([line for _ in range(660) for line in self.second(80, good)])
        await self.daemon.feed([line for _ in range(45) for line in self.second(80, [140] + good[1:])])
        await asyncio.sleep(random.uniform(1.5, 2.5))
        for _ in range(200):
            moment = int(self.at)
            lines = self.second(80, [140] + good[1:])
            self.sent[moment] = time.monotonic()
            await self.daemon.feed(lines)
            await asyncio.sleep(random.uniform(0.02, 0.06))
            if alerted():
                break
        await self.daemon.feed(self.trip(5, [140] + good[1:]))


async def scans(daemon, count):
    """A tool asks for trouble codes, in real time; each time another one is there. When each answer went out, by code."""
    sent = {}
    begun, number, now, due = time.monotonic(), 0, 0.0, 2.0
    while number < count or now < due + 1:
        now = time.monotonic() - begun
        lines = [frame(BEGIN + now, 0x120, bytes.fromhex("401F0000000000F0"))]
        if now >= due and number < count:
            number += 1
            code = bytes([0x01 + number // 100, int(f"{number % 100:02d}", 16)])
            sent[f"P{code.hex().upper()}"] = now
            lines += [frame(BEGIN + now + 0.001, 0x7DF, bytes.fromhex("0103000000000000")),
                      frame(BEGIN + now + 0.002, 0x7E8, bytes([4, 0x43, 1]) + code + bytes(3))]
            due = now + random.uniform(1.1, 1.9)
        await daemon.feed(lines)
        await asyncio.sleep(0.01)
    return {code: begun + moment for code, moment in sent.items()}


async def latency(folder, programs, repetitions, cars=8):
    bench = Bench(folder, programs["receiver"])
    daemons, lags = [], {"alert": [], "code": []}
    told_alerts, told_codes = {}, {}

    def told(vehicle, record, moment):
        if record["type"] == "alert.created":
            told_alerts.setdefault(vehicle, []).append((record["time"], moment))
        elif record["type"] == "dtc.set":
            told_codes[(vehicle, record["data"]["code"])] = moment

    try:
        listener = await Listener.on(bench, told)
        tyres = "components: {tyre-pressure: {placard_front: 240, placard_rear: 240}}\n"
        for i in range(cars):
            daemons.append(Daemon(programs["daemon"], f"tyres-{i}", folder, (os.path.join(HERE, "packs"), "bench-tyres"),
                                  bench.port, tyres))
        roads = [Road(daemon) for daemon in daemons]

        async def drive(road):
            for turn in range(repetitions // cars):
                await road.flat_tyre(lambda: len(told_alerts.get(road.daemon.name, [])) > turn)
            for at, moment in told_alerts.get(road.daemon.name, []):
                second = int(calendar_seconds(at))
                if second in road.sent:
                    lags["alert"].append(moment - road.sent[second])

        await asyncio.gather(*(drive(road) for road in roads))
        for daemon in daemons:
            daemon.end()
        scanned = [Daemon(programs["daemon"], f"codes-{i}", folder, (programs["packs"], "obd2, simulated-petrol"),
                          bench.port) for i in range(cars)]
        daemons += scanned
        answers = await asyncio.gather(*(scans(daemon, repetitions // cars) for daemon in scanned))
        await until(lambda: len(told_codes) == sum(map(len, answers)), 10)
        for daemon, sent in zip(scanned, answers):
            lags["code"] += [told_codes[(daemon.name, code)] - at for code, at in sent.items()
                             if (daemon.name, code) in told_codes]
        listener.transport.close()
    finally:
        for daemon in daemons:
            daemon.end()
        bench.end()
    result = {"repetitions": repetitions // cars * cars}
    for kind, values in lags.items():
        result[kind + "s_told"] = len(values)
        for name, q in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
            result[f"{kind}_{name}_ms"] = quantile(values, q) * 1e3
    result["ok"] = all(len(values) == result["repetitions"] for values in lags.values())
    return result


def calendar_seconds(stamp):
    """Seconds since 1970 of a time as CloudEvents tell it."""
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


# Without a broker.

async def outage(folder, programs, hours, resolution):
    """A truck drives for so many hours and nobody hears of it; then the fleet comes back."""
    port = free_port()
    daemon = Daemon(programs["daemon"], "truck", folder, (programs["packs"], "j1939"), port,
                    f"telemetry: {{resolution: {resolution}}}\n")
    drive = subprocess.Popen(
        [programs["telltale"], "simulate", "--vehicle", "truck", "--km", str(hours * 80), "--seed", "8", "--out", "-"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    bench = None
    try:
        private, frames = await asyncio.to_thread(drive_through, drive, daemon, hours)
        result = {"driven_hours": hours, "frames": frames}
        for share in (0.125, 0.25, 0.5, 0.75, 1):
            result[f"private_after_{hours * share:.0f}_h_mb"] = private[round(hours * share) - 1]
        result["peak_rss_mb"] = memory(daemon.process, "VmHWM")
        state = os.path.join(folder, "truck")
        result["database_mb"] = sum(entry.stat().st_size for entry in os.scandir(state) if "sqlite" in entry.name) / 1e6

        bench = Bench(folder, programs["receiver"], port)
        moments = []
        listener = await Listener.on(bench, lambda vehicle, record, moment: moments.append(moment))
        daemon.process.stdin.close()
        begun, receiver_cpu = None, cpu_seconds(bench.receiver)
        while daemon.process.poll() is None:
            if begun is None and listener.bytes:
                begun = time.monotonic()
            await asyncio.sleep(0.01)
        if begun is None:
            raise Failure("the daemon said nothing when the broker was back: see the log in " + folder)
        seconds = time.monotonic() - begun
        rows = sum(listener.committed.values())
        result |= {"rows": rows, "events_and_alerts": listener.committed["events"] + listener.committed["alerts"],
                   "drained_in_s": seconds, "rows_per_s": rows / seconds, "mqtt_mb": listener.bytes / 1e6,
                   "mqtt_mb_per_8_h": listener.bytes / 1e6 / hours * 8,
                   "receiver_cpu_s": cpu_seconds(bench.receiver) - receiver_cpu,
                   "daemon_exit_code": daemon.process.returncode}
        found = bench.metrics()
        for key in ("stored_total", "duplicates_total", "conflicts_total", "missing", "lost", "refused_total"):
            result[key.removesuffix("_total")] = int(found.get(key, 0))
        growth = private[-1] - private[max(0, hours // 4 - 1)]
        result["growth_after_a_quarter_mb"] = growth
        result["ok"] = (daemon.process.returncode == 0 and growth < 0.5 and result["stored"] > 0
                        and not any(result[key] for key in ("conflicts", "missing", "lost", "refused")))
        listener.transport.close()
        return result
    finally:
        drive.terminate()
        drive.wait()
        daemon.end()
        if bench:
            bench.end()


async def telemetry_frame(folder, programs):
    """A minute of seconds as a truck's daemon sends it."""
    bench = Bench(folder, programs["receiver"])
    daemon = Daemon(programs["daemon"], "truck", folder, (programs["packs"], "j1939"), bench.port,
                    "telemetry: {resolution: second}\n")
    try:
        listener = await Listener.on(bench, lambda vehicle, record, moment: None)
        simulate = [programs["telltale"], "simulate", "--vehicle", "truck", "--km", "60", "--seed", "8", "--out", "-"]
        drive = await asyncio.to_thread(subprocess.run, simulate, capture_output=True, check=True)
        await asyncio.to_thread(daemon.write, drive.stdout)
        daemon.process.stdin.close()
        if not await until(lambda: daemon.process.poll() is not None, 60):
            raise Failure("the daemon that makes a batch of telemetry does not end: see the log in " + folder)
        frames = sorted(filter(None, listener.frames), key=len)
        return frames[len(frames) // 2]
    finally:
        daemon.end()
        bench.end()


def drive_through(drive, daemon, hours):
    """Hands `hours` of driving on, parked time not counted: the daemon's private memory after each, and the frames."""
    private, driven, before, frames, rest = [], 0.0, None, 0, b""
    while driven < hours * 3600:
        block = drive.stdout.read1(65_536)
        if not block:
            raise Failure(f"the simulated truck drove {driven / 3600:.1f} of {hours} h")
        lines, rest = (rest + block).rpartition(b"\n")[::2]
        daemon.write(lines + b"\n")
        frames += lines.count(b"\n") + 1
        at = float(lines[1 + lines.rfind(b"\n"):].split(b")")[0].strip(b"("))
        driven += 0 if before is None or at - before > 600 else at - before
        before = at
        if driven >= (len(private) + 1) * 3600:
            private.append(memory(daemon.process, "RssAnon"))
    # The last hour is in the pipe yet.
    return private, frames
