"""The garbage suite, run where the interface is: `garbage.py [--send-on INTERFACE] INTERFACE`; see test-bus-garbage."""
import json
import os
import random
import subprocess
import sys
import time

from beacon import Beacon
from daemon import Daemon, Failure, await_true
from links import arguments, counter, is_virtual, make_virtual, report

PACKS = os.environ["PACKS"].split()
SEED = int(os.environ["SEED"])
SECONDS = float(os.environ["GARBAGE_SECONDS"])
RATE = os.environ["RATE"]
TRANSMIT = os.environ["TRANSMIT"]
GROWTH_KIB = int(os.environ["GROWTH_KIB"])
TOUCHED_KIB = int(os.environ["TOUCHED_KIB"])
LOG_LINES = 10  # most that one kind of garbage may add to the log
EVENTS = 60  # and to the events
BUS_EVENTS = 16  # most that a flood of forged error frames may give: 8 at once, then one each 10 s
FRAMES = 5000  # of one recording of garbage, and of the clean traffic before and after
REQUESTS_PER_SECOND = 10  # the budget of a bus
# What the kernel may add for each request: flow control, for answers that were asked for or that came in between.
FRAMES_PER_REQUEST = 16


def hexadecimal(draw, low, high):
    return draw.randbytes(draw.randint(low, high)).hex().upper()


def damaged(draw):
    """Identifiers of the packs with lengths and payloads that are not theirs: classic, remote, FD."""
    with open("traffic.log", encoding="ascii") as file:
        known = sorted({line.split()[2].split("#")[0] for line in file} - {Beacon.IDENTIFIER, Beacon.ENGINE})
    forms = [lambda: "#" + hexadecimal(draw, 0, 8), lambda: f"#R{draw.randint(0, 8)}",
             lambda: f"##{draw.randint(0, 15):X}" + hexadecimal(draw, 0, 64)]
    return [draw.choice(known) + draw.choice(forms)() for _ in range(FRAMES)]


def transport(draw):
    """ISO-TP and J1939 transport as nobody should speak it: every kind of frame, in no order, never finished."""
    units = [f"{identifier:03X}" for identifier in (0x7DF, *range(0x7E0, 0x7F0))]
    units += [f"18DAF1{draw.randrange(256):02X}" for _ in range(16)]
    frames = []
    for _ in range(FRAMES):
        kind = draw.randrange(4)
        source = draw.randrange(256)
        if kind < 2:
            nibble, rest = draw.randrange(16), draw.randrange(16)
            frames.append(f"{draw.choice(units)}#{nibble:X}{rest:X}{hexadecimal(draw, 0, 7)}")
        elif kind == 2:
            control = draw.choice([16, 17, 19, 32, 255, draw.randrange(256)])
            frames.append(f"1CEC{draw.choice(['FF', 'F9'])}{source:02X}#{control:02X}{hexadecimal(draw, 4, 4)}"
                          f"{draw.choice(['CAFE00', 'ECFE00', 'E3FE00'])}")
        else:
            frames.append(f"1CEB{draw.choice(['FF', 'F9'])}{source:02X}#{hexadecimal(draw, 1, 8)}")
    return frames


def spoofed(draw):
    """Flow control that nobody asked for, long first frames that ask for it, answers to nothing, endless refusals."""
    answers = [f"{identifier:03X}" for identifier in range(0x7E8, 0x7F0)] + ["18DAF110", "18DAF128"]
    frames = []
    for _ in range(FRAMES):
        to = draw.choice(answers)
        frames.append(to + draw.choice([
            f"#{draw.choice(['30', '31', '32', '3F'])}{hexadecimal(draw, 2, 2)}AAAAAAAAAA",
            f"#1{hexadecimal(draw, 1, 1)[0]}{hexadecimal(draw, 7, 7)}",
            f"#1000{hexadecimal(draw, 6, 6)}",
            f"#037F{draw.choice(['01', '22', '09'])}{draw.choice(['78', '21', '12', '31'])}AAAAAAAA",
            f"#0641{hexadecimal(draw, 6, 6)}"]))
    return frames


def errors(draw):
    """Error frames of every class, as a controller with a broken cable tells them."""
    classes = [draw.choice([1 << draw.randrange(10), draw.randrange(1 << 10)]) for _ in range(FRAMES)]
    return [f"{0x20000000 | kinds:08X}#{hexadecimal(draw, 8, 8)}" for kinds in classes]


class Bus:
    """The interface that the daemon hears, and the one that sends to it: the same, unless two are wired together."""

    def __init__(self, interface, sender):
        self.interface = interface
        self.sender = sender or interface

    def play(self, log, *limit):
        told = subprocess.run(["bin/bus-load", "--log", log, "--seed", str(SEED), *limit, self.sender], check=True,
                              stdout=subprocess.PIPE).stdout
        return json.loads(told)["total"]

    def generate(self, *options):
        """cangen as fast as it goes; how much that was is told by the interface alone."""
        before = counter(self.sender, "tx_packets")
        subprocess.run(["timeout", str(SECONDS), "cangen", self.sender, "-g", "0", "-i", *options], check=False)
        return counter(self.sender, "tx_packets") - before


class Phase:
    """One kind of garbage, and what the daemon was like before, meanwhile and afterwards."""

    def __init__(self, name, daemon, bus, throw, is_counted=True):
        asked, resident = daemon.memory_kib("VmData"), daemon.memory_kib("RssAnon")
        lines, events = len(daemon.log()), daemon.event_counts()
        on_bus = counter(bus.sender, "tx_packets")
        beacon = Beacon(bus.sender, daemon)
        began = time.monotonic()
        thrown = throw()
        seconds = time.monotonic() - began
        right, looks = beacon.stop()
        # What nobody here sent: the daemon's requests, and the flow control of its kernel.
        self.others = counter(bus.sender, "tx_packets") - on_bus - thrown - beacon.sent if is_counted else 0
        growth = daemon.memory_kib("VmData") - asked
        self.touched = daemon.memory_kib("RssAnon") - resident
        time.sleep(1.5)  # what is told last is stored each second
        lines = len(daemon.log()) - lines
        self.events = {kind: count - events.get(kind, 0) for kind, count in daemon.event_counts().items()}
        told = sum(self.events.values())
        self.text = (f"{name} {thrown} at {thrown / seconds:.0f}/s: {right} of {looks} looks right, "
                     f"{growth:+d} KiB asked for, {self.touched:+d} touched, "
                     f"{lines} log lines, {told} events")
        if is_counted and bus.sender == bus.interface:
            self.text += f", {self.others} transmitted"
        print(self.text, daemon.get("sources"), self.events, sep="\n  ", file=sys.stderr)
        if not daemon.is_running():
            raise Failure(f"{name}: telltaled is gone")
        if growth > GROWTH_KIB:
            raise Failure(f"{name}: it asked the kernel for {growth} KiB more, at most {GROWTH_KIB} wanted")
        if looks < 3 or right < 0.8 * looks:
            raise Failure(f"{name}: real traffic among it was right in {right} of {looks} looks: {beacon.wrong[:3]}")
        if lines > LOG_LINES or told > EVENTS:
            raise Failure(f"{name}: {lines} log lines and {self.events}, at most {LOG_LINES} and {EVENTS} wanted")
        bound = 0 if TRANSMIT == "never" else seconds * REQUESTS_PER_SECOND * FRAMES_PER_REQUEST
        if self.others > bound:
            raise Failure(f"{name}: {self.others} frames were transmitted, at most {bound:.0f} wanted, {TRANSMIT=}")


def garbage(name, make, bus, rate=RATE):
    def throw():
        with open(f"{name}.log", "w", encoding="ascii") as file:
            file.writelines(f"(0.0) can0 {frame}\n" for frame in make(random.Random(f"{SEED} {name}")))
        return bus.play(f"{name}.log", "--rate", rate, "--seconds", str(SECONDS))
    return throw


def clean(daemon, bus, what):
    """Clean traffic is received whole. The daemon asks nothing meanwhile: what it asks it hears too."""
    if TRANSMIT != "never":
        daemon.post("polling/pause")
        time.sleep(1.5)
    first = daemon.received([bus.interface])[bus.interface]
    sent = bus.play("traffic.log", "--rate", "2000", "--frames", str(FRAMES))
    found = daemon.settled([bus.interface], {bus.interface: first + sent})[bus.interface] - first
    if found != sent:
        raise Failure(f"{what}: {found} of {sent} frames received")
    if TRANSMIT != "never":
        daemon.post("polling/resume")


def flood_of_errors(daemon, bus):
    """Each error frame is counted, and few events tell of all of them."""
    phase = Phase("errors", daemon, bus, garbage("errors", errors, bus))
    source = daemon.sources()[bus.interface]
    if source.get("errorFrames", 0) == 0:
        raise Failure(f"errors: telltale sources counts no error frame: {source}")
    if not 1 <= phase.events.get("bus.changed", 0) <= BUS_EVENTS:
        raise Failure(f"errors: wanted 1 to {BUS_EVENTS} bus.changed events, got {phase.events}")
    # The interface itself never was in trouble: the daemon finds that out.
    await_true(lambda: daemon.sources()[bus.interface]["busState"] == "error-active", 30,
               "error-active after forged error frames")
    return phase


def suite():
    options = arguments("garbage.py")
    if len(options.interfaces) != 1:
        raise Failure("wanted: one interface")
    if not options.here:
        make_virtual(options.interfaces)
    interface = options.interfaces[0]
    if not options.sender and not is_virtual(interface):
        raise Failure(f"{interface} is a real bus: name the interface that may send garbage with --send-on")
    bus = Bus(interface, options.sender)
    daemon = Daemon("garbage", PACKS, [f"{{can: {interface}, transmit: {TRANSMIT}}}"]).start()
    try:
        clean(daemon, bus, "before")
        resident = daemon.memory_kib()
        # While it asks: whatever comes later looks like another tester, and the daemon holds back for a minute.
        spoof = Phase("spoofed", daemon, bus, garbage("spoofed", spoofed, bus))
        if TRANSMIT != "never" and bus.sender == bus.interface and spoof.others == 0:
            raise Failure(f"spoofed: the daemon asked nothing: {daemon.get('polling')}")
        phases = [
            spoof,
            Phase("flood", daemon, bus, bus.generate, is_counted=False),
            Phase("random", daemon, bus, lambda: bus.generate("-m", "-I", "r", "-L", "r", "-D", "r"), is_counted=False),
            Phase("damaged", daemon, bus, garbage("damaged", damaged, bus)),
            Phase("transport", daemon, bus, garbage("transport", transport, bus)),
        ]
        # An error frame from another interface would be a frame like any other there.
        if is_virtual(interface):
            phases.append(flood_of_errors(daemon, bus))
        # Buffers that were allocated at the start fill for the first time, in whichever kind.
        touched = sum(phase.touched for phase in phases)
        if touched > TOUCHED_KIB:
            raise Failure(f"{touched} KiB of its own memory came into RAM, at most {TOUCHED_KIB} wanted: "
                          + "; ".join(phase.text for phase in phases))
        clean(daemon, bus, "afterwards")
        after = daemon.memory_kib()
    finally:
        daemon.stop()
    return f"{'; '.join(phase.text for phase in phases)}; resident {resident} KiB before, {after} KiB after; " \
        "clean traffic then received whole"


report("test-bus-garbage", suite)
