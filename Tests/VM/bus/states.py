"""The states suite, run where the interfaces are: `states.py INTERFACE...`, see test-bus-states."""
import os
import subprocess
import sys
import time

from daemon import Daemon, Failure, await_true
from links import Adapter, arguments, counter, ip, is_virtual, make_virtual, report
from witness import Witness

PACKS = os.environ["PACKS"].split()
EXTRA_SOURCES = [line.strip() for line in os.environ["EXTRA_SOURCES"].split(";") if line.strip()]
SEEN_WITHIN = 8.0  # seconds until a change is in the database: looked at each second, stored each second
STRAYS = 3.0  # how long a change may have a second event that should not be
TOLERANCE = 3.0  # seconds: of blind time
BLIND = 4.0  # seconds for which a bus is kept silent
FRAMES = 100  # to show that a bus is heard again

# What tempts a listener to speak: first frames that ask for flow control, a request to send to the tool's address,
# requests of a tool and of a control unit, and its claim of an address.
TEMPTATIONS = [
    *(f"{identifier:03X}#1014490201314734" for identifier in range(0x7E8, 0x7F0)),
    "18DAF110#101462F190314734", "18DAF128#101462F190314734",
    "1CECF900#10140003FFCAFE00", "1CECFF00#20140003FFCAFE00",
    "7DF#02010CAAAAAAAAAA", "7E0#023E00AAAAAAAAAA", "18DB33F1#020100AAAAAAAAAA", "18EAFFF9#CAFE00", "18EAF900#ECFE00",
    "18EEFFF9#0102030405060708",
]


class Watch:
    """The changes of one interface that the daemon stored since the last look."""

    def __init__(self, daemon, interface):
        self.daemon = daemon
        self.interface = interface
        self.seen = len(self.all())

    def all(self):
        return [event for event in self.daemon.events("bus.changed") if self.interface in event.values()]

    def expect(self, what, state, passing=()):
        """One new event that tells `state`, after at most one each of the `passing` states; returns it."""
        try:
            await_true(lambda: state in [event["state"] for event in self.all()[self.seen:]], SEEN_WITHIN, "the event")
        except Failure:
            told = [event["state"] for event in self.all()[self.seen:]]
            raise Failure(f"{self.interface}, {what}: no bus.changed event tells {state}, but {told}") from None
        time.sleep(STRAYS)
        fresh = self.all()[self.seen:]
        self.seen += len(fresh)
        states = [event["state"] for event in fresh]
        if states[-1] != state or states.count(state) != 1 or len(set(states)) != len(states) or \
                not set(states[:-1]) <= set(passing):
            raise Failure(f"{self.interface}, {what}: wanted one event that tells {state}, got {states}")
        shown = self.daemon.sources()[self.interface].get("busState")
        if shown != state:
            raise Failure(f"{self.interface}, {what}: the event tells {state}, telltale sources shows {shown}")
        print(f"{self.interface}, {what}: {states}", file=sys.stderr)
        return fresh[-1]

    def expect_blind(self, what, began, ended, passing=()):
        """The bus is readable again, and the event tells how long it was not."""
        event = self.expect(what, "error-active", passing)
        blind, wanted = event.get("blindSeconds"), ended - began
        if blind is None or abs(blind - wanted) > TOLERANCE:
            raise Failure(f"{self.interface}, {what}: blind for {wanted:.1f} s, the event tells {blind}")
        return blind


def load(interface, frames, log="traffic.log", rate="500"):
    """Sends, and returns how many."""
    subprocess.run(["bin/bus-load", "--log", log, "--seed", os.environ["SEED"], "--rate", rate, "--frames", str(frames),
                    interface], check=True, stdout=subprocess.DEVNULL)
    return frames


def expect_frames(daemon, interface, what, adapter=None):
    """The daemon hears the interface, still or again."""
    first = daemon.received([interface])[interface]
    if adapter:
        with open("traffic.log", encoding="ascii") as file:
            for line, _ in zip(file, range(FRAMES)):
                adapter.tell("frame " + line.split()[2])
    elif is_virtual(interface):
        load(interface, FRAMES)
    else:
        return
    found = daemon.settled([interface], {interface: first + FRAMES})[interface] - first
    if found != FRAMES:
        raise Failure(f"{interface}, {what}: {found} of {FRAMES} frames received")


def silence(interfaces, adapter):
    """In its default configuration the daemon transmits nothing, whatever the bus says and whatever the source is."""
    with open("temptation.log", "w", encoding="ascii") as file:
        file.writelines(f"(0.0) can0 {frame}\n" for frame in TEMPTATIONS)
    virtual = [name for name in interfaces if is_virtual(name)]
    witnesses = {name: Witness(name) for name in interfaces}
    before = {name: counter(name, "tx_packets") for name in interfaces}
    sent = dict.fromkeys(interfaces, 0)
    daemon = Daemon("silence", PACKS, [f"can: {name}" for name in interfaces] + EXTRA_SOURCES).start()
    try:
        # A car that drives, one that asks to be answered, one that is parked.
        for name in virtual:
            sent[name] += load(name, 2000, rate="1000")
            sent[name] += load(name, 500, "temptation.log", "100")
        if adapter:
            for frame in TEMPTATIONS:
                adapter.tell("frame " + frame)
        time.sleep(12)
    finally:
        daemon.stop()
    for name in interfaces:
        transmitted = counter(name, "tx_packets") - before[name] - sent[name]
        heard = witnesses[name].stop()
        if adapter and name == adapter.interface:
            heard -= len(TEMPTATIONS)
            transmitted = max(transmitted, adapter.transmitted)
        elif name in virtual:
            heard -= sent[name]
        else:
            heard = 0  # others speak on a real bus; what this machine sends is counted by the interface
        if transmitted or heard:
            raise Failure(f"{name}: in the default configuration {transmitted} frames were transmitted, "
                          f"a second socket heard {heard} that this test did not send")
    return sum(sent.values()) + (len(TEMPTATIONS) if adapter else 0)


def down_and_up(daemon, interface):
    watch = Watch(daemon, interface)
    began = time.monotonic()
    ip("link", "set", "dev", interface, "down")
    watch.expect("switched off", "down")
    time.sleep(BLIND)
    ip("link", "set", "dev", interface, "up")
    ended = time.monotonic()
    blind = watch.expect_blind("switched on", began, ended)
    expect_frames(daemon, interface, "switched on")
    return blind


def removed_and_back(daemon, interface):
    watch = Watch(daemon, interface)
    began = time.monotonic()
    ip("link", "del", "dev", interface)
    watch.expect("removed", "absent", passing=["down"])
    time.sleep(BLIND)
    make_virtual([interface])
    ended = time.monotonic()
    blind = watch.expect_blind("back", began, ended, passing=["down"])
    expect_frames(daemon, interface, "back")
    return blind


def controller(daemon, adapter):
    """The steps of fault confinement on an adapter that tells them, and its plug."""
    interface = adapter.interface
    watch = Watch(daemon, interface)
    adapter.tell("warning")
    watch.expect("counters past 96", "error-warning")
    adapter.tell("passive")
    watch.expect("counters past 127", "error-passive")
    began = time.monotonic()
    adapter.tell("busoff")
    watch.expect("counter past 255", "bus-off")
    time.sleep(BLIND)
    adapter.switch_off()
    adapter.switch_on()
    ended = time.monotonic()
    recovered = watch.expect_blind("restarted", began, ended, passing=["down"])
    expect_frames(daemon, interface, "restarted", adapter)
    began = time.monotonic()
    adapter.unplug()
    watch.expect("unplugged", "absent", passing=["down"])
    time.sleep(BLIND)
    adapter.plug()
    ended = time.monotonic()
    plugged = watch.expect_blind("plugged again", began, ended, passing=["down"])
    expect_frames(daemon, interface, "plugged again", adapter)
    return recovered, plugged


def suite():
    options = arguments("states.py")
    summary = []
    adapter = None
    if not options.here:
        make_virtual(options.interfaces)
        adapter = Adapter()
    interfaces = options.interfaces + ([adapter.interface] if adapter else [])
    try:
        daemon = Daemon("changes", PACKS, [f"can: {name}" for name in interfaces]).start()
        try:
            time.sleep(STRAYS)
            for name in options.interfaces:
                summary.append(f"{name} down and up: blind {down_and_up(daemon, name):.1f} s")
                if is_virtual(name):
                    summary.append(f"removed and back: blind {removed_and_back(daemon, name):.1f} s")
            if adapter:
                recovered, plugged = controller(daemon, adapter)
                summary.append(f"{adapter.interface} warning, passive, bus-off, each told once; "
                               f"blind {recovered:.1f} s in bus-off, {plugged:.1f} s unplugged")
        finally:
            daemon.stop()
        sent = silence(interfaces, adapter)
        sources = len(interfaces) + len(EXTRA_SOURCES)
        summary.append(f"0 frames transmitted by {sources} sources while {sent} were heard")
    finally:
        if adapter:
            adapter.stop()
    return "; ".join(summary)


report("test-bus-states", suite)
