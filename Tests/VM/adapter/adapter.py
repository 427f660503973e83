"""The adapter suite, run in the virtual machine: `adapter.py`; see test-adapter."""
import collections
import os
import re
import signal
import sys
import threading
import time
import traceback

from bridge import Bridge, Device, Terminal
from daemon import Daemon, Failure, await_true
from links import report
from simulated import SimulatedAdapter
from usb import USBSerial

PACKS = os.environ["PACKS"].split()
SCENARIOS = os.environ["SCENARIOS"].split()
READING = "signals/Vehicle.Powertrain.CombustionEngine.Speed"
STARTS_WITHIN = 5.0  # seconds from plugging in to the first reading
RECOVERS_WITHIN = 20.0  # seconds from the end of a disturbance to the next reading
PLUGGED, PULLED = 5, 20  # times
UNSEEN = 3.0  # seconds by which what diagnostics shows may be old while nothing comes
PROBE = 3.0  # seconds within which all of one look at a parked vehicle is over


class Scenario:
    """One daemon with one adapter."""

    def __init__(self, name, port, transmits=True):
        self.name = name
        self.daemon = Daemon(name, PACKS, [f"{{serial: '{port}'{', transmit: polling' if transmits else ''}}}"])
        self.bridges = []

    def __enter__(self):
        self.daemon.start()
        return self

    def __exit__(self, *_):
        for bridge in self.bridges:
            bridge.close()
            bridge.adapter.kill()
        self.daemon.stop()

    def bridge(self, *arguments):
        self.bridges.append(Bridge(*arguments))
        return self.bridges[-1]

    def fail(self, text):
        raise Failure(f"{self.name}: {text}")

    def adapter(self):
        return self.daemon.get("sources")[0]["adapter"]

    def tell(self, stage):
        """What `telltale sources` says of it goes to the log of the suite, with the rest of what is known."""
        adapter = self.adapter()
        print(f"{self.name}, {stage}: {adapter}", file=sys.stderr, flush=True)
        if len(adapter["text"]) < 20 or "\n" in adapter["text"]:
            self.fail(f"{stage}: it is not told in one sentence what the adapter is doing: {adapter['text']!r}")
        return adapter

    def await_state(self, state, seconds, what):
        await_true(lambda: self.adapter()["state"] == state, seconds, f"{self.name}: {what}")

    def await_reading(self, since, seconds, what, begun=None):
        """Seconds from `begun` to the first engine speed that was measured after `since`, before which there must have
        been none for a while."""
        begun = begun or since

        def is_there():
            told = self.daemon.get(READING)
            if told["validity"] == "valid" and told["ageSeconds"] < time.monotonic() - since:
                print(f"{self.name}: a reading {what}: {told}", file=sys.stderr, flush=True)
                return True
            return False
        try:
            await_true(is_there, round(begun + seconds - time.monotonic(), 1), f"{self.name}: a reading {what}")
        except Failure:
            for bridge in self.bridges:
                print(self.name, bridge.heard.since(begun), file=sys.stderr)
            self.tell("no reading " + what)
            print(self.name, self.daemon.get(READING), self.daemon.get("polling"), file=sys.stderr)
            raise
        return time.monotonic() - begun

    def descriptors(self):
        """What the daemon has open: how many of each."""
        folder = f"/proc/{self.daemon.process.pid}/fd"
        kinds = collections.Counter()
        for number in os.listdir(folder):
            try:
                kinds[re.sub(r":?\[.*\]", "", os.readlink(f"{folder}/{number}"))] += 1
            except FileNotFoundError:
                continue
        return kinds

    def settled_descriptors(self):
        """Connections of this suite to the daemon's socket take a moment to be closed."""
        time.sleep(1)
        return self.descriptors()

    def changes(self):
        """How often the bus came and went, and in how many events that is told."""
        events = self.daemon.events("bus.changed")
        return sum(event["changes"] for event in events), len(events)


def plugged(usb, measured):
    with Scenario("plugged", usb.PORT) as scenario:
        adapter = SimulatedAdapter().connect()
        bridge = scenario.bridge(Device(usb.far, usb.PORT), adapter)
        bridge.cut()
        adapter.start_engine()
        scenario.await_state("closed", 5, "the state without adapter")
        scenario.tell("before it is plugged in")
        slowest = 0.0
        for turn in range(PLUGGED):
            taken = plug(usb, scenario, bridge, False, f"after plugging in, time {turn + 1}")
            print(f"plugged: {taken:.1f} s", file=sys.stderr, flush=True)
            slowest = max(slowest, taken)
            scenario.tell("plugged in")
            time.sleep(2)
            bridge.cut()
            usb.pull()
            # Long enough, now and then, for the vehicle to count as parked.
            time.sleep(UNSEEN if turn % 2 else 12)
            scenario.tell("pulled out")
        measured.set()
        told = pulled(usb, scenario, bridge)
        if slowest > STARTS_WITHIN:
            scenario.fail(f"first readings took {slowest:.1f} s after plugging in, wanted {STARTS_WITHIN:g} s; {told}")
        return f"plugged in {PLUGGED} times: first reading within {slowest:.1f} s; {told}"


def plug(usb, scenario, bridge, with_power, what):
    """Seconds to the first reading."""
    bridge.mend(with_power)
    begun = time.monotonic()
    usb.plug()
    taken = scenario.await_reading(begun, 30, what)
    for at, text in bridge.heard.since(begun):
        print(f"{scenario.name}: {at - begun:.2f} {text}", file=sys.stderr)
    return taken


def pulled(usb, scenario, bridge):
    pid = scenario.daemon.process.pid
    plug(usb, scenario, bridge, False, "before the first pull in mid-answer")
    before = scenario.settled_descriptors()
    resumed = 0.0
    for turn in range(PULLED):
        if not bridge.pull_in_next_answer(usb.pull).wait(20):
            scenario.fail(f"no answer in which to pull it, time {turn + 1}: {bridge.heard.since()[-5:]}")
        time.sleep(UNSEEN)
        if any("ttyUSB" in name for name in scenario.descriptors()):
            scenario.fail(f"a port that is gone is still open: {scenario.descriptors()}")
        # Every other time it had its power from the vehicle, and still is as it was.
        taken = plug(usb, scenario, bridge, turn % 2 == 1, f"after pull {turn + 1} in mid-answer")
        print(f"pulled: {taken:.1f} s", file=sys.stderr, flush=True)
        resumed = max(resumed, taken)
    after = scenario.settled_descriptors()
    scenario.tell("after the last pull")
    bridge.cut()
    usb.pull()
    if not scenario.daemon.is_running() or scenario.daemon.process.pid != pid:
        scenario.fail("the daemon is not the same process any more")
    if before != after:
        scenario.fail(f"descriptors before and after: {before} {after}")
    wanted = 2 * (PLUGGED + 1 + PULLED)
    try:
        # What flaps is told of in one event every ten seconds.
        await_true(lambda: scenario.changes()[0] == wanted, 15, "the events")
    except Failure:
        scenario.fail(f"{scenario.changes()[0]} changes of the bus are told, wanted {wanted}: "
                      f"{scenario.daemon.events('bus.changed')}")
    return (f"pulled in mid-answer {PULLED} times: same process, {sum(after.values())} descriptors before and after, "
            f"{wanted} changes told in {scenario.changes()[1]} events, readings again within {resumed:.1f} s")


def silent(usb):
    """Without `transmit: polling`."""
    with Scenario("silent", usb.PORT, transmits=False) as scenario:
        adapter = SimulatedAdapter("--ignition", "on@0,off@25,on@35").connect()
        bridge = scenario.bridge(Device(usb.far, usb.PORT), adapter)
        usb.plug()
        await_true(lambda: scenario.daemon.get("sources")[0]["frames"] > 100, 20, "silent: frames that are listened to")
        scenario.tell("plugged in")
        adapter.wait_until(34)
        scenario.tell("switched off")
        adapter.wait_until(45)
        scenario.tell("switched on")
        bridge.cut()
        usb.pull()
        time.sleep(1)
        scenario.tell("pulled out")
        # Had it kept its power it would still show frames, and while the kernel opens a port it echoes what comes. Real
        # lines garble that, as a port is opened with 9600 baud; a virtual one has none.
        bridge.mend(with_power=False)
        heard = scenario.daemon.get("sources")[0]["frames"]
        usb.plug()
        await_true(lambda: scenario.daemon.get("sources")[0]["frames"] > heard + 100, 20, "silent: frames after a pull")
        scenario.tell("plugged in again")
        bridge.cut()
        usb.pull()
        lines, foreign = bridge.heard.since(), bridge.heard.requests()
        told = adapter.end()
        for at, text in lines:
            print(f"silent: {at - adapter.began:.3f} {text}", file=sys.stderr)
        print("silent", told, file=sys.stderr)
        if foreign or len(lines) < 10:
            scenario.fail(f"without transmit: polling, {len(foreign)} of {len(lines)} lines to the adapter are for the "
                          f"vehicle: {foreign[:5]}")
        if told["transmissions"] or told["requests"]:
            scenario.fail(f"without transmit: polling, the adapter sent {told['transmissions']} messages on the bus")
        return (f"without transmit: polling {len(lines)} commands to the adapter, 0 for the vehicle, "
                f"0 messages on its bus, {told['monitored_frames']} frames heard")


def ignition():
    terminal = Terminal()
    with Scenario("ignition", terminal.address) as scenario:
        adapter = SimulatedAdapter("--ignition", "on@0,off@25,on@28,off@50,on@75").connect()
        scenario.bridge(terminal, adapter)
        scenario.await_reading(adapter.began, 20, "with the ignition on")
        results = []
        for off, on in [(25, 28), (50, 75)]:
            adapter.wait_until(off - 1)
            scenario.tell("ignition on")
            adapter.wait_until(on - 1)
            scenario.tell("ignition off")
            adapter.wait_until(on)
            taken = scenario.await_reading(adapter.began + on, RECOVERS_WITHIN, f"after {on - off} s of ignition off")
            results.append(f"{taken:.1f} s after {on - off} s")
        return "ignition off and on again: readings " + ", ".join(results)


def low_voltage():
    terminal = Terminal()
    with Scenario("low-voltage", terminal.address) as scenario:
        adapter = SimulatedAdapter().connect()
        bridge = scenario.bridge(terminal, adapter)
        scenario.await_reading(adapter.began, 20, "before the voltage falls")
        slowest = 0.0
        for turn in range(5):
            # In the middle of whatever it is doing.
            time.sleep(4 + 0.13 * turn)
            begun = time.monotonic()
            bridge.lower_voltage()
            scenario.tell("voltage fell")
            # Readings came until now, so what is shown is fresh.
            taken = scenario.await_reading(begun + 1, RECOVERS_WITHIN, "after LV RESET", begun)
            slowest = max(slowest, taken)
        try:
            # A reading may be there before what is shown of the adapter is renewed.
            await_true(lambda: scenario.adapter()["resets"] == 5, UNSEEN, "the count of resets")
        except Failure:
            scenario.fail(f"of 5 resets {scenario.adapter()['resets']} were noticed")
        scenario.tell("after the last LV RESET")
        return f"5 LV RESETs: readings within {slowest:.1f} s"


def exchanged():
    """The adapter is plugged into other vehicles, while the daemon is away and while it is there."""
    adapters = [SimulatedAdapter("--protocol", "6")]
    port = adapters[0].port
    with Scenario("exchanged", f"tcp:127.0.0.1:{port}") as scenario:
        try:
            scenario.await_reading(adapters[0].began, 20, "of the first vehicle")
            first = scenario.tell("first vehicle").get("vehicleProtocol")
            scenario.daemon.process.send_signal(signal.SIGTERM)
            if scenario.daemon.process.wait(10) != 0:
                scenario.fail("the daemon does not end well")
            results = []
            for protocol in "7", "3":
                adapters[-1].kill()
                time.sleep(UNSEEN)
                adapters.append(SimulatedAdapter("--protocol", protocol, port=port))
                begun = time.monotonic()
                if protocol == "7":
                    scenario.daemon.start()
                taken = scenario.await_reading(begun, 90, f"of the vehicle that speaks {protocol}")
                title = scenario.tell(f"vehicle that speaks {protocol}").get("vehicleProtocol")
                results.append(f"{title} in {taken:.1f} s")
            return f"wrong protocol stored ({first}): " + ", then ".join(results)
        finally:
            adapters[-1].kill()


def parked():
    terminal = Terminal()
    off, on = 25, 75
    with Scenario("parked", terminal.address) as scenario:
        adapter = SimulatedAdapter("--ignition", f"on@0,off@{off},on@{on}").connect()
        bridge = scenario.bridge(terminal, adapter)
        scenario.await_reading(adapter.began, 20, "before it is parked")
        adapter.wait_until(off + 10)
        scenario.tell("parked for 10 s")
        adapter.wait_until(on - 1)
        scenario.tell("parked for long")
        adapter.wait_until(on)
        back = scenario.await_reading(adapter.began + on, RECOVERS_WITHIN, "after the voltage rose")
        time.sleep(5)
        told = scenario.tell("started")
        again = adapter.began + on + back
        if len(bridge.heard.requests(again)) < 5:
            scenario.fail(f"polling does not go on: {bridge.heard.since(again)}")
        begin, end = adapter.began + off + 10, adapter.began + on
        for at, text in bridge.heard.since(begin - 10, end + back):
            print(f"parked: {at - adapter.began:.2f} {text}", file=sys.stderr)
        probes = []
        for at, _ in bridge.heard.requests(begin, end):
            if not probes or at - probes[-1] > PROBE:
                probes.append(at)
        # The first of the pauses begins with the parking itself, of which only the daemon knows.
        pauses = [later - earlier for earlier, later in zip(probes, probes[1:])]
        if not 1 <= len(probes) <= 2 or any(pause < 19 for pause in pauses):
            scenario.fail(f"looks at the parked vehicle at {[round(at - adapter.began - off, 1) for at in probes]} s")
        other = [(round(at - adapter.began - off, 1), text) for at, text in bridge.heard.since(begin, end)
                 if text not in ("ATRV", "ATIGN") and not any(abs(at - probe) < PROBE for probe in probes)]
        if other:
            scenario.fail(f"beside ATRV the adapter of a parked vehicle got {other}")
        looks = " and ".join(f"{at - adapter.began - off:.0f}" for at in probes)
        return (f"parked: {len(probes)} looks in {on - off} s, after {looks} s, else ATRV only; "
                f"readings {back:.1f} s after the voltage rose to {told['voltage']:.1f} V")


BESIDE = {"ignition": ignition, "low-voltage": low_voltage, "exchanged": exchanged, "parked": parked}


def suite():
    """First alone, what has little time; then all others at once: what they wait for is time as well."""
    wanted = SCENARIOS or ["plugged", "silent", *BESIDE]
    results, failures = {}, []

    def run(name, scenario, *arguments):
        if name not in wanted:
            return
        try:
            results[name] = scenario(*arguments)
        except Failure as failure:
            failures.append(str(failure))
            print("FAILED:", failure, file=sys.stderr, flush=True)
        except Exception:  # a mistake of the suite's own
            traceback.print_exc()
            failures.append(f"{name}: {traceback.format_exc().splitlines()[-1]}")

    usb = USBSerial() if {"plugged", "silent"} & set(wanted) else None
    measured = threading.Event()

    def on_usb():
        """There is but one."""
        run("plugged", plugged, usb, measured)
        measured.set()
        run("silent", silent, usb)

    threads = [threading.Thread(target=on_usb)]
    threads[0].start()
    measured.wait()
    for name, scenario in BESIDE.items():
        threads.append(threading.Thread(target=run, args=(name, scenario)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failure("; ".join(failures))
    return "; ".join(results[name] for name in wanted)


report("test-adapter", suite)
