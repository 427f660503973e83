"""The polling suite, run in the virtual machine: `polling.py`; see test-bus-polling."""
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback

from daemon import Daemon, Failure, await_true
from links import make_virtual, report
from witness import Witness

PACKS = os.environ["PACKS"].split()
SEED = os.environ["SEED"]
SCENARIOS = os.environ["SCENARIOS"].split()
PER_SECOND, BURST = 10, 5  # the default budget of a bus, and what a rest allows beside it
SLACK = 1.25  # of a period met beside the one wanted: the virtual machine's clock is coarse
STARTS_WITHIN = 12.0  # seconds from the first frames of a vehicle to the first request
EXTENDED = 0x80000000


class Vehicle:
    """A simulated vehicle that lives through its script; `end` gives what it saw of others."""

    def __init__(self, interface, script, *options):
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            ["bin/vehicle", interface, "--seed", SEED, "--script", script, *options], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    def age(self):
        return time.monotonic() - self.began

    def wait_until(self, age):
        time.sleep(max(0.0, age - self.age()))

    def end(self):
        told, errors = self.process.communicate(timeout=200)
        if self.process.returncode != 0:
            raise Failure(f"the vehicle ended with code {self.process.returncode}: {errors.strip()}")
        return json.loads(told)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Requests:
    """Counts requests on a bus by a socket of its own: single frames to units, and to all of them."""

    def __init__(self, interface):
        self.count = 0
        self.socket = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
        filters = [(0x7DF, 0x7FF | EXTENDED), (0x7E0, 0x7F8 | EXTENDED),
                   (0x18DA00F1 | EXTENDED, 0x1FFF00FF | EXTENDED), (0x18DB33F1 | EXTENDED, 0x1FFFFFFF | EXTENDED)]
        self.socket.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FILTER,
                               b"".join(struct.pack("=II", *pair) for pair in filters))
        self.socket.bind((interface,))
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            frame = self.socket.recv(16)
            if frame[8] >> 4 == 0:
                self.count += 1


class Scenario:
    """One daemon and the vehicles around it."""

    def __init__(self, name, sources, interfaces, extra=""):
        self.name = name
        make_virtual(interfaces)
        self.daemon = Daemon(name, PACKS, sources, extra)
        self.vehicles = []

    def __enter__(self):
        self.daemon.start()
        return self

    def __exit__(self, *_):
        for vehicle in self.vehicles:
            vehicle.kill()
        self.daemon.stop()

    def vehicle(self, *arguments):
        self.vehicles.append(Vehicle(*arguments))
        return self.vehicles[-1]

    def bus(self):
        return self.daemon.get("polling")["buses"][0]

    def granted(self):
        return self.bus()["granted"]

    def await_requests(self, more_than, seconds, what):
        await_true(lambda: self.granted() > more_than, seconds, f"{self.name}: {what}")

    def fail(self, text):
        raise Failure(f"{self.name}: {text}")

    def check(self, told, forbidden=()):
        """What the vehicle says of its guests."""
        print(self.name, json.dumps(told), file=sys.stderr)
        if set(told["forbidden"]) != set(forbidden):
            self.fail(f"not on the allow-list, and yet on the bus: {told['forbidden']}, wanted {list(forbidden)}")
        if told["requests"] == 0 or told["answers"] == 0:
            self.fail(f"{told['requests']} requests and {told['answers']} answers")
        if told["most_in_a_second"] > PER_SECOND + BURST:
            self.fail(f"{told['most_in_a_second']} requests in one second")
        if told["parked_requests"]:
            self.fail(f"{told['parked_requests']} requests later than 10 s after parking, the last after "
                      f"{told['last_parked_request']:.1f} s")

    def check_served(self, least):
        """How many items are served, and by how much the slowest of the frequent ones misses what is wanted."""
        bus = self.bus()
        print(self.name, json.dumps(bus), file=sys.stderr)
        served = [item for item in bus["items"] if item["state"] == "served"]
        others = [item["what"] for item in bus["items"] if item["state"] not in ("served", "unsupported")]
        if len(served) < least or others:
            self.fail(f"{len(served)} items are served, wanted {least}; neither served nor unsupported: {others}")

        def rate(item):
            return item["metSeconds"] / (item["everySeconds"] * bus["stretch"])
        judged = [item for item in served if item["metSeconds"] and item["everySeconds"] and item["everySeconds"] <= 5]
        if not judged:
            self.fail(f"no item was answered twice: {bus}")
        slow = max(judged, key=rate)
        if rate(slow) > SLACK:
            self.fail(f"{slow['what']}: wanted each {slow['everySeconds']} s times {bus['stretch']:.2f}, "
                      f"met {slow['metSeconds']:.2f} s")
        return len(served), rate(slow), bus["stretch"]


def polling(interface):
    return f"{{can: {interface}, transmit: polling}}"


def drives(first):
    with Scenario("drives", [polling(first)], [first]) as scenario:
        vehicle = scenario.vehicle(first, "drive 30, park 25, drive 20, park 20, drive 20", "--own-traffic")
        scenario.await_requests(0, STARTS_WITHIN, "the first request")
        vehicle.wait_until(28)
        served, worst, stretch = scenario.check_served(12)
        for drive, (stopped, begun) in enumerate([(30, 55), (75, 95)], start=2):
            vehicle.wait_until(stopped + 10)
            before = scenario.granted()
            vehicle.wait_until(begun - 0.5)
            if scenario.granted() != before:
                scenario.fail(f"{scenario.granted() - before} requests were granted while it was parked")
            vehicle.wait_until(begun)
            scenario.await_requests(before, STARTS_WITHIN, f"a request of drive {drive}")
        told = vehicle.end()
        scenario.check(told)
        return (f"3 drives: {told['requests']} requests, {told['answers']} answers, {served} items served at "
                f"{worst:.2f} of their period (stretch {stretch:.2f}), at most {told['most_in_a_second']} a second, "
                f"none later than 10 s after parking, 0 forbidden")


def refusing(first):
    with Scenario("refusing", [polling(first)], [first]) as scenario:
        vehicle = scenario.vehicle(first, "drive 45", "--own-traffic", "--refuse-multi")
        vehicle.wait_until(43)
        served, _, stretch = scenario.check_served(12)
        packs = {unit["packSize"] for unit in scenario.bus()["units"]}
        if 1 not in packs:
            scenario.fail(f"nobody noticed that units refuse several parameters: {scenario.bus()['units']}")
        scenario.check(vehicle.end())
        return f"7F 12 to several parameters: {served} items served one by one (stretch {stretch:.2f})"


def long_identifiers(first):
    with Scenario("29-bit", [polling(first)], [first]) as scenario:
        vehicle = scenario.vehicle(first, "drive 40", "--own-traffic", "--29-bit")
        vehicle.wait_until(38)
        served, worst, _ = scenario.check_served(12)
        told = vehicle.end()
        scenario.check(told)
        if not any(identifier.startswith("18DA") for identifier in told["frames_of_others"]):
            scenario.fail(f"no unit was asked alone: {told['frames_of_others']}")
        return f"29 bits: {served} items served at {worst:.2f}"


def two(first, second):
    # What a pack does not bind to a bus is asked on the first that may be asked: here that is the second source.
    with Scenario("two", [f"can: {second}", polling(first)], [first, second]) as scenario:
        asked = scenario.vehicle(first, "drive 25", "--own-traffic")
        quiet = scenario.vehicle(second, "drive 25", "--own-traffic")
        scenario.check(asked.end())
        told = quiet.end()
        if told["frames_of_others"] or told["own_frames"] == 0:
            scenario.fail(f"on the bus that may only be listened to: {told}")
        return f"0 frames on the bus beside, among {told['own_frames']} of its own"


def default(first):
    with Scenario("default", [f"can: {first}"], [first]) as scenario:
        witness = Witness(first)
        told = scenario.vehicle(first, "drive 20, stand 10, park 15", "--own-traffic").end()
        heard = witness.stop()
        if told["frames_of_others"] or heard != told["own_frames"] or heard == 0:
            scenario.fail(f"{heard} frames on the bus, of which the vehicle sent {told['own_frames']}: {told}")
        return f"default configuration: 0 frames among {heard}"


def paused(first):
    with Scenario("paused", [polling(first)], [first]) as scenario:
        requests = Requests(first)
        vehicle = scenario.vehicle(first, "drive 45", "--own-traffic")
        scenario.await_requests(10, 2 * STARTS_WITHIN, "the first requests")
        client = Client(scenario)
        client.expect(0, "", "polling", "pause")
        before = requests.count
        time.sleep(6)
        meanwhile = requests.count - before
        if meanwhile > 1:
            scenario.fail(f"{meanwhile} requests after the pause")
        if scenario.daemon.get("polling")["state"] != "paused":
            scenario.fail(f"not shown as paused: {scenario.daemon.get('polling')}")
        client.expect(0, "", "polling", "resume")
        await_true(lambda: requests.count > before + 3, STARTS_WITHIN, "paused: a request after resume")
        scenario.check(vehicle.end())
        return f"{meanwhile} requests within 6 s of a pause"


def clearing(first):
    with Scenario("clearing", [polling(first)], [first], "technicians: [root]") as scenario:
        vehicle = scenario.vehicle(first, "drive 15, stand 35", "--own-traffic")
        scenario.await_requests(5, 2 * STARTS_WITHIN, "the first requests")
        client = Client(scenario)
        # Until its engine is started the vehicle stands with its engine off.
        vehicle.wait_until(6)
        client.expect(4, "not-standing", "dtcs", "clear", "--yes")
        client.open_to("nobody", "nogroup")
        client.expect(4, "not-authorised", "dtcs", "clear", "--yes", user="nobody", group="nogroup")
        vehicle.wait_until(17)
        client.expect(4, "not-authorised", "dtcs", "clear", "--yes", user="nobody", group="nogroup")
        # The engine's last turn must be known to be over, and the budget have room.
        last = None
        while vehicle.age() < 40:
            last = client.run("dtcs", "clear", "--yes")
            if last.returncode == 0:
                break
            time.sleep(1)
        if last is None or last.returncode != 0:
            scenario.fail(f"not cleared with the engine off: {last and last.stderr.strip()}; "
                          f"{scenario.daemon.get('polling')}")
        told = vehicle.end()
        scenario.check(told, ["service 04"])
        return f"cleared with the engine off ({told['forbidden']['service 04']} request), refused before and to nobody"


class Client:
    """The telltale program beside a scenario's daemon, from where every user can start it."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.program = scenario.daemon.path("telltale")
        shutil.copy("bin/telltale", self.program)

    def open_to(self, user, group):
        """Lets a user reach daemon and program."""
        folder = self.scenario.daemon.folder
        os.chmod(folder, 0o755)
        os.chmod(self.program, 0o755)
        shutil.chown(self.scenario.daemon.path("socket"), group=group)

    def run(self, *words, **whose):
        whose = {**whose, "extra_groups": []} if whose else {}
        return subprocess.run([self.program, *words, "--socket", self.scenario.daemon.path("socket")], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, check=False, cwd="/", **whose)

    def expect(self, code, text, *words, **whose):
        done = self.run(*words, **whose)
        print(self.scenario.name, words, whose, done, file=sys.stderr)
        if done.returncode != code or text not in done.stdout + done.stderr:
            self.scenario.fail(f"telltale {' '.join(words)}{whose or ''} ended with code {done.returncode}, wanted "
                               f"{code} and \"{text}\": {(done.stdout + done.stderr).strip()}")


PLAN = {"drives": (drives, 1), "refusing": (refusing, 1), "29-bit": (long_identifiers, 1), "two": (two, 2),
        "default": (default, 1), "paused": (paused, 1), "clearing": (clearing, 1)}


def suite():
    """All scenarios at once: what each waits for is time."""
    results, failures, threads = {}, [], []
    # One interface after the other, never one twice.
    free = iter(f"vcan{number}" for number in range(10, 100))

    def run(name, scenario, interfaces):
        try:
            results[name] = scenario(*interfaces)
        except Failure as failure:
            failures.append(str(failure))
        except Exception:  # a mistake of the suite's own
            traceback.print_exc()
            failures.append(f"{name}: {traceback.format_exc().splitlines()[-1]}")

    for name in SCENARIOS or PLAN:
        scenario, buses = PLAN[name]
        interfaces = [next(free) for _ in range(buses)]
        threads.append(threading.Thread(target=run, args=(name, scenario, interfaces)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failure("; ".join(failures))
    return "; ".join(results[name] for name in SCENARIOS or PLAN)


report("test-bus-polling", suite)
